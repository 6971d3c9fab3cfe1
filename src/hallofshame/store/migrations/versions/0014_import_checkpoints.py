"""How far imports have come."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "import_checkpoints",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("file_key", sa.String(length=120), nullable=False),
        sa.Column("park_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file_key", "park_id", name=op.f("pk_import_checkpoints")),
        **op.TABLE,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("import_checkpoints")
