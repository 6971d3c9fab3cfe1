"""Views for people with a SQL prompt: names joined, UTC datetimes, the ratios of ``metrics.scores``.

A later migration that adds a column which people should see makes its views anew with ``create_view``.
"""

from __future__ import annotations

from hallofshame.store.migrations import operations as op
from hallofshame.store.migrations import view_statements as views

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the views."""
    for grain in views.GRAINS:
        op.create_view(f"park_{grain}", views.park_view(grain))
        op.create_view(f"ride_{grain}", views.ride_view(grain))


def downgrade() -> None:
    """Drop the views."""
    for owner in ("ride", "park"):
        for grain in reversed(views.GRAINS):
            op.drop_view(f"{owner}_{grain}")
