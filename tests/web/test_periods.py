"""The words for periods and the days they mean (R10, R11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.periods import NAMED_PERIODS, DayRange, Period, PeriodName, Shift, parse_period

TODAY = dt.date(2026, 8, 20)  # a Thursday


def days(start: str, end: str) -> DayRange:
    return DayRange(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


def parse(**given: str) -> Period:
    values = [given.get(name) for name in ("period", "year", "start", "end")]
    return parse_period(*values, today=TODAY)


@pytest.mark.parametrize(
    ("name", "meant", "before"),
    [
        ("today", days("2026-08-20", "2026-08-20"), days("2026-08-19", "2026-08-19")),
        ("yesterday", days("2026-08-19", "2026-08-19"), days("2026-08-18", "2026-08-18")),
        ("last_week", days("2026-08-10", "2026-08-16"), days("2026-08-03", "2026-08-09")),
        ("last_month", days("2026-07-01", "2026-07-31"), days("2026-06-01", "2026-06-30")),
        ("7days", days("2026-08-14", "2026-08-20"), days("2026-08-07", "2026-08-13")),
        ("30days", days("2026-07-22", "2026-08-20"), days("2026-06-22", "2026-07-21")),
        ("this_month", days("2026-08-01", "2026-08-20"), days("2026-07-01", "2026-07-20")),
        ("this_year", days("2026-01-01", "2026-08-20"), days("2025-01-01", "2025-08-20")),
    ],
)
def test_a_named_period_means_these_days_and_is_compared_with_those(
    name: str, meant: DayRange, before: DayRange
) -> None:
    period = parse(period=name)
    assert period.days(TODAY) == meant
    assert period.previous(TODAY) == before


def test_the_default_is_today() -> None:
    assert parse() == Period(PeriodName.TODAY)


def test_a_sunday_still_belongs_to_its_own_week() -> None:
    sunday = dt.date(2026, 8, 23)
    assert parse(period="last_week").days(sunday) == days("2026-08-10", "2026-08-16")


def test_a_past_year_is_whole_and_compared_with_the_whole_year_before() -> None:
    assert parse(year="2024").days(TODAY) == days("2024-01-01", "2024-12-31")
    assert parse(year="2024").previous(TODAY) == days("2023-01-01", "2023-12-31")


def test_the_running_year_is_the_same_by_word_and_by_number() -> None:
    by_word, by_number = parse(period="this_year"), parse(year="2026")
    assert by_word.days(TODAY) == by_number.days(TODAY)
    assert by_word.previous(TODAY) == by_number.previous(TODAY)


def test_leap_day_is_compared_with_the_last_of_february() -> None:
    assert parse(period="this_year").previous(dt.date(2024, 2, 29)) == days("2023-01-01", "2023-02-28")


def test_the_end_of_a_long_month_is_compared_with_the_whole_short_one() -> None:
    assert parse(period="this_month").previous(dt.date(2026, 3, 31)) == days("2026-02-01", "2026-02-28")


@pytest.mark.parametrize(
    ("given", "before", "a_year_before"),
    [
        ({"period": "today"}, days("2026-08-19", "2026-08-19"), days("2025-08-20", "2025-08-20")),
        ({"period": "last_week"}, days("2026-08-03", "2026-08-09"), days("2025-08-10", "2025-08-16")),
        ({"period": "this_month"}, days("2026-07-01", "2026-07-20"), days("2025-08-01", "2025-08-20")),
        ({"year": "2025"}, days("2024-01-01", "2024-12-31"), days("2024-01-01", "2024-12-31")),
        (
            {"start": "2025-02-01", "end": "2025-02-28"},
            days("2025-01-04", "2025-01-31"),
            days("2024-02-01", "2024-02-29"),
        ),
    ],
)
def test_a_shifted_period_means_the_days_it_is_compared_with(
    given: dict[str, str], before: DayRange, a_year_before: DayRange
) -> None:
    period = parse(**given)
    assert replace(period, shift=Shift.PREVIOUS).days(TODAY) == before == period.previous(TODAY)
    assert replace(period, shift=Shift.LAST_YEAR).days(TODAY) == a_year_before


def test_the_month_before_the_last_has_a_month_before_it() -> None:
    shifted = Period(PeriodName.LAST_MONTH, shift=Shift.PREVIOUS)
    assert shifted.previous(TODAY) == days("2026-05-01", "2026-05-31")


def test_dates_of_its_own_may_reach_into_tomorrow_for_it_is_tomorrow_somewhere() -> None:
    period = parse(start="2026-08-01", end="2026-08-21")
    assert period.days(TODAY) == days("2026-08-01", "2026-08-21")
    assert period.previous(TODAY) == days("2026-07-11", "2026-07-31")


@pytest.mark.parametrize(
    ("given", "parameter", "words"),
    [
        ({"period": "fortnight"}, "period", "'fortnight'"),
        ({"period": "year"}, "period", "'year'"),
        ({"year": "26"}, "year", "'26'"),
        ({"year": "1999"}, "year", "2000 to 2027"),
        ({"year": "2028"}, "year", "2000 to 2027"),
        ({"year": "٢٠٢٥"}, "year", "four digits"),
        ({"start": "2026-08-01"}, "end", "end is missing"),
        ({"end": "2026-08-01"}, "start", "start is missing"),
        ({"start": "2026-02-30", "end": "2026-03-01"}, "start", "'2026-02-30' is no date"),
        ({"start": "20260201", "end": "2026-03-01"}, "start", "YYYY-MM-DD"),
        ({"start": "2026-03-02", "end": "2026-03-01"}, "end", "before start"),
        ({"start": "2026-08-01", "end": "2026-08-22"}, "end", "2026-08-21"),
        ({"start": "1999-12-31", "end": "2026-08-01"}, "start", "2000-01-01"),
        ({"start": "2001-01-01", "end": "2026-08-01"}, "end", "20 years"),
        ({"period": "today", "year": "2025"}, "period", "one or the other"),
        ({"year": "2025", "start": "2025-01-01", "end": "2025-01-02"}, "year", "not both"),
    ],
)
def test_a_refusal_names_the_parameter_and_what_it_takes(
    given: dict[str, str], parameter: str, words: str
) -> None:
    with pytest.raises(PeriodError) as refusal:
        parse(**given)
    assert refusal.value.parameter == parameter
    assert words in str(refusal.value)


@given(today=st.dates(dt.date(2001, 1, 1), dt.date(2060, 12, 31)), name=st.sampled_from(NAMED_PERIODS))
def test_the_previous_period_ends_before_this_one_begins(today: dt.date, name: PeriodName) -> None:
    period = Period(name)
    assert period.previous(today).end < period.days(today).start <= period.days(today).end <= today


@given(today=st.dates(dt.date(2001, 1, 1), dt.date(2060, 12, 31)), name=st.sampled_from(NAMED_PERIODS))
def test_the_query_of_a_period_asks_for_it_again(today: dt.date, name: PeriodName) -> None:
    asked = Period(name).query
    assert parse_period(asked["period"], None, None, None, today=today) == Period(name)
