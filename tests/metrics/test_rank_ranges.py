"""Which places of a ranking are sure: by hand, by published tables, and by trying."""

from __future__ import annotations

import doctest
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallofshame.metrics import rank_ranges as module
from hallofshame.metrics.rank_ranges import Spread, rank_ranges, spread_of, student_quantile

WEEK = [(30, 100), (0, 100), (60, 100), (30, 100), (30, 100)]


def test_the_examples_say_what_happens() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("level", "freedom", "quantile"),
    [(0.975, 4, 2.776), (0.9995, 4, 8.610), (0.995, 30, 2.750), (0.9975, 8, 3.833), (0.9995, 120, 3.373)],
)
def test_quantiles_are_those_of_printed_tables(level: float, freedom: float, quantile: float) -> None:
    assert student_quantile(level, freedom) == pytest.approx(quantile, abs=0.001)


def test_a_spread_by_hand() -> None:
    """0.30 on average; residuals 0, -30, 30, 0, 0: 5/4 × 1800 ÷ 500², times 100 for a score out of ten."""
    spread = spread_of([WEEK], scale=10)
    assert spread is not None
    assert spread.variance == pytest.approx(0.9)
    assert spread.freedom == pytest.approx(4)


def test_days_without_a_denominator_say_nothing_and_four_days_are_too_few() -> None:
    assert spread_of([[*WEEK, (0, 0)]]) == spread_of([WEEK])
    assert spread_of([WEEK[:4]]) is None
    assert spread_of([[*WEEK[:4], (0, 0)]]) is None
    assert spread_of([WEEK, WEEK[:4]]) is None
    assert spread_of([]) is None


def test_parks_of_an_operator_are_strata_whose_difference_is_no_chance() -> None:
    """Two parks that are the same every day leave nothing to chance, however much they differ."""
    even = spread_of([[(10, 100)] * 5, [(50, 100)] * 5])
    assert even is not None and even.variance == pytest.approx(0)
    mixed = spread_of([[(10, 100)] * 5 + [(50, 100)] * 5])
    assert mixed is not None and mixed.variance > 0


def test_equal_figures_and_unknown_spreads_are_told_apart_from_nothing() -> None:
    sure = Spread(0.0, 29)
    assert rank_ranges([2.0, 2.0, 1.0], [sure, sure, sure]) == [(1, 2), (1, 2), (3, 3)]
    assert rank_ranges([3.0, 2.0, 1.0], [sure, None, sure]) == [(1, 2), None, (2, 3)]
    assert rank_ranges([3.0], [sure]) == [(1, 1)]
    assert rank_ranges([], []) == []


SPREADS = st.builds(Spread, st.floats(0, 4), st.floats(4, 400))
ROWS = st.lists(st.tuples(st.floats(0, 10), SPREADS), min_size=1, max_size=12)


@settings(max_examples=60)
@given(ROWS, st.randoms(use_true_random=False))
def test_a_range_holds_the_own_place_and_does_not_hang_on_the_order(
    rows: list[tuple[float, Spread]], order: random.Random
) -> None:
    found = rank_ranges([figure for figure, _ in rows], [spread for _, spread in rows])
    for (figure, _), places in zip(rows, found, strict=True):
        assert places is not None
        assert places.first <= 1 + sum(other > figure for other, _ in rows) <= places.last <= len(rows)
    shuffled = list(range(len(rows)))
    order.shuffle(shuffled)
    again = rank_ranges([rows[at][0] for at in shuffled], [rows[at][1] for at in shuffled])
    assert again == [found[at] for at in shuffled]


def test_ranges_hold_the_true_place_in_nineteen_of_twenty_tries_and_tell_far_ones_apart() -> None:
    """Six parks that lose 1 to 6 % of a day on average, watched for fourteen days, two hundred times."""
    chance = random.Random(5)
    held, widths = 0, 0
    for _ in range(200):
        days = [
            [(max(0, round(chance.gauss(lost, 2) * 100)), 10_000) for _ in range(14)]
            for lost in range(6, 0, -1)
        ]
        figures = [sum(over for over, _ in park) / sum(under for _, under in park) for park in days]
        found = rank_ranges(figures, [spread_of([park]) for park in days])
        for place, places in enumerate(found, start=1):
            assert places is not None
            held += places.first <= place <= places.last
            widths += places.last - places.first + 1
    assert held / 1200 >= 0.95
    assert widths / 1200 < 4
