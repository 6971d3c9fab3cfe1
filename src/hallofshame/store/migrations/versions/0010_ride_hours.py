"""Hours published for rides, kept as versions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0010"
down_revision = "0009"
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
    """Create the table."""
    op.create_table(
        "ride_hours",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_ride_hours_park_id")),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_ride_hours_ride_id")),
        sa.PrimaryKeyConstraint(
            "park_id",
            "date",
            "ride_id",
            "seen_at",
            "opens_at",
            "closes_at",
            "kind",
            name=op.f("pk_ride_hours"),
        ),
        **TABLE,
    )


def downgrade() -> None:
    """Drop the table with its rows."""
    op.drop_table("ride_hours")
