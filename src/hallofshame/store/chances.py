"""What chances to reopen are made of (R9b): past outages, looks and closing times; and what they came to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection

import polars as pl
from sqlalchemy import BigInteger, Connection, cast, delete, false, func, or_, select

from hallofshame.domain.rules import CLOSING_DAYS, DAY_SECONDS, MINUTE_SECONDS
from hallofshame.domain.words import ScheduleKind
from hallofshame.metrics.calibration import SCORES, TENTHS, closings
from hallofshame.metrics.chances import CLASS, EVIDENCE
from hallofshame.metrics.corrections import CORRECTIONS
from hallofshame.metrics.replay import ENDED, ENDINGS
from hallofshame.store import bulk
from hallofshame.store.models import (
    Base,
    ChanceCorrection,
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


def parks_of_outages(connection: Connection, since: int) -> list[int]:
    """The parks with an outage that began at ``since`` (Unix seconds) or later."""
    query = select(RideOutage.park_id).where(RideOutage.started_at >= since).distinct()
    return sorted(connection.execute(query).scalars())


def endings_together(connection: Connection, parks: Collection[int], since: int) -> pl.DataFrame:
    """The outages of some parks that began at ``since`` or later and are over, counted: shape ``ENDINGS``.

    They are counted together: ``park_id, ride_id, since_opening`` are null.
    """
    table = RideOutage
    minutes = (table.downtime + MINUTE_SECONDS // 2) // MINUTE_SECONDS
    known = (table.ended_at + DAY_SECONDS - 1) // DAY_SECONDS
    query = (
        select(
            cast(minutes, BigInteger).label("minutes"),
            table.ended_by,
            cast(known, BigInteger).label("known"),
            func.count().label("outages"),
        )
        .where(table.park_id.in_(parks), table.started_at >= since, table.ended_at.is_not(None))
        .group_by(minutes, table.ended_by, known)
    )
    nothing = {name: pl.lit(None, kind) for name, kind in ENDINGS.items()}
    found = bulk.read_frame(connection, query)
    return found.with_columns(
        **{name: value for name, value in nothing.items() if name not in found.columns}
    ).select(ENDINGS.keys())


def outages_of(connection: Connection, park_id: int, since: int) -> pl.DataFrame:
    """The outages of a park that began at ``since`` (Unix seconds) or later: shape ``ENDED``, sorted."""
    table = RideOutage.__table__
    query = select(*(table.c[name] for name in ENDED)).where(
        RideOutage.park_id == park_id, RideOutage.started_at >= since
    )
    found = bulk.read_frame(connection, query).with_columns(pl.col("since_opening") > 0)
    return found.cast(ENDED).sort("ride_id", "started_at")


def watched_days(connection: Connection, park_id: int, first: dt.date) -> list[dt.date]:
    """The days from ``first`` on on which a park was open and seen, in order."""
    table = ParkDailyStats
    query = select(table.day).where(table.park_id == park_id, table.day >= first, table.observed > 0)
    return list(connection.execute(query.order_by(table.day)).scalars())


def parts_of(connection: Connection, park_id: int, first: dt.date) -> pl.DataFrame:
    """The parts of outages of a park on its days from ``first`` on, sorted by ride and time."""
    table = RideOutagePart
    query = select(
        table.park_id, table.day, table.ride_id, table.started_at, table.ended_at, table.downtime
    ).where(table.park_id == park_id, table.day >= first)
    return bulk.read_frame(connection, query).sort("ride_id", "started_at")


def cycles_of(connection: Connection, park_id: int, since: int) -> pl.DataFrame:
    """The cycles of a park from ``since`` on: ``park_id, observed_at, cadence_seconds``, sorted."""
    table = ParkActivitySnapshot
    query = select(table.park_id, table.observed_at, table.cadence_seconds).where(
        table.park_id == park_id, table.observed_at >= since
    )
    return bulk.read_numbers(connection, query).sort("park_id", "observed_at")


def closing_times(
    connection: Connection, first: dt.date, parks: Collection[int], known_at: int | None = None
) -> pl.DataFrame:
    """When each of ``parks`` closes on its days from ``first`` on, as known when each day begins.

    Returns ``park_id, day, closes_at`` (Unix seconds): the hours published by then, else the mean of the
    closing times of its last 14 open days by its clock. Days for which neither is known are missing. With
    ``known_at``: the hours known at that instant.
    """
    table = ParkDailyStats
    query = (
        select(table.park_id, Park.timezone, table.day, table.windows)
        .join(Park, Park.park_id == table.park_id)
        .where(table.day >= first - _CLOSINGS_REACH, table.park_id.in_(parks))
    )
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
    ).where(
        table.park_id.in_(days["park_id"].unique().to_list()),
        table.date.between(first, days["day"].max() or first),
        table.kind == ScheduleKind.OPERATING.value,
    )
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


EVERYWHERE = 0
"""The park id under which the evidence of all parks together is kept."""


def write_park(
    connection: Connection,
    park_id: int,
    evidence: pl.DataFrame,
    scores: pl.DataFrame,
    tenths: pl.DataFrame,
    corrections: pl.DataFrame,
    known_until: int,
) -> int:
    """Put these in the place of what is stored of a park; returns rows written.

    Shapes ``EVIDENCE``, ``SCORES``, ``TENTHS`` and ``CORRECTIONS``.
    """
    frames = {
        ChanceEvidence: _added_up(evidence.with_columns(park_id=pl.lit(park_id, pl.Int64))),
        ChanceScore: scores.with_columns(known_until=pl.lit(known_until, pl.Int64)),
        ChanceTenth: tenths,
        ChanceCorrection: corrections.sort(*CLASS, "step", "bin"),
    }
    for model, frame in frames.items():
        connection.execute(delete(model).where(model.park_id == park_id))  # type: ignore[attr-defined]
        bulk.insert(connection, model, frame)
    return sum(frame.height for frame in frames.values())


def write_everywhere(connection: Connection, evidence: pl.DataFrame, parks: Collection[int]) -> int:
    """Put the evidence of all parks together in place, and forget parks other than ``parks``."""
    for model in (ChanceEvidence, ChanceScore, ChanceTenth, ChanceCorrection):
        connection.execute(delete(model).where(model.park_id.not_in(parks)))
    rows = _added_up(
        evidence.with_columns(park_id=pl.lit(EVERYWHERE, pl.Int64), since_opening=pl.lit(value=False))
    )
    bulk.insert(connection, ChanceEvidence, rows)
    return rows.height


def _added_up(evidence: pl.DataFrame) -> pl.DataFrame:
    key = ["park_id", "since_opening", "minutes", "ended_by"]
    return evidence.group_by(key).agg(pl.col("outages").sum()).sort(key)


def replayed_at(connection: Connection) -> int | None:
    """When the last replay ran, in Unix seconds; null before the first."""
    found: int | None = connection.execute(select(func.max(ChanceScore.known_until))).scalar()
    return found


def replay_stamp(connection: Connection) -> tuple[int, int]:
    """Moves with every park that is replayed, for caches."""
    row = connection.execute(select(func.count(), func.sum(ChanceScore.known_until))).one()
    return int(row[0]), int(row[1] or 0)


def scores_of(connection: Connection) -> pl.DataFrame:
    """What the last replay said of all parks: shape ``SCORES``, and ``known_until``, when it ran."""
    found = _of_parks(connection, ChanceScore, None)
    return found.select("known_until", *(pl.col(name).cast(kind) for name, kind in SCORES.items()))


def tenths_of(connection: Connection) -> pl.DataFrame:
    """The reliability tables of all parks: shape ``TENTHS``."""
    return _of_parks(connection, ChanceTenth, None).select(TENTHS.keys()).cast(TENTHS)


def evidence_of_parks(connection: Connection, parks: Collection[int]) -> pl.DataFrame:
    """What chances rest on in some parks, or :data:`EVERYWHERE`: shape ``EVIDENCE``, of no ride."""
    found = _of_parks(connection, ChanceEvidence, parks)
    return found.with_columns(ride_id=pl.lit(None, pl.Int64)).select(EVIDENCE.keys()).cast(EVIDENCE)


def corrections_of(connection: Connection, parks: Collection[int]) -> pl.DataFrame:
    """What chances of some parks are corrected by: shape ``CORRECTIONS``."""
    found = _of_parks(connection, ChanceCorrection, parks)
    return found.select(CORRECTIONS.keys()).cast(CORRECTIONS)


def _of_parks(connection: Connection, model: type[Base], parks: Collection[int] | None) -> pl.DataFrame:
    table = model.__table__
    query = select(table)
    if parks is not None:
        query = query.where(table.c["park_id"].in_(parks))
    return bulk.read_frame(connection, query).with_columns(pl.col("since_opening") > 0)


def rides_stopped(connection: Connection, parks: Collection[int], since: int) -> dict[int, int]:
    """How many outages of each park that began at ``since`` (Unix seconds) or later go on."""
    table = RideOutage
    query = (
        select(table.park_id, func.count())
        .where(table.park_id.in_(parks), table.started_at >= since, table.ended_at.is_(None))
        .group_by(table.park_id)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def past_of(connection: Connection, ride_ids: Collection[int], since: int) -> pl.DataFrame:
    """The outages of some rides that began at ``since`` or later and are over: ``park_id, ride_id,
    since_opening, ended_at, ended_by, downtime``."""
    table = RideOutage
    query = select(
        table.park_id, table.ride_id, table.since_opening, table.ended_at, table.ended_by, table.downtime
    ).where(table.ride_id.in_(ride_ids), table.started_at >= since, table.ended_at.is_not(None))
    return bulk.read_frame(connection, query).with_columns(pl.col("since_opening") > 0)


def looked_every(connection: Connection, park_ids: Collection[int]) -> dict[int, int]:
    """Seconds between looks at each of these parks: the cadence in force, or the last gap if longer."""
    current, cycle = ParkCurrent, ParkActivitySnapshot
    asked = select(current.park_id, current.observed_at).where(current.park_id.in_(park_ids))
    latest = {row.park_id: row.observed_at for row in connection.execute(asked)}
    # Times that are written out, unlike those of a join, let the database leave out the other months.
    near = [
        (cycle.park_id == park_id) & (cycle.observed_at > at - DAY_SECONDS // 4) & (cycle.observed_at <= at)
        for park_id, at in latest.items()
    ]
    query = (
        select(cycle.park_id, cycle.observed_at, cycle.cadence_seconds)
        .where(or_(false(), *near))
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
