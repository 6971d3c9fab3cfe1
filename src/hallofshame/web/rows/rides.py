"""One ride as a row: the same fields for every period, list, detail and page. Ratios come from the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Protocol

from hallofshame.domain.periods import DayRange, Period, Shift
from hallofshame.metrics import scores
from hallofshame.metrics.comparing import WatchedStretch
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.current import ParkState, RideState, park_states, ride_states
from hallofshame.store.reports.outages import outage_counts
from hallofshame.store.reports.record import RecordedDays
from hallofshame.store.reports.sums import RideReliability, RideTotals, RideWaitSums
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import RankingLine, Row, iso
from hallofshame.web.rows.parks import downtime_by_kind, ride_identity
from hallofshame.web.rows.present import ParkNow, RideNow, ride_now
from hallofshame.web.rows.watched import days_recorded, days_recorded_before, tells, trend_fields, watched
from hallofshame.web.wording import STATUS_SLUGS

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


def ride_coverage(context: AnswerContext, period: Period, ride_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Observed and open seconds of each of the rides, which have rows in the period."""
    if period.is_live:
        now = measures(context, period)
        return [(now[ride_id].observed, now[ride_id].open) for ride_id in ride_ids]
    found: Mapping[int, PeriodTotals] | None = context.recalled(_WAITS, period)
    if found is None:
        found = ride_reliabilities(context, period)
    return [(totals.observed, totals.open) for totals in map(found.__getitem__, ride_ids)]


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


def ride_lines(
    context: AnswerContext,
    period: Period,
    rides: Sequence[RideProfile],
) -> list[RankingLine]:
    """The rows of these rides, in the order given, without rank."""
    if not rides:
        return []
    parks = [context.catalogue.parks[park_id] for park_id in sorted({ride.park_id for ride in rides})]
    ids = [ride.ride_id for ride in rides]
    ranges = context.ranges(period, parks)
    source = _Source(
        context,
        ranges,
        _totals_of(context, period, ranges, ids),
        outage_counts(context.connection, ranges, ids),
        {} if period.is_live else days_recorded(context, period),
        None if period.is_live else _before(context, period, parks, ids),
    )
    if not period.is_live:
        return [_line(source, ride) for ride in rides]
    states = ride_states(context.connection, [park.park_id for park in parks])
    open_parks = park_states(context.connection)
    return [
        _live_line(source, ride, states.get(ride.ride_id), open_parks.get(ride.park_id)) for ride in rides
    ]


def _totals_of(
    context: AnswerContext, period: Period, ranges: Mapping[int, DayRange], ids: Sequence[int]
) -> Mapping[int, RideTotals]:
    """The sums of these rides: those of all rides, where they are many or known already."""
    known: dict[int, RideTotals] | None = context.recalled(_TOTALS, period)
    if known is not None or len(ids) >= MANY_RIDES:
        return ride_totals(context, period)
    return context.ride_sums(ranges, ids)


def _before(
    context: AnswerContext, period: Period, parks: Sequence[ParkProfile], ids: Sequence[int]
) -> _Before:
    return _Before(
        context.previous_ranges(period, parks),
        _previous_of(context, period, parks, ids),
        days_recorded_before(context, period),
    )


def _previous_of(
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


@dataclass(frozen=True, slots=True)
class _Before:
    """What rows are compared with (R11)."""

    ranges: Mapping[int, DayRange]
    totals: Mapping[int, RideTotals] | Mapping[int, RideReliability]
    recorded: Mapping[int, RecordedDays]


@dataclass(frozen=True, slots=True)
class _Source:
    """What rows of rides are made of; ``recorded`` and ``before`` are empty for this moment."""

    context: AnswerContext
    ranges: Mapping[int, DayRange]
    totals: Mapping[int, RideTotals]
    outages: Mapping[int, int]
    recorded: Mapping[int, RecordedDays]
    before: _Before | None

    def watched(self, ride: RideProfile) -> WatchedStretch | None:
        """How the ride was watched in the period; null where nothing of it was seen."""
        recorded = self.recorded.get(ride.park_id)
        return watched(self.totals.get(ride.ride_id), recorded, self.ranges[ride.park_id])

    def trend(self, ride: RideProfile, now: WatchedStretch | None) -> Row:
        """How the ride changed against the period before, or why that cannot be said."""
        then = None
        if self.before is not None:
            recorded = self.before.recorded.get(ride.park_id)
            then = watched(self.before.totals.get(ride.ride_id), recorded, self.before.ranges[ride.park_id])
        return trend_fields(now, then)

    def tells(self, ride: RideProfile) -> str:
        """What its park's source could tell in the period; of this moment, what it can tell."""
        return tells(self.context.catalogue.parks[ride.park_id], self.recorded.get(ride.park_id))


def _line(source: _Source, ride: RideProfile) -> RankingLine:
    totals = source.totals.get(ride.ride_id)
    seen = source.watched(ride)
    today = source.context.today(source.context.catalogue.parks[ride.park_id])
    is_to_come = source.ranges[ride.park_id].start > today
    figures: Row = {
        "excluded_reason": excluded_reason(ride, totals, is_to_come=is_to_come),
        **source.trend(ride, seen),
    }
    if totals is None or totals.observed == 0:
        opened = totals.open if totals else 0
        figures["coverage_percent"] = scores.coverage_percent(0, opened)
        return RankingLine(_row(source, ride, figures), 0, opened)
    figures |= {
        "total_downtime_hours": scores.downtime_hours(totals.downtime),
        **downtime_by_kind(totals),
        "downtime_minutes_per_open_hour": scores.downtime_per_open_hour(totals.downtime, totals.observed),
        "operating_seconds": totals.operating,
        "uptime_percent": scores.uptime_percent(totals.operating, totals.downtime),
        "comparable_uptime_percent": scores.comparable_uptime(totals.operating, totals.breakdown),
        "outages": source.outages.get(ride.ride_id, 0),
        "average_wait_minutes": scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        "max_wait_minutes": totals.wait_max or None,
        "coverage_percent": scores.coverage_percent(totals.observed, totals.open),
        "look_interval_seconds": scores.look_interval_seconds(totals.observed, totals.samples),
    }
    return RankingLine(_row(source, ride, figures), totals.observed, totals.open, seen)


def _live_line(
    source: _Source, ride: RideProfile, state: RideState | None, park: ParkState | None
) -> RankingLine:
    today = source.totals.get(ride.ride_id)
    now = ride_now(source.context, state, park)
    measure = measure_now(today, now, is_ride=ride.is_ride)
    figures: Row = {"excluded_reason": excluded_reason(ride, today), "coverage_percent": measure.coverage}
    if state is not None:
        figures["observed_at"] = iso(state.observed_at)
        if source.context.is_fresh(state.observed_at):
            figures |= {
                "status": STATUS_SLUGS[now.status],
                "status_since": iso(state.since) if now.is_known else None,
                "is_down": now.is_down,
                "is_provisional": now.is_provisional if now.is_known else None,
                "average_wait_minutes": measure.wait,
                "max_wait_minutes": measure.longest_wait,
                "outages": source.outages.get(ride.ride_id, 0),
            }
    return RankingLine(_row(source, ride, figures), measure.observed, measure.open)


def excluded_reason(ride: RideProfile, totals: RideTotals | None, *, is_to_come: bool = False) -> str | None:
    """Why the ride is not in E in this range (R6), as a slug of ``EXCLUDED_REASONS``; null where it is.

    ``is_to_come``: the range has not begun.
    """
    if not ride.is_ride:
        return "not_attraction"
    if totals is not None and totals.eligible_days > 0:
        return None
    if not ride.is_active:
        return "inactive"
    if totals is None:
        return "no_data_yet" if is_to_come else "not_watched"
    return "refurbishment" if totals.refurbishment > 0 else "not_operated_7_days"


def _row(source: _Source, ride: RideProfile, figures: Row) -> Row:
    days = source.ranges[ride.park_id]
    row: Row = {
        "unranked_reason": None,
        **ride_identity(source.context, ride),
        "start_date": days.start.isoformat(),
        "end_date": days.end.isoformat(),
        "eligible": figures.get("excluded_reason") is None,
        "excluded_reason": None,
        "observed_at": None,
        "status": None,
        "status_since": None,
        "is_down": None,
        "is_provisional": None,
        "tells": source.tells(ride),
        "total_downtime_hours": None,
        **downtime_by_kind(None),
        "downtime_minutes_per_open_hour": None,
        "operating_seconds": None,
        "uptime_percent": None,
        "comparable_uptime_percent": None,
        "outages": None,
        "average_wait_minutes": None,
        "max_wait_minutes": None,
        "coverage_percent": None,
        "look_interval_seconds": None,
        "trend_points": None,
        "trend_reason": "no_period_before",
    }
    return row | figures
