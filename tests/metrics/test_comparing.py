"""What may be compared, and by how much it differs (R11)."""

from __future__ import annotations

import pytest

from hallofshame.metrics.comparing import (
    WatchedStretch,
    change_of,
    incomparable_reason,
    is_listed_change,
    trend_points,
    uptime_change,
)

WHOLE = WatchedStretch(observed=3600, open=3600, recorded_days=30, days=30)


@pytest.mark.parametrize(
    ("watched", "reason"),
    [
        (WHOLE, None),
        (WatchedStretch(1800, 3600, 15, 30), None),
        (WatchedStretch(1790, 3600, 30, 30), "low_coverage"),
        (WatchedStretch(3600, 3600, 14, 30), "few_days"),
        (WatchedStretch(3600, 3600, 6, 30), "few_days"),
        (WatchedStretch(0, 3600, 0, 30), "not_watched"),
        (WatchedStretch(0, 3600, 30, 30), "not_watched"),
        (WatchedStretch(0, 0, 30, 30), "closed"),
        (WatchedStretch(0, 0, 14, 30), "few_days"),
        (WatchedStretch(0, 0, 0, 30), "not_watched"),
        (None, "not_watched"),
    ],
)
def test_both_stretches_need_half_of_their_time_and_of_their_days(
    watched: WatchedStretch | None, reason: str | None
) -> None:
    assert incomparable_reason(watched, WHOLE) == reason
    assert incomparable_reason(WHOLE, watched) == (reason and f"{reason}_before")


def test_what_is_lacking_now_is_said_first() -> None:
    assert incomparable_reason(None, None) == "not_watched"


def test_the_change_of_uptime_is_that_of_the_counters() -> None:
    # 99.94 % against 94.96 %: shown as 99.9 and 95.0, which differ by 4.9; the counters by 4.98.
    change = uptime_change(9994, 6, 9496, 504)
    assert change == 4.98
    assert trend_points(change) == 5.0
    assert not is_listed_change(change)


def test_a_change_of_five_points_is_listed_to_the_second() -> None:
    change = uptime_change(95, 5, 90, 10)
    assert change == 5.0
    assert is_listed_change(change)
    assert is_listed_change(-change)
    assert not is_listed_change(4.99)


def test_no_change_without_time_due() -> None:
    assert uptime_change(0, 0, 90, 10) is None
    assert uptime_change(90, 10, 0, 0) is None
    assert trend_points(None) is None


def test_a_change_is_the_difference_of_two_shown_numbers() -> None:
    assert change_of(0.3, 0.1) == 0.2
    assert change_of(None, 2.0) is None
    assert change_of(1.0, None) is None


def test_no_change_has_no_sign() -> None:
    assert str(trend_points(-0.02)) == "0.0"
