"""What rides are ordered by in a period: sums read once for all of them, and the ratios made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple, Protocol

from hallofshame.domain.periods import DayRange, Period, Shift
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.current import park_states, ride_states
from hallofshame.store.reports.sums import RideReliability, RideTotals, RideWaitSums
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.present import ParkNow, RideNow, ride_now

_TOTALS, _RELIABILITIES, _WAITS = "ride totals", "ride reliabilities", "ride waits"
_MEASURES = "ride measures"
"""Names under which an answer context remembers the sums of all rides."""
PeriodTotals = RideTotals | RideReliability | RideWaitSums
"""Sums of a period with the observed and open seconds and the days in E of a ride."""
MANY_RIDES = 400
"""From this many on, a look-up by park is quicker than one by ride."""


class Measure(Protocol):
    """What orders a ride among the others. ``observed`` and ``open`` are those of its coverage.

    ``park`` says of the present moment whether the ride's park is open.
    """

    @property
    def eligible(self) -> bool: ...
    @property
    def observed(self) -> int: ...
    @property
    def open(self) -> int: ...
    @property
    def downtime(self) -> int | None: ...
    @property
    def breakdown(self) -> int | None: ...
    @property
    def uptime(self) -> float | None: ...
    @property
    def comparable_uptime(self) -> float | None: ...
    @property
    def wait(self) -> float | None: ...
    @property
    def down_since(self) -> int | None: ...
    @property
    def park(self) -> ParkNow: ...
    @property
    def longest_wait(self) -> int | None: ...
    @property
    def coverage(self) -> float | None:
        """Observed share of open time."""


class MeasureOfPeriod:
    """From the sums of a range of days; without waits where the sums have none.

    Each figure is a ratio taken when it is asked for: a list of thousands of rides is ordered by one of them.
    """

    __slots__ = ("totals",)
    down_since: ClassVar[int | None] = None
    park: ClassVar[ParkNow] = ParkNow.OPEN

    def __init__(self, totals: RideTotals | RideReliability) -> None:
        self.totals = totals

    @property
    def eligible(self) -> bool:
        """Whether the ride was in E on any of the days (R6)."""
        return self.totals.eligible_days > 0

    @property
    def observed(self) -> int:
        """Seconds."""
        return self.totals.observed

    @property
    def open(self) -> int:
        """Seconds."""
        return self.totals.open

    @property
    def downtime(self) -> int:
        """Seconds."""
        return self.totals.downtime

    @property
    def breakdown(self) -> int:
        """Seconds."""
        return self.totals.breakdown

    @property
    def uptime(self) -> float | None:
        """In percent (R8)."""
        return scores.uptime_percent(self.totals.operating, self.totals.downtime)

    @property
    def comparable_uptime(self) -> float | None:
        """In percent (R12)."""
        return scores.comparable_uptime(self.totals.operating, self.totals.breakdown)

    @property
    def wait(self) -> float | None:
        """The average posted wait in minutes."""
        found = self.totals
        if isinstance(found, RideReliability):
            return None
        return scores.average_wait(found.wait_sum, found.wait_known, found.wait_max)

    @property
    def longest_wait(self) -> int | None:
        """In minutes; null where nothing above 0 was posted."""
        return None if isinstance(self.totals, RideReliability) else self.totals.wait_max or None

    @property
    def coverage(self) -> float | None:
        """Observed share of open time, in percent."""
        return scores.coverage_percent(self.totals.observed, self.totals.open)


class MeasureOfNow(NamedTuple):
    """From the latest look."""

    eligible: bool
    observed: int
    open: int
    wait: float | None
    down_since: int | None
    park: ParkNow
    longest_wait: int | None
    downtime: int | None = None
    breakdown: int | None = None
    uptime: float | None = None
    comparable_uptime: float | None = None

    @property
    def coverage(self) -> float | None:
        """Observed share of open time, in percent."""
        return scores.coverage_percent(self.observed, self.open)


def measure_now(today: RideTotals | None, now: RideNow, *, is_ride: bool = True) -> MeasureOfNow:
    """From the latest look; only a ride in an open park, seen lately, says anything about now.

    What is no ride is never eligible, and may be seen all the same.
    """
    eligible = today is not None and today.eligible_days > 0
    counts = (eligible or not is_ride) and now.park is ParkNow.OPEN
    wait = now.wait_minutes
    return MeasureOfNow(
        eligible=eligible,
        observed=int(counts and now.is_known),
        open=int(counts),
        wait=None if wait is None else scores.average_wait(wait, 1, wait),
        down_since=now.down_since,
        park=now.park,
        longest_wait=wait,
    )


def measures(context: AnswerContext, period: Period) -> Mapping[int, Measure]:
    """What orders every ride in the period; rides without a row in it are absent."""
    return context.remembered(_MEASURES, period, lambda: _measures(context, period))


def ride_totals(context: AnswerContext, period: Period) -> dict[int, RideTotals]:
    """The sums of every ride in the period; rides without a row in it are absent."""

    def build() -> dict[int, RideTotals]:
        return context.ride_sums(context.ranges(period, context.catalogue.parks.values()))

    return context.remembered(_TOTALS, period, build)


def ride_reliabilities(
    context: AnswerContext, period: Period
) -> Mapping[int, RideTotals] | Mapping[int, RideReliability]:
    """What uptime and coverage of every ride take: of the sums, where these are known already."""
    known = recalled_reliabilities(context, period)
    if known is not None:
        return known

    def build() -> dict[int, RideReliability]:
        return context.ride_reliability(context.ranges(period, context.catalogue.parks.values()))

    return context.remembered(_RELIABILITIES, period, build)


def recalled_reliabilities(
    context: AnswerContext, period: Period
) -> Mapping[int, RideTotals] | Mapping[int, RideReliability] | None:
    """The same where they are known already; null where they would have to be read."""
    totals: dict[int, RideTotals] | None = context.recalled(_TOTALS, period)
    if totals is not None:
        return totals
    found: dict[int, RideReliability] | None = context.recalled(_RELIABILITIES, period)
    return found


def ride_waits(
    context: AnswerContext, period: Period
) -> Mapping[int, RideTotals] | Mapping[int, RideWaitSums]:
    """What places by waits take of every ride: of the sums, where these are known already."""
    known: dict[int, RideTotals] | None = context.recalled(_TOTALS, period)
    if known is not None:
        return known

    def build() -> dict[int, RideWaitSums]:
        return context.ride_waits(context.ranges(period, context.catalogue.parks.values()))

    return context.remembered(_WAITS, period, build)


def ride_coverage(
    context: AnswerContext, period: Period, ride_ids: Iterable[int]
) -> tuple[list[int], list[int]]:
    """Observed and open seconds of all of the rides, which have rows in the period, in their order."""
    found: Mapping[int, PeriodTotals] | Mapping[int, Measure] | None
    found = measures(context, period) if period.is_live else context.recalled(_WAITS, period)
    if found is None:
        found = ride_reliabilities(context, period)
    chosen = [found[ride_id] for ride_id in ride_ids]
    return [one.observed for one in chosen], [one.open for one in chosen]


def reliability_measures(context: AnswerContext, period: Period) -> Mapping[int, Measure]:
    """As :func:`measures`, but without waits unless these are known already or of this moment."""
    known: Mapping[int, Measure] | None = context.recalled(_MEASURES, period)
    if known is not None or period.is_live:
        return measures(context, period)

    def build() -> dict[int, MeasureOfPeriod]:
        found = ride_reliabilities(context, period)
        return {ride_id: MeasureOfPeriod(totals) for ride_id, totals in found.items()}

    return context.remembered("reliability measures", period, build)


def _measures(context: AnswerContext, period: Period) -> Mapping[int, Measure]:
    totals = ride_totals(context, period)
    rides = context.catalogue.rides
    if not period.is_live:
        return {ride_id: MeasureOfPeriod(found) for ride_id, found in totals.items()}
    states, open_parks = ride_states(context.connection), park_states(context.connection)
    return {
        ride_id: measure_now(
            found,
            ride_now(context, states.get(ride_id), open_parks.get(rides[ride_id].park_id)),
            is_ride=rides[ride_id].is_ride,
        )
        for ride_id, found in totals.items()
    }


def totals_of_rides(
    context: AnswerContext, period: Period, ranges: Mapping[int, DayRange], ids: Sequence[int]
) -> Mapping[int, RideTotals]:
    """The sums of these rides: those of all rides, where they are many or known already."""
    known: dict[int, RideTotals] | None = context.recalled(_TOTALS, period)
    if known is not None or len(ids) >= MANY_RIDES:
        return ride_totals(context, period)
    return context.ride_sums(ranges, ids)


def reliabilities_before(
    context: AnswerContext, period: Period, parks: Sequence[ParkProfile], ids: Sequence[int]
) -> Mapping[int, RideTotals] | Mapping[int, RideReliability]:
    """What the uptime of these rides was in the period before."""
    known = None
    if period.shift is None:
        known = recalled_reliabilities(context, replace(period, shift=Shift.PREVIOUS))
    if known is not None:
        return known
    few = ids if len(ids) < MANY_RIDES else None
    return context.ride_reliability(context.previous_ranges(period, parks), few)
