"""What chances were worth, in the API and on the data page; and the gate that keeps poor ones off the board
(R9b)."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.metrics.calibration import SCORES, TENTHS
from hallofshame.metrics.chances import EVIDENCE
from hallofshame.metrics.corrections import CORRECTIONS
from hallofshame.store import chances
from hallofshame.store.data_version import bump
from hallofshame.store.database import Database
from hallofshame.store.models import ParkActivitySnapshot, ParkSchedule
from hallofshame.web.app import create_app
from hallofshame.web.wording import CHANCE_REASONS
from support.readers import reader_of
from web.builders import World
from web.conftest import SEEN_AT, TODAY, Api

GOOD = (500, 400, 30, 0.1, 0.2, 0.02, 0.03, 0.08)
"""Moments, forecasts, days, Brier score, that of the constant, calibration error, its upper bound, and the
lower bound of the gain."""


def replayed(
    database: Database,
    reasons: tuple[str | None, ...] = (None, None, None),
    *,
    since_opening: bool = False,
    outages: int = 200,
) -> None:
    """A replay of park 1 by which half of the outages lasted 70 minutes and half 80."""
    evidence = pl.DataFrame(
        [(1, 9, False, minutes, "reopened", outages // 2) for minutes in (70, 80)],
        schema=EVIDENCE,
        orient="row",
    )
    scores = pl.DataFrame(
        [
            (1, since_opening, horizon, *GOOD, reason)
            for horizon, reason in zip((15, 30, 60), reasons, strict=True)
        ],
        schema=SCORES,
        orient="row",
    )
    tenths = pl.DataFrame(
        [(1, since_opening, 15, tenth, 200, 200 * (tenth + 0.5) / 10, 20 * tenth) for tenth in (0, 5)],
        schema=TENTHS,
        orient="row",
    )
    with database.write() as connection:
        chances.write_park(
            connection, 1, evidence, scores, tenths, pl.DataFrame(schema=CORRECTIONS), SEEN_AT - 3600
        )
        chances.write_everywhere(connection, evidence, [1])
        bump(connection, None)


@pytest.fixture
def site(sqlite_database: Database, world: World, clock: FixedClock) -> Any:
    """The API of the world; its ride that is down has lost an hour."""
    for at in (SEEN_AT - 300, SEEN_AT):
        counts = dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), 0)
        world.rows.append(
            (
                ParkActivitySnapshot,
                {"park_id": 1, "observed_at": at, "feed": 1, "cadence_seconds": 300, **counts},
            )
        )
    world.write(sqlite_database, SEEN_AT)
    return reader_of(create_app(sqlite_database, clock))


def down(site: Any) -> dict[str, Any]:
    [row] = Api(site)("/outages/now")["data"]["down"]
    found: dict[str, Any] = row
    return found


def test_the_board_shows_what_proved_good(sqlite_database: Database, site: Any) -> None:
    replayed(sqlite_database)
    row = down(site)
    # An hour gone: 100 of 200 come back within 15 minutes, the others within 30.
    assert [row[f"chance_{minutes}_percent"] for minutes in (15, 30, 60)] == [50, 99, 99]
    assert [row[f"chance_{minutes}_reason"] for minutes in (15, 30, 60)] == [None] * 3
    assert "<b>50%</b>" in site.get("/now").text.replace("\N{NO-BREAK SPACE}", "")


def test_the_feed_says_the_chances_of_what_is_down_and_why_others_are_not_shown(
    sqlite_database: Database, site: Any
) -> None:
    replayed(sqlite_database, (None, None, "off"))
    entry = site.get("/api/parks/1/outages.atom").text
    assert "Chance to run again, as of 13:58 CEST: 50 % within 15 min, 99 % within 30 min." in entry
    assert "No chance within 60 min is shown: tried out on its park's past outages, it may be off" in entry
    row = down(site)
    assert (row["chance_15_percent"], row["chance_30_percent"]) == (50, 99), "as the board says"


@pytest.mark.parametrize("reason", ["few_forecasts", "no_better", "off"])
def test_what_proved_poor_is_not_shown_anywhere_and_the_reason_is(
    sqlite_database: Database, site: Any, reason: str
) -> None:
    replayed(sqlite_database, (None, reason, reason))
    row = down(site)
    assert [row[f"chance_{minutes}_percent"] for minutes in (15, 30, 60)] == [50, None, None]
    assert [row[f"chance_{minutes}_reason"] for minutes in (15, 30, 60)] == [None, reason, reason]
    page = site.get("/now").text
    assert f"30, 60&nbsp;min not shown: {CHANCE_REASONS[reason]}".replace("'", "&#39;") in page


def test_the_gate_is_that_of_the_class(sqlite_database: Database, site: Any) -> None:
    """Its chances after the opening proved good; that says nothing of a ride that had run."""
    replayed(sqlite_database, since_opening=True)
    assert down(site)["chance_15_reason"] == "no_replay"


def test_few_outages_give_no_chance_behind_an_open_gate(sqlite_database: Database, site: Any) -> None:
    replayed(sqlite_database, outages=18)
    assert down(site)["chance_15_reason"] == "few_outages"


def test_a_park_that_is_looked_at_seldom_gives_no_short_chance(sqlite_database: Database, site: Any) -> None:
    replayed(sqlite_database)
    with sqlite_database.write() as connection:
        connection.execute(
            ParkActivitySnapshot.__table__.update().values(cadence_seconds=1200)  # type: ignore[attr-defined]
        )
        bump(connection, None)
    row = down(site)
    assert (row["chance_15_reason"], row["chance_30_percent"]) == ("seldom_looked", 99)


def test_no_chance_outlasts_the_close_of_the_park(
    sqlite_database: Database, world: World, clock: Any
) -> None:
    # The published hours of the day end 10 minutes after the look.
    for model, row in world.rows:
        if model is ParkSchedule and row["park_id"] == 1 and row["date"].isoformat() == TODAY:
            row["closes_at"] = SEEN_AT + 600
    counts = dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), 0)
    world.rows.append(
        (
            ParkActivitySnapshot,
            {"park_id": 1, "observed_at": SEEN_AT, "feed": 1, "cadence_seconds": 300, **counts},
        )
    )
    world.write(sqlite_database, SEEN_AT)
    replayed(sqlite_database)
    row = down(create_app(sqlite_database, clock).test_client())
    # An hour gone, ten minutes left: those of 70 minutes are just in time.
    assert row["chance_60_percent"] == row["chance_15_percent"] == 50


def test_the_report_gives_every_class_and_the_whole(sqlite_database: Database, site: Any) -> None:
    replayed(sqlite_database, (None, "off", None))
    data = Api(site)("/calibration")["data"]
    assert data["replayed_at"] == "2026-08-20T10:58:00Z"
    assert data["replay_days"] == 90
    assert [(row["horizon_minutes"], row["is_shown"], row["reason"]) for row in data["parks"]] == [
        (15, True, None),
        (30, False, "off"),
        (60, True, None),
    ]
    [first] = [row for row in data["parks"] if row["horizon_minutes"] == 15]
    assert (first["park_name"], first["outage_class"]) == ("Gardaland", "after_running")
    assert (first["brier_score"], first["constant_brier_score"]) == (0.1, 0.2)
    assert first["calibration_error_points"] == 2.0
    assert (first["calibration_error_upper_points"], first["brier_gain_lower"]) == (3.0, 0.08)
    whole = {(row["outage_class"], row["horizon_minutes"], row["shown"]): row for row in data["summary"]}
    assert len(whole) == 12
    assert whole["after_running", 15, True]["forecasts"] == 400
    assert whole["after_running", 30, True]["forecasts"] == 0
    assert whole["after_running", 30, False]["forecasts"] == 400
    assert whole["after_running", 15, False]["bins"] == [
        {
            "from_percent": 0,
            "to_percent": 10,
            "forecasts": 200,
            "mean_chance_percent": 5.0,
            "reopened": 0,
            "reopened_percent": 0.0,
        },
        {
            "from_percent": 50,
            "to_percent": 60,
            "forecasts": 200,
            "mean_chance_percent": 55.0,
            "reopened": 100,
            "reopened_percent": 50.0,
        },
    ]


def test_the_data_page_draws_the_same_figures(sqlite_database: Database, site: Any) -> None:
    before = site.get("/data").text
    assert "have not been tried out yet" in before
    replayed(sqlite_database)
    page = site.get("/data").text
    section = page[page.index('id="chances"') : page.index('id="coverage"')]
    assert section.count('<th scope="row">Stopped after it had run') == 6
    for figure in ("0.100", "0.200", "Gardaland", "3 of 3 kinds"):
        assert figure in section, figure


def test_the_report_takes_the_filters_and_is_a_table_too(sqlite_database: Database, site: Any) -> None:
    replayed(sqlite_database)
    assert Api(site)("/calibration", chain="Disney")["data"]["parks"] == []
    table = site.get("/api/calibration?format=csv&table=parks").text
    assert (
        table.splitlines()[0].startswith("\N{BYTE ORDER MARK}park_id") or "park_id" in table.splitlines()[0]
    )
    assert len(table.splitlines()) == 4
