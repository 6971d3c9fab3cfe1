"""What was, over time: heatmaps, series, sparklines."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, PointState, Score, Seconds, Wait
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
