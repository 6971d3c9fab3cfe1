"""Operators as rows: the sums of their ranked parks, in which every ride weighs as in its park's score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.bands import band_of
from hallofshame.domain.periods import Period
from hallofshame.metrics import scores
from hallofshame.store.reports.points import add_park_totals
from hallofshame.store.reports.sums import ParkTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import (
    BandSlug,
    Coverage,
    Rank,
    RankFrom,
    RankTo,
    Score,
    Seconds,
    Uptime,
    Wait,
)
from hallofshame.web.answers.envelope import RankingLine, figure
from hallofshame.web.answers.parks import ParkRow, downtime_by_kind
from hallofshame.web.answers.rank_ranges import with_rank_ranges
from hallofshame.web.answers.rankings import PARK_FIELDS, park_ranking, places, sorted_lines
from hallofshame.web.answers.watched import BREAKDOWNS, OPEN_CLOSED
from hallofshame.web.parameters.filters import ParkFilter
from hallofshame.web.shapes import closed


@closed
class OperatorRow(TypedDict):
    """An operator in one period: the sums of its ranked parks."""

    rank: Rank | None
    rank_from: RankFrom | None
    rank_to: RankTo | None
    operator: str
    parks: Annotated[int, Field(ge=1, description="Ranked parks behind the figures.")]
    parks_known: Annotated[int, Field(ge=1, description="Parks of the operator among those asked for.")]
    park_names: Annotated[list[str], Field(description="The ranked parks.")]
    shame_score: Score | None
    shame_band: BandSlug | None
    comparable_score: Score | None
    tells: Annotated[
        Literal["breakdowns", "open_closed"],
        Field(description="`breakdowns` if the sources of all its ranked parks told them."),
    ]
    total_downtime_hours: Annotated[float | None, Field(ge=0, description="Ride-hours lost.")]
    downtime_seconds: Seconds | None
    breakdown_seconds: Seconds | None
    opening_delay_seconds: Seconds | None
    never_reopened_seconds: Seconds | None
    park_wide_seconds: Seconds | None
    weighted_downtime: Annotated[int, Field(ge=0, description="Weight × seconds lost (live: weights).")]
    weighted_breakdown: Annotated[int, Field(ge=0)]
    weighted_exposure: Annotated[int, Field(ge=0)]
    uptime_percent: Uptime | None
    rides_operating: Annotated[int, Field(ge=0)]
    rides_down: Annotated[int, Field(ge=0)]
    rides_eligible: Annotated[int, Field(ge=0, description="Rides that count.")]
    average_wait_minutes: Wait | None
    coverage_percent: Coverage | None


OPERATOR_SORTS = {
    "rank": ("rank", False),
    "name": ("operator", False),
    "comparable": ("comparable_score", True),
    "score": ("shame_score", True),
    "downtime": ("total_downtime_hours", True),
    "uptime": ("uptime_percent", False),
    "wait": ("average_wait_minutes", True),
    "parks": ("parks", True),
}
INDEPENDENT = "Independent"
"""What the catalogue says of parks without a chain."""


def operator_ranking(
    context: AnswerContext, period: Period, parks: ParkFilter, by: str, sort: str = "rank"
) -> list[RankingLine[OperatorRow]]:
    """Operators with a ranked park from the worst down; equals share a place.

    Each is the sum of the counters of its ranked parks; parks without a chain are no operator.
    """
    own: dict[str, list[RankingLine[ParkRow]]] = {}
    known: dict[str, int] = {}
    for line in park_ranking(context, period, parks, by):
        operator = line.row["operator"]
        if operator is not None and operator != INDEPENDENT:
            known[operator] = known.get(operator, 0) + 1
            if line.row["rank"] is not None:
                own.setdefault(operator, []).append(line)
    sums = _sums(context, period, [line for lines in own.values() for line in lines])
    lines = [_line(operator, lines, known[operator], sums) for operator, lines in own.items()]
    field = PARK_FIELDS[by]
    lines.sort(key=lambda line: (-(figure(line.row, field) or 0.0), line.row["operator"].casefold()))
    for ranked, rank in zip(lines, places([figure(line.row, field) for line in lines]), strict=True):
        ranked.row["rank"] = rank
    lines = with_rank_ranges(
        context, period, lines, field, lambda row: [line.row["park_id"] for line in own[row["operator"]]]
    )
    return lines if sort == "rank" else sorted_lines(lines, *OPERATOR_SORTS[sort])


def _sums(
    context: AnswerContext, period: Period, lines: Sequence[RankingLine[ParkRow]]
) -> dict[int, ParkTotals]:
    """The totals of the parks of these rows; of the present moment there are none."""
    if period.is_live:
        return {}
    known = context.catalogue.parks
    return context.park_sums(context.ranges(period, [known[line.row["park_id"]] for line in lines]))


def _line(
    operator: str, lines: Sequence[RankingLine[ParkRow]], known: int, sums: dict[int, ParkTotals]
) -> RankingLine[OperatorRow]:
    rows = [line.row for line in lines]
    totals = add_park_totals(found) if (found := [sums[row["park_id"]] for row in rows if sums]) else None
    downtime = sum(row["weighted_downtime"] or 0 for row in rows)
    breakdown = sum(row["weighted_breakdown"] or 0 for row in rows)
    exposure = sum(row["weighted_exposure"] or 0 for row in rows)
    score = scores.shame_score(downtime, exposure)
    band = band_of(score)
    observed, opened = sum(line.observed for line in lines), sum(line.open for line in lines)
    row: OperatorRow = {
        "rank": None,
        "rank_from": None,
        "rank_to": None,
        "operator": operator,
        "parks": len(rows),
        "parks_known": known,
        "park_names": sorted((row["park_name"] for row in rows), key=str.casefold),
        "shame_score": score,
        "shame_band": band.slug if band else None,
        "comparable_score": scores.comparable_score(breakdown, downtime, exposure),
        "tells": BREAKDOWNS if all(row["tells"] == BREAKDOWNS for row in rows) else OPEN_CLOSED,
        "total_downtime_hours": None if totals is None else scores.downtime_hours(totals.downtime),
        **downtime_by_kind(totals),
        "weighted_downtime": downtime,
        "weighted_breakdown": breakdown,
        "weighted_exposure": exposure,
        "uptime_percent": None
        if totals is None
        else scores.uptime_percent(totals.operating, totals.downtime),
        "rides_operating": sum(row["rides_operating"] or 0 for row in rows),
        "rides_down": sum(row["rides_down"] or 0 for row in rows),
        "rides_eligible": sum(row["rides_eligible"] or 0 for row in rows),
        "average_wait_minutes": None
        if totals is None
        else scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        "coverage_percent": scores.coverage_percent(observed, opened),
    }
    return RankingLine(row, observed, opened)
