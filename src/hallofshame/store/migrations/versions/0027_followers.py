"""Followers: browsers and webhooks, what they follow, and the messages to them."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "push_keys",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("public_key", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_push_keys")),
        **op.TABLE,
    )
    op.create_table(
        "push_subscriptions",
        sa.Column(
            "subscription_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("endpoint_digest", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_push_subscriptions")),
        **op.TABLE,
    )
    op.create_index(
        "ix_push_subscriptions_endpoint_digest", "push_subscriptions", ["endpoint_digest"], unique=True
    )
    op.create_index("ix_push_subscriptions_token", "push_subscriptions", ["token"], unique=True)
    op.create_table(
        "push_follows",
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("down", sa.SmallInteger(), nullable=False),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("wait_minutes", sa.Integer(), nullable=True),
        sa.Column("wait_told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("subscription_id", "park_id", "ride_id", name=op.f("pk_push_follows")),
        **op.TABLE,
    )
    op.create_index("ix_push_follows_park_id_ride_id", "push_follows", ["park_id", "ride_id"])
    op.create_table(
        "webhooks",
        sa.Column(
            "webhook_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("events", sa.String(length=60), nullable=False),
        sa.Column("parks", sa.Text(), nullable=False),
        sa.Column("rides", sa.Text(), nullable=False),
        sa.Column("wait_minutes", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhooks")),
        **op.TABLE,
    )
    op.create_index("ix_webhooks_name", "webhooks", ["name"], unique=True)
    op.create_table(
        "ride_stops",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ride_id", name=op.f("pk_ride_stops")),
        **op.TABLE,
    )
    op.create_index("ix_ride_stops_park_id", "ride_stops", ["park_id"])
    op.create_table(
        "news",
        sa.Column(
            "news_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("wait_minutes", sa.Integer(), nullable=True),
        sa.Column("wait_before", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("news_id", name=op.f("pk_news")),
        **op.TABLE,
    )
    op.create_index("ix_news_observed_at", "news", ["observed_at"])
    op.create_index(
        "ix_news_ride_id_kind_observed_at_subject",
        "news",
        ["ride_id", "kind", "observed_at", "subject"],
        unique=True,
    )
    op.create_table(
        "news_messages",
        sa.Column("news_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("news_id", "channel", "target_id", name=op.f("pk_news_messages")),
        **op.TABLE,
    )
    op.create_index("ix_news_messages_ended_at_next_try_at", "news_messages", ["ended_at", "next_try_at"])


def downgrade() -> None:
    """Drop them: nobody follows anything any more."""
    op.drop_table("news_messages")
    op.drop_table("news")
    op.drop_table("ride_stops")
    op.drop_table("webhooks")
    op.drop_table("push_follows")
    op.drop_table("push_subscriptions")
    op.drop_table("push_keys")
