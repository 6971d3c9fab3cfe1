"""Who stands where (R12). One way of ranking serves lists, details and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from hallofshame.domain.periods import Period
from hallofshame.domain.words import RideKind
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import UnrankedReason
from hallofshame.web.answers.envelope import R, RankingLine, figure
from hallofshame.web.answers.parks import ParkRow, park_lines
from hallofshame.web.answers.present import ParkNow
from hallofshame.web.answers.rank_ranges import with_rank_ranges
from hallofshame.web.answers.ride_measures import (
    Measure,
    PeriodTotals,
    measures,
    ride_reliabilities,
    ride_waits,
)
from hallofshame.web.answers.rides import RideRow, ride_lines
from hallofshame.web.answers.watched import inferred_days
from hallofshame.web.parameters.filters import ParkFilter, RideFilter, VisitFilter

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
_NO_WAITS = "no_waits_posted"
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


Standing = int | str
"""A ride's place: its rank, or the slug of why it has none."""


def park_ranking(
    context: AnswerContext, period: Period, parks: ParkFilter, by: str = DOWNTIME, sort: str = "rank"
) -> list[RankingLine[ParkRow]]:
    """Parks from the most breakdowns (or what ``by`` says) down; then the unranked, each with its reason.

    Parks that have vanished are listed where they have data.
    """
    known = context.catalogue.parks
    lines = [
        line
        for line in park_lines(context, period)
        if parks.admits(known[line.row["park_id"]])
        and (known[line.row["park_id"]].is_active or line.observed > 0)
    ]
    field = PARK_FIELDS[by]
    reasons = [_park_reason(line.row, field) for line in lines]
    order = sorted(
        range(len(lines)),
        key=lambda at: (
            reasons[at] is not None,
            0.0 if reasons[at] is not None else -(figure(lines[at].row, field) or 0.0),
            lines[at].row["park_name"].casefold(),
            lines[at].row["park_id"],
        ),
    )
    ranks = places([None if reasons[at] else figure(lines[at].row, field) for at in order])
    ranked = [
        replace(lines[at], row=lines[at].row | {"rank": rank, "unranked_reason": reasons[at]})
        for at, rank in zip(order, ranks, strict=True)
    ]
    ranked = with_rank_ranges(context, period, ranked, field, lambda row: (row["park_id"],))
    return ranked if sort == "rank" else sorted_lines(ranked, *PARK_SORTS[sort])


def _park_reason(row: ParkRow, field: str) -> UnrankedReason | None:
    reason = row["unranked_reason"]
    if reason is None and figure(row, field) is None:
        return "did_not_run" if field in ("comparable_score", "shame_score") else _NO_WAITS
    return reason


def places(values: Sequence[float | None]) -> list[int | None]:
    """Places of values in their order: equals share a place, null has none."""
    ranks: list[int | None] = []
    for place, value in enumerate(values, start=1):
        equal = place > 1 and value is not None and value == values[place - 2]
        ranks.append(ranks[-1] if equal else (None if value is None else place))
    return ranks


def sorted_lines(lines: list[RankingLine[R]], field: str, largest_first: bool) -> list[RankingLine[R]]:
    """In the order of a field, null last; what is equal stays in the order of rank."""
    known = [line for line in lines if line.row[field] is not None]

    def key(line: RankingLine[R]) -> Any:
        value = line.row[field]
        return value.casefold() if isinstance(value, str) else value

    known.sort(key=key, reverse=largest_first)
    return known + [line for line in lines if line.row[field] is None]


def ride_standings(
    context: AnswerContext,
    period: Period,
    parks: ParkFilter,
    by: str,
    asked: RideFilter | None = None,
    visit: VisitFilter | None = None,
) -> dict[int, Standing]:
    """The place of every eligible ride of the parks, best known first; the unranked last, by name.

    Non-rides that are asked for are listed where they were seen, and ranked by their waits alone.
    """
    chosen = chosen_rides(context, parks, asked or RideFilter(), visit)
    judge = _judge_now if period.is_live else _judge
    values, reasons = judge(context, period, chosen, by)
    # In the order of names to begin with, which equals keep.
    placed = sorted([ride_id for ride_id in values if ride_id not in reasons], key=values.__getitem__)
    ranks = places([values[ride_id] for ride_id in placed])
    standings: dict[int, Standing] = {
        ride_id: rank for ride_id, rank in zip(placed, ranks, strict=True) if rank is not None
    }
    for ride_id in sorted(reasons, key=values.__getitem__):
        standings[ride_id] = reasons[ride_id]
    return standings


_Judged = tuple[dict[int, float], dict[int, str]]
"""Rides on their way to a place, in the order of names: by what each is placed, the least first; and why some
have none.
"""


def chosen_rides(
    context: AnswerContext, parks: ParkFilter, asked: RideFilter, visit: VisitFilter | None = None
) -> Sequence[RideProfile]:
    """The rides that the filters admit, in the order of names; kept for each version of the catalogue."""

    def build() -> Sequence[RideProfile]:
        known, types = context.catalogue, asked.listed
        admitted = {park.park_id for park in parks.choose(known.parks.values())}
        return [
            ride
            for ride in sorted(known.rides.values(), key=lambda ride: known.ride_order[ride.ride_id])
            if ride.park_id in admitted
            and (types is None or ride.type in types)
            and (visit is None or visit.admits(ride))
        ]

    return context.of_catalogue(("chosen rides", parks, asked, visit), build)


def _judge(context: AnswerContext, period: Period, chosen: Sequence[RideProfile], by: str) -> _Judged:
    """Each of the rides that has a row in the period, by the value it is ranked by, or why it has no rank."""
    needs_waits = by in (WAITS, LONGEST_WAITS)
    found: Mapping[int, PeriodTotals] = (ride_waits if needs_waits else ride_reliabilities)(context, period)
    value_of, lacking = _VALUES[by]
    inferred = inferred_days(context, period)
    rides = context.catalogue.counted_rides
    values: dict[int, float] = {}
    reasons: dict[int, str] = {}
    for ride in chosen:
        ride_id = ride.ride_id
        totals = found.get(ride_id)
        if totals is None:
            continue
        is_ride = ride_id in rides
        if totals.eligible_days <= 0 and (is_ride or not _is_seen_attraction(ride, totals.observed)):
            continue
        if not is_ride and not needs_waits:
            values[ride_id], reasons[ride_id] = 0.0, "not_a_ride"
            continue
        value = value_of(totals)
        values[ride_id] = -(value or 0.0)
        reason = _reason(totals, inferred.get(ride.park_id)) or (lacking if value is None else None)
        if reason is not None:
            reasons[ride_id] = reason
    return values, reasons


def _judge_now(context: AnswerContext, period: Period, chosen: Sequence[RideProfile], by: str) -> _Judged:
    """As :func:`_judge`, at this moment."""
    found = measures(context, period)
    values: dict[int, float] = {}
    reasons: dict[int, str] = {}
    for ride in chosen:
        measure = found.get(ride.ride_id)
        if measure is None or not (
            measure.eligible or (not ride.is_ride and _is_seen_attraction(ride, measure.observed))
        ):
            continue
        is_judged = ride.is_ride or by in (WAITS, LONGEST_WAITS)
        value, reason = _judge_live(measure, by) if is_judged else (None, "not_a_ride")
        values[ride.ride_id] = -(value or 0.0)
        if reason is not None:
            reasons[ride.ride_id] = reason
    return values, reasons


def _is_seen_attraction(ride: RideProfile, observed: int) -> bool:
    """Whether a non-ride is one that visitors may look for, and was seen in the period."""
    return ride.kind in SHOWN_KINDS and observed > 0


def _reason(totals: PeriodTotals, inferred_day: float | None) -> str | None:
    """Why a ride is not ranked, whatever it is ranked by: too little of it was seen (R12)."""
    if totals.observed == 0:
        return "not_watched"
    coverage = scores.coverage_to_rank(totals.observed, totals.open)
    return scores.unranked_reason(coverage, scores.MIN_RANKED_RIDES, inferred_day)


def _least(uptime: float | None) -> float | None:
    """Ranks the lowest uptime first."""
    return None if uptime is None else -uptime


_VALUES: Mapping[str, tuple[Callable[[Any], float | None], str]] = {
    DOWNTIME: (attrgetter("breakdown"), "not_watched"),
    DOWNTIME_IN_FULL: (attrgetter("downtime"), "not_watched"),
    WAITS: (
        lambda totals: scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        _NO_WAITS,
    ),
    LONGEST_WAITS: (lambda totals: totals.wait_max or None, _NO_WAITS),
    LEAST_RELIABLE: (
        lambda totals: _least(scores.comparable_uptime(totals.operating, totals.breakdown)),
        "did_not_run",
    ),
    LEAST_RELIABLE_IN_FULL: (
        lambda totals: _least(scores.uptime_percent(totals.operating, totals.downtime)),
        "did_not_run",
    ),
}
"""The value that rides are ranked by in a period, the greatest first; and what it means if it is null."""


def _judge_live(measure: Measure, by: str) -> tuple[float | None, str | None]:
    """Right now: rides that are down, longest first; or rides by the wait they post (no uptime)."""
    if measure.park is ParkNow.CLOSED:
        return None, "closed"
    if measure.observed == 0:
        return None, "not_watched"
    if by in (DOWNTIME, DOWNTIME_IN_FULL):
        since = measure.down_since
        return (None, "not_down") if since is None else (-float(since), None)
    if by in (LEAST_RELIABLE, LEAST_RELIABLE_IN_FULL):
        return None, "did_not_run"
    value = measure.wait if by == WAITS else measure.longest_wait
    return value, None if value is not None else _NO_WAITS


def all_standings(context: AnswerContext, period: Period) -> dict[int, Standing]:
    """The places among all rides, as the unfiltered list of downtime shows them."""
    return context.remembered(
        "ride standings", period, lambda: ride_standings(context, period, ParkFilter(), DOWNTIME)
    )


def with_standing(
    context: AnswerContext, period: Period, rides: Sequence[RideProfile], standings: Mapping[int, Standing]
) -> list[RankingLine[RideRow]]:
    """The rows of the rides with their places."""
    placed = []
    for line in ride_lines(context, period, rides):
        standing = standings.get(line.row["ride_id"])
        rank = standing if isinstance(standing, int) else None
        reason = standing if isinstance(standing, str) else None
        row = line.row | {"rank": rank, "unranked_reason": reason}
        placed.append(replace(line, row=row))
    return placed
