"""One ride as a row: the same fields for every period, list, detail and page. Ratios come from the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.words import RideKind
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import RideInfo
from hallofshame.store.reports.current import ParkState, RideState, park_states, ride_states
from hallofshame.store.reports.outages import outage_counts
from hallofshame.store.reports.sums import RideTotals
from hallofshame.web.envelope import Line, Row, iso
from hallofshame.web.reading import Reading
from hallofshame.web.rows.parks import ride_identity, trend
from hallofshame.web.rows.present import ParkNow, RideNow, ride_now
from hallofshame.web.wording import STATUS_SLUGS

MANY_RIDES = 400
"""From this many on, a look-up by park is quicker than one by ride."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What orders a ride among the others. ``observed`` and ``open`` are those of its coverage.

    ``park`` says of the present moment whether the ride's park is open.
    """

    eligible: bool
    observed: int
    open: int
    downtime: int | None
    uptime: float | None
    wait: float | None
    down_since: int | None = None
    park: ParkNow = ParkNow.OPEN
    longest_wait: int | None = None

    @property
    def coverage(self) -> float | None:
        """Observed share of open time."""
        return scores.coverage_percent(self.observed, self.open)


def measure_period(totals: RideTotals) -> Measure:
    """From the sums of a range of days."""
    return Measure(
        eligible=totals.eligible_days > 0,
        observed=totals.observed,
        open=totals.open,
        downtime=totals.downtime,
        uptime=scores.uptime_percent(totals.operating, totals.downtime),
        wait=scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        longest_wait=totals.wait_max or None,
    )


def measure_now(today: RideTotals | None, now: RideNow) -> Measure:
    """From the latest look; only a ride in an open park, seen lately, says anything about now."""
    eligible = today is not None and today.eligible_days > 0
    counts = eligible and now.park is ParkNow.OPEN
    wait = now.wait_minutes
    return Measure(
        eligible=eligible,
        observed=int(counts and now.is_known),
        open=int(counts),
        downtime=None,
        uptime=None,
        wait=None if wait is None else scores.average_wait(wait, 1, wait),
        down_since=now.down_since,
        park=now.park,
        longest_wait=wait,
    )


def measures(reading: Reading, period: Period) -> dict[int, Measure]:
    """What orders every ride in the period; rides without a row in it are absent."""
    return reading.remembered("ride measures", period, lambda: _measures(reading, period))


def ride_totals(reading: Reading, period: Period) -> dict[int, RideTotals]:
    """The sums of every ride in the period; rides without a row in it are absent."""

    def build() -> dict[int, RideTotals]:
        return reading.ride_sums(reading.ranges(period, reading.catalogue.parks.values()))

    return reading.remembered("ride totals", period, build)


def _measures(reading: Reading, period: Period) -> dict[int, Measure]:
    totals = ride_totals(reading, period)
    rides = reading.catalogue.rides
    if not period.is_live:
        return {ride_id: measure_period(found) for ride_id, found in totals.items()}
    states, open_parks = ride_states(reading.connection), park_states(reading.connection)
    return {
        ride_id: measure_now(
            found, ride_now(reading, states.get(ride_id), open_parks.get(rides[ride_id].park_id))
        )
        for ride_id, found in totals.items()
    }


def ride_lines(
    reading: Reading,
    period: Period,
    rides: Sequence[RideInfo],
    totals: Mapping[int, RideTotals] | None = None,
) -> list[Line]:
    """The rows of these rides, in the order given, without rank.

    ``totals`` are the rides' sums in the period, where they are known already.
    """
    if not rides:
        return []
    parks = [reading.catalogue.parks[park_id] for park_id in sorted({ride.park_id for ride in rides})]
    ids = [ride.ride_id for ride in rides] if len(rides) < MANY_RIDES else None
    ranges = reading.ranges(period, parks)
    source = _Source(
        reading,
        ranges,
        reading.ride_sums(ranges, ids) if totals is None else totals,
        {} if period.is_live else reading.ride_sums(reading.previous_ranges(period, parks), ids),
        outage_counts(reading.connection, ranges, [ride.ride_id for ride in rides]),
    )
    if not period.is_live:
        return [_line(source, ride) for ride in rides]
    states = ride_states(reading.connection, [park.park_id for park in parks])
    open_parks = park_states(reading.connection)
    return [
        _live_line(source, ride, states.get(ride.ride_id), open_parks.get(ride.park_id)) for ride in rides
    ]


@dataclass(frozen=True, slots=True)
class _Source:
    reading: Reading
    ranges: dict[int, DayRange]
    totals: Mapping[int, RideTotals]
    previous: Mapping[int, RideTotals]
    outages: dict[int, int]


def _line(source: _Source, ride: RideInfo) -> Line:
    totals = source.totals.get(ride.ride_id)
    figures: Row = {"excluded_reason": excluded_reason(ride, totals)}
    if totals is None or totals.observed == 0:
        opened = totals.open if totals else 0
        figures["coverage_percent"] = scores.coverage_percent(0, opened)
        return Line(_row(source, ride, figures), 0, opened)
    figures |= {
        "total_downtime_hours": scores.downtime_hours(totals.downtime),
        "downtime_seconds": totals.downtime,
        "operating_seconds": totals.operating,
        "uptime_percent": scores.uptime_percent(totals.operating, totals.downtime),
        "outages": source.outages.get(ride.ride_id, 0),
        "average_wait_minutes": scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        "max_wait_minutes": totals.wait_max or None,
        "coverage_percent": scores.coverage_percent(totals.observed, totals.open),
        "trend_points": trend(totals, source.previous.get(ride.ride_id)),
    }
    return Line(_row(source, ride, figures), totals.observed, totals.open)


def _live_line(source: _Source, ride: RideInfo, state: RideState | None, park: ParkState | None) -> Line:
    today = source.totals.get(ride.ride_id)
    now = ride_now(source.reading, state, park)
    measure = measure_now(today, now)
    figures: Row = {"excluded_reason": excluded_reason(ride, today), "coverage_percent": measure.coverage}
    if state is not None:
        figures["observed_at"] = iso(state.observed_at)
        if source.reading.is_fresh(state.observed_at):
            figures |= {
                "status": STATUS_SLUGS[now.status],
                "status_since": iso(state.since) if now.is_known else None,
                "is_down": now.is_down,
                "average_wait_minutes": measure.wait,
                "max_wait_minutes": measure.longest_wait,
                "outages": source.outages.get(ride.ride_id, 0),
            }
    return Line(_row(source, ride, figures), measure.observed, measure.open)


def excluded_reason(ride: RideInfo, totals: RideTotals | None) -> str | None:
    """Why the ride is not in E in this range (R6), as a slug of ``EXCLUDED_REASONS``; null where it is."""
    if ride.kind is not RideKind.ATTRACTION:
        return "not_attraction"
    if totals is not None and totals.eligible_days > 0:
        return None
    if not ride.is_active:
        return "inactive"
    if totals is None:
        return "no_data"
    return "refurbishment" if totals.refurbishment > 0 else "not_operated_7_days"


def _row(source: _Source, ride: RideInfo, figures: Row) -> Row:
    days = source.ranges[ride.park_id]
    row: Row = {
        "unranked_reason": None,
        **ride_identity(source.reading, ride),
        "start_date": days.start.isoformat(),
        "end_date": days.end.isoformat(),
        "eligible": figures.get("excluded_reason") is None,
        "excluded_reason": None,
        "observed_at": None,
        "status": None,
        "status_since": None,
        "is_down": None,
        "total_downtime_hours": None,
        "downtime_seconds": None,
        "operating_seconds": None,
        "uptime_percent": None,
        "outages": None,
        "average_wait_minutes": None,
        "max_wait_minutes": None,
        "coverage_percent": None,
        "trend_points": None,
    }
    return row | figures
