"""The shame score of a park taken apart: what each ride has added to it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import DayRange, Period
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.points import score_shares
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Score, Seconds
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.shapes import closed
from hallofshame.web.wording import TIER_LABELS, TierLabel


@closed
class ScoreShare(TypedDict):
    """What one ride puts into the score."""

    ride_id: int
    ride_name: str
    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3)]
    downtime_seconds: Seconds | None
    exposure_seconds: Seconds | None
    weighted_downtime: Seconds
    weighted_exposure: Seconds
    eligible_days: Annotated[int, Field(ge=0)]
    score_points: Annotated[float | None, Field(ge=0, description="What it adds to the score.")]


@closed
class ScoreExplained(TypedDict):
    """The score to the second."""

    formula: str
    unit: str
    rides: list[ScoreShare]
    weighted_downtime: Seconds
    weighted_exposure: Seconds
    shame_score: Score | None
    adds_up: Annotated[bool, Field(description="False only between a change of tiers and its recomputation.")]


def score_explained(
    context: AnswerContext,
    period: Period,
    park: ParkProfile,
    days: DayRange,
    rows: list[RideRow],
    summary: ParkRow,
) -> ScoreExplained:
    """The score to the second: what each ride puts into the two totals, and that they are the totals shown.

    ``adds_up`` is false only while a change of tiers waits for its recomputation, and says so honestly.
    """
    shares = _live_shares(rows) if period.is_live else _period_shares(context, park, days)
    if summary["weighted_exposure"] is None:
        shares = []
    downtime = sum(share["weighted_downtime"] for share in shares)
    exposure = sum(share["weighted_exposure"] for share in shares)
    for share in shares:
        share["score_points"] = scores.shame_score(share["weighted_downtime"], exposure)
    shares.sort(key=lambda share: (-share["weighted_downtime"], share["ride_name"], share["ride_id"]))
    shown = (summary["weighted_downtime"], summary["weighted_exposure"])
    return {
        "formula": "10 × weighted_downtime ÷ weighted_exposure",
        "unit": "weight" if period.is_live else "weight × seconds",
        "rides": shares,
        "weighted_downtime": downtime,
        "weighted_exposure": exposure,
        "shame_score": scores.shame_score(downtime, exposure),
        "adds_up": (downtime, exposure) == tuple(value or 0 for value in shown),
    }


def _period_shares(context: AnswerContext, park: ParkProfile, days: DayRange) -> list[ScoreShare]:
    rides = context.catalogue.rides
    return [
        {
            "ride_id": share.ride_id,
            "ride_name": rides[share.ride_id].name,
            "tier": rides[share.ride_id].tier,
            "tier_label": TIER_LABELS[rides[share.ride_id].tier],
            "weight": rides[share.ride_id].weight,
            "downtime_seconds": share.downtime,
            "exposure_seconds": share.exposure,
            "weighted_downtime": rides[share.ride_id].weight * share.downtime,
            "weighted_exposure": rides[share.ride_id].weight * share.exposure,
            "eligible_days": share.eligible_days,
            "score_points": None,
        }
        for share in score_shares(context.connection, park.park_id, days)
        if share.ride_id in rides
    ]


def _live_shares(rows: list[RideRow]) -> list[ScoreShare]:
    return [
        {
            "ride_id": row["ride_id"],
            "ride_name": row["ride_name"],
            "tier": row["tier"],
            "tier_label": row["tier_label"],
            "weight": row["weight"],
            "downtime_seconds": None,
            "exposure_seconds": None,
            "weighted_downtime": row["weight"] if row["is_down"] else 0,
            "weighted_exposure": row["weight"],
            "eligible_days": 1,
            "score_points": None,
        }
        for row in rows
        if row["eligible"]
    ]
