"""Everything about one ride in one period: the same row as in the list, its chart and its outages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import Period
from hallofshame.metrics.reliability import outage_statistics
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.former_names import former_names
from hallofshame.store.reports.outages import ride_outages
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chart_points import ParkGrain, RidePoint, ride_chart
from hallofshame.web.answers.common import (
    CoverageBody,
    Instant,
    RankedBy,
    RideKindSlug,
    RideTypeSlug,
    SourceUrl,
    TypeLabel,
)
from hallofshame.web.answers.envelope import coverage_body, iso, ranked_by_body
from hallofshame.web.answers.identity import EntityFacts, fact_fields, ride_urls
from hallofshame.web.answers.outages import OutageInPark, outages_inside
from hallofshame.web.answers.park_details import MAX_OUTAGES_LISTED, ParkInfo, park_info
from hallofshame.web.answers.rankings import (
    DOWNTIME,
    LIVE_RIDE_FIELD,
    RIDE_FIELDS,
    all_standings,
    with_standing,
)
from hallofshame.web.answers.ride_hours import PublishedRideHours, UsualHours, published_rows, usual_rows
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.shapes import Url, closed
from hallofshame.web.wording import TIER_LABELS, TYPE_LABELS, TierLabel


@closed
class OutageStatistics(TypedDict):
    """Over the counted outages that began in the period; durations are of those that reopened."""

    count: Annotated[int | None, Field(ge=0, description="Null where the ride was not watched.")]
    without_duration: Annotated[int, Field(ge=0, description="How many of them did not reopen.")]
    median_seconds: float | None
    p90_seconds: float | None
    longest_seconds: float | None
    mean_time_between_failures_seconds: float | None
    mean_time_to_recover_seconds: float | None


@closed
class RideDetails(TypedDict):
    """Everything about one ride in one period."""

    ride: RideInfo
    park: ParkInfo
    former_names: Annotated[
        list[str], Field(description="Other names it was seen under, the first seen first; no spellings.")
    ]
    former_ride_ids: Annotated[
        list[int], Field(description="Numbers of rides that were found to be this one; they lead here.")
    ]
    summary: RideRow
    ranked_by: RankedBy
    chart_grain: ParkGrain
    chart_data: list[RidePoint]
    outages: list[OutageInPark]
    outages_total: Annotated[int, Field(ge=0)]
    published_hours: Annotated[
        list[PublishedRideHours], Field(description="Of the period's last seven dates; empty if none are.")
    ]
    usual_hours: Annotated[list[UsualHours], Field(description="One for each weekday on which it ran.")]
    outage_statistics: OutageStatistics


@closed
class RideInfo(EntityFacts):
    """A ride as the catalogue knows it."""

    ride_id: int
    ride_name: str
    ride_slug: str
    park_id: int
    kind: RideKindSlug
    land: str | None
    is_active: bool
    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    tier_source: Annotated[str | None, Field(description="Who decided the tier.")]
    weight: Annotated[int, Field(ge=1, le=3)]
    type: RideTypeSlug
    type_label: TypeLabel
    type_source: Annotated[str | None, Field(description="Who decided the type.")]
    first_seen_at: Instant | None
    last_seen_at: Instant | None
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None


def ride_info(context: AnswerContext, ride: RideProfile) -> RideInfo:
    """The ride as the catalogue knows it."""
    park = context.catalogue.parks[ride.park_id]
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "ride_slug": ride.slug,
        "park_id": ride.park_id,
        "kind": ride.kind.value,
        "land": ride.land,
        "is_active": ride.is_active,
        "tier": ride.tier,
        "tier_label": TIER_LABELS[ride.tier],
        "tier_source": ride.tier_source,
        "weight": ride.weight,
        "type": ride.type.value,
        "type_label": TYPE_LABELS[ride.type],
        "type_source": ride.type_source,
        "first_seen_at": iso(ride.first_seen_at),
        "last_seen_at": iso(ride.last_seen_at),
        **ride_urls(park, ride),
        **fact_fields(ride),
    }


def ride_details(
    context: AnswerContext, period: Period, ride: RideProfile
) -> tuple[RideDetails, CoverageBody]:
    """The details and their coverage."""
    park = context.catalogue.parks[ride.park_id]
    days = period.days(context.today(park))
    [line] = with_standing(context, period, [ride], all_standings(context, period))
    chart = ride_chart(context, park, ride.ride_id, days)
    outages = ride_outages(context.connection, ride.ride_id, days)
    totals = context.ride_sums({park.park_id: days}, [ride.ride_id]).get(ride.ride_id)
    counted = [outage for outage in outages if outage.counted]
    reopened = [outage.downtime_seconds for outage in counted if outage.reopened]
    statistics = outage_statistics(reopened, len(counted) - len(reopened), totals.operating if totals else 0)
    details: RideDetails = {
        "ride": ride_info(context, ride),
        "park": park_info(park),
        "former_names": former_names(context.connection, ride.ride_id),
        "former_ride_ids": sorted(
            number for number, into in context.catalogue.merged.items() if into == ride.ride_id
        ),
        "summary": line.row,
        "ranked_by": ranked_by_body(LIVE_RIDE_FIELD if period.is_live else RIDE_FIELDS[DOWNTIME]),
        "chart_grain": chart.grain.value,
        "chart_data": chart.data,
        "outages": outages_inside(context, outages[:MAX_OUTAGES_LISTED]),
        "outages_total": len(outages),
        "published_hours": published_rows(context, park, ride, days),
        "usual_hours": usual_rows(context, park, ride, days),
        # Where nobody looked, it is not known that nothing broke.
        "outage_statistics": {
            "count": line.row["outages"],
            "without_duration": statistics.without_duration,
            "median_seconds": statistics.median_seconds,
            "p90_seconds": statistics.p90_seconds,
            "longest_seconds": statistics.longest_seconds,
            "mean_time_between_failures_seconds": statistics.mean_time_between_failures_seconds,
            "mean_time_to_recover_seconds": statistics.mean_time_to_recover_seconds,
        },
    }
    return details, coverage_body([line])
