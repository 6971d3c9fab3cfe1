"""Chances to reopen: corrections in a table of their own, and how certain the scores are."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = ("park_id", "since_opening", "horizon_minutes")
CERTAINTY = ("calibration_error_upper", "brier_gain_lower")
OF_TENTHS = ("weight", "error")
TABLES = ("chance_evidence", "chance_scores", "chance_tenths")


def upgrade() -> None:
    """Empty the tables, since their rows were found another way; the next daily job fills them."""
    empty_tables()
    for name in CERTAINTY:
        op.add_column("chance_scores", sa.Column(name, sa.Double(), nullable=True))
    for name in OF_TENTHS:
        op.drop_column("chance_tenths", name)
    op.create_table(
        "chance_corrections",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("since_opening", sa.SmallInteger(), nullable=False),
        sa.Column("horizon_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("bin", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("error", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, "step", "bin", name=op.f("pk_chance_corrections")),
        **op.CLUSTERED,
    )


def downgrade() -> None:
    """Empty the tables and put them back; the daily job of the older program fills them."""
    empty_tables()
    op.drop_table("chance_corrections")
    for name in OF_TENTHS:
        op.add_column("chance_tenths", sa.Column(name, sa.Double(), nullable=False, server_default="0"))
    for name in reversed(CERTAINTY):
        op.drop_column("chance_scores", name)


def empty_tables() -> None:
    """Remove all rows."""
    for table in TABLES:
        op.change_rows(f"DELETE FROM {table}")  # noqa: S608 - names above
