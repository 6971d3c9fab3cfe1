"""``/api/compare``: parks or rides side by side, in one range or against another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from flask import Blueprint

from hallofshame.domain.errors import InputError, PeriodError
from hallofshame.domain.periods import Period, Shift, parse_range
from hallofshame.metrics.comparing import change_of, trend_points
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import PeriodBody, TrendReason
from hallofshame.web.answers.compare import Change, CompareRow, Comparison
from hallofshame.web.answers.envelope import Answer, RankingLine, coverage_body, envelope, period_body
from hallofshame.web.answers.park_details import park_line
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rankings import all_standings, with_standing
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.answers.watched import change_of_uptime
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import DateParameter, choice, text
from hallofshame.web.parameters.shared import PERIOD

api_compare = Blueprint("api_compare", __name__, url_prefix="/api")

T = TypeVar("T")

MAX_COMPARED = 6
NONE, RANGE = "none", "range"
Line = RankingLine[ParkRow] | RankingLine[RideRow]
CHANGES = (
    "comparable_score",
    "shame_score",
    "uptime_percent",
    "downtime_minutes_per_open_hour",
    "average_wait_minutes",
)

PARKS = text("parks", f"1 to {MAX_COMPARED} parks, each a `park_id` or a slug, separated by commas.", "1,2")
RIDES = text("rides", f"1 to {MAX_COMPARED} rides, each a `ride_id`, separated by commas, instead.", "11,12")
AGAINST = choice(
    "against",
    (NONE, *Shift, RANGE),
    "What the period is compared with: nothing, the period before, the same dates a year before, "
    "or the range from `against_start` to `against_end`.",
)
AGAINST_DATES = (
    DateParameter("against_start", "First day of the other range, with `against=range`."),
    DateParameter("against_end", "Last day of the other range, included."),
)
AGAINST_NAMES = (AGAINST_DATES[0].name, AGAINST_DATES[1].name)


@endpoint(
    api_compare,
    "/compare",
    parameters=(PARKS, RIDES, PERIOD, AGAINST, AGAINST_DATES),
    tables=("rows",),
    may_be_missing=True,
)
def compare(context: AnswerContext, asked: Parameters) -> Answer[Comparison]:
    """Up to six parks or rides side by side, in one period or two."""
    parks, rides = _chosen(context, asked)
    first = PERIOD.read(asked, context.now.date())
    second = _against(asked, first, context.now.date())
    subjects = parks or [context.catalogue.parks[ride.park_id] for ride in rides]

    def shown(period: Period) -> PeriodBody:
        return period_body(period, context.ranges(period, subjects).values())

    ids = [park.park_id for park in parks] or [ride.ride_id for ride in rides]
    lines: Sequence[Line]
    others: Sequence[Line] = ()
    if parks:
        lines = [park_line(context, first, park) for park in parks]
        if second is not None:
            others = [park_line(context, second, park) for park in parks]
    else:
        lines = with_standing(context, first, rides, all_standings(context, first))
        if second is not None:
            others = with_standing(context, second, rides, all_standings(context, second))
    data: Comparison = {
        "kind": "park" if parks else "ride",
        "first": shown(first),
        "second": shown(second) if second else None,
        "rows": [
            _row(key, line, others[at] if second is not None else None)
            for at, (key, line) in enumerate(zip(ids, lines, strict=True))
        ],
    }
    return envelope(context, data, period=shown(first), coverage=coverage_body(lines))


def _row(key: int, now: Line, before: Line | None) -> CompareRow:
    reason, change = (None, None) if before is None else _change(now, before)
    return {
        "id": key,
        "first": now.row,
        "second": None if before is None else before.row,
        "change_reason": reason,
        "change": change,
    }


def _change(now: Line, before: Line) -> tuple[TrendReason | None, Change | None]:
    """Why it cannot be said by how much the figures differ (R11), or by how much they do."""
    uptime, reason = change_of_uptime(now.watched, before.watched)
    if reason is not None and reason != "did_not_run":
        return reason, None

    def change(name: str) -> float | None:
        figures: tuple[Mapping[str, Any], Mapping[str, Any]] = now.row, before.row
        return change_of(*(row.get(name) for row in figures))

    return None, {
        "comparable_score": change("comparable_score"),
        "shame_score": change("shame_score"),
        "uptime_percent": trend_points(uptime),
        "downtime_minutes_per_open_hour": change("downtime_minutes_per_open_hour"),
        "average_wait_minutes": change("average_wait_minutes"),
    }


def _chosen(context: AnswerContext, asked: Parameters) -> tuple[Sequence[ParkProfile], Sequence[RideProfile]]:
    parks, rides = PARKS.read(asked), RIDES.read(asked)
    if parks is not None and rides is not None:
        raise InputError(
            "parks and rides cannot be compared with each other; give one of the two", parameter="rides"
        )
    if rides is not None:
        return [], _listed("rides", rides, lambda part: find_ride(context, part))
    if parks is None:
        raise InputError(
            f"parks is missing; it takes 1 to {MAX_COMPARED} parks separated by commas, or give rides",
            parameter="parks",
        )
    return _listed("parks", parks, lambda part: find_park(context, part)), []


def _listed(name: str, text: str, find: Callable[[str], T]) -> list[T]:
    """What is named, each once, in the order given; one may be named by its id and its slug."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not 1 <= len(parts) <= MAX_COMPARED:
        raise InputError(
            f"{name} names {len(parts)}; it takes 1 to {MAX_COMPARED}, separated by commas", parameter=name
        )
    return list(dict.fromkeys(find(part) for part in parts))


def _against(asked: Parameters, first: Period, today: dt.date) -> Period | None:
    against = AGAINST.read(asked)
    if against != RANGE:
        for name in AGAINST_NAMES:
            if asked.text(name) is not None:
                raise InputError(f"{name} goes with against=range; give both or leave it out", parameter=name)
    if against == NONE:
        return None
    if first.is_live:
        raise PeriodError(
            "period 'live' is a moment, with nothing before it to compare; give another or against=none",
            parameter="period",
        )
    if against != RANGE:
        return replace(first, shift=Shift(against))
    start, end = (asked.text(name) for name in AGAINST_NAMES)
    return parse_range(start, end, today, AGAINST_NAMES)
