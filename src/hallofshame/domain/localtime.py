"""Park-local days and hours (R1). Instants are aware UTC datetimes or integer Unix seconds."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hallofshame.domain.errors import InputError

UTC = dt.UTC
ONE_DAY = dt.timedelta(days=1)


@cache
def zone(name: str) -> ZoneInfo:
    """The IANA zone called ``name``; raises :class:`InputError` naming it when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            f"unknown time zone {name!r}; use an IANA name such as Europe/Rome", parameter="timezone"
        ) from None


@lru_cache(maxsize=100_000)
def day_bounds(day: dt.date, timezone: str) -> tuple[int, int]:
    """First second of the local ``day`` and of the next one, as Unix seconds (23 to 25 hours apart)."""
    tz = zone(timezone)
    start = dt.datetime.combine(day, dt.time(), tz)
    end = dt.datetime.combine(day + ONE_DAY, dt.time(), tz)
    return int(start.timestamp()), int(end.timestamp())


@lru_cache(maxsize=10_000)
def utc_offsets(start: int, end: int, timezone: str) -> tuple[tuple[int, int], ...]:
    """The UTC offsets in force between two instants: from when each holds, and its seconds.

    The first pair begins with ``start``. Changes are looked for from day to day, so two within one day are
    taken for none.
    """
    tz = zone(timezone)
    found = [(start, _offset(start, tz))]
    day = start
    while day < end:
        later = min(day + 86_400, end)
        if _offset(later, tz) != found[-1][1]:
            before, after = day, later
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if _offset(middle, tz) == found[-1][1] else (before, middle)
            found.append((after, _offset(after, tz)))
        day = later
    return tuple(found)


def _offset(instant: int, tz: ZoneInfo) -> int:
    offset = dt.datetime.fromtimestamp(instant, tz).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def local_day(instant: dt.datetime, timezone: str) -> dt.date:
    """The park-local date at ``instant``."""
    return instant.astimezone(zone(timezone)).date()


def from_unix(seconds: int) -> dt.datetime:
    """Unix seconds as an aware UTC instant."""
    return dt.datetime.fromtimestamp(seconds, UTC)


def to_unix(instant: dt.datetime) -> int:
    """An aware instant as whole Unix seconds, fractions cut off."""
    if instant.tzinfo is None:
        raise InputError(f"instant {instant.isoformat()} has no time zone; give it one")
    return int(instant.timestamp() // 1)


def isoformat(instant: dt.datetime | int) -> str:
    """ISO 8601 in UTC with a ``Z``, whole seconds: ``2026-08-20T14:40:00Z``."""
    moment = from_unix(instant) if isinstance(instant, int) else instant.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
