"""Acceptance: recorded days of real parks give the numbers worked out for them beforehand."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from hallofshame.domain.words import Feed
from hallofshame.metrics.compute import compute
from hallofshame.metrics.parkday import ParkDays, compute_park_days
from hallofshame.metrics.stitching import stitch

from .recordings import FIXTURES, inputs_of, queue_times, recorded, themeparks_wiki

GREAT_ADVENTURE_DAY = dt.date(2026, 8, 20)


class Recorded:
    """The computed days of one recording, asked by ride name and local clock."""

    def __init__(self, rows: pl.DataFrame, timezone: str, **how: Any) -> None:
        self.inputs, self.ids = inputs_of(rows, timezone, **how)
        self.zone = ZoneInfo(timezone)
        self.rows: ParkDays = compute_park_days(self.inputs)

    def park_day(self, day: dt.date) -> dict[str, Any]:
        return self.rows.park_days.row(by_predicate=pl.col("day") == day, named=True)

    def ride_days(self, day: dt.date) -> pl.DataFrame:
        return self.rows.ride_days.filter(pl.col("day") == day)

    def ride_day(self, day: dt.date, name: str) -> dict[str, Any]:
        (found,) = (number for ride, number in self.ids.items() if name in ride)
        return self.ride_days(day).row(by_predicate=pl.col("ride_id") == found, named=True)

    def windows(self, day: dt.date) -> list[tuple[int, str, str]]:
        """(seconds, local opening, local closing)."""
        rows = self.rows.windows.filter(pl.col("day") == day).select("start", "end").iter_rows()
        return [(end - start, self._clock(start), self._clock(end)) for start, end in rows]

    def _clock(self, instant: int) -> str:
        return dt.datetime.fromtimestamp(instant, self.zone).strftime("%H:%M")


def great_adventure(rows: pl.DataFrame) -> Recorded:
    return Recorded(
        queue_times(rows),
        "America/New_York",
        cadence_seconds=300,
        feed=Feed.QUEUE_TIMES,
        tells_down=False,
    )


def assert_great_adventure(day: Recorded) -> None:
    date = GREAT_ADVENTURE_DAY
    park, rides = day.park_day(date), day.ride_days(date)
    assert day.windows(date) == [(27_300, "10:40", "18:15")]
    assert park["evidence"] == "activity"
    assert (park["eligible"], park["rides_down"], park["downtime"]) == (44, 15, 56_700)
    assert (rides["downtime"] > 0).sum() == 15
    assert rides["downtime"].sum() == 56_700
    el_toro = day.ride_day(date, "El Toro")
    assert (el_toro["operating"], el_toro["downtime"]) == (16_800, 10_500)
    skull = day.ride_day(date, "Skull Mountain")
    # It closed at 14:25 and did not come back: an early end, as far as this source can tell.
    assert (skull["operating"], skull["downtime"], skull["closed"]) == (13_500, 0, 13_800)
    wonder_woman = day.ride_day(date, "Lasso of Truth")
    assert (wonder_woman["downtime"], wonder_woman["eligible"]) == (0, False)


def test_great_adventure_from_the_shipped_day() -> None:
    assert_great_adventure(great_adventure(pl.read_parquet(FIXTURES / "great_adventure_2026-08-20.parquet")))


def test_great_adventure_outages_lose_what_the_rides_lost() -> None:
    """No flap is possible at 5 minutes, so every second of downtime is in one outage."""
    day = great_adventure(pl.read_parquet(FIXTURES / "great_adventure_2026-08-20.parquet"))
    outages = stitch(day.rows.outage_parts, day.rows.ride_days.clear())
    lost = outages.filter("counted").group_by("ride_id").agg(pl.col("downtime").sum()).sort("ride_id")
    rides = day.ride_days(GREAT_ADVENTURE_DAY).filter(pl.col("downtime") > 0)
    assert lost.rows() == rides.select("ride_id", "downtime").sort("ride_id").rows()
    assert outages["ended_at"].is_not_null().all()


@pytest.mark.recordings
def test_great_adventure_from_the_whole_recording() -> None:
    rows = recorded("qt_six_flags_great_adventure_5min", "snapshots.parquet")
    assert_great_adventure(great_adventure(rows))


@pytest.mark.recordings
def test_tokyo_disneysea_every_48_minutes() -> None:
    rows = recorded("tpw_tokyo_disney_resort", "live_rows.parquet").filter(park_name="Tokyo DisneySea")
    sea = Recorded(
        themeparks_wiki(rows),
        "Asia/Tokyo",
        cadence_seconds=2880,
        feed=Feed.THEMEPARKS_WIKI,
        tells_down=True,
    )
    date = dt.date(2026, 8, 15)
    park = sea.park_day(date)
    assert (park["window_seconds"], park["eligible"]) == (40_997, 30)
    assert len(sea.windows(date)) == 1
    assert sea.ride_day(date, "Aquatopia")["downtime"] == 8_551
    gondolas = sea.ride_day(date, "Venetian Gondolas")
    assert (gondolas["downtime"], gondolas["down"], gondolas["closed"]) == (7_723, 7_723, 28_917)


@pytest.mark.recordings
def test_gardaland_across_midnight_and_a_clock_change() -> None:
    garda = Recorded(
        queue_times(recorded("qt_gardaland_10min", "snapshots.parquet")),
        "Europe/Rome",
        cadence_seconds=900,
        feed=Feed.QUEUE_TIMES,
        tells_down=False,
    )
    # The look at 23:58 stands for 45 minutes; one look alone opens no park after midnight (R4).
    (day,) = garda.windows(dt.date(2025, 11, 1))
    assert day[0] == 36_652
    (bounds,) = garda.inputs.days.filter(day=dt.date(2025, 10, 26)).select("day_start", "day_end").iter_rows()
    assert bounds[1] - bounds[0] == 25 * 3600
    assert garda.park_day(dt.date(2025, 10, 26))["eligible"] > 0


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("folder", "timezone", "cadence"),
    [
        ("qt_six_flags_great_adventure_5min", "America/New_York", 300),
        ("qt_gardaland_10min", "Europe/Rome", 900),
    ],
)
def test_recordings_come_out_the_same_by_either_entry(folder: str, timezone: str, cadence: int) -> None:
    """Real parks that never froze: one batch, or cut to the horizon of the days asked for."""
    rows = queue_times(recorded(folder, "snapshots.parquet"))
    how = {"cadence_seconds": cadence, "feed": Feed.QUEUE_TIMES, "tells_down": False}
    batch = Recorded(rows, timezone, **how)
    assert compute(batch.inputs).rows.ride_days.equals(batch.rows.ride_days)
    assert compute(batch.inputs).rows.outage_parts.equals(batch.rows.outage_parts)
