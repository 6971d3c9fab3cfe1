"""Whatever one park's answer makes the program do wrong is that park's failure, and no other's."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.exceptions import PanicException
from sqlalchemy.exc import OperationalError

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import StoreError
from hallofshame.domain.readings import QueueReading, RideReading, ShowTimeReading
from hallofshame.domain.words import Feed, QueueType
from hallofshame.feeds.base import Poll
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.registry import Registry
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.models import FeedPoll, Ride, RideStatusSnapshot
from pipeline.fakes import (
    LOG,
    NEW_YORK,
    OSAKA,
    QUEUE_TIMES_IDS,
    ROME,
    WIKI_IDS,
    found,
    seed_parks,
)
from pipeline.one_park import (
    FIVE_MINUTES,
    NOON,
    OTHERS,
    WIKI,
    ForgetsRome,
    Garbles,
    Raises,
    assert_only_rome_failed,
    three_parks,
)
from pipeline.polls import FOUR, UP, PolledQueueTimes, collector, reading, rows


def deep() -> RecursionError:
    """An error as deep as the stack."""

    def descend() -> None:
        descend()

    try:
        descend()
    except RecursionError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("no idea"),
        MemoryError(),
        deep(),
        OverflowError("date value out of range"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"),
        PanicException("polars panicked"),
        AssertionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_in_the_request_is_that_parks(
    sqlite_database: Database, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    feed = Raises(says=three_parks().says, error=error)
    assert_only_rome_failed(sqlite_database, collector(sqlite_database, feed, now=NOON).cycle())
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert record.exc_info[1] is error


@pytest.mark.parametrize(
    "change",
    [
        lambda poll: None,
        lambda poll: replace(poll, reading=None),
        lambda poll: replace(poll, reading=replace(poll.reading, rides=None)),
        lambda poll: replace(poll, served_at="noon"),
    ],
    ids=["no poll", "no reading", "no rides", "no instant"],
)
def test_an_answer_of_the_wrong_shape_is_that_parks_failure(
    sqlite_database: Database, change: Callable[[Poll], Any]
) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    feed = Garbles(says=three_parks().says, change=change)
    assert_only_rome_failed(sqlite_database, collector(sqlite_database, feed, now=NOON).cycle())


SHOW = ShowTimeReading("Performance Time", NOON, None)
UNSTORABLE: dict[str, Sequence[Any]] = {
    "a wait beyond 16 bits": [reading("Alpha", UP, 40_000)],
    "a wait beyond 64 bits": [reading("Alpha", UP, 10**30)],
    "a wait that is no number": [reading("Alpha", UP, float("nan"))],  # type: ignore[arg-type]
    "a status of its own": [replace(reading("Alpha"), status="SLEEPING")],  # type: ignore[arg-type]
    "half a surrogate pair": [reading("Alpha \ud800")],
    "half a surrogate pair in the id": [reading("Alpha", id="\udfff")],
    "no name": [replace(reading("Alpha"), name=None)],  # type: ignore[arg-type]
    "a price beyond 64 bits": [
        reading("Alpha", queues=(QueueReading(QueueType.PAID_RETURN_TIME, price_minor=10**30),))
    ],
    "a price beyond 32 bits": [
        reading("Alpha", queues=(QueueReading(QueueType.PAID_RETURN_TIME, price_minor=2**40),))
    ],
    "a state of a megabyte": [
        reading("Alpha", queues=(QueueReading(QueueType.RETURN_TIME, state="x" * 2**20),))
    ],
    "an instant without a zone": [replace(reading("Alpha"), upstream_at=dt.datetime(2026, 6, 1))],  # noqa: DTZ001
    "a show that is none": [reading("Alpha", showtimes=(replace(SHOW, starts_at="noon"),))],  # type: ignore[arg-type]
    "a kind of its own": [replace(reading("Alpha"), kind="DRAGON")],  # type: ignore[arg-type]
}


@pytest.mark.parametrize("said", UNSTORABLE.values(), ids=UNSTORABLE.keys())
@pytest.mark.both_databases
def test_readings_that_cannot_be_stored_are_that_parks_failure(
    database: Database, said: Sequence[RideReading]
) -> None:
    seed_parks(database, ROME, *OTHERS)
    result = collector(database, three_parks(rome=[*FOUR[1:], *said]), now=NOON).cycle()
    assert_only_rome_failed(database, result)


def test_a_name_of_a_megabyte_is_cut_and_nobodys_failure(database: Database) -> None:
    seed_parks(database, ROME, *OTHERS)
    said = [reading("Alpha " * 200_000, id="a"), *FOUR[1:]]
    assert collector(database, three_parks(rome=said), now=NOON).cycle().answered == 3
    assert max(len(name) for (name,) in rows(database, Ride, "name")) == 250


def test_an_error_in_recognising_rides_is_that_parks(database: Database) -> None:
    seed_parks(database, ROME, *OTHERS)
    collect = collector(database, three_parks(), now=NOON, registry=ForgetsRome())
    assert_only_rome_failed(database, collect.cycle())


def test_rows_that_the_database_refuses_are_that_parks_failure(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    for table in ("ride_status_snapshots", "ride_current"):
        with sqlite_database.write() as connection:
            connection.exec_driver_sql(
                f"CREATE TRIGGER no_rome_{table} BEFORE INSERT ON {table} WHEN NEW.park_id = {ROME} "
                "BEGIN SELECT RAISE(ABORT, 'not Rome'); END"
            )
        with sqlite_database.write() as connection:
            for dropped in ("feed_polls", "data_quality_log"):
                connection.exec_driver_sql(f"DELETE FROM {dropped}")  # noqa: S608
        now = NOON if table == "ride_status_snapshots" else NOON + FIVE_MINUTES
        result = collector(sqlite_database, three_parks(), now=now).cycle()
        assert (result.answered, result.failed) == (2, 1)
        (finding,) = found(sqlite_database)
        assert (finding.kind, finding.park_id) == ("park_failed", ROME)
        assert "not Rome" in finding.detail
        with sqlite_database.write() as connection:
            connection.exec_driver_sql(f"DROP TRIGGER no_rome_{table}")
    assert {park for (park,) in rows(sqlite_database, RideStatusSnapshot, "park_id")} == set(OTHERS)


def test_the_fallback_stands_in_for_a_primary_feed_that_breaks_the_program(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    queue_times = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: [reading("Alpha", wait=15)]})
    result = collector(sqlite_database, Raises(), queue_times, now=NOON).cycle()
    assert (result.answered, result.failed) == (1, 0)
    assert rows(sqlite_database, FeedPoll, "feed", "outcome") == [
        (WIKI, "internal_error"),
        (int(Feed.QUEUE_TIMES), "ok"),
    ]
    assert [finding.kind for finding in found(sqlite_database)] == ["park_failed"]


def test_a_failure_that_comes_back_every_cycle_is_logged_with_its_traceback_once(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    feed = Raises(says=three_parks().says)
    collect = collector(sqlite_database, feed, now=NOON)
    for error in (feed.error, RuntimeError("no idea"), ValueError("quite another")):
        feed.error = error
        collect.cycle()
    lines = [
        (record.getMessage(), bool(record.exc_info)) for record in caplog.records if record.levelno >= 40
    ]
    assert [traced for _, traced in lines] == [True, False, True]
    assert all(
        message.startswith("park-1: reading the answer of themeparks_wiki failed") for message, _ in lines
    )


@pytest.mark.both_databases
def test_after_a_failure_the_park_is_recognised_again(database: Database) -> None:
    """What was learned in the lost savepoint is learned again, and the other parks keep their rides."""
    seed_parks(database, ROME, *OTHERS)
    clock = FixedClock(NOON)
    feed = three_parks(rome=[*FOUR, reading("Echo", UP, 40_000)])
    collect = Collector(database, {feed.feed: feed}, clock, LOG, cadence_seconds=300)
    collect.cycle()
    feed.says[WIKI_IDS[ROME]] = FOUR
    clock.sleep(300)
    assert collect.cycle().answered == 3
    collect.close()
    counts = pl.DataFrame(
        rows(database, RideStatusSnapshot, "park_id", "ride_id"), orient="row", schema=["park", "ride"]
    )
    assert dict(counts.group_by("park").len().iter_rows()) == {ROME: 4, NEW_YORK: 8, OSAKA: 8}
    assert set(counts["ride"]) == {ride for (ride,) in rows(database, Ride, "ride_id")}


def test_a_failure_of_the_store_is_no_parks_failure(sqlite_database: Database) -> None:
    """A full disk, a lost server: nothing is written at all, rather than every park blamed."""
    seed_parks(sqlite_database, ROME, *OTHERS)

    class FullDisk(Registry):
        def resolve(self, *_rest: Any, **_options: Any) -> Any:
            error = OperationalError("INSERT", {}, RuntimeError("gone"))
            error.connection_invalidated = True
            raise error

    with pytest.raises(OperationalError):
        collector(sqlite_database, three_parks(), now=NOON, registry=FullDisk()).cycle()
    assert rows(sqlite_database, FeedPoll) == []


def test_a_database_without_space_concerns_everybody(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'small.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE heap (text TEXT NOT NULL)")
        connection.exec_driver_sql("PRAGMA max_page_count = 20")
        with pytest.raises(OperationalError, match="full") as full:
            connection.exec_driver_sql("INSERT INTO heap VALUES (hex(randomblob(1000000)))")
        assert concerns_whole_store(full.value)
        # SQLite ended the transaction by itself, so that not even an error of the program is one park's.
        assert concerns_whole_store(KeyError("Rome"), connection)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE heap (text TEXT NOT NULL)")
        with pytest.raises(Exception, match="NOT NULL") as refused:
            connection.exec_driver_sql("INSERT INTO heap VALUES (NULL)")
        assert concerns_whole_store(refused.value) is False
    assert concerns_whole_store(StoreError("a column refuses a value")) is False
    database.dispose()
