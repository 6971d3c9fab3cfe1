"""Under which of its ids a feed named a ride, from when on (R14)."""

from __future__ import annotations

import sqlalchemy as sa

from hallofshame.store.migrations import operations as op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_NAMED_BY = ((1, 1), (2, 2), (2, 3), (4, 4))
"""Feed of the ids, feed of the readings that they name: the archive speaks in those of ThemeParks.wiki."""

_FILL = """
INSERT INTO heard_ids (ride_id, feed, since, external_id)
SELECT e.internal_id, {readings}, CASE WHEN e.first_seen_at = s.earliest THEN 0 ELSE e.first_seen_at END,
    MIN(e.external_id)
FROM external_ids e
JOIN (
    SELECT internal_id, MIN(first_seen_at) AS earliest FROM external_ids
    WHERE kind = 'ride' AND feed = {ids} GROUP BY internal_id HAVING COUNT(*) > 1
) s ON s.internal_id = e.internal_id
WHERE e.kind = 'ride' AND e.feed = {ids}
GROUP BY e.internal_id, e.first_seen_at, s.earliest
"""


def upgrade() -> None:
    """Create the table. What is known of rides with several ids: each is in use since it was first seen."""
    op.create_table(
        "heard_ids",
        sa.Column("ride_id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("ride_id", "feed", "since", name=op.f("pk_heard_ids")),
        **op.CLUSTERED,
    )
    for ids, readings in _NAMED_BY:
        op.change_rows(_FILL.format(ids=ids, readings=readings))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("heard_ids")
