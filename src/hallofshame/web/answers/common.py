"""What many answers share: the envelope's parts, the error, and the kinds of value."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.bands import BANDS
from hallofshame.domain.ride_types import RideType
from hallofshame.domain.words import (
    EndedBy,
    Evidence,
    Feed,
    NotCounted,
    Origin,
    OutageKind,
    RideKind,
    ScheduleKind,
)
from hallofshame.web.shapes import closed
from hallofshame.web.sources import Source
from hallofshame.web.wording import EXCLUDED_REASONS, TREND_REASONS, UNRANKED_REASONS


def slugs(*values: str) -> dict[str, list[str]]:
    return {"enum": list(values)}


Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-08-20T07:00:00Z"])]
"""ISO 8601 in UTC, whole seconds."""
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-08-20"])]
"""A park-local date."""
SourceUrl = Annotated[
    str,
    Field(
        json_schema_extra={"format": "uri"},
        description="Its page at the source that its park is read from first, else at the other one.",
    ),
]
Seconds = Annotated[int, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
Score = Annotated[
    float, Field(ge=0, le=10, description="0 (good) to 10: 10 × weighted downtime ÷ weighted exposure.")
]
Wait = Annotated[float, Field(ge=0, description="Minutes of posted standby wait.")]
BandSlug = Annotated[str, Field(json_schema_extra=slugs(*(band.slug for band in BANDS)))]
UnrankedReason = Annotated[str, Field(json_schema_extra=slugs(*UNRANKED_REASONS))]
TrendReason = Annotated[
    str,
    Field(
        json_schema_extra=slugs(*TREND_REASONS),
        description="Why it is not compared with the other period; null where it is.",
    ),
]
ExcludedReason = Annotated[str, Field(json_schema_extra=slugs(*EXCLUDED_REASONS))]
RideKindSlug = Annotated[str, Field(json_schema_extra=slugs(*(kind.value for kind in RideKind)))]
RideTypeSlug = Annotated[
    str,
    Field(json_schema_extra=slugs(*(kind.value for kind in RideType)), description="What the attraction is."),
]
TypeLabel = Annotated[str, Field(description="The type in words.")]
OutageKindSlug = Annotated[str, Field(json_schema_extra=slugs(*(kind.value for kind in OutageKind)))]
EndedBySlug = Annotated[
    str,
    Field(
        json_schema_extra=slugs(*(end.value for end in EndedBy)),
        description="`reopened`: seen running. `closed`: the park or the ride's hours ended, or it is closed "
        "as planned. `lost`: nothing more was heard, so that the length is a lower bound.",
    ),
]
NotCountedSlug = Annotated[
    str,
    Field(
        json_schema_extra=slugs(*(reason.value for reason in NotCounted)),
        description="Why a stretch in which a ride did not run is no downtime.",
    ),
]
EvidenceSlug = Annotated[str, Field(json_schema_extra=slugs(*(found.value for found in Evidence)))]
FeedSlug = Annotated[str, Field(json_schema_extra=slugs(*(feed.slug for feed in Feed)))]
OriginSlug = Annotated[str, Field(json_schema_extra=slugs(*(origin.name.lower() for origin in Origin)))]
ScheduleKindSlug = Annotated[str, Field(json_schema_extra=slugs(*(kind.value for kind in ScheduleKind)))]
PointState = Literal["open", "closed", "not_watched", "no_data_yet"]
"""What a point in time shows: data; nothing since it was closed; nothing known; nothing yet."""


@closed
class PeriodBody(TypedDict):
    """The period of an answer. ``start`` and ``end`` are null for ``live`` and where parks differ in date."""

    name: str
    label: str
    start: Day | None
    end: Day | None


@closed
class RankedBy(TypedDict):
    """What decides the rank of the rows."""

    field: Annotated[str, Field(description="The field of a row that decides.")]
    words: Annotated[str, Field(description="The same in words, after “Rank 3 among all rides”.")]
    sentence: Annotated[str, Field(description="The same in a sentence, with what it leaves out.")]


@closed
class CoverageBody(TypedDict):
    """How much of the open time was observed, over all rows of the answer."""

    percent: Percent | None
    with_data: Annotated[int, Field(ge=0, description="Rows with any data.")]
    without_data: Annotated[int, Field(ge=0, description="Rows without.")]


@closed
class NearMatch(TypedDict):
    """What may have been meant."""

    park_id: NotRequired[int]
    park_name: NotRequired[str]
    park_slug: NotRequired[str]
    ride_id: NotRequired[int]
    ride_name: NotRequired[str]
    path: NotRequired[str]


@closed
class PreparationBody(TypedDict):
    """How far the preparation of the site is."""

    stage: Annotated[str, Field(description="What is being done.", examples=["Statistics"])]
    percent: Annotated[int, Field(ge=0, le=100, description="Of the whole.")]


@closed
class Problem(TypedDict):
    """What went wrong."""

    code: Annotated[str, Field(description="A stable word for it.", examples=["bad_parameter"])]
    message: Annotated[str, Field(description="One sentence that names the thing, the value and the remedy.")]
    parameter: NotRequired[Annotated[str, Field(description="The parameter at fault.")]]
    near_matches: NotRequired[list[NearMatch]]
    preparation: NotRequired[
        Annotated[PreparationBody, Field(description="With the code `preparing`: how far it is.")]
    ]


@closed
class ErrorBody(TypedDict):
    """Every error, whatever the path."""

    success: Literal[False]
    error: Problem
    attribution: list[Source]


QueueTypeSlug = Annotated[
    str,
    Field(
        json_schema_extra=slugs(
            "single_rider",
            "return_time",
            "paid_return_time",
            "boarding_group",
            "paid_standby",
            "actual_standby",
        )
    ),
]
Count = Annotated[int, Field(ge=0)]


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
