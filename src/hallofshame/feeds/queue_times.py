"""Queue-Times.com: parks and one snapshot of waits per park. It knows open and closed, nothing between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from hallofshame.domain.errors import BodyError, InputError
from hallofshame.domain.localtime import zone
from hallofshame.domain.names import kind_named, match_key
from hallofshame.domain.readings import (
    HistoryPage,
    ListedEntity,
    ListedPark,
    ParkReading,
    RideReading,
    ScheduleReading,
    says_more,
)
from hallofshame.domain.words import Feed, Status
from hallofshame.feeds.base import FeedContext, Poll
from hallofshame.feeds.parsing import (
    Findings,
    as_list,
    as_object,
    coordinates,
    id_of,
    refuse_entries,
    shown,
    text_of,
)


class QueueTimesFeed:
    """The Queue-Times feed (``LiveFeed``); it publishes no entity lists, schedules or history."""

    feed: ClassVar[Feed] = Feed.QUEUE_TIMES

    def __init__(self, context: FeedContext) -> None:
        self._context = context
        self._base_url = context.base_url.rstrip("/")

    def list_parks(self) -> list[ListedPark]:
        """All parks with their owner as destination, time zone and place."""
        url = f"{self._base_url}/parks.json"
        body = self._context.client.get_json(url).body
        if not isinstance(body, list):
            raise BodyError(f"{url} holds no list of park groups: {shown(body)}")
        parks: dict[str, ListedPark] = {}
        for group in map(as_object, as_list(body)):
            for entry in map(as_object, as_list(group.get("parks"))):
                park = self._listed_park(entry, text_of(group.get("name")))
                if park is not None:
                    parks.setdefault(park.external_id, park)
        return list(parks.values())

    def list_entities(self, park_external_id: str) -> list[ListedEntity]:
        """Nothing: rides are only named in the polls."""
        return []

    def poll(self, park_external_id: str) -> Poll:
        """The park's rides as posted now (R2); a park without rides gives a reading without rides."""
        url = f"{self._base_url}/parks/{quote(park_external_id, safe='')}/queue_times.json"
        answer = self._context.client.get_json(url)
        try:
            reading = parse_queue_times(answer.body, park_external_id)
        except BodyError as error:
            raise BodyError(
                f"{url} {error}", http_status=answer.http_status, attempts=answer.attempts
            ) from error
        return Poll(reading, answer.http_status, answer.attempts, answer.duration_ms, answer.served_at)

    def schedule(self, park_external_id: str, timezone: str) -> ScheduleReading:
        """Nothing: Queue-Times publishes no hours."""
        return ScheduleReading(())

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> HistoryPage:
        """Nothing: Queue-Times answers only with the present."""
        return HistoryPage(())

    def _listed_park(self, entry: dict[str, Any], destination: str | None) -> ListedPark | None:
        external_id, name = id_of(entry.get("id")), text_of(entry.get("name"))
        if external_id is None or name is None:
            self._context.log.warning("Queue-Times lists a park without id or name: %s", shown(entry))
            return None
        timezone = text_of(entry.get("timezone"))
        try:
            zone(timezone or "")
        except InputError as error:
            self._context.log.warning("Queue-Times park %s (%s): %s", external_id, name, error)
            timezone = None
        latitude, longitude = coordinates(entry.get("latitude"), entry.get("longitude"))
        return ListedPark(
            self.feed,
            external_id,
            name,
            destination=destination,
            country=text_of(entry.get("country")),
            continent=text_of(entry.get("continent")),
            timezone=timezone,
            latitude=latitude,
            longitude=longitude,
        )


def parse_queue_times(body: object, park_external_id: str) -> ParkReading:
    """One ``queue_times.json`` as a reading (R2); raises :class:`BodyError` if it has no ride lists."""
    answer = as_object(body)
    if not isinstance(answer.get("lands"), list) and not isinstance(answer.get("rides"), list):
        raise BodyError(f"holds neither lands nor rides: {shown(body)}")
    findings = Findings()
    readings: dict[str, RideReading] = {}
    for number, (entry, land) in enumerate(_entries(answer, findings), 1):
        refuse_entries(number)
        reading = _ride_reading(entry, land, findings)
        if reading is not None:
            _keep_one(readings, reading, findings)
    return ParkReading(Feed.QUEUE_TIMES, park_external_id, tuple(readings.values()), findings.as_tuple())


def _entries(answer: dict[str, Any], findings: Findings) -> Iterator[tuple[object, str | None]]:
    """Every ride entry with its land; some parks list theirs outside any land."""
    for land in _list(answer.get("lands"), "lands", findings):
        fields = as_object(land)
        name = text_of(fields.get("name"))
        if not isinstance(land, dict):
            findings.add("entry_unreadable", "lands", f"A land is {shown(land)}, no object; left out.")
        for entry in _list(fields.get("rides"), name or "a land", findings):
            yield entry, name
    for entry in _list(answer.get("rides"), "rides", findings):
        yield entry, None


def _list(value: object, subject: str, findings: Findings) -> list[Any]:
    """A list of entries; null is an empty one, anything else too, with a finding."""
    if value is not None and not isinstance(value, list):
        findings.add("entry_unreadable", subject, f"{shown(value)} stands for a list; left out.")
    return as_list(value)


def _ride_reading(entry: object, land: str | None, findings: Findings) -> RideReading | None:
    fields = as_object(entry)
    external_id, name = id_of(fields.get("id")), text_of(fields.get("name"))
    subject = external_id or name
    if subject is None:
        findings.add(
            "entry_unreadable", "ride", f"An entry has neither id nor name: {shown(entry)}; left out."
        )
        return None
    if name is None:
        findings.add("name_missing", subject, "The entry has no name; its id stands in for it.")
    wait = findings.wait(fields.get("wait_time"), subject, "wait_time")
    return RideReading(
        external_id=external_id,
        name=name or subject,
        kind=kind_named(name or subject),
        status=_status(fields.get("is_open"), wait, subject, findings),
        wait_minutes=wait,
        upstream_at=findings.instant(fields.get("last_updated"), subject, "last_updated"),
        land=land,
    )


def _status(is_open: object, wait: int | None, subject: str, findings: Findings) -> Status | None:
    if not isinstance(is_open, bool):
        findings.add(
            "unknown_status",
            subject,
            f"is_open is {shown(is_open)}, neither true nor false; read as unknown.",
        )
    if wait is not None and wait > 0:
        return Status.OPERATING
    if not isinstance(is_open, bool):
        return None
    return Status.OPERATING if is_open else Status.CLOSED


def _keep_one(readings: dict[str, RideReading], reading: RideReading, findings: Findings) -> None:
    """Add ``reading``; of two entries with one id the one that says most stays, then the fresher (R2)."""
    key = reading.external_id or f"name {match_key(reading.name)}"
    earlier = readings.get(key)
    if earlier is None:
        readings[key] = reading
        return
    alike = match_key(earlier.name) == match_key(reading.name)
    findings.add(
        "duplicate_entry" if alike else "id_shared_by_two_names",
        key,
        f"The answer holds {shown(earlier.name)} and {shown(reading.name)} under one id; one is kept.",
    )
    fresher = bool(
        reading.upstream_at and (earlier.upstream_at is None or reading.upstream_at > earlier.upstream_at)
    )
    if says_more(reading, earlier) or (fresher and not says_more(earlier, reading)):
        readings[key] = replace(reading, land=reading.land or earlier.land)
