"""The daily sync: what it stores and reports, that it repeats, and that one park stops no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import StoreError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, ListedEntity, ListedPark, ScheduleReading
from hallofshame.domain.ride_types import TypeBook
from hallofshame.domain.tiers import TierBook
from hallofshame.domain.words import Feed, PollOutcome, RideKind
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.sync import sync
from hallofshame.pipeline.vanished import retire_vanished
from hallofshame.store import catalogue
from hallofshame.store.database import Database
from hallofshame.store.models import (
    AggregationLog,
    EntityMetadata,
)
from hallofshame.store.models import (
    ParkSchedule as StoredSchedule,
)
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    QUEUE_TIMES_IDS,
    ROME,
    TUESDAY,
    WIKI_IDS,
    FakeFeed,
    FakeQueueTimes,
    at,
    dirty_days,
    found,
    hours,
    refused,
    seed_parks,
    seed_rides,
    settled,
    small_world,
)

CLOCK = FixedClock(at("2026-06-10 04:20"))
ONE_DAY = dt.timedelta(days=1)


def listed(feed: Feed, ids: dict[int, str]) -> list[ListedPark]:
    return [ListedPark(feed, external_id, f"Park {park_id}") for park_id, external_id in ids.items()]


def feeds_of(wiki: FakeFeed) -> dict[Feed, FakeFeed]:
    queue_times = FakeQueueTimes(parks=listed(Feed.QUEUE_TIMES, QUEUE_TIMES_IDS))
    if not wiki.parks:
        wiki.parks = listed(Feed.THEMEPARKS_WIKI, WIKI_IDS)
    return {Feed.QUEUE_TIMES: queue_times, Feed.THEMEPARKS_WIKI: wiki}


@pytest.mark.both_databases
def test_published_hours_are_stored_and_mark_the_days_they_change(database: Database) -> None:
    small_world(database)
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ScheduleReading((hours(MONDAY, 7, 20),))})
    result = sync(database, feeds_of(wiki), CLOCK, LOG)
    assert (result.parks, result.failed, result.dates_changed) == (2, 0, 1)
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    settled(database)
    again = sync(database, feeds_of(wiki), CLOCK, LOG)
    assert again.dates_changed == 0
    assert not dirty_days(database)


def test_dates_that_are_no_longer_listed_keep_their_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    wiki = FakeFeed(
        schedules={WIKI_IDS[ROME]: ScheduleReading((hours(MONDAY, 7, 20), hours(TUESDAY, 7, 20)))}
    )
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    wiki.schedules[WIKI_IDS[ROME]] = ScheduleReading((hours(TUESDAY, 7, 20),))
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    with sqlite_database.read() as connection:
        in_force = select(StoredSchedule.date).where(StoredSchedule.superseded_at.is_(None))
        assert set(connection.scalars(in_force)) == {MONDAY, TUESDAY}


def test_one_old_entry_does_not_void_the_hours_of_the_days_between(sqlite_database: Database) -> None:
    """What is over was published and stays (R4); what is to come and no longer listed is taken back."""
    seed_parks(sqlite_database, ROME)
    known = [hours(CLOCK.now().date() + number * ONE_DAY, 7, 20) for number in range(-3, 4)]
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ScheduleReading(tuple(known))})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    long_ago = hours(MONDAY - 400 * ONE_DAY, 7, 20)
    wiki.schedules[WIKI_IDS[ROME]] = ScheduleReading((long_ago, known[3], known[6]))
    assert sync(sqlite_database, feeds_of(wiki), CLOCK, LOG).dates_changed == 3
    with sqlite_database.read() as connection:
        in_force = select(StoredSchedule.date).where(StoredSchedule.superseded_at.is_(None))
        kept = {long_ago.date, *(entry.date for entry in known[:4]), known[6].date}
        assert set(connection.scalars(in_force)) == kept


def test_a_corrected_date_supersedes_the_old_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ScheduleReading((hours(MONDAY, 7, 20),))})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    wiki.schedules[WIKI_IDS[ROME]] = ScheduleReading((hours(MONDAY, 8, 22),))
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    with sqlite_database.read() as connection:
        rows = connection.execute(select(StoredSchedule.opens_at, StoredSchedule.superseded_at)).all()
    assert sorted(superseded is None for _, superseded in rows) == [False, True]


def test_one_parks_failure_touches_no_other(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    wiki = FakeFeed(
        schedules={
            WIKI_IDS[ROME]: refused(PollOutcome.SERVER_ERROR),
            WIKI_IDS[NEW_YORK]: ScheduleReading((hours(MONDAY, 13, 23),), (Finding("odd", "x", "y"),)),
        },
        entities={WIKI_IDS[ROME]: refused(PollOutcome.TIMEOUT)},
    )
    result = sync(database, feeds_of(wiki), CLOCK, LOG)
    assert (result.parks, result.failed, result.dates_changed) == (2, 1, 1)
    assert {(row.park_id, row.subject) for row in found(database, "sync_failed")} == {
        (ROME, "schedule"),
        (ROME, "entities"),
    }
    assert [row.park_id for row in found(database, "odd")] == [NEW_YORK]
    assert outcomes(database) == ["success"]


class Refusing(Database):
    """A database that takes no hours of one park: the transaction that would write them fails."""

    park_id = ROME

    @contextmanager
    def write(self, *, changes_schema: bool = False) -> Iterator[Connection]:
        """As ever, but for the hours of that park."""
        with super().write(changes_schema=changes_schema) as connection:
            yield connection
            mine = StoredSchedule.park_id == self.park_id
            if connection.scalar(select(func.count()).select_from(StoredSchedule).where(mine)):
                raise StoreError("the disk has a hole here")


def outcomes(database: Database) -> list[str]:
    with database.read() as connection:
        return list(
            connection.scalars(select(AggregationLog.outcome).where(AggregationLog.job_type == "sync"))
        )


@pytest.mark.both_databases
def test_an_error_of_the_store_over_one_park_touches_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    seed_parks(database, ROME, NEW_YORK)
    refusing = Refusing(database.engine.url.render_as_string(hide_password=False))
    known = {park: ScheduleReading((hours(MONDAY, 7, 20),)) for park in WIKI_IDS.values()}
    result = sync(refusing, feeds_of(FakeFeed(schedules=known)), CLOCK, LOG)
    refusing.dispose()
    assert (result.parks, result.failed, result.broken, result.dates_changed) == (2, 1, 1, 1)
    with database.read() as connection:
        assert list(connection.scalars(select(StoredSchedule.park_id))) == [NEW_YORK]
    (finding,) = found(database, "sync_failed")
    assert (finding.park_id, finding.subject) == (ROME, "error")
    assert "StoreError: the disk has a hole here" in finding.detail
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert "sync of park-1 failed" in logged.getMessage()
    assert outcomes(database) == ["failure"], "so that it is tried again soon, and seen"


def test_an_error_of_the_program_over_one_park_touches_no_other_and_is_not_hidden(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    odd = {WIKI_IDS[ROME]: None, WIKI_IDS[NEW_YORK]: ScheduleReading((hours(MONDAY, 13, 23),))}

    class Broken(FakeFeed):
        def list_entities(self, park_external_id: str) -> list[ListedEntity]:
            if park_external_id == WIKI_IDS[ROME]:
                raise ZeroDivisionError("nobody thought of this")
            return []

    result = sync(sqlite_database, feeds_of(Broken(schedules=odd)), CLOCK, LOG)  # type: ignore[arg-type]
    assert (result.failed, result.broken, result.dates_changed) == (1, 1, 1)
    assert any(record.exc_info and "ZeroDivisionError" in caplog.text for record in caplog.records)
    assert outcomes(sqlite_database) == ["failure"]


def test_a_database_that_is_gone_ends_the_sync(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    wiki = FakeFeed()
    asked = 0

    def away(_connection: object, _found: object, _now: object) -> None:
        nonlocal asked
        asked += 1
        raise StoreError("the database is away")

    lists = feeds_of(wiki)
    monkeypatch.setattr("hallofshame.pipeline.sync._compare", lambda *_: None)
    monkeypatch.setattr("hallofshame.pipeline.sync.findings.record", away)
    with pytest.raises(StoreError, match="away"):
        sync(sqlite_database, lists, CLOCK, LOG)
    assert asked == 2, "once with the park, once to note it"
    assert outcomes(sqlite_database) == ["failure"]


def test_a_sync_without_any_answer_is_logged_as_failed(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    down = refused(PollOutcome.CONNECTION_ERROR)
    rome = WIKI_IDS[ROME]
    wiki = FakeFeed(parks=down, schedules={rome: down}, entities={rome: down})
    sync(sqlite_database, {Feed.THEMEPARKS_WIKI: wiki}, CLOCK, LOG)
    with sqlite_database.read() as connection:
        assert connection.execute(select(AggregationLog.outcome, AggregationLog.error)).all() == [
            ("failure", "no feed answered")
        ]
    assert [row.subject for row in found(sqlite_database, "park_list_missing")] == ["themeparks_wiki"]


def test_an_unlisted_park_is_a_finding_that_says_how_to_add_it(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    parks = [*listed(Feed.THEMEPARKS_WIKI, WIKI_IDS), ListedPark(Feed.THEMEPARKS_WIKI, "new-id", "Atlantis")]
    result = sync(sqlite_database, feeds_of(FakeFeed(parks=parks)), CLOCK, LOG)
    assert result.unlisted_parks == 1
    (finding,) = found(sqlite_database, "unlisted_park")
    assert (finding.subject, finding.park_id) == ("themeparks_wiki new-id", None)
    assert "Atlantis" in finding.detail
    assert "docs/catalogue.md" in finding.detail


def test_a_shipped_park_that_is_not_watched_is_not_unlisted(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    shipped = next(park for park in load_parks() if park.themeparks_wiki_id)
    parks = [
        *listed(Feed.THEMEPARKS_WIKI, WIKI_IDS),
        ListedPark(Feed.THEMEPARKS_WIKI, str(shipped.themeparks_wiki_id), shipped.name),
    ]
    assert sync(sqlite_database, feeds_of(FakeFeed(parks=parks)), CLOCK, LOG).unlisted_parks == 0


def test_a_park_gone_upstream_is_a_finding_and_stays(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    only_rome = listed(Feed.THEMEPARKS_WIKI, {ROME: WIKI_IDS[ROME]})
    sync(sqlite_database, feeds_of(FakeFeed(parks=only_rome)), CLOCK, LOG)
    assert [row.park_id for row in found(sqlite_database, "park_gone_upstream")] == [NEW_YORK]
    with sqlite_database.read() as connection:
        assert all(park.is_active for park in catalogue.park_table(connection))


def test_an_unreadable_park_list_says_nothing_about_parks(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    wiki = FakeFeed(parks=refused(PollOutcome.BAD_BODY))
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    assert not found(sqlite_database, "park_gone_upstream", "unlisted_park")


@pytest.mark.both_databases
def test_metadata_is_versioned(database: Database) -> None:
    seed_parks(database, ROME)
    seed_rides(database, ROME, "Alpha")
    alpha = ListedEntity("1-Alpha", "Alpha", RideKind.ATTRACTION, 41.9, 12.5, ("water", "indoor"))
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: [alpha]})
    clock = FixedClock(at("2026-06-10"))
    assert sync(database, feeds_of(wiki), clock, LOG).metadata_changed == 1
    clock.sleep(86_400)
    assert sync(database, feeds_of(wiki), clock, LOG).metadata_changed == 0
    moved = ListedEntity("1-Alpha", "Alpha", RideKind.ATTRACTION, 41.95, 12.5, ("water", "indoor"))
    wiki.entities[WIKI_IDS[ROME]] = [moved]
    assert sync(database, feeds_of(wiki), clock, LOG).metadata_changed == 1
    with database.read() as connection:
        table = EntityMetadata
        rows = connection.execute(
            select(table.latitude, table.tags, table.superseded_at).order_by(table.seen_at)
        ).all()
    assert rows == [
        (41.9, '["indoor", "water"]', to_unix(at("2026-06-11"))),
        (41.95, '["indoor", "water"]', None),
    ]


def test_an_entity_that_was_never_observed_makes_no_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    shop = ListedEntity("shop", "A shop", RideKind.SHOP)
    sync(sqlite_database, feeds_of(FakeFeed(entities={WIKI_IDS[ROME]: [shop]})), CLOCK, LOG)
    with sqlite_database.read() as connection:
        assert catalogue.rides(connection) == []


@pytest.mark.both_databases
def test_a_ride_of_the_other_feed_learns_its_kind_by_name(database: Database) -> None:
    rides = small_world(database)
    with database.write() as connection:
        (show,) = catalogue.create_rides(
            connection, [catalogue.NewRide(ROME, "The Big Show!", "ATTRACTION", None, 0)]
        )
    entities = [
        ListedEntity("s", "The Big Show", RideKind.SHOW),
        ListedEntity("r", "Echo", RideKind.RESTAURANT),
    ]
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: entities})
    assert sync(database, feeds_of(wiki), CLOCK, LOG).rides_linked == 1
    with database.read() as connection:
        kinds = {ride.ride_id: ride.kind for ride in catalogue.rides(connection, ROME)}
        assert catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "ride")["s"] == show
    assert kinds == {**dict.fromkeys(rides[ROME], "ATTRACTION"), show: "SHOW"}
    assert sync(database, feeds_of(wiki), CLOCK, LOG).rides_linked == 0


def test_a_corrected_kind_marks_the_days_of_the_ride(sqlite_database: Database) -> None:
    small_world(sqlite_database)
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: [ListedEntity("1-Alpha", "Alpha", RideKind.SHOW)]})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    assert dirty_days(sqlite_database) >= {(ROME, MONDAY), (ROME, TUESDAY)}
    assert not any(park_id == NEW_YORK for park_id, _ in dirty_days(sqlite_database))


def test_every_job_leaves_a_line_in_the_job_log(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    sync(sqlite_database, feeds_of(FakeFeed()), CLOCK, LOG)
    classify(sqlite_database, CLOCK, TierBook([], [], []), TypeBook([], [], []))
    retire_vanished(sqlite_database, CLOCK)
    with sqlite_database.read() as connection:
        log = AggregationLog
        rows = connection.execute(select(log.job_type, log.outcome).order_by(log.run_id)).all()
        assert connection.scalar(select(func.count()).where(log.finished_at.is_(None))) == 0
    assert rows == [("sync", "success"), ("classify", "success"), ("retire", "success")]
