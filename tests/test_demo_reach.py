"""The record of the demonstration reaches back so far that its pages of months and years are full."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hallofshame.clock import FixedClock
from hallofshame.demo import DATABASE_FILE, Demo, Progress
from hallofshame.demo_parks import recorded_parks
from hallofshame.demo_reach import RECORD_DAYS, first_day
from hallofshame.replay import load_tapes
from hallofshame.settings import Settings
from hallofshame.store.database import Database
from hallofshame.web.app import create_app

NOW = dt.datetime(2026, 2, 3, 17, 0, tzinfo=dt.UTC)
"""Noon in Florida. Early in a year, when the record is shortest."""

THIS_YEAR, LAST_YEAR = 2026, 2025
LONG = ("64", "334")
GREAT_ADVENTURE = "37"
ISLANDS, EPIC_UNIVERSE = "universal-islands-of-adventure", "epic-universe"
PERIODS = ("yesterday", "last_week", "last_month", "7days", "30days", "this_month", "this_year")


def test_the_record_of_two_parks_reaches_back_thirteen_months_on_every_day_of_the_year() -> None:
    parks = recorded_parks(load_tapes(), Settings(_env_file=None))
    for today in (dt.date(2026, 11, 27), dt.date(2027, 1, 1), dt.date(2027, 12, 31), dt.date(2028, 2, 29)):
        reaches = [today - first_day(park.tapes, today) for park in parks]
        assert sum(reach >= dt.timedelta(days=400) for reach in reaches) >= 2
        assert all(reach >= dt.timedelta(days=RECORD_DAYS) for reach in reaches)


@contextmanager
def silent(_label: str) -> Iterator[Progress]:
    yield lambda _done, _total: None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a demonstration of two parks with long recordings and one with hours of its operator."""
    folder = tmp_path_factory.mktemp("reach")
    tapes = [tape for tape in load_tapes() if tape.info.park_external_id in (*LONG, GREAT_ADVENTURE)]
    with Demo(Settings(_env_file=None, data=folder, port=0), tapes=tapes, clock=FixedClock(NOW)) as show:
        assert show.prepare(threading.Event(), silent)
    database = Database(f"sqlite:///{folder / DATABASE_FILE}")
    yield create_app(database, FixedClock(NOW)).test_client()
    database.dispose()


pytestmark = pytest.mark.enable_socket


def data(site: Any, path: str) -> Any:
    answer = site.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["data"]


@pytest.mark.slow
@pytest.mark.parametrize("year", [THIS_YEAR, LAST_YEAR])
def test_no_award_is_empty(site: Any, year: int) -> None:
    categories = data(site, f"/api/awards?year={year}")["categories"]
    assert len(categories) > 5
    empty = [category["slug"] for category in categories if not category["winners"]]
    if "most-improved-parks" in empty:
        # Few parks have half of the days of two years (R11): nobody is called improved without them.
        parks = data(site, f"/api/parks/downtime?year={year}&limit=200")["parks"]
        assert [park["park_name"] for park in parks if (park["trend_points"] or 0) > 0] == []
        empty.remove("most-improved-parks")
    assert empty == []


@pytest.mark.slow
@pytest.mark.parametrize("period", [*(f"period={name}" for name in PERIODS), f"year={LAST_YEAR}"])
def test_every_comparison_has_a_period_before(site: Any, period: str) -> None:
    rows = {row["park_slug"]: row for row in data(site, f"/api/parks/downtime?{period}")}
    for slug in (ISLANDS, EPIC_UNIVERSE):
        assert rows[slug]["rank"] is not None, slug
        assert rows[slug]["trend_points"] is not None, slug
    for against in ("previous", "last_year"):
        compared = data(site, f"/api/compare?parks={ISLANDS},{EPIC_UNIVERSE}&{period}&against={against}")
        changes = [row["change"] for row in compared["rows"]]
        assert len(changes) == 2
        assert None not in [change[name] for change in changes for name in change], against


@pytest.mark.slow
@pytest.mark.parametrize(("grain", "full"), [("day", 365), ("week", 53), ("month", 12)])
def test_last_years_calendar_and_months_are_full(site: Any, grain: str, full: int) -> None:
    series = data(site, f"/api/parks/{ISLANDS}/series?grain={grain}&year={LAST_YEAR}")
    known = [point for point in series["points"] if point["shame_score"] is not None]
    assert len(series["points"]) == full
    # A recorded day that was looked at three times, once while rides ran, opens no park (R4); it comes again.
    assert full - 5 <= len(known) <= full


@pytest.mark.slow
def test_hours_that_no_feed_tells_are_there_for_past_days_and_days_to_come(site: Any) -> None:
    ahead = data(site, "/api/parks/six-flags-great-adventure/schedule")
    assert len({entry["date"] for entry in ahead}) >= 4
