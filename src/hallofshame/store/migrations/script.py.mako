"""${message}."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """${upgrades if upgrades else "Make the change."}"""


def downgrade() -> None:
    """${downgrades if downgrades else "Take it back."}"""
