"""Counters and facts of metrics version 2: downtime by kind, how a day was judged, what ended an outage.

Rows of version 1 stay as they are, with zeros in the new columns, until a roll-up brings them to version 2:
their park-days are put on the dirty list.
"""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GRAINS = ("hourly", "daily", "weekly", "monthly", "yearly")
KINDS = ("downtime_opening_delay", "downtime_never_reopened", "downtime_park_wide")
RIDE_TABLES = tuple(f"ride_{grain}_stats" for grain in GRAINS)
PARK_TABLES = tuple(f"park_{grain}_stats" for grain in GRAINS)
FLAGS = ("by_down", "counted", "had_run", "first_due", "last_due", "came_over", "goes_on")


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), nullable=False, server_default="0")


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _ended_by() -> sa.Column[str]:
    return sa.Column("ended_by", sa.String(length=10), nullable=True)


def _columns() -> list[tuple[str, sa.Column[int] | sa.Column[str]]]:
    """Every new column with its table, in the order in which they are added."""
    return [
        *[(table, _sum(name)) for table in RIDE_TABLES + PARK_TABLES for name in KINDS],
        *[(table, _sum("weighted_breakdown")) for table in PARK_TABLES],
        ("ride_daily_stats", _flag("posted")),
        ("ride_daily_stats", _instant("first_operating_at")),
        ("ride_daily_stats", _instant("last_operating_at")),
        ("park_daily_stats", _flag("judged_by_down")),
        ("park_daily_stats", _sum("observed_queue_times")),
        *[("park_daily_stats", _instant(name)) for name in ("active_from", "active_until", "night_until")],
        *[("ride_outage_parts", _flag(name)) for name in FLAGS],
        ("ride_outage_parts", _ended_by()),
        ("ride_outages", _flag("counted")),
        ("ride_outages", _ended_by()),
        ("ride_outages", _flag("since_opening")),
        ("ride_current", _flag("is_stopped")),
    ]


def upgrade() -> None:
    """Add the columns and mark what was computed by version 1."""
    for table, column in _columns():
        op.add_column(table, column)
    op.change_rows(
        "INSERT INTO dirty_park_days (park_id, day, generation, reason, marked_at) "
        "SELECT s.park_id, s.day, 1, 'metrics_version', "
        "(SELECT COALESCE(MAX(observed_at), 0) FROM park_current) FROM park_daily_stats s "
        "WHERE s.metrics_version < 2 AND NOT EXISTS (SELECT 1 FROM dirty_park_days d "
        "WHERE d.park_id = s.park_id AND d.day = s.day)"
    )


def downgrade() -> None:
    """Drop the columns; what they said of version 2 is computed again by a rebuild."""
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)
