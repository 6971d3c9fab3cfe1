"""The history API: its budgets, and its daily figures beside ours."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "history_requests",
        sa.Column("request_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_history_requests")),
        **op.TABLE,
    )
    op.create_index("ix_history_requests_owner_asked_at", "history_requests", ["owner", "asked_at"])
    op.create_table(
        "history_meters",
        sa.Column("owner", sa.String(length=20), nullable=False),
        sa.Column("meter", sa.String(length=10), nullable=False),
        sa.Column("allowance", sa.Integer(), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.Column("resets_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "meter", name=op.f("pk_history_meters")),
        **op.TABLE,
    )
    op.create_table(
        "outside_days",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("scheduled_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("told_operating_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("told_down_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("told_unknown_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("observed", sa.BigInteger(), nullable=False),
        sa.Column("operating", sa.BigInteger(), nullable=False),
        sa.Column("down", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.SmallInteger(), nullable=False),
        sa.Column("compared_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "day", "ride_id", name=op.f("pk_outside_days")),
        **op.CLUSTERED,
    )


def downgrade() -> None:
    """Drop them: budgets are learned anew, the next nights compare again."""
    for table in ("outside_days", "history_meters", "history_requests"):
        op.drop_table(table)
