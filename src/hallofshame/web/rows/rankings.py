"""Who stands where (R12). One way of ranking serves lists, details and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hallofshame.domain.periods import Period
from hallofshame.domain.words import RideKind
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import RideInfo
from hallofshame.web.envelope import Line, Row
from hallofshame.web.parameters import ParkFilter, RideFilter, VisitFilter
from hallofshame.web.reading import Reading
from hallofshame.web.rows.parks import park_lines
from hallofshame.web.rows.present import ParkNow
from hallofshame.web.rows.rides import Measure, measures, reliability_measures, ride_lines
from hallofshame.web.rows.watched import inferred_days

COMPARABLE, SCORE = "comparable", "score"
BY = (COMPARABLE, SCORE)
"""``by``: what lists that mix parks are ranked by (R12). Breakdowns alone, which every source can
tell; or all that a source admits."""

DOWNTIME, DOWNTIME_IN_FULL = "downtime", "downtime_in_full"
WAITS = "waits"
LONGEST_WAITS = "longest_waits"
LEAST_RELIABLE, LEAST_RELIABLE_IN_FULL = "least_reliable", "least_reliable_in_full"
"""What rides are ranked by: time lost in breakdowns or in all, average wait, longest wait, uptime from the
lowest up (as far as every source can tell, or in full). The present moment has no uptime. Parks are ranked by
the first four."""

_IN_FULL = {DOWNTIME: DOWNTIME_IN_FULL, LEAST_RELIABLE: LEAST_RELIABLE_IN_FULL}

PARK_FIELDS = {
    DOWNTIME: "comparable_score",
    DOWNTIME_IN_FULL: "shame_score",
    WAITS: "average_wait_minutes",
    LONGEST_WAITS: "max_wait_minutes",
}

SHOWN_KINDS = frozenset({RideKind.ATTRACTION, RideKind.SHOW, RideKind.MEET_AND_GREET})
"""Kinds among the non-rides of a list; shops and restaurants are not."""

RIDE_FIELDS = {
    DOWNTIME: "breakdown_seconds",
    DOWNTIME_IN_FULL: "downtime_seconds",
    WAITS: "average_wait_minutes",
    LONGEST_WAITS: "max_wait_minutes",
    LEAST_RELIABLE: "comparable_uptime_percent",
    LEAST_RELIABLE_IN_FULL: "uptime_percent",
}
LIVE_RIDE_FIELD = "status_since"
"""The field of a row by which it is ranked. Rides of this moment are ranked by how long they are down."""

PARK_SORTS: Mapping[str, tuple[str, bool]] = {
    "rank": ("rank", False),
    "name": ("park_name", False),
    "comparable": ("comparable_score", True),
    "score": ("shame_score", True),
    "downtime": ("total_downtime_hours", True),
    "uptime": ("uptime_percent", False),
    "wait": ("average_wait_minutes", True),
    "coverage": ("coverage_percent", True),
    "trend": ("trend_points", False),
}
"""``sort`` values: the field, and whether the largest comes first. Null always comes last."""


def ranked_by(list_of: str, by: str) -> str:
    """What the list :data:`DOWNTIME` or :data:`LEAST_RELIABLE` is ranked by, ``by`` one of :data:`BY`."""
    return _IN_FULL[list_of] if by == SCORE else list_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A ride's place: its rank, or why it has none."""

    rank: int | None
    reason: str | None


def park_ranking(
    reading: Reading, period: Period, parks: ParkFilter, by: str = DOWNTIME, sort: str = "rank"
) -> list[Line]:
    """Parks from the most breakdowns (or what ``by`` says) down; then the unranked, each with its reason.

    Parks that have vanished are listed where they have data.
    """
    known = reading.catalogue.parks
    lines = [
        line
        for line in park_lines(reading, period)
        if parks.admits(known[line.row["park_id"]])
        and (known[line.row["park_id"]].is_active or line.observed > 0)
    ]
    field = PARK_FIELDS[by]
    reasons = [_park_reason(line.row, field) for line in lines]
    order = sorted(
        range(len(lines)),
        key=lambda at: (
            reasons[at] is not None,
            0.0 if reasons[at] is not None else -lines[at].row[field],
            lines[at].row["park_name"].casefold(),
            lines[at].row["park_id"],
        ),
    )
    ranks = _ranks([None if reasons[at] else lines[at].row[field] for at in order])
    ranked = [
        replace(lines[at], row={"rank": rank, **lines[at].row, "unranked_reason": reasons[at]})
        for at, rank in zip(order, ranks, strict=True)
    ]
    return ranked if sort == "rank" else _sorted(ranked, *PARK_SORTS[sort])


def _park_reason(row: Row, field: str) -> str | None:
    reason: str | None = row["unranked_reason"]
    if reason is None and row[field] is None:
        return {"comparable_score": "did_not_run", "shame_score": "no_data"}.get(field, "no_waits_posted")
    return reason


def _ranks(values: Sequence[float | None]) -> list[int | None]:
    """Places of values in their order: equals share a place, null has none."""
    ranks: list[int | None] = []
    for place, value in enumerate(values, start=1):
        equal = place > 1 and value is not None and value == values[place - 2]
        ranks.append(ranks[-1] if equal else (None if value is None else place))
    return ranks


def _sorted(lines: list[Line], field: str, largest_first: bool) -> list[Line]:
    """In the order of a field, null last; what is equal stays in the order of rank."""
    known = [line for line in lines if line.row[field] is not None]

    def key(line: Line) -> Any:
        value = line.row[field]
        return value.casefold() if isinstance(value, str) else value

    known.sort(key=key, reverse=largest_first)
    return known + [line for line in lines if line.row[field] is None]


def ride_standings(
    reading: Reading,
    period: Period,
    parks: ParkFilter,
    by: str,
    asked: RideFilter | None = None,
    visit: VisitFilter | None = None,
) -> dict[int, Standing]:
    """The place of every eligible ride of the parks, best known first; the unranked last, by name.

    Non-rides that are asked for are listed where they were seen, and ranked by their waits alone.
    """
    asked = asked or RideFilter()
    needs_waits = by in (WAITS, LONGEST_WAITS)
    found = measures(reading, period) if needs_waits else reliability_measures(reading, period)
    rides = reading.catalogue.rides
    admitted = {park.park_id for park in parks.choose(reading.catalogue.parks.values())}
    types = asked.listed
    is_live = period.is_live
    inferred = {} if is_live else inferred_days(reading, period)
    by_name = reading.catalogue.ride_order
    placed = []
    reason: str | None
    value: float | None
    for ride_id, measure in found.items():
        ride = rides[ride_id]
        if (
            ride.park_id in admitted
            and (types is None or ride.type in types)
            and (visit is None or visit.admits(ride))
            and (measure.eligible or _is_seen_attraction(ride, measure))
        ):
            if not needs_waits and not ride.is_ride:
                value, reason = None, "not_a_ride"
            elif is_live:
                value, reason = _judge_live(measure, by)
            else:
                value, reason = _judge(measure, by, inferred.get(ride.park_id))
            placed.append((reason is not None, -(value or 0.0), by_name[ride_id], ride_id, reason))
    # No two share a place in the order of names, so that what stands after it decides nothing.
    placed.sort()
    ranks = _ranks([None if reason else -value for _, value, _, _, reason in placed])
    return {
        ride_id: Standing(rank, reason)
        for rank, (_, _, _, ride_id, reason) in zip(ranks, placed, strict=True)
    }


def _is_seen_attraction(ride: RideInfo, measure: Measure) -> bool:
    """Whether it is a non-ride that visitors may look for, and was seen in the period."""
    return not ride.is_ride and ride.kind in SHOWN_KINDS and measure.observed > 0


def _judge(measure: Measure, by: str, inferred_day: float | None) -> tuple[float | None, str | None]:
    """The value a ride is ranked by, or why it has no rank: too little seen, or nothing to rank by (R12)."""
    value, lacking = _ranked_by(measure, by)
    reason = (
        "no_data"
        if measure.observed == 0
        else scores.unranked_reason(measure.coverage, scores.MIN_RANKED_RIDES, inferred_day)
    )
    if reason is None and value is None:
        reason = lacking
    return value, reason


def _ranked_by(measure: Measure, by: str) -> tuple[float | None, str]:
    """The value, the greatest of which is first, and what it means where there is none."""
    if by == WAITS:
        return measure.wait, "no_waits_posted"
    if by == LONGEST_WAITS:
        return measure.longest_wait, "no_waits_posted"
    if by in (LEAST_RELIABLE, LEAST_RELIABLE_IN_FULL):
        uptime = measure.comparable_uptime if by == LEAST_RELIABLE else measure.uptime
        return None if uptime is None else -uptime, "did_not_run"
    return measure.breakdown if by == DOWNTIME else measure.downtime, "no_data"


def _judge_live(measure: Measure, by: str) -> tuple[float | None, str | None]:
    """Right now: rides that are down, longest first; or rides by the wait they post."""
    if measure.park is ParkNow.CLOSED:
        return None, "closed"
    if measure.observed == 0:
        return None, "no_data"
    if by in (DOWNTIME, DOWNTIME_IN_FULL):
        since = measure.down_since
        return (None, "not_down") if since is None else (-float(since), None)
    value, lacking = _ranked_by(measure, by)
    return value, None if value is not None else lacking


def all_standings(reading: Reading, period: Period) -> dict[int, Standing]:
    """The places among all rides, as the unfiltered list of downtime shows them."""
    return reading.remembered(
        "ride standings", period, lambda: ride_standings(reading, period, ParkFilter(), DOWNTIME)
    )


def with_standing(
    reading: Reading, period: Period, rides: Sequence[RideInfo], standings: Mapping[int, Standing]
) -> list[Line]:
    """The rows of the rides with their places."""
    placed = []
    for line in ride_lines(reading, period, rides):
        standing = standings.get(line.row["ride_id"], Standing(None, None))
        row = {"rank": standing.rank, **line.row, "unranked_reason": standing.reason}
        placed.append(replace(line, row=row))
    return placed
