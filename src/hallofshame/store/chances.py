"""What chances to reopen are made of (R9b): past outages, looks and closing times; and what they came to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, delete, func, select

from hallofshame.domain.rules import CLOSING_DAYS, DAY_SECONDS, MINUTE_SECONDS
from hallofshame.domain.words import ScheduleKind
from hallofshame.metrics.calibration import ENDED, SCORES, TENTHS, closings
from hallofshame.metrics.chances import CLASS, CORRECTIONS, EVIDENCE
from hallofshame.store import bulk
from hallofshame.store.models import (
    ChanceEvidence,
    ChanceScore,
    ChanceTenth,
    Park,
    ParkActivitySnapshot,
    ParkCurrent,
    ParkDailyStats,
    ParkSchedule,
    RideOutage,
    RideOutagePart,
)

_NIGHT = dt.timedelta(days=1)
_CLOSINGS_REACH = dt.timedelta(days=60)


def outages_from(connection: Connection, since: int, ride_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Outages that began at ``since`` (Unix seconds) or later, of all rides or of some: shape ``ENDED``."""
    table = RideOutage.__table__
    query = select(*(table.c[name] for name in ENDED)).where(RideOutage.started_at >= since)
    if ride_ids is not None:
        query = query.where(RideOutage.ride_id.in_(ride_ids))
    return bulk.read_frame(connection, query).with_columns(pl.col("since_opening") > 0).cast(ENDED)


def parts_from(connection: Connection, first: dt.date) -> pl.DataFrame:
    """The parts of outages on the park-days from ``first`` on, sorted by ride and time."""
    table = RideOutagePart
    query = select(
        table.park_id, table.day, table.ride_id, table.started_at, table.ended_at, table.downtime
    ).where(table.day >= first)
    return bulk.read_frame(connection, query).sort("ride_id", "started_at")


def cycles_from(connection: Connection, since: int) -> pl.DataFrame:
    """The cycles of all parks from ``since`` on: ``park_id, observed_at, cadence_seconds``, sorted."""
    table = ParkActivitySnapshot
    query = select(table.park_id, table.observed_at, table.cadence_seconds).where(table.observed_at >= since)
    return bulk.read_numbers(connection, query).sort("park_id", "observed_at")


def closing_times(
    connection: Connection, first: dt.date, known_at: int | None = None, parks: Collection[int] | None = None
) -> pl.DataFrame:
    """When each park closes on the days from ``first`` on, as far as that is known when the day begins.

    Returns ``park_id, day, closes_at`` (Unix seconds): the hours published by then, else the mean of the
    closing times of its last 14 open days by its clock. Days for which neither is known are missing. With
    ``known_at``: the hours known at that instant.
    """
    table = ParkDailyStats
    query = (
        select(table.park_id, Park.timezone, table.day, table.windows)
        .join(Park, Park.park_id == table.park_id)
        .where(table.day >= first - _CLOSINGS_REACH)
    )
    if parks is not None:
        query = query.where(table.park_id.in_(parks))
    stored = bulk.read_frame(connection, query.order_by(table.park_id, table.day))
    windows = pl.DataFrame(
        [
            (park_id, day, start, end)
            for park_id, day, text in stored.select("park_id", "day", "windows").iter_rows()
            for start, end in json.loads(text)
        ],
        schema={"park_id": pl.Int64, "day": pl.Date, "start": pl.Int64, "end": pl.Int64},
        orient="row",
    )
    zones = stored["timezone"].unique().to_list()
    days = (
        pl.concat([_with_midnight(stored.filter(pl.col("timezone") == name), name) for name in zones])
        if zones
        else pl.DataFrame(schema={"park_id": pl.Int64, "day": pl.Date, "midnight": pl.Int64})
    )
    days = days.join(closings(windows.sort("park_id", "start")), on=["park_id", "day"], how="left").sort(
        "park_id", "day"
    )
    lengths = pl.col("closed_at") - pl.col("midnight")
    usual = (
        days.filter(pl.col("closed_at").is_not_null())
        .with_columns(mean=lengths.rolling_mean(CLOSING_DAYS, min_samples=1).over("park_id"))
        .select("park_id", "day", "mean")
        .sort("day")
    )
    told = (
        days.with_columns(before=pl.col("day") - _NIGHT)
        .sort("before")
        .join_asof(usual, left_on="before", right_on="day", by="park_id", check_sortedness=False)
        .with_columns(habit=(pl.col("midnight") + pl.col("mean")).round().cast(pl.Int64))
        .select("park_id", "day", "midnight", "habit")
    )
    published = _published(connection, first, told, known_at)
    return (
        told.filter(pl.col("day") >= first)
        .join(published, on=["park_id", "day"], how="left")
        .select("park_id", "day", closes_at=pl.coalesce("closes_at", "habit"))
        .drop_nulls()
    )


def _with_midnight(days: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """``park_id, day`` of one time zone with ``midnight``, when each day begins."""
    return days.select(
        "park_id",
        "day",
        midnight=pl.col("day")
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        .dt.epoch("s"),
    )


def _published(
    connection: Connection, first: dt.date, days: pl.DataFrame, known_at: int | None
) -> pl.DataFrame:
    """The last published close of each day as of its midnight or of ``known_at``: ``park_id, day,
    closes_at``."""
    table = ParkSchedule
    query = select(
        table.park_id, table.date.label("day"), table.closes_at, table.seen_at, table.superseded_at
    ).where(table.date >= first, table.kind == ScheduleKind.OPERATING.value)
    entries = bulk.read_frame(connection, query).join(
        days.select("park_id", "day", "midnight"), on=["park_id", "day"]
    )
    moment = pl.col("midnight") if known_at is None else pl.lit(known_at)
    in_force = (pl.col("seen_at") <= moment) & (
        pl.col("superseded_at").is_null() | (pl.col("superseded_at") > moment)
    )
    return entries.filter(in_force).group_by("park_id", "day").agg(pl.col("closes_at").max())


def minutes_left(moments: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """``moments`` (``park_id, day, at``) with ``left_minutes`` until ``closes``; null where not known.

    Past midnight that is the close of the day before, where it has not come yet.
    """
    night = closes.select("park_id", pl.col("day") + _NIGHT, late="closes_at")
    joined = moments.join(closes, on=["park_id", "day"], how="left", maintain_order="left").join(
        night, on=["park_id", "day"], how="left", maintain_order="left"
    )
    close = pl.when(pl.col("late") > pl.col("at")).then("late").otherwise("closes_at")
    return joined.with_columns(left_minutes=(close - pl.col("at")) // MINUTE_SECONDS).drop(
        "closes_at", "late"
    )


def write(
    connection: Connection,
    evidence: pl.DataFrame,
    scores: pl.DataFrame,
    tenths: pl.DataFrame,
    corrections: pl.DataFrame,
    known_until: int,
) -> int:
    """Put these in the place of what is stored; returns rows written.

    Shapes ``EVIDENCE``, ``SCORES``, ``TENTHS`` and ``CORRECTIONS``.
    """
    by_park = evidence.group_by("park_id", "since_opening", "minutes", "ended_by").agg(
        pl.col("outages").sum()
    )
    bins = (
        tenths.join(corrections, on=[*CLASS, "tenth"], how="full", coalesce=True)
        .with_columns(pl.col("forecasts", "reopened").fill_null(0))
        .with_columns(pl.col("expected", "weight", "error").fill_null(0.0))
    )
    frames = {
        ChanceEvidence: by_park.sort("park_id", "since_opening", "minutes", "ended_by"),
        ChanceScore: scores.with_columns(known_until=pl.lit(known_until, pl.Int64)),
        ChanceTenth: bins.sort(*CLASS, "tenth"),
    }
    for model, frame in frames.items():
        connection.execute(delete(model))
        bulk.insert(connection, model, frame)
    return sum(frame.height for frame in frames.values())


@dataclass(frozen=True)
class Calibration:
    """What the last replay left: shapes ``EVIDENCE`` (by park), ``SCORES``, ``TENTHS``, ``CORRECTIONS``.

    ``known_until``: when it ran, in Unix seconds; null before the first.
    """

    evidence: pl.DataFrame
    scores: pl.DataFrame
    tenths: pl.DataFrame
    corrections: pl.DataFrame
    known_until: int | None

    def __len__(self) -> int:
        """Its size for caches, in rows."""
        return self.evidence.height + self.scores.height + 2 * self.tenths.height


def replayed_at(connection: Connection) -> int | None:
    """When the last replay ran."""
    found: int | None = connection.execute(select(func.max(ChanceScore.known_until))).scalar()
    return found


def calibration(connection: Connection) -> Calibration:
    """What the last replay left."""
    evidence = bulk.read_frame(connection, select(ChanceEvidence.__table__)).with_columns(
        pl.col("since_opening") > 0, ride_id=pl.lit(None, pl.Int64)
    )
    scores = bulk.read_frame(connection, select(ChanceScore.__table__)).with_columns(
        pl.col("since_opening") > 0
    )
    bins = bulk.read_frame(connection, select(ChanceTenth.__table__)).with_columns(
        pl.col("since_opening") > 0
    )
    known = scores["known_until"].max()
    return Calibration(
        evidence.select(EVIDENCE.keys()).cast(EVIDENCE),
        scores.select(SCORES.keys()).cast(SCORES),
        bins.select(TENTHS.keys()).cast(TENTHS),
        bins.select(CORRECTIONS.keys()).cast(CORRECTIONS),
        known if isinstance(known, int) else None,
    )


def looked_every(connection: Connection, park_ids: Collection[int]) -> dict[int, int]:
    """Seconds between looks at each of these parks: the cadence in force, or the last gap if longer."""
    current, cycle = ParkCurrent, ParkActivitySnapshot
    query = (
        select(cycle.park_id, cycle.observed_at, cycle.cadence_seconds)
        .join(current, current.park_id == cycle.park_id)
        .where(
            cycle.park_id.in_(park_ids),
            cycle.observed_at <= current.observed_at,
            cycle.observed_at > current.observed_at - DAY_SECONDS // 4,
        )
        .order_by(cycle.park_id, cycle.observed_at)
    )
    found: dict[int, int] = {}
    before: tuple[int, int] | None = None
    for park_id, at, cadence in connection.execute(query):
        gap = at - before[1] if before is not None and before[0] == park_id else 0
        found[park_id] = max(cadence, gap)
        before = (park_id, at)
    return found


def part_ends(connection: Connection, ride_ids: Collection[int], since: dt.date) -> dict[int, int]:
    """Until when the part of each outage that goes on reaches, which may be later than the latest look."""
    table = RideOutagePart
    query = (
        select(table.ride_id, func.max(table.ended_at))
        .where(table.ride_id.in_(ride_ids), table.day >= since, table.ongoing == 1)
        .group_by(table.ride_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
