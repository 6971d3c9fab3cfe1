"""The awards of a year."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED
from hallofshame.web.schema.rows import ParkRow, RideRow

Place = Annotated[int, Field(ge=1, description="Place among the winners; equals share one.")]
OpenDays = Annotated[int, Field(ge=1, description="Days of the year on which it was open and observed.")]


class ParkWinner(ParkRow):
    """A park with its place."""

    place: Place
    open_days: OpenDays


class RideWinner(RideRow):
    """A ride with its place."""

    place: Place
    open_days: Annotated[int, Field(ge=1, description="Days of the year on which it ran in an open park.")]
    queue_days: Annotated[
        int, Field(ge=0, description="Days of these on which it posted a wait of ten minutes or more.")
    ]


class AwardCategory(TypedDict):
    """One award."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    slug: str
    title: str
    kind: Literal["park", "ride"]
    measure: Annotated[str, Field(description="The field of a winner that decides.")]
    explanation: Annotated[str, Field(description="What it is given for, in one sentence.")]
    winners: list[ParkWinner | RideWinner]
    unnamed_at_last_place: Annotated[
        int,
        Field(ge=0, description="How many more share the last place, beyond `limit`."),
    ]


class Awards(TypedDict):
    """The awards of one year."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    year: int
    is_partial: Annotated[bool, Field(description="The year is not over: places may still change.")]
    years: Annotated[list[int], Field(description="Years with a record, oldest first.")]
    categories: list[AwardCategory]
