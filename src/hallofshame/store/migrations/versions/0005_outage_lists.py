"""Index for lists of outages of many parks."""

from __future__ import annotations

from hallofshame.store.migrations import operations as op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = "ix_ride_outages_park_id_day_kind_downtime"


def upgrade() -> None:
    """Create the index."""
    op.create_index(NAME, "ride_outages", ["park_id", "day", "kind", "downtime"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(NAME, "ride_outages")
