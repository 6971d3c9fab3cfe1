"""A process that imports through the history API, to be killed: database file, address of the server, now."""

from __future__ import annotations

import datetime as dt
import logging
from multiprocessing.connection import Connection

from hallofshame.clock import FixedClock
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.pipeline.history_budget import StoredBudget
from hallofshame.pipeline.history_request import HistoryRange
from hallofshame.pipeline.import_history import import_history
from hallofshame.store.database import Database


def live(says: Connection, file: str, base_url: str, now: str, first: str, last: str) -> None:
    """Import the days; say when asking begins and when all are taken."""
    clock, log = FixedClock(dt.datetime.fromisoformat(now)), logging.getLogger("child")
    database = Database(f"sqlite:///{file}")
    client = HttpClient(HttpPolicy(), clock)
    context = FeedContext(client, clock, log, base_url)
    api = HistoryApi(context, HistoryAccess("key", StoredBudget(database, clock, "key")))
    days = HistoryRange(None, dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    says.send("begun")
    result = import_history(database, api, clock, log, days)
    says.send(f"ended {result.left} {result.taken}")
