"""What one park or one ride is doing now."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, Instant, Wait
from hallofshame.web.schema.details import Clock
from hallofshame.web.schema.outages import Chance, Reason

ParkNowSlug = Literal["open", "closed", "not_watched"]
RideNowSlug = Literal["operating", "down", "closed", "refurbishment", "not_watched"]


class _Hours(TypedDict):
    """Published regular hours at this moment and after it."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    opened_at: Annotated[
        Instant | None, Field(description="When the published hours in force began; null outside of any.")
    ]
    closes_at: Annotated[Instant | None, Field(description="When they end.")]
    next_opening_date: Annotated[
        Day | None, Field(description="The park-local date of the next published opening after this moment.")
    ]
    next_opening_at: Annotated[
        Instant | None, Field(description="That opening; null where none is published.")
    ]
    next_closing_at: Annotated[Instant | None, Field(description="When those hours end.")]
    published_until: Annotated[
        Day | None, Field(description="The last date for which the park has published hours.")
    ]


class _Usual(TypedDict):
    """The wait that is usual on this weekday in this hour of the park's clock."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    usual_wait_minutes: Annotated[
        Wait | None,
        Field(
            description="Average posted wait in this hour on the same weekday of the last eight weeks; null "
            "where it rests on fewer than three days or nothing above 0 was posted."
        ),
    ]
    usual_hour: Annotated[Clock, Field(description="The hour that is meant.")]
    usual_weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    usual_days: Annotated[int, Field(ge=0, description="Days it rests on.")]
    usual_weeks: Annotated[int, Field(ge=1, description="Weeks looked back over, up to yesterday.")]


class ParkStatusNow(_Hours, _Usual):
    """One park at its latest look."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    park_name: str
    timezone: str
    state: Annotated[ParkNowSlug, Field(description="`not_watched`: nobody has looked lately.")]
    observed_at: Annotated[Instant | None, Field(description="The latest look.")]
    rides_operating: Annotated[int | None, Field(ge=0)]
    rides_down: Annotated[int | None, Field(ge=0)]
    average_wait_minutes: Wait | None


class RideStatusNow(_Hours, _Usual):
    """One ride at its latest look. In a park that is not open its state is that of the park."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    park_id: int
    park_name: str
    timezone: str
    state: Annotated[RideNowSlug, Field(description="`not_watched`: nobody has looked lately.")]
    park_state: ParkNowSlug
    observed_at: Annotated[Instant | None, Field(description="The latest look.")]
    since: Annotated[
        Instant | None, Field(description="Since when; of a ride that is down, when its outage began.")
    ]
    is_provisional: Annotated[
        bool | None,
        Field(description="Of a ride that is down: whether the day counts it only once it comes back."),
    ]
    down_seconds: Annotated[int | None, Field(ge=0, description="From then to the latest look.")]
    chance_15_percent: Chance | None
    chance_15_reason: Reason | None
    chance_30_percent: Chance | None
    chance_30_reason: Reason | None
    chance_60_percent: Chance | None
    chance_60_reason: Reason | None
    wait_minutes: Annotated[Wait | None, Field(description="Posted now; null where none above 0 is.")]
    has_own_hours: Annotated[
        bool, Field(description="Whether the hours are the ride's own; else they are its park's.")
    ]
