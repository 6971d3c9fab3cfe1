"""Feeds that hang: a cycle ends in time with what has arrived, and the next one begins anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.pipeline.polling import PRIMARY_SHARE
from hallofshame.store import catalogue
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll, Park, RideStatusSnapshot
from pipeline.fakes import NEW_YORK, QUEUE_TIMES_IDS, ROME, WIKI_IDS, at, found, seed_parks
from pipeline.polls import Polled, PolledQueueTimes, collector, reading, rows
from support.waiting import until

NOON = at("2026-06-03 10:00")
FOUR = [reading(name, wait=10) for name in ("Alpha", "Bravo", "Charlie", "Delta")]
WHOLE_SECONDS = 90.0
"""The time of a cycle. It passes when a test says so: what answers has all the time that it needs."""
WIKI, QUEUE_TIMES = int(Feed.THEMEPARKS_WIKI), int(Feed.QUEUE_TIMES)


@pytest.fixture
def wiki() -> Iterator[Polled]:
    """ThemeParks.wiki with both parks; Rome hangs."""
    feed = Polled(says=dict.fromkeys(WIKI_IDS.values(), FOUR), hanging={WIKI_IDS[ROME]})
    yield feed
    feed.go_on.set()


def parks_seen(database: Database) -> list[tuple[int, int]]:
    return sorted(set(rows(database, RideStatusSnapshot, "park_id", "feed")))


def only_from_the_wiki(database: Database) -> None:
    """Parks that have no other feed to fall back on."""
    with database.write() as connection:
        table = catalogue.ExternalId.__table__
        connection.execute(table.delete().where(table.c.feed == QUEUE_TIMES))


def passing(wiki: Polled, clock: FixedClock, seconds: float) -> Callable[[int, int], None]:
    """Let so much time pass, once, when a park was heard and Rome is on its way."""

    def heard(_parks: int, _of: int) -> None:
        if not clock.slept:
            until("Rome is asked", lambda: ("poll", WIKI_IDS[ROME]) in wiki.asked)
            clock.sleep(seconds)

    return heard


def test_at_the_deadline_what_has_arrived_is_written_and_the_rest_has_timed_out(
    database: Database, wiki: Polled
) -> None:
    seed_parks(database, ROME, NEW_YORK)
    only_from_the_wiki(database)
    clock = FixedClock(NOON)
    collect = collector(database, wiki, now=NOON, clock=clock, deadline_seconds=WHOLE_SECONDS)
    result = collect.cycle(passing(wiki, clock, WHOLE_SECONDS))
    assert (result.answered, result.failed, result.cut_short) == (1, 1, 1)
    assert parks_seen(database) == [(NEW_YORK, WIKI)]
    polls = rows(database, FeedPoll, "park_id", "outcome", "attempts", "readings")
    assert sorted(polls) == [(ROME, "timeout", 1, 0), (NEW_YORK, "ok", 1, 4)]
    (finding,) = found(database, "feed_too_slow")
    assert (finding.park_id, finding.subject) == (None, "themeparks_wiki")
    assert "1 of 2 requests were cut short, 1 gave readings" in finding.detail


def test_the_fallback_is_asked_before_the_time_is_over(database: Database, wiki: Polled) -> None:
    seed_parks(database, ROME, NEW_YORK)
    queue_times = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: FOUR})
    clock = FixedClock(NOON)
    collect = collector(database, wiki, queue_times, now=NOON, clock=clock, deadline_seconds=WHOLE_SECONDS)
    result = collect.cycle(passing(wiki, clock, PRIMARY_SHARE * WHOLE_SECONDS))
    assert clock.elapsed() < WHOLE_SECONDS
    assert (result.answered, result.cut_short) == (2, 1)
    assert parks_seen(database) == [(ROME, QUEUE_TIMES), (NEW_YORK, WIKI)]
    polls = rows(database, FeedPoll, "park_id", "feed", "outcome")
    assert sorted(polls) == [(ROME, QUEUE_TIMES, "ok"), (ROME, WIKI, "timeout"), (NEW_YORK, WIKI, "ok")]
    assert 0 < PRIMARY_SHARE < 1


def test_a_feed_that_hangs_takes_no_thread_from_the_other(sqlite_database: Database, wiki: Polled) -> None:
    """One thread per feed, and the one of ThemeParks.wiki held by Rome."""
    seed_parks(sqlite_database, ROME, NEW_YORK)
    with sqlite_database.write() as connection:
        connection.execute(update(Park).where(Park.park_id == NEW_YORK).values(primary_feed=QUEUE_TIMES))
    queue_times = PolledQueueTimes(says={QUEUE_TIMES_IDS[NEW_YORK]: FOUR})
    clock = FixedClock(NOON)
    options = {"clock": clock, "workers": 1, "deadline_seconds": WHOLE_SECONDS}
    collect = collector(sqlite_database, wiki, queue_times, now=NOON, **options)
    collect.cycle(passing(wiki, clock, PRIMARY_SHARE * WHOLE_SECONDS))
    assert parks_seen(sqlite_database) == [(NEW_YORK, QUEUE_TIMES)]


def test_a_request_whose_turn_does_not_come_was_not_made(sqlite_database: Database, wiki: Polled) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    only_from_the_wiki(sqlite_database)
    collector(sqlite_database, wiki, now=NOON, workers=1, deadline_seconds=0.5).cycle()
    polls = sorted(rows(sqlite_database, FeedPoll, "park_id", "outcome", "attempts"))
    assert polls == [(ROME, "timeout", 1), (NEW_YORK, "timeout", 0)]
    assert wiki.asked == [("poll", WIKI_IDS[ROME])]


def test_threads_that_hang_do_not_pile_up(sqlite_database: Database, wiki: Polled) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    only_from_the_wiki(sqlite_database)
    wiki.hanging = set(WIKI_IDS.values())
    collect = collector(sqlite_database, wiki, now=NOON, deadline_seconds=0.3)
    before = set(threading.enumerate())
    for _ in range(4):
        assert collect.cycle().failed == 2
    # Threads of earlier tests may end meanwhile.
    assert len(set(threading.enumerate()) - before) == 2
    assert len(wiki.asked) == 2
    details = set(rows(sqlite_database, FeedPoll, "detail"))
    assert ("themeparks_wiki was not asked: 2 requests of earlier cycles have not ended yet",) in details


def test_a_feed_that_comes_back_is_asked_again(sqlite_database: Database, wiki: Polled) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    only_from_the_wiki(sqlite_database)
    wiki.hanging = set(WIKI_IDS.values())
    collect = collector(sqlite_database, wiki, now=NOON, deadline_seconds=0.05)
    assert collect.cycle().answered == 0
    wiki.hanging = set()
    wiki.go_on.set()
    until("both are heard", lambda: collect.cycle().answered == 2)
    assert parks_seen(sqlite_database) == [(ROME, WIKI), (NEW_YORK, WIKI)]


def test_an_answer_that_comes_after_its_cycle_is_not_written(sqlite_database: Database, wiki: Polled) -> None:
    seed_parks(sqlite_database, ROME)
    only_from_the_wiki(sqlite_database)
    collect = collector(sqlite_database, wiki, now=NOON, deadline_seconds=0.05)
    collect.cycle()
    wiki.go_on.set()
    collect.close()
    assert rows(sqlite_database, RideStatusSnapshot) == []
    assert rows(sqlite_database, FeedPoll, "outcome") == [("timeout",)]


def test_an_error_of_the_program_over_one_park_leaves_the_others_their_time(
    sqlite_database: Database, wiki: Polled
) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    wiki.hanging.clear()
    wiki.says[WIKI_IDS[NEW_YORK]] = RuntimeError("no feed's fault")  # type: ignore[assignment]
    assert collector(sqlite_database, wiki, PolledQueueTimes(), now=NOON).cycle().answered == 1
    outcomes = rows(sqlite_database, FeedPoll, "park_id", "outcome")
    assert outcomes == [(ROME, "ok"), (NEW_YORK, "internal_error"), (NEW_YORK, "empty")]
