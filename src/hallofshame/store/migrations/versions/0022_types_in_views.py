"""The views of rides say what each ride is (R13)."""

from __future__ import annotations

from hallofshame.store.migrations import operations as op
from hallofshame.store.migrations import view_statements as views

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TYPE = {"type": "COALESCE(t.type, 'unknown')"}
TYPES = "LEFT JOIN ride_types t ON t.ride_id = s.ride_id"


def upgrade() -> None:
    """Make the views of rides anew, with the type."""
    for grain in views.GRAINS:
        op.create_view(f"ride_{grain}", views.ride_view(grain, TYPE, TYPES))


def downgrade() -> None:
    """Make them anew without it."""
    for grain in reversed(views.GRAINS):
        op.create_view(f"ride_{grain}", views.ride_view(grain))
