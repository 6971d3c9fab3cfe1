"""Chances to reopen: their evidence, and what they were worth."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
    "sqlite_with_rowid": False,
}


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
        **TABLE,
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
        **TABLE,
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
        **TABLE,
    )


def downgrade() -> None:
    """Drop the tables with their rows; the daily job makes them anew."""
    op.drop_table("chance_tenths")
    op.drop_table("chance_scores")
    op.drop_table("chance_evidence")
