"""R8, R11, R12: every number shown, by hand."""

from __future__ import annotations

import pytest

from hallofshame.metrics.scores import (
    average_wait,
    coverage_percent,
    coverage_to_rank,
    downtime_hours,
    downtime_per_open_hour,
    live_shame_score,
    look_interval_seconds,
    shame_score,
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


@pytest.mark.parametrize("observed", [0, 1798, 1799, 1800, 1801, 3600])
@pytest.mark.parametrize("opened", [0, 1, 3600, 3601])
def test_coverage_to_rank_says_the_same_of_a_place_as_the_coverage(observed: int, opened: int) -> None:
    of_rank, shown = coverage_to_rank(observed, opened), coverage_percent(observed, opened)
    assert unranked_reason(of_rank, 3) == unranked_reason(shown, 3)


def test_hours_down_have_two_decimals() -> None:
    assert downtime_hours(100_200) == 27.83


@pytest.mark.parametrize(
    ("coverage", "rides", "reason"),
    [
        (50.0, 3, None),
        (49.9, 3, "low_coverage"),
        (50.0, 2, "too_few_rides"),
        (10.0, 2, "too_few_rides"),
        (0.0, 3, "low_coverage"),
        (None, 0, "too_few_rides"),
        (None, 3, "not_watched"),
    ],
)
def test_ranked_with_half_coverage_and_three_rides(
    coverage: float | None, rides: int, reason: str | None
) -> None:
    assert unranked_reason(coverage, rides) == reason


def test_only_inferred_days_under_four_hours_keep_a_park_from_its_rank() -> None:
    assert unranked_reason(100.0, 3, 4 * 3600 - 1) == "short_days"
    assert unranked_reason(100.0, 3, 4 * 3600) is None
    assert unranked_reason(100.0, 3) is None
    assert unranked_reason(49.0, 3, 3600) == "low_coverage"


def test_totals_are_compared_per_observed_open_hour() -> None:
    assert downtime_per_open_hour(5400, 6 * 3600) == 15.0
    assert downtime_per_open_hour(0, 0) is None


def test_a_look_every_so_often() -> None:
    assert look_interval_seconds(3600, 12) == 300
    assert look_interval_seconds(3600, 0) is None
    assert look_interval_seconds(0, 3) is None
