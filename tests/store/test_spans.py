"""Stored sums of spans: which there are, and that a changed day takes those that hold it away."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import insert, select

from hallofshame.domain.periods import DayRange
from hallofshame.store import derived, spans
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, ParkSpanStats, RideDailyStats, RideSpanStats
from hallofshame.store.reports.sums import ride_sums, stored_days
from store.samples import seed

LAST = dt.date(2026, 3, 10)


def d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_spans_kept_are_those_of_the_rolling_periods_and_what_is_compared_with() -> None:
    assert sorted(spans.kept_spans(LAST)) == [
        DayRange(d("2025-01-01"), d("2025-03-10")),
        DayRange(d("2026-01-10"), d("2026-02-08")),
        DayRange(d("2026-02-01"), d("2026-02-10")),
        DayRange(d("2026-02-09"), d("2026-03-09")),
        DayRange(d("2026-02-25"), d("2026-03-03")),
        DayRange(d("2026-03-04"), d("2026-03-09")),
    ]


@pytest.fixture
def stored(database: Database) -> Database:
    """A park of two rides over 90 days, and one without any day, with all spans stored."""
    seed(database, {1: 2, 2: 1})
    days = [LAST - dt.timedelta(days=back) for back in range(90)]
    parks = {column.name: 0 for column in ParkDailyStats.__table__.columns} | {"windows": "[]"}
    rides = {column.name: 0 for column in RideDailyStats.__table__.columns} | {"eligible": 1}
    with database.write() as connection:
        key = {"park_id": 1, "evidence": "schedule", "metrics_version": 2}
        connection.execute(insert(ParkDailyStats), [{**parks, **key, "day": day} for day in days])
        rows = [
            {**rides, "park_id": 1, "day": day, "ride_id": ride, "open": at + ride, "wait_max": at % 50}
            for at, day in enumerate(days)
            for ride in (1, 2)
        ]
        connection.execute(insert(RideDailyStats), rows)
        derived.sum_up(connection, [(1, day) for day in days])
        assert spans.missing(connection) == [1]
        spans.store(connection, [1])
        assert spans.missing(connection) == []
    return database


def test_a_span_holds_the_sum_of_its_days(stored: Database) -> None:
    with stored.read() as connection:
        span = DayRange(d("2026-02-09"), d("2026-03-09"))
        row = RideSpanStats.__table__
        query = select(row.c.open, row.c.wait_max, row.c.eligible_days).where(
            row.c.ride_id == 2, row.c.period_start == span.start, row.c.period_end == span.end
        )
        assert tuple(connection.execute(query).one()) == (sum(range(1, 30)) + 2 * 29, 29, 29)
        assert ride_sums(connection, {1: span})[2].open == sum(range(1, 30)) + 2 * 29


def test_a_changed_day_takes_the_spans_that_hold_it_away_until_they_are_stored_again(
    stored: Database,
) -> None:
    with stored.write() as connection:
        spans.forget(connection, [(1, d("2026-03-05")), (1, LAST)])
        left = stored_days(connection, [1])[1].spans
        assert left == spans.kept_spans(LAST) - {
            DayRange(d("2026-02-09"), d("2026-03-09")),
            DayRange(d("2026-03-04"), d("2026-03-09")),
        }
        for model in (RideSpanStats, ParkSpanStats):
            table = derived.table_of(model)
            found = connection.execute(select(table.c.period_start, table.c.period_end).distinct())
            assert {DayRange(*row) for row in found} <= left
        assert spans.missing(connection) == [1]
        spans.store(connection, [1])
        assert stored_days(connection, [1])[1].spans == spans.kept_spans(LAST)
