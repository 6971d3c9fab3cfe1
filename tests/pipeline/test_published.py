"""The hours of open parks are asked for every two hours, because parks correct them on the day."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import ScheduleReading
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.pipeline.published import ScheduleRefresh
from hallofshame.store import catalogue, schedules
from hallofshame.store.catalogue import NewExternalId
from hallofshame.store.database import Database
from hallofshame.store.models import AggregationLog
from hallofshame.store.models import ParkSchedule as StoredSchedule
from pipeline.fakes import (
    LOG,
    MONDAY,
    ROME,
    TUESDAY,
    WIKI_IDS,
    FakeFeed,
    at,
    dirty_days,
    hours,
    refused,
    seed_parks,
    settled,
    small_world,
)


def refresh(database: Database, feed: FakeFeed, now: str) -> tuple[ScheduleRefresh, FixedClock]:
    clock = FixedClock(at(now))
    return ScheduleRefresh(database, {feed.feed: feed}, clock, LOG), clock


def publish(database: Database, opens: int, closes: int, *, park_id: int = ROME) -> None:
    """Hours of Monday, in UTC, known since the day before."""
    with database.write() as connection:
        schedules.publish(connection, park_id, [hours(MONDAY, opens, closes)], 0, MONDAY, MONDAY)


def runs(database: Database) -> list[tuple[str, str, int]]:
    log = AggregationLog
    with database.read() as connection:
        rows = connection.execute(
            select(log.job_type, log.outcome, log.parks_processed)
            .where(log.job_type == "schedules")
            .order_by(log.run_id)
        )
        return [(job, outcome, parks) for job, outcome, parks in rows]


@pytest.mark.both_databases
def test_hours_corrected_on_the_day_are_a_new_version_and_mark_the_day(database: Database) -> None:
    small_world(database)
    publish(database, 8, 20)
    settled(database)
    feed = FakeFeed(schedules={WIKI_IDS[ROME]: ScheduleReading((hours(MONDAY, 10, 20),))})
    job, _ = refresh(database, feed, "2026-06-01 09:00")
    assert job.run().dates_changed == 1
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    assert runs(database) == [("schedules", "success", 1)]
    table = StoredSchedule
    with database.read() as connection:
        versions = connection.execute(
            select(table.opens_at, table.superseded_at.is_(None)).order_by(table.schedule_id)
        ).all()
    assert [(opens % 86_400 // 3600, bool(in_force)) for opens, in_force in versions] == [
        (8, False),
        (10, True),
    ]


def test_an_open_park_is_asked_for_every_two_hours_and_a_closed_one_never(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME, 2)
    publish(sqlite_database, 8, 20)
    feed = FakeFeed(schedules={WIKI_IDS[ROME]: ScheduleReading((hours(MONDAY, 8, 20),))})
    job, clock = refresh(sqlite_database, feed, "2026-06-01 00:00")
    times = []
    while clock.now() < at("2026-06-02 00:00"):
        if job.run().parks:
            times.append(clock.now().strftime("%H:%M"))
        clock.sleep(600)
    assert times == ["07:00", "09:00", "11:00", "13:00", "15:00", "17:00", "19:00"]
    assert [outcome for _, outcome, _ in runs(sqlite_database)] == ["success"] * 7


def test_many_open_parks_are_never_asked_for_all_at_once(sqlite_database: Database) -> None:
    numbers = range(1, 49)
    with sqlite_database.write() as connection:
        catalogue.upsert_parks(
            connection,
            [
                catalogue.StoredPark(
                    park_id=number,
                    slug=f"park-{number}",
                    name=f"Park {number}",
                    timezone="Europe/Rome",
                    primary_feed=int(Feed.THEMEPARKS_WIKI),
                    breakdown_signal="closed",
                )
                for number in numbers
            ],
        )
        ids = [NewExternalId(Feed.THEMEPARKS_WIKI, "park", f"wiki-{number}", number) for number in numbers]
        catalogue.add_external_ids(connection, ids, 0)
    for number in numbers:
        publish(sqlite_database, 0, 23, park_id=number)
    feed = FakeFeed(
        schedules={f"wiki-{number}": ScheduleReading((hours(MONDAY, 0, 23),)) for number in numbers}
    )
    job, clock = refresh(sqlite_database, feed, "2026-06-01 04:00")
    asked = []
    for _ in range(36):
        asked.append(job.run().parks)
        clock.sleep(600)
    assert asked == ([8] * 6 + [0] * 6) * 3


def test_a_feed_that_does_not_answer_is_a_failed_run_and_asked_again_later(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    publish(sqlite_database, 8, 20)
    feed = FakeFeed(schedules={WIKI_IDS[ROME]: refused(PollOutcome.TIMEOUT)})
    job, clock = refresh(sqlite_database, feed, "2026-06-01 09:00")
    assert job.run().failed == 1
    clock.sleep(7200)
    assert job.run().failed == 1
    assert [outcome for _, outcome, _ in runs(sqlite_database)] == ["failure", "failure"]
    assert not dirty_days(sqlite_database)
