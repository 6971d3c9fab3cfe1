"""What was, over time: heatmaps, series, sparklines."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import (
    CLOSED,
    Day,
    PointState,
    Score,
    Seconds,
    TierLabel,
    TypeLabel,
    Wait,
)
from hallofshame.web.schema.details import ParkGrain, ParkPoint, RidePoint
from hallofshame.web.schema.rows import Coverage, Uptime


class _Cell(TypedDict):
    """One local hour of one weekday, summed over a range."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    hour: Annotated[int, Field(ge=0, le=23, description="The hour on the park's own clock.")]
    days: Annotated[int, Field(ge=0, description="On how many days it was observed.")]
    state: PointState
    uptime_percent: Uptime | None
    downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None


class ParkCell(_Cell):
    """One local hour of one weekday in a park."""

    shame_score: Score | None


class RideCell(_Cell):
    """One local hour of one weekday of a ride."""


class ParkHeatmap(TypedDict):
    """A park's week, hour by hour."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    cells: Annotated[list[ParkCell], Field(description="24 for each weekday of the period, from Monday.")]


class RideHeatmap(TypedDict):
    """A ride's week, hour by hour."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    cells: Annotated[list[RideCell], Field(description="24 for each weekday of the period, from Monday.")]


Hour = Annotated[int, Field(ge=0, le=23, description="The hour on the park's own clock.")]


class WaitStretch(TypedDict):
    """Hours in a row."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    start_hour: Hour
    end_hour: Annotated[int, Field(ge=0, le=23, description="Not included; 0 is midnight.")]
    average_wait_minutes: Wait


class WaitHour(TypedDict):
    """One local hour of a park, over all its rides that posted waits."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    hour: Hour
    average_wait_minutes: Wait | None
    ride_days: Annotated[
        int, Field(ge=0, description="Days on which each ride posted a wait in it, added up over the rides.")
    ]
    is_usual: Annotated[
        bool,
        Field(
            description="Whether at least half of the days on which rides posted waits had one in this hour. "
            "Only usual hours can be the quietest or busiest."
        ),
    ]


class RideWaitCell(TypedDict):
    """One local hour of a ride."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    hour: Hour
    average_wait_minutes: Annotated[Wait | None, Field(description="Null where no wait above 0 was posted.")]
    max_wait_minutes: Wait | None
    days: Annotated[int, Field(ge=0, description="On how many days a wait was posted.")]
    state: Annotated[
        Literal["open", "closed"],
        Field(description="`closed`: the ride was never seen running in this hour."),
    ]


class UsualMoment(TypedDict):
    """A time of day."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    time: Annotated[
        str, Field(description="Median, on the park's own clock of 24 hours.", examples=["09:30"])
    ]
    days: Annotated[
        int,
        Field(ge=1, description="Days it rests on: on which the park was looked at shortly before or after."),
    ]


class RideWaits(TypedDict):
    """The usual waits of a ride by hour, and when it usually runs."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    ride_slug: str
    tier_label: TierLabel
    type_label: TypeLabel
    average_wait_minutes: Annotated[Wait | None, Field(description="Over all hours; null: none posted.")]
    usual_first_operation: Annotated[
        UsualMoment | None, Field(description="When it usually first runs on a day it runs; null: not seen.")
    ]
    usual_last_operation: Annotated[UsualMoment | None, Field(description="The same of its last operation.")]
    cells: Annotated[list[RideWaitCell], Field(description="One for each of the park's `hours`.")]


class ParkWaitsByHour(TypedDict):
    """How long people usually wait in a park, ride by hour."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    quietest: Annotated[
        WaitStretch | None,
        Field(description="The three usual hours in a row with the lowest average wait; null if too few."),
    ]
    busiest: Annotated[WaitStretch | None, Field(description="Those with the highest.")]
    hours: Annotated[
        list[WaitHour],
        Field(description="Hours in which a ride was seen running, from the start of the park's usual day."),
    ]
    rides: Annotated[list[RideWaits], Field(description="Rides by average wait, the longest first.")]


class ParkSeries(TypedDict):
    """A park's points in order of time."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    grain: ParkGrain
    points: list[ParkPoint]


class RideSeries(TypedDict):
    """A ride's points in order of time."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    grain: ParkGrain
    points: list[RidePoint]


class ParkSparkline(TypedDict):
    """A park's last thirty days."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    days: list[Day]
    values: Annotated[list[Score | None], Field(description="The shame score of each of the days.")]


class RideSparkline(TypedDict):
    """A ride's last thirty days."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    days: list[Day]
    values: Annotated[list[Uptime | None], Field(description="The uptime of each of the days, in percent.")]
