"""Whatever one park's answer makes the program do wrong is that park's failure, and no other's."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest
import requests
import urllib3
from hypothesis import HealthCheck, given, settings
from polars.exceptions import PanicException
from requests.adapters import BaseAdapter
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import StoreError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import QueueReading, RideReading, ShowTime, StatusChange
from hallofshame.domain.words import MAX_RIDES_PER_ANSWER, Feed, QueueType, RideKind
from hallofshame.feeds.base import Answer, FeedContext, Poll
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.queue_times import QueueTimesFeed
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.pipeline.collect import Collector, CycleResult
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.repair import repair_gaps
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.models import FeedPoll, Ride, RideCurrent, RideStatusSnapshot
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    OSAKA,
    QUEUE_TIMES_IDS,
    ROME,
    THREE_WIKI_IDS,
    TUESDAY,
    WIKI_IDS,
    FakeFeed,
    a_day,
    at,
    found,
    observe,
    seed_parks,
    seed_rides,
)
from pipeline.polls import FOUR, UP, Polled, PolledQueueTimes, collector, reading, rows
from support.hostile_bodies import altered

NOON = at("2026-06-03 10:00")
WIKI = int(Feed.THEMEPARKS_WIKI)
OTHERS = (NEW_YORK, OSAKA)
FIVE_MINUTES = dt.timedelta(minutes=5)


def three_parks(**said: Any) -> Polled:
    """Three parks with four rides each; ``rome`` is what the first of them says instead."""
    says: dict[str, Any] = dict.fromkeys(THREE_WIKI_IDS.values(), FOUR)
    says[WIKI_IDS[ROME]] = said.get("rome", FOUR)
    return Polled(says=says)


@dataclass
class Raises(Polled):
    """Raises ``error`` when it is asked for Rome."""

    error: BaseException = field(default_factory=lambda: RuntimeError("no idea"))

    def poll(self, park_external_id: str) -> Poll:
        """As ever for the other parks."""
        if park_external_id == WIKI_IDS[ROME]:
            raise self.error
        return super().poll(park_external_id)


@dataclass
class Garbles(Polled):
    """Answers for Rome with something that is no poll."""

    change: Callable[[Poll], Any] = lambda poll: poll

    def poll(self, park_external_id: str) -> Poll:
        """As ever for the other parks."""
        poll = super().poll(park_external_id)
        if park_external_id == WIKI_IDS[ROME]:
            changed: Poll = self.change(poll)
            return changed
        return poll


class ForgetsRome(Registry):
    """Raises over Rome in the middle of a cycle, after it has created its rides."""

    def resolve(self, connection: Connection, park_id: int, *rest: Any, **options: Any) -> Any:
        """As ever for the other parks."""
        answers = super().resolve(connection, park_id, *rest, **options)
        if park_id == ROME:
            raise KeyError("Rome")
        return answers


def assert_only_rome_failed(database: Database, result: CycleResult) -> None:
    """The other parks' rows are all there, Rome has none, and its failure is on record."""
    assert (result.parks, result.answered, result.failed, result.readings) == (3, 2, 1, 8)
    assert {park for (park,) in rows(database, RideStatusSnapshot, "park_id")} == set(OTHERS)
    assert {park for (park,) in rows(database, RideCurrent, "park_id")} == set(OTHERS)
    assert {park for (park,) in rows(database, Ride, "park_id")} == set(OTHERS)
    polls = {park: rest for park, *rest in rows(database, FeedPoll, "park_id", "feed", "outcome", "readings")}
    assert polls == {
        ROME: [WIKI, "internal_error", 0],
        NEW_YORK: [WIKI, "ok", 4],
        OSAKA: [WIKI, "ok", 4],
    }
    (finding,) = found(database)
    assert (finding.kind, finding.park_id, finding.occurrences) == ("park_failed", ROME, 1)
    assert finding.detail.startswith("park-1: ")
    assert finding.detail.endswith("The log has the traceback.")


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


SHOW = ShowTime("Performance Time", NOON, None)
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


class OddHeaders(BaseAdapter):
    """Answers for every park with one ride; the answer for Rome comes with ``headers``."""

    headers: ClassVar[dict[str, str]] = {}

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """One answer."""
        ride = {"id": "a", "name": "Alpha", "entityType": "ATTRACTION", "status": "OPERATING"}
        sent = self.headers if WIKI_IDS[ROME] in (request.url or "") else {"Date": NOON_SENT}
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response.headers.update(sent)
        body = io.BytesIO(json.dumps({"liveData": [ride]}).encode())
        response.raw = urllib3.HTTPResponse(body, headers=sent, status=200, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is held open."""


NOON_SENT = format_datetime(NOON, usegmt=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "99999999"},
        {"Date": "Fri, 31 Dec 9999 23:59:59 -2359"},
        {"Date": NOON_SENT, "Age": "9" * 300},
        {"Date": NOON_SENT, "Age": "-99999999999"},
        {"Date": "Thu, 01 Jan 1970 00:00:00 GMT", "Retry-After": "9" * 300},
    ],
)
def test_headers_that_cannot_be_cost_no_park_its_cycle(
    sqlite_database: Database, headers: dict[str, str]
) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    adapter = OddHeaders()
    adapter.headers = headers  # type: ignore[misc]
    clock = FixedClock(NOON)
    with HttpClient(HttpPolicy(), clock, adapter=adapter) as client:
        feed = ThemeParksWikiFeed(FeedContext(client, clock, LOG, "https://feed.test"))
        collect = Collector(sqlite_database, {feed.feed: feed}, clock, LOG, cadence_seconds=300)
        result = collect.cycle()
        collect.close()
    assert (result.answered, result.readings) == (3, 3)
    assert found(sqlite_database) == []


# --- too many rides ---


def crowd(number: int) -> list[RideReading]:
    return [reading(f"Ride {place}", id=str(place)) for place in range(number)]


def test_an_answer_with_more_rides_than_can_be_is_refused(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    result = collector(sqlite_database, three_parks(rome=crowd(MAX_RIDES_PER_ANSWER + 1)), now=NOON).cycle()
    assert (result.answered, result.failed, result.readings) == (2, 1, 8)
    assert rows(sqlite_database, FeedPoll, "outcome", "readings")[0] == ("bad_body", 0)
    (finding,) = found(sqlite_database, "too_many_rides")
    assert (finding.park_id, finding.subject) == (ROME, "themeparks_wiki")
    assert f"names {MAX_RIDES_PER_ANSWER + 1} rides" in finding.detail


# --- mutated bodies ---


class Bodies:
    """A JSON client: one body for Rome, a sound one for everybody else."""

    def __init__(self) -> None:
        self.rome: Any = None

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The body of the park that the address names."""
        alpha = {"id": "a", "name": "Alpha", "entityType": "ATTRACTION", "status": "OPERATING"}
        bravo = {**alpha, "id": "b", "name": "Bravo", "status": "DOWN"}
        if WIKI_IDS[ROME] in url or f"/{QUEUE_TIMES_IDS[ROME]}/" in url:
            return Answer(self.rome, 200, 1, 1)
        return Answer({"liveData": [alpha, bravo]}, 200, 1, 1)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path) -> Iterator[Any]:
    """One installation with three parks that all examples go through, five minutes apart."""
    path = tmp_path_factory.mktemp("mutated") / "hallofshame.db"
    path.write_bytes(_migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    seed_parks(database, ROME, *OTHERS)
    bodies, clock = Bodies(), FixedClock(NOON)
    context = FeedContext(bodies, clock, LOG, "https://feed.test")
    feeds = {Feed.THEMEPARKS_WIKI: ThemeParksWikiFeed(context), Feed.QUEUE_TIMES: QueueTimesFeed(context)}
    collect = Collector(database, feeds, clock, LOG, cadence_seconds=300)
    yield bodies, collect, clock, database
    collect.close()
    database.dispose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=altered())
def test_no_body_of_one_park_costs_another_its_rows(asked: Any, body: Any) -> None:
    bodies, collect, clock, database = asked
    clock.sleep(300)
    bodies.rome = body
    result = collect.cycle()
    with database.read() as connection:
        table = RideStatusSnapshot
        query = select(table.park_id, func.count()).where(
            table.observed_at == to_unix(result.observed_at), table.park_id != ROME
        )
        assert dict(connection.execute(query.group_by(table.park_id)).all()) == {NEW_YORK: 2, OSAKA: 2}


# --- the other doors ---


def test_a_park_of_a_recording_that_cannot_be_written_costs_no_other(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_parks(database, ROME, *OTHERS)
    row = {"polled_at": NOON, "ride_id": 1, "ride_name": "Alpha", "is_open": True, "wait_time": 10}
    path = tmp_path / "snapshots.parquet"
    ids = [("101", "Park 1"), ("102", "Park 2"), ("103", "Park 3")]
    pl.DataFrame([{**row, "park_id": park, "park_name": name} for park, name in ids]).write_parquet(path)
    result = ingest(
        database,
        path,
        Feed.QUEUE_TIMES,
        cadence_seconds=300,
        clock=FixedClock(NOON),
        log=LOG,
        registry=ForgetsRome(),
    )
    assert (result.parks, result.failed, result.new_observations) == (2, 1, 2)
    assert {park for (park,) in rows(database, RideStatusSnapshot, "park_id")} == set(OTHERS)
    (finding,) = found(database)
    assert (finding.kind, finding.subject) == ("park_failed", "Park 1")


def test_a_recording_whose_only_park_fails_raises_its_error(
    sqlite_database: Database, tmp_path: Path
) -> None:
    seed_parks(sqlite_database, ROME)
    path = tmp_path / "snapshots.parquet"
    row = {"polled_at": NOON, "ride_id": 1, "ride_name": "Alpha", "is_open": True, "wait_time": 10}
    pl.DataFrame([{**row, "park_id": "101"}]).write_parquet(path)
    with pytest.raises(KeyError, match="Rome"):
        ingest(
            sqlite_database,
            path,
            Feed.QUEUE_TIMES,
            cadence_seconds=300,
            clock=FixedClock(NOON),
            log=LOG,
            registry=ForgetsRome(),
        )


class BrokenHistory(FakeFeed):
    """Raises over the history of Rome, or gives one that cannot be stored."""

    raises = True

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> Any:
        """As ever for the other parks."""
        page = super().history(park_external_id, start, end)
        if park_external_id != WIKI_IDS[ROME]:
            return page
        if self.raises:
            raise RecursionError("too deep")
        return replace(
            page, changes=(StatusChange("x", "X", RideKind.ATTRACTION, at("2026-06-01 12:00"), UP, 10**30),)
        )


@pytest.mark.parametrize("raises", [True, False], ids=["reading", "storing"])
def test_a_history_that_breaks_the_program_costs_no_other_park(
    sqlite_database: Database, raises: bool
) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    for park in (ROME, NEW_YORK):
        ride = seed_rides(sqlite_database, park, "Alpha", "Bravo", "Charlie")
        frame = pl.concat([a_day(park, day, ride) for day in (MONDAY, TUESDAY)])
        lost = pl.col("observed_at").is_between(
            to_unix(at("2026-06-01 15:00")), to_unix(at("2026-06-01 19:00"))
        )
        observe(sqlite_database, frame.filter(~lost))
    change = StatusChange(f"{NEW_YORK}-Alpha", "Alpha", RideKind.ATTRACTION, at("2026-06-01 16:00"), UP, 10)
    wiki = BrokenHistory(changes={WIKI_IDS[NEW_YORK]: [change]})
    wiki.raises = raises
    result = repair_gaps(sqlite_database, {wiki.feed: wiki}, FixedClock(at("2026-06-03 04:00")), LOG)
    assert result.park_days == 1
    assert result.failed >= 1
    failed = found(sqlite_database, "park_failed")
    assert {finding.park_id for finding in failed} == {ROME}
