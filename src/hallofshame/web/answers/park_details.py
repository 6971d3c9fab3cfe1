"""Everything about one park in one period: the same row as in the list, and what it is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.ride_types import NON_RIDES
from hallofshame.domain.words import TIER_WEIGHTS
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.outages import park_outages
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chart_points import ParkGrain, ParkPoint, park_chart
from hallofshame.web.answers.common import CoverageBody, EvidenceSlug, RankedBy, Seconds
from hallofshame.web.answers.envelope import RankingLine, coverage_body, ranked_by_body
from hallofshame.web.answers.identity import ParkIdentity, park_identity
from hallofshame.web.answers.outages import OutageInPark, outages_inside
from hallofshame.web.answers.park_days import MAX_DAYS_LISTED, ParkDayRow, Window, days_listed
from hallofshame.web.answers.parks import ParkRow, park_lines
from hallofshame.web.answers.rankings import DOWNTIME, PARK_FIELDS, all_standings, park_ranking, with_standing
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.answers.schedules import ScheduleEntry, schedule_rows
from hallofshame.web.answers.score_explained import ScoreExplained, ScoreShare, score_explained
from hallofshame.web.parameters.filters import ParkFilter, RideFilter
from hallofshame.web.shapes import closed
from hallofshame.web.wording import TIER_LABELS, TierLabel


@closed
class TierRow(TypedDict):
    """The park's rides of one tier."""

    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3)]
    rides: Annotated[int, Field(ge=1, description="Attractions of the park.")]
    eligible: Annotated[int, Field(ge=0, description="Those that count in the period.")]
    downtime_seconds: Annotated[Seconds | None, Field(description="Null where none counts, and for live.")]


@closed
class ParkDetails(TypedDict):
    """Everything about one park in one period."""

    park: ParkInfo
    summary: ParkRow
    ranked_by: RankedBy
    windows: Annotated[list[Window] | None, Field(description="Null for more than one day.")]
    evidence: EvidenceSlug | None
    days: Annotated[list[ParkDayRow], Field(description="The latest 31 days that have data, newest first.")]
    chart_grain: ParkGrain
    chart_data: list[ParkPoint]
    rides: list[RideRow]
    non_rides: Annotated[
        int, Field(ge=0, description="How many entries of the park are no rides; `non_rides=yes` lists them.")
    ]
    outages: list[OutageInPark]
    outages_total: Annotated[int, Field(ge=0)]
    score_explained: ScoreExplained
    tiers: Annotated[list[TierRow], Field(description="Flagships first; they add up to the park's downtime.")]
    schedule: list[ScheduleEntry]


class ParkInfo(ParkIdentity):
    """A park as the catalogue knows it."""

    region: str | None
    latitude: float | None
    longitude: float | None
    is_water_park: bool
    is_active: Annotated[bool, Field(description="False for a park that vanished from its sources.")]
    primary_feed: Annotated[str, Field(description="The source that is asked first.")]
    breakdown_signal: Annotated[
        str, Field(description="`down`: the source tells breakdowns from closures; `closed`: it does not.")
    ]


MAX_OUTAGES_LISTED = 500


def park_info(park: ParkProfile) -> ParkInfo:
    """The park as the catalogue knows it."""
    return {
        **park_identity(park),
        "region": park.region,
        "latitude": park.latitude,
        "longitude": park.longitude,
        "is_water_park": park.is_water_park,
        "is_active": park.is_active,
        "primary_feed": park.primary_feed.slug,
        "breakdown_signal": park.breakdown_signal.value,
    }


def park_line(context: AnswerContext, period: Period, park: ParkProfile) -> RankingLine[ParkRow]:
    """The park's row of the unfiltered list, or the like for a vanished park that is not listed."""
    listed = park_ranking(context, period, ParkFilter())
    return next(
        line for line in (*listed, *park_lines(context, period)) if line.row["park_id"] == park.park_id
    )


def park_summary(context: AnswerContext, period: Period, park: ParkProfile) -> ParkRow:
    """The row of :func:`park_line`."""
    return park_line(context, period, park).row


def park_details(
    context: AnswerContext, period: Period, park: ParkProfile, rides_asked: RideFilter
) -> tuple[ParkDetails, CoverageBody]:
    """The details and their coverage. ``rides`` are those asked for; all other figures are of all."""
    days = period.days(context.today(park))
    summary = park_summary(context, period, park)
    rides = context.catalogue.rides_of[park.park_id]
    lines = with_standing(context, period, rides, all_standings(context, period))
    lines.sort(key=lambda line: _order(line.row))
    rows = [line.row for line in lines]
    listed_rides = [row for row in rows if rides_asked.admits(context.catalogue.rides[row["ride_id"]])]
    latest = DayRange(max(days.start, days.end - dt.timedelta(days=MAX_DAYS_LISTED - 1)), days.end)
    chart = park_chart(context, park, days)
    total, outages = park_outages(context.connection, park.park_id, days, MAX_OUTAGES_LISTED)
    listed = days_listed(context, park, latest)
    only = listed[0] if days.days == 1 and listed else None
    explained = score_explained(context, period, park, days, rows, summary)
    details: ParkDetails = {
        "park": park_info(park),
        "summary": summary,
        "ranked_by": ranked_by_body(PARK_FIELDS[DOWNTIME]),
        "windows": only["windows"] if only else None,
        "evidence": only["evidence"] if only else None,
        "days": listed,
        "chart_grain": chart.grain.value,
        "chart_data": chart.data,
        "rides": listed_rides,
        "non_rides": sum(ride.is_active and ride.type in NON_RIDES for ride in rides),
        "outages": outages_inside(context, outages),
        "outages_total": total,
        "score_explained": explained,
        "tiers": tier_rows(rides, explained["rides"]),
        "schedule": schedule_rows(context, park, latest),
    }
    return details, coverage_body(line for line in lines if line.row["eligible"])


def _order(row: RideRow) -> tuple[bool, bool, float, str, int]:
    """Rides that count first; among them the longest down (right now: those down) first; then by name."""
    lost = row["downtime_seconds"] or 0
    return (
        not row["eligible"],
        not row["is_down"],
        -lost,
        row["ride_name"].casefold(),
        row["ride_id"],
    )


def tier_rows(rides: Iterable[RideProfile], shares: Iterable[ScoreShare]) -> list[TierRow]:
    """The park's rides by tier, flagships first: how many there are, how many count, and what they lost.

    ``shares`` are those of the score explained, so the tiers add up to the park's row.
    """
    counted = list(shares)
    in_score = {share["ride_id"] for share in counted}
    known = [ride for ride in rides if ride.ride_id in in_score or (ride.is_active and ride.is_ride)]
    rows: list[TierRow] = []
    for tier, label in TIER_LABELS.items():
        of_tier = [share for share in counted if share["tier"] == tier]
        lost = [share["downtime_seconds"] for share in of_tier if share["downtime_seconds"] is not None]
        if total := sum(1 for ride in known if ride.tier == tier):
            rows.append(
                {
                    "tier": tier,
                    "tier_label": label,
                    "weight": TIER_WEIGHTS[tier],
                    "rides": total,
                    "eligible": len(of_tier),
                    "downtime_seconds": sum(lost) if lost else None,
                }
            )
    return rows
