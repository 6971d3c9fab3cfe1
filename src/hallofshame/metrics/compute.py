"""From the inputs of any set of park-days to their rows: batches, horizons and the choice of record (R15)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import polars as pl

from hallofshame.domain.rules import SECONDS_AFTER, SECONDS_BEFORE
from hallofshame.domain.words import Origin
from hallofshame.metrics.frames import HISTORY, NEIGHBOURS
from hallofshame.metrics.midnight import neighbours_of
from hallofshame.metrics.parkday import ParkDayInputs, ParkDays, compute_park_days
from hallofshame.metrics.validity import parks_cut_short, suspected_parks


@dataclass(frozen=True, slots=True)
class Computed:
    """The rows of park-days and, per park-day, ``origin``: which record they were taken from (R15).

    ``suspects``: the parks of which some reading may be a frozen one (R2), for those who judge them again.
    """

    rows: ParkDays
    origin: pl.DataFrame
    suspects: pl.Series = field(default_factory=lambda: pl.Series("park_id", dtype=pl.Int32))


def compute(inputs: ParkDayInputs, prefer_archive: frozenset[int] = frozenset()) -> Computed:
    """Statistics of ``inputs.days``, a pure function: same inputs, same rows, bit for bit.

    ``inputs.observations`` may hold both origins; each park-day uses the one with the better coverage, live
    on a tie, the archive for the parks in ``prefer_archive`` (R15). Most parks are computed for all days
    at once. Parks with two records, and parks frozen at the edge of what one of their days knows, take one
    day after the other, each from the observations of its own horizon, so that a day comes out the same
    alone and in any batch; and once more where that shows that a window goes on across their midnight.
    """
    archived = inputs.observations.filter(pl.col("origin") == Origin.ARCHIVE)["park_id"].unique()
    # The test is for one origin at a time: where there are two it cannot clear a park.
    suspects = pl.concat([archived, suspected_parks(inputs.observations)]).unique()
    cut_short = parks_cut_short(
        inputs.observations, inputs.parks, inputs.days, SECONDS_BEFORE, SECONDS_AFTER, suspects
    )
    slow = pl.concat([archived, cut_short]).unique()
    if slow.is_empty():
        return replace(_compute_live(inputs, suspects), suspects=suspects)
    is_slow = pl.col("park_id").is_in(slow.implode())
    fast = replace(
        inputs, days=inputs.days.filter(~is_slow), observations=inputs.observations.filter(~is_slow)
    )
    days = inputs.days.filter(is_slow)
    turns = _Turns(replace(inputs, days=days), prefer_archive, suspects, mixed=archived.len() > 0)
    slowly = turns.run(inputs.neighbours)
    joined = neighbours_of(slowly.rows.windows, days, inputs.neighbours)
    if not joined.equals(_as_told(days, inputs.neighbours)):
        slowly = turns.run(joined)
    return replace(_concat([_compute_live(fast, suspects), slowly]), suspects=suspects)


def _as_told(days: pl.DataFrame, neighbours: pl.DataFrame) -> pl.DataFrame:
    """What ``neighbours`` say of ``days``, a row for each: shape ``NEIGHBOURS``, sorted."""
    return (
        days.select("park_id", "day")
        .join(neighbours, on=["park_id", "day"], how="left")
        .with_columns(pl.col("before_opens", "next_opens").fill_null(value=False))
        .cast(NEIGHBOURS)
        .sort("park_id", "day")
    )


@dataclass(frozen=True, slots=True)
class _Turns:
    """Park-days one after the other, each from the observations of its own horizon."""

    inputs: ParkDayInputs
    prefer_archive: frozenset[int]
    suspects: pl.Series
    mixed: bool

    def run(self, neighbours: pl.DataFrame) -> Computed:
        """The rows of all days, given how they are joined at midnight (shape ``NEIGHBOURS``)."""
        found = []
        known = self.inputs.history
        pending = self.inputs.days.sort("park_id", "day")
        pending = pending.with_columns(turn=pl.int_range(pl.len()).over("park_id"))
        for days in pending.partition_by("turn", maintain_order=True):
            inputs = replace(self.inputs, history=known, neighbours=neighbours)
            turn = _restricted(inputs, days.drop("turn"))
            result = _choose(turn, self.prefer_archive) if self.mixed else _compute_live(turn, self.suspects)
            found.append(result)
            known = pl.concat([known, history_of(result.rows, self.inputs.rides)])
        return _concat(found)


def history_of(rows: ParkDays, rides: pl.DataFrame) -> pl.DataFrame:
    """What rides did on the computed days: shape ``HISTORY``, for the days after them."""
    return (
        rows.ride_days.join(rides.filter("is_ride").select("ride_id"), on="ride_id", how="semi")
        .select(
            "park_id", "day", "ride_id", "operated_any", operated=pl.col("operating") > 0, posted="posted"
        )
        .filter(pl.col("operated_any") | pl.col("operated") | pl.col("posted"))
        .cast(HISTORY)
    )


def _restricted(inputs: ParkDayInputs, days: pl.DataFrame) -> ParkDayInputs:
    """The inputs of ``days`` alone: their parks' observations within the horizon of their days."""
    horizon = days.group_by("park_id").agg(
        since=pl.col("day_start").min() - SECONDS_BEFORE, until=pl.col("day_end").max() + SECONDS_AFTER
    )
    at = pl.col("observed_at")
    observations = (
        inputs.observations.filter(pl.col("park_id").is_in(horizon["park_id"].implode()))
        .join(horizon, on="park_id", maintain_order="left")
        .filter((at >= pl.col("since")) & (at < pl.col("until")))
        .drop("since", "until")
    )
    return replace(inputs, days=days, observations=observations)


def _compute_live(inputs: ParkDayInputs, suspects: pl.Series) -> Computed:
    rows = compute_park_days(inputs, suspects)
    origin = pl.lit(Origin.LIVE.value, pl.UInt8)
    return Computed(rows, rows.park_days.select("park_id", "day", origin=origin))


def _choose(inputs: ParkDayInputs, prefer_archive: frozenset[int]) -> Computed:
    """Compute each park-day from either record and keep the one with the better coverage (R15)."""
    key = ["park_id", "day"]
    both = {
        origin: compute_park_days(
            replace(inputs, observations=inputs.observations.filter(pl.col("origin") == origin.value))
        )
        for origin in Origin
    }
    live, archive = (both[origin].park_days for origin in (Origin.LIVE, Origin.ARCHIVE))
    compared = live.join(archive, on=key, suffix="_archive")
    # One day, one open time: more of it observed is the better coverage. The windows that either record gives
    # by itself shrink with its gaps.
    better = pl.col("observed_archive") > pl.col("observed")
    preferred = pl.col("park_id").is_in(list(prefer_archive)) & (pl.col("observed_archive") > 0)
    origin = compared.select(
        *key,
        origin=pl.when(better | preferred)
        .then(pl.lit(Origin.ARCHIVE.value, pl.UInt8))
        .otherwise(pl.lit(Origin.LIVE.value, pl.UInt8)),
    )
    kept = [
        Computed(
            _only(both[kind], origin.filter(pl.col("origin") == kind.value)),
            origin.filter(pl.col("origin") == kind.value),
        )
        for kind in Origin
    ]
    return _concat(kept)


def _only(rows: ParkDays, days: pl.DataFrame) -> ParkDays:
    """The rows of ``days`` alone."""
    kept = {
        field.name: getattr(rows, field.name).join(
            days.select("park_id", "day"), on=["park_id", "day"], how="semi", maintain_order="left"
        )
        for field in fields(ParkDays)
    }
    return ParkDays(**kept)


def _concat(found: list[Computed]) -> Computed:
    """Several results as one, each frame sorted by its key again."""
    order = {
        "windows": ["park_id", "start"],
        "ride_hours": ["park_id", "hour", "ride_id"],
        "ride_days": ["park_id", "day", "ride_id"],
        "park_hours": ["park_id", "hour"],
        "park_days": ["park_id", "day"],
        "outage_parts": ["park_id", "day", "ride_id", "started_at"],
        "stops": ["ride_id", "start"],
    }
    frames = {
        name: pl.concat([getattr(result.rows, name) for result in found]).sort(key)
        for name, key in order.items()
    }
    origin = pl.concat([result.origin for result in found]).sort("park_id", "day")
    return Computed(ParkDays(**frames), origin)
