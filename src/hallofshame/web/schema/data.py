"""The data itself: names to search, the record of each park, files to download."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, Instant, RideKindSlug
from hallofshame.web.schema.rows import Coverage, ParkIdentity


class ParkName(TypedDict):
    """A park to search for."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    name: str
    slug: str
    operator: str | None
    country: str | None
    former: Annotated[list[str], Field(description="Names that it, or its operator, went by.")]


class RideName(TypedDict):
    """A ride to search for."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    name: str
    slug: str
    park_id: int
    kind: RideKindSlug
    former: Annotated[list[str], Field(description="Other names under which it was seen.")]


class FoundPage(TypedDict):
    """A page to search for: one of the site, or one period of the ranking."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    name: str
    words: Annotated[str, Field(description="What it is about.")]
    path: str


class OperatorName(TypedDict):
    """An operator to search for."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    name: str
    parks: Annotated[int, Field(ge=1, description="Its parks in the catalogue.")]
    path: Annotated[str, Field(description="Its parks in the ranking.")]


class SearchIndex(TypedDict):
    """Every name, for a search that needs no server."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    parks: list[ParkName]
    rides: list[RideName]
    operators: list[OperatorName]
    pages: list[FoundPage]


class Finding(TypedDict):
    """Something odd in a park's data; worth a second look, no verdict."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: str
    detail: str
    first_seen_at: Instant
    last_seen_at: Instant
    resolved_at: Annotated[
        Instant | None, Field(description="When it no longer held; null while it is open.")
    ]
    occurrences: Annotated[int, Field(ge=1)]


class CoverageRow(ParkIdentity):
    """How well one park is recorded."""

    primary_feed: Annotated[str, Field(description="The source that is asked first.")]
    breakdown_signal: Annotated[
        str, Field(description="`down`: the source tells breakdowns from closures; `closed`: it does not.")
    ]
    first_day: Annotated[Day | None, Field(description="Of the whole record; null before the first.")]
    last_day: Annotated[Day | None, Field(description="Of the whole record.")]
    days_recorded: Annotated[int, Field(ge=0, description="Days on which anything was observed.")]
    days_live: Annotated[int, Field(ge=0, description="Those from our own samples.")]
    days_archive: Annotated[int, Field(ge=0, description="Those from the archive of events.")]
    open_days: Annotated[int, Field(ge=0, description="Days on which the park was open, as far as is known.")]
    coverage_percent: Coverage | None
    fallback_percent: Annotated[
        float | None,
        Field(
            ge=0,
            le=100,
            description="Share of the time observed on its last 30 days that came through the source asked "
            "second; null where nothing was observed.",
        ),
    ]
    findings: Annotated[list[Finding], Field(description="Open ones first, then the last seen; at most 50.")]


class DownloadRow(TypedDict):
    """One file."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    dataset: Literal[
        "park-days",
        "ride-days",
        "park-hours",
        "outages",
        "snapshots",
        "queues",
        "cycles",
        "polls",
        "hours-of-parks",
        "hours-of-rides",
    ]
    month: Annotated[str, Field(examples=["2026-08"])]
    day: Annotated[str | None, Field(description="The UTC day, where the file is of one day of the month.")]
    format: Annotated[
        Literal["parquet", "csv", "excel"],
        Field(description="`excel` is CSV that Excel reads with its accents."),
    ]
    is_partial: Annotated[bool, Field(description="The month is not over.")]
    is_open: Annotated[bool, Field(description="The day is not sealed: more may come.")]
    rows: Annotated[int | None, Field(description="Null for a file that is made when it is asked for.")]
    bytes: Annotated[int | None, Field(description="Length of the file.")]
    sha256: Annotated[str | None, Field(description="Checksum of the file, in hexadecimal.")]
    url: Annotated[str, Field(examples=["/api/downloads/park-days-2026-08.parquet"])]
