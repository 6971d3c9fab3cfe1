"""Catalogue: parks, rides, outside ids, tiers, hours, shows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0001"
down_revision = None
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
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "external_ids",
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("internal_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "kind", "external_id", name=op.f("pk_external_ids")),
        **TABLE,
    )
    op.create_index(op.f("ix_external_ids_kind_internal_id"), "external_ids", ["kind", "internal_id"])
    op.create_table(
        "parks",
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("operator", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=80), nullable=True),
        sa.Column("region", sa.String(length=80), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("primary_feed", sa.SmallInteger(), nullable=False),
        sa.Column("breakdown_signal", sa.String(length=16), nullable=False),
        sa.Column("is_water_park", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", name=op.f("pk_parks")),
        sa.UniqueConstraint("slug", name=op.f("uq_parks_slug")),
        **TABLE,
    )
    op.create_table(
        "park_schedules",
        sa.Column("schedule_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_park_schedules_park_id")),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_park_schedules")),
        **TABLE,
    )
    op.create_index(op.f("ix_park_schedules_park_id_date"), "park_schedules", ["park_id", "date"])
    op.create_table(
        "rides",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("land", sa.String(length=200), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_rides_park_id")),
        sa.PrimaryKeyConstraint("ride_id", name=op.f("pk_rides")),
        sa.UniqueConstraint("park_id", "slug", name=op.f("uq_rides_park_id_slug")),
        **TABLE,
    )
    op.create_table(
        "entity_metadata",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_entity_metadata_ride_id")),
        sa.PrimaryKeyConstraint("ride_id", "seen_at", name=op.f("pk_entity_metadata")),
        **TABLE,
    )
    op.create_table(
        "ride_classifications",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_ride_classifications_ride_id")),
        sa.PrimaryKeyConstraint("ride_id", name=op.f("pk_ride_classifications")),
        **TABLE,
    )
    op.create_table(
        "ride_names",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_ride_names_ride_id")),
        sa.PrimaryKeyConstraint("ride_id", "name", name=op.f("pk_ride_names")),
        **TABLE,
    )
    op.create_table(
        "show_times",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ride_id"], ["rides.ride_id"], name=op.f("fk_show_times_ride_id")),
        sa.PrimaryKeyConstraint("ride_id", "starts_at", "kind", name=op.f("pk_show_times")),
        **TABLE,
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("show_times")
    op.drop_table("ride_names")
    op.drop_table("ride_classifications")
    op.drop_table("entity_metadata")
    op.drop_table("rides")
    op.drop_table("park_schedules")
    op.drop_table("parks")
    op.drop_table("external_ids")
