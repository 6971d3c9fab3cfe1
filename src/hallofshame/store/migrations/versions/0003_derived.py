"""Derived tables: counters per grain, outages and the present state."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
CLUSTERED: dict[str, Any] = {**TABLE, "sqlite_with_rowid": False}
PERIODS = ("weekly", "monthly", "yearly")


def upgrade() -> None:
    """Create the tables."""
    _ride_grains()
    _park_grains()
    _outages()
    _current()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "derived_revisions",
        "park_current",
        "ride_current",
        "ride_outages",
        "ride_outage_parts",
    ):
        op.drop_table(table)
    for owner in ("park", "ride"):
        for grain in ("yearly", "monthly", "weekly", "daily", "hourly"):
            op.drop_table(f"{owner}_{grain}_stats")


def _key(name: str, kind: type[sa.types.TypeEngine[Any]] = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind(), primary_key=True, autoincrement=False)


def _big(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _small(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.SmallInteger(), nullable=False) for name in names]


def _ride_counters() -> list[sa.Column[int]]:
    return [
        *_big("open", "observed", "operating", "down", "closed", "refurbishment", "downtime"),
        *_big("wait_known", "wait_sum", "samples"),
        sa.Column("wait_max", sa.Integer(), nullable=True),
        *_small("metrics_version"),
    ]


def _park_counters() -> list[sa.Column[int]]:
    return [*_big("weighted_downtime", "weighted_exposure"), *_ride_counters()]


def _ride_grains() -> None:
    op.create_table(
        "ride_hourly_stats",
        _key("park_id"),
        _key("hour", sa.BigInteger),
        _key("ride_id"),
        sa.Column("day", sa.Date(), nullable=False),
        *_ride_counters(),
        sa.PrimaryKeyConstraint("park_id", "hour", "ride_id", name="pk_ride_hourly_stats"),
        **CLUSTERED,
    )
    op.create_index("ix_ride_hourly_stats_ride_id_hour", "ride_hourly_stats", ["ride_id", "hour"])
    op.create_index("ix_ride_hourly_stats_park_id_day", "ride_hourly_stats", ["park_id", "day"])
    op.create_table(
        "ride_daily_stats",
        _key("park_id"),
        _key("day", sa.Date),
        _key("ride_id"),
        *_small("eligible", "operated_any"),
        *_ride_counters(),
        sa.PrimaryKeyConstraint("park_id", "day", "ride_id", name="pk_ride_daily_stats"),
        **CLUSTERED,
    )
    op.create_index("ix_ride_daily_stats_ride_id_day", "ride_daily_stats", ["ride_id", "day"])
    for period in PERIODS:
        table = f"ride_{period}_stats"
        op.create_table(
            table,
            _key("park_id"),
            _key("period_start", sa.Date),
            _key("ride_id"),
            *_integers("eligible_days"),
            *_ride_counters(),
            sa.PrimaryKeyConstraint("park_id", "period_start", "ride_id", name=f"pk_{table}"),
            **CLUSTERED,
        )
        op.create_index(f"ix_{table}_ride_id_period_start", table, ["ride_id", "period_start"])


def _park_grains() -> None:
    op.create_table(
        "park_hourly_stats",
        _key("park_id"),
        _key("hour", sa.BigInteger),
        sa.Column("day", sa.Date(), nullable=False),
        *_park_counters(),
        sa.PrimaryKeyConstraint("park_id", "hour", name="pk_park_hourly_stats"),
        **CLUSTERED,
    )
    op.create_index("ix_park_hourly_stats_park_id_day", "park_hourly_stats", ["park_id", "day"])
    op.create_table(
        "park_daily_stats",
        _key("park_id"),
        _key("day", sa.Date),
        sa.Column("windows", sa.Text(), nullable=False),
        *_big("window_seconds"),
        sa.Column("evidence", sa.String(20), nullable=False),
        *_small("origin"),
        *_integers("eligible", "rides_operated", "rides_down"),
        *_park_counters(),
        sa.PrimaryKeyConstraint("park_id", "day", name="pk_park_daily_stats"),
        **CLUSTERED,
    )
    op.create_index("ix_park_daily_stats_day", "park_daily_stats", ["day"])
    for period in PERIODS:
        table = f"park_{period}_stats"
        op.create_table(
            table,
            _key("park_id"),
            _key("period_start", sa.Date),
            *_big("window_seconds"),
            *_integers("open_days"),
            *_park_counters(),
            sa.PrimaryKeyConstraint("park_id", "period_start", name=f"pk_{table}"),
            **CLUSTERED,
        )


def _outages() -> None:
    op.create_table(
        "ride_outage_parts",
        _key("park_id"),
        _key("day", sa.Date),
        _key("ride_id"),
        _key("started_at", sa.BigInteger),
        *_big("ended_at"),
        *_small("ongoing"),
        *_big("downtime"),
        *_integers("flaps"),
        *_small("at_opening", "at_closing", "park_wide", "metrics_version"),
        sa.PrimaryKeyConstraint("park_id", "day", "ride_id", "started_at", name="pk_ride_outage_parts"),
        **CLUSTERED,
    )
    op.create_table(
        "ride_outages",
        _key("ride_id"),
        _key("started_at", sa.BigInteger),
        *_integers("park_id"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        *_big("downtime"),
        *_integers("flaps"),
        *_small("metrics_version"),
        sa.PrimaryKeyConstraint("ride_id", "started_at", name="pk_ride_outages"),
        **CLUSTERED,
    )
    op.create_index("ix_ride_outages_park_id_started_at", "ride_outages", ["park_id", "started_at"])


def _current() -> None:
    op.create_table(
        "ride_current",
        _key("ride_id"),
        *_integers("park_id"),
        *_big("observed_at"),
        *_small("feed"),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("wait_minutes", sa.SmallInteger(), nullable=True),
        *_big("since"),
        sa.Column("effective_status", sa.SmallInteger(), nullable=True),
        *_small("counts_as_down"),
        sa.PrimaryKeyConstraint("ride_id", name="pk_ride_current"),
        **TABLE,
    )
    op.create_index("ix_ride_current_park_id", "ride_current", ["park_id"])
    op.create_table(
        "park_current",
        _key("park_id"),
        *_big("observed_at"),
        *_small("is_open"),
        *_big("weight_down", "weight_eligible"),
        *_integers("eligible", "observed", "rides_operating", "rides_down"),
        *_big("wait_sum", "wait_known"),
        sa.Column("wait_max", sa.Integer(), nullable=True),
        *_small("metrics_version"),
        sa.PrimaryKeyConstraint("park_id", name="pk_park_current"),
        **TABLE,
    )
    op.create_table(
        "derived_revisions",
        _key("park_id"),
        *_big("revision"),
        sa.PrimaryKeyConstraint("park_id", name="pk_derived_revisions"),
        **TABLE,
    )
