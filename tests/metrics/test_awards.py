"""Who may win an award, and who does, by hand."""

from __future__ import annotations

import pytest

from hallofshame.metrics.awards import AwardEntry, Winner, YearRecord, has_queue, left_out, qualifies, winners


@pytest.mark.parametrize(
    ("record", "may_win"),
    [
        (YearRecord(coverage=50.0, open_days=20, rides=3), True),
        (YearRecord(coverage=49.9, open_days=20, rides=3), False),
        (YearRecord(coverage=None, open_days=20, rides=3), False),
        (YearRecord(coverage=100.0, open_days=19, rides=3), False),
        (YearRecord(coverage=100.0, open_days=200, rides=2), False),
        (YearRecord(coverage=100.0, open_days=20), True),
        (None, False),
    ],
)
def test_a_record_of_a_tenth_of_two_hundred_days_is_enough(record: YearRecord | None, may_win: bool) -> None:
    assert qualifies(record, best_open_days=200) is may_win


def test_a_tenth_of_an_odd_number_of_days_is_rounded_up() -> None:
    assert qualifies(YearRecord(100.0, 20, 3), best_open_days=201) is False
    assert qualifies(YearRecord(100.0, 21, 3), best_open_days=201) is True


def test_nobody_wins_a_year_without_a_record() -> None:
    assert qualifies(YearRecord(100.0, 0, 3), best_open_days=0) is False


@pytest.mark.parametrize(("seen_days", "may_win"), [(40, True), (41, False)])
def test_a_ride_that_ran_on_fewer_than_half_of_its_days_is_not_in_service(
    seen_days: int, may_win: bool
) -> None:
    assert qualifies(YearRecord(100.0, 20, seen_days=seen_days), best_open_days=200) is may_win


@pytest.mark.parametrize(("queue_days", "queues"), [(0, False), (9, False), (10, True), (19, True)])
def test_a_ride_has_a_queue_that_had_one_on_half_of_its_days(queue_days: int, queues: bool) -> None:
    assert has_queue(YearRecord(100.0, 19, queue_days=queue_days)) is queues


def test_a_ride_that_never_ran_has_no_queue() -> None:
    assert has_queue(YearRecord(None, 0)) is False


SCORES = [
    AwardEntry(1, 0.8, 100),
    AwardEntry(2, 1.5, 100),
    AwardEntry(3, None, 100),
    AwardEntry(4, 0.8, 120),
    AwardEntry(5, 0.2, 50),
]


def test_equals_share_a_place_and_the_longer_record_is_named_first() -> None:
    assert winners(SCORES, highest_first=True, limit=5) == [
        Winner(2, 1),
        Winner(4, 2),
        Winner(1, 2),
        Winner(5, 4),
    ]


def test_the_lowest_can_win_too() -> None:
    assert winners(SCORES, highest_first=False, limit=2) == [Winner(5, 1), Winner(4, 2)]


def test_without_entries_there_are_no_winners() -> None:
    assert winners([], highest_first=True, limit=5) == []


@pytest.mark.parametrize(("limit", "unnamed"), [(0, 0), (1, 0), (2, 1), (3, 0), (5, 0)])
def test_those_that_share_the_last_place_unnamed_are_counted(limit: int, unnamed: int) -> None:
    assert left_out(SCORES, winners(SCORES, highest_first=True, limit=limit)) == unnamed
