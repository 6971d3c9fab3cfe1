"""The one query path for dates: coarse rows or fine ones, the sums are the same (R10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Evidence
from hallofshame.store import spans
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, RideDailyStats
from hallofshame.store.reports.points import add_park_totals, add_ride_totals, park_stretches, ride_stretches
from hallofshame.store.reports.ranges import Grain, GrainRange, StoredDays, decompose, pieces, unit_starts
from hallofshame.store.reports.record import OpenDays, open_days, recorded_days
from hallofshame.store.reports.sums import (
    MANY_KEYS,
    park_sums,
    ride_reliability,
    ride_sums,
    ride_tallies,
    ride_waits,
)
from hallofshame.store.spans import kept_spans
from web.builders import HOUR, World, at, counts_of_day, plain_sum

FIRST, LAST = dt.date(2023, 11, 20), dt.date(2026, 2, 10)
EDGES = [FIRST, LAST, dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 2, 29), dt.date(2024, 12, 31)]

dates = st.one_of(st.dates(FIRST, LAST), st.sampled_from(EDGES))
SPANS = sorted(kept_spans(LAST))
ranges = st.one_of(
    st.tuples(dates, dates).map(lambda pair: DayRange(min(pair), max(pair))),
    st.sampled_from(SPANS),
    st.sampled_from(SPANS).map(lambda span: DayRange(span.start, min(span.end + dt.timedelta(days=1), LAST))),
)


RECORDED = (
    "recorded_days",
    "open_days",
    "open_recorded_days",
    "live_days",
    "archive_days",
    "closed_days",
    "down_days",
)
"""The counts of days in the order of :class:`RecordedDays`."""


def d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days_of(piece: GrainRange) -> list[dt.date]:
    """Every day the rows of a piece stand for."""
    if piece.grain in (Grain.DAY, Grain.SPAN):
        return DayRange(piece.start, piece.end).dates()
    if piece.grain is Grain.WEEK:
        return DayRange(piece.start, piece.end + dt.timedelta(days=6)).dates()
    last = piece.end.replace(month=12, day=31) if piece.grain is Grain.YEAR else _month_end(piece.end)
    return DayRange(piece.start, last).dates()


def _month_end(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def test_a_range_is_read_as_days_months_years_months_days() -> None:
    assert decompose(DayRange(d("2023-11-28"), d("2026-02-03"))) == [
        GrainRange(Grain.DAY, d("2023-11-28"), d("2023-11-30")),
        GrainRange(Grain.MONTH, d("2023-12-01"), d("2023-12-01")),
        GrainRange(Grain.YEAR, d("2024-01-01"), d("2025-01-01")),
        GrainRange(Grain.MONTH, d("2026-01-01"), d("2026-01-01")),
        GrainRange(Grain.DAY, d("2026-02-01"), d("2026-02-03")),
    ]


def test_a_month_short_of_its_last_day_is_read_by_days() -> None:
    assert decompose(DayRange(d("2026-02-01"), d("2026-02-27"))) == [
        GrainRange(Grain.DAY, d("2026-02-01"), d("2026-02-27"))
    ]


def test_what_months_leave_over_is_read_as_weeks_where_they_fit() -> None:
    assert decompose(DayRange(d("2026-01-30"), d("2026-03-12")), weeks=True) == [
        GrainRange(Grain.DAY, d("2026-01-30"), d("2026-01-31")),
        GrainRange(Grain.MONTH, d("2026-02-01"), d("2026-02-01")),
        GrainRange(Grain.DAY, d("2026-03-01"), d("2026-03-01")),
        GrainRange(Grain.WEEK, d("2026-03-02"), d("2026-03-02")),
        GrainRange(Grain.DAY, d("2026-03-09"), d("2026-03-12")),
    ]


def test_a_range_that_reaches_the_last_stored_day_takes_the_running_week_month_and_year_whole() -> None:
    to_the_end, short_of_it = (
        DayRange(d("2026-01-01"), d("2026-02-10")),
        DayRange(d("2026-02-01"), d("2026-02-09")),
    )
    last = {
        park: StoredDays(d(day)) for park, day in {1: "2026-02-10", 2: "2026-02-10", 3: "2026-02-07"}.items()
    }
    week = DayRange(d("2026-02-04"), d("2026-02-10"))
    assert pieces({1: to_the_end, 2: short_of_it, 3: short_of_it, 4: week}, last) == [
        (GrainRange(Grain.YEAR, d("2026-01-01"), d("2026-01-01")), [1]),
        (GrainRange(Grain.DAY, d("2026-02-01"), d("2026-02-01")), [2]),
        (GrainRange(Grain.WEEK, d("2026-02-02"), d("2026-02-02")), [2]),
        (GrainRange(Grain.DAY, d("2026-02-09"), d("2026-02-09")), [2]),
        (GrainRange(Grain.MONTH, d("2026-02-01"), d("2026-02-01")), [3]),
        (GrainRange(Grain.DAY, d("2026-02-04"), d("2026-02-08")), [4]),
        (GrainRange(Grain.WEEK, d("2026-02-09"), d("2026-02-09")), [4]),
    ]


def test_a_range_takes_the_stored_span_that_it_begins_with_and_the_days_after_it() -> None:
    stored = {1: StoredDays(LAST, kept_spans(LAST)), 2: StoredDays(LAST)}
    month = DayRange(d("2026-01-12"), LAST)
    assert pieces({1: month}, stored) == [
        (GrainRange(Grain.SPAN, d("2026-01-12"), d("2026-02-09")), [1]),
        (GrainRange(Grain.DAY, LAST, LAST), [1]),
    ]
    eve = DayRange(d("2026-01-12"), d("2026-02-08"))
    assert pieces({1: eve}, stored) == [(piece, [1]) for piece, _ in pieces({2: eve}, stored)]
    before = DayRange(d("2025-12-13"), d("2026-01-11"))
    assert pieces({1: before}, stored) == [(GrainRange(Grain.SPAN, before.start, before.end), [1])]


@given(ranges, dates)
def test_pieces_hold_the_stored_days_of_the_range_exactly_once(days: DayRange, last: dt.date) -> None:
    found = [day for piece, _parks in pieces({1: days}, {1: StoredDays(last)}) for day in days_of(piece)]
    stored = [day for day in days.dates() if day <= last]
    assert [day for day in found if day <= last] == stored


@given(ranges, st.sampled_from([grain for grain in Grain if grain is not Grain.SPAN]), st.booleans())
def test_pieces_cover_every_day_exactly_once(days: DayRange, coarsest: Grain, weeks: bool) -> None:
    covered = [day for piece in decompose(days, coarsest=coarsest, weeks=weeks) for day in days_of(piece)]
    assert covered == days.dates()


@pytest.fixture(scope="module")
def years(module_database: Database) -> Database:
    """Two parks and three rides over more than two years, with gaps; the same on both databases."""
    world = World()
    for park_id in (1, 2):
        world.park(park_id, f"Park {park_id}")
        for number in range(3):
            world.ride(10 * park_id + number, park_id, f"Ride {park_id}{number}", tier=number + 1)
    for offset, day in enumerate(DayRange(FIRST, LAST).dates()):
        for ride_id in world.rides:
            if (offset * 7 + ride_id * 3) % 5 == 0:
                continue
            lost = (offset * 37 + ride_id * 11) % 900
            begin = at(f"{day} 10:00", "Europe/Rome")
            world.hour(
                ride_id, f"{day}", begin, operating=HOUR - lost, down=lost, wait=(offset + ride_id) % 70
            )
            if (offset + ride_id) % 4 == 0:
                world.idle_day(ride_id, f"{day}")
        world.day(1, f"{day}", [(begin, begin + HOUR)])
        if offset % 6 == 0:
            world.day(2, f"{day}", [], evidence=Evidence.NO_ACTIVITY)
    world.write(module_database)
    module_database.run(lambda connection: spans.store(connection, [1, 2]))
    return module_database


@pytest.mark.slow
def test_sums_of_any_range_are_the_plain_sums_of_its_days(years: Database) -> None:
    with years.read() as connection:
        rides = [row._asdict() for row in connection.execute(select(RideDailyStats.__table__))]
        parks = [row._asdict() for row in connection.execute(select(ParkDailyStats.__table__))]

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
        @given(ranges, ranges)
        def compare(of_one: DayRange, of_two: DayRange) -> None:
            wanted = {1: of_one, 2: of_two}

            def inside(row: dict[str, Any]) -> bool:
                days = wanted[row["park_id"]]
                return bool(days.start <= row["day"] <= days.end)

            rides_inside = [row for row in rides if inside(row)]
            found = ride_sums(connection, wanted)
            assert set(found) == {row["ride_id"] for row in rides_inside}
            for ride_id, totals in found.items():
                own = [row for row in rides_inside if row["ride_id"] == ride_id]
                expected = plain_sum(own)
                assert {name: getattr(totals, name) for name in expected if hasattr(totals, name)} == {
                    name: value for name, value in expected.items() if hasattr(totals, name)
                }
                assert totals.eligible_days == sum(row["eligible"] for row in own)
            some_ids = [11, 12, 20]
            for asked in (some_ids, [*some_ids, *range(1000, 1000 + MANY_KEYS)]):
                # Looked up one by one, and among all rides of the parks.
                assert ride_sums(connection, wanted, asked) == {
                    ride_id: found[ride_id] for ride_id in some_ids if ride_id in found
                }
            fewer = ride_reliability(connection, wanted)
            for some in (fewer, ride_waits(connection, wanted)):
                names = list(next(iter(some.values()))._fields) if some else []
                assert {ride_id: [getattr(of, name) for name in names] for ride_id, of in some.items()} == {
                    ride_id: [getattr(of, name) for name in names] for ride_id, of in found.items()
                }
            for park_id, park_totals in park_sums(connection, wanted).items():
                own = [row for row in parks if inside(row) and row["park_id"] == park_id]
                for name in ("weighted_downtime", "weighted_exposure", "observed", "window_seconds"):
                    assert getattr(park_totals, name) == sum(row[name] for row in own)
                counts = [counts_of_day(row) for row in own]
                assert park_totals.closed_days == sum(count["closed_days"] for count in counts)
                assert list(astuple(recorded_days(connection, wanted)[park_id])) == [
                    sum(count[name] for count in counts) for name in RECORDED
                ]
                opened = open_days(connection, wanted).get(park_id, OpenDays(0, 0, 0))
                assert opened.open == sum(count["open_days"] for count in counts)
                assert opened.inferred == sum(count["inferred_days"] for count in counts)
            for park_id, tally in ride_tallies(connection, wanted).items():
                own_totals = [
                    totals
                    for ride_id, totals in found.items()
                    if ride_id // 10 == park_id and totals.eligible_days > 0
                ]
                assert tally.eligible == len(own_totals)
                assert tally.operating == sum(1 for totals in own_totals if totals.operating > 0)
                assert tally.down == sum(1 for totals in own_totals if totals.downtime > 0)

        compare()


def test_a_year_is_cut_into_the_weeks_it_touches() -> None:
    assert unit_starts(DayRange(d("2025-12-31"), d("2026-01-12")), Grain.WEEK) == [
        d("2025-12-29"),
        d("2026-01-05"),
        d("2026-01-12"),
    ]


@pytest.mark.parametrize(
    ("grain", "first", "points"),
    [
        (Grain.DAY, "2024-02-17", 387),
        (Grain.WEEK, "2024-02-12", 56),
        (Grain.MONTH, "2024-02-01", 14),
        (Grain.YEAR, "2024-01-01", 2),
    ],
)
def test_stretches_of_a_range_add_up_to_its_sum(
    years: Database, grain: Grain, first: str, points: int
) -> None:
    days = DayRange(d("2024-02-17"), d("2025-03-09"))
    with years.read() as connection:
        stretches = park_stretches(connection, 1, days, grain)
        assert min(stretches) == d(first)
        assert len(stretches) == points
        whole = park_sums(connection, {1: days})[1]
        assert add_park_totals(stretches.values()) == whole
        of_ride = ride_stretches(connection, 1, 11, days, grain)
        assert set(of_ride) <= set(unit_starts(days, grain))
        assert add_ride_totals(of_ride.values()) == ride_sums(connection, {1: days}, [11])[11]
