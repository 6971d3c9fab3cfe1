"""The chance that a ride which is down comes back within 15, 30 or 60 more minutes."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from hallofshame.metrics.chances import MIN_COMPARABLE, Chances, PastOutage, chances_to_reopen

MINUTE = 60


def past(*minutes: int, never: tuple[int, ...] = ()) -> list[PastOutage]:
    """Outages that ended with the ride back after so many minutes, and those that ended with closing."""
    return [PastOutage(length * MINUTE, reopened=True) for length in minutes] + [
        PastOutage(length * MINUTE, reopened=False) for length in never
    ]


def test_shares_are_of_those_that_lasted_longer() -> None:
    # Ten minutes in, those of 5 and 10 minutes are no comparison; five of the other six are back in time.
    known = past(5, 10, 12, 20, 25, 40, 70, 200)
    assert chances_to_reopen(10 * MINUTE, known) == Chances(6, 50, 67, 83)


def test_an_outage_ends_in_time_at_the_very_second() -> None:
    assert chances_to_reopen(0, past(15, 15, 15, 15, 15)).within_15_percent == 100
    one_more = [PastOutage(15 * MINUTE + 1, reopened=True)] * 5
    assert chances_to_reopen(0, one_more).within_15_percent == 0


def test_what_lasted_until_closing_did_not_come_back() -> None:
    assert chances_to_reopen(0, past(10, 10, 10, never=(10, 10))) == Chances(5, 60, 60, 60)
    # Closed before it had lasted this long: it tells nothing about now.
    assert chances_to_reopen(20 * MINUTE, past(30, 30, 30, 30, 30, never=(10,))) == Chances(5, 100, 100, 100)


def test_too_few_comparable_outages_give_no_chance() -> None:
    assert chances_to_reopen(0, past(10, 10, 10, 10)) == Chances(4, None, None, None)
    assert chances_to_reopen(60 * MINUTE, past(*range(1, 60))) == Chances(0, None, None, None)


def slow_chance(down: int, known: list[PastOutage], minutes: int) -> int | None:
    """Second by second: who is still down now, and who of them is back when the time is over."""
    still = list(known)
    for second in range(down + 1):
        still = [outage for outage in still if outage.seconds != second]
    if len(still) < MIN_COMPARABLE:
        return None
    back = 0
    for second in range(down + 1, down + minutes * MINUTE + 1):
        back += sum(1 for outage in still if outage.seconds == second and outage.reopened)
    return round(Fraction(100 * back, len(still)))


@given(
    st.integers(0, 900),
    st.lists(st.builds(PastOutage, st.integers(0, 5000), st.booleans()), max_size=25),
)
def test_agrees_with_the_slow_count(down: int, known: list[PastOutage]) -> None:
    found = chances_to_reopen(down, known)
    assert found.within_15_percent == slow_chance(down, known, 15)
    assert found.within_30_percent == slow_chance(down, known, 30)
    assert found.within_60_percent == slow_chance(down, known, 60)


@given(
    st.integers(0, 900),
    st.lists(st.builds(PastOutage, st.integers(0, 5000), st.booleans()), min_size=5, max_size=25),
)
def test_more_time_is_never_less_chance(down: int, known: list[PastOutage]) -> None:
    found = chances_to_reopen(down, known)
    if found.within_15_percent is not None:
        assert found.within_30_percent is not None
        assert found.within_60_percent is not None
        assert 0 <= found.within_15_percent <= found.within_30_percent <= found.within_60_percent <= 100
