"""Parks and rides: who they are, and their row in the rankings, the same for every period."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import (
    CLOSED,
    BandSlug,
    Day,
    ExcludedReason,
    Instant,
    RideKindSlug,
    RideTypeSlug,
    Score,
    Seconds,
    SourceUrl,
    StatusSlug,
    TierLabel,
    TrendReason,
    TypeLabel,
    UnrankedReason,
    Url,
    Wait,
)


class ParkIdentity(TypedDict):
    """Who a park is, and where it is at the sources that know it."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    park_name: str
    park_slug: str
    operator: str | None
    country: str | None
    timezone: Annotated[str, Field(description="IANA zone: the park's own clock and calendar.")]
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None


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


Rank = Annotated[int, Field(ge=1, description="Place; equals share one.")]
RankFrom = Annotated[
    int,
    Field(
        ge=1,
        description="First place that may be its own (95 %); null where unranked, live, or under five days.",
    ),
]
RankTo = Annotated[int, Field(ge=1, description="Last place that may be its own.")]
Trend = Annotated[
    float,
    Field(
        description="Points of uptime gained over the period before; null unless both were half covered and "
        "recorded on half of their days."
    ),
]
Coverage = Annotated[float, Field(ge=0, le=100, description="Observed open time ÷ open time.")]
Tells = Annotated[
    Literal["breakdowns", "open_closed"],
    Field(
        description="What its source could tell on most days of the period. From open and closed, downtime "
        "is a lower bound."
    ),
]
PerOpenHour = Annotated[float, Field(ge=0, description="Minutes lost per observed open hour of a ride.")]
LookInterval = Annotated[int, Field(ge=0, description="Seconds from one look to the next, on average.")]
Uptime = Annotated[float, Field(ge=0, le=100, description="Operating ÷ (operating + downtime).")]


class ParkRow(ParkIdentity):
    """A park in one period."""

    rank: Rank | None
    rank_from: RankFrom | None
    rank_to: RankTo | None
    unranked_reason: UnrankedReason | None
    start_date: Day
    end_date: Day
    is_open: Annotated[bool | None, Field(description="Live only.")]
    observed_at: Annotated[Instant | None, Field(description="Live only: the instant of that look.")]
    shame_score: Score | None
    shame_band: BandSlug | None
    comparable_score: Annotated[
        Score | None,
        Field(description="The same of rides that stopped and came back alone, which every source can tell."),
    ]
    tells: Tells
    total_downtime_hours: Annotated[float | None, Field(ge=0, description="Ride-hours lost.")]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Annotated[Seconds | None, Field(description="From opening to the first run.")]
    never_reopened_seconds: Annotated[Seconds | None, Field(description="In outages until closing.")]
    park_wide_seconds: Annotated[Seconds | None, Field(description="When half of the park stopped at once.")]
    downtime_minutes_per_open_hour: PerOpenHour | None
    weighted_downtime: Annotated[
        int | None, Field(ge=0, description="Weight × seconds lost (live: weights).")
    ]
    weighted_breakdown: Annotated[
        int | None, Field(ge=0, description="Of weighted_downtime, breakdowns that were over the same day.")
    ]
    weighted_exposure: Annotated[int | None, Field(ge=0, description="Weight × seconds (live: weights).")]
    uptime_percent: Uptime | None
    rides_operating: Annotated[int | None, Field(ge=0)]
    rides_down: Annotated[int | None, Field(ge=0)]
    rides_eligible: Annotated[int | None, Field(ge=0, description="Rides that count.")]
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None
    look_interval_seconds: LookInterval | None
    recorded_days: Annotated[int | None, Field(ge=0, description="Days of the period with any observation.")]
    trend_points: Trend | None
    trend_reason: TrendReason | None


class OperatorRow(TypedDict):
    """An operator in one period: the sums of its ranked parks."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class RideIdentity(TypedDict):
    """Who a ride is and in which park; both addresses are the ride's own."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    ride_slug: str
    kind: RideKindSlug
    land: str | None
    park_id: int
    park_name: str
    park_slug: str
    operator: str | None
    country: str | None
    timezone: str
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None
    tier: Annotated[int | None, Field(ge=1, le=3, description="1 flagship, 2 standard, 3 minor.")]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3, description="How much it counts in its park's score.")]
    type: RideTypeSlug
    type_label: TypeLabel


class EntityFacts(TypedDict):
    """Where a ride is, who is tall enough for it, and whether it has a roof."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    latitude: Annotated[float | None, Field(description="Its own place, north is positive.")]
    longitude: Annotated[float | None, Field(description="East is positive.")]
    min_height_cm: Annotated[
        int | None, Field(ge=0, description="The smallest who may ride; 0 is any height; null: not known.")
    ]
    max_height_cm: Annotated[int | None, Field(ge=0, description="The tallest who may ride.")]
    height_source: Annotated[
        Literal["feed", "curated", "unknown"],
        Field(description="Who says so: the source, or our list of facts."),
    ]
    setting: Annotated[Literal["indoor", "outdoor", "unknown"], Field(description="Under a roof or not.")]
    setting_source: Annotated[
        Literal["feed", "curated", "type", "unknown"],
        Field(description="Who says so: the source, our list of facts, or the ride's type alone."),
    ]


class RideInfo(EntityFacts):
    """A ride as the catalogue knows it."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class RideRow(RideIdentity):
    """A ride in one period."""

    rank: Rank | None
    unranked_reason: UnrankedReason | None
    start_date: Day
    end_date: Day
    eligible: Annotated[bool, Field(description="Whether it counts in its park's score.")]
    excluded_reason: ExcludedReason | None
    observed_at: Annotated[Instant | None, Field(description="Live only.")]
    status: Annotated[StatusSlug | None, Field(description="Live only.")]
    status_since: Annotated[Instant | None, Field(description="Live only.")]
    is_down: Annotated[bool | None, Field(description="Live only: whether it counts as broken down.")]
    is_provisional: Annotated[
        bool | None,
        Field(
            description="Live only: it stopped, and its source knows only open and closed, so that the day "
            "counts it once it comes back."
        ),
    ]
    tells: Tells
    total_downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Annotated[Seconds | None, Field(description="From opening to the first run.")]
    never_reopened_seconds: Annotated[Seconds | None, Field(description="In outages until closing.")]
    park_wide_seconds: Annotated[Seconds | None, Field(description="When half of the park stopped at once.")]
    downtime_minutes_per_open_hour: PerOpenHour | None
    operating_seconds: Seconds | None
    uptime_percent: Uptime | None
    comparable_uptime_percent: Annotated[
        float | None, Field(ge=0, le=100, description="Operating ÷ (operating + breakdown).")
    ]
    outages: Annotated[int | None, Field(ge=0, description="How many began in the period (live: today).")]
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None
    look_interval_seconds: LookInterval | None
    trend_points: Trend | None
    trend_reason: TrendReason | None
