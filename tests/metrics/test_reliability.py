"""R9: the figures taken from counted outages."""

from __future__ import annotations

from hallofshame.metrics.reliability import outage_statistics


def test_statistics_by_hand() -> None:
    """Ten outages of 1 to 10 minutes in 5 hours of operation: the 9th is the 90th percentile."""
    found = outage_statistics([60 * n for n in (3, 1, 2, 10, 4, 5, 9, 6, 7, 8)], 0, 18_000)
    assert found.count == 10
    assert found.median_seconds == 330.0
    assert found.p90_seconds == 540.0
    assert found.longest_seconds == 600
    assert found.mean_time_between_failures_seconds == 1800.0
    assert found.mean_time_to_recover_seconds == 330.0


def test_statistics_of_one_outage_are_that_outage() -> None:
    found = outage_statistics([900], 0, 3600)
    assert (found.median_seconds, found.p90_seconds, found.longest_seconds) == (900.0, 900.0, 900)
    assert (found.mean_time_between_failures_seconds, found.mean_time_to_recover_seconds) == (3600.0, 900.0)


def test_durations_are_of_those_that_came_back_and_the_others_are_counted_beside_them() -> None:
    found = outage_statistics([600, 1200], 3, 18_000)
    assert (found.count, found.without_duration, found.mean_time_to_recover_seconds) == (5, 3, 900.0)
    assert found.mean_time_between_failures_seconds == 3600.0
    assert outage_statistics([], 2, 7200).mean_time_to_recover_seconds is None


def test_statistics_of_nothing_are_null_but_for_the_count() -> None:
    found = outage_statistics([], 0, 36_000)
    assert found.count == 0
    assert found.mean_time_between_failures_seconds is None
    assert found.median_seconds is None
    assert found.longest_seconds is None
