"""A park's days over HTTP: hours corrected on the day, when its rides usually run, and live as imported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock, SystemClock
from hallofshame.domain.localtime import UTC, from_unix, to_unix, zone
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.ingest import ingest_readings
from hallofshame.pipeline.published import ScheduleRefresh
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.sync import seed_catalogue, sync
from hallofshame.replay import SHIPPED_RECORDINGS, ReplayServer, Tape, TapeInfo, load_tapes
from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.store.models import (
    DiningAvailability,
    ExternalId,
    ParkSchedule,
    Purchase,
    QueueData,
    Ride,
    RideHours,
    ShowTime,
)
from hallofshame.web.app import create_app
from pipeline.fakes import LOG, ROME, WIKI_IDS, at, seed_parks

pytestmark = pytest.mark.enable_socket

PARK_ZONE = "Europe/Rome"
MONDAYS = tuple(dt.date(2026, 6, 1) + dt.timedelta(weeks=weeks) for weeks in (1, 2, 3))
LOOK = dt.timedelta(minutes=15)
POLICY = HttpPolicy(backoff_seconds=0.01, requests_per_second=1000)


def local(date: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """An instant by the park's clocks."""
    return dt.datetime.combine(date, dt.time(hour, minute), zone(PARK_ZONE)).astimezone(UTC)


def opening(date: dt.date, opens: int, closes: int) -> dict[str, Any]:
    """Regular hours as ThemeParks.wiki publishes them."""
    times = {"openingTime": local(date, opens), "closingTime": local(date, closes)}
    return {"date": date.isoformat(), "type": "OPERATING"} | {
        key: moment.astimezone(zone(PARK_ZONE)).isoformat() for key, moment in times.items()
    }


def late_monday() -> Tape:
    """A park that publishes 9 to 21 and whose four rides run from 11:30 to 18:00, looked at from 8 to 22."""
    recorded = dt.date(2026, 6, 1)
    rows = []
    moment = local(recorded, 8)
    while moment <= local(recorded, 22):
        runs = local(recorded, 11, 30) <= moment < local(recorded, 18)
        for place, name in enumerate(("Alpha", "Bravo", "Charlie", "Delta")):
            said = {"entity_id": f"1-{name}", "name": name, "status": "OPERATING" if runs else "CLOSED"}
            wait = 5 * (place + 1 + moment.hour % 3) if runs else None
            rows.append({"polled_at": moment, "standby_wait": wait, **said})
        moment += LOOK
    frame = pl.DataFrame(rows, schema_overrides={"standby_wait": pl.Int64})
    info = TapeInfo(
        feed=Feed.THEMEPARKS_WIKI,
        park_external_id=WIKI_IDS[ROME],
        park_name="Park 1",
        timezone=PARK_ZONE,
        cadence_seconds=int(LOOK.total_seconds()),
        group_id="resort",
        group_name="Resort",
    )
    return Tape(info, frame, schedule=[opening(recorded, 9, 21)])


@dataclass
class Running:
    """Jobs against a replay server, all on one clock."""

    database: Database
    clock: FixedClock
    collector: Collector
    feeds: dict[Feed, ThemeParksWikiFeed]

    def go_to(self, moment: dt.datetime) -> None:
        self.clock.sleep((moment - self.clock.now()).total_seconds())


@contextmanager
def running(database: Database, tape: Tape, start: dt.datetime) -> Iterator[Running]:
    clock = FixedClock(start)
    with (
        ReplayServer(clock=clock, tapes=[tape]) as server,
        HttpClient(POLICY, SystemClock()) as client,
    ):
        feeds = {Feed.THEMEPARKS_WIKI: ThemeParksWikiFeed(FeedContext(client, clock, LOG, server.base_url))}
        collector = Collector(
            database, feeds, clock, LOG, cadence_seconds=tape.info.cadence_seconds, deadline_seconds=30
        )
        try:
            yield Running(database, clock, collector, feeds)
        finally:
            collector.close()


@pytest.mark.slow
def test_hours_corrected_on_the_day_are_versions_and_late_early_and_usual_hours_are_told(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME)
    tape = late_monday()
    last = MONDAYS[-1]
    with running(sqlite_database, tape, local(MONDAYS[0], 6)) as world:
        for monday in MONDAYS:
            world.go_to(local(monday, 6))
            sync(sqlite_database, world.feeds, world.clock, LOG)
            refresh = ScheduleRefresh(sqlite_database, world.feeds, world.clock, LOG)
            world.go_to(local(monday, 8))
            while world.clock.now() <= local(monday, 22):
                if (monday, world.clock.now()) == (last, local(last, 10, 15)):
                    tape.correct_schedule(last, [opening(last, 11, 21)])
                world.collector.cycle()
                refresh.run()
                world.clock.sleep(LOOK.total_seconds())
        Rollup(sqlite_database, world.clock, LOG).run()
        world.go_to(local(last + dt.timedelta(days=1), 6))
        client = create_app(sqlite_database, world.clock).test_client()

    versions = client.get(f"/api/parks/1/schedule?history=yes&start={last}&end={last}").get_json()["data"]
    [old, new] = sorted(versions, key=lambda row: row["seen_at"])
    assert (old["opens_at"], new["opens_at"]) == ("2026-06-22T07:00:00Z", "2026-06-22T09:00:00Z")
    assert old["superseded_at"] == new["seen_at"]
    assert new["superseded_at"] is None
    waited = dt.datetime.fromisoformat(new["seen_at"]) - local(last, 10, 15)
    assert dt.timedelta(0) <= waited <= dt.timedelta(hours=2)
    in_force = client.get(f"/api/parks/1/schedule?start={last}&end={last}").get_json()["data"]
    assert [row["opens_at"] for row in in_force] == [new["opens_at"]]

    details = client.get(f"/api/parks/1/details?start={last}&end={last}").get_json()["data"]
    [day] = details["days"]
    assert (day["opened_late_seconds"], day["closed_early_seconds"]) == (1800, 3 * 3600)
    told = (
        "opened 30 min late, closed 3 h early, changed its hours on the day, from 09:00–21:00 to 11:00–21:00"
    )
    assert day["hours_words"] == told
    assert details["windows"] == [{"start": "2026-06-22T09:00:00Z", "end": "2026-06-22T19:00:00Z"}]
    assert told in client.get(f"/parks/park-1?start={last}&end={last}").text
    [before] = client.get(f"/api/parks/1/details?start={MONDAYS[0]}&end={MONDAYS[0]}").get_json()["data"][
        "days"
    ]
    assert before["hours_words"] == "opened 2 h 30 min late, closed 3 h early"

    ride = client.get(f"/api/rides/1/details?start={last}&end={last}").get_json()["data"]
    assert [usual["text"] for usual in ride["usual_hours"]] == [
        "Usually runs 11:30–18:00 on Mondays (3 days)"
    ]


def magic_kingdom() -> Tape:
    [tape] = [
        tape
        for tape in load_tapes(SHIPPED_RECORDINGS)
        if tape.info.feed is Feed.THEMEPARKS_WIKI and tape.info.park_name == "Magic Kingdom Park"
    ]
    return tape


def offered(database: Database) -> dict[str, list[Any]]:
    """What was stored beside statuses, by the ids of the feed."""
    ids = ExternalId
    wiki = (ids.feed == int(Feed.THEMEPARKS_WIKI)) & (ids.kind == "ride")

    def by_entity(model: Any, *columns: Any) -> list[Any]:
        query = select(ids.external_id, *columns).join(ids, (ids.internal_id == model.ride_id) & wiki)
        return sorted(map(tuple, connection.execute(query)), key=repr)

    with database.read() as connection:
        return {
            "shows": by_entity(
                ShowTime, ShowTime.starts_at, ShowTime.kind, ShowTime.ends_at, ShowTime.superseded_at
            ),
            "tables": by_entity(
                DiningAvailability,
                DiningAvailability.seen_at,
                DiningAvailability.superseded_at,
                DiningAvailability.tables,
            ),
            "hours": by_entity(RideHours, RideHours.opens_at, RideHours.closes_at, RideHours.kind),
            "queues": by_entity(
                QueueData,
                QueueData.observed_at,
                QueueData.queue_type,
                QueueData.state,
                QueueData.return_start,
                QueueData.price_minor,
                QueueData.currency,
            ),
        }


@pytest.mark.slow
def test_what_is_offered_is_stored_alike_by_cycles_and_by_an_import(
    sqlite_database: Database, tmp_path: Any
) -> None:
    tape = magic_kingdom()
    thursday = dt.datetime(2026, 5, 14, 4, tzinfo=UTC)
    recording = tape.polls_between(thursday, thursday + dt.timedelta(days=1))
    instants = recording.readings["observed_at"].unique().sort().to_list()
    assert len(instants) > 10
    seed_catalogue(sqlite_database, FixedClock(thursday), only=["magic-kingdom"])
    with running(sqlite_database, tape, from_unix(instants[0])) as world:
        for instant in instants:
            world.go_to(from_unix(instant))
            world.collector.cycle()
        sync(sqlite_database, world.feeds, world.clock, LOG)
    live = offered(sqlite_database)
    imported = Database(f"sqlite:///{tmp_path / 'imported.db'}")
    schema.upgrade(imported)
    ingest_readings(
        imported,
        recording,
        Feed.THEMEPARKS_WIKI,
        cadence_seconds=tape.info.cadence_seconds,
        clock=FixedClock(at("2026-05-16 00:00")),
        log=LOG,
    )
    again = offered(imported)
    imported.dispose()
    for what, rows in live.items():
        assert rows == again[what], what
        assert rows, what
    assert any(superseded is not None for *_, superseded, _ in live["tables"])
    with sqlite_database.read() as connection:
        sold = connection.execute(select(Purchase.name, Purchase.price_minor)).all()
        hours = connection.scalars(select(ParkSchedule.kind).distinct()).all()
        shows = connection.scalars(select(Ride.name).where(Ride.kind == "SHOW")).all()
    assert ("Lightning Lane Multi Pass", 3900) in [tuple(row) for row in sold]
    assert set(hours) == {"OPERATING", "TICKETED_EVENT"}
    assert shows
    assert all(to_unix(thursday) <= row[1] for row in live["shows"])
