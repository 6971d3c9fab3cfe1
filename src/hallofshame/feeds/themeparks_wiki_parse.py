"""How bodies of ThemeParks.wiki are read: entities, queues, show times, schedules. No requests here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from hallofshame.domain.entity_facts import (
    HIGHEST_LIMIT_CM,
    LOWEST_LIMIT_CM,
    MAXIMUM_HEIGHT,
    MINIMUM_HEIGHT,
)
from hallofshame.domain.errors import BodyError
from hallofshame.domain.localtime import ONE_DAY, local_day, zone
from hallofshame.domain.readings import (
    DiningTable,
    Finding,
    ListedEntity,
    ParkReading,
    PublishedEntry,
    PurchaseReading,
    QueueReading,
    RideReading,
    RideSlot,
    ScheduleReading,
    ShowTimeReading,
    says_more,
)
from hallofshame.domain.ride_types import ATTRACTION_TYPE
from hallofshame.domain.rules import MAX_PUBLISHED_SECONDS
from hallofshame.domain.words import OPERATING_HOURS, Feed, QueueType, RideKind, ScheduleKind, Status
from hallofshame.feeds.parsing import (
    MAX_ID_CHARACTERS,
    Findings,
    as_list,
    as_object,
    id_of,
    parse_instant,
    refuse_entries,
    shown,
    text_of,
    word_of,
)

NOT_RIDES = frozenset({"PARK", "DESTINATION", "HOTEL"})
"""Entity types that are no rides; the PARK's own status says nothing about opening (R2)."""

MAX_SCHEDULE_ENTRY = dt.timedelta(seconds=MAX_PUBLISHED_SECONDS)
"""Longer published hours are refused (R4)."""

MAX_PARTY = 99
"""No table is offered to a larger party."""

_HEIGHT_TAGS = {"minimumheight": MINIMUM_HEIGHT, "maximumheight": MAXIMUM_HEIGHT}
_CM_PER_UNIT = {"cm": 1.0, "m": 100.0, "in": 2.54, "inch": 2.54, "inches": 2.54}
_KIND_CHARACTERS = 20
_STANDBY = "STANDBY"
_PERFORMANCE = "Performance Time"
_STATE_CHARACTERS = 40


def parse_live(body: object, park_external_id: str) -> ParkReading:
    """A ``/live`` answer as a reading (R2); raises :class:`BodyError` if it has no ``liveData`` list."""
    entities = as_object(body).get("liveData")
    if not isinstance(entities, list):
        raise BodyError(f"holds no liveData list: {shown(body)}")
    findings = Findings()
    readings: dict[str, RideReading] = {}
    parts = 0
    for entity in as_list(entities):
        reading = _live_entity(entity, findings)
        if reading is None or reading.external_id is None:
            continue
        parts += sum(map(len, (reading.queues, reading.showtimes, reading.hours, reading.dining)))
        refuse_entries(parts)
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
        dining=_dining(fields.get("diningAvailability"), external_id, findings),
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
    if value is not None and not isinstance(value, dict):
        findings.add("queue_unreadable", subject, f"queue is {shown(value)}, no object; not kept.")
    refuse_entries(len(as_object(value)))
    for name, member in as_object(value).items():
        if member is None:
            continue
        if not isinstance(member, dict):
            findings.add("queue_unreadable", subject, f"queue.{shown(name)} is {shown(member)}; not kept.")
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
    # Amounts come in the smallest unit of the currency, as the formatted text beside them shows.
    price_minor, currency = findings.price(fields.get("price"), subject, f"{where}.price")
    boarding = kind is QueueType.BOARDING_GROUP
    wait_field = "estimatedWait" if boarding else "waitTime"
    state_field = "allocationStatus" if boarding else "state"
    return QueueReading(
        kind,
        wait_minutes=findings.wait(fields.get(wait_field), subject, f"{where}.{wait_field}"),
        state=findings.word(fields.get(state_field), subject, f"{where}.{state_field}", _STATE_CHARACTERS),
        return_start=findings.instant(fields.get("returnStart"), subject, f"{where}.returnStart"),
        return_end=findings.instant(fields.get("returnEnd"), subject, f"{where}.returnEnd"),
        price_minor=price_minor,
        currency=currency,
        group_start=findings.whole(fields.get("currentGroupStart"), subject, f"{where}.currentGroupStart"),
        group_end=findings.whole(fields.get("currentGroupEnd"), subject, f"{where}.currentGroupEnd"),
    )


def _dining(value: object, subject: str, findings: Findings) -> tuple[DiningTable, ...]:
    """Waits for a table by size of party, smallest first; of two of one size the first counts."""
    tables: dict[int, DiningTable] = {}
    for entry in as_list(value):
        fields = as_object(entry)
        size = findings.whole(fields.get("partySize"), subject, "diningAvailability.partySize")
        if size is None or not 1 <= size <= MAX_PARTY:
            findings.add(
                "party_size_unusable",
                subject,
                f"diningAvailability holds {shown(entry)}, without a size of party from 1 to {MAX_PARTY}; "
                "left out.",
            )
            continue
        wait = findings.wait(fields.get("waitTime"), subject, "diningAvailability.waitTime")
        tables.setdefault(size, DiningTable(size, wait))
    return tuple(tables[size] for size in sorted(tables))


def _show_times(value: object, default_kind: str, subject: str, findings: Findings) -> list[ShowTimeReading]:
    """Slots given as objects or as bare start times; one without a readable start is left out."""
    slots = []
    for slot in as_list(value):
        fields = {"startTime": slot} if isinstance(slot, str) else as_object(slot)
        kind = text_of(fields.get("type")) or default_kind
        starts_at = findings.instant(fields.get("startTime"), subject, f"startTime of {kind}")
        if starts_at is not None:
            ends_at = findings.instant(fields.get("endTime"), subject, f"endTime of {kind}")
            slots.append(ShowTimeReading(kind, starts_at, ends_at))
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
    for slot in [value] if value is not None and not isinstance(value, list) else as_list(value):
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
    return parse_operating_hours(_json_or_text(text))[0]


def performances_among_hours(text: str) -> str | None:
    """The performances in the JSON text of an ``operatingHours`` list, as one of ``showtimes``."""
    performances = parse_operating_hours(_json_or_text(text))[1]
    return json.dumps(performances) if performances else None


def parse_shows_text(text: str, subject: str, findings: Findings) -> tuple[ShowTimeReading, ...]:
    """The show times in the JSON text of a ``showtimes`` list; any other text is a finding."""
    value = _json_or_text(text)
    if not isinstance(value, list):
        findings.add("show_times_unreadable", subject, f"showtimes is {shown(value)}, no list; left out.")
    return tuple(_show_times(value, _PERFORMANCE, subject, findings))


def parse_dining_text(text: str | None, subject: str, findings: Findings) -> tuple[DiningTable, ...]:
    """The tables in the JSON text of a ``diningAvailability`` list; any other text is a finding."""
    value = None if text is None else _json_or_text(text)
    if value is not None and not isinstance(value, list):
        findings.add(
            "dining_unreadable", subject, f"diningAvailability is {shown(value)}, no list; left out."
        )
    return _dining(value, subject, findings)


def _json_or_text(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


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
    for child in map(as_object, as_list(children)):
        identity = None if word_of(child.get("entityType"), NOT_RIDES) else read_identity(child, findings)
        if identity is None:
            continue
        external_id, name, kind = identity
        latitude, longitude = findings.place(child.get("location"), external_id)
        tags = _tags(child, external_id, findings)
        entities.setdefault(external_id, ListedEntity(external_id, name, kind, latitude, longitude, tags))
    return list(entities.values()), findings.as_tuple()


def _tags(child: dict[str, Any], subject: str, findings: Findings) -> tuple[str, ...]:
    """The tags of an entity, and among them its ``attractionType`` (R13) and its limits of height.

    A tag that is not known is kept by its name; it may mean something one day.
    """
    tags: list[str] = []
    for tag in map(as_object, as_list(child.get("tags"))):
        name = text_of(tag.get("tag"))
        if name is None:
            continue
        limit = _HEIGHT_TAGS.get("".join(filter(str.isalpha, name.casefold())))
        if limit is None or tag.get("value") is None:
            tags.append(name)
        elif (height := _height_cm(tag.get("value"))) is not None:
            tags.append(f"{limit}{height}")
        else:
            findings.add(
                "height_impossible",
                subject,
                f"{name} is {shown(tag.get('value'))}, no height from {LOWEST_LIMIT_CM} to "
                f"{HIGHEST_LIMIT_CM} cm; left out.",
            )
    attraction_type = text_of(child.get("attractionType"))
    if attraction_type is not None:
        tags.append(f"{ATTRACTION_TYPE}{attraction_type.upper()}")
    return tuple(tags)


def _height_cm(value: object) -> int | None:
    """A limit of height in whole centimetres; given as a number of them or as ``{height, unit}``."""
    fields = {"height": value, "unit": "cm"} if isinstance(value, int | float) else as_object(value)
    height, unit = fields.get("height"), text_of(fields.get("unit")) or "cm"
    factor = _CM_PER_UNIT.get(unit.casefold())
    if factor is None or isinstance(height, bool) or not isinstance(height, int | float):
        return None
    # Compared before it is multiplied: a whole number of JSON may be too large for a float.
    if not LOWEST_LIMIT_CM / factor <= height <= HIGHEST_LIMIT_CM / factor:
        return None
    return round(height * factor)


def parse_schedule(body: object, park_external_id: str, timezone: str) -> ScheduleReading:
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
    entries = [_schedule_entry(as_object(row), park_external_id, timezone, findings) for row in as_list(rows)]
    purchases: dict[tuple[dt.date, str], PurchaseReading] = {}
    for row in rows:
        for purchase in _purchases(as_object(row), park_external_id, findings):
            purchases.setdefault((purchase.date, purchase.offer_id), purchase)
            refuse_entries(len(purchases))
    return ScheduleReading(
        tuple(dict.fromkeys(entry for entry in entries if entry is not None)),
        findings.as_tuple(),
        tuple(purchases.values()),
    )


def _purchases(row: dict[str, Any], park_external_id: str, findings: Findings) -> Iterator[PurchaseReading]:
    """What is sold for the date of a schedule entry; one without an id is known by its name."""
    offers = as_list(row.get("purchases"))
    date = _date(row.get("date"))
    if date is None:
        return  # the entry has its finding
    for offer in map(as_object, offers):
        subject = f"{park_external_id} {date} purchase"
        name, offer_id = text_of(offer.get("name")), id_of(offer.get("id"))
        if name is None and offer_id is None:
            findings.add("purchase_unreadable", subject, f"{shown(offer)} has no name and no id; left out.")
            continue
        price_minor, currency = findings.price(offer.get("price"), f"{subject} {name or offer_id}", "price")
        available = offer.get("available")
        yield PurchaseReading(
            date,
            offer_id or (name or "")[:MAX_ID_CHARACTERS].strip(),
            (text_of(offer.get("type")) or "UNKNOWN")[:_KIND_CHARACTERS].strip(),
            name or offer_id or "",
            price_minor,
            currency,
            available if isinstance(available, bool) else None,
        )


def _schedule_entry(
    row: dict[str, Any], park_external_id: str, timezone: str, findings: Findings
) -> PublishedEntry | None:
    said = row.get("date")
    subject = f"{park_external_id} {said if isinstance(said, str) else shown(said)}"
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
    return PublishedEntry(date, ScheduleKind[kind], opens_at, closes_at, text_of(row.get("description")))


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
