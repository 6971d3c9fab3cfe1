"""Recorded feeds that remember what they served, and what an answer says by the rules of reading one (R2)."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, Feed, Status
from hallofshame.feeds.replay import SHIPPED_RECORDINGS, ReplayServer, load_tapes
from hallofshame.feeds.replay.faults import Reply

Said = tuple[int | None, int | None]
"""A status and a wait as the record keeps them."""

SLUGS = ("efteling", "epcot", "gardaland", "six-flags-great-adventure", "tokyo-disneysea")
"""Parks in four time zones, so that some are open at any time; of both feeds."""

_NAMES = ("Efteling", "Epcot", "EPCOT", "Gardaland", "Six Flags Great Adventure", "Tokyo DisneySea")
_LIVE = re.compile(r"/parks/([^/]+)/queue_times\.json|/v1/entity/([^/]+)/live")


@dataclass(frozen=True, slots=True)
class Served:
    """One answer to a poll: when (Unix seconds), by which feed, of which park."""

    at: float
    feed: Feed
    park: str
    reply: Reply

    def said(self) -> dict[str, set[Said]]:
        """What it says of each external id; several entries of one id may differ."""
        found: dict[str, set[Said]] = {}
        for external_id, said in _entries(self.feed, json.loads(self.reply.body), self.park):
            found.setdefault(external_id, set()).add(said)
        return found


class RememberingServer(ReplayServer):
    """The replay server, with all its answers to polls in :attr:`served`."""

    def __init__(self) -> None:
        super().__init__(
            tapes=[one for one in load_tapes(SHIPPED_RECORDINGS) if one.info.park_name in _NAMES]
        )
        self._writing = threading.Lock()
        self.served: list[Served] = []

    def answer(self, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply of the replay server, remembered."""
        reply = super().answer(target, headers)
        if found := _LIVE.match(target):
            feed = Feed.QUEUE_TIMES if found[1] else Feed.THEMEPARKS_WIKI
            with self._writing:
                self.served.append(Served(time.time(), feed, found[1] or found[2], reply))
        return reply


def _entries(feed: Feed, body: Any, park: str) -> Iterator[tuple[str, Said]]:
    if feed is Feed.QUEUE_TIMES:
        for ride in [ride for land in body["lands"] for ride in land["rides"]] + body["rides"]:
            wait = _wait(ride["wait_time"])
            is_open = bool(wait) or ride["is_open"]
            yield str(ride["id"]), (int(Status.OPERATING if is_open else Status.CLOSED), wait)
        return
    for item in body["liveData"]:
        if item["id"] != park:
            status = Status.__members__.get(item["status"])
            wait = _wait((item.get("queue", {}).get("STANDBY") or {}).get("waitTime"))
            yield str(item["id"]), (None if status is None else int(status), wait)


def _wait(minutes: int | None) -> int | None:
    return minutes if minutes is not None and 0 <= minutes <= MAX_PLAUSIBLE_WAIT_MINUTES else None
