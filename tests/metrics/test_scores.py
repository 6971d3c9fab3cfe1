"""R8, R11, R12: every number shown, by hand."""

from __future__ import annotations

import pytest

from hallofshame.metrics.scores import (
    average_wait,
    change_of,
    coverage_percent,
    downtime_hours,
    is_listed_change,
    live_shame_score,
    shame_score,
    trend_points,
    unranked_reason,
    uptime_percent,
)


def test_score_is_ten_times_the_weighted_share_lost() -> None:
    assert shame_score(3 * 3600, 9 * 3600) == 3.33


def test_score_has_two_decimals() -> None:
    assert shame_score(1, 3000) == 0.0
    assert shame_score(1, 1999) == 0.01


@pytest.mark.parametrize(("down", "score"), [(0, 0.0), (100, 10.0)])
def test_score_reaches_both_ends_of_its_scale(down: int, score: float) -> None:
    assert shame_score(down, 100) == score


def test_score_without_exposure_is_no_data() -> None:
    assert shame_score(0, 0) is None


def test_live_score_is_the_weight_down_over_the_weight_of_e() -> None:
    """A flagship of weight 3 down in a park of weight 12."""
    assert live_shame_score(3, 12) == 2.5
    assert live_shame_score(0, 12) == 0.0
    assert live_shame_score(0, 0) is None


def test_uptime_leaves_out_what_is_neither_operation_nor_downtime() -> None:
    assert uptime_percent(3 * 3600, 3600) == 75.0
    assert uptime_percent(0, 3600) == 0.0
    assert uptime_percent(0, 0) is None


def test_average_wait_is_weighted_by_seconds() -> None:
    assert average_wait(10 * 3600 + 40 * 7200, 10_800, 40) == 30.0


@pytest.mark.parametrize(("known", "highest"), [(0, None), (3600, None), (3600, 0)])
def test_no_wait_above_zero_posted_is_no_data(known: int, highest: int | None) -> None:
    assert average_wait(0, known, highest) is None


def test_coverage_is_observed_over_open_time() -> None:
    assert coverage_percent(1800, 3600) == 50.0
    assert coverage_percent(0, 3600) == 0.0
    assert coverage_percent(0, 0) is None


def test_hours_down_have_two_decimals() -> None:
    assert downtime_hours(100_200) == 27.83


def test_trend_is_the_difference_of_uptimes_in_points() -> None:
    assert trend_points(92.5, 98.0, 100.0, 50.0) == -5.5


@pytest.mark.parametrize(("coverage", "before"), [(49.9, 100.0), (100.0, 49.9), (None, 100.0), (100.0, None)])
def test_trend_needs_half_coverage_of_both_periods(coverage: float | None, before: float | None) -> None:
    assert trend_points(92.5, 98.0, coverage, before) is None


def test_a_change_is_the_difference_of_two_shown_numbers() -> None:
    assert change_of(1.25, 0.5, 50.0, 50.0) == 0.75
    assert change_of(0.3, 0.1, 100.0, 100.0) == 0.2


@pytest.mark.parametrize(("coverage", "before"), [(49.9, 100.0), (100.0, 49.9), (None, 100.0), (100.0, None)])
def test_a_change_needs_half_coverage_of_both_ranges(coverage: float | None, before: float | None) -> None:
    assert change_of(1.0, 2.0, coverage, before) is None


def test_a_change_needs_both_numbers() -> None:
    assert change_of(None, 2.0, 100.0, 100.0) is None
    assert change_of(1.0, None, 100.0, 100.0) is None


@pytest.mark.parametrize(
    ("points", "listed"), [(5.0, True), (4.9, False), (-5.0, True), (-4.9, False), (0.0, False)]
)
def test_changes_of_five_points_are_listed(points: float, listed: bool) -> None:
    assert is_listed_change(points) is listed


def test_trend_needs_both_uptimes() -> None:
    assert trend_points(None, 98.0, 100.0, 100.0) is None
    assert trend_points(98.0, None, 100.0, 100.0) is None


@pytest.mark.parametrize(
    ("coverage", "rides", "reason"),
    [
        (50.0, 3, None),
        (49.9, 3, "low_coverage"),
        (50.0, 2, "too_few_rides"),
        (10.0, 2, "too_few_rides"),
        (0.0, 3, "low_coverage"),
        (None, 0, "no_data"),
    ],
)
def test_ranked_with_half_coverage_and_three_rides(
    coverage: float | None, rides: int, reason: str | None
) -> None:
    assert unranked_reason(coverage, rides) == reason
