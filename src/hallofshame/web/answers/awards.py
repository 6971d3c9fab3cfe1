"""The awards of a year: who stands for each, and the winners as rows of the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import Period, Shift
from hallofshame.domain.ride_types import RideType
from hallofshame.metrics.awards import (
    QUEUE_MINUTES,
    AwardEntry,
    Winner,
    YearRecord,
    has_queue,
    left_out,
    qualifies,
    winners,
)
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.record import RideDays, ride_days
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import figure
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rankings import all_standings, chosen_rides, park_ranking, with_standing
from hallofshame.web.answers.ride_measures import measures
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.answers.trends import park_changes, ride_changes
from hallofshame.web.answers.watched import days_recorded, inferred_days
from hallofshame.web.parameters.filters import ParkFilter, RideFilter
from hallofshame.web.shapes import closed

Place = Annotated[int, Field(ge=1, description="Place among the winners; equals share one.")]
OpenDays = Annotated[int, Field(ge=1, description="Days of the year on which it was open and observed.")]


class ParkWinner(ParkRow):
    """A park with its place."""

    place: Place
    open_days: OpenDays


class RideWinner(RideRow):
    """A ride with its place."""

    place: Place
    open_days: Annotated[int, Field(ge=1, description="Days of the year on which it ran in an open park.")]
    queue_days: Annotated[
        int, Field(ge=0, description="Days of these on which it posted a wait of ten minutes or more.")
    ]


@closed
class AwardCategory(TypedDict):
    """One award."""

    slug: str
    title: str
    kind: Literal["park", "ride"]
    measure: Annotated[str, Field(description="The field of a winner that decides.")]
    explanation: Annotated[str, Field(description="What it is given for, in one sentence.")]
    winners: list[ParkWinner | RideWinner]
    unnamed_at_last_place: Annotated[
        int,
        Field(ge=0, description="How many more share the last place, beyond `limit`."),
    ]


@closed
class Awards(TypedDict):
    """The awards of one year."""

    year: int
    is_partial: Annotated[bool, Field(description="The year is not over: places may still change.")]
    years: Annotated[list[int], Field(description="Years with a record, oldest first.")]
    categories: list[AwardCategory]


PARK: Final = "park"
RIDE: Final = "ride"
JUDGED_AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Category:
    """One award: what it is for and by which field of a row it is given."""

    slug: str
    title: str
    kind: Literal["park", "ride"]
    measure: str
    explanation: str
    highest_first: bool
    is_improvement: bool = False
    needs_queue: bool = False
    ride_type: RideType | None = None


CATEGORIES: tuple[Category, ...] = (
    Category(
        "worst-parks",
        "Most shameful parks",
        PARK,
        "comparable_score",
        "Most ride time of the year lost in breakdowns that were over the same day, weighted by how much a "
        "ride matters: what every source can tell. The shame score, which counts all downtime, stands "
        "beside it.",
        True,
    ),
    Category(
        "best-parks",
        "Smoothest parks",
        PARK,
        "comparable_score",
        "Least ride time of the year lost in breakdowns that were over the same day.",
        False,
    ),
    Category(
        "worst-rides",
        "Least reliable rides",
        RIDE,
        "comparable_uptime_percent",
        "The lowest share of its time that the ride ran, in which only breakdowns that were over the same "
        "day count: what every source can tell.",
        False,
    ),
    Category(
        "worst-coasters",
        "Least reliable roller coasters",
        RIDE,
        "comparable_uptime_percent",
        "The lowest share of its time that the coaster ran, in which only breakdowns that were over the same "
        "day count.",
        False,
        ride_type=RideType.COASTER,
    ),
    Category(
        "best-rides",
        "Most reliable rides",
        RIDE,
        "comparable_uptime_percent",
        "The highest share of its time that the ride ran, in which only breakdowns that were over the same "
        "day count, among rides with a queue: "
        f"they posted {QUEUE_MINUTES} minutes or more on at least half of the days on which they ran.",
        True,
        needs_queue=True,
    ),
    Category(
        "longest-waits",
        "Longest waits",
        RIDE,
        "average_wait_minutes",
        "The highest average posted wait of the year.",
        True,
    ),
    Category(
        "most-improved-parks",
        "Most improved parks",
        PARK,
        "trend_points",
        "The most points of uptime gained over the year before; a running year over the same stretch of it.",
        True,
        is_improvement=True,
    ),
    Category(
        "most-improved-rides",
        "Most improved rides",
        RIDE,
        "trend_points",
        "The most points of uptime gained over the year before; a running year over the same stretch of it.",
        True,
        is_improvement=True,
    ),
)


def award_rows(
    context: AnswerContext, period: Period, parks: ParkFilter, rides_asked: RideFilter, limit: int
) -> list[AwardCategory]:
    """The categories with at most ``limit`` winners each.

    Who may win is judged among all parks, whatever the filter: the best-recorded park sets the measure.
    """
    known = context.catalogue
    admitted = {park.park_id for park in parks.choose(known.parks.values())}
    admitted_rides = {ride.ride_id for ride in chosen_rides(context, parks, rides_asked)}
    values: dict[str, dict[int, float]] = {}
    rows: list[AwardCategory] = []
    for category in CATEGORIES:
        of_measure = f"{category.kind} {category.measure}"
        if of_measure not in values:
            values[of_measure] = _known_values(context, period, category)
        candidates = {
            key: value
            for key, value in values[of_measure].items()
            if (
                key in admitted
                if category.kind == PARK
                else key in admitted_rides and _stands(category, known.rides[key])
            )
        }
        placed, records, unnamed = _placed(_Judge(context, period, category), candidates, limit)
        rows.append(
            {
                "slug": category.slug,
                "title": category.title,
                "kind": category.kind,
                "measure": category.measure,
                "explanation": category.explanation,
                "winners": _winners(context, period, category, placed, records),
                "unnamed_at_last_place": unnamed,
            }
        )
    return rows


def _stands(category: Category, ride: RideProfile) -> bool:
    """Whether the ride is of the type that the award is for."""
    return category.ride_type is None or ride.type is category.ride_type


def _known_values(context: AnswerContext, period: Period, category: Category) -> dict[int, float]:
    """What parks or rides are judged by: that field of their rows; those that have none are absent."""
    values: Mapping[int, float | None]
    if category.is_improvement:
        changes = park_changes if category.kind == PARK else ride_changes
        rose = changes(context, period).items()
        return {key: value for key, value in rose if value is not None and value > 0}
    if category.kind == PARK:
        values = {key: figure(row, category.measure) for key, row in _park_rows(context, period).items()}
    elif category.measure == "average_wait_minutes":
        values = {key: found.wait for key, found in measures(context, period).items()}
    else:
        values = {key: found.comparable_uptime for key, found in measures(context, period).items()}
    return {key: value for key, value in values.items() if value is not None}


def _placed(
    judge: _Judge, candidates: Mapping[int, float], limit: int
) -> tuple[list[Winner], dict[int, YearRecord], int]:
    """The winners, the records of those judged, and how many more share the last winner's place.

    Candidates are judged in the order of what they are judged by, some at a time, until nobody who follows
    can take a place any more: the days of thousands of rides need not be counted.
    """
    sign = -1 if judge.category.highest_first else 1
    order = sorted(candidates, key=lambda key: (sign * candidates[key], key))
    entries: list[AwardEntry] = []
    records: dict[int, YearRecord] = {}
    for start in range(0, len(order), JUDGED_AT_ONCE):
        if len(entries) >= limit and candidates[order[start]] != candidates[entries[limit - 1].key]:
            break
        found = judge.qualified(order[start : start + JUDGED_AT_ONCE])
        entries += [AwardEntry(key, candidates[key], record.open_days) for key, record in found.items()]
        records |= found
    placed = winners(entries, highest_first=judge.category.highest_first, limit=limit)
    return placed, records, left_out(entries, placed)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says who may win an award."""

    context: AnswerContext
    period: Period
    category: Category

    def qualified(self, keys: Sequence[int]) -> dict[int, YearRecord]:
        """Those of the candidates whose record is enough, in order."""
        found = self._in(self.period, keys)
        if self.category.is_improvement:
            before = self._in(replace(self.period, shift=Shift.PREVIOUS), list(found))
            found = {key: record for key, record in found.items() if key in before}
        return found

    def _in(self, period: Period, keys: Sequence[int]) -> dict[int, YearRecord]:
        open_days = _open_days(self.context, period)
        inferred = inferred_days(self.context, period)
        best = max(open_days.values(), default=0)
        records: dict[int, YearRecord] = {}
        if self.category.kind == PARK:
            rows = _park_rows(self.context, period)
            for key in keys:
                if key in rows:
                    row = rows[key]
                    rides = row["rides_eligible"] or 0
                    records[key] = YearRecord(
                        row["coverage_percent"], open_days.get(key, 0), rides, inferred.get(key)
                    )
        else:
            known, counted = measures(self.context, period), self._ride_days(period, keys)
            for key in keys:
                if key in known and known[key].eligible and key in counted:
                    days = counted[key]
                    records[key] = YearRecord(
                        known[key].coverage,
                        days.operated,
                        inferred_day_seconds=inferred.get(self.context.catalogue.rides[key].park_id),
                        queue_days=days.queued,
                        seen_days=days.observed,
                    )
        return {
            key: record
            for key, record in records.items()
            if qualifies(record, best) and (has_queue(record) or not self.category.needs_queue)
        }

    def _ride_days(self, period: Period, ride_ids: Sequence[int]) -> dict[int, RideDays]:
        known = self.context.catalogue
        parks = [known.parks[park_id] for park_id in {known.rides[key].park_id for key in ride_ids}]
        ranges = self.context.ranges(period, parks)
        return ride_days(self.context.connection, ranges, ride_ids, self.context.stored_days)


def _open_days(context: AnswerContext, period: Period) -> dict[int, int]:
    """On how many days each park was open and observed."""
    return {park_id: days.open_and_recorded for park_id, days in days_recorded(context, period).items()}


def _winners(
    context: AnswerContext,
    period: Period,
    category: Category,
    placed: Sequence[Winner],
    records: Mapping[int, YearRecord],
) -> list[ParkWinner | RideWinner]:
    """The winners as the unfiltered lists show them, each with what is shown of its record."""
    found: list[ParkWinner | RideWinner] = []
    if category.kind == PARK:
        rows = _park_rows(context, period)
        for winner in placed:
            park: ParkWinner = {
                **rows[winner.key],
                "place": winner.place,
                "open_days": records[winner.key].open_days,
            }
            found.append(park)
        return found
    rides = [context.catalogue.rides[winner.key] for winner in placed]
    lines = with_standing(context, period, rides, all_standings(context, period))
    for winner, line in zip(placed, lines, strict=True):
        record = records[winner.key]
        ride: RideWinner = {
            **line.row,
            "place": winner.place,
            "open_days": record.open_days,
            "queue_days": record.queue_days,
        }
        found.append(ride)
    return found


def _park_rows(context: AnswerContext, period: Period) -> dict[int, ParkRow]:
    def build() -> dict[int, ParkRow]:
        return {line.row["park_id"]: line.row for line in park_ranking(context, period, ParkFilter())}

    return context.remembered("ranked parks", period, build)
