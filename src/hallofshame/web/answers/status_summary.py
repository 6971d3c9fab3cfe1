"""How many parks are open now and what their rides are doing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.answers.common import Count, Instant
from hallofshame.web.shapes import closed


@closed
class ParkCounts(TypedDict):
    """Parks by whether they are open now."""

    total: Count
    open: Count
    closed: Count
    not_watched: Count


@closed
class RideCounts(TypedDict):
    """Active attractions by their latest status."""

    total: Count
    operating: Count
    down: Count
    closed: Count
    refurbishment: Count
    not_watched: Count
    counted_as_down: Annotated[int, Field(ge=0, description="Those that count as broken down.")]


@closed
class OperatorCounts(TypedDict):
    """One operator's parks and rides."""

    operator: str
    parks: ParkCounts
    rides: RideCounts


@closed
class Freshness(TypedDict):
    """How old the looks are that the summary rests on."""

    newest_observed_at: Instant | None
    oldest_observed_at: Instant | None
    holds_for_seconds: Annotated[int, Field(description="An older look is no data.")]


@closed
class StatusSummary(TypedDict):
    """How many parks are open and what rides are doing now."""

    parks: ParkCounts
    rides: RideCounts
    operators: list[OperatorCounts]
    freshness: Freshness
