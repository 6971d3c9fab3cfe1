"""What feeds offer beside waits: purchases, restaurants, heights and roofs, corrected show times."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_FACTS = ("min_height_cm", "max_height_cm", "height_source", "setting", "setting_source")


def upgrade() -> None:
    """Create the tables and columns. The next daily sequence fills the facts, unknown until then."""
    op.add_column("entity_metadata", sa.Column("min_height_cm", sa.SmallInteger(), nullable=True))
    op.add_column("entity_metadata", sa.Column("max_height_cm", sa.SmallInteger(), nullable=True))
    for name in _FACTS[2:]:
        op.add_column(
            "entity_metadata",
            sa.Column(name, sa.String(length=10), nullable=False, server_default="unknown"),
        )
    op.add_column("show_times", sa.Column("superseded_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "purchases",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("offer_id", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("is_available", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_purchases_park_id")),
        sa.PrimaryKeyConstraint("park_id", "date", "offer_id", "seen_at", name=op.f("pk_purchases")),
        **op.CLUSTERED,
    )
    op.create_table(
        "dining_availability",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
        sa.Column("tables", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_dining_availability_park_id")),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_dining_availability_ride_id")),
        sa.PrimaryKeyConstraint("park_id", "ride_id", "seen_at", name=op.f("pk_dining_availability")),
        **op.CLUSTERED,
    )


def downgrade() -> None:
    """Drop the tables with their rows. Show times that were corrected count again."""
    op.drop_table("dining_availability")
    op.drop_table("purchases")
    op.drop_column("show_times", "superseded_at")
    for name in reversed(_FACTS):
        op.drop_column("entity_metadata", name)
