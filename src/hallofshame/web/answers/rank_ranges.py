"""From which to which place parks and operators may stand: neighbours that cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from hallofshame.domain.periods import Period
from hallofshame.metrics.rank_ranges import rank_ranges, spread_of
from hallofshame.store.reports.clusters import Clusters, comparable_clusters, shame_clusters, wait_clusters
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import RankingLine, figure
from hallofshame.web.answers.parks import ParkRow

if TYPE_CHECKING:
    from hallofshame.web.answers.operators import OperatorRow

_READERS: Mapping[str, tuple[Callable[..., Clusters], float]] = {
    "comparable_score": (comparable_clusters, 10),
    "shame_score": (shame_clusters, 10),
    "average_wait_minutes": (wait_clusters, 1),
}
"""What the figures that are ratios consist of, and the factor of the ratio. A longest wait is no ratio."""

Ranked = TypeVar("Ranked", ParkRow, "OperatorRow")


def with_rank_ranges(
    context: AnswerContext,
    period: Period,
    lines: Sequence[RankingLine[Ranked]],
    field: str,
    parks_of: Callable[[Ranked], Sequence[int]],
) -> list[RankingLine[Ranked]]:
    """``lines``, the ranked ones with the range of places that each may hold by ``field``.

    :param parks_of: the parks that a row is the sum of.
    """
    ranked = [line for line in lines if line.row["rank"] is not None]
    if period.is_live or field not in _READERS or not ranked:
        return list(lines)
    clusters, scale = _clusters(context, period, field), _READERS[field][1]
    spreads = [
        spread_of([clusters.get(park_id, ()) for park_id in parks_of(line.row)], scale) for line in ranked
    ]
    found = rank_ranges([figure(line.row, field) or 0.0 for line in ranked], spreads)
    known = {id(line): places for line, places in zip(ranked, found, strict=True) if places is not None}
    return [
        replace(line, row=line.row | {"rank_from": known[id(line)].first, "rank_to": known[id(line)].last})
        if id(line) in known
        else line
        for line in lines
    ]


def _clusters(context: AnswerContext, period: Period, field: str) -> Clusters:
    def build() -> Clusters:
        return _READERS[field][0](
            context.connection, context.ranges(period, context.catalogue.parks.values())
        )

    return context.remembered(f"clusters of {field}", period, build)
