"""Chances to reopen, now: the kernel's estimates for the rides that are not running, where they may be shown
(R9b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.periods import ONE_DAY
from hallofshame.domain.rules import DAY_SECONDS, EVIDENCE_DAYS, HORIZON_MINUTES, MINUTE_SECONDS
from hallofshame.domain.words import EndedBy
from hallofshame.metrics.chances import CLASS, NotShown, corrected, estimates, evidence_of, whole_minutes
from hallofshame.store import chances
from hallofshame.store.chances import Calibration
from hallofshame.web.envelope import Row
from hallofshame.web.reading import Reading


@dataclass(frozen=True, slots=True)
class Lasting:
    """A ride that is not running; ``open_seconds``: open time of its outage up to the latest look."""

    ride_id: int
    park_id: int
    since_opening: bool
    observed_at: int
    open_seconds: int


def calibration(reading: Reading) -> Calibration:
    """What the last replay left, read once for each."""
    key = ("calibration", chances.replayed_at(reading.connection))
    found: Calibration | None = reading.site.memo.get(key)
    if found is None:
        found = chances.calibration(reading.connection)
        reading.site.memo.put(key, found, len(found))
    return found


def chances_now(reading: Reading, lasting: Sequence[Lasting]) -> dict[int, Row]:
    """For each ride the chances within 15, 30 and 60 minutes, the reasons where there is none, and its own
    past outages that they rest on most."""
    if not lasting:
        return {}
    asked = _asked(reading, lasting)
    since = to_unix(reading.now) - EVIDENCE_DAYS * DAY_SECONDS
    past = chances.outages_from(reading.connection, since, asked["ride_id"].to_list())
    past = past.filter(pl.col("ended_at") <= to_unix(reading.now))
    last = calibration(reading)
    found = corrected(estimates(asked, last.evidence, evidence_of(past)), last.corrections)
    gates = last.scores.select(*CLASS, closed="reason", judged=pl.lit(value=True))
    shown = found.join(gates, on=CLASS, how="left").with_columns(
        reason=pl.when(pl.col("judged").is_null())
        .then(pl.lit(NotShown.NO_REPLAY.value))
        .otherwise(pl.coalesce("closed", "reason"))
    )
    rows: dict[int, Row] = {}
    for ride_id, horizon, chance, reason in shown.select(
        "ride_id", "horizon_minutes", "chance", "reason"
    ).iter_rows():
        rows.setdefault(ride_id, {}).update(
            {
                f"chance_{horizon}_percent": None if reason or chance is None else round(100 * chance),
                f"chance_{horizon}_reason": reason,
            }
        )
    for ride_id, own in _own(asked, past).items():
        rows[ride_id].update(own)
    return rows


def _asked(reading: Reading, lasting: Sequence[Lasting]) -> pl.DataFrame:
    """Shape ``ASKED``."""
    parks = {ride.park_id for ride in lasting}
    days = {park_id: reading.today(reading.catalogue.parks[park_id]) for park_id in parks}
    every = chances.looked_every(reading.connection, parks)
    frame = pl.DataFrame(
        [
            (
                ride.park_id,
                ride.ride_id,
                ride.since_opening,
                ride.open_seconds,
                ride.observed_at,
                days[ride.park_id],
                every.get(ride.park_id, reading.site.settings.cadence_seconds) / MINUTE_SECONDS,
            )
            for ride in lasting
        ],
        schema={
            "park_id": pl.Int64,
            "ride_id": pl.Int64,
            "since_opening": pl.Boolean,
            "seconds": pl.Int64,
            "at": pl.Int64,
            "day": pl.Date,
            "cadence_minutes": pl.Float64,
        },
        orient="row",
    ).with_columns(minutes=whole_minutes(pl.col("seconds")))
    closes = chances.closing_times(
        reading.connection, min(days.values()) - ONE_DAY, to_unix(reading.now), parks
    )
    return chances.minutes_left(frame, closes)


def _own(asked: pl.DataFrame, past: pl.DataFrame) -> dict[int, Row]:
    """How many past outages of each ride's class lasted longer, and how many of them ended in time."""
    longer = asked.select("ride_id", "since_opening", "minutes").join(
        past.with_columns(length=whole_minutes(pl.col("downtime"))),
        on=["ride_id", "since_opening"],
        how="left",
    )
    is_longer = (pl.col("length") > pl.col("minutes")).fill_null(value=False)
    back = is_longer & (pl.col("ended_by") == EndedBy.REOPENED.value)
    counted = longer.group_by("ride_id").agg(
        is_longer.sum().alias("comparable_outages"),
        *(
            (back & (pl.col("length") <= pl.col("minutes") + horizon))
            .sum()
            .alias(f"reopened_within_{horizon}")
            for horizon in HORIZON_MINUTES
        ),
    )
    return {row.pop("ride_id"): row for row in counted.to_dicts()}
