"""The job log: how many runs of a job ended badly in a row before each."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what ran before counts as a first try."""
    op.add_column("aggregation_log", sa.Column("retries", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("aggregation_log", "retries")
