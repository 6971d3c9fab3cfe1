"""Raw record: snapshots, queues, activity, polls."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
CLUSTERED: dict[str, Any] = {**TABLE, "sqlite_with_rowid": False}
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "feed_polls",
        sa.Column("poll_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("http_status", sa.SmallInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_feed_polls")),
        **TABLE,
    )
    op.create_index(op.f("ix_feed_polls_park_id_observed_at"), "feed_polls", ["park_id", "observed_at"])
    op.create_table(
        "park_activity_snapshots",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("cadence_seconds", sa.Integer(), nullable=False),
        sa.Column("operating", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("refurbishment", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "observed_at", name=op.f("pk_park_activity_snapshots")),
        **CLUSTERED,
    )
    op.create_table(
        "queue_data",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("queue_type", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=True),
        sa.Column("wait_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("return_start", sa.BigInteger(), nullable=True),
        sa.Column("return_end", sa.BigInteger(), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("group_start", sa.Integer(), nullable=True),
        sa.Column("group_end", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "park_id", "observed_at", "ride_id", "queue_type", name=op.f("pk_queue_data")
        ),
        **CLUSTERED,
    )
    op.create_table(
        "raw_revisions",
        sa.Column("park_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", name=op.f("pk_raw_revisions")),
        **TABLE,
    )
    op.create_table(
        "ride_status_snapshots",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("wait_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("stale", sa.SmallInteger(), nullable=False),
        sa.Column("cadence_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "park_id", "observed_at", "ride_id", "origin", name=op.f("pk_ride_status_snapshots")
        ),
        **CLUSTERED,
    )
    # One partition to begin with: retention cuts months off it ahead of time and drops them whole.
    op.partition_by_range("ride_status_snapshots", "observed_at", "p_ahead")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("ride_status_snapshots")
    op.drop_table("raw_revisions")
    op.drop_table("queue_data")
    op.drop_table("park_activity_snapshots")
    op.drop_table("feed_polls")
