"""Sums of the spans of days that are asked for most. They are filled by the next roll-up."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SUMS = (
    "open",
    "observed",
    "operating",
    "down",
    "closed",
    "refurbishment",
    "downtime",
    "downtime_opening_delay",
    "downtime_never_reopened",
    "downtime_park_wide",
    "wait_known",
    "wait_sum",
    "samples",
)
WEIGHTED = ("weighted_downtime", "weighted_breakdown", "weighted_exposure")
RIDE_DAYS = ("eligible_days", "seen_days", "ran_days", "queue_days")
PARK_DAYS = (
    "open_days",
    "recorded_days",
    "open_recorded_days",
    "live_days",
    "archive_days",
    "closed_days",
    "down_days",
    "inferred_days",
)


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "stored_spans",
        *_key(),
        sa.PrimaryKeyConstraint("park_id", "period_start", "period_end", name=op.f("pk_stored_spans")),
        **op.CLUSTERED,
    )
    op.create_table(
        "ride_span_stats",
        *_key(),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        *_whole(RIDE_DAYS, sa.Integer),
        *_whole(SUMS, sa.BigInteger),
        sa.Column("wait_max", sa.Integer(), nullable=True),
        sa.Column("metrics_version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "park_id", "period_start", "period_end", "ride_id", name=op.f("pk_ride_span_stats")
        ),
        **op.CLUSTERED,
    )
    op.create_table(
        "park_span_stats",
        *_key(),
        *_whole(("window_seconds",), sa.BigInteger),
        *_whole(PARK_DAYS, sa.Integer),
        *_whole((*SUMS, *WEIGHTED), sa.BigInteger),
        sa.Column("wait_max", sa.Integer(), nullable=True),
        sa.Column("metrics_version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "period_start", "period_end", name=op.f("pk_park_span_stats")),
        **op.CLUSTERED,
    )


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
    ]


def _whole(names: tuple[str, ...], kind: type[sa.Integer]) -> list[sa.Column[object]]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def downgrade() -> None:
    """Drop the tables."""
    for name in ("park_span_stats", "ride_span_stats", "stored_spans"):
        op.drop_table(name)
