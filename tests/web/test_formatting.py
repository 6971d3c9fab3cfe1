"""Figures are written as the pages' script writes them."""

from __future__ import annotations

import pytest

from hallofshame.web.pages.formatting import duration, figure, signed


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(12.5, 0, "13"), (11.5, 0, "12"), (0.25, 1, "0.3"), (2.675, 2, "2.67"), (1234.5, 1, "1\u202f234.5")],
)
def test_halves_are_rounded_up(value: float, digits: int, written: str) -> None:
    assert figure(value, digits) == written


def test_negative_figures_have_a_true_minus_and_zero_has_none() -> None:
    assert figure(-81.581, 2) == "−81.58"
    assert figure(-0.04, 1) == "0.0"
    assert signed(-0.25) == "−0.3"
    assert signed(0.0) == "±0.0"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(59, "59\u00a0s"), (90, "2\u00a0min"), (150, "3\u00a0min"), (5400.0, "1\u00a0h\u00a030\u00a0min")],
)
def test_durations_are_whole_minutes(seconds: int, written: str) -> None:
    assert duration(seconds) == written
