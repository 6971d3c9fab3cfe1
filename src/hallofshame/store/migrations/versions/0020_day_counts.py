"""The days of parks counted in weeks, months and years too: recorded, found closed, by origin and signal."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SEEN = "d.observed > 0"
CONDITIONS = {
    "recorded_days": _SEEN,
    "open_recorded_days": f"{_SEEN} AND d.window_seconds > 0",
    "live_days": f"{_SEEN} AND d.origin = 0",
    "archive_days": f"{_SEEN} AND d.origin = 1",
    "closed_days": "d.evidence = 'no_activity'",
    "down_days": f"{_SEEN} AND d.judged_by_down = 1",
    "inferred_days": "d.window_seconds > 0 AND d.evidence = 'activity'",
}
LENGTHS = {
    "park_weekly_stats": ("'+7 days'", "7 DAY"),
    "park_monthly_stats": ("'+1 month'", "1 MONTH"),
    "park_yearly_stats": ("'+1 year'", "1 YEAR"),
}


def upgrade() -> None:
    """Add the columns and count the days that are there."""
    for table, (lite, server) in LENGTHS.items():
        for name in CONDITIONS:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        after = f"date({table}.period_start, {lite})"
        if op.dialect() != "sqlite":
            after = f"DATE_ADD({table}.period_start, INTERVAL {server})"
        days = f"d.park_id = {table}.park_id AND d.day >= {table}.period_start AND d.day < {after}"
        counted = ", ".join(
            f"{name} = (SELECT COUNT(*) FROM park_daily_stats d WHERE {days} AND {condition})"  # noqa: S608
            for name, condition in CONDITIONS.items()
        )
        op.change_rows(f"UPDATE {table} SET {counted}")  # noqa: S608


def downgrade() -> None:
    """Drop the columns."""
    for table in reversed(LENGTHS):
        for name in reversed(CONDITIONS):
            op.drop_column(table, name)
