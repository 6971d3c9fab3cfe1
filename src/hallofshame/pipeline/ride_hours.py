"""Hours of rides: what feeds publish of single rides is judged, dated, and kept as versions (R5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.localtime import from_unix, local_day, to_unix, zone
from hallofshame.domain.names import quoted
from hallofshame.domain.readings import Finding, ListedEntity, ParkReading, RideSlot
from hallofshame.domain.rules import HOUR_SECONDS, MAX_PUBLISHED_SECONDS, NIGHT_ENDS_AT_HOUR
from hallofshame.pipeline.entities import known_ids, link
from hallofshame.pipeline.polling import PolledPark
from hallofshame.pipeline.queue_entries import HOST_KINDS
from hallofshame.pipeline.registry import Registry
from hallofshame.store import data_version, dirty, findings, ride_hours
from hallofshame.store.models import Park
from hallofshame.store.ride_hours import HoursSeen, Slot

ONE_DAY = dt.timedelta(days=1)

KIND_LENGTH = 40

DAYS_TOUCHED = (-1, 0, 1, 2)
"""Park-days that hours of a date are an input of, counted from that date: a park-day takes those from two
dates before it to one after it."""

_REMEDY = (
    "left out, while its other hours are kept. Compare with the park's own page and tell ThemeParks.wiki "
    "if they are wrong there; nothing has to be done here"
)


@dataclass(frozen=True, slots=True)
class HoursSaid:
    """All hours that one answer published of one ride. ``observed_at``: Unix seconds."""

    ride_id: int
    ride_name: str
    observed_at: int
    slots: tuple[RideSlot, ...]


@dataclass(frozen=True, slots=True)
class HoursPublished:
    """What was stored: the dates whose regular hours changed, and what was refused."""

    dates: frozenset[dt.date] = frozenset()
    findings: tuple[Finding, ...] = ()


def said_together(said: Iterable[HoursSaid]) -> list[HoursSaid]:
    """One per ride and instant: entries of one answer that are one ride publish its hours together."""
    joined: dict[tuple[int, int], HoursSaid] = {}
    for one in said:
        if not one.slots:
            continue
        key = one.ride_id, one.observed_at
        known = joined.get(key)
        slots = one.slots if known is None else tuple(dict.fromkeys((*known.slots, *one.slots)))
        joined[key] = HoursSaid(one.ride_id, one.ride_name, one.observed_at, slots)
    return list(joined.values())


def publish(
    connection: Connection, park_id: int, said: Sequence[HoursSaid], now: dt.datetime
) -> HoursPublished:
    """Store what was published of the rides of one park, and mark the park-days that it changes.

    An answer that publishes nothing of a ride or date leaves what is known: feeds drop the hours of a ride
    that is down. Hours that cannot be are findings, which are recorded.
    """
    if not said:
        return HoursPublished()
    park_name, timezone = connection.execute(
        select(Park.name, Park.timezone).where(Park.park_id == park_id)
    ).one()
    refused: list[Finding] = []
    seen: list[HoursSeen] = []
    for one in said:
        found, problems = _judged(one, park_name, timezone)
        seen += found
        refused += problems
    dates = ride_hours.publish(connection, park_id, seen)
    findings.record(connection, [(park_id, finding) for finding in refused], now)
    if dates:
        days = {date + offset * ONE_DAY for date in dates for offset in DAYS_TOUCHED}
        dirty.mark_existing(connection, [(park_id, day) for day in sorted(days)], "ride_hours", now)
    if seen:
        data_version.bump(connection, None)
    return HoursPublished(frozenset(dates), tuple(refused))


def publish_reading(
    connection: Connection, registry: Registry, park: PolledPark, reading: ParkReading, now: dt.datetime
) -> HoursPublished:
    """Store the hours of a live answer whose readings are not wanted: those of a park read elsewhere.

    Its entities are rides by their id or, where another feed named the ride first, by name (R14); one that
    was never observed makes no ride.
    """
    with_hours = {
        ride.external_id: ride
        for ride in reading.rides
        if ride.hours and ride.external_id is not None and ride.kind in HOST_KINDS
    }
    if not with_hours:
        return HoursPublished()
    known = known_ids(connection, park.park_id)
    if not with_hours.keys() <= known.keys():
        entities = [
            ListedEntity(ride.external_id, ride.name, ride.kind)
            for ride in reading.rides
            if ride.external_id is not None
        ]
        known = {**known, **link(connection, registry, park, entities, known, now)}
    said = [
        HoursSaid(known[external_id], ride.name, to_unix(now), ride.hours)
        for external_id, ride in with_hours.items()
        if external_id in known
    ]
    return publish(connection, park.park_id, said_together(said), now)


def _judged(said: HoursSaid, park_name: str, timezone: str) -> tuple[list[HoursSeen], list[Finding]]:
    """What can be believed of an answer, by the date that it is of, and what cannot."""
    today = local_day(from_unix(said.observed_at), timezone)
    problems: list[Finding] = []
    good: list[RideSlot] = []
    for slot in said.slots:
        problem = _problem(slot, today, timezone)
        if problem is None:
            good.append(slot)
            continue
        kind, why = problem
        detail = f"{park_name}, {quoted(said.ride_name)}: published hours {slot.said} {why}; {_REMEDY}."
        problems.append(Finding(kind, said.ride_name, detail))
    by_date: dict[dt.date, set[Slot]] = {}
    for date, stretch in _dated(good, timezone):
        by_date.setdefault(date, set()).add(stretch)
    seen = [
        HoursSeen(said.ride_id, date, said.observed_at, frozenset(slots), is_partial=bool(problems))
        for date, slots in sorted(by_date.items())
    ]
    return seen, problems


def _problem(slot: RideSlot, today: dt.date, timezone: str) -> tuple[str, str] | None:
    """Kind of finding and words for hours that cannot be; ``None`` for others."""
    if slot.opens_at is None or slot.closes_at is None:
        return "ride_hours_unreadable", "cannot be read as two instants with a time zone"
    seconds = to_unix(slot.closes_at) - to_unix(slot.opens_at)
    if seconds <= 0:
        return "ride_hours_backwards", "do not end after they begin"
    if seconds > MAX_PUBLISHED_SECONDS:
        longest = MAX_PUBLISHED_SECONDS // HOUR_SECONDS
        return "ride_hours_too_long", f"last {seconds / HOUR_SECONDS:.1f} h, over {longest} h"
    try:
        date = local_day(slot.opens_at, timezone)
    except OverflowError:  # in the year 1 or 9999
        date = slot.opens_at.date()
    if abs(date - today) > ONE_DAY:
        return "ride_hours_of_another_date", f"are of {date}, while the answer was given on {today}"
    return None


def _dated(slots: Sequence[RideSlot], timezone: str) -> list[tuple[dt.date, Slot]]:
    """Each stretch with its date: the local one on which it begins.

    What begins in the night goes with the evening before it, if the answer holds that evening too.
    """
    found = []
    begins = {slot: slot.opens_at.astimezone(zone(timezone)) for slot in slots if slot.opens_at is not None}
    dates = {begin.date() for begin in begins.values() if begin.hour >= NIGHT_ENDS_AT_HOUR}
    for slot, begin in begins.items():
        date = begin.date()
        if begin.hour < NIGHT_ENDS_AT_HOUR and date - ONE_DAY in dates:
            date -= ONE_DAY
        assert slot.opens_at is not None  # noqa: S101 - narrows the types; judged before
        assert slot.closes_at is not None  # noqa: S101
        kind = slot.kind[:KIND_LENGTH].rstrip()
        found.append((date, (kind, to_unix(slot.opens_at), to_unix(slot.closes_at))))
    return found


def changed_since(last: Mapping[int, tuple[RideSlot, ...]], said: Iterable[HoursSaid]) -> list[HoursSaid]:
    """Those of one answer's hours that are not what the same ride published last."""
    return [one for one in said if last.get(one.ride_id) != one.slots]
