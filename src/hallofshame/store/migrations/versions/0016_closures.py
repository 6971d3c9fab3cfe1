"""Why an outage does not count, kept with it and its parts; days of such outages are computed again."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("ride_outage_parts", "ride_outages")


def upgrade() -> None:
    """Add the columns and mark the days of outages that do not count."""
    for table in TABLES:
        op.add_column(table, sa.Column("not_counted", sa.String(length=20), nullable=True))
    op.change_rows(
        "INSERT INTO dirty_park_days (park_id, day, generation, reason, marked_at) "
        "SELECT DISTINCT p.park_id, p.day, 1, 'metrics_version', "
        "(SELECT COALESCE(MAX(observed_at), 0) FROM park_current) FROM ride_outage_parts p "
        "WHERE p.counted = 0 AND NOT EXISTS (SELECT 1 FROM dirty_park_days d "
        "WHERE d.park_id = p.park_id AND d.day = p.day)"
    )


def downgrade() -> None:
    """Drop the columns."""
    for table in reversed(TABLES):
        op.drop_column(table, "not_counted")
