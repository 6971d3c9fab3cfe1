"""Under which ids rides were heard, when two become one by hand or one becomes two (R14)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

import polars as pl
from sqlalchemy import Connection

from hallofshame.domain.heard_ids import heard_at, only_ids, with_heard, without_ids
from hallofshame.domain.words import NAMED_BY_IDS_OF, Feed
from hallofshame.pipeline import ride_links
from hallofshame.store import heard_ids


def join(connection: Connection, readings: pl.DataFrame, ride_id: int, into: int) -> None:
    """``into`` gets the ids of another ride, and what was heard under them; before the ids move.

    ``readings``: shape ``OBSERVATIONS``, of both rides, as they were before they were one.
    """
    for feed in Feed:
        ids = [_ids(connection, one, feed) for one in (ride_id, into)]
        of_old, of_kept = (heard_ids.steps_of(connection, one, feed) for one in (ride_id, into))
        for said_by in NAMED_BY_IDS_OF[feed]:
            if not ids[0] or len(ids[0] | ids[1]) < 2:
                continue
            said: dict[str, list[int]] = {}
            for one, steps in ((ride_id, of_old[said_by]), (into, of_kept[said_by])):
                for at in _instants(readings, one, said_by):
                    if (given := heard_at(steps, at)) is not None:
                        said.setdefault(given, []).append(at)
            joined = with_heard([], said, ()) or of_kept[said_by] or of_old[said_by]
            heard_ids.put(connection, into, said_by, joined)
            heard_ids.put(connection, ride_id, said_by, [])


def follow(
    connection: Connection,
    readings: pl.DataFrame,
    ride_id: int,
    into: int,
    ids: Sequence[tuple[int, str]],
) -> None:
    """What came in under the number of a merged ride was heard under the ids that it had."""
    for feed, of_feed in _by_feed(ids):
        for said_by, steps in heard_ids.steps_of(connection, into, feed).items():
            late = {of_feed[0]: _instants(readings, ride_id, said_by)}
            told = with_heard(steps, late, _instants(readings, into, said_by))
            if told != list(steps):
                heard_ids.put(connection, into, said_by, told)


def part(
    connection: Connection, ride_id: int, other: int, ids: Sequence[tuple[int, str]], since: int
) -> None:
    """``other`` gets ids of a ride, and what was heard under them from ``since`` on; before the ids move."""
    for feed, of_feed in _by_feed(ids):
        left = _ids(connection, ride_id, feed) - set(of_feed)
        gets = _ids(connection, other, feed) | set(of_feed)
        for said_by, steps in heard_ids.steps_of(connection, ride_id, feed).items():
            stays = without_ids(steps, of_feed, since)
            is_plain = len(left) < 2 and len({given for _, given in stays}) < 2
            heard_ids.put(connection, ride_id, said_by, [] if is_plain else stays)
            if len(gets) > 1:
                heard_ids.put(connection, other, said_by, only_ids(steps, of_feed))


def _by_feed(ids: Sequence[tuple[int, str]]) -> Iterator[tuple[Feed, list[str]]]:
    for feed, group in groupby(sorted(ids), key=lambda each: each[0]):
        yield Feed(feed), [given for _, given in group]


def _ids(connection: Connection, ride_id: int, feed: Feed) -> set[str]:
    return {given for of, given in ride_links.ids_of(connection, ride_id) if of == feed}


def _instants(readings: pl.DataFrame, ride_id: int, feed: Feed) -> Collection[int]:
    return readings.filter(ride_id=ride_id, feed=int(feed))["observed_at"].to_list()
