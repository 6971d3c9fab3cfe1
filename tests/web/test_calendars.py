"""Calendars of opening hours, read back as a calendar program reads them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Component
from sqlalchemy import insert

from hallofshame.clock import FixedClock
from hallofshame.domain.words import ScheduleKind
from hallofshame.store.database import Database
from hallofshame.store.models import ParkSchedule, ShowTime
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from web.builders import HOUR
from web.conftest import NINE, SEEN_AT, SHOW

PATH = "/api/parks/gardaland/hours.ics"
DAY = 86_400


def published(
    database: Database, opens_at: int, closes_at: int, kind: ScheduleKind, text: str | None = None
) -> None:
    with database.write() as connection:
        connection.execute(
            insert(ParkSchedule).values(
                park_id=1,
                date=dt.datetime.fromtimestamp(opens_at, dt.UTC).date(),
                kind=kind.value,
                opens_at=opens_at,
                closes_at=closes_at,
                description=text,
                seen_at=SEEN_AT,
                superseded_at=None,
            )
        )


def events(client: FlaskClient, **given: Any) -> list[Component]:
    response = client.get(PATH, **given)
    assert response.status_code == 200, response.text
    assert response.content_type == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(response.data).walk("VEVENT"))


def ends(client: FlaskClient) -> dict[str, dt.datetime]:
    return {event["UID"]: event["DTEND"].dt for event in events(client)}


def test_each_published_entry_is_an_event_at_its_own_time(
    sqlite_database: Database, world: Any, clock: FixedClock
) -> None:
    world.write(sqlite_database, SEEN_AT)
    published(sqlite_database, NINE + DAY, NINE + DAY + 9 * HOUR, ScheduleKind.OPERATING)
    night = NINE + DAY + 10 * HOUR
    published(
        sqlite_database, night, night + 5 * HOUR, ScheduleKind.TICKETED_EVENT, "Night; of, witches\nnow"
    )
    published(sqlite_database, night + DAY, night + DAY, ScheduleKind.INFO)
    published(sqlite_database, NINE + 400 * DAY, NINE + 401 * DAY, ScheduleKind.OPERATING)
    app = create_app(sqlite_database, clock)
    found = {str(event["SUMMARY"]): event for event in events(app.test_client())}
    assert set(found) >= {"Gardaland open", "Gardaland: Night; of, witches\nnow", "Gardaland: notice"}
    tonight = found["Gardaland: Night; of, witches\nnow"]
    assert tonight["DTSTART"].dt == dt.datetime.fromtimestamp(night, dt.UTC)
    assert tonight["DTEND"].dt == dt.datetime.fromtimestamp(night + 5 * HOUR, dt.UTC)
    assert tonight["DTSTAMP"].dt == dt.datetime.fromtimestamp(SEEN_AT, dt.UTC)
    assert str(tonight["URL"]) == "http://localhost/parks/gardaland"
    assert "DTEND" not in found["Gardaland: notice"]
    assert max(event["DTSTART"].dt for event in found.values()) < dt.datetime(2027, 9, 1, tzinfo=dt.UTC)


def test_an_event_keeps_its_id_when_its_hours_change(
    sqlite_database: Database, world: Any, clock: FixedClock
) -> None:
    world.write(sqlite_database, SEEN_AT)
    published(sqlite_database, NINE + DAY, NINE + DAY + 9 * HOUR, ScheduleKind.OPERATING)
    published(sqlite_database, NINE + DAY + 10 * HOUR, NINE + DAY + 12 * HOUR, ScheduleKind.OPERATING)
    before = {
        event["UID"]: event["DTEND"].dt for event in events(create_app(sqlite_database, clock).test_client())
    }
    with sqlite_database.write() as connection:
        connection.execute(
            ParkSchedule.__table__.update()  # type: ignore[attr-defined]
            .where(ParkSchedule.opens_at == NINE + DAY)
            .values(closes_at=NINE + DAY + 8 * HOUR)
        )
    after = {
        event["UID"]: event["DTEND"].dt for event in events(create_app(sqlite_database, clock).test_client())
    }
    assert list(after) == list(before)
    assert len(set(after)) == len(after)
    changed = [before[uid] - after[uid] for uid in before if before[uid] != after[uid]]
    assert changed == [dt.timedelta(hours=1)]


def test_a_calendar_names_its_sources_and_recordings_and_no_host_that_is_not_ours(
    sqlite_database: Database, world: Any, clock: FixedClock
) -> None:
    world.write(sqlite_database, SEEN_AT)
    published(sqlite_database, NINE + DAY, NINE + DAY + 9 * HOUR, ScheduleKind.OPERATING)
    demonstration = create_app(sqlite_database, clock, WebSettings(demonstration=True)).test_client()
    whole = Calendar.from_ical(demonstration.get(PATH).data)
    about = str(whole["DESCRIPTION"])
    assert "https://queue-times.com/" in about
    assert "https://themeparks.wiki/" in about
    assert "recordings" in about
    assert str(whole["X-WR-CALNAME"]) == "Gardaland: opening hours"
    foreign = demonstration.get(PATH, headers={"Host": "evil.example"})
    assert b"evil" not in foreign.data
    assert b"URL" not in foreign.data


def test_show_times_from_today_on_are_events_unless_they_are_not_wanted(
    sqlite_database: Database, world: Any, clock: FixedClock
) -> None:
    world.write(sqlite_database, SEEN_AT)
    shows = [
        (NINE + HOUR, NINE + HOUR + 1800, None),
        (NINE + 3 * HOUR, None, None),
        (NINE - DAY, None, None),
        (NINE + 5 * HOUR, None, SEEN_AT),
    ]
    with sqlite_database.write() as connection:
        for starts_at, ends_at, superseded_at in shows:
            connection.execute(
                insert(ShowTime).values(
                    ride_id=SHOW,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    kind="Performance Time",
                    seen_at=SEEN_AT,
                    superseded_at=superseded_at,
                )
            )
    client = create_app(sqlite_database, clock).test_client()
    found = [event for event in events(client) if str(event["SUMMARY"]) == "Gardaland: Prezzemolo Show"]
    assert [event["DTSTART"].dt for event in found] == [
        dt.datetime.fromtimestamp(at, dt.UTC) for at in (NINE + HOUR, NINE + 3 * HOUR)
    ]
    assert found[0]["DTEND"].dt == dt.datetime.fromtimestamp(NINE + HOUR + 1800, dt.UTC)
    assert "DTEND" not in found[1]
    assert str(found[0]["URL"]) == f"http://localhost/rides/{SHOW}-prezzemolo-show"
    assert len({event["UID"] for event in events(client)}) == len(events(client))
    without = client.get(PATH, query_string={"shows": "no"})
    assert b"Prezzemolo" not in without.data
    assert b"Gardaland open" in without.data
    assert client.get(PATH, query_string={"shows": "maybe"}).status_code == 400


def test_an_unknown_park_is_named_with_near_ones(app: Flask) -> None:
    response = app.test_client().get("/api/parks/gardalnd/hours.ics")
    assert response.status_code == 404
    assert response.get_json()["error"]["near_matches"][0]["park_slug"] == "gardaland"
