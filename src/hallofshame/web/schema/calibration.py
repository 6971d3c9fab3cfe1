"""What chances to reopen were worth on the last 90 open days of each park."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Instant
from hallofshame.web.schema.outages import Reason
from hallofshame.web.schema.rows import ParkIdentity

ClassSlug = Annotated[
    Literal["since_opening", "after_running"],
    Field(description="Outages that began with the opening, or after the ride had run."),
]
Horizon = Annotated[Literal[15, 30, 60], Field(description="Chance to run again within so many minutes.")]
Score = Annotated[float, Field(ge=0, le=1, description="Mean squared error; smaller is better.")]
Points = Annotated[
    float, Field(ge=0, le=100, description="Expected calibration error over tenths, in percentage points.")
]


class ReliabilityBin(TypedDict):
    """One line of the reliability table: forecasts whose chance lay in one tenth."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    from_percent: Annotated[int, Field(ge=0, le=90)]
    to_percent: Annotated[int, Field(ge=10, le=100)]
    forecasts: Annotated[int, Field(ge=1)]
    mean_chance_percent: Annotated[float, Field(ge=0, le=100)]
    reopened: Annotated[int, Field(ge=0)]
    reopened_percent: Annotated[float, Field(ge=0, le=100)]


class CalibrationSummary(TypedDict):
    """One class and horizon over all parks; ``shown``: only over parks that show its chances."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    outage_class: ClassSlug
    horizon_minutes: Horizon
    shown: bool
    moments: Annotated[int, Field(ge=0, description="Moments at which an outage lasted.")]
    forecasts: Annotated[int, Field(ge=0, description="Those with a chance and a known outcome.")]
    brier_score: Score | None
    constant_brier_score: Annotated[
        Score | None, Field(description="That of the rate of each park's class known until then.")
    ]
    calibration_error_points: Points | None
    bins: list[ReliabilityBin]


class ParkCalibration(ParkIdentity):
    """One class of one park."""

    outage_class: ClassSlug
    horizon_minutes: Horizon
    moments: Annotated[int, Field(ge=0)]
    forecasts: Annotated[int, Field(ge=0)]
    forecast_days: Annotated[int, Field(ge=0)]
    brier_score: Score | None
    constant_brier_score: Score | None
    calibration_error_points: Points | None
    calibration_error_upper_points: Annotated[
        float | None, Field(ge=0, description="With 95 % certainty the error is no larger.")
    ]
    brier_gain_lower: Annotated[
        float | None,
        Field(
            description="With 95 % certainty the Brier score lies at least so far below the constant's; "
            "negative where it may be no better."
        ),
    ]
    is_shown: bool
    reason: Reason | None


class CalibrationReport(TypedDict):
    """The replay: every moment of each park's last 90 open days judged with what was known on that day."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    replayed_at: Annotated[Instant | None, Field(description="When it ran; null before the first.")]
    replay_days: Annotated[
        int, Field(description="Of each park: its last so many open days that were watched, within a year.")
    ]
    summary: list[CalibrationSummary]
    parks: list[ParkCalibration]
