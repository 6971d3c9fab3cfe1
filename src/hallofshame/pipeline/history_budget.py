"""The budget of the history API, shared by every process of an installation and kept across restarts.

Two things bound it: what the answers' headers say, and our own count. The count is of any 3600 s, not of an
hour that begins somewhere: so it fits the API's window wherever that begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.feeds.history_budget import (
    HOUR,
    HOUR_SECONDS,
    MINUTE,
    PAUSE,
    WITH_KEY_PER_HOUR,
    WITHOUT_KEY_PER_HOUR,
    Meter,
    meters_of,
)
from hallofshame.store import exclusive
from hallofshame.store import history_budget as kept
from hallofshame.store.database import Database
from hallofshame.store.history_budget import KeptMeter

MARGIN_SECONDS = 2.0
"""Added to each wait: requests are counted where they arrive, some later than others."""

SAME_WINDOW_SECONDS = 10.0

ANONYMOUS = "anonymous"


class StoredBudget:
    """A :class:`hallofshame.feeds.history_budget.HistoryBudget` in the database."""

    def __init__(self, database: Database, clock: Clock, key: str) -> None:
        self._database = database
        self._clock = clock
        # A budget belongs to a key, and the key itself is written nowhere.
        self.owner = hashlib.sha256(key.encode()).hexdigest()[:16] if key else ANONYMOUS
        self._default = WITH_KEY_PER_HOUR if key else WITHOUT_KEY_PER_HOUR

    def take(self) -> float:
        """Book one request and return 0, or book none and return the seconds until one is allowed."""

        def work(connection: Connection) -> float:
            now = self._now()
            kept.forget_before(connection, now - HOUR_SECONDS - MARGIN_SECONDS)
            meters = self._meters(connection, locked=True)
            asked = kept.asked_since(connection, self.owner, now - HOUR_SECONDS - MARGIN_SECONDS)
            wait = _wait(now, asked, meters, self._default)
            if wait <= 0:
                self._book(connection, now, meters, 1)
            return max(wait, 0.0)

        return self._database.run(work)

    def booked(self, requests: int) -> None:
        """Book requests that were sent already."""
        if requests > 0:
            self._database.run(
                lambda connection: self._book(
                    connection, self._now(), self._meters(connection, locked=True), requests
                )
            )

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer."""
        found = meters_of(headers)
        if not found:
            return

        def work(connection: Connection) -> None:
            now = self._now()
            before = self._meters(connection, locked=True)
            kept.keep(
                connection, self.owner, [_learned(meter, before.get(meter.name), now) for meter in found]
            )

        self._database.run(work)

    def pause(self, seconds: float) -> None:
        """Ask for nothing for so long."""
        self._database.run(
            lambda connection: kept.keep(
                connection, self.owner, [KeptMeter(PAUSE, None, 0, self._now() + seconds)]
            )
        )

    def seconds_for(self, requests: int) -> float:
        """How long so many further requests take, by what is allowed."""
        if requests <= 0:
            return 0.0
        with self._database.read() as connection:
            now = self._now()
            meters = self._meters(connection, locked=False)
            asked = kept.asked_since(connection, self.owner, now - HOUR_SECONDS)
        return _seconds_for(requests, now, asked, meters, self._default)

    def state(self) -> str:
        """What is allowed and used, for people: ``41 of 60 requests of this hour used``."""
        with self._database.read() as connection:
            now = self._now()
            meters = self._meters(connection, locked=False)
            asked = kept.asked_since(connection, self.owner, now - HOUR_SECONDS)
        allowance = _allowance(meters, self._default)
        hour = _fresh(meters.get(HOUR), now)
        used = allowance - hour.remaining if hour and hour.remaining is not None else len(asked)
        return f"{max(0, used)} of {allowance} requests of this hour used"

    def _book(
        self, connection: Connection, now: float, meters: Mapping[str, KeptMeter], requests: int
    ) -> None:
        kept.book(connection, self.owner, now, requests)
        kept.keep(
            connection,
            self.owner,
            [
                replace(meter, remaining=max(0, meter.remaining - requests))
                for meter in meters.values()
                if meter.meter != PAUSE and meter.remaining is not None
            ],
        )

    def _meters(self, connection: Connection, *, locked: bool) -> dict[str, KeptMeter]:
        if locked:
            exclusive.claim(connection, "history budget")
        found = kept.meters(connection, self.owner, locked=locked)
        if locked and HOUR not in found:
            # A row for others to wait at, so that two processes never take the same last request.
            kept.keep(connection, self.owner, [KeptMeter(HOUR, None, None, None)])
            found = kept.meters(connection, self.owner, locked=True)
        return found

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _learned(told: Meter, before: KeptMeter | None, now: float) -> KeptMeter:
    """What an answer says of a meter; of one window the smaller rest counts, as answers may overtake."""
    allowance = told.allowance if told.allowance is not None else (before.allowance if before else None)
    resets_at = None if told.resets_in is None else now + told.resets_in
    remaining = told.remaining
    old = _fresh(before, now)
    if (
        old is not None
        and old.remaining is not None
        and old.resets_at is not None
        and resets_at is not None
        and remaining is not None
        and abs(old.resets_at - resets_at) < SAME_WINDOW_SECONDS
    ):
        remaining = min(remaining, old.remaining)
    return KeptMeter(told.name, allowance, remaining, resets_at)


def _fresh(meter: KeptMeter | None, now: float) -> KeptMeter | None:
    """A meter that still says something of the present window."""
    return meter if meter is not None and meter.resets_at is not None and meter.resets_at > now else None


def _allowance(meters: Mapping[str, KeptMeter], default: int) -> int:
    hour = meters.get(HOUR)
    return hour.allowance if hour is not None and hour.allowance else default


def _wait(now: float, asked: list[float], meters: Mapping[str, KeptMeter], default: int) -> float:
    """Seconds until the next request is allowed; 0 or less for now."""
    waits = [0.0]
    for name in (PAUSE, MINUTE, HOUR):
        meter = _fresh(meters.get(name), now)
        if meter is not None and meter.resets_at is not None and meter.remaining == 0:
            waits.append(meter.resets_at - now + (0 if name == PAUSE else MARGIN_SECONDS))
    hour = _fresh(meters.get(HOUR), now)
    if hour is None or hour.remaining is None:
        allowance = _allowance(meters, default)
        if len(asked) >= allowance:
            waits.append(asked[-allowance] + HOUR_SECONDS + MARGIN_SECONDS - now)
    return max(waits)


def _seconds_for(
    requests: int, now: float, asked: list[float], meters: Mapping[str, KeptMeter], default: int
) -> float:
    allowance = _allowance(meters, default)
    pause = _fresh(meters.get(PAUSE), now)
    least = pause.resets_at - now if pause is not None and pause.resets_at is not None else 0.0
    hour = _fresh(meters.get(HOUR), now)
    if hour is not None and hour.remaining is not None and hour.resets_at is not None:
        over = requests - hour.remaining
        if over <= 0:
            return least
        return max(least, hour.resets_at - now + HOUR_SECONDS * ((over - 1) // allowance))
    over = requests - max(0, allowance - len(asked))
    if over <= 0:
        return least
    rounds, place = divmod(over - 1, allowance)
    # Beyond those of the last hour the slots are those that this import itself will have used.
    freed = asked[place] if place < len(asked) else now
    return max(least, freed + HOUR_SECONDS * (rounds + 1) - now)
