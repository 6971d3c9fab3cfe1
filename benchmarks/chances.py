"""Chances to reopen, walked forward over the recordings (R9b): three estimators side by side.

Run as ``python -m benchmarks.chances [name …]``. Each recording is an installation of its own. Every day
is forecast with what was known when it began, and a class of a park shows chances only if its forecasts of
the 90 days before proved good enough. Estimators:

- *old*: (reopened + 1) ÷ (comparable + 2) of the ride alone, from five comparable outages on
- *R9b*: ride, class, park and all parks, as written; shown by the gate as written
- *ours*: R9b corrected by its past errors; the gate also asks for forecasts on 28 days

Per class and horizon: moments; the share of them with a chance; and of what was shown and whose outcome is
known: forecasts, Brier score, that of the constant, expected calibration error in points.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from tests.metrics.recordings import SHARED

from benchmarks.machine import describe
from hallofshame.clock import FixedClock
from hallofshame.domain.rules import (
    DAY_SECONDS,
    EVIDENCE_DAYS,
    FEWEST_FORECAST_DAYS,
    FEWEST_FORECASTS,
    MAX_CALIBRATION_ERROR,
    REPLAY_DAYS,
)
from hallofshame.domain.words import EndedBy, Feed
from hallofshame.metrics.calibration import FORECASTS, pooled, reliability, replay, scores
from hallofshame.metrics.chances import CLASS, whole_minutes
from hallofshame.pipeline.calibration import moments_of
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
        with database.read() as connection:
            outages = chances.outages_from(connection, 0)
            moments = moments_of(connection, outages, DAY_SECONDS * 2, now)
        database.dispose()
    judged, _ = replay(moments, outages, now)
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


def shown(judged: pl.DataFrame, fewest_days: int) -> pl.DataFrame:
    """Those forecasts whose class of the park had proved good on the 90 days before their day."""
    kept = [judged.clear()]
    for day in judged.select((pl.col("at") // DAY_SECONDS).unique().sort()).to_series():
        begin = day * DAY_SECONDS
        before = judged.filter(
            (pl.col("known_at") <= begin) & (pl.col("at") > begin - REPLAY_DAYS * DAY_SECONDS)
        )
        good = scores(before).filter(
            (pl.col("forecasts") >= FEWEST_FORECASTS)
            & (pl.col("forecast_days") >= fewest_days)
            & (pl.col("brier") < pl.col("constant_brier"))
            & (pl.col("calibration_error") <= MAX_CALIBRATION_ERROR)
        )
        today = judged.filter((pl.col("at") // DAY_SECONDS == day) & pl.col("chance").is_not_null())
        kept.append(today.join(good.select(CLASS), on=CLASS, how="semi"))
    return pl.concat(kept)


def show(name: str, all_moments: pl.DataFrame, ways: dict[str, tuple[pl.DataFrame, int]]) -> list[str]:
    """Print the lines of one recording; returns what was shown and should not have been, by name."""
    poor = []
    kept = {way: shown(judged, days) for way, (judged, days) in ways.items()}
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
    poor = []
    for number, recorded in enumerate(chosen):
        if not (SHARED / recorded.folder).is_dir():
            print(f"{recorded.name}: the recording is not beside this checkout")
            continue
        judged, old = forecasts_of(recorded)
        plain = judged.with_columns(chance="estimate")
        poor += show(
            recorded.name,
            judged,
            {"old": (old, 0), "R9b": (plain, 0), "ours": (judged, FEWEST_FORECAST_DAYS)},
        )
        for way, frame in (("old", old), ("R9b", plain), ("ours", judged)):
            every[way].append(frame.with_columns(pl.col("park_id") + 1000 * number))
    print(
        "\nWithout a gate, all forecasts of all recordings: forecasts, Brier score, constant, error in points"
    )
    raw("all", {way: pl.concat(frames) for way, frames in every.items()})
    print("\nShown by ours, but no better than the constant or off by over 5 points:", *(poor or ["none"]))


if __name__ == "__main__":
    main()
