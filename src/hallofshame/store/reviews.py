"""The review list: entries of feeds whose ride is doubtful or undecided, and what became of them (R14)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from hallofshame.domain.names import clipped
from hallofshame.domain.words import Feed
from hallofshame.store.catalogue import NAME_LENGTH
from hallofshame.store.decisions import WHO_LENGTH, Action
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import MatchReview


class ReviewState(StrEnum):
    """What became of an entry of the list."""

    OPEN = "open"
    ACCEPTED = "accepted"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """A ride that an entry may be: with the name it goes by, and how alike the names are, 0 to 100."""

    ride_id: int
    name: str
    score: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """One entry whose ride a person should look at; ``score`` is null where the ride is the entry's alone."""

    feed: Feed
    external_id: str
    name: str
    ride_id: int
    rule: str
    score: int | None
    runners_up: tuple[RunnerUp, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """One row of the list; instants in Unix seconds."""

    review_id: int
    park_id: int
    doubt: Doubt
    state: ReviewState
    found_at: int
    changed_at: int
    decided_by: str | None


def reviews(
    connection: Connection,
    *,
    park_ids: Collection[int] | None = None,
    states: Collection[ReviewState] | None = None,
) -> list[Review]:
    """The list, of parks and in states if given, by park and number."""
    table = MatchReview
    query = select(table.__table__).order_by(table.park_id, table.review_id)
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    if states is not None:
        query = query.where(table.state.in_([state.value for state in states]))
    return [
        Review(
            row.review_id,
            row.park_id,
            Doubt(
                Feed(row.feed),
                row.external_id,
                row.name,
                row.ride_id,
                row.rule,
                row.score,
                tuple(RunnerUp(**one) for one in json.loads(row.runners_up)),
            ),
            ReviewState(row.state),
            row.found_at,
            row.changed_at,
            row.decided_by,
        )
        for row in connection.execute(query)
    ]


def bring_up_to_date(connection: Connection, park_id: int, doubts: Sequence[Doubt], now: Instant) -> int:
    """Make the open entries of a park's list those in doubt now; returns how many are open.

    A decided entry stays decided while its ride is the same, and is open again once it is another.
    """
    moment = unix(now)
    known = {(one.doubt.feed, one.doubt.external_id): one for one in reviews(connection, park_ids=[park_id])}
    table = MatchReview
    still_open = 0
    for doubt in doubts:
        one = known.pop((doubt.feed, doubt.external_id), None)
        values = _values(doubt)
        if one is None:
            connection.execute(
                insert(table).values(
                    **values,
                    park_id=park_id,
                    state=ReviewState.OPEN.value,
                    found_at=moment,
                    changed_at=moment,
                )
            )
            still_open += 1
            continue
        is_open = one.state is ReviewState.OPEN or one.doubt.ride_id != doubt.ride_id
        still_open += is_open
        if is_open and one.state is not ReviewState.OPEN:
            values |= {"state": ReviewState.OPEN.value, "decided_by": None, "changed_at": moment}
        if one.doubt != doubt or "state" in values:
            connection.execute(update(table).where(table.review_id == one.review_id).values(values))
    settled = [one.review_id for one in known.values() if one.state is ReviewState.OPEN]
    if settled:
        connection.execute(delete(table).where(table.review_id.in_(settled)))
    return still_open


def settle(
    connection: Connection,
    action: Action,
    ride_ids: Sequence[int],
    into: int | None,
    now: dt.datetime,
    by: str,
    entries: Sequence[tuple[int, str]] = (),
) -> None:
    """Note a decision in the list.

    After a merge all open entries of ``ride_ids`` are merged, and those of all of them are ``into``. After a
    split, ``entries`` (feed, external id) are split and are the last of ``ride_ids``.
    """
    table = MatchReview
    done = {"changed_at": unix(now), "decided_by": clipped(by, WHO_LENGTH)}
    if action is Action.MERGE:
        mine = table.ride_id.in_(list(ride_ids))
        connection.execute(
            update(table)
            .where(mine, table.state != ReviewState.ACCEPTED.value)
            .values(state=ReviewState.MERGED.value, **done)
        )
        connection.execute(update(table).where(mine).values(ride_id=into))
    for feed, external_id in entries:
        connection.execute(
            update(table)
            .where(table.feed == feed, table.external_id == external_id)
            .values(state=ReviewState.SPLIT.value, ride_id=ride_ids[-1], **done)
        )


def accept(connection: Connection, review_id: int, now: Instant, by: str) -> None:
    """Note that an entry's ride is right."""
    connection.execute(
        update(MatchReview)
        .where(MatchReview.review_id == review_id)
        .values(state=ReviewState.ACCEPTED.value, changed_at=unix(now), decided_by=clipped(by, WHO_LENGTH))
    )


def _values(doubt: Doubt) -> dict[str, object]:
    return {
        "feed": int(doubt.feed),
        "external_id": doubt.external_id,
        "name": clipped(doubt.name, NAME_LENGTH),
        "ride_id": doubt.ride_id,
        "rule": doubt.rule,
        "score": doubt.score,
        "runners_up": json.dumps(
            [{"ride_id": one.ride_id, "name": one.name, "score": one.score} for one in doubt.runners_up],
            ensure_ascii=False,
        ),
    }
