"""Sizes of tables and files as measured, and when a finding was resolved."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, add the column."""
    op.create_table(
        "storage_metrics",
        sa.Column("measured_at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=8), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("byte_count", sa.BigInteger(), nullable=True),
        sa.Column("index_bytes", sa.BigInteger(), nullable=True),
        sa.Column("recent_rows", sa.BigInteger(), nullable=True),
        sa.Column("recent_days", sa.SmallInteger(), nullable=True),
        sa.Column("oldest_at", sa.BigInteger(), nullable=True),
        sa.Column("rows_estimated", sa.SmallInteger(), nullable=False),
        sa.Column("bytes_estimated", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measured_at", "place", "name", "month", name=op.f("pk_storage_metrics")),
        **op.CLUSTERED,
    )
    op.add_column("data_quality_log", sa.Column("resolved_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop both: sizes are measured anew, findings count as open while they are young."""
    op.drop_column("data_quality_log", "resolved_at")
    op.drop_table("storage_metrics")
