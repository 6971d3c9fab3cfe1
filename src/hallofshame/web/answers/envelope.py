"""The one envelope of every JSON answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Required, TypeVar, overload

from typing_extensions import TypedDict

from hallofshame.domain.localtime import isoformat
from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.words import Feed
from hallofshame.metrics import METRICS_VERSION
from hallofshame.metrics.comparing import WatchedStretch
from hallofshame.metrics.scores import coverage_percent
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import CoverageBody, PeriodBody, RankedBy
from hallofshame.web.parameters.filters import ListPage
from hallofshame.web.sources import ATTRIBUTION, TOURING_PLANS, Source
from hallofshame.web.wording import RANK_WORDS, RANKED_BY

Row = dict[str, Any]


T = TypeVar("T")
R = TypeVar("R", bound=Mapping[str, Any])


class Answer(TypedDict, Generic[T], total=False):
    """What an endpoint answers: ``data``, and around it what every answer says and what some say beside."""

    success: Required[Literal[True]]
    data: Required[T]
    period: PeriodBody
    data_as_of: str | None
    metrics_version: int
    demonstration: bool
    coverage: CoverageBody
    total: int
    limit: int
    offset: int
    attribution: list[Source]
    ranked_by: RankedBy


@dataclass(frozen=True, slots=True)
class RankingLine(Generic[R]):
    """One row of a ranking with the two counters its coverage is the ratio of.

    ``watched``: how its period was watched, for comparing it with another; null where nothing was seen.
    """

    row: R
    observed: int
    open: int
    watched: WatchedStretch | None = None


def figure(row: Mapping[str, Any], field: str) -> float | None:
    """A figure of a row by its name, where the name is chosen by a request."""
    found: float | None = row[field]
    return found


def attribution(context: AnswerContext) -> list[Source]:
    """The sources of what an answer shows."""
    return [*ATTRIBUTION, TOURING_PLANS] if Feed.TOURING_PLANS in context.catalogue.feeds else ATTRIBUTION


@overload
def iso(seconds: int) -> str: ...


@overload
def iso(seconds: int | None) -> str | None: ...


def iso(seconds: int | None) -> str | None:
    """An instant as ISO 8601 in UTC; null stays null."""
    return None if seconds is None else isoformat(seconds)


def period_body(period: Period, ranges: Iterable[DayRange]) -> PeriodBody:
    """The period as asked for; ``start`` and ``end`` are null for ``live`` and where parks differ in date.

    A range of dates means the same days everywhere, also where there is no park.
    """
    distinct = set(ranges)
    if period.start is not None and period.end is not None and period.shift is None:
        distinct = {DayRange(period.start, period.end)}
    days = distinct.pop() if len(distinct) == 1 and not period.is_live else None
    return {
        "name": period.name.value,
        "label": period.label,
        "start": None if days is None else days.start.isoformat(),
        "end": None if days is None else days.end.isoformat(),
    }


def ranked_by_body(field: str) -> RankedBy:
    """What the rows of a list are ranked by (R12)."""
    return {"field": field, "words": RANK_WORDS[field], "sentence": RANKED_BY[field]}


def coverage_body(lines: Iterable[RankingLine[Any]]) -> CoverageBody:
    """Coverage over all rows of an answer, and for how many there was any data."""
    return coverage_of([(line.observed, line.open) for line in lines])


def coverage_of(seconds: Sequence[tuple[int, int]]) -> CoverageBody:
    """The same from the observed and open seconds of each row."""
    return coverage_of_columns([observed for observed, _ in seconds], [opened for _, opened in seconds])


def coverage_of_columns(observed: Sequence[int], opened: Sequence[int]) -> CoverageBody:
    """The same from the observed seconds of all rows and their open seconds."""
    without_data = observed.count(0)
    return {
        "percent": coverage_percent(sum(observed), sum(opened)),
        "with_data": len(observed) - without_data,
        "without_data": without_data,
    }


def envelope(
    context: AnswerContext,
    data: T,
    *,
    period: PeriodBody | None = None,
    coverage: CoverageBody | None = None,
    total: int | None = None,
    page: ListPage | None = None,
) -> Answer[T]:
    """Wrap ``data``. It holds no time of generation, so that equal data has an equal ETag."""
    body: Answer[T] = {"success": True, "data": data}
    if period is not None:
        body["period"] = period
    body["data_as_of"] = iso(context.data_as_of)
    body["metrics_version"] = METRICS_VERSION
    body["demonstration"] = context.site.settings.demonstration
    if coverage is not None:
        body["coverage"] = coverage
    if total is not None:
        body["total"] = total
    if page is not None:
        body["limit"], body["offset"] = page.limit, page.offset
    body["attribution"] = attribution(context)
    return body


def ranking_body(
    context: AnswerContext,
    lines: Sequence[RankingLine[R]],
    page: ListPage,
    period: Period,
    ranges: Iterable[DayRange],
    ranked_by: str,
) -> Answer[list[R]]:
    """The part of a ranking that is shown, with the coverage of all of it and what it is ranked by."""
    body = envelope(
        context,
        [line.row for line in page.of(lines)],
        period=period_body(period, ranges),
        coverage=coverage_body(lines),
        total=len(lines),
        page=page,
    )
    body["ranked_by"] = ranked_by_body(ranked_by)
    return body
