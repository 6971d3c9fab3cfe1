"""The details of one park and of one ride in one period."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import (
    CLOSED,
    Day,
    EndedBySlug,
    EvidenceSlug,
    FeedSlug,
    Instant,
    NotCountedSlug,
    OriginSlug,
    OutageKindSlug,
    PointState,
    RankedBy,
    ScheduleKindSlug,
    Score,
    Seconds,
    TierLabel,
    Wait,
)
from hallofshame.web.schema.rows import Coverage, ParkInfo, ParkRow, RideInfo, RideRow, Uptime


class Window(TypedDict):
    """A stretch in which a park was open."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    start: Instant
    end: Instant


class ParkDayRow(TypedDict):
    """One park-day: what was counted as open, on what grounds, and what came of it."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    date: Day
    evidence: EvidenceSlug
    origin: OriginSlug
    windows: list[Window]
    window_seconds: Seconds
    shame_score: Score | None
    rides_eligible: Annotated[int, Field(ge=0)]
    coverage_percent: Coverage | None
    feed: Annotated[
        FeedSlug | None,
        Field(description="Through which most of the day came; null where nothing was observed."),
    ]
    judged_by: Annotated[
        Literal["breakdowns", "open_closed"] | None,
        Field(description="Whether DOWN was downtime on it, or what came back after being closed."),
    ]
    other_feed_percent: Annotated[
        float | None,
        Field(ge=0, le=50, description="Share of what was observed that came through the other feed."),
    ]
    judged_words: Annotated[str | None, Field(description="The same in a sentence.")]
    opened_late_seconds: Annotated[
        Seconds | None,
        Field(description="By how much it opened after its first published opening; null where not known."),
    ]
    closed_early_seconds: Annotated[
        Seconds | None,
        Field(
            description="By how much it closed before its last published close; null where not known, and "
            "until that close."
        ),
    ]
    hours_words: Annotated[
        str | None,
        Field(
            description="The same in words, from half an hour on, and how it changed its hours on the day.",
            examples=["opened 2 h late"],
        ),
    ]


class _PointLabel(TypedDict):
    """When a point is: an hour, a date, or the first day of a week, month or year."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    hour: NotRequired[Instant]
    local_hour: NotRequired[Annotated[str, Field(examples=["09:00"])]]
    utc_offset: NotRequired[Annotated[str, Field(examples=["+02:00"])]]
    date: NotRequired[Day]
    week: NotRequired[Annotated[Day, Field(description="Its Monday.")]]
    month: NotRequired[Annotated[str, Field(examples=["2026-08"])]]
    year: NotRequired[Annotated[str, Field(examples=["2026"])]]
    state: PointState


class ParkPoint(_PointLabel):
    """One chart point of a park. Null is "no data", never filled in."""

    shame_score: Score | None
    downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Seconds | None
    never_reopened_seconds: Seconds | None
    park_wide_seconds: Seconds | None
    weighted_downtime: Annotated[int | None, Field(ge=0)]
    weighted_exposure: Annotated[int | None, Field(ge=0)]
    uptime_percent: Uptime | None
    rides_operating: Annotated[int | None, Field(ge=0)]
    rides_down: Annotated[int | None, Field(ge=0)]
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None
    feed: NotRequired[Annotated[FeedSlug | None, Field(description="Of days: through which most came.")]]
    judged_by: NotRequired[
        Annotated[Literal["breakdowns", "open_closed"] | None, Field(description="Of days: by what.")]
    ]
    other_feed_percent: NotRequired[
        Annotated[float | None, Field(ge=0, le=50, description="Of days: what came through the other feed.")]
    ]
    opened_late_seconds: NotRequired[
        Annotated[Seconds | None, Field(description="Of days: after the published opening; null: not known.")]
    ]
    closed_early_seconds: NotRequired[
        Annotated[Seconds | None, Field(description="Of days: before the published close; null: not known.")]
    ]


class RidePoint(_PointLabel):
    """One chart point of a ride. Null is "no data", never filled in."""

    uptime_percent: Uptime | None
    downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Seconds | None
    never_reopened_seconds: Seconds | None
    park_wide_seconds: Seconds | None
    operating_seconds: Seconds | None
    down_seconds: Seconds | None
    closed_seconds: Seconds | None
    refurbishment_seconds: Seconds | None
    unobserved_seconds: Seconds | None
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None


class OutageInPark(TypedDict):
    """One outage; ``ended_at`` null: still down."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str | None
    date: Annotated[Day, Field(description="The park-local day on which it began.")]
    started_at: Instant
    ended_at: Instant | None
    kind: OutageKindSlug
    counted: Annotated[bool, Field(description="Whether its time is downtime; if not, it is a closure.")]
    not_counted: Annotated[
        NotCountedSlug | None, Field(description="Why its time is no downtime; null where it is.")
    ]
    ended_by: Annotated[EndedBySlug | None, Field(description="Null while it lasts.")]
    ended_words: Annotated[
        str | None,
        Field(description="How a counted one ended without a run, in words; null where its kind says so."),
    ]
    downtime_seconds: Annotated[int, Field(ge=0, description="Open time in which it did not run.")]
    flaps: Annotated[int, Field(ge=0, description="Moments of three minutes or less that were bridged.")]


class ScoreShare(TypedDict):
    """What one ride puts into the score."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3)]
    downtime_seconds: Seconds | None
    exposure_seconds: Seconds | None
    weighted_downtime: Seconds
    weighted_exposure: Seconds
    eligible_days: Annotated[int, Field(ge=0)]
    score_points: Annotated[float | None, Field(ge=0, description="What it adds to the score.")]


class ScoreExplained(TypedDict):
    """The score to the second."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    formula: str
    unit: str
    rides: list[ScoreShare]
    weighted_downtime: Seconds
    weighted_exposure: Seconds
    shame_score: Score | None
    adds_up: Annotated[bool, Field(description="False only between a change of tiers and its recomputation.")]


class TierRow(TypedDict):
    """The park's rides of one tier."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3)]
    rides: Annotated[int, Field(ge=1, description="Attractions of the park.")]
    eligible: Annotated[int, Field(ge=0, description="Those that count in the period.")]
    downtime_seconds: Annotated[Seconds | None, Field(description="Null where none counts, and for live.")]


class ScheduleEntry(TypedDict):
    """Published hours of one date."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    date: Day
    kind: ScheduleKindSlug
    opens_at: Instant
    closes_at: Instant
    description: str | None
    seen_at: Annotated[Instant, Field(description="When it was first published so.")]
    superseded_at: Annotated[
        Instant | None, Field(description="When it was no longer published; null while it is in force.")
    ]


ParkGrain = Literal["hour", "day", "week", "month", "year"]


class ParkDetails(TypedDict):
    """Everything about one park in one period."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class OutageStatistics(TypedDict):
    """Over the counted outages that began in the period; durations are of those that reopened."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    count: Annotated[int | None, Field(ge=0, description="Null where the ride was not watched.")]
    without_duration: Annotated[int, Field(ge=0, description="How many of them did not reopen.")]
    median_seconds: float | None
    p90_seconds: float | None
    longest_seconds: float | None
    mean_time_between_failures_seconds: float | None
    mean_time_to_recover_seconds: float | None


class PublishedRideHours(TypedDict):
    """One stretch of hours published for the ride; it is due to run in those of kind `Operating`."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    date: Day
    kind: Annotated[str, Field(description="The source's own word.", examples=["Operating", "Early Entry"])]
    opens_at: Instant
    closes_at: Instant
    local_hours: Annotated[str, Field(description="The same by the park's clock.", examples=["09:00–21:00"])]


Clock = Annotated[str, Field(pattern="^[0-9]{2}:[0-9]{2}$", examples=["09:40"])]
"""What the park's clock shows."""


class UsualHours(TypedDict):
    """When the ride usually runs on one weekday: medians of its first and last operation."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    days: Annotated[
        int,
        Field(ge=1, description="Days it rests on: it ran, and was looked at shortly before and after."),
    ]
    weeks: Annotated[
        int, Field(ge=1, description="Weeks looked back over, up to the period's last full day.")
    ]
    first_operation: Clock
    last_operation: Clock
    last_is_next_day: Annotated[bool, Field(description="Whether the last operation is after midnight.")]
    text: Annotated[str, Field(examples=["Usually runs 10:00–21:30 on Saturdays (8 days)"])]


class RideDetails(TypedDict):
    """Everything about one ride in one period."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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
