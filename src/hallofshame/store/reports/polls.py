"""How the feeds answered lately, out of ``feed_polls``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.store.models import FeedPoll, Park

_MOST_OF_A_CYCLE = 10_000
"""Polls that one cycle makes at most; the table has no index by time alone, and needs none for this."""


@dataclass(frozen=True, slots=True)
class PollRow:
    """How one poll of one feed for one park ended."""

    park_slug: str
    observed_at: int
    feed: Feed
    outcome: PollOutcome
    http_status: int | None
    detail: str | None
    attempts: int


def latest_polls(connection: Connection) -> list[PollRow]:
    """The polls of the cycle that was written last, in their order; none before the first cycle."""
    table = FeedPoll
    last = select(table.poll_id, table.observed_at).order_by(table.poll_id.desc()).limit(1)
    found = connection.execute(last).first()
    if found is None:
        return []
    poll_id, observed_at = found
    query = (
        select(
            Park.slug,
            table.observed_at,
            table.feed,
            table.outcome,
            table.http_status,
            table.detail,
            table.attempts,
        )
        .join(Park, Park.park_id == table.park_id)
        .where(table.poll_id > poll_id - _MOST_OF_A_CYCLE, table.observed_at == observed_at)
        .order_by(table.poll_id)
    )
    return [
        PollRow(slug, at, Feed(feed), PollOutcome(outcome), status, detail, attempts)
        for slug, at, feed, outcome, status, detail, attempts in connection.execute(query)
    ]
