"""News for followers: what the roll-up of a cycle changed, noted in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from sqlalchemy import Connection

from hallofshame.domain.following import News, ObservedChange
from hallofshame.metrics import news as kernel
from hallofshame.store import news


def note_news(
    connection: Connection,
    live: pl.DataFrame,
    observations: pl.DataFrame,
    windows: pl.DataFrame,
    of_parks: pl.DataFrame,
    now: int,
) -> int:
    """Note what changed with the latest cycle of each park; returns the number of new messages.

    The one place where news begin. One roll-up at a time writes a park, and stops are kept in the same
    transaction as the news of them, so a run that is repeated or doubled finds nothing new.

    ``live``: output of :func:`~hallofshame.metrics.live.live_rides`; ``observations``: shape ``OBSERVATIONS``
    with the latest ones of these parks; ``windows``: shape ``WINDOWS`` of the running park-days;
    ``of_parks``: output of :func:`~hallofshame.metrics.live.parks_now`; ``now``: Unix seconds.
    """
    park_ids = of_parks["park_id"].to_list()
    stops = news.stops(connection, park_ids)
    following = news.followers(connection, park_ids)
    waits = [follower.wait_minutes for follower in following if follower.wait_minutes is not None]
    rides = kernel.worth_a_look(live, stops, max(waits, default=None))
    recent = observations.filter(pl.col("ride_id").is_in(rides.implode()))
    before = kernel.readings_before(recent, windows, of_parks)
    found = kernel.changes(live, before, of_parks, stops)
    news.keep_stops(connection, found.begun, found.over)
    return news.note(connection, list(_changes(found)), following, now) if following else 0


def _changes(found: kernel.Changes) -> Iterator[ObservedChange]:
    for kind, rows in (
        (News.DOWN, found.down),
        (News.REOPENED, found.reopened),
        (News.WAIT, found.falling_waits),
    ):
        for row in rows.iter_rows(named=True):
            wait = row["wait_minutes"] if kind is not News.DOWN else None
            before = row["wait_before"] if kind is News.WAIT else None
            yield ObservedChange(kind, row["park_id"], row["ride_id"], row["observed_at"], wait, before)
