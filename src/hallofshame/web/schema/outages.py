"""Outages: the list, and the live board."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import (
    CLOSED,
    Day,
    EndedBySlug,
    Instant,
    NotCountedSlug,
    OutageKindSlug,
    RideTypeSlug,
    SourceUrl,
    TierLabel,
    TypeLabel,
    Url,
)


class OutageRide(TypedDict):
    """The ride that was down; both addresses are the ride's own."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    ride_slug: str
    park_id: int
    park_name: str
    park_slug: str
    operator: str | None
    country: str | None
    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None
    tier: Annotated[
        int | None, Field(ge=1, le=3, description="1 flagship, 2 standard, 3 minor, null unrated.")
    ]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3)]
    type: RideTypeSlug
    type_label: TypeLabel


class OutageRow(OutageRide):
    """One outage; ``ended_at`` null: still down."""

    date: Annotated[Day, Field(description="The park-local day on which it began.")]
    started_at: Instant
    ended_at: Instant | None
    kind: OutageKindSlug
    counted: Annotated[
        bool,
        Field(
            description="Whether its time is downtime. Where a source knows only open and closed, only what "
            "came back counts; the others are listed as closures."
        ),
    ]
    not_counted: Annotated[
        NotCountedSlug | None, Field(description="Why its time is no downtime; null where it is.")
    ]
    ended_by: Annotated[EndedBySlug | None, Field(description="Null while it lasts.")]
    ended_words: Annotated[
        str | None,
        Field(description="How a counted one ended without a run, in words; null where its kind says so."),
    ]
    downtime_seconds: Annotated[
        int,
        Field(ge=0, description="Open time in which it did not run, counted or not; so far, if it lasts."),
    ]
    flaps: Annotated[int, Field(ge=0, description="Moments of three minutes or less that were bridged.")]


Chance = Annotated[
    int,
    Field(
        ge=1,
        le=99,
        description="Chance in percent to run again within so many minutes, estimated from past outages of "
        "the ride, its park and all parks that lasted longer than this one so far, and corrected by the "
        "errors of past estimates that were alike; null where there is none, see the reason.",
    ),
]

Reason = Annotated[
    Literal[
        "no_replay",
        "few_outages",
        "closing",
        "seldom_looked",
        "few_forecasts",
        "no_better",
        "off",
    ],
    Field(
        description="Why no chance is shown: not tried out yet; under 20 comparable outages; the park is "
        "about to close; looks are further apart; or, on the last 90 open days of its park, the chances of "
        "this class of outages were under 100 or on under 14 days, were not surely better than a constant, "
        "or may have been off by over 5 points. Null where a chance is shown."
    ),
]

ReopenedWithin = Annotated[
    int, Field(ge=0, description="How many of the comparable outages ended in time with the ride back.")
]


class DownNow(OutageRide):
    """A ride that is down now, and how such outages of its own ended before."""

    started_at: Instant
    observed_at: Annotated[Instant, Field(description="The latest look at it.")]
    down_seconds: Annotated[int, Field(ge=0, description="From the start of the outage to that look.")]
    kind: OutageKindSlug
    is_provisional: Annotated[
        bool,
        Field(description="Its source knows only open and closed: the day counts it once it comes back."),
    ]
    since_opening: Annotated[
        bool, Field(description="It has not run since the park opened; else it stopped after having run.")
    ]
    chance_15_percent: Chance | None
    chance_15_reason: Reason | None
    chance_30_percent: Chance | None
    chance_30_reason: Reason | None
    chance_60_percent: Chance | None
    chance_60_reason: Reason | None
    comparable_outages: Annotated[
        int,
        Field(
            ge=0,
            description="Its own outages of this class (since opening, or after having run) of the last 365 "
            "days that lasted longer than this one has.",
        ),
    ]
    reopened_within_15: ReopenedWithin
    reopened_within_30: ReopenedWithin
    reopened_within_60: ReopenedWithin
    median_seconds: Annotated[
        float | None, Field(ge=0, description="Median open time lost in its outages of the last 365 days.")
    ]


class Reopened(OutageRide):
    """A ride that runs again after an outage that ended within the last 60 minutes."""

    started_at: Instant
    ended_at: Instant
    downtime_seconds: Annotated[int, Field(ge=0, description="Open time lost.")]
    kind: OutageKindSlug


class OutageBoard(TypedDict):
    """What is down now, the longest first, and what runs again, the latest first."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    down: list[DownNow]
    reopened: list[Reopened]
