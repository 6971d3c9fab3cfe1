"""The outside check holds our figures to the API's own, within its budget, and shows both."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import BodyError, BudgetSpentError, FeedError, WindowExceededError
from hallofshame.domain.localtime import day_bounds, from_unix
from hallofshame.domain.readings import DayTold, PublishedEntry
from hallofshame.domain.words import Feed, PollOutcome, RideKind, ScheduleKind
from hallofshame.feeds.base import FeedAnswer, FeedContext
from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
from hallofshame.feeds.parsing import Findings
from hallofshame.metrics.agreement import agreement
from hallofshame.pipeline.agreement import AgreementResult, check_agreement
from hallofshame.pipeline.history_request import HistoryRange
from hallofshame.pipeline.import_history import import_history
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import catalogue, outside, schedules
from hallofshame.store.catalogue import NewExternalId, StoredPark
from hallofshame.store.database import Database
from hallofshame.store.models import OutsideDay
from hallofshame.web.app import create_app
from pipeline.fakes import LOG, MONDAY, NEW_YORK, ROME, TUESDAY, WEDNESDAY, WIKI_IDS, at, hours, seed_parks
from pipeline.test_import_history import api as history
from pipeline.test_import_history import take

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "tpw_history_api"
SPACE_MOUNTAIN = "b2260923-9315-40fd-9c6b-44dd811dbe64"
NOW = FixedClock(at("2026-06-07 12:00"))


class Daily:
    """Tells the same of every ride and day: errors stand in for a park's answer."""

    def __init__(self, operating: int = 416, down: int = 64, unknown: int = 0) -> None:
        self.minutes = 480, operating, down, unknown
        self.errors: dict[str, list[Exception]] = {}
        self.asked: list[tuple[str, dt.date, dt.date]] = []

    def daily(self, park_external_id: str, first: dt.date, last: dt.date) -> tuple[list[DayTold], Findings]:
        self.asked.append((park_external_id, first, last))
        if errors := self.errors.get(park_external_id):
            raise errors.pop()
        park = {external: park for park, external in WIKI_IDS.items()}[park_external_id]
        days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
        told = [
            DayTold(f"{park}-{name}", name, RideKind.ATTRACTION, day, *self.minutes)
            for day in days
            for name in ("Bravo", "Unheard of")
        ]
        return told, Findings()


@pytest.fixture
def recorded(database: Database) -> Database:
    """Two parks from Monday to Wednesday; in each Bravo is down for 64 minutes a day."""
    seed_parks(database, ROME, NEW_YORK)
    open_days = [hours(day, 8, 16) for day in (MONDAY, TUESDAY, WEDNESDAY)]
    with database.write() as connection:
        schedules.publish(connection, ROME, open_days, 0, MONDAY, WEDNESDAY)
    take(database, history(MONDAY, TUESDAY, WEDNESDAY, parks=(ROME, NEW_YORK)))
    Rollup(database, NOW, LOG).run()
    return database


def check(database: Database, source: Daily) -> AgreementResult:
    return check_agreement(database, source, NOW, LOG)


def compared(database: Database) -> dict[tuple[int, dt.date], tuple[int, int]]:
    table = OutsideDay
    with database.read() as connection:
        rows = connection.execute(select(table.park_id, table.day, table.down, table.told_down_minutes))
        return {(park, day): (down, told) for park, day, down, told in rows}


def percent(database: Database) -> float:
    with database.read() as connection:
        row = agreement(outside.compared_days(connection, MONDAY)).row(0, named=True)
    return 100 * float(row["agreeing"]) / float(row["ride_days"])


@pytest.mark.slow
@pytest.mark.both_databases
def test_both_sides_of_every_ride_day_that_both_know_are_kept(recorded: Database) -> None:
    source = Daily()
    result = check(recorded, source)
    assert (result.parks, result.ride_days, result.failed, result.stopped) == (2, 6, 0, None)
    assert source.asked[0] == (WIKI_IDS[ROME], dt.date(2026, 5, 31), WEDNESDAY)
    assert compared(recorded) == {
        (park, day): (3840, 64) for park in (ROME, NEW_YORK) for day in (MONDAY, TUESDAY, WEDNESDAY)
    }
    assert percent(recorded) == 100
    check(recorded, Daily(down=10))
    assert set(compared(recorded).values()) == {(3840, 10)}
    assert percent(recorded) == 0


@pytest.mark.parametrize(
    ("operating", "down", "unknown", "agrees"),
    [(413, 61, 0, True), (412, 64, 0, False), (416, 68, 0, False), (400, 64, 16, True)],
)
def test_three_minutes_beyond_what_is_unknown_agree(
    recorded: Database, operating: int, down: int, unknown: int, agrees: bool
) -> None:
    check(recorded, Daily(operating, down, unknown))
    assert percent(recorded) == (100 if agrees else 0)


def test_the_parks_compared_longest_ago_come_first_and_the_budget_ends_the_night(recorded: Database) -> None:
    first = Daily()
    first.errors[WIKI_IDS[NEW_YORK]] = [BudgetSpentError("spent", wait_seconds=60)]
    result = check(recorded, first)
    assert (result.parks, result.left, result.stopped) == (1, 1, "spent")
    second = Daily()
    check(recorded, second)
    assert [park for park, _, _ in second.asked] == [WIKI_IDS[NEW_YORK], WIKI_IDS[ROME]]


def test_one_parks_refusal_costs_no_other_and_a_floor_is_kept_to(recorded: Database) -> None:
    source = Daily()
    source.errors[WIKI_IDS[ROME]] = [BodyError("nested")]
    source.errors[WIKI_IDS[NEW_YORK]] = [WindowExceededError("early", earliest=TUESDAY)]
    result = check(recorded, source)
    assert (result.parks, result.failed) == (1, 1)
    assert set(compared(recorded)) == {(NEW_YORK, TUESDAY), (NEW_YORK, WEDNESDAY)}
    gone = Daily()
    gone.errors[WIKI_IDS[ROME]] = [FeedError("gone", outcome=PollOutcome.NO_NETWORK)]
    assert check(recorded, gone).stopped == "gone"


def test_the_api_and_the_data_page_show_the_agreement(recorded: Database) -> None:
    site = create_app(recorded, NOW).test_client()
    assert site.get("/api/agreement").json["data"]["summary"] is None
    assert "has been compared yet" in site.get("/data").text
    check(recorded, Daily())
    told = site.get("/api/agreement").json["data"]
    row, _ = told["parks"]
    assert told["summary"] | {"compared_at": None} == {
        "ride_days": 6,
        "agreeing_ride_days": 6,
        "agreement_percent": 100.0,
        "told_operating_hours": 41.6,
        "operating_hours": 41.6,
        "told_down_hours": 6.4,
        "down_hours": 6.4,
        "median_operating_difference_minutes": 0.0,
        "median_down_difference_minutes": 0.0,
        "first_day": "2026-06-01",
        "last_day": "2026-06-03",
        "compared_at": None,
    }
    assert (row["park_slug"], row["agreement_percent"]) == ("park-1", 100.0)
    page = site.get("/data").text
    assert "Do others count the same?" in page
    assert "of 6 ride days agree" in page.replace("\N{NO-BREAK SPACE}", " ")


class Recorded:
    """Answers the recorded day of Space Mountain."""

    def get_json(self, url: str, **_more: Any) -> FeedAnswer:
        name = "daily" if url.endswith("/daily") else "history"
        body = json.loads((RECORDED / f"space_mountain_{name}_2026-09-26.json").read_text())
        return FeedAnswer(body, 200, 1, 1)


def test_the_recorded_day_of_space_mountain_agrees(sqlite_database: Database) -> None:
    if not RECORDED.is_dir():
        pytest.skip("the recorded answers are not beside this checkout")
    database, day, zone = sqlite_database, dt.date(2026, 9, 26), "America/New_York"
    clock = FixedClock(at("2026-09-30 06:00"))
    park = StoredPark(
        park_id=1,
        slug="magic-kingdom",
        name="Magic Kingdom Park",
        timezone=zone,
        primary_feed=int(Feed.THEMEPARKS_WIKI),
        breakdown_signal="down",
    )
    opens = from_unix(day_bounds(day, zone)[0]) + dt.timedelta(hours=7, minutes=30)
    with database.write() as connection:
        catalogue.upsert_parks(connection, [park])
        external = NewExternalId(Feed.THEMEPARKS_WIKI, "park", SPACE_MOUNTAIN, 1)
        catalogue.add_external_ids(connection, [external], 0)
        entry = PublishedEntry(day, ScheduleKind.OPERATING, opens, opens + dt.timedelta(minutes=930), None)
        schedules.publish(connection, 1, [entry], 0, day, day)
    context = FeedContext(Recorded(), clock, logging.getLogger("tests"), "https://feed.test")
    api = HistoryApi(context, HistoryAccess())
    import_history(database, api, clock, LOG, HistoryRange(None, day, day))
    Rollup(database, clock, LOG).run()
    check_agreement(database, api, clock, LOG)
    with database.read() as connection:
        [row] = outside.compared_days(connection, day).to_dicts()
        figures = agreement(outside.compared_days(connection, day)).row(0, named=True)
    assert abs(row["operating"] - 60 * 929) <= 180
    assert (row["told_operating_minutes"], row["told_down_minutes"], row["down"]) == (929, 0, 0)
    assert figures["agreeing"] == figures["ride_days"] == 1
