"""The watch: looks the system over once a minute, keeps the alerts and sends what people are to be told.

It has a thread of its own in every long-running process, so it goes on when a job hangs or nobody collects,
and no job ever waits for a message.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hallofshame import notifying, processes
from hallofshame.clock import Clock
from hallofshame.domain.errors import StoreError
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.problems import SystemProblem
from hallofshame.installation import Installation
from hallofshame.logs import log_failure
from hallofshame.notifying import AlertChannel, Sender
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.problems import look
from hallofshame.pipeline.storage_problems import storage_problems
from hallofshame.store import alerts, leases
from hallofshame.store.alerts import MessageKind, MessageRow
from hallofshame.store.database import Database
from hallofshame.store.instants import unix

EVERY_SECONDS = 60
"""Time between two looks."""

LEASE = f"{leases.OF_JOBS}alerts"
LEASE_SECONDS = 150
"""How long the other processes wait before one of them takes over from a watch that has fallen silent."""

RETRY_PAUSES_SECONDS = (60, 120, 300, 900, 1800, 3600)
"""Pauses after a message that did not go out; the last one repeats."""

GIVE_UP_TRIES = 30
"""A message that so many tries, over a day, did not get out is dropped."""

STORE_SECONDS = 180
"""People are told of a store that cannot be used for so long. For want of it that is kept in memory."""

TITLE = "Theme Park Hall of Shame"


@dataclass(frozen=True, slots=True)
class WatchResult:
    """What one turn did: problems seen, messages sent and failed."""

    problems: int
    sent: int
    failed: int


class Watch:
    """Looks and tells; :meth:`start` does so once a minute until :meth:`stop`."""

    def __init__(
        self,
        parts: Installation,
        *,
        send: Sender = notifying.send,
        channels: Sequence[AlertChannel] | None = None,
    ) -> None:
        self._parts = parts
        self._clock: Clock = parts.clock
        self._log = parts.log("alerts")
        self._send = send
        self._channels = (
            notifying.channels_of(parts.settings.alert_urls) if channels is None else tuple(channels)
        )
        self._store = _StoreAlert(self._tell_all)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_on, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more. A message on its way is not waited for: it is sent again if it got lost."""
        self._stopping.set()

    def turn(self) -> WatchResult:
        """Look once and send what waits; a failure of the store is told of by itself."""
        try:
            problems = self.look()
            self._store.works()
        except FAILURES as error:
            log_failure(self._log, "the system cannot be looked over", error)
            self._store.fails(self._clock.elapsed(), error)
            return WatchResult(0, 0, 0)
        sent, failed = self.send_waiting()
        return WatchResult(len(problems), sent, failed)

    def look(self) -> Sequence[SystemProblem]:
        """Keep the alerts by what there is now, unless another process does."""
        database, now, settings = self._parts.database, self._clock.now(), self._parts.settings
        with database.read() as connection:
            storage = storage_problems(connection, database, self._parts.shelf, settings.storage_limits)
            problems = look(connection, now, settings.cadence_seconds, storage).problems

        def work(connection: Connection) -> None:
            present = leases.present(connection, now)
            if self._is_mine(connection, present):
                alerts.follow(connection, problems, unix(now))
            alerts.enqueue(connection, [channel.key for channel in self._channels], unix(now))

        database.run(work)
        return problems

    def send_waiting(self) -> tuple[int, int]:
        """Send the messages whose time has come; returns how many went out and how many did not."""
        by_key = {channel.key: channel for channel in self._channels}
        if not by_key:
            return 0, 0
        database = self._parts.database
        with database.read() as connection:
            waiting = alerts.waiting(connection, by_key, unix(self._clock.now()))
        outcomes = [self._send_one(database, by_key[message.channel], message) for message in waiting]
        return outcomes.count(True), outcomes.count(False)

    def _send_one(self, database: Database, channel: AlertChannel, message: MessageRow) -> bool | None:
        """Send one message; null where another process does, or the watch is stopping."""
        now = unix(self._clock.now())
        is_mine = database.run(lambda connection: alerts.claim(connection, message, now))
        if not is_mine or self._stopping.is_set():
            return None
        error = self._send(channel, *words_of(message, self._parts.settings.public_url))
        now = unix(self._clock.now())
        if error is None:
            database.run(lambda connection: alerts.delivered(connection, message, now))
            self._log.info("told %s of the %s %s", channel.name, message.kind, message.alert.cause)
            return True
        tries = message.attempts + 1
        pause = RETRY_PAUSES_SECONDS[min(tries, len(RETRY_PAUSES_SECONDS)) - 1] * random.uniform(0.8, 1.2)

        def note(connection: Connection) -> None:
            alerts.failed(connection, message, error, now + round(pause))
            if tries >= GIVE_UP_TRIES:
                alerts.drop(connection, message.alert.alert_id, message.kind, message.channel, now)

        database.run(note)
        what = "given up" if tries >= GIVE_UP_TRIES else f"tried again in {pause:.0f} s"
        self._log.error(
            "the alert %s did not reach %s: %s; %s", message.alert.cause, channel.name, error, what
        )
        return False

    def _is_mine(self, connection: Connection, present: int) -> bool:
        """Whether this process keeps the alerts; one that is gone from this machine is not waited for."""
        holder = leases.holder(connection, LEASE)
        if holder is not None and processes.is_gone(holder):
            leases.release(connection, LEASE, holder)
        return leases.acquire(connection, LEASE, processes.this_process(), present, LEASE_SECONDS)

    def _tell_all(self, title: str, body: str) -> None:
        for channel in self._channels:
            error = self._send(channel, title, body)
            if error is not None:
                self._log.error("the alert store did not reach %s: %s", channel.name, error)

    def _keep_on(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self.turn()
            except FAILURES as error:
                log_failure(self._log, "a turn of the watch failed; the next one goes on", error)


class _StoreAlert:
    """Tells once of a store that cannot be used, and once of its return."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._since: float | None = None
        self._is_told = False

    def fails(self, elapsed: float, error: BaseException) -> None:
        """The store could not be used; after :data:`STORE_SECONDS` of that people are told."""
        if self._since is None:
            self._since = elapsed
        if not self._is_told and elapsed - self._since >= STORE_SECONDS:
            self._is_told = True
            what = str(error) if isinstance(error, StoreError) else type(error).__name__
            self._tell(f"{TITLE}: problem store", f"The database cannot be used: {what}")

    def works(self) -> None:
        """The store can be used."""
        if self._is_told:
            self._tell(f"{TITLE}: solved store", "The database can be used again.")
        self._since, self._is_told = None, False


def words_of(message: MessageRow, public_url: str | None) -> tuple[str, str]:
    """Title and text of a message."""
    alert = message.alert
    since = isoformat(alert.first_seen_at)
    where = f"\n\n{public_url.rstrip('/')}/api/health" if public_url else ""
    if message.kind is MessageKind.PROBLEM:
        return f"{TITLE}: problem {alert.cause}", f"{_sentence(alert.detail)}\n\nSince {since}.{where}"
    until = isoformat(alert.last_seen_at)
    return (
        f"{TITLE}: solved {alert.cause}",
        f"It lasted from {since} to {until}. It was: {_sentence(alert.detail)}{where}",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
