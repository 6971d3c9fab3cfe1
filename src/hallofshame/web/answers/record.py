"""How well each park is recorded, and what was odd in its data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.answers.common import Coverage, Day, Instant
from hallofshame.web.answers.identity import ParkIdentity
from hallofshame.web.shapes import closed


@closed
class Finding(TypedDict):
    """Something odd in a park's data; worth a second look, no verdict."""

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
