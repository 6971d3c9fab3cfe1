"""Which parks are open now, or were a moment ago."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hallofshame.domain.rules import HOUR_SECONDS, MAX_HOLD_SECONDS
from hallofshame.domain.words import ScheduleKind
from hallofshame.store.models import ParkCurrent
from hallofshame.store.models import ParkSchedule as StoredSchedule

MARGIN_SECONDS = HOUR_SECONDS
"""A park is also looked after for so long before its published opening and after its close, when corrections
are made."""


def open_parks(connection: Connection, now: int) -> set[int]:
    """Parks that are open by what was last seen of their rides, or by their hours with a margin."""
    seen, told = ParkCurrent, StoredSchedule
    by_rides = connection.scalars(
        select(seen.park_id).where(seen.is_open == 1, seen.observed_at > now - MAX_HOLD_SECONDS)
    )
    by_hours = connection.scalars(
        select(told.park_id).where(
            told.superseded_at.is_(None),
            told.kind == ScheduleKind.OPERATING.value,
            told.opens_at <= now + MARGIN_SECONDS,
            told.closes_at > now - MARGIN_SECONDS,
        )
    )
    return {*by_rides, *by_hours}
