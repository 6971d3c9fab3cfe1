"""A ride's hours on its page and in the API: published ones, usual ones, and why a closure does not count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import NotCounted, OutageKind
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.store.reports.usual import UsualDay, usual_days
from hallofshame.web.app import create_app
from hallofshame.web.wording import NOT_COUNTED_WORDS
from support.readers import reader_of
from web.builders import World, at
from web.conftest import MAMMUT, RAPTOR, ROME, SEEN_AT, Api

HOUR = 3600
THURSDAY = "2026-08-20"
"""The running day of the world of these tests."""


def ran(world: World, day: str, first: str, last: str, *, looks: Sequence[int] = (-HOUR, 0)) -> None:
    """A day on which the ride ran, by the clock of the park; looked at so long after begin and end."""
    begin, end = at(f"{day} {first}", ROME), at(last if " " in last else f"{day} {last}", ROME)
    world.hour(RAPTOR, day, begin // HOUR * HOUR, operating=HOUR)
    world.ran[RAPTOR, dt.date.fromisoformat(day)] = (begin, end)
    for look in (begin + looks[0], end + looks[1]):
        values = dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), 0)
        keys = {"park_id": 1, "observed_at": look, "feed": 2, "cadence_seconds": 300}
        world.rows.append((models.ParkActivitySnapshot, keys | values))


def published(world: World, day: str, opens: str, closes: str, kind: str = "Operating", **more: int) -> None:
    world.rows.append(
        (
            models.RideHours,
            {
                "park_id": 1,
                "date": dt.date.fromisoformat(day),
                "ride_id": RAPTOR,
                "seen_at": SEEN_AT - 86_400,
                "opens_at": at(opens, ROME),
                "closes_at": at(closes, ROME),
                "kind": kind,
                "superseded_at": more.get("superseded_at"),
            },
        )
    )


@pytest.fixture
def served(sqlite_database: Database, world: World, clock: FixedClock) -> Api:
    published(world, THURSDAY, "2026-08-20 08:30", "2026-08-20 09:00", "Early Entry")
    published(world, THURSDAY, "2026-08-20 18:00", "2026-08-21 01:30")
    published(world, THURSDAY, "2026-08-20 09:00", "2026-08-20 12:00")
    published(world, "2026-08-12", "2026-08-12 09:00", "2026-08-12 12:00")
    published(world, "2026-08-19", "2026-08-19 10:00", "2026-08-19 22:00")
    world.rows[-1][1]["seen_at"] -= 60
    published(world, "2026-08-19", "2026-08-19 10:00", "2026-08-19 20:00")
    world.rows[-2][1]["superseded_at"] = SEEN_AT - 86_400
    world.outage(
        MAMMUT,
        THURSDAY,
        at("2026-08-20 09:00", ROME),
        at("2026-08-20 10:00", ROME),
        OutageKind.OPENING_DELAY,
        counted=False,
    )
    # Saturdays of eight weeks and one before them; a Friday past midnight.
    for day, first, last in (
        ("2026-06-20", "06:00", "07:00"),
        ("2026-08-01", "10:00", "21:00"),
        ("2026-08-08", "10:10", "21:40"),
        ("2026-08-15", "09:50", "2026-08-16 00:30"),
        ("2026-08-07", "18:00", "2026-08-08 00:50"),
    ):
        ran(world, day, first, last)
    # Sundays on which the first look, or the last, may have missed the begin or the end.
    ran(world, "2026-08-09", "15:00", "16:00", looks=(0, HOUR))
    ran(world, "2026-08-16", "15:00", "16:00", looks=(-HOUR - 1, 0))
    ran(world, "2026-08-02", "15:00", "16:00", looks=(-60, HOUR + 1))
    # The end of a Saturday night, which is no opening of a Sunday.
    ran(world, "2026-07-26", "00:00", "00:40")
    world.write(sqlite_database, SEEN_AT)
    return Api(reader_of(create_app(sqlite_database, clock)))


def page_of(served: Api, path: str) -> str:
    """The page as a browser without script shows it."""
    response = served._client.get(path)
    assert response.status_code == 200
    return response.text


def test_published_hours_of_the_day_are_those_in_force_in_order(served: Api) -> None:
    hours = served(f"/rides/{RAPTOR}/details")["data"]["published_hours"]
    assert [(row["date"], row["kind"], row["local_hours"]) for row in hours] == [
        (THURSDAY, "Early Entry", "08:30–09:00"),
        (THURSDAY, "Operating", "09:00–12:00"),
        (THURSDAY, "Operating", "18:00–01:30"),
    ]
    assert hours[2]["closes_at"] == "2026-08-20T23:30:00Z"
    assert served(f"/rides/{MAMMUT}/details")["data"]["published_hours"] == []


def test_of_a_longer_period_the_last_seven_dates_are_listed(served: Api) -> None:
    hours = served(f"/rides/{RAPTOR}/details", period="30days")["data"]["published_hours"]
    assert [(row["date"], row["local_hours"]) for row in hours[:2]] == [
        ("2026-08-19", "10:00–20:00"),
        (THURSDAY, "08:30–09:00"),
    ]


def test_usual_hours_are_medians_by_weekday_with_the_days_they_rest_on(served: Api) -> None:
    usual = {row["weekday"]: row for row in served(f"/rides/{RAPTOR}/details")["data"]["usual_hours"]}
    assert usual[6] == {
        "weekday": 6,
        "days": 3,
        "weeks": 8,
        "first_operation": "10:00",
        "last_operation": "21:40",
        "last_is_next_day": False,
        "text": "Usually runs 10:00–21:40 on Saturdays (3 days)",
    }
    assert usual[5]["text"] == "Ran 18:00–00:50 on Fridays (1 day, too few to call it usual)"
    assert usual[5]["last_is_next_day"] is True
    assert 7 not in usual


def test_the_page_says_them_in_words(served: Api) -> None:
    page = page_of(served, f"/rides/{RAPTOR}-raptor")
    for words in (
        "Hours of this ride",
        "Early Entry",
        "18:00–01:30",
        "on Saturdays (3 days)",
        "over 8\u00a0weeks",
    ):
        assert words in page, words
    other = page_of(served, f"/rides/{MAMMUT}-mammut")
    assert "No hours of its own are published for this ride" in other


def test_a_closure_says_why_it_is_not_counted(served: Api) -> None:
    details = served(f"/rides/{MAMMUT}/details")["data"]
    assert [(row["counted"], row["not_counted"]) for row in details["outages"]] == [
        (False, "before_first_run")
    ]
    page = page_of(served, f"/rides/{MAMMUT}-mammut")
    assert "closure, not counted: before its first run of the day" in page
    counted = served(f"/rides/{RAPTOR}/details")["data"]["outages"]
    assert [row["not_counted"] for row in counted] == [None]


def test_every_reason_has_words() -> None:
    assert NOT_COUNTED_WORDS.keys() == set(NotCounted)


@pytest.mark.parametrize(
    ("runs", "first"),
    [
        # The clocks change on 29 March: by the clock the ride began at ten on both days.
        ((("2026-03-22", "10:00"), ("2026-03-29", "10:00")), "10:00"),
        ((("2026-03-22", "10:00"), ("2026-03-29", "10:30")), "10:15"),
    ],
)
def test_usual_hours_are_by_the_clock(
    sqlite_database: Database, world: World, runs: Sequence[tuple[str, str]], first: str
) -> None:
    for day, time in runs:
        ran(world, day, time, "18:00")
    world.write(sqlite_database, SEEN_AT)
    weeks = DayRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    with sqlite_database.read() as connection:
        found = usual_days(connection, 1, RAPTOR, ROME, weeks)
    hour, minute = first.split(":")
    assert found == [UsualDay(7, 2, int(hour) * HOUR + int(minute) * 60, 18 * HOUR)]
