"""Which readings go from one ride to another when they are found to be one or two: runs (R14)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.words import Feed
from hallofshame.store.decisions import Move

_INSTANT = ["observed_at", "origin"]


def merging_moves(readings: pl.DataFrame, ride_id: int, into: int, primary: int) -> list[Move]:
    """The moves by which ``into`` gets what was said of ``ride_id``.

    ``readings``: shape ``OBSERVATIONS``, of both rides. Where both have one of an instant, that of the feed
    ``primary`` becomes or stays that of ``into``, and the other that of ``ride_id``.

    :raises InputError: where one feed gave both at one instant.
    """
    mine, other = (readings.filter(pl.col("ride_id") == ride) for ride in (ride_id, into))
    both = mine.join(other, on=_INSTANT).sort("observed_at")
    same = both.filter(pl.col("feed") == pl.col("feed_right"))
    if same.height:
        raise InputError(
            f"{Feed(same['feed'][0]).slug} named ride {ride_id} and ride {into} in one answer "
            f"{same.height} times, first at {isoformat(same['observed_at'][0])}: they are two rides"
        )
    swapped = both.filter((pl.col("feed") == primary) & (pl.col("feed_right") != primary)).select(_INSTANT)
    stays = both.select(_INSTANT).join(swapped, on=_INSTANT, how="anti")
    return [
        *_runs(readings, mine.join(stays, on=_INSTANT, how="anti"), ride_id, into),
        *_runs(readings, other.join(swapped, on=_INSTANT, how="semi"), into, ride_id),
    ]


def said_by(
    readings: pl.DataFrame, ride_id: int, new_ride_id: int, feed: int, since: int, until: int
) -> list[Move]:
    """The move of what ``feed`` said of a ride from ``since`` until before ``until``, if it said anything."""
    found = readings.filter(
        (pl.col("ride_id") == ride_id)
        & (pl.col("feed") == feed)
        & pl.col("observed_at").is_between(since, until, closed="left")
    )["observed_at"]
    first, last = found.min(), found.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    return [Move(feed, ride_id, new_ride_id, first, last)]


def without(moves: Sequence[Move], others: Sequence[Move]) -> list[Move]:
    """Those of ``moves`` that none of ``others`` makes already."""
    return [
        move
        for move in moves
        if not any(
            other.feed == move.feed
            and other.ride_id == move.ride_id
            and other.since <= move.since
            and other.until >= move.until
            for other in others
        )
    ]


def _runs(said: pl.DataFrame, moving: pl.DataFrame, ride_id: int, new_ride_id: int) -> list[Move]:
    """Runs of the readings of ``moving`` in ``said``, by feed: as few as tell the two apart, either way."""
    if moving.is_empty():
        return []
    key = ["feed", *_INSTANT]
    runs = (
        said.select(key)
        .join(moving.select(*key, moves=True), on=key, how="left")
        .with_columns(pl.col("moves").fill_null(value=False))
        .sort("feed", "observed_at")
        .with_columns(
            run=((pl.col("moves") != pl.col("moves").shift()) | (pl.col("feed") != pl.col("feed").shift()))
            .fill_null(value=True)
            .cum_sum()
        )
        .filter("moves")
        .group_by("feed", "run")
        .agg(since=pl.col("observed_at").min(), until=pl.col("observed_at").max())
        .sort("feed", "since")
    )
    return [
        Move(feed, ride_id, new_ride_id, since, until)
        for feed, since, until in runs.select("feed", "since", "until").iter_rows()
    ]
