"""Receipts of transactions, for clusters."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "transaction_receipts",
        sa.Column("writer", sa.String(length=24), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_transaction_receipts")),
        **op.TABLE,
    )


def downgrade() -> None:
    """Drop it: a receipt matters for seconds."""
    op.drop_table("transaction_receipts")
