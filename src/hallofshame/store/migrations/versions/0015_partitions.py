"""Partitions: raw tables in ranges of time on MariaDB and MySQL. Changes nothing on SQLite.

Only the one range ``p_ahead`` is made here. The months come from ``store/partitions.py``, which looks at the
rows and at the calendar, as a migration must not.
"""

from __future__ import annotations

from hallofshame.store.migrations import operations as op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the raw tables that are in one piece into a range; snapshots are in one since 0002."""
    op.change_primary_key("feed_polls", ["poll_id", "observed_at"])
    for table in ("queue_data", "park_activity_snapshots", "feed_polls"):
        op.partition_by_range(table, "observed_at", "p_ahead")


def downgrade() -> None:
    """Put all months of the snapshots into one range, and the other tables into one piece."""
    for table in ("feed_polls", "park_activity_snapshots", "queue_data"):
        op.remove_partitions(table)
    op.change_primary_key("feed_polls", ["poll_id"])
    op.partition_by_range("ride_status_snapshots", "observed_at", "p_ahead")
