"""Job log: what a run was of, what it did, in what time, why it failed; since when a park-day is dirty."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LOG = "aggregation_log"
DIRTY = "dirty_park_days"


def upgrade() -> None:
    """Add the columns and give the rows there are the words of today."""
    op.drop_index("ix_aggregation_log_job_started_at", LOG)
    op.rename_column(LOG, "job", sa.Column("job_type", sa.String(length=40), nullable=False))
    op.add_column(LOG, sa.Column("seconds", sa.Double(), nullable=True))
    op.add_column(LOG, sa.Column("target_from", sa.Date(), nullable=True))
    op.add_column(LOG, sa.Column("target_to", sa.Date(), nullable=True))
    op.add_column(LOG, sa.Column("parks_processed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(LOG, sa.Column("rides_processed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(LOG, sa.Column("error", sa.Text(), nullable=True))
    op.add_column(LOG, sa.Column("holder", sa.String(length=120), nullable=True))
    op.add_column(LOG, sa.Column("heartbeat_at", sa.BigInteger(), nullable=True))
    op.change_rows(
        "UPDATE aggregation_log SET seconds = finished_at - started_at, outcome = 'success' "
        "WHERE outcome = 'ok'"
    )
    # Left to right on a server: the error is taken before the detail goes.
    op.change_rows(
        "UPDATE aggregation_log SET seconds = finished_at - started_at, error = detail, detail = NULL, "
        "outcome = 'failure' WHERE outcome = 'failed'"
    )
    # Whoever ran it ran on the schema before, and cannot go on with it on this one.
    op.change_rows(
        "UPDATE aggregation_log SET error = 'its process ended without a word', outcome = 'killed' "
        "WHERE outcome = 'running'"
    )
    op.create_index("ix_aggregation_log_job_type_started_at", LOG, ["job_type", "started_at"])
    op.create_index("ix_aggregation_log_outcome_job_type", LOG, ["outcome", "job_type"])
    op.add_column(DIRTY, sa.Column("first_marked_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.change_rows("UPDATE dirty_park_days SET first_marked_at = marked_at WHERE first_marked_at = 0")


def downgrade() -> None:
    """Drop the columns; of runs, only what the schema before has words for is kept."""
    op.drop_column(DIRTY, "first_marked_at")
    op.drop_index("ix_aggregation_log_outcome_job_type", LOG)
    op.drop_index("ix_aggregation_log_job_type_started_at", LOG)
    op.change_rows("UPDATE aggregation_log SET outcome = 'ok' WHERE outcome = 'success'")
    op.change_rows(
        "UPDATE aggregation_log SET detail = error, outcome = 'failed' "
        "WHERE outcome IN ('failure', 'refused')"
    )
    op.change_rows("UPDATE aggregation_log SET outcome = 'running' WHERE outcome = 'killed'")
    op.drop_column(LOG, "heartbeat_at")
    op.drop_column(LOG, "holder")
    op.drop_column(LOG, "error")
    op.drop_column(LOG, "rides_processed")
    op.drop_column(LOG, "parks_processed")
    op.drop_column(LOG, "target_to")
    op.drop_column(LOG, "target_from")
    op.drop_column(LOG, "seconds")
    op.rename_column(LOG, "job_type", sa.Column("job", sa.String(length=40), nullable=False))
    op.create_index("ix_aggregation_log_job_started_at", LOG, ["job", "started_at"])
