"""Chances to reopen: their evidence, and what they were worth."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the next daily job fills them."""
    op.create_table(
        "chance_evidence",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("since_opening", sa.SmallInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.String(length=10), nullable=False),
        sa.Column("outages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "park_id", "since_opening", "minutes", "ended_by", name=op.f("pk_chance_evidence")
        ),
        **op.CLUSTERED,
    )
    op.create_table(
        "chance_scores",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("since_opening", sa.SmallInteger(), nullable=False),
        sa.Column("horizon_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("moments", sa.BigInteger(), nullable=False),
        sa.Column("forecasts", sa.BigInteger(), nullable=False),
        sa.Column("forecast_days", sa.Integer(), nullable=False),
        sa.Column("brier", sa.Double(), nullable=True),
        sa.Column("constant_brier", sa.Double(), nullable=True),
        sa.Column("calibration_error", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("known_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "since_opening", "horizon_minutes", name=op.f("pk_chance_scores")),
        **op.CLUSTERED,
    )
    op.create_table(
        "chance_tenths",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("since_opening", sa.SmallInteger(), nullable=False),
        sa.Column("horizon_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("tenth", sa.SmallInteger(), nullable=False),
        sa.Column("forecasts", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("reopened", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("error", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "park_id", "since_opening", "horizon_minutes", "tenth", name=op.f("pk_chance_tenths")
        ),
        **op.CLUSTERED,
    )


def downgrade() -> None:
    """Drop the tables with their rows; the daily job makes them anew."""
    op.drop_table("chance_tenths")
    op.drop_table("chance_scores")
    op.drop_table("chance_evidence")
