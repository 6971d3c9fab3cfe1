"""Worlds in plain Python values, and their translation into the kernel's frames.

Hand-made worlds live in UTC on :data:`DAY`, so that ``clock("10:30")`` can be read off a watch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from hallofshame.domain.words import Feed, Origin, ScheduleKind, Status
from hallofshame.metrics.frames import (
    DAYS,
    HISTORY,
    NEIGHBOURS,
    OBSERVATIONS,
    PARKS,
    RIDE_HOURS,
    RIDES,
    SCHEDULES,
)
from hallofshame.metrics.parkday import ParkDayInputs, ParkDays, compute_park_days

DAY = dt.date(2026, 6, 10)
OPERATING, DOWN, CLOSED, REFURBISHMENT = Status
UNKNOWN = None
MINUTE = 60
HOUR = 3600


@dataclass(frozen=True)
class Reading:
    """One observation; ``cadence`` null makes it an entry of the event log."""

    ride: int
    at: int
    status: Status | None
    wait: int | None = None
    feed: Feed = Feed.THEMEPARKS_WIKI
    stale: bool = False
    cadence: int | None = 300


@dataclass(frozen=True)
class Ride:
    """Whether it counts as a ride, and its tier weight."""

    attraction: bool = True
    weight: int = 2


@dataclass(frozen=True)
class Hours:
    """A published entry."""

    date: dt.date
    opens: int
    closes: int
    kind: ScheduleKind = ScheduleKind.OPERATING


@dataclass(frozen=True)
class RideHours:
    """Hours published for one ride."""

    ride: int
    date: dt.date
    opens: int
    closes: int


@dataclass(frozen=True)
class Operated:
    """A ride that operated on an earlier day: at all, inside an open window, with a wait above 0."""

    day: dt.date
    ride: int
    inside: bool = True
    posted: bool = False


@dataclass(frozen=True)
class Beside:
    """How a day is joined to days that are not computed: the window before it, and whether the next opens."""

    day: dt.date
    before_start: int | None = None
    before_opens: bool = True
    next_opens: bool = False


@dataclass(frozen=True)
class World:
    """One park with everything its park-days depend on."""

    readings: Sequence[Reading]
    rides: dict[int, Ride]
    days: Sequence[dt.date] = (DAY,)
    timezone: str = "UTC"
    schedule: Sequence[Hours] = ()
    ride_hours: Sequence[RideHours] = ()
    history: Sequence[Operated] = ()
    neighbours: Sequence[Beside] = ()
    tells_down: bool = True
    park: int = 1
    origin: Origin = Origin.LIVE

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What a failing property shows: everything but the many readings."""
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.name != "readings")
        printer.text(f"World({len(self.readings)} readings, {', '.join(shown)})")


def clock(text: str, day: dt.date = DAY, timezone: str = "UTC") -> int:
    """``HH:MM`` or ``HH:MM:SS`` on a local day as Unix seconds; hours from 24 on lie on the next day."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    extra, hours = divmod(hours, 24)
    local = dt.datetime.combine(
        day + dt.timedelta(days=extra), dt.time(hours, minutes, *seconds), ZoneInfo(timezone)
    )
    return int(local.timestamp())


def midnight(day: dt.date, timezone: str) -> int:
    """When a local day begins."""
    return clock("00:00", day, timezone)


def held(
    ride: int,
    since: str,
    until: str,
    status: Status | None,
    wait: int | None = None,
    *,
    feed: Feed = Feed.THEMEPARKS_WIKI,
    cadence: int = 300,
    day: dt.date = DAY,
    stale: bool = False,
) -> list[Reading]:
    """The same reading at every cycle from ``since`` (included) to ``until`` (not included)."""
    return [
        Reading(ride, at, status, wait, feed, stale, cadence)
        for at in range(clock(since, day), clock(until, day), cadence)
    ]


def log(ride: int, *changes: tuple[str, Status | None], day: dt.date = DAY) -> list[Reading]:
    """Entries of the event log: exact to the second, whatever the cadence of sampled feeds."""
    return [
        Reading(ride, clock(text, day), status, None, Feed.ARCHIVE, cadence=None) for text, status in changes
    ]


def frame_of(rows: Iterable[tuple[object, ...]], schema: dict[str, object]) -> pl.DataFrame:
    """Rows in the order of the shape's columns."""
    return pl.DataFrame(list(rows), schema=schema, orient="row")  # type: ignore[arg-type]


def observations(*worlds: World) -> pl.DataFrame:
    """Shape ``OBSERVATIONS``, sorted as the store delivers it."""
    return frame_of(
        (
            (w.park, r.ride, r.at, w.origin, r.status, r.wait, r.feed, r.stale, r.cadence)
            for w in worlds
            for r in w.readings
        ),
        OBSERVATIONS,
    ).sort("park_id", "ride_id", "observed_at")


def parks(*worlds: World) -> pl.DataFrame:
    """Shape ``PARKS``."""
    return frame_of(((w.park, _hour_shift(w), w.timezone) for w in worlds), PARKS)


def rides(*worlds: World) -> pl.DataFrame:
    """Shape ``RIDES``."""
    return frame_of(
        ((ride, w.park, r.attraction, r.weight) for w in worlds for ride, r in w.rides.items()), RIDES
    )


def days(*worlds: World) -> pl.DataFrame:
    """Shape ``DAYS``."""
    return frame_of(
        (
            (
                w.park,
                day,
                midnight(day, w.timezone),
                midnight(day + dt.timedelta(days=1), w.timezone),
                w.tells_down,
            )
            for w in worlds
            for day in w.days
        ),
        DAYS,
    )


def inputs(*worlds: World) -> ParkDayInputs:
    """Everything the kernel takes."""
    return ParkDayInputs(
        observations=observations(*worlds),
        parks=parks(*worlds),
        rides=rides(*worlds),
        days=days(*worlds),
        schedules=frame_of(
            ((w.park, h.date, h.kind.value, h.opens, h.closes) for w in worlds for h in w.schedule), SCHEDULES
        ),
        ride_hours=frame_of(
            ((h.ride, h.date, h.opens, h.closes) for w in worlds for h in w.ride_hours), RIDE_HOURS
        ),
        history=frame_of(
            (
                (w.park, past.day, past.ride, True, past.inside, past.posted)
                for w in worlds
                for past in w.history
            ),
            HISTORY,
        ),
        neighbours=frame_of(
            (
                (w.park, b.day, b.before_start, b.before_opens, b.next_opens)
                for w in worlds
                for b in w.neighbours
            ),
            NEIGHBOURS,
        ),
    )


def compute(*worlds: World) -> ParkDays:
    """The kernel's answer."""
    return compute_park_days(inputs(*worlds))


def _hour_shift(world: World) -> int:
    noon = dt.datetime.combine(world.days[0] if world.days else DAY, dt.time(12), ZoneInfo(world.timezone))
    offset = noon.utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) % HOUR
