"""A replay server that remembers every answer, and what a body says by the rules of reading a feed (R2)."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, Feed, Status
from hallofshame.feeds.base import Now
from hallofshame.replay import Tape
from hallofshame.replay.playback import ParkKey
from support.faulty_replay import FaultyReplayServer

Said = tuple[int | None, int | None]
"""A status and a wait as the record keeps them."""

POLL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Served:
    """One answer to a poll: when, by the clock of the system under test, by whom, of which park, and what.

    ``is_whole``: as many bytes were sent as its header promises.
    """

    at: float
    feed: Feed
    park: str
    status: int
    body: bytes
    is_whole: bool = True


class UnbrokenTape(Tape):
    """A recording without its gaps: its polls follow each other, one every five minutes, for ever.

    Recordings have hours and weeks in which nobody looked; a park that is silent then shows no fault.
    """

    def __init__(self, tape: Tape) -> None:
        vars(self).update(vars(tape))
        self._played = {}
        self._polls = [poll for week in self.weeks for poll in self._weeks[week]]

    def _played_week(self, monday: dt.date) -> list[tuple[int, Any]]:
        start, end = (
            dt.datetime.combine(day, dt.time(), self.zone).timestamp()
            for day in (monday, monday + dt.timedelta(days=7))
        )
        moments = range(int(start), int(end), POLL_SECONDS)
        return [(at, self._polls[at // POLL_SECONDS % len(self._polls)]) for at in moments]


class RememberingServer(FaultyReplayServer):
    """The replay server, with all its answers to polls in :attr:`served`.

    ``clock``: its own, which is right. ``shown``: what the clock of the tested system shows, in Unix seconds.
    """

    def __init__(
        self, tapes: Sequence[Tape], shown: Callable[[], float] = time.time, clock: Now | None = None
    ) -> None:
        super().__init__(clock=clock, tapes=map(UnbrokenTape, tapes))
        self._shown = shown
        self._writing = threading.Lock()
        self.served: list[Served] = []

    def answered(self, key: ParkKey, response: Response) -> None:
        """Remember the answer, if it is one to a poll."""
        if request.endpoint == "queue_times" or (request.view_args or {}).get("part") == "live":
            body = response.get_data()
            is_whole = response.content_length == len(body)
            with self._writing:
                self.served.append(Served(self._shown(), *key, response.status_code, body, is_whole))


Entry = tuple[str, str]
"""The external id and the name of a ride."""


def said_in(answer: Served) -> dict[Entry, set[Said]]:
    """What an answer says of each ride; several entries of one ride may say different things."""
    found: dict[Entry, set[Said]] = {}
    for entry, said in _entries(answer.feed, json.loads(answer.body), answer.park):
        found.setdefault(entry, set()).add(said)
    return found


def _entries(feed: Feed, body: Any, park: str) -> Iterator[tuple[Entry, Said]]:
    if feed is Feed.QUEUE_TIMES:
        rides = [ride for land in body["lands"] for ride in land["rides"]] + body["rides"]
        for ride in rides:
            wait, is_open = _wait(ride["wait_time"]), ride["is_open"]
            status = None if not isinstance(is_open, bool) else Status.OPERATING if is_open else Status.CLOSED
            yield (str(ride["id"]), ride["name"]), (_code(Status.OPERATING if wait else status), wait)
        return
    for item in body["liveData"]:
        if item["id"] != park:
            status = Status.__members__.get(item["status"])
            wait = _wait((item.get("queue", {}).get("STANDBY") or {}).get("waitTime"))
            yield (str(item["id"]), item["name"]), (_code(status), wait)


def _wait(minutes: int | None) -> int | None:
    return minutes if minutes is not None and 0 <= minutes <= MAX_PLAUSIBLE_WAIT_MINUTES else None


def _code(status: Status | None) -> int | None:
    return None if status is None else int(status)
