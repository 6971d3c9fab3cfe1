"""Chances to reopen, walked forward over the recordings (R9b): three estimators side by side.

Run as ``python -m benchmarks.chances [name …]``. Each recording is an installation of its own. Every day
is forecast with what was known when it began, and a class of a park shows chances only if its forecasts of
the 90 watched days before proved good enough. Estimators:

- *old*: (reopened + 1) ÷ (comparable + 2) of the ride alone, from five comparable outages on
- *R9b*: ride, class, park and all parks, as written; shown by the gate as written
- *ours*: R9b corrected by its past errors, shown by our gate: forecasts on 14 days, and with 95 % certainty
  better than the constant and off by no more than 5 points

Per class and horizon: moments; the share of them with a chance; and of what was shown and whose outcome is
known: forecasts, Brier score, that of the constant, expected calibration error in points. Then why nothing is
shown where nothing is: what the gate says at the end of each recording, and the calibration error that a
perfect forecaster would have shown on the same moments, if outcomes came as independent trials. Last, what
gates that ask for less would show.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from tests.metrics.recordings import SHARED

from benchmarks.machine import describe
from hallofshame.clock import FixedClock
from hallofshame.domain.rules import (
    CERTAINTY,
    DAY_SECONDS,
    EVIDENCE_DAYS,
    FEWEST_FORECASTS,
    MAX_CALIBRATION_ERROR,
    REPLAY_DAYS,
)
from hallofshame.domain.words import EndedBy, Feed
from hallofshame.metrics.calibration import pooled, reliability, scores
from hallofshame.metrics.chances import CLASS, whole_minutes
from hallofshame.metrics.corrections import tenth
from hallofshame.metrics.replay import FORECASTS
from hallofshame.pipeline.calibration import everywhere, replayed
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import chances, schema
from hallofshame.store.database import Database

LOG = logging.getLogger("bench")
CLOCK = FixedClock(dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
OLD_LEAST = 5


@dataclass(frozen=True)
class Recorded:
    """A recording: its folder, feed, and the median time between two looks."""

    name: str
    folder: str
    feed: Feed
    cadence_seconds: int


QUEUE_TIMES, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI
RECORDINGS = (
    Recorded("Great Adventure", "qt_six_flags_great_adventure_5min", QUEUE_TIMES, 300),
    Recorded("Paris, 5 min", "qt_disneyland_paris_5min", QUEUE_TIMES, 300),
    Recorded("Paris, 15 min", "qt_disneyland_paris_15min", QUEUE_TIMES, 900),
    Recorded("PortAventura", "qt_portaventura_15min", QUEUE_TIMES, 900),
    Recorded("Gardaland", "qt_gardaland_10min", QUEUE_TIMES, 900),
    Recorded("Walt Disney World", "tpw_walt_disney_world", WIKI, 900),
    Recorded("Efteling", "tpw_efteling", WIKI, 900),
    Recorded("Alton Towers, Thorpe Park", "qt_alton_towers_thorpe_park_30min", QUEUE_TIMES, 1800),
    Recorded("Universal, 30 min", "qt_universal_orlando_30min", QUEUE_TIMES, 2700),
    Recorded("Universal, 160 days", "qt_universal_orlando_160days", QUEUE_TIMES, 3600),
    Recorded("Tokyo", "tpw_tokyo_disney_resort", WIKI, 2880),
    Recorded("Tokyo, fan site", "tdr_fan_site_20months", QUEUE_TIMES, 1800),
)


def file_of(recorded: Recorded, folder: Path) -> Path:
    """The recording as ingest reads it. The fan site knows waits alone: no wait is taken for closed."""
    given = SHARED / recorded.folder
    if recorded.feed is WIKI:
        return given / "live_rows.parquet"
    if (given / "snapshots.parquet").exists():
        return given / "snapshots.parquet"
    text = pl.concat_str(
        pl.col("date").cast(pl.String), pl.col("time_jst").cast(pl.String).str.slice(0, 5), separator=" "
    )
    local = text.str.to_datetime("%Y-%m-%d %H:%M").dt.replace_time_zone("Asia/Tokyo")
    made = folder / "snapshots.parquet"
    pl.read_parquet(given / "waits.parquet").select(
        park_name="park_name",
        polled_at=local.dt.convert_time_zone("UTC").dt.cast_time_unit("us"),
        ride_name="ride_name",
        is_open=pl.col("wait_time").is_not_null(),
        wait_time=pl.col("wait_time").fill_null(0),
    ).write_parquet(made)
    return made


def forecasts_of(recorded: Recorded) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The whole recording judged: ``FORECASTS``, and the same by the old estimator."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite")
        schema.upgrade(database)
        ingest(
            database,
            file_of(recorded, Path(folder)),
            recorded.feed,
            cadence_seconds=recorded.cadence_seconds,
            clock=CLOCK,
            log=LOG,
            timezone="Asia/Tokyo",
        )
        Rollup(database, CLOCK, LOG).run()
        now = int(CLOCK.now().timestamp())
        found = []
        with database.read() as connection:
            parks = chances.parks_of_outages(connection, 0)
        for park_id in parks:
            with database.read() as connection:
                first = chances.watched_days(connection, park_id, dt.date(1980, 1, 1))[0]
                all_parks = everywhere(database, parks, first, now)
                found.append(replayed(connection, park_id, all_parks, first, now))
        database.dispose()
    judged = pl.concat([each.forecasts for each in found])
    moments, outages = (pl.concat([getattr(each, name) for each in found]) for name in ("moments", "outages"))
    return judged, _by_the_old(judged, moments, outages)


def _by_the_old(judged: pl.DataFrame, moments: pl.DataFrame, outages: pl.DataFrame) -> pl.DataFrame:
    """The forecasts with the chance that the old estimator gives at the same moments."""
    ended = outages.filter(pl.col("ended_at").is_not_null()).with_columns(
        length=whole_minutes(pl.col("downtime"))
    )
    past: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    for ride_id, ended_at, length, how in (
        ended.sort("ended_at").select("ride_id", "ended_at", "length", "ended_by").iter_rows()
    ):
        past[ride_id].append((ended_at, length, how == EndedBy.REOPENED.value))
    lasted = {
        (ride, at): minutes for ride, at, minutes in moments.select("ride_id", "at", "minutes").iter_rows()
    }
    found: list[float | None] = []
    for ride_id, at, horizon in judged.select("ride_id", "at", "horizon_minutes").iter_rows():
        begin, minutes = at // DAY_SECONDS * DAY_SECONDS, lasted[ride_id, at]
        known = past[ride_id][: bisect_right(past[ride_id], (begin, 2**31, True))]
        longer = [
            (length, back)
            for ended_at, length, back in known
            if length > minutes and ended_at > begin - EVIDENCE_DAYS * DAY_SECONDS
        ]
        back = sum(1 for length, came in longer if came and length <= minutes + horizon)
        found.append((back + 1) / (len(longer) + 2) if len(longer) >= OLD_LEAST else None)
    return judged.with_columns(chance=pl.Series(found, dtype=pl.Float64))


def as_written(before: pl.DataFrame) -> pl.DataFrame:
    """The classes that the gate of R9b lets through, from their forecasts so far."""
    return scores(before).filter(
        (pl.col("forecasts") >= FEWEST_FORECASTS)
        & (pl.col("brier") < pl.col("constant_brier"))
        & (pl.col("calibration_error") <= MAX_CALIBRATION_ERROR)
    )


def by_our_gate(before: pl.DataFrame) -> pl.DataFrame:
    """The classes that our gate lets through."""
    return scores(before).filter(pl.col("reason").is_null())


Gate = Callable[[pl.DataFrame], pl.DataFrame]
OTHER_GATES = ((14, 0.0), (28, 0.0), (7, CERTAINTY))
"""Days with forecasts, and standard errors to spare, that other gates would ask for."""


def other_gate(days: int, errors: float) -> Gate:
    """A gate that asks for 100 forecasts on so many days, and for so many standard errors to spare."""
    off, gain = pl.col("calibration_error"), pl.col("constant_brier") - pl.col("brier")
    off_by = (pl.col("calibration_error_upper") - off) / CERTAINTY
    gain_by = (gain - pl.col("brier_gain_lower")) / CERTAINTY

    def classes(before: pl.DataFrame) -> pl.DataFrame:
        return scores(before).filter(
            (pl.col("forecasts") >= FEWEST_FORECASTS)
            & (pl.col("forecast_days") >= days)
            & (gain - errors * gain_by > 0)
            & (off + errors * off_by <= MAX_CALIBRATION_ERROR)
        )

    return classes


def try_gates(name: str, judged: pl.DataFrame) -> None:
    """Print what other gates would show of our forecasts."""
    for days, errors in OTHER_GATES:
        kept = shown(judged, other_gate(days, errors))
        for since_opening, horizon in sorted(kept.select("since_opening", "horizon_minutes").unique().rows()):
            of_class = (pl.col("since_opening") == since_opening) & (pl.col("horizon_minutes") == horizon)
            own = kept.filter(of_class)
            found, _ = pooled(scores(own), reliability(own), since_opening, horizon, shown=False)
            if found["forecasts"]:
                on = own.select((pl.col("at") // DAY_SECONDS).n_unique()).item()
                error = 100 * found["calibration_error"]
                print(
                    f"{name:26s} {days:2d} days, {errors:.2f} errors: "
                    f"{'opening' if since_opening else 'running'} {horizon:2d} "
                    f"{own.height / judged.filter(of_class).height:6.1%} on {on} days, "
                    f"{found['brier']:.3f} {found['constant_brier']:.3f} {error:5.1f}"
                )


def shown(judged: pl.DataFrame, gate: Gate) -> pl.DataFrame:
    """Those forecasts whose class of the park had proved good on the 90 watched days before their day."""
    kept = [judged.clear()]
    for _, park in judged.with_columns(day=pl.col("at") // DAY_SECONDS).group_by(
        "park_id", maintain_order=True
    ):
        days = park["day"].unique().sort()
        for number, day in enumerate(days):
            begins = max(days[max(0, number - REPLAY_DAYS)], day - EVIDENCE_DAYS)
            before = park.filter((pl.col("known_at") <= day * DAY_SECONDS) & (pl.col("day") >= begins))
            today = park.filter((pl.col("day") == day) & pl.col("chance").is_not_null())
            kept.append(today.join(gate(before).select(CLASS), on=CLASS, how="semi").drop("day"))
    return pl.concat(kept)


def perfect_error(judged: pl.DataFrame) -> float:
    """The calibration error expected of chances that are exactly right, by the number of moments alone."""
    bins = judged.group_by(tenth(pl.col("chance"))).agg(
        spread=(pl.col("chance") * (1 - pl.col("chance"))).sum().sqrt()
    )
    spread: float = bins["spread"].sum()
    return spread * (2 / math.pi) ** 0.5 / judged.height


def explain(name: str, judged: pl.DataFrame) -> None:
    """Print what the gate says of each class at the end of a recording, and the numbers behind it."""
    told = judged.drop_nulls(["chance", "constant", "reopened"])
    for row in scores(judged).to_dicts():
        own = told.filter(
            (pl.col("park_id") == row["park_id"])
            & (pl.col("since_opening") == row["since_opening"])
            & (pl.col("horizon_minutes") == row["horizon_minutes"])
        )
        text = (
            f"{name:26s} park {row['park_id']:3d} {'opening' if row['since_opening'] else 'running'} "
            f"{row['horizon_minutes']:2d} {row['moments']:6,d} moments {row['forecasts']:6,d} forecasts "
            f"{row['forecast_days']:3d} days"
        )
        if own.height:
            text += (
                f" {row['brier']:.3f} ({row['constant_brier']:.3f}, gain >= {row['brier_gain_lower']:.3f}) "
                f"error {100 * row['calibration_error']:.1f}, <= {100 * row['calibration_error_upper']:.1f}, "
                f"perfect {100 * perfect_error(own):.1f}"
            )
        print(f"{text} {row['reason'] or 'shown'}")


def show(name: str, all_moments: pl.DataFrame, ways: dict[str, tuple[pl.DataFrame, Gate]]) -> list[str]:
    """Print the lines of one recording; returns what was shown and should not have been, by name."""
    poor = []
    kept = {way: shown(judged, gate) for way, (judged, gate) in ways.items()}
    for since_opening in (False, True):
        for horizon in (15, 30, 60):
            of_class = (pl.col("since_opening") == since_opening) & (pl.col("horizon_minutes") == horizon)
            total = all_moments.filter(of_class).height
            label = f"{name:26s} {'opening' if since_opening else 'running'} {horizon:2d} {total:7,d}"
            for way, frame in kept.items():
                own = frame.filter(of_class)
                judged = scores(own)
                found, _ = pooled(judged, reliability(own), since_opening, horizon, shown=False)
                text = f"{own.height / total if total else 0:6.1%}"
                if found["forecasts"]:
                    brier, constant, error = (
                        found[key] for key in ("brier", "constant_brier", "calibration_error")
                    )
                    text += f" {found['forecasts']:6,d} {brier:.3f} {constant:.3f} {100 * error:5.1f}"
                    if brier >= constant or error > MAX_CALIBRATION_ERROR:
                        text += "!"
                        if way == "ours":
                            poor.append(label.partition("|")[0].strip())
                label += f" | {way} {text:33s}"
            print(label.rstrip(), flush=True)
    return poor


def raw(name: str, ways: dict[str, pl.DataFrame]) -> None:
    """Print how good all forecasts would be without a gate."""
    for since_opening in (False, True):
        for horizon in (15, 30, 60):
            label = f"{name:26s} {'opening' if since_opening else 'running'} {horizon:2d}"
            for way, judged in ways.items():
                found, _ = pooled(scores(judged), reliability(judged), since_opening, horizon, shown=False)
                if found["forecasts"]:
                    label += (
                        f" | {way} {found['forecasts']:6,d} {found['brier']:.3f} "
                        f"{found['constant_brier']:.3f} {100 * found['calibration_error']:5.1f}"
                    )
            print(label)


def main() -> None:
    """Walk the recordings and print."""
    describe("Chances to reopen, walked forward")
    chosen = [row for row in RECORDINGS if not sys.argv[1:] or row.name in sys.argv[1:]]
    every = {way: [pl.DataFrame(schema=FORECASTS)] for way in ("old", "R9b", "ours")}
    poor: list[str] = []
    last: list[tuple[str, pl.DataFrame]] = []
    for number, recorded in enumerate(chosen):
        if not (SHARED / recorded.folder).is_dir():
            print(f"{recorded.name}: the recording is not beside this checkout")
            continue
        judged, old = forecasts_of(recorded)
        plain = judged.with_columns(chance="estimate")
        poor += show(
            recorded.name,
            judged,
            {"old": (old, as_written), "R9b": (plain, as_written), "ours": (judged, by_our_gate)},
        )
        last.append((recorded.name, judged))
        for way, frame in (("old", old), ("R9b", plain), ("ours", judged)):
            every[way].append(frame.with_columns(pl.col("park_id") + 1000 * number))
    print(
        "\nWithout a gate, all forecasts of all recordings: forecasts, Brier score, constant, error in points"
    )
    raw("all", {way: pl.concat(frames) for way, frames in every.items()})
    print("\nThe gate at the end of each recording (scores of the whole recording)")
    for name, judged in last:
        explain(name, judged)
    print("\nWhat other gates would show")
    for name, judged in last:
        try_gates(name, judged)
    print("\nShown by ours, but no better than the constant or off by over 5 points:", *(poor or ["none"]))


if __name__ == "__main__":
    main()
