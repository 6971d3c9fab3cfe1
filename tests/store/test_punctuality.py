"""How parks kept their published hours: only what was looked at, on the park's own clocks, past midnight."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import Feed, ScheduleKind, Status
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.store import schedules
from hallofshame.store.database import Database
from hallofshame.store.reports.punctuality import punctuality
from hallofshame.web.wording import hours_words, judged_words
from pipeline.fakes import CADENCE, MONDAY, ROME, TIMEZONES, observe, roll_up, seed_parks, seed_rides

SPRING = dt.date(2026, 3, 29)
"""Clocks go forward in Rome."""


def publish(database: Database, day: dt.date, *hours: tuple[float, float]) -> None:
    """Regular hours of a day in hours after its local midnight."""
    midnight = dt.datetime.fromtimestamp(day_bounds(day, TIMEZONES[ROME])[0], dt.UTC)
    entries = [
        PublishedEntry(
            day,
            ScheduleKind.OPERATING,
            midnight + dt.timedelta(hours=opens),
            midnight + dt.timedelta(hours=closes),
        )
        for opens, closes in hours
    ]
    with database.write() as connection:
        schedules.publish(connection, ROME, entries, 0, day, day)


def looked(
    rides: list[int],
    day: dt.date,
    runs: list[tuple[float, float]],
    looks: list[tuple[float, float]],
    step: int,
) -> pl.DataFrame:
    """Looks at four rides, all of which run in the stretches ``runs`` (hours after local midnight)."""
    start = day_bounds(day, TIMEZONES[ROME])[0]
    rows = []
    for instant in range(start, start + 30 * 3600, step):
        hour = (instant - start) / 3600
        if not any(since <= hour < until for since, until in looks):
            continue
        is_open = any(since <= hour < until for since, until in runs)
        for place, ride in enumerate(rides, start=1):
            status = Status.OPERATING if is_open else Status.CLOSED
            wait = 5 * place + instant // 1800 % 2 if is_open else None
            rows.append((ROME, ride, instant, 0, status, wait, int(Feed.THEMEPARKS_WIKI), False, CADENCE))
    return pl.DataFrame(rows, schema=OBSERVATIONS, orient="row")


def kept(
    database: Database,
    published: list[tuple[float, float]],
    runs: list[tuple[float, float]],
    *,
    looks: list[tuple[float, float]] | None = None,
    every: int = CADENCE,
    day: dt.date = MONDAY,
    as_of: float = 48,
) -> tuple[int | None, int | None] | None:
    """Minutes late and early of one day, known at an hour after its midnight."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie", "Delta")
    publish(database, day, *published)
    observe(database, looked(rides, day, runs, looks or [(0, 30)], every))
    roll_up(database)
    start = day_bounds(day, TIMEZONES[ROME])[0]
    with database.read() as connection:
        found = punctuality(
            connection, ROME, TIMEZONES[ROME], DayRange(day, day), start + int(3600 * as_of)
        ).get(day)
    if found is None:
        return None
    return tuple(None if value is None else value // 60 for value in (found.opened_late, found.closed_early))


@pytest.mark.parametrize(
    ("published", "runs", "more", "expected"),
    [
        pytest.param([(10, 18)], [(10, 18)], {}, (0, 0), id="in time"),
        pytest.param([(10, 18)], [(9.5, 18.5)], {}, (0, 0), id="longer than published"),
        pytest.param([(10, 18)], [(12, 15)], {}, (120, 180), id="late and early"),
        pytest.param([(10, 18)], [], {}, (None, None), id="did not open"),
        pytest.param([(10, 18)], [(12, 15)], {"as_of": 16}, (120, None), id="still open by its hours"),
        pytest.param(
            [(10, 18)], [(8, 18)], {"looks": [(12, 30)]}, (None, 0), id="nobody looked at the opening"
        ),
        pytest.param([(10, 18)], [(10, 18)], {"looks": [(0, 15)]}, (0, None), id="nobody looked at the end"),
        pytest.param(
            [(10, 18)], [(8, 18)], {"looks": [(10, 10.2), (12, 30)]}, (0, 0), id="a hole after the opening"
        ),
        pytest.param(
            [(10, 18)], [(12, 18)], {"looks": [(0, 10.1), (12.05, 30)]}, (None, 0), id="a hole before it"
        ),
        pytest.param([(10, 18)], [(12, 18)], {"every": 2400}, (None, None), id="looks too far apart"),
        pytest.param([(10, 13), (15, 20)], [(11, 13), (15, 19)], {}, (60, 60), id="two windows"),
        pytest.param([(10, 25)], [(10, 25)], {}, (0, 0), id="past midnight"),
        pytest.param([(10, 25)], [(10, 24.25)], {}, (0, 45), id="early past midnight"),
        pytest.param([(10, 25)], [(10, 23)], {}, (0, 120), id="early before midnight"),
        pytest.param([(3, 12)], [(4, 12)], {"day": SPRING}, (60, 0), id="clocks go forward"),
    ],
)
def test_a_day_is_as_late_and_early_as_was_seen(
    sqlite_database: Database,
    published: list[tuple[float, float]],
    runs: list[tuple[float, float]],
    more: dict[str, object],
    expected: tuple[int | None, int | None],
) -> None:
    assert kept(sqlite_database, published, runs, **more) == expected  # type: ignore[arg-type]


def test_a_day_without_published_hours_is_neither(sqlite_database: Database) -> None:
    assert kept(sqlite_database, [], [(10, 18)]) is None


def test_what_is_left_over_from_the_night_is_no_early_opening(sqlite_database: Database) -> None:
    assert kept(sqlite_database, [(10, 18)], [(0, 0.5), (12, 18)]) == (None, 0)


@pytest.mark.parametrize(
    ("late", "early", "words"),
    [
        (None, None, None),
        (0, 1799, None),
        (1800, 0, "opened 30 min late"),
        (7260, None, "opened 2 h late"),
        (None, 10_500, "closed 2 h 55 min early"),
        (7200, 10_800, "opened 2 h late, closed 3 h early"),
    ],
)
def test_the_words_begin_at_half_an_hour(late: int | None, early: int | None, words: str | None) -> None:
    assert hours_words(late, early) == words


@pytest.mark.parametrize(
    ("feed", "by_down", "percent", "words"),
    [
        (None, False, None, None),
        ("themeparks_wiki", True, 0.0, "Judged by breakdowns (ThemeParks.wiki)."),
        (
            "themeparks_wiki",
            True,
            12.3,
            "Judged by breakdowns (ThemeParks.wiki); 12 % of the day came through Queue-Times.com.",
        ),
        (
            "queue_times",
            False,
            0.4,
            "Judged by what ran again after being closed (Queue-Times.com); under 1 % of the day came "
            "through ThemeParks.wiki.",
        ),
        ("archive", True, 0.0, "Judged by breakdowns (the archive of ThemeParks.wiki)."),
    ],
)
def test_a_day_says_how_it_was_judged(
    feed: str | None, by_down: bool, percent: float | None, words: str | None
) -> None:
    assert judged_words(feed, percent, by_down=by_down) == words
