"""History: ledger of the sealed files, and which days changed since they were sealed."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables. Days that no file holds need no mark: they are to be sealed anyway."""
    op.create_table(
        "history_files",
        sa.Column("dataset", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("schema_version", sa.SmallInteger(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "period", name=op.f("pk_history_files")),
        **op.TABLE,
    )
    op.create_table(
        "history_parks",
        sa.Column("dataset", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("park_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "period", "park_id", name=op.f("pk_history_parks")),
        **op.TABLE,
    )
    op.create_table(
        "history_marks",
        sa.Column("park_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "day", name=op.f("pk_history_marks")),
        **op.TABLE,
    )
    op.create_table(
        "history_moves",
        sa.Column("move_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("new_ride_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_history_moves")),
        **op.TABLE,
    )
    op.create_table(
        "dropped_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("dropped_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_dropped_months")),
        **op.TABLE,
    )


def downgrade() -> None:
    """Drop the ledger; the files stay, and their manifests say all that it said of them."""
    for table in ("dropped_months", "history_moves", "history_marks", "history_parks", "history_files"):
        op.drop_table(table)
