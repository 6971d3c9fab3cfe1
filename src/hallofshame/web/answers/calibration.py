"""The replay of chances to reopen as rows (R9b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.rules import BINS, HORIZON_MINUTES, REPLAY_DAYS
from hallofshame.metrics.calibration import pooled
from hallofshame.metrics.chances import CLASS
from hallofshame.store import chances
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chances import Reason
from hallofshame.web.answers.common import Instant
from hallofshame.web.answers.envelope import iso
from hallofshame.web.answers.identity import ParkIdentity, park_identity
from hallofshame.web.parameters.filters import ParkFilter
from hallofshame.web.shapes import closed

ClassSlug = Annotated[
    Literal["since_opening", "after_running"],
    Field(description="Outages that began with the opening, or after the ride had run."),
]
Horizon = Annotated[
    int,
    Field(
        json_schema_extra={"enum": [*HORIZON_MINUTES]},
        description="Chance to run again within so many minutes.",
    ),
]
Score = Annotated[float, Field(ge=0, le=1, description="Mean squared error; smaller is better.")]
Points = Annotated[
    float, Field(ge=0, le=100, description="Expected calibration error over tenths, in percentage points.")
]


@closed
class ReliabilityBin(TypedDict):
    """One line of the reliability table: forecasts whose chance lay in one tenth."""

    from_percent: Annotated[int, Field(ge=0, le=90)]
    to_percent: Annotated[int, Field(ge=10, le=100)]
    forecasts: Annotated[int, Field(ge=1)]
    mean_chance_percent: Annotated[float, Field(ge=0, le=100)]
    reopened: Annotated[int, Field(ge=0)]
    reopened_percent: Annotated[float, Field(ge=0, le=100)]


@closed
class CalibrationSummary(TypedDict):
    """One class and horizon over all parks; ``shown``: only over parks that show its chances."""

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


@closed
class CalibrationReport(TypedDict):
    """The replay: every moment of each park's last 90 open days judged with what was known on that day."""

    replayed_at: Annotated[Instant | None, Field(description="When it ran; null before the first.")]
    replay_days: Annotated[
        int, Field(description="Of each park: its last so many open days that were watched, within a year.")
    ]
    summary: list[CalibrationSummary]
    parks: list[ParkCalibration]


SCORE_DIGITS, POINT_DIGITS = 4, 1
_CLASSES: Mapping[bool, ClassSlug] = {False: "after_running", True: "since_opening"}


def calibration_report(context: AnswerContext, asked: ParkFilter) -> CalibrationReport:
    """Scores by class and horizon over the chosen parks, over those that show chances, and of each park."""
    parks = {park.park_id: park for park in asked.choose(context.catalogue.parks.values())}
    of_these = pl.col("park_id").is_in(list(parks))
    scores = chances.scores_of(context.connection).filter(of_these)
    tenths = chances.tenths_of(context.connection).filter(of_these)
    summary = [
        _summary(pooled(scores, tenths, since_opening, minutes, shown=shown), since_opening, minutes, shown)
        for shown in (False, True)
        for since_opening in _CLASSES
        for minutes in HORIZON_MINUTES
    ]
    rows: list[ParkCalibration] = [
        {
            **park_identity(parks[row["park_id"]]),
            "outage_class": _CLASSES[row["since_opening"]],
            "horizon_minutes": row["horizon_minutes"],
            "moments": row["moments"],
            "forecasts": row["forecasts"],
            "forecast_days": row["forecast_days"],
            **_scores(row),
            "calibration_error_upper_points": _rounded(
                _hundredfold(row["calibration_error_upper"]), POINT_DIGITS
            ),
            "brier_gain_lower": _rounded(row["brier_gain_lower"], SCORE_DIGITS),
            "is_shown": row["reason"] is None,
            "reason": row["reason"],
        }
        for row in scores.sort(CLASS).to_dicts()
    ]
    return {
        "replayed_at": iso(chances.replayed_at(context.connection)),
        "replay_days": REPLAY_DAYS,
        "summary": summary,
        "parks": sorted(rows, key=lambda row: row["park_name"].casefold()),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _hundredfold(value: float | None) -> float | None:
    return None if value is None else 100 * value


class _Scores(TypedDict):
    brier_score: Score | None
    constant_brier_score: Score | None
    calibration_error_points: Points | None


def _scores(row: Mapping[str, Any]) -> _Scores:
    return {
        "brier_score": _rounded(row["brier"], SCORE_DIGITS),
        "constant_brier_score": _rounded(row["constant_brier"], SCORE_DIGITS),
        "calibration_error_points": _rounded(_hundredfold(row["calibration_error"]), POINT_DIGITS),
    }


def _summary(
    found: tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]],
    since_opening: bool,
    minutes: Horizon,
    shown: bool,
) -> CalibrationSummary:
    total, bins = found
    return {
        "outage_class": _CLASSES[since_opening],
        "horizon_minutes": minutes,
        "shown": shown,
        "moments": total["moments"],
        "forecasts": total["forecasts"],
        **_scores(total),
        "bins": [
            {
                "from_percent": row["tenth"] * 100 // BINS,
                "to_percent": (row["tenth"] + 1) * 100 // BINS,
                "forecasts": row["forecasts"],
                "mean_chance_percent": round(100 * row["expected"] / row["forecasts"], POINT_DIGITS),
                "reopened": row["reopened"],
                "reopened_percent": round(100 * row["reopened"] / row["forecasts"], POINT_DIGITS),
            }
            for row in bins
        ],
    }
