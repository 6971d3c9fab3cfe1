"""Writes observations into the raw record, with everything that has to follow in the same transaction."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.localtime import day_bounds, from_unix, isoformat, local_day
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import STATUS_RANK, Finding
from hallofshame.domain.rules import SECONDS_AFTER, SECONDS_BEFORE
from hallofshame.domain.signals import NO_SIGNAL
from hallofshame.domain.words import BreakdownSignal, Origin, Status
from hallofshame.metrics.frames import OBSERVATIONS, collect
from hallofshame.store import bulk, dirty, findings, raw, signals
from hallofshame.store.instants import latest_believable
from hallofshame.store.models import Park, RideCurrent

ONE_DAY = dt.timedelta(days=1)

QUEUES = pl.Schema(
    {
        "park_id": pl.Int64,
        "observed_at": pl.Int64,
        "ride_id": pl.Int64,
        "queue_type": pl.Int64,
        "state": pl.String,
        "wait_minutes": pl.Int64,
        "return_start": pl.Int64,
        "return_end": pl.Int64,
        "price_minor": pl.Int64,
        "currency": pl.String,
        "group_start": pl.Int64,
        "group_end": pl.Int64,
    }
)
"""Columns of a frame of queues other than standby."""

_CURRENT = pl.Schema(
    {
        "park_id": pl.Int64,
        "ride_id": pl.Int64,
        "observed_at": pl.Int64,
        "feed": pl.Int64,
        "status": pl.Int64,
        "wait_minutes": pl.Int64,
    }
)


def one_per_ride(observations: pl.DataFrame) -> pl.DataFrame:
    """One observation per ride and instant (R2): of several, the one that says most of the ride.

    Operating before down before closed before refurbishment before unknown, then the longer wait.
    """
    rank = pl.col("status").replace_strict(
        {int(status): rank for status, rank in STATUS_RANK.items()}, default=9, return_dtype=pl.Int8
    )
    return collect(
        observations.lazy()
        .sort("park_id", "observed_at", "ride_id", "origin", rank, -pl.col("wait_minutes").fill_null(-1))
        .unique(["park_id", "observed_at", "ride_id", "origin"], keep="first", maintain_order=True)
        .select(OBSERVATIONS.names())
        .cast(OBSERVATIONS)
    )


def doubled(observations: pl.DataFrame, queues: pl.DataFrame) -> list[tuple[int, Finding]]:
    """Findings of readings that :func:`one_per_ride` will drop, and of queues named twice; one per ride.

    ``observations`` and ``queues`` as they came, with the columns of ``OBSERVATIONS`` and :data:`QUEUES`.
    """
    return [
        *_doubled(observations, "origin", "readings_merged", "reading", "the one that says most counts"),
        *_doubled(
            queues, "queue_type", "queue_named_twice", "reading of one of its queues", "the first counts"
        ),
    ]


def _doubled(frame: pl.DataFrame, key: str, kind: str, what: str, rule: str) -> list[tuple[int, Finding]]:
    surplus = frame.filter(~pl.struct("park_id", "observed_at", "ride_id", key).is_first_distinct())
    if surplus.is_empty():
        return []
    counts = surplus.group_by("park_id", "ride_id").agg(number=pl.len()).sort("park_id", "ride_id")
    return [
        (
            park_id,
            Finding(
                kind, f"ride {ride_id}", f"Ride {ride_id} had a second {what} {number} times; of two {rule}."
            ),
        )
        for park_id, ride_id, number in counts.iter_rows()
    ]


def activity(observations: pl.DataFrame) -> pl.DataFrame:
    """Per park and cycle how many rides said what: rows of ``park_activity_snapshots``."""

    def says(status: Status) -> pl.Expr:
        return (pl.col("status") == status).sum().cast(pl.Int64)

    return collect(
        observations.lazy()
        .filter(pl.col("cadence_seconds").is_not_null())
        .group_by("park_id", "observed_at")
        .agg(
            pl.col("feed").first().cast(pl.Int64),
            pl.col("cadence_seconds").first().cast(pl.Int64),
            operating=says(Status.OPERATING),
            down=says(Status.DOWN),
            closed=says(Status.CLOSED),
            refurbishment=says(Status.REFURBISHMENT),
            unknown=pl.col("status").is_null().sum().cast(pl.Int64),
        )
        .sort("park_id", "observed_at")
    )


def write_observations(
    connection: Connection,
    observations: pl.DataFrame,
    queues: pl.DataFrame,
    timezones: dict[int, str],
    now: dt.datetime,
) -> raw.Written:
    """Write observations and all that follows: activity, queues, current state, dirty marks.

    ``observations``: columns of ``OBSERVATIONS``, one per ride and instant; ``queues``: shape
    :data:`QUEUES`; ``timezones``: IANA zone per park. What is there already is left as it is; where
    nothing was new, nothing is marked dirty. A park marked ``closed`` whose own feed says DOWN is a finding
    (``down_from_closed_park``, R5).
    """
    before = raw.observed_range(connection, observations["park_id"].unique().to_list())
    written = raw.write_snapshots(connection, observations)
    raw.insert_activity(connection, activity(observations))
    if queues.height:
        unique = queues.unique(
            ["park_id", "observed_at", "ride_id", "queue_type"], keep="first", maintain_order=True
        )
        raw.insert_queues(connection, unique)
    if written.new_rows:
        follow_up(connection, observations, timezones, before, now)
    return written


def follow_up(
    connection: Connection,
    observations: pl.DataFrame,
    timezones: dict[int, str],
    before: dict[int, tuple[int, int]],
    now: dt.datetime,
) -> None:
    """All that new observations bring with them: current state, dirty park-days, doubtful signals.

    ``before``: first and last observed instant of each park before they came.
    """
    write_current(connection, observations, now)
    _mark(connection, observations, timezones, before, now)
    findings.record(connection, _doubtful_signals(connection, observations), now)


def rewrite_observations(
    connection: Connection,
    observations: pl.DataFrame,
    queues: pl.DataFrame,
    timezones: dict[int, str],
    now: dt.datetime,
) -> None:
    """Put observations and queues in the place of those with the same keys, and mark their days dirty.

    For event logs alone: neither the activity of cycles nor the present state depends on them.
    """
    raw.rewrite(connection, observations, queues)
    before = raw.observed_range(connection, observations["park_id"].unique().to_list())
    _mark(connection, observations, timezones, before, now)


def _doubtful_signals(connection: Connection, observations: pl.DataFrame) -> list[tuple[int, Finding]]:
    """Parks whose feed is said to know only open and closed, and says DOWN (R5)."""
    said = collect(
        observations.lazy()
        .filter(pl.col("status") == Status.DOWN)
        .group_by("park_id", "feed")
        .agg(rides=pl.col("ride_id").n_unique(), last=pl.col("observed_at").max())
    )
    if said.is_empty():
        return []
    park_ids = said["park_id"].unique().to_list()
    known = signals.histories(connection, park_ids)
    parks = select(Park.park_id, Park.name, Park.primary_feed).where(Park.park_id.in_(park_ids))
    marked = {
        (park_id, feed): name
        for park_id, name, feed in connection.execute(parks)
        if known.get(park_id, NO_SIGNAL).latest is BreakdownSignal.CLOSED
    }
    return [
        (
            park_id,
            Finding(
                "down_from_closed_park",
                marked[park_id, feed],
                f"{marked[park_id, feed]} is judged by what came back, but its feed said DOWN of "
                f"{counted(rides, 'ride')}, last at {isoformat(from_unix(last))}; once it says so of two "
                "rides on three days within thirty, the park is judged by DOWN.",
            ),
        )
        for park_id, feed, rides, last in said.sort("park_id", "feed").iter_rows()
        if (park_id, feed) in marked
    ]


def _mark(
    connection: Connection,
    observations: pl.DataFrame,
    timezones: dict[int, str],
    before: dict[int, tuple[int, int]],
    now: dt.datetime,
) -> None:
    """Put the park-days that the observations change on the dirty list."""
    changed: list[tuple[int, dt.date]] = []
    silent: list[tuple[int, dt.date]] = []
    for (park_id,), rows in (
        observations.select("park_id", "observed_at").partition_by("park_id", as_dict=True).items()
    ):
        timezone = timezones[park_id]
        local = pl.from_epoch("observed_at", "s").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
        # The first and the last instant of each day say as much as all of them.
        at = pl.col("observed_at")
        edges = collect(rows.lazy().group_by(day=local.dt.date()).agg(first=at.min(), last=at.max()))
        times = [*edges["first"], *edges["last"]]
        days = days_changed(times, timezone, before.get(park_id))
        changed.extend((park_id, day) for day in days.changed)
        silent.extend((park_id, day) for day in days.silent)
    dirty.mark(connection, changed, "observations", now)
    dirty.mark_missing(connection, silent, "no_observations", now)


@dataclass(frozen=True, slots=True)
class DaysChanged:
    """Park-days whose rows new observations change, and days without any between them and what was known.

    The silent ones have rows too, so that lost time shows as lost coverage; they need to be rolled up once.
    """

    changed: frozenset[dt.date]
    silent: frozenset[dt.date]


def days_changed(instants: Sequence[int], timezone: str, known: tuple[int, int] | None) -> DaysChanged:
    """The park-days that new observations at ``instants`` (Unix seconds) are an input of.

    Each is an input of its own local day, during that day's first three hours also of the day before, and
    of the day after; those two only where they lie between the first and last observed day of the park.
    ``known``: first and last observed instant before.
    """

    def day_of(instant: int) -> dt.date:
        return local_day(from_unix(instant), timezone)

    ordered = sorted(set(instants))
    newest, oldest = day_of(ordered[-1]), day_of(ordered[0])
    first = min(oldest, day_of(known[0])) if known else oldest
    last = max(newest, day_of(known[1])) if known else newest
    changed: set[dt.date] = set()
    at = 0
    while at < len(ordered):
        day = day_of(ordered[at])
        start, end = day_bounds(day, timezone)
        changed |= {day, day + ONE_DAY}
        if ordered[at] < start + SECONDS_AFTER:
            changed.add(day - ONE_DAY)
        at = bisect_left(ordered, end, at)
        if ordered[at - 1] >= day_bounds(day + 2 * ONE_DAY, timezone)[0] - SECONDS_BEFORE:
            # The next day has 23 hours, so the day before the one after it begins in this one.
            changed.add(day + 2 * ONE_DAY)
    since, until = oldest, newest
    if known and day_of(known[1]) < oldest:
        since = day_of(known[1])
    if known and day_of(known[0]) > newest:
        until = day_of(known[0])
    silent = {since + n * ONE_DAY for n in range((until - since).days + 1)}
    return DaysChanged(frozenset(day for day in changed if first <= day <= last), frozenset(silent - changed))


def write_current(connection: Connection, observations: pl.DataFrame, now: dt.datetime) -> None:
    """Bring ``ride_current`` up to the latest of ``observations``, which are in the store already.

    Only sampled observations tell the present; an event log is the past, however late its last event.
    ``since`` is when the present status began: the first of the ride's latest observations that all say the
    same. The kernel's columns are left to the rollup; a ride that it has not judged yet is unknown.

    What lies in the future of ``now`` was stamped by a clock that ran ahead. It is not the present, neither
    among the new nor among what is stored.
    """
    believable = pl.col("observed_at") <= latest_believable(now)
    sampled = (pl.col("origin") == Origin.LIVE) & believable
    new = collect(observations.lazy().filter(sampled).select(_CURRENT.names()).cast(_CURRENT))
    if new.is_empty():
        return
    stored = bulk.read_numbers(
        connection,
        select(*(RideCurrent.__table__.c[name] for name in [*_CURRENT, "since"])).where(
            RideCurrent.park_id.in_(new["park_id"].unique().to_list())
        ),
    ).filter(believable)
    known = stored.select("ride_id", old_at="observed_at", old_since="since")
    late = collect(
        new.lazy().join(known.lazy(), on="ride_id").filter(pl.col("observed_at") < pl.col("old_at"))
    )
    if late.height:
        # What lies between these and the latest is known to the raw record alone.
        in_late = pl.col("park_id").is_in(late["park_id"].unique().implode())
        first = new.filter(in_late).select(pl.col("observed_at").min()).item()
        record = raw.read_observations(connection, late["park_id"].unique().to_list(), first, None)
        new = pl.concat(
            [new.filter(~in_late), record.filter(sampled).select(_CURRENT.names()).cast(_CURRENT)]
        )
    held = (
        pl.concat([new, stored.select(_CURRENT.names())])
        .lazy()
        .sort("ride_id", "observed_at", maintain_order=True)
    )
    first = (pl.col("ride_id") != pl.col("ride_id").shift()).fill_null(value=True)
    changed = first | pl.col("status").ne_missing(pl.col("status").shift())
    in_last_run = pl.col("run") == pl.col("run").last().over("ride_id")
    # Of each ride the latest row, with the begin of the run of equal states that it belongs to.
    latest = (
        held.with_columns(run=changed.cum_sum().over("ride_id"))
        .filter(in_last_run)
        .with_columns(begin=pl.col("observed_at").min().over("ride_id"))
        .unique("ride_id", keep="last", maintain_order=True)
    )
    rows = latest.join(known.lazy(), on="ride_id", how="left").with_columns(
        since=pl.when(pl.col("run") == 1).then(pl.min_horizontal("begin", "old_since")).otherwise("begin")
    )
    put = rows.filter(
        pl.col("old_at").is_null()
        | (pl.col("observed_at") > pl.col("old_at"))
        | (pl.col("since") != pl.col("old_since"))
    )
    bulk.upsert(
        connection,
        RideCurrent,
        collect(
            put.select(
                *_CURRENT,
                "since",
                effective_status=pl.lit(None, pl.Int64),
                counts_as_down=pl.lit(0),
                is_stopped=pl.lit(0),
            )
        ),
        keep=("effective_status", "counts_as_down", "is_stopped"),
    )
