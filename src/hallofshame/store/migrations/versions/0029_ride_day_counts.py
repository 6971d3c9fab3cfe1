"""The days of rides counted in weeks, months and years too: seen, run, with a queue."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_SEEN = "eligible = 1 AND observed > 0"
CONDITIONS = {
    "seen_days": _SEEN,
    "ran_days": f"{_SEEN} AND operating > 0",
    "queue_days": f"{_SEEN} AND operating > 0 AND wait_max >= 10",
}
OF_DAYS = {name: f"CASE WHEN {condition} THEN 1 ELSE 0 END" for name, condition in CONDITIONS.items()}
OF_MONTHS = {name: name for name in CONDITIONS}
COUNTED = (
    (
        "ride_weekly_stats",
        "ride_daily_stats",
        OF_DAYS,
        ("date(day, '-6 days', 'weekday 1')", "DATE_SUB(day, INTERVAL WEEKDAY(day) DAY)"),
    ),
    (
        "ride_monthly_stats",
        "ride_daily_stats",
        OF_DAYS,
        ("date(day, 'start of month')", "DATE_SUB(day, INTERVAL DAYOFMONTH(day) - 1 DAY)"),
    ),
    (
        "ride_yearly_stats",
        "ride_monthly_stats",
        OF_MONTHS,
        ("date(period_start, 'start of year')", "MAKEDATE(YEAR(period_start), 1)"),
    ),
)
"""Each table with the one it is the sum of, and the first day of its rows on SQLite and on a server."""


def upgrade() -> None:
    """Add the columns and count the days that are there."""
    for table, source, counts, (lite, server) in COUNTED:
        for name in CONDITIONS:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        start = lite if op.dialect() == "sqlite" else server
        sums = ", ".join(f"SUM({count}) AS {name}" for name, count in counts.items())
        counted = (
            f"(SELECT park_id, ride_id, {start} AS start, {sums} FROM {source} "  # noqa: S608
            "GROUP BY park_id, ride_id, start) AS c"
        )
        same = (
            f"{table}.park_id = c.park_id AND {table}.ride_id = c.ride_id AND {table}.period_start = c.start"
        )
        if op.dialect() == "sqlite":
            values = ", ".join(f"{name} = c.{name}" for name in CONDITIONS)
            statement = f"UPDATE {table} SET {values} FROM {counted} WHERE {same}"  # noqa: S608
        else:
            values = ", ".join(f"{table}.{name} = c.{name}" for name in CONDITIONS)
            statement = f"UPDATE {table} JOIN {counted} ON {same} SET {values}"  # noqa: S608
        op.change_rows(statement)


def downgrade() -> None:
    """Drop the columns."""
    for table, *_ in reversed(COUNTED):
        for name in reversed(CONDITIONS):
            op.drop_column(table, name)
