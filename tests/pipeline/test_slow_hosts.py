"""Whole cycles over HTTP against hosts that hang or drip: the other feed stands in, and soon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pytest

from hallofshame.clock import SystemClock
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.deadlines import TIMEOUTS_IN_A_ROW
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.queue_times import QueueTimesFeed
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.pipeline.collect import Collector, CycleResult
from hallofshame.replay import Tape, TapeInfo
from hallofshame.store import catalogue
from hallofshame.store.catalogue import NewExternalId, StoredPark
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll, RideStatusSnapshot
from pipeline.fakes import LOG, at, found
from pipeline.polls import rows
from support.faulty_replay import FaultyReplayServer
from support.feed_faults import Fault, FaultOrder

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

NOW = at("2026-06-08 10:00")
MONDAY_NOON = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)
PARKS = range(1, 21)
WIKI, QUEUE_TIMES = int(Feed.THEMEPARKS_WIKI), int(Feed.QUEUE_TIMES)
WORKERS = 8
POLICY = HttpPolicy(
    read_timeout_seconds=0.5, answer_timeout_seconds=1, backoff_seconds=0.01, requests_per_second=1000
)
"""Long enough for a host that answers at once, however busy the machine."""


class Standing(SystemClock):
    """Measures time as it passes; its date stands still."""

    def now(self) -> dt.datetime:
        return NOW


def tape(feed: Feed, park: int) -> Tape:
    """One ride, polled for two hours."""
    polls = [MONDAY_NOON + dt.timedelta(minutes=10 * number) for number in range(-6, 7)]
    if feed is Feed.QUEUE_TIMES:
        row = {"ride_id": 1, "ride_name": "A", "land": None, "is_open": True, "wait_time": 5}
        frame = pl.DataFrame([{"polled_at": poll, "last_updated": poll, **row} for poll in polls])
    else:
        said = {"entity_id": f"ride-{park}", "name": "A", "status": "OPERATING", "standby_wait": 10}
        frame = pl.DataFrame([{"polled_at": poll, **said} for poll in polls])
    info = TapeInfo(
        feed=feed,
        park_external_id=str(park),
        park_name=f"Park {park}",
        timezone="Europe/Rome",
        cadence_seconds=600,
        group_id="1",
        group_name="Group",
    )
    return Tape(info, frame)


@dataclass
class World:
    """Parks that both feeds know, each feed on a host of its own."""

    database: Database
    wiki: FaultyReplayServer
    collector: Collector

    def spoil(self, fault: Fault, **how: float) -> None:
        """Let all parks of ThemeParks.wiki fail."""
        for park in PARKS:
            order = FaultOrder(fault=fault, **how)  # type: ignore[arg-type]
            self.wiki.faults.put((Feed.THEMEPARKS_WIKI, str(park)), order, NOW)

    def mend(self) -> None:
        """Let them answer again."""
        for park in PARKS:
            self.wiki.faults.clear((Feed.THEMEPARKS_WIKI, str(park)))

    def cycle(self) -> CycleResult:
        """One cycle."""
        return self.collector.cycle()

    def tries_at_the_wiki(self) -> int:
        """How often ThemeParks.wiki was tried in all cycles."""
        polls = rows(self.database, FeedPoll, "feed", "attempts")
        return sum(attempts for feed, attempts in polls if feed == WIKI)


@pytest.fixture
def world(sqlite_database: Database) -> Iterator[World]:
    clock = Standing()
    servers = {
        feed: FaultyReplayServer(clock=clock, tapes=[tape(feed, park) for park in PARKS])
        for feed in (Feed.THEMEPARKS_WIKI, Feed.QUEUE_TIMES)
    }
    parks = [
        StoredPark(
            park_id=park,
            slug=f"park-{park}",
            name=f"Park {park}",
            timezone="Europe/Rome",
            primary_feed=WIKI,
            breakdown_signal="down",
        )
        for park in PARKS
    ]
    with sqlite_database.write() as connection:
        catalogue.upsert_parks(connection, parks)
        ids = [NewExternalId(feed, "park", str(park), park) for feed in servers for park in PARKS]
        catalogue.add_external_ids(connection, ids, 0)
    with (
        servers[Feed.THEMEPARKS_WIKI] as wiki,
        servers[Feed.QUEUE_TIMES] as queue_times,
        HttpClient(POLICY, clock) as client,
    ):
        feeds = {
            Feed.THEMEPARKS_WIKI: ThemeParksWikiFeed(FeedContext(client, clock, LOG, wiki.base_url)),
            Feed.QUEUE_TIMES: QueueTimesFeed(FeedContext(client, clock, LOG, queue_times.base_url)),
        }
        collector = Collector(sqlite_database, feeds, clock, LOG, workers=WORKERS, deadline_seconds=60)
        yield World(sqlite_database, wiki, collector)
        collector.close()


def feeds_seen(database: Database) -> dict[int, int]:
    """How many readings came from which feed."""
    seen = [feed for (feed,) in rows(database, RideStatusSnapshot, "feed")]
    return {feed: seen.count(feed) for feed in sorted(set(seen))}


def test_a_host_that_hangs_is_left_alone_after_a_few_time_outs(world: World) -> None:
    """Without that there would be sixty tries."""
    world.spoil(Fault.TIMEOUT, delay_seconds=30)
    result = world.cycle()
    assert (result.answered, result.failed) == (len(PARKS), 0)
    assert feeds_seen(world.database) == {QUEUE_TIMES: len(PARKS)}
    polls = rows(world.database, FeedPoll, "feed", "outcome", "attempts", "detail")
    refused = [poll for poll in polls if poll[0] == WIKI]
    assert {poll[1] for poll in refused} == {"timeout"}
    assert TIMEOUTS_IN_A_ROW <= world.tries_at_the_wiki() < 2 * WORKERS
    assert any("timed out 5 times in a row" in poll[3] for poll in refused)
    assert [row.subject for row in found(world.database, "feed_too_slow")] == ["themeparks_wiki"]


def test_it_is_asked_again_by_the_next_cycle(world: World) -> None:
    world.spoil(Fault.TIMEOUT, delay_seconds=30)
    world.cycle()
    world.mend()
    with world.database.write() as connection:
        connection.execute(RideStatusSnapshot.__table__.delete())
    result = world.cycle()
    assert (result.answered, result.cut_short) == (len(PARKS), 0)
    assert feeds_seen(world.database) == {WIKI: len(PARKS)}


def test_a_host_that_drips_is_left_alone_as_well(world: World) -> None:
    world.spoil(Fault.DRIP, delay_seconds=0.05)
    result = world.cycle()
    assert (result.answered, result.failed) == (len(PARKS), 0)
    assert feeds_seen(world.database) == {QUEUE_TIMES: len(PARKS)}
    assert TIMEOUTS_IN_A_ROW <= world.tries_at_the_wiki() < 2 * WORKERS


def test_the_clocks_of_sources_and_host_agree(world: World) -> None:
    """The replay server's date is its clock's, so nothing is refused."""
    result = world.cycle()
    assert (result.answered, found(world.database, "clock_wrong")) == (len(PARKS), [])
