"""Columns of an archive file: the events of :func:`hallofshame.feeds.archive.parse_events`, but faster.

An event of the usual shape costs a few dictionary look-ups; whatever is unusual in one goes through the
readers of the event-by-event path, so that both say the same of every event.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl

from hallofshame.domain.errors import BodyError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, QueueReading
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, RideKind, Status
from hallofshame.feeds import archive
from hallofshame.feeds.parsing import Findings, as_list, as_object, id_of, shown, text_of, word_of
from hallofshame.feeds.themeparks_wiki_parse import NOT_RIDES, read_queues, read_status

EVENTS = pl.Schema(
    {"entity": pl.UInt32(), "at": pl.Int64(), "status": pl.UInt8(), "wait_minutes": pl.Int16()}
)
"""Columns of :attr:`ParkEvents.events`: ``entity`` is an index, ``at`` Unix seconds."""

QUEUES = pl.Schema(
    {
        "entity": pl.UInt32(),
        "at": pl.Int64(),
        "queue_type": pl.Int64(),
        "state": pl.String(),
        "wait_minutes": pl.Int64(),
        "return_start": pl.Int64(),
        "return_end": pl.Int64(),
        "price_minor": pl.Int64(),
        "currency": pl.String(),
        "group_start": pl.Int64(),
        "group_end": pl.Int64(),
    }
)
"""Columns of :attr:`ParkEvents.queues`; instants in Unix seconds."""

_NEVER = 2**62
_STATUS = {status.name: int(status) for status in Status}


@dataclass(frozen=True, slots=True)
class Entity:
    """How events name one entity."""

    external_id: str
    name: str
    kind: RideKind


@dataclass(frozen=True, slots=True)
class ParkEvents:
    """What a file says of one park, in the order of the file.

    ``events``: :data:`EVENTS`; ``queues``: :data:`QUEUES`; ``findings``: one per kind and subject. ``spans``:
    of each entity the first and last instant of its events (Unix seconds), ``None`` where it has none.
    """

    entities: tuple[Entity, ...]
    spans: tuple[tuple[int, int] | None, ...]
    events: pl.DataFrame
    queues: pl.DataFrame
    findings: tuple[Finding, ...]


def read_file(content: bytes) -> dict[str, ParkEvents]:
    """What a file says, by the source's id of the park; ``""`` stands for events that name none.

    :raises BodyError: for anything cut off, oversized, not JSON or without a list of events.
    """
    with _without_collector():
        parks = _gathered(archive.events_of(_decoded(content)))
        return {external_id: park.finished() for external_id, park in parks.items()}


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause Python's cycle collector, which looks through all the new objects again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _gathered(events: list[Any]) -> dict[str, _Park]:
    parks: dict[str, _Park] = {}
    by_given: dict[object, _Park] = {}
    for event in events:
        given = event.get("parkId") if type(event) is dict else None
        park = by_given.get(given) if type(given) is str else None
        if park is None:
            park = parks.setdefault(id_of(given) or "", _Park())
            if type(given) is str:
                by_given[given] = park
        park.add(event)
    return parks


def _decoded(content: bytes) -> Any:
    """The JSON of a file. What the fast reader refuses (``NaN``, broken surrogates) gets a second chance."""
    text = archive.unpacked(content)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BodyError(f"archive file cannot be read ({error}); fetch it again") from error


@dataclass(slots=True)
class _Park:
    """Gathers the columns of one park."""

    numbers: dict[Entity, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    """The external id of each number."""
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    known: dict[tuple[object, ...], int | None] = field(default_factory=dict)
    """Per way of naming an entity its number; ``None`` for what is no ride."""
    entity: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    status: list[int | None] = field(default_factory=list)
    wait: list[int | None] = field(default_factory=list)
    queues: list[tuple[object, ...]] = field(default_factory=list)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    read: dict[bytes, tuple[int | None, tuple[tuple[object, ...], ...]]] = field(default_factory=dict)
    """What queues without anything odd say, by their JSON."""

    def add(self, given: object) -> None:
        """Take in one event."""
        event = given if type(given) is dict else {}
        data = event.get("data")
        if type(data) is not dict:
            data = {}
        number = self._number(event, data)
        if number is None:
            return
        at = _usual_instant(event.get("eventTime"))
        if at is None:
            at = self._instant(event)
            if at is None:
                return
        said = data.get("status")
        status = _STATUS.get(said) if type(said) is str else None
        if status is None:
            findings = Findings()
            read_status(said, self.ids[number], findings)
            self._keep(findings)
        wait = self._wait(data.get("queue"), number, at)
        if at < self.first[number]:
            self.first[number] = at
        if at > self.last[number]:
            self.last[number] = at
        self.entity.append(number)
        self.at.append(at)
        self.status.append(status)
        self.wait.append(wait)

    def finished(self) -> ParkEvents:
        """All that was gathered."""
        columns = {"entity": self.entity, "at": self.at, "status": self.status, "wait_minutes": self.wait}
        return ParkEvents(
            tuple(self.numbers),
            tuple(
                None if first > last else (first, last)
                for first, last in zip(self.first, self.last, strict=True)
            ),
            pl.DataFrame(columns, schema=EVENTS),
            pl.DataFrame(self.queues, schema=QUEUES, orient="row"),
            tuple(self.findings.values()),
        )

    def _number(self, event: dict[str, Any], data: dict[str, Any]) -> int | None:
        """The number of an event's entity; ``None`` where it has none or is no ride."""
        entity_type = event.get("entityType", data.get("entityType"))
        shows = data.get("showtimes")
        key = (event.get("entityId"), event.get("name"), event.get("internalId"), entity_type, bool(shows))
        # Only texts: 1, 1.0 and True are one key and three ids.
        plain = all(type(part) is str or part is None for part in key[:4])
        if plain and key in self.known:
            return self.known[key]
        number = self._new(event, data, entity_type)
        if plain:
            self.known[key] = number
        return number

    def _new(self, event: dict[str, Any], data: dict[str, Any], entity_type: object) -> int | None:
        if word_of(entity_type, NOT_RIDES):
            return None
        external_id = id_of(event.get("entityId"))
        if external_id is None:
            self._unreadable(event, "event")
            return None
        findings = Findings()
        kind = archive.kind_of(entity_type, event, data, findings)
        self._keep(findings)
        entity = Entity(external_id, text_of(event.get("name")) or external_id, kind)
        number = self.numbers.setdefault(entity, len(self.numbers))
        if number == len(self.ids):
            self.ids.append(external_id)
            self.first.append(_NEVER)
            self.last.append(-_NEVER)
        return number

    def _instant(self, event: dict[str, Any]) -> int | None:
        findings = Findings()
        subject = id_of(event.get("entityId")) or "event"
        at = findings.instant(event.get("eventTime"), subject, "eventTime")
        self._keep(findings)
        if at is None:
            self._unreadable(event, subject)
            return None
        return to_unix(at)

    def _wait(self, queue: object, number: int, at: int) -> int | None:
        """The standby wait; what is said of other queues is kept."""
        if not queue:
            return None
        plain = None
        if type(queue) is dict and type(standby := queue.get("STANDBY")) is dict:
            minutes = standby.get("waitTime")
            if minutes is None or (type(minutes) is int and 0 <= minutes <= MAX_PLAUSIBLE_WAIT_MINUTES):
                if len(queue) == 1:
                    return minutes
                plain = minutes
                # The other queues change less often, so that they are known without this one.
                del queue["STANDBY"]
        text = _key(queue)
        known = self.read.get(text)
        if known is None:
            findings = Findings()
            wait, readings = read_queues(as_object(queue), self.ids[number], findings)
            known = wait, tuple(map(_queue_values, readings))
            if findings.as_tuple():
                self._keep(findings)
            else:
                self.read[text] = known
        wait, queues = known
        for values in queues:
            self.queues.append((number, at, *values))
        return wait if plain is None else plain

    def _unreadable(self, event: dict[str, Any], subject: str) -> None:
        findings = Findings()
        detail = f"Event lacks id or time: {shown(_head(event))}; left out."
        findings.add("entry_unreadable", subject, detail)
        self._keep(findings)

    def _keep(self, findings: Findings) -> None:
        for finding in findings.as_tuple():
            self.findings.setdefault((finding.kind, finding.subject), finding)


def _usual_instant(text: Any) -> int | None:
    """An ISO 8601 text with an offset in Unix seconds; ``None`` for what needs a closer look."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None or not dt.MINYEAR < moment.year < dt.MAXYEAR:
        return None
    # Fractions of a second are cut, as everywhere (R1).
    return int(moment.timestamp() // 1)


def _head(event: dict[str, Any]) -> dict[str, Any]:
    """Enough of an event for a message, without writing out one of megabytes."""
    return {str(name)[:40]: str(event[name])[:40] for name in as_list([*event])[:6]}


def _key(value: object) -> bytes:
    """What tells a JSON value from others."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return repr(value).encode("utf-8", "backslashreplace")


def _queue_values(queue: QueueReading) -> tuple[object, ...]:
    """The columns of :data:`QUEUES` from ``queue_type`` on."""
    return (
        int(queue.queue_type),
        queue.state,
        queue.wait_minutes,
        None if queue.return_start is None else to_unix(queue.return_start),
        None if queue.return_end is None else to_unix(queue.return_end),
        queue.price_minor,
        queue.currency,
        queue.group_start,
        queue.group_end,
    )
