"""Park-days that an import was asked to replace, with the kind of its record."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "preferred_records",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "day", name=op.f("pk_preferred_records")),
        **op.TABLE,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("preferred_records")
