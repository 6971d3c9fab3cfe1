"""Doubtful matches to look at, decisions about rides, and what they moved (R14)."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns."""
    op.add_column("rides", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.add_column("external_ids", sa.Column("name", sa.String(length=250), nullable=True))
    op.add_column("external_ids", sa.Column("rule", sa.String(length=20), nullable=True))
    op.create_table(
        "match_reviews",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("runners_up", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_match_reviews_park_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_match_reviews")),
        **op.TABLE,
    )
    op.create_index(
        op.f("ix_match_reviews_park_id_feed_external_id"),
        "match_reviews",
        ["park_id", "feed", "external_id"],
        unique=True,
    )
    op.create_table(
        "ride_decisions",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("other_ride_id", sa.Integer(), nullable=True),
        sa.Column("feed", sa.SmallInteger(), nullable=True),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=250), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_ride_decisions_park_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_ride_decisions")),
        **op.TABLE,
    )
    op.create_index(op.f("ix_ride_decisions_ride_id"), "ride_decisions", ["ride_id"])
    op.create_table(
        "ride_moves",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("new_ride_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["ride_decisions.decision_id"], name=op.f("fk_ride_moves_decision_id")
        ),
        sa.PrimaryKeyConstraint("decision_id", "step", name=op.f("pk_ride_moves")),
        **op.TABLE,
    )


def downgrade() -> None:
    """Drop them. Readings stay with the rides that they were moved to; old addresses lead nowhere."""
    op.drop_table("ride_moves")
    op.drop_table("ride_decisions")
    op.drop_table("match_reviews")
    op.drop_column("external_ids", "rule")
    op.drop_column("external_ids", "name")
    op.drop_column("rides", "merged_into")
