"""What each park's feed can tell, by date and with evidence; it begins as the catalogue said."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "park_signals"
THEMEPARKS_WIKI = 2


def upgrade() -> None:
    """Make the table, and let the catalogue's word be the first row of every park."""
    op.create_table(
        TABLE,
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("signal", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("park_id", "feed", "valid_from", "source", name=op.f("pk_park_signals")),
        sa.ForeignKeyConstraint(["park_id"], ["parks.park_id"], name=op.f("fk_park_signals_park_id_parks")),
        **op.TABLE,
    )
    op.change_rows(
        "INSERT INTO park_signals (park_id, feed, valid_from, source, `signal`, evidence, recorded_at) "
        "SELECT park_id, :feed, '1970-01-01', 'catalogue', breakdown_signal, 'catalogued', 0 FROM parks",
        feed=THEMEPARKS_WIKI,
    )


def downgrade() -> None:
    """Drop the table; what the catalogue says is in ``parks``."""
    op.drop_table(TABLE)
