"""From the inputs of any set of park-days to their rows: batches, horizons and the choice of record (R15)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import polars as pl

from hallofshame.domain.rules import SECONDS_AFTER, SECONDS_BEFORE
from hallofshame.domain.words import Origin
from hallofshame.metrics.apart import DaysApart
from hallofshame.metrics.frames import HISTORY, WINDOWS, empty
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


PREFERRED = pl.Schema({"park_id": pl.Int32(), "day": pl.Date(), "origin": pl.UInt8()})
"""Park-days for which an import was to replace what else there is, with the kind of its record (R15)."""


def compute(inputs: ParkDayInputs, preferred: pl.DataFrame | None = None) -> Computed:
    """Statistics of ``inputs.days``, a pure function: same inputs, same rows, bit for bit.

    ``inputs.observations`` may hold several origins; each park-day uses the one with the best coverage, on
    a tie live before the archive before a survey, but the one in ``preferred`` (shape ``PREFERRED``) wherever
    that observed anything (R15). Most parks are computed for all days
    at once. Of parks with a record other than live, and of parks frozen at the edge of what one of their days
    knows, each day is computed from the observations of its own horizon, so that it comes out the same alone
    and in any batch.
    """
    archived = inputs.observations.filter(pl.col("origin") != Origin.LIVE)["park_id"].unique()
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
    wanted = pl.DataFrame(schema=PREFERRED) if preferred is None else preferred
    slowly = _day_by_day(replace(inputs, days=days), wanted, mixed=archived.len() > 0)
    return replace(_concat([_compute_live(fast, suspects), slowly]), suspects=suspects)


def _day_by_day(inputs: ParkDayInputs, preferred: pl.DataFrame, *, mixed: bool) -> Computed:
    """``inputs.days``, each from the observations of its own horizon; ``mixed``: from several records (R15).

    What a day needs of the days before it (what its rides did, how its windows go on across midnight) is
    known once those are computed. So all days are computed side by side until that no longer changes: what
    operated and posted does not depend on other days, windows depend on that, what operated inside them on
    the windows.
    """
    days, history = inputs.days, inputs.history
    neighbours = neighbours_of(empty(WINDOWS), days, inputs.neighbours)
    last_days = days.group_by("park_id").agg(last_day=pl.col("day").max())
    apart = DaysApart.of(inputs)
    while True:
        alone = apart.inputs(history, neighbours)
        chosen = _choose(alone, apart.slots_of(preferred)) if mixed else _compute_live(alone, None)
        found = _concat([Computed(apart.restored(chosen.rows), apart.named(chosen.origin))])
        told = history_of(found.rows, inputs.rides).join(last_days, on="park_id", maintain_order="left")
        told = told.filter(pl.col("day") < pl.col("last_day")).drop("last_day")
        known = pl.concat([inputs.history, told])
        joined = neighbours_of(found.rows.windows, days, inputs.neighbours)
        if known.equals(history) and joined.equals(neighbours):
            return found
        history, neighbours = known, joined


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


def _compute_live(inputs: ParkDayInputs, suspects: pl.Series | None) -> Computed:
    rows = compute_park_days(inputs, suspects)
    origin = pl.lit(Origin.LIVE.value, pl.UInt8)
    return Computed(rows, rows.park_days.select("park_id", "day", origin=origin))


def _choose(inputs: ParkDayInputs, preferred: pl.DataFrame) -> Computed:
    """Compute each park-day from each record that there is and keep the one with the best coverage (R15)."""
    key = ["park_id", "day"]
    kinds = {Origin.LIVE.value, *inputs.observations["origin"].unique()}
    each = {
        origin: compute_park_days(
            replace(inputs, observations=inputs.observations.filter(pl.col("origin") == origin.value))
        )
        for origin in Origin
        if origin.value in kinds
    }
    # One day, one open time: more of it observed is the better coverage. The windows that each record gives
    # by itself shrink with its gaps.
    origin = (
        pl.concat(
            rows.park_days.select(*key, "observed", origin=pl.lit(kind.value, pl.UInt8))
            for kind, rows in each.items()
        )
        .join(preferred.with_columns(is_wanted=pl.lit(value=True)), on=[*key, "origin"], how="left")
        .with_columns(pl.col("is_wanted").fill_null(value=False) & (pl.col("observed") > 0))
        .sort(*key, "is_wanted", "observed", "origin", descending=[False, False, True, True, False])
        .unique(key, keep="first", maintain_order=True)
        .select(*key, "origin")
    )
    kept = []
    for kind, rows in each.items():
        days = origin.filter(pl.col("origin") == kind.value)
        kept.append(Computed(_only(rows, days), days))
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
