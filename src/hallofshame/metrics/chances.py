"""How likely a ride that is down comes back soon: estimated from its own past outages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MIN_COMPARABLE = 5
"""Comparable past outages below which no chance is given."""

MINUTE = 60


@dataclass(frozen=True, slots=True)
class PastOutage:
    """An outage that is over: how long it lasted, and whether it ended by the ride coming back.

    ``reopened`` is false where the park closed first (``never_reopened``).
    """

    seconds: int
    reopened: bool


@dataclass(frozen=True, slots=True)
class Chance:
    """``reopened`` of the comparable outages ended in time; ``percent`` is null where these are too few."""

    reopened: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class Chances:
    """Chances to be back within so many more minutes, from ``comparable`` past outages."""

    comparable: int
    within_15: Chance
    within_30: Chance
    within_60: Chance


def chances_to_reopen(down_seconds: int, past: Iterable[PastOutage]) -> Chances:
    """Chances of a ride that has been down for ``down_seconds``, from its own ``past`` outages.

    Comparable are those that lasted longer than that: at this point they were where the ride is now. Of them
    count those that ended with the ride back within 15, 30 or 60 more minutes; one that lasted until the
    park closed counts as not ended.
    """
    comparable = [outage for outage in past if outage.seconds > down_seconds]

    def within(minutes: int) -> Chance:
        until = down_seconds + minutes * MINUTE
        back = sum(1 for outage in comparable if outage.reopened and outage.seconds <= until)
        return Chance(back, chance_percent(back, len(comparable)))

    return Chances(len(comparable), within(15), within(30), within(60))


def chance_percent(successes: int, trials: int) -> int | None:
    """The chance of a success, in whole percent: (successes + 1) ÷ (trials + 2), the rule of succession.

    It is what a uniform prior makes of the trials (Laplace, 1774), as if there had been one more success and
    one more failure: few trials never make certain. 5 of 5 are 86 %, 50 of 50 are 98 %. Null under
    :data:`MIN_COMPARABLE` trials.
    """
    if trials < MIN_COMPARABLE:
        return None
    return round(Fraction(100 * (successes + 1), trials + 2))
