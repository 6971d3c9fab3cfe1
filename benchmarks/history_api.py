"""The history API against a replayed server with its budgets: requests used of those allowed, and refused.

Run as ``python -m benchmarks.history_api [--hours 1.9]``. The server plays the shipped recordings over real
HTTP, counts any 3600 s and refuses what is beyond; server and importer share a clock whose waits pass at
once. Three callers: without a key (no meters in the headers), with a key (meters), and with a key and a
budget per minute beside that per hour.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from benchmarks.machine import describe
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix
from hallofshame.domain.readings import HistoryPage
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.pipeline.history_budget import StoredBudget
from hallofshame.pipeline.history_request import HistoryRange
from hallofshame.pipeline.import_history import import_history
from hallofshame.replay import SHIPPED_RECORDINGS, HistoryPlan, HistoryPlans, ReplayServer
from hallofshame.store import catalogue, schema
from hallofshame.store.catalogue import NewExternalId, StoredPark
from hallofshame.store.database import Database

BEGINS = from_unix(1_790_000_000)
SECONDS_PER_REQUEST = 0.4
PLANS = HistoryPlans(
    without_key=HistoryPlan(days=None, per_hour=60),
    by_key={
        "a key": HistoryPlan(days=None, per_hour=100),
        "a key with both meters": HistoryPlan(days=None, per_hour=100, per_minute=30),
    },
    retry_after_header=False,
)
LOG = logging.getLogger("benchmarks.history_api")


class _TimedApi(HistoryApi):
    """Lets time pass with each request, as a real one takes."""

    def __init__(self, context: FeedContext, access: HistoryAccess, clock: FixedClock) -> None:
        super().__init__(context, access)
        self._passing = clock

    def day(self, park_external_id: str, day: dt.date, timezone: str) -> HistoryPage:
        """The day, some moments later."""
        page = super().day(park_external_id, day, timezone)
        self._passing.sleep(SECONDS_PER_REQUEST)
        return page


def _seed(database: Database, server: ReplayServer) -> None:
    parks = [tape.info for key, tape in server.tapes.items() if key[0] is Feed.THEMEPARKS_WIKI]
    with database.write() as connection:
        for number, info in enumerate(parks, start=1):
            row = StoredPark(
                slug=f"park-{number}",
                name=info.park_name,
                timezone=info.timezone,
                primary_feed=int(Feed.THEMEPARKS_WIKI),
                breakdown_signal="down",
                park_id=number,
            )
            catalogue.upsert_parks(connection, [row])
            known = NewExternalId(Feed.THEMEPARKS_WIKI, "park", info.park_external_id, number)
            catalogue.add_external_ids(connection, [known], 0)


def measure(key: str, hours: float, folder: Path) -> str:
    """One caller: a line with what was used, allowed and refused."""
    clock = FixedClock(BEGINS)
    database = Database(f"sqlite:///{folder / 'bench.sqlite'}")
    schema.upgrade(database)
    with ReplayServer(SHIPPED_RECORDINGS, clock, history=PLANS) as server:
        _seed(database, server)
        client = HttpClient(HttpPolicy(requests_per_second=100), clock)
        context = FeedContext(client, clock, LOG, server.base_url)
        api = _TimedApi(context, HistoryAccess(key, StoredBudget(database, clock, key)), clock)
        began = time.perf_counter()
        result = import_history(database, api, clock, LOG, HistoryRange(seconds=hours * 3600))
        took = time.perf_counter() - began
        client.close()
        told = server.history.outcomes
    database.dispose()
    plan = PLANS.by_key.get(key, PLANS.without_key)
    spent = clock.elapsed() / 3600
    # A window may be spent at its beginning: after h hours, ceil(h) of them were open.
    whole = int(spent) + (1 if spent > int(spent) else 0)
    allowed = whole * (plan.per_hour or 0)
    used, refused = sum(told.values()), told[HTTPStatus.TOO_MANY_REQUESTS]
    return (
        f"{key or 'no key'}: {used} of {allowed} requests allowed in {spent:.2f} h "
        f"({100 * used / allowed:.1f} %), {refused} refused; {result.taken} park-days, "
        f"{result.events} events, {took:.1f} s of work"
    )


def main(hours: float = 1.9) -> None:
    """Print one line per caller."""
    describe("history API, one importer against a replayed server")
    for key in ("", *PLANS.by_key):
        with tempfile.TemporaryDirectory() as folder:
            print(measure(key, hours, Path(folder)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.9)
    main(parser.parse_args().hours)
