"""How likely a ride that is down comes back soon: the share of its own past outages that did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
class Chances:
    """Chances to be back within so many more minutes, in whole percent; null where too little is known.

    ``comparable`` is how many past outages they are the shares of.
    """

    comparable: int
    within_15_percent: int | None
    within_30_percent: int | None
    within_60_percent: int | None


def chances_to_reopen(down_seconds: int, past: Iterable[PastOutage]) -> Chances:
    """Chances of a ride that has been down for ``down_seconds``, from its own ``past`` outages.

    Comparable are those that lasted longer than that: at this point they were where the ride is now. Of them
    count those that ended with the ride back within 15, 30 or 60 more minutes; one that lasted until the
    park closed counts as not ended. All null under :data:`MIN_COMPARABLE`.
    """
    comparable = [outage for outage in past if outage.seconds > down_seconds]
    if len(comparable) < MIN_COMPARABLE:
        return Chances(len(comparable), None, None, None)

    def within(minutes: int) -> int:
        until = down_seconds + minutes * MINUTE
        back = sum(1 for outage in comparable if outage.reopened and outage.seconds <= until)
        return round(100 * back / len(comparable))

    return Chances(len(comparable), within(15), within(30), within(60))
