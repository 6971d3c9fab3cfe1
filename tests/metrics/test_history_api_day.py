"""A day of ThemeParks.wiki's history API, computed by the kernel, against the API's own daily row."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from hallofshame.domain.localtime import day_bounds, from_unix, to_unix
from hallofshame.domain.words import Feed, Origin
from hallofshame.feeds.parsing import Findings
from hallofshame.feeds.themeparks_wiki_history import clip, parse_history
from hallofshame.metrics.compute import compute
from hallofshame.metrics.frames import OBSERVATIONS
from metrics.recordings import SHARED, inputs_of

FOLDER = SHARED / "tpw_history_api"
DAY = dt.date(2026, 9, 26)
ZONE = "America/New_York"

TOLERANCE_SECONDS = 180
"""The API books up to about two minutes less than the sum of the intervals (its README)."""


def answer(name: str) -> dict[str, Any]:
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"{path.name} is not beside this checkout (looked in ../shared/data)")
    body: dict[str, Any] = json.loads(path.read_text())
    return body


@pytest.fixture(scope="module")
def ride_day() -> dict[str, Any]:
    start, end = day_bounds(DAY, ZONE)
    found = Findings()
    changes, _ = parse_history(answer("space_mountain_history_2026-09-26.json"), found)
    assert found.as_tuple() == ()
    events = clip(changes, from_unix(start), from_unix(end))
    rows = pl.DataFrame(
        {
            "name": [change.name for change in events],
            "at": [to_unix(change.at) for change in events],
            "status": [None if change.status is None else change.status.value for change in events],
            "wait": [change.wait_minutes for change in events],
        }
    )
    inputs, _ = inputs_of(rows, ZONE, cadence_seconds=0, feed=Feed.ARCHIVE, tells_down=True)
    log = inputs.observations.with_columns(
        origin=pl.lit(Origin.ARCHIVE.value), cadence_seconds=pl.lit(None)
    ).cast(OBSERVATIONS)
    computed = compute(replace(inputs, observations=log)).rows
    [row] = computed.ride_days.filter(pl.col("day") == DAY).to_dicts()
    return row


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    [day] = answer("space_mountain_daily_2026-09-26.json")["days"]
    return dict(day["inParkHours"])


def test_the_ride_operated_for_as_long_as_the_api_says(
    ride_day: dict[str, Any], said: dict[str, Any]
) -> None:
    assert abs(ride_day["operating"] - 60 * said["operatingMinutes"]) <= TOLERANCE_SECONDS
    assert ride_day["downtime"] == 60 * said["downMinutes"] == 0


def test_its_average_wait_is_weighted_by_time_as_the_apis_is(
    ride_day: dict[str, Any], said: dict[str, Any]
) -> None:
    average = ride_day["wait_sum"] / ride_day["wait_known"]
    assert average == pytest.approx(said["standby"]["mean"], abs=0.6)
    assert ride_day["wait_max"] == said["standby"]["max"]


def test_the_state_at_the_start_of_the_day_counts_until_the_first_change(ride_day: dict[str, Any]) -> None:
    until_closing, until_next_night = 63, 55_811
    assert ride_day["operating"] == until_closing + until_next_night
