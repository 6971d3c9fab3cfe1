"""A process that collects for long holds no more objects after many cycles than after a few."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store.database import Database
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, ROME, WIKI_IDS, at, seed_parks
from pipeline.polls import UP, Polled, reading


def held() -> Counter[str]:
    """Objects of the program and frames, by their type."""
    gc.collect()
    types = (type(each) for each in gc.get_objects())
    return Counter(
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in types
        if str(kind.__module__).startswith(("hallofshame.", "polars.dataframe", "polars.series"))
    )


@pytest.mark.slow
def test_cycles_leave_no_objects_behind(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    feed, cache, clock = Polled(), ObservationCache(), FixedClock(at("2026-06-03 10:00"))
    collect = Collector(
        sqlite_database,
        {Feed.THEMEPARKS_WIKI: feed},
        clock,
        LOG,
        cadence_seconds=300,
        cache=cache,
        registry=Registry(),
    )
    rollup = Rollup(sqlite_database, clock, LOG, cache)

    def cycles(number: int) -> Counter[str]:
        for place in range(number):
            said = [reading(name, UP, 5 * (place % 7)) for name in ("Alpha", "Bravo", "Charlie")]
            feed.says = {WIKI_IDS[ROME]: said}
            collect.cycle()
            rollup.run()
            clock.sleep(300)
        return held()

    after_few = cycles(4)
    after_many = cycles(10)
    collect.close()
    assert after_few["hallofshame.store.observations._Park"] == 1
    assert after_many - after_few == Counter()
