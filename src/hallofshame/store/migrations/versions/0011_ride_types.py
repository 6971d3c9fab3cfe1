"""What each attraction is: the table ``ride_types``."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; until the daily sequence fills it every type is unknown, which counts as a ride."""
    op.create_table(
        "ride_types",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_ride_types_ride_id")),
        sa.PrimaryKeyConstraint("ride_id", name=op.f("pk_ride_types")),
        **op.TABLE,
    )


def downgrade() -> None:
    """Drop the table; every attraction then counts as a ride again, from the next roll-up on."""
    op.drop_table("ride_types")
