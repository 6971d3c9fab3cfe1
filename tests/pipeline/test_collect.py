"""One cycle: asks every park once, writes all in one transaction, and may be repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import StoreError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, ParkReading, QueueReading, RideReading, ShowTimeReading
from hallofshame.domain.words import Feed, PollOutcome, QueueType
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.polling import ParkAnswer, PolledPark
from hallofshame.store import joblog, raw
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    DataQualityLog,
    FeedPoll,
    Park,
    ParkActivitySnapshot,
    QueueData,
    Ride,
    RideCurrent,
    RideStatusSnapshot,
)
from hallofshame.store.models import (
    ShowTime as StoredShowTime,
)
from pipeline.fakes import (
    CADENCE,
    LOG,
    NEW_YORK,
    QUEUE_TIMES_IDS,
    ROME,
    TIMEZONES,
    WIKI_IDS,
    at,
    found,
    refused,
    roll_up,
    seed_parks,
)
from pipeline.polls import (
    DOWN,
    FOUR,
    SHUT,
    UP,
    Polled,
    PolledQueueTimes,
    Says,
    both_parks,
    collector,
    cycle,
    marks,
    reading,
    rows,
)

NOON = at("2026-06-03 10:00")
"""12:00 in Rome, 06:00 in New York."""


def count(database: Database, model: type[Base]) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(model)) or 0)


# --- what a cycle writes ---


def test_all_parks_of_a_cycle_share_one_instant_in_whole_seconds(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    result = cycle(database, both_parks(), now=NOON.replace(microsecond=987_654))
    assert (result.observed_at, result.parks, result.answered, result.readings) == (NOON, 2, 2, 6)
    for model in (RideStatusSnapshot, FeedPoll, ParkActivitySnapshot, RideCurrent):
        assert set(rows(database, model, "observed_at")) == {(to_unix(NOON),)}


def test_an_observation_is_kept_as_said(database: Database) -> None:
    seed_parks(database, ROME)
    cycle(database, Polled(says={WIKI_IDS[ROME]: [*FOUR, reading("Echo", None)]}), now=NOON)
    kept = rows(
        database, RideStatusSnapshot, "ride_id", "status", "wait_minutes", "feed", "stale", "cadence_seconds"
    )
    feed = int(Feed.THEMEPARKS_WIKI)
    said = [(1, 30), (2, None), (3, None), (4, None), (None, None)]
    assert [(status, wait) for _, status, wait, *_ in kept] == said
    assert {row[3:] for row in kept} == {(feed, 0, CADENCE)}
    assert rows(database, ParkActivitySnapshot) == [(ROME, to_unix(NOON), feed, CADENCE, 1, 1, 1, 1, 1)]


def test_two_readings_of_one_ride_are_one_observation_of_the_one_that_says_most(database: Database) -> None:
    """With an id closed, without one operating: one ride, one observation, the operating one."""
    seed_parks(database, ROME)
    said = [reading("Alpha", SHUT, id="7"), reading("Alpha (12)", UP, 25, id=None)]
    cycle(database, Polled(says={WIKI_IDS[ROME]: said}), now=NOON)
    assert rows(database, RideStatusSnapshot, "status", "wait_minutes") == [(int(UP), 25)]


@pytest.mark.both_databases
def test_queues_are_kept_with_prices_in_minor_units(database: Database) -> None:
    seed_parks(database, ROME)
    queues = (
        QueueReading(QueueType.SINGLE_RIDER, wait_minutes=5),
        QueueReading(
            QueueType.PAID_RETURN_TIME,
            state="AVAILABLE",
            return_start=at("2026-06-03 11:00"),
            return_end=at("2026-06-03 12:00"),
            price_minor=1800,
            currency="USD",
        ),
        QueueReading(QueueType.BOARDING_GROUP, state="OPEN", group_start=10, group_end=20),
    )
    cycle(database, Polled(says={WIKI_IDS[ROME]: [reading("Alpha", queues=queues)]}), now=NOON)
    kept = [row[3:] for row in rows(database, QueueData)]
    assert kept == [
        (1, None, 5, None, None, None, None, None, None),
        (3, "AVAILABLE", None, 1780484400, 1780488000, 1800, "USD", None, None),
        (4, "OPEN", None, None, None, None, None, 10, 20),
    ]


@pytest.mark.both_databases
def test_a_park_that_answers_nonsense_costs_no_other_its_cycle(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    alpha = {"id": "a", "name": "Alpha", "entityType": "ATTRACTION", "status": "OPERATING"}
    price = {"amount": 10**30, "currency": "dollars"}
    nonsense = [
        {**alpha, "entityType": {}, "queue": {"PAID_RETURN_TIME": {"price": price, "state": "A" * 99}}},
        {**alpha, "id": "b" * 9_000},
    ]
    bodies = {WIKI_IDS[ROME]: nonsense, WIKI_IDS[NEW_YORK]: [alpha]}
    answers = {f"https://feed.test/v1/entity/{key}/live": {"liveData": said} for key, said in bodies.items()}
    feed = ThemeParksWikiFeed(FeedContext(Says(answers), FixedClock(NOON), LOG, "https://feed.test"))
    result = Collector(
        database, {Feed.THEMEPARKS_WIKI: feed}, FixedClock(NOON), LOG, cadence_seconds=CADENCE
    ).cycle()
    assert (result.answered, result.readings) == (2, 2)
    kinds = {finding.kind for finding in found(database)}
    assert kinds == {"unknown_entity_type", "number_unreadable", "word_unreadable", "entry_unreadable"}


@pytest.mark.both_databases
def test_show_times_are_kept_once(database: Database) -> None:
    seed_parks(database, ROME)
    show = ShowTimeReading("Performance Time", at("2026-06-03 14:00"), at("2026-06-03 14:20"))
    feed = Polled(says={WIKI_IDS[ROME]: [reading("Parade", showtimes=(show, show))]})
    collect = collector(database, feed, now=NOON)
    collect.cycle()
    collect.cycle()
    assert rows(database, StoredShowTime, "starts_at", "kind", "ends_at") == [
        (to_unix(show.starts_at), "Performance Time", to_unix(show.starts_at) + 1200)
    ]


def test_findings_of_a_feed_are_kept_with_their_park(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    feed = both_parks(findings=(Finding("unknown_status", "x", "said MAYBE"),))
    cycle(database, feed, now=NOON)
    cycle(database, feed, now=NOON + dt.timedelta(minutes=5))
    kept = {(row.park_id, row.kind, row.occurrences) for row in found(database)}
    assert kept == {(ROME, "unknown_status", 2), (NEW_YORK, "unknown_status", 2)}


def test_down_from_a_park_marked_closed_is_found_with_the_first_one(database: Database) -> None:
    """Once per park, with a count, whatever the day's checks do (R5)."""
    seed_parks(database, ROME, NEW_YORK, signal="closed")
    feed = Polled(says={WIKI_IDS[ROME]: [FOUR[0], FOUR[2]], WIKI_IDS[NEW_YORK]: [FOUR[0]]})
    cycle(database, feed, now=NOON)
    assert found(database, "down_from_closed_park") == []
    feed.says[WIKI_IDS[ROME]] = FOUR
    for minutes in (5, 10):
        cycle(database, feed, now=NOON + dt.timedelta(minutes=minutes))
    (finding,) = found(database, "down_from_closed_park")
    assert (finding.park_id, finding.occurrences) == (ROME, 2)
    assert finding.first_seen_at == to_unix(NOON) + 300
    assert "Park 1 is judged by what came back, but its feed said DOWN of 1 ride, " in finding.detail
    assert "2026-06-03T10:10:00Z" in finding.detail


def test_down_is_no_finding_where_it_is_expected_or_comes_from_the_fallback(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME)
    seed_parks(sqlite_database, NEW_YORK, signal="closed")
    with sqlite_database.write() as connection:
        own = Park.__table__.update().where(Park.park_id == NEW_YORK)
        connection.execute(own.values(primary_feed=int(Feed.QUEUE_TIMES)))
    silent = PolledQueueTimes(says={QUEUE_TIMES_IDS[NEW_YORK]: refused(PollOutcome.TIMEOUT)})
    assert cycle(sqlite_database, both_parks(), silent, now=NOON).answered == 2
    assert found(sqlite_database, "down_from_closed_park") == []


@pytest.mark.parametrize(
    ("status", "hours", "stale"), [(UP, 25, True), (UP, 24, False), (SHUT, 500, False), (UP, None, False)]
)
def test_a_claim_to_operate_under_an_old_stamp_is_marked_stale(
    sqlite_database: Database, status: Any, hours: int | None, stale: bool
) -> None:
    seed_parks(sqlite_database, ROME)
    stamp = None if hours is None else NOON - dt.timedelta(hours=hours)
    said = [reading("Alpha", status, 20, upstream_at=stamp)]
    cycle(sqlite_database, Polled(says={WIKI_IDS[ROME]: said}), now=NOON)
    assert rows(sqlite_database, RideStatusSnapshot, "status", "wait_minutes", "stale") == [
        (int(status), 20, int(stale))
    ]


# --- feeds that fail ---


def test_one_parks_failure_touches_no_other(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    feed = both_parks()
    feed.says = {**feed.says, WIKI_IDS[ROME]: refused(PollOutcome.TIMEOUT)}
    result = cycle(database, feed, now=NOON)
    assert (result.answered, result.failed) == (1, 1)
    assert {park for (park,) in rows(database, RideStatusSnapshot, "park_id")} == {NEW_YORK}
    polls = rows(database, FeedPoll, "park_id", "outcome", "readings", "http_status", "duration_ms", "detail")
    assert polls[0][:4] == (ROME, "timeout", 0, None)
    assert polls[0][5] == "the feed said timeout"
    assert polls[1] == (NEW_YORK, "ok", 2, 200, 7, None)


@pytest.mark.parametrize("nothing", [(), refused(PollOutcome.SERVER_ERROR)], ids=["empty", "error"])
def test_the_fallback_stands_in_where_the_primary_gave_nothing(database: Database, nothing: Any) -> None:
    seed_parks(database, ROME)
    wiki = Polled(says={WIKI_IDS[ROME]: nothing})
    queue_times = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: [reading("Alpha", wait=15)]})
    result = cycle(database, queue_times, wiki, now=NOON)
    assert (result.answered, result.failed) == (1, 0)
    qt, primary = int(Feed.QUEUE_TIMES), int(Feed.THEMEPARKS_WIKI)
    assert rows(database, RideStatusSnapshot, "feed", "wait_minutes") == [(qt, 15)]
    assert rows(database, ParkActivitySnapshot, "feed") == [(qt,)]
    outcome = "server_error" if nothing else "empty"
    assert rows(database, FeedPoll, "feed", "outcome") == [(primary, outcome), (qt, "ok")]


def test_the_fallback_is_not_asked_while_the_primary_answers(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    queue_times = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: FOUR})
    cycle(sqlite_database, queue_times, Polled(says={WIKI_IDS[ROME]: FOUR}), now=NOON)
    assert queue_times.asked == []
    assert count(sqlite_database, FeedPoll) == 1


def test_a_cycle_without_any_answer_leaves_its_polls_only(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    result = cycle(database, Polled(), now=NOON)
    assert (result.answered, result.failed, result.readings) == (0, 2, 0)
    assert rows(database, FeedPoll, "outcome") == [("empty",), ("empty",)]
    assert count(database, RideStatusSnapshot) == 0
    assert marks(database) == set()
    with database.read() as connection:
        run = joblog.latest(connection, JobType.CYCLE)
    assert run is not None
    assert (run.outcome, run.error) == ("success", None), "lists without rides are no reason to ask again"


def test_only_active_parks_and_those_chosen_are_asked(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    feed = both_parks()
    assert cycle(sqlite_database, feed, now=NOON, parks=frozenset({"park-2"})).parks == 1
    with sqlite_database.write() as connection:
        connection.execute(Park.__table__.update().where(Park.park_id == NEW_YORK).values(is_active=False))
    assert cycle(sqlite_database, feed, now=NOON).parks == 1
    assert feed.asked == [("poll", WIKI_IDS[NEW_YORK]), ("poll", WIKI_IDS[ROME])]


@pytest.mark.parametrize(
    ("seeded", "chosen", "reason"),
    [
        ((), None, "has none; run: hallofshame db upgrade"),
        ((ROME,), {"atlantis"}, "none of the chosen atlantis; run: hallofshame db upgrade"),
        ((ROME, NEW_YORK), {"park-1"}, "has 1 park, 0 of them active"),
    ],
)
def test_a_cycle_without_parks_is_an_error_with_the_remedy(
    sqlite_database: Database, seeded: tuple[int, ...], chosen: set[str] | None, reason: str
) -> None:
    seed_parks(sqlite_database, *seeded)
    with sqlite_database.write() as connection:
        connection.execute(update(Park).values(is_active=False))
    with pytest.raises(StoreError, match=f"no park to collect: .*{reason}"):
        cycle(sqlite_database, Polled(), now=NOON, parks=frozenset(chosen) if chosen else None)
    assert count(sqlite_database, FeedPoll) == 0


# --- one transaction ---


class Failing(Database):
    """A database whose next writing transactions end in ``error``: with their commit, or after it began."""

    times = 0
    error: Exception = RuntimeError("the plug was pulled")

    def run(self, work: Callable[[Connection], Any]) -> Any:
        """As ever, but the work of a doomed transaction is followed by an error."""

        def doomed(connection: Connection) -> Any:
            done = work(connection)
            if self.times:
                self.times -= 1
                raise self.error
            return done

        return super().run(doomed)


EVERYTHING = (
    RideStatusSnapshot,
    FeedPoll,
    ParkActivitySnapshot,
    RideCurrent,
    Ride,
    QueueData,
    StoredShowTime,
    DataQualityLog,
)


@pytest.fixture
def failing(database: Database) -> Iterator[Failing]:
    """The database of the test once more, to be broken at will."""
    other = Failing(database.engine.url.render_as_string(hide_password=False))
    yield other
    other.dispose()


@pytest.mark.both_databases
def test_a_transaction_that_is_lost_leaves_nothing(database: Database, failing: Failing) -> None:
    seed_parks(database, ROME, NEW_YORK)
    failing.times = 2  # its line in the job log, which a cycle does without, and its rows
    with pytest.raises(RuntimeError, match="plug"):
        collector(failing, both_parks(), now=NOON).cycle()
    assert [count(database, model) for model in EVERYTHING] == [0] * len(EVERYTHING)
    assert marks(database) == set()


@pytest.mark.both_databases
def test_what_was_learned_in_a_lost_transaction_is_learned_again(
    database: Database, failing: Failing
) -> None:
    seed_parks(database, ROME)
    show = ShowTimeReading("Performance Time", at("2026-06-03 14:00"), None)
    feed = Polled(says={WIKI_IDS[ROME]: [reading("Alpha", wait=5, showtimes=(show,)), *FOUR[1:]]})
    clock = FixedClock(NOON)
    collect = collector(failing, feed, now=NOON)
    collect._clock = clock
    failing.times = 2  # its line in the job log, which a cycle does without, and its rows
    with pytest.raises(RuntimeError, match="plug"):
        collect.cycle()
    assert [count(database, model) for model in EVERYTHING] == [0] * len(EVERYTHING)
    clock.sleep(300)
    collect.cycle()
    assert count(database, Ride) == 4
    assert count(database, StoredShowTime) == 1
    kept = set(rows(database, RideStatusSnapshot, "ride_id"))
    assert kept == set(rows(database, Ride, "ride_id"))


# --- the present state ---


def test_since_moves_only_when_the_status_does(database: Database) -> None:
    seed_parks(database, ROME)
    feed = Polled()
    for minutes, status, wait in (
        (0, UP, 10),
        (5, UP, 20),
        (10, DOWN, None),
        (15, DOWN, None),
        (20, None, None),
    ):
        feed.says = {WIKI_IDS[ROME]: [reading("Alpha", status, wait)]}
        cycle(database, feed, now=NOON + dt.timedelta(minutes=minutes))
        (now,) = rows(database, RideCurrent, "observed_at", "status", "wait_minutes", "since")
        began = {0: 0, 5: 0, 10: 10, 15: 10, 20: 20}[minutes]
        assert now == (to_unix(NOON) + 60 * minutes, status and int(status), wait, to_unix(NOON) + 60 * began)


def test_a_ride_that_is_not_named_keeps_its_last_state(database: Database) -> None:
    seed_parks(database, ROME)
    feed = Polled(says={WIKI_IDS[ROME]: FOUR})
    cycle(database, feed, now=NOON)
    feed.says = {WIKI_IDS[ROME]: FOUR[:1]}
    cycle(database, feed, now=NOON + dt.timedelta(minutes=5))
    seen = [instant - to_unix(NOON) for (instant,) in rows(database, RideCurrent, "observed_at")]
    assert seen == [300, 0, 0, 0]


def late(database: Database, said: RideReading, *, minutes: int) -> None:
    """What Rome said so many minutes before noon, written at noon."""
    park = PolledPark(ROME, "park-1", TIMEZONES[ROME], ())
    answer = ParkAnswer(park, [], ParkReading(Feed.THEMEPARKS_WIKI, WIKI_IDS[ROME], (said,)))
    collector(database, now=NOON).store(NOON - dt.timedelta(minutes=minutes), [answer])


@pytest.mark.both_databases
def test_late_observations_do_not_turn_the_present_back(database: Database) -> None:
    seed_parks(database, ROME)
    cycle(database, Polled(says={WIKI_IDS[ROME]: [reading("Alpha", DOWN)]}), now=NOON)
    late(database, reading("Alpha", UP, 5), minutes=60)
    assert rows(database, RideCurrent, "observed_at", "status", "since") == [
        (to_unix(NOON), int(DOWN), to_unix(NOON))
    ]
    late(database, reading("Alpha", DOWN), minutes=20)
    assert rows(database, RideCurrent, "observed_at", "since") == [(to_unix(NOON), to_unix(NOON) - 1200)]


def test_after_an_unknown_reading_a_status_begins_anew(database: Database) -> None:
    """Also where the unknown one came late."""
    seed_parks(database, ROME)
    for minutes, status in ((10, UP), (0, UP), (5, None)):
        late(database, reading("Alpha", status), minutes=minutes)
    assert rows(database, RideCurrent, "status", "since") == [(int(UP), to_unix(NOON))]


# --- twice ---


@pytest.mark.both_databases
def test_collecting_one_instant_twice_changes_nothing(database: Database) -> None:
    """But for the polls: two requests were made, so there are two rows to say so."""
    seed_parks(database, ROME, NEW_YORK)
    feed = both_parks()
    cycle(database, feed, now=NOON)
    roll_up(database)
    before = {model: rows(database, model) for model in EVERYTHING if model is not FeedPoll}
    with database.read() as connection:
        revisions = raw.raw_revisions(connection, [ROME, NEW_YORK])
    cycle(database, feed, now=NOON)
    assert {model: rows(database, model) for model in before} == before
    assert marks(database) == set()
    assert count(database, FeedPoll) == 4
    with database.read() as connection:
        assert raw.raw_revisions(connection, [ROME, NEW_YORK]) == revisions
