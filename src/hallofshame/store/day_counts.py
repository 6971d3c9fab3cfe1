"""What the days of parks and rides are counted by: conditions on a day, and their sums in coarser rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case

from hallofshame.domain.words import Evidence, Origin
from hallofshame.metrics.awards import QUEUE_MINUTES

DAY_COUNTS = (
    "open_days",
    "recorded_days",
    "open_recorded_days",
    "live_days",
    "archive_days",
    "closed_days",
    "down_days",
    "inferred_days",
)
"""The counts, as columns of the weeks, months and years of parks are called.

- ``open_days``: with an open window
- ``recorded_days``: with an observation in one; ``live_days`` and ``archive_days`` are these by origin (R15):
  sampled by us, and imported; ``down_days`` those that were judged by DOWN (R5)
- ``open_recorded_days``: both open and recorded
- ``closed_days``: found closed (``no_activity``)
- ``inferred_days``: open by activity alone (R4)
"""


def day_counts(rows: FromClause) -> dict[str, ColumnElement[int]]:
    """Each of ``DAY_COUNTS`` of one row: 1 or 0 of a park-day, the stored sum of a coarser one."""
    columns: Any = rows.c
    if "day" not in columns:
        return {name: columns[name] for name in DAY_COUNTS}
    seen, opened = columns.observed > 0, columns.window_seconds > 0
    conditions = {
        "open_days": opened,
        "recorded_days": seen,
        "open_recorded_days": and_(opened, seen),
        "live_days": and_(seen, columns.origin == int(Origin.LIVE)),
        "archive_days": and_(seen, columns.origin != int(Origin.LIVE)),
        "closed_days": columns.evidence == Evidence.NO_ACTIVITY.value,
        "down_days": and_(seen, columns.judged_by_down == 1),
        "inferred_days": and_(opened, columns.evidence == Evidence.ACTIVITY.value),
    }
    return {name: case((conditions[name], 1), else_=0) for name in DAY_COUNTS}


RIDE_DAY_COUNTS = ("seen_days", "ran_days", "queue_days")
"""The same of rides: days on which it was eligible and seen; of these, those on which it operated; and of
those, the ones on which it posted a wait from which on we call it a queue."""


def ride_day_counts(rows: FromClause) -> dict[str, ColumnElement[int]]:
    """Each of ``RIDE_DAY_COUNTS`` of one row: 1 or 0 of a ride's day, the stored sum of a coarser one."""
    columns: Any = rows.c
    if "day" not in columns:
        return {name: columns[name] for name in RIDE_DAY_COUNTS}
    seen = and_(columns.eligible == 1, columns.observed > 0)
    ran = and_(seen, columns.operating > 0)
    conditions = {
        "seen_days": seen,
        "ran_days": ran,
        "queue_days": and_(ran, columns.wait_max >= QUEUE_MINUTES),
    }
    return {name: case((conditions[name], 1), else_=0) for name in RIDE_DAY_COUNTS}
