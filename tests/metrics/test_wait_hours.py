"""When queues are short: hours in the order of a day, usual ones, and three in a row with the least wait."""

from __future__ import annotations

import pytest

from hallofshame.metrics.wait_hours import (
    PostedHour,
    Stretch,
    in_order_of_day,
    quietest_and_busiest,
    usual_hours,
)


def posted(hour: int, wait: int, *, seconds: int = 100, ride_days: int = 10) -> PostedHour:
    return PostedHour(hour, wait * seconds, seconds, wait, ride_days)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([], []),
        ([12], [12]),
        ([11, 9, 10, 9], [9, 10, 11]),
        ([0, 2, 3, 9, 23], [3, 9, 23, 0, 2]),
        (list(range(24)), [*range(3, 24), 0, 1, 2]),
    ],
)
def test_hours_after_midnight_end_the_day_before(hours: list[int], expected: list[int]) -> None:
    assert in_order_of_day(hours) == expected


def test_hours_that_few_rides_or_days_have_are_not_usual() -> None:
    hours = [posted(8, 5, ride_days=9), posted(9, 20, ride_days=10), posted(0, 1, ride_days=1)]
    assert [hour.hour for hour in usual_hours(hours, 20)] == [9]
    assert usual_hours([posted(9, 0, ride_days=0)], 0) == []


def test_averages_are_weighted_by_the_time_for_which_waits_were_known() -> None:
    hours = [posted(9, 10), posted(10, 40, seconds=200), posted(11, 10), posted(12, 90)]
    assert quietest_and_busiest(hours) == (Stretch(9, 12, 25.0), Stretch(10, 13, 45.0))


def test_of_equal_stretches_the_earlier_is_told() -> None:
    hours = [posted(hour, 10) for hour in (9, 10, 11, 12)]
    assert quietest_and_busiest(hours) == (Stretch(9, 12, 10.0), Stretch(9, 12, 10.0))


def test_a_stretch_crosses_midnight_but_no_gap() -> None:
    hours = [posted(18, 9), posted(19, 9), posted(21, 30), posted(22, 20), posted(23, 10), posted(0, 1)]
    assert quietest_and_busiest(hours) == (Stretch(22, 1, 10.3), Stretch(21, 0, 20.0))


@pytest.mark.parametrize("hours", [[], [9, 10, 11], [9, 10, 12, 13], [9, 11, 13, 15, 17]])
def test_where_there_is_nothing_to_choose_between_no_hours_are_told(hours: list[int]) -> None:
    assert quietest_and_busiest([posted(hour, 10) for hour in hours]) is None


def test_hours_in_which_all_waits_were_zero_are_no_quiet_ones() -> None:
    hours = [posted(hour, 0) for hour in (9, 10, 11)] + [posted(hour, 10) for hour in (12, 13, 14, 15)]
    found = quietest_and_busiest(hours)
    assert found is not None
    assert found[0] == Stretch(10, 13, 3.3)
