"""The awards of a year: who stands for each, and the winners as rows of the lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hallofshame.domain.periods import Period, Shift
from hallofshame.metrics.awards import Entry, Record, Winner, qualifies, winners
from hallofshame.store.reports.record import recorded_days
from hallofshame.web.envelope import Row
from hallofshame.web.parameters import ParkFilter
from hallofshame.web.rankings import all_standings, park_ranking, with_standing
from hallofshame.web.reading import Reading
from hallofshame.web.ride_rows import measures
from hallofshame.web.trends import ride_changes

PARK, RIDE = "park", "ride"


@dataclass(frozen=True, slots=True)
class Category:
    """One award: what it is for and by which field of a row it is given."""

    slug: str
    title: str
    kind: str
    measure: str
    explanation: str
    highest_first: bool
    is_improvement: bool = False


CATEGORIES: tuple[Category, ...] = (
    Category(
        "worst-parks",
        "Most shameful parks",
        PARK,
        "shame_score",
        "The highest shame score of the year: most ride time lost, weighted by how much a ride matters.",
        True,
    ),
    Category(
        "best-parks",
        "Smoothest parks",
        PARK,
        "shame_score",
        "The lowest shame score of the year.",
        False,
    ),
    Category(
        "worst-rides",
        "Least reliable rides",
        RIDE,
        "uptime_percent",
        "The lowest share of the year in which the ride ran when it should have.",
        False,
    ),
    Category(
        "best-rides",
        "Most reliable rides",
        RIDE,
        "uptime_percent",
        "The highest share of the year in which the ride ran when it should have.",
        True,
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


@dataclass(frozen=True, slots=True)
class _Field:
    """Who may win in a range, each with its open days."""

    parks: Mapping[int, int]
    rides: Mapping[int, int]

    def of(self, category: Category) -> Mapping[int, int]:
        """Parks or rides."""
        return self.parks if category.kind == PARK else self.rides


def award_rows(reading: Reading, period: Period, parks: ParkFilter, limit: int) -> tuple[list[Row], int]:
    """The categories with at most ``limit`` winners each, and how many stood for them all together.

    Who may win is judged among all parks, whatever the filter: the best-recorded park sets the measure.
    """
    now = _qualified(reading, period)
    before = _qualified(reading, replace(period, shift=Shift.PREVIOUS))
    known = reading.catalogue
    admitted = {park.park_id for park in parks.choose(known.parks.values())}
    value_of = _values(reading, period)
    rows, stood = [], 0
    for category in CATEGORIES:
        days = now.of(category)
        entries = []
        for key in days:
            park_id = key if category.kind == PARK else known.rides[key].park_id
            value = value_of[category.kind, category.measure](key)
            if category.is_improvement and (key not in before.of(category) or (value or 0.0) <= 0):
                continue
            if park_id in admitted and value is not None:
                entries.append(Entry(key, value, days[key]))
        stood += len(entries)
        placed = winners(entries, highest_first=category.highest_first, limit=limit)
        rows.append(
            {
                "slug": category.slug,
                "title": category.title,
                "kind": category.kind,
                "measure": category.measure,
                "explanation": category.explanation,
                "winners": [
                    row | {"place": winner.place, "open_days": days[winner.key]}
                    for winner, row in zip(placed, _rows(reading, period, category, placed), strict=True)
                ],
            }
        )
    return rows, stood


def _rows(reading: Reading, period: Period, category: Category, placed: Sequence[Winner]) -> list[Row]:
    """The winners as the unfiltered lists show them."""
    if category.kind == PARK:
        rows = _park_rows(reading, period)
        return [rows[winner.key] for winner in placed]
    rides = [reading.catalogue.rides[winner.key] for winner in placed]
    return [line.row for line in with_standing(reading, period, rides, all_standings(reading, period))]


def _park_rows(reading: Reading, period: Period) -> dict[int, Row]:
    return {line.row["park_id"]: line.row for line in park_ranking(reading, period, ParkFilter())}


def _values(reading: Reading, period: Period) -> dict[tuple[str, str], Callable[[int], float | None]]:
    """What each kind is judged by, field by field of its rows."""
    parks, rides = _park_rows(reading, period), measures(reading, period)
    changes = ride_changes(reading, period)
    return {
        (PARK, "shame_score"): lambda key: parks[key]["shame_score"],
        (PARK, "trend_points"): lambda key: parks[key]["trend_points"],
        (RIDE, "uptime_percent"): lambda key: rides[key].uptime,
        (RIDE, "average_wait_minutes"): lambda key: rides[key].wait,
        (RIDE, "trend_points"): changes.get,
    }


def _qualified(reading: Reading, period: Period) -> _Field:
    return reading.remembered("award records", period, lambda: _judge(reading, period))


def _judge(reading: Reading, period: Period) -> _Field:
    """The open days of the parks and rides whose record of the range is enough."""
    ranges = reading.ranges(period, reading.catalogue.parks.values())
    found = recorded_days(reading.connection, ranges)
    open_days = {park_id: days.open_and_recorded for park_id, days in found.items()}
    best = max(open_days.values(), default=0)
    park_days = {
        park_id: open_days.get(park_id, 0)
        for park_id, row in _park_rows(reading, period).items()
        if qualifies(
            Record(row["coverage_percent"], open_days.get(park_id, 0), row["rides_eligible"] or 0), best
        )
    }
    ride_days = {
        ride_id: measure.eligible_days
        for ride_id, measure in measures(reading, period).items()
        if measure.observed > 0 and qualifies(Record(measure.coverage, measure.eligible_days), best)
    }
    return _Field(park_days, ride_days)
