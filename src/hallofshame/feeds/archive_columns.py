"""Columns of an archive file: the events of :func:`hallofshame.feeds.archive.parse_events`, but faster.

An event of the usual shape costs a few dictionary look-ups; whatever is unusual in one goes through the
readers of the event-by-event path, so that both say the same of every event.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections.abc import Iterable, Iterator
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

_VALUES = pl.Schema({name: dtype for name, dtype in QUEUES.items() if name not in ("entity", "at")})
_USUAL = r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{3}Z$"
"""The one way in which the archive was seen to write a time; digits of ASCII alone."""
_USUAL_QUEUES = 16
_STATUS = {status.name: int(status) for status in Status}


class _UnreadableTimeError(Exception):
    """An event of the usual shape has a time that is none."""


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
        events = archive.events_of(_decoded(content))
        try:
            return _finished(_gathered(events))
        except _UnreadableTimeError:
            return _finished(_gathered_one_by_one(events))


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
    """Every event in its park's columns, the usual ones by look-ups alone."""
    parks: dict[str, _Park] = {}
    by_given: dict[object, _Park] = {}
    for event in events:
        try:
            data = event["data"]
            park = by_given[event["parkId"]]
            # Only texts and nulls are among the known ways, so that nothing else equals one of them.
            number = park.known[
                event["entityId"],
                event.get("name"),
                event.get("internalId"),
                event.get("entityType", data.get("entityType")),
                bool(data.get("showtimes")),
            ]
            status = _STATUS[data["status"]]
            stamp = event["eventTime"]
        except (KeyError, TypeError, AttributeError):
            number, stamp = None, None
        else:
            if number is None:
                continue
        if number is None or type(stamp) is not str:
            _park_of(event, parks, by_given).add(event)
            continue
        queue = data.get("queue")
        park.wait.append(park.waits(queue, number) if queue else None)
        park.entity.append(number)
        park.at.append(0)
        park.stamps.append(stamp)
        park.status.append(status)
    return parks


def _gathered_one_by_one(events: list[Any]) -> dict[str, _Park]:
    """The same without a short way, where an event has no readable time."""
    parks: dict[str, _Park] = {}
    by_given: dict[object, _Park] = {}
    for event in events:
        _park_of(event, parks, by_given).add(event)
    return parks


def _park_of(event: Any, parks: dict[str, _Park], by_given: dict[object, _Park]) -> _Park:
    given = event.get("parkId") if type(event) is dict else None
    park = by_given.get(given) if type(given) is str else None
    if park is None:
        park = parks.setdefault(id_of(given) or "", _Park())
        if type(given) is str:
            by_given[given] = park
    return park


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
    known: dict[tuple[object, ...], int | None] = field(default_factory=dict)
    """Per way of naming an entity its number; ``None`` for what is no ride."""
    entity: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    """Unix seconds; 0 where :attr:`stamps` has the text."""
    stamps: list[str | None] = field(default_factory=list)
    status: list[int | None] = field(default_factory=list)
    wait: list[int | None] = field(default_factory=list)
    queue_events: list[int] = field(default_factory=list)
    """Of each reading of a queue the place of its event, and its values' place in :attr:`variants`."""
    queue_variants: list[int] = field(default_factory=list)
    variants: list[tuple[object, ...]] = field(default_factory=list)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    read: dict[tuple[object, bytes], tuple[int, ...]] = field(default_factory=dict)
    """What a queue without anything odd says, by its name and its JSON: places in :attr:`variants`."""

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
        queue = data.get("queue")
        wait = self.waits(queue, number) if queue else None
        self.entity.append(number)
        self.at.append(at)
        self.stamps.append(None)
        self.status.append(status)
        self.wait.append(wait)

    def _number(self, event: dict[str, Any], data: dict[str, Any]) -> int | None:
        """The number of an event's entity; ``None`` where it has none or is no ride."""
        entity_type = event.get("entityType", data.get("entityType"))
        shows = data.get("showtimes")
        key = (event.get("entityId"), event.get("name"), event.get("internalId"), entity_type, bool(shows))
        # Only texts: 1, 1.0 and True are one key and three ids. The short way rests on it, too.
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

    def waits(self, queue: object, number: int) -> int | None:
        """The standby wait of the event that is taken in next; what is said of other queues is kept."""
        wait: int | None = None
        places: tuple[int, ...] = ()
        if type(queue) is dict and len(queue) <= _USUAL_QUEUES:
            for name, member in queue.items():
                if name == "STANDBY" and type(member) is dict:
                    minutes = member.get("waitTime")
                    if minutes is None or (
                        type(minutes) is int and 0 <= minutes <= MAX_PLAUSIBLE_WAIT_MINUTES
                    ):
                        if len(queue) == 1:
                            return minutes
                        wait = minutes
                        continue
                known = self._known_queue(name, member, number)
                if known is None:
                    break
                places += known
            else:
                return self._kept(places, wait)
        findings = Findings()
        wait, readings = read_queues(as_object(queue), self.ids[number], findings)
        self._keep(findings)
        return self._kept(self._placed(readings), wait)

    def _known_queue(self, name: object, member: object, number: int) -> tuple[int, ...] | None:
        """The places of what one queue says; ``None`` where that is odd, or of the standby."""
        key = name, _key(member)
        known = self.read.get(key)
        if known is None:
            findings = Findings()
            wait, readings = read_queues({name: member}, self.ids[number], findings)
            if wait is not None or findings.as_tuple():
                return None
            known = self.read[key] = self._placed(readings)
        return known

    def _placed(self, readings: Iterable[QueueReading]) -> tuple[int, ...]:
        first = len(self.variants)
        self.variants.extend(map(_queue_values, readings))
        return tuple(range(first, len(self.variants)))

    def _kept(self, places: tuple[int, ...], wait: int | None) -> int | None:
        for place in places:
            self.queue_events.append(len(self.entity))
            self.queue_variants.append(place)
        return wait

    def _unreadable(self, event: dict[str, Any], subject: str) -> None:
        findings = Findings()
        detail = f"Event lacks id or time: {shown(_head(event))}; left out."
        findings.add("entry_unreadable", subject, detail)
        self._keep(findings)

    def _keep(self, findings: Findings) -> None:
        for finding in findings.as_tuple():
            self.findings.setdefault((finding.kind, finding.subject), finding)


def _finished(parks: dict[str, _Park]) -> dict[str, ParkEvents]:
    """All that was gathered, of all parks in one go: what a frame costs is hardly a matter of its rows.

    :raises _UnreadableTimeError: where a time that looked usual is none.
    """
    whole, first_of = _Park(), []
    for park in parks.values():
        numbers, places, variants = len(whole.ids), len(whole.entity), len(whole.variants)
        first_of.append((numbers, places, len(whole.queue_events)))
        whole.ids += park.ids
        whole.entity += [numbers + number for number in park.entity] if numbers else park.entity
        whole.at += park.at
        whole.stamps += park.stamps
        whole.status += park.status
        whole.wait += park.wait
        whole.queue_events += [places + place for place in park.queue_events]
        whole.queue_variants += [variants + place for place in park.queue_variants]
        whole.variants += park.variants
    columns = {"entity": whole.entity, "at": whole.at, "status": whole.status, "wait_minutes": whole.wait}
    events = pl.DataFrame(columns, schema=EVENTS).with_columns(_instants(whole).alias("at"))
    at = pl.col("at")
    spans: list[tuple[int, int] | None] = [None] * len(whole.ids)
    for number, first, last in events.group_by("entity").agg(at.min(), at.max().alias("last")).iter_rows():
        spans[number] = first, last
    event_of = pl.Series(whole.queue_events, dtype=pl.UInt32)
    queues = pl.DataFrame(whole.variants, schema=_VALUES, orient="row")[
        pl.Series(whole.queue_variants, dtype=pl.UInt32)
    ].select(events["entity"].gather(event_of), events["at"].gather(event_of), *map(pl.col, _VALUES.names()))
    found = {}
    for (external_id, park), (numbers, places, queued) in zip(parks.items(), first_of, strict=True):
        shift = pl.col("entity") - numbers
        found[external_id] = ParkEvents(
            tuple(park.numbers),
            tuple(spans[numbers : numbers + len(park.ids)]),
            events[places : places + len(park.entity)].with_columns(shift),
            queues[queued : queued + len(park.queue_events)].with_columns(shift),
            tuple(park.findings.values()),
        )
    return found


def _instants(gathered: _Park) -> pl.Series:
    """When each event was, in Unix seconds."""
    try:
        stamps = pl.Series("stamp", gathered.stamps, pl.String)
    except UnicodeEncodeError as error:  # half of a surrogate pair, which JSON may hold and no text
        raise _UnreadableTimeError from error
    usual = stamps.set(~stamps.str.contains(_USUAL), None)
    at = usual.str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms", strict=False).dt.epoch("s")
    for place in (at.is_null() & stamps.is_not_null()).arg_true():
        found = _usual_instant(gathered.stamps[place])
        if found is None:
            raise _UnreadableTimeError
        gathered.at[place] = found
    return at.fill_null(pl.Series(gathered.at, dtype=pl.Int64))


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
