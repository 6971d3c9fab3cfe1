"""Columns of archive files while they are gathered, event by event; what is odd in one becomes a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, QueueReading
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, RideKind, Status
from hallofshame.feeds import archive
from hallofshame.feeds.parsing import Findings, as_list, as_object, id_of, shown, text_of, word_of
from hallofshame.feeds.themeparks_wiki_parse import NOT_RIDES, read_queues, read_status

EntityKey = tuple[str | None, str | None, str | None, str | None, bool]
"""How an event names its entity: id, name, the operator's id, type, and whether it has show times."""

_USUAL_QUEUES = 16
_STATUS = {status.name: int(status) for status in Status}


@dataclass(frozen=True, slots=True)
class Entity:
    """How events name one entity."""

    external_id: str
    name: str
    kind: RideKind


@dataclass(slots=True)
class Seen:
    """What events of some files say again and again, read once. ``variants``: the values of queues."""

    variants: list[tuple[object, ...]] = field(default_factory=list)
    entities: dict[EntityKey, Entity | None] = field(default_factory=dict)
    """The entity behind a way of naming it in which nothing is odd; ``None`` for what is no ride."""
    queues: dict[bytes, tuple[int | None, tuple[int, ...]]] = field(default_factory=dict)
    """Per text of all queues of an event the standby wait, and places in :attr:`variants`."""
    _members: dict[tuple[object, bytes], tuple[int, ...]] = field(default_factory=dict)

    def queues_of(self, text: bytes) -> tuple[int | None, tuple[int, ...]] | None:
        """What the JSON of an event's queues says, as :meth:`plain_queues`.

        :raises ValueError: where it is no JSON.
        """
        queue = orjson.loads(text)
        found = self.plain_queues(queue) if queue else (None, ())
        if found is not None:
            self.queues[text] = found
        return found

    def plain_queues(self, queue: object) -> tuple[int | None, tuple[int, ...]] | None:
        """The standby wait and the places of what other queues say; ``None`` where anything is odd."""
        if type(queue) is not dict or len(queue) > _USUAL_QUEUES:
            return None
        wait: int | None = None
        places: tuple[int, ...] = ()
        for name, member in queue.items():
            if name == "STANDBY" and type(member) is dict:
                minutes = member.get("waitTime")
                if minutes is None or (type(minutes) is int and 0 <= minutes <= MAX_PLAUSIBLE_WAIT_MINUTES):
                    wait = minutes
                    continue
            known = self._member(name, member)
            if known is None:
                return None
            places += known
        return wait, places

    def _member(self, name: object, member: object) -> tuple[int, ...] | None:
        """The places of what one queue says; ``None`` where that is odd, or of the standby."""
        key = name, _key(member)
        known = self._members.get(key)
        if known is None:
            findings = Findings()
            wait, readings = read_queues({name: member}, "", findings)
            if wait is not None or findings.as_tuple():
                return None
            known = self._members[key] = self.placed(readings)
        return known

    def placed(self, readings: Iterable[QueueReading]) -> tuple[int, ...]:
        """The places of readings of queues, which become variants."""
        first = len(self.variants)
        self.variants.extend(map(_queue_values, readings))
        return tuple(range(first, len(self.variants)))


@dataclass(slots=True)
class GatheredPark:
    """Gathers the columns of one park of one file."""

    seen: Seen
    numbers: dict[Entity, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    """The external id of each number."""
    known: dict[EntityKey, int | None] = field(default_factory=dict)
    """Per way of naming an entity its number; ``None`` for what is no ride."""
    entity: list[int] = field(default_factory=list)
    stamps: list[str | None] = field(default_factory=list)
    """When each event was, as it says; ``None`` where :attr:`instants` has it."""
    instants: dict[int, int] = field(default_factory=dict)
    """Unix seconds by the place of an event."""
    status: list[int | None] = field(default_factory=list)
    wait: list[int | None] = field(default_factory=list)
    queue_events: list[int] = field(default_factory=list)
    """Of each reading of a queue the place of its event, and its values' place among the variants."""
    queue_variants: list[int] = field(default_factory=list)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def add(self, given: object) -> None:
        """Take in one event of any shape."""
        event = given if type(given) is dict else {}
        data = event.get("data")
        if type(data) is not dict:
            data = {}
        number = self._number(event, data)
        if number is None:
            return
        at = usual_instant(event.get("eventTime"))
        if at is None:
            at = self._instant(event)
            if at is None:
                return
        said = data.get("status")
        status = _STATUS.get(said) if type(said) is str else None
        if status is None:
            self.note_status(said, number)
        queue = data.get("queue")
        wait = self.waits(queue, number) if queue else None
        self.instants[len(self.entity)] = at
        self.entity.append(number)
        self.stamps.append(None)
        self.status.append(status)
        self.wait.append(wait)

    def note_status(self, said: object, number: int) -> None:
        """Keep the finding that a status is none."""
        findings = Findings()
        read_status(said, self.ids[number], findings)
        self._keep(findings)

    def _number(self, event: dict[str, Any], data: dict[str, Any]) -> int | None:
        """The number of an event's entity; ``None`` where it has none or is no ride."""
        entity_type = event.get("entityType", data.get("entityType"))
        shows = data.get("showtimes")
        key = (event.get("entityId"), event.get("name"), event.get("internalId"), entity_type, bool(shows))
        # Only texts: 1, 1.0 and True are one key and three ids. The short way rests on it, too.
        plain = all(type(part) is str or part is None for part in key[:4])
        if plain and key in self.known:
            return self.known[key]
        entity = self._read(event, data, entity_type)
        number = None if entity is None else self._numbered(entity)
        if plain:
            self.known[key] = number
        return number

    def number_of(self, key: EntityKey, shows: object) -> int | None:
        """The number of an entity that is named by texts; ``shows``: its show times, as given.

        :raises LookupError: where it has no usable id, which only :meth:`add` can say well.
        """
        if key in self.seen.entities:
            entity = self.seen.entities[key]
        else:
            external_id, name, internal_id, entity_type, has_shows = key
            if id_of(external_id) is None:
                raise LookupError
            before = len(self.findings)
            event = {"entityId": external_id, "name": name, "internalId": internal_id}
            entity = self._read(event, {"showtimes": shows}, entity_type)
            if len(self.findings) == before and not has_shows:
                self.seen.entities[key] = entity
        number = self.known[key] = None if entity is None else self._numbered(entity)
        return number

    def _read(self, event: dict[str, Any], data: dict[str, Any], entity_type: object) -> Entity | None:
        """The entity of an event; ``None`` where it has no id or is no ride."""
        if word_of(entity_type, NOT_RIDES):
            return None
        external_id = id_of(event.get("entityId"))
        if external_id is None:
            self._unreadable(event, "event")
            return None
        findings = Findings()
        kind = archive.kind_of(entity_type, event, data, findings)
        self._keep(findings)
        return Entity(external_id, text_of(event.get("name")) or external_id, kind)

    def _numbered(self, entity: Entity) -> int:
        number = self.numbers.setdefault(entity, len(self.numbers))
        if number == len(self.ids):
            self.ids.append(entity.external_id)
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
        plain = self.seen.plain_queues(queue)
        if plain is None:
            findings = Findings()
            wait, readings = read_queues(as_object(queue), self.ids[number], findings)
            self._keep(findings)
            plain = wait, self.seen.placed(readings)
        self.keep_queues(plain[1])
        return plain[0]

    def keep_queues(self, places: Iterable[int]) -> None:
        """Keep what is said of queues by the event that is taken in next."""
        for place in places:
            self.queue_events.append(len(self.entity))
            self.queue_variants.append(place)

    def _unreadable(self, event: dict[str, Any], subject: str) -> None:
        findings = Findings()
        detail = f"Event lacks id or time: {shown(_head(event))}; left out."
        findings.add("entry_unreadable", subject, detail)
        self._keep(findings)

    def _keep(self, findings: Findings) -> None:
        for finding in findings.as_tuple():
            self.findings.setdefault((finding.kind, finding.subject), finding)


class GatheredFile:
    """The parks of one file while its events are gathered, by the source's id; ``""`` stands for none."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self.parks: dict[str, GatheredPark] = {}
        self._by_given: dict[str, GatheredPark] = {}

    def park(self, given: object) -> GatheredPark:
        """The park that an event names so."""
        text = given if isinstance(given, str) else None
        park = None if text is None else self._by_given.get(text)
        if park is None:
            park = self.parks.setdefault(id_of(given) or "", GatheredPark(self._seen))
            if text is not None:
                self._by_given[text] = park
        return park

    def add(self, event: object) -> None:
        """Take in one event of any shape."""
        self.park(event.get("parkId") if isinstance(event, dict) else None).add(event)


def usual_instant(text: Any) -> int | None:
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
    """The columns of ``archive_columns.QUEUES`` from ``queue_type`` on."""
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
