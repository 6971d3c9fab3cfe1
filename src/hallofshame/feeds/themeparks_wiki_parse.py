"""How bodies of ThemeParks.wiki are read: entities, queues, show times, schedules. No requests here."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hallofshame.domain.errors import BodyError
from hallofshame.domain.localtime import ONE_DAY, local_day, zone
from hallofshame.domain.readings import (
    Finding,
    ListedEntity,
    ParkReading,
    ParkSchedule,
    QueueReading,
    RideReading,
    RideSlot,
    ScheduleEntry,
    ShowTime,
    says_more,
)
from hallofshame.domain.ride_types import ATTRACTION_TYPE
from hallofshame.domain.rules import MAX_PUBLISHED_SECONDS
from hallofshame.domain.words import OPERATING_HOURS, Feed, QueueType, RideKind, ScheduleKind, Status
from hallofshame.feeds.parsing import (
    Findings,
    as_list,
    as_object,
    coordinates,
    id_of,
    parse_instant,
    shown,
    text_of,
    word_of,
)

NOT_RIDES = frozenset({"PARK", "DESTINATION", "HOTEL"})
"""Entity types that are no rides; the PARK's own status says nothing about opening (R2)."""

MAX_SCHEDULE_ENTRY = dt.timedelta(seconds=MAX_PUBLISHED_SECONDS)
"""Longer published hours are refused (R4)."""

_STANDBY = "STANDBY"
_PERFORMANCE = "Performance Time"
_STATE_CHARACTERS = 40
_CURRENCY_CHARACTERS = 3


def parse_live(body: object, park_external_id: str) -> ParkReading:
    """A ``/live`` answer as a reading (R2); raises :class:`BodyError` if it has no ``liveData`` list."""
    entities = as_object(body).get("liveData")
    if not isinstance(entities, list):
        raise BodyError(f"holds no liveData list: {shown(body)}")
    findings = Findings()
    readings: dict[str, RideReading] = {}
    for entity in entities:
        reading = _live_entity(entity, findings)
        if reading is None or reading.external_id is None:
            continue
        if reading.external_id in readings:
            findings.add(
                "duplicate_entry",
                reading.external_id,
                "The id occurs twice in one answer; the one that says most is kept.",
            )
        earlier = readings.setdefault(reading.external_id, reading)
        if says_more(reading, earlier):
            readings[reading.external_id] = reading
    return ParkReading(Feed.THEMEPARKS_WIKI, park_external_id, tuple(readings.values()), findings.as_tuple())


def _live_entity(entity: object, findings: Findings) -> RideReading | None:
    fields = as_object(entity)
    if word_of(fields.get("entityType"), NOT_RIDES):
        return None
    identity = read_identity(fields, findings)
    if identity is None:
        return None
    external_id, name, kind = identity
    wait, queues = read_queues(fields.get("queue"), external_id, findings)
    hours, performances = parse_operating_hours(fields.get("operatingHours"))
    return RideReading(
        external_id=external_id,
        name=name,
        kind=kind,
        status=read_status(fields.get("status"), external_id, findings),
        wait_minutes=wait,
        upstream_at=findings.instant(fields.get("lastUpdated"), external_id, "lastUpdated"),
        queues=queues,
        showtimes=(
            *_show_times(fields.get("showtimes"), _PERFORMANCE, external_id, findings),
            *_show_times(performances, _PERFORMANCE, external_id, findings),
        ),
        hours=hours,
    )


def read_identity(fields: dict[str, Any], findings: Findings) -> tuple[str, str, RideKind] | None:
    """Id, name and kind of an entity; ``None`` and a finding if it has no id."""
    external_id = id_of(fields.get("id"))
    if external_id is None:
        findings.add("entry_unreadable", "entity", f"An entity has no usable id: {shown(fields)}; left out.")
        return None
    name = text_of(fields.get("name"))
    if name is None:
        findings.add("name_missing", external_id, "The entity has no name; its id stands in for it.")
    return external_id, name or external_id, read_kind(fields.get("entityType"), external_id, findings)


def read_kind(value: object, subject: str, findings: Findings) -> RideKind:
    """The kind named by an ``entityType``; an unknown one is ``OTHER`` and a finding."""
    if isinstance(value, str) and value in RideKind.__members__:
        return RideKind[value]
    findings.add("unknown_entity_type", subject, f"entityType is {shown(value)}; kept as OTHER.")
    return RideKind.OTHER


def read_status(value: object, subject: str, findings: Findings) -> Status | None:
    """The status as given; null or unknown is ``None`` and a finding (R2)."""
    if isinstance(value, str) and value in Status.__members__:
        return Status[value]
    findings.add("unknown_status", subject, f"status is {shown(value)}; read as unknown.")
    return None


def read_queues(
    value: object, subject: str, findings: Findings
) -> tuple[int | None, tuple[QueueReading, ...]]:
    """Standby wait in minutes and all other queues; ``queue`` and each of its members may be null."""
    wait = None
    queues = []
    for name, member in as_object(value).items():
        if member is None:
            continue
        fields = as_object(member)
        if name == _STANDBY:
            wait = findings.wait(fields.get("waitTime"), subject, "queue.STANDBY.waitTime")
        elif name in QueueType.__members__:
            queues.append(_queue(QueueType[name], fields, subject, findings))
        else:
            findings.add("unknown_queue", subject, f"There is a queue {shown(name)}; not kept.")
    return wait, tuple(queues)


def _queue(kind: QueueType, fields: dict[str, Any], subject: str, findings: Findings) -> QueueReading:
    where = f"queue.{kind.name}"
    price = as_object(fields.get("price"))
    boarding = kind is QueueType.BOARDING_GROUP
    wait_field = "estimatedWait" if boarding else "waitTime"
    state_field = "allocationStatus" if boarding else "state"
    return QueueReading(
        kind,
        wait_minutes=findings.wait(fields.get(wait_field), subject, f"{where}.{wait_field}"),
        state=findings.word(fields.get(state_field), subject, f"{where}.{state_field}", _STATE_CHARACTERS),
        return_start=findings.instant(fields.get("returnStart"), subject, f"{where}.returnStart"),
        return_end=findings.instant(fields.get("returnEnd"), subject, f"{where}.returnEnd"),
        # Amounts come in the smallest unit of the currency, as the formatted text beside them shows.
        price_minor=findings.whole(price.get("amount"), subject, f"{where}.price.amount"),
        currency=findings.word(
            price.get("currency"), subject, f"{where}.price.currency", _CURRENCY_CHARACTERS
        ),
        group_start=findings.whole(fields.get("currentGroupStart"), subject, f"{where}.currentGroupStart"),
        group_end=findings.whole(fields.get("currentGroupEnd"), subject, f"{where}.currentGroupEnd"),
    )


def _show_times(value: object, default_kind: str, subject: str, findings: Findings) -> list[ShowTime]:
    """Slots given as objects or as bare start times; one without a readable start is left out."""
    slots = []
    for slot in as_list(value):
        fields = {"startTime": slot} if isinstance(slot, str) else as_object(slot)
        kind = text_of(fields.get("type")) or default_kind
        starts_at = findings.instant(fields.get("startTime"), subject, f"startTime of {kind}")
        if starts_at is not None:
            ends_at = findings.instant(fields.get("endTime"), subject, f"endTime of {kind}")
            slots.append(ShowTime(kind, starts_at, ends_at))
        elif fields.get("startTime") is None:
            findings.add(
                "show_time_without_start", subject, f"{kind} slot {shown(slot)} has no start; left out."
            )
    return slots


def parse_operating_hours(value: object) -> tuple[tuple[RideSlot, ...], list[Any]]:
    """A ride's ``operatingHours``: its hours, and those entries that are performances.

    Hours are judged where the park and the ride are known; here only their texts become instants.
    """
    hours: dict[RideSlot, None] = {}
    performances = []
    # Upstream objects may be null (R2); any other thing in the place of the list is one unreadable entry.
    for slot in value if isinstance(value, list) else [] if value is None else [value]:
        fields = as_object(slot)
        kind = text_of(fields.get("type")) or OPERATING_HOURS
        if kind.casefold() == OPERATING_HOURS.casefold():
            kind = OPERATING_HOURS
        if kind.casefold().startswith("performance"):
            performances.append(slot)
            continue
        begin, end = fields.get("startTime"), fields.get("endTime")
        said = f"{kind} from {shown(begin)} to {shown(end)}" if fields else shown(slot)
        hours[RideSlot(kind, _instant_or_none(begin), _instant_or_none(end), said)] = None
    return tuple(hours), performances


def parse_hours_text(text: str) -> tuple[RideSlot, ...]:
    """The hours in the JSON text of an ``operatingHours`` list; any other text is one unreadable entry."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    return parse_operating_hours(value)[0]


def _instant_or_none(value: object) -> dt.datetime | None:
    try:
        return parse_instant(value)
    except (ValueError, TypeError, OverflowError):
        return None


def parse_children(body: object) -> tuple[list[ListedEntity], tuple[Finding, ...]]:
    """The rides among a park's children, and what was odd; raises :class:`BodyError` without a list."""
    children = as_object(body).get("children")
    if not isinstance(children, list):
        raise BodyError(f"holds no list of children: {shown(body)}")
    findings = Findings()
    entities: dict[str, ListedEntity] = {}
    for child in map(as_object, children):
        identity = None if word_of(child.get("entityType"), NOT_RIDES) else read_identity(child, findings)
        if identity is None:
            continue
        external_id, name, kind = identity
        place = as_object(child.get("location"))
        latitude, longitude = coordinates(place.get("latitude"), place.get("longitude"))
        entities.setdefault(
            external_id, ListedEntity(external_id, name, kind, latitude, longitude, _tags(child))
        )
    return list(entities.values()), findings.as_tuple()


def _tags(child: dict[str, Any]) -> tuple[str, ...]:
    """The tags of an entity, and among them its ``attractionType`` where one is given (R13)."""
    tags = [text_of(as_object(tag).get("tag")) for tag in as_list(child.get("tags"))]
    attraction_type = text_of(child.get("attractionType"))
    told = [] if attraction_type is None else [f"{ATTRACTION_TYPE}{attraction_type.upper()}"]
    return (*(tag for tag in tags if tag is not None), *told)


def parse_schedule(body: object, park_external_id: str, timezone: str) -> ParkSchedule:
    """Published hours (R4a); raises :class:`BodyError` without a ``schedule`` list.

    A close at or before the open means the next local day. Entries over 20 h, of unknown type or lacking a
    time are refused and become findings; entries that occur twice collapse.
    """
    answer = as_object(body)
    rows = answer.get("schedule")
    if not isinstance(rows, list):
        raise BodyError(f"holds no schedule list: {shown(body)}")
    findings = Findings()
    stated = answer.get("timezone")
    if stated is not None and stated != timezone:
        findings.add(
            "timezone_disagrees",
            park_external_id,
            f"The schedule states time zone {shown(stated)}, the catalogue {timezone}, which is used.",
        )
    entries = [_schedule_entry(as_object(row), park_external_id, timezone, findings) for row in rows]
    return ParkSchedule(
        tuple(dict.fromkeys(entry for entry in entries if entry is not None)), findings.as_tuple()
    )


def _schedule_entry(
    row: dict[str, Any], park_external_id: str, timezone: str, findings: Findings
) -> ScheduleEntry | None:
    subject = f"{park_external_id} {row.get('date')}"
    kind = row.get("type")
    if not isinstance(kind, str) or kind not in ScheduleKind.__members__:
        findings.add("unknown_schedule_type", subject, f"Entry type is {shown(kind)}; entry left out.")
        return None
    date = _date(row.get("date"))
    if date is None:
        findings.add(
            "schedule_date_unreadable", subject, f"date is {shown(row.get('date'))}; entry left out."
        )
        return None
    opens_at = findings.instant(row.get("openingTime"), subject, "openingTime")
    closes_at = findings.instant(row.get("closingTime"), subject, "closingTime")
    if opens_at is None or closes_at is None:
        findings.add(
            "schedule_time_missing", subject, f"{kind} entry lacks an opening or closing time; left out."
        )
        return None
    try:
        if closes_at <= opens_at:
            closes_at = _next_local_day(closes_at, timezone)
        problem = _schedule_problem(date, opens_at, closes_at, timezone)
    except OverflowError:  # in the year 1 or 9999
        problem = "schedule_date_disagrees"
    if problem is not None:
        findings.add(
            problem,
            subject,
            f"{kind} runs {opens_at:%Y-%m-%d %H:%M} to {closes_at:%Y-%m-%d %H:%M} UTC; entry left out.",
        )
        return None
    return ScheduleEntry(date, ScheduleKind[kind], opens_at, closes_at, text_of(row.get("description")))


def _schedule_problem(
    date: dt.date, opens_at: dt.datetime, closes_at: dt.datetime, timezone: str
) -> str | None:
    if closes_at <= opens_at:
        return "schedule_entry_backwards"
    if closes_at - opens_at > MAX_SCHEDULE_ENTRY:
        return "schedule_entry_too_long"
    # An evening event of a date may begin after its midnight; anything further off is a mistake.
    if abs(local_day(opens_at, timezone) - date) > ONE_DAY:
        return "schedule_date_disagrees"
    return None


def _next_local_day(instant: dt.datetime, timezone: str) -> dt.datetime:
    """The same local clock time one calendar day later, as UTC."""
    return (instant.astimezone(zone(timezone)) + ONE_DAY).astimezone(dt.UTC)


def _date(value: object) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    # The first and last year of the calendar hold dates without a day before or after them.
    return date if date is not None and dt.MINYEAR < date.year < dt.MAXYEAR else None
