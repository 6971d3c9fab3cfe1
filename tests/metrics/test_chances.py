"""The chance that a ride which is down comes back within 15, 30 or 60 more minutes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallofshame.metrics.chances import Chances, PastOutage, chance_percent, chances_to_reopen

MINUTE = 60


def past(*minutes: int, never: tuple[int, ...] = ()) -> list[PastOutage]:
    """Outages that ended with the ride back after so many minutes, and those that ended with closing."""
    return [PastOutage(length * MINUTE, reopened=True) for length in minutes] + [
        PastOutage(length * MINUTE, reopened=False) for length in never
    ]


def counted(chances: Chances) -> tuple[int, int, int]:
    return (chances.within_15.reopened, chances.within_30.reopened, chances.within_60.reopened)


def percents(chances: Chances) -> tuple[int | None, int | None, int | None]:
    return (chances.within_15.percent, chances.within_30.percent, chances.within_60.percent)


def test_only_those_that_lasted_longer_are_compared() -> None:
    # Ten minutes in, those of 5 and 10 minutes are no comparison; five of the other six are back in time.
    found = chances_to_reopen(10 * MINUTE, past(5, 10, 12, 20, 25, 40, 70, 200))
    assert (found.comparable, counted(found)) == (6, (3, 4, 5))
    # 4, 5 and 6 of 8
    assert percents(found) == (50, 62, 75)


def test_an_outage_ends_in_time_at_the_very_second() -> None:
    assert chances_to_reopen(0, past(15, 15, 15, 15, 15)).within_15.reopened == 5
    one_more = [PastOutage(15 * MINUTE + 1, reopened=True)] * 5
    assert chances_to_reopen(0, one_more).within_15.reopened == 0


def test_what_lasted_until_closing_did_not_come_back() -> None:
    found = chances_to_reopen(0, past(10, 10, 10, never=(10, 10)))
    assert (found.comparable, counted(found)) == (5, (3, 3, 3))
    # Closed before it had lasted this long: it tells nothing about now.
    found = chances_to_reopen(20 * MINUTE, past(30, 30, 30, 30, 30, never=(10,)))
    assert (found.comparable, counted(found)) == (5, (5, 5, 5))


def test_too_few_comparable_outages_give_counts_but_no_chance() -> None:
    few = chances_to_reopen(0, past(10, 10, 10, 40))
    assert (few.comparable, counted(few), percents(few)) == (4, (3, 3, 4), (None, None, None))
    none = chances_to_reopen(60 * MINUTE, past(*range(1, 60)))
    assert (none.comparable, counted(none), percents(none)) == (0, (0, 0, 0), (None, None, None))


@pytest.mark.parametrize(
    ("successes", "trials", "percent"),
    [(0, 5, 14), (5, 5, 86), (3, 5, 57), (0, 50, 2), (50, 50, 98), (200, 400, 50), (4, 4, None)],
)
def test_few_trials_never_make_certain(successes: int, trials: int, percent: int | None) -> None:
    assert chance_percent(successes, trials) == percent


def slow_count(down: int, known: list[PastOutage], minutes: int) -> tuple[int, int]:
    """Second by second: who is still down now, and who of them is back when the time is over."""
    still = list(known)
    for second in range(down + 1):
        still = [outage for outage in still if outage.seconds != second]
    back = 0
    for second in range(down + 1, down + minutes * MINUTE + 1):
        back += sum(1 for outage in still if outage.seconds == second and outage.reopened)
    return back, len(still)


@given(
    st.integers(0, 900),
    st.lists(st.builds(PastOutage, st.integers(0, 5000), st.booleans()), max_size=25),
)
def test_agrees_with_the_slow_count(down: int, known: list[PastOutage]) -> None:
    found = chances_to_reopen(down, known)
    for minutes, chance in ((15, found.within_15), (30, found.within_30), (60, found.within_60)):
        back, comparable = slow_count(down, known, minutes)
        assert (chance.reopened, found.comparable) == (back, comparable)
        assert chance.percent == chance_percent(back, comparable)


@given(
    st.integers(0, 900),
    st.lists(st.builds(PastOutage, st.integers(0, 5000), st.booleans()), min_size=5, max_size=25),
)
def test_more_time_is_never_less_chance(down: int, known: list[PastOutage]) -> None:
    found = chances_to_reopen(down, known)
    first, second, third = percents(found)
    if first is not None:
        assert second is not None
        assert third is not None
        assert 0 < first <= second <= third < 100
