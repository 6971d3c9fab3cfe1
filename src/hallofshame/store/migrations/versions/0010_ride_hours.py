"""Hours published for rides, kept as versions."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


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
        **op.CLUSTERED,
    )


def downgrade() -> None:
    """Drop the table with its rows."""
    op.drop_table("ride_hours")
