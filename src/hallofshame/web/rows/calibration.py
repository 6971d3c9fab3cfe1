"""The replay of chances to reopen as rows (R9b)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import BINS, HORIZON_MINUTES, REPLAY_DAYS
from hallofshame.metrics.calibration import pooled
from hallofshame.metrics.chances import CLASS
from hallofshame.store import chances
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import Row, iso
from hallofshame.web.parameters import ParkFilter
from hallofshame.web.rows.parks import park_identity

SCORE_DIGITS, POINT_DIGITS = 4, 1
_CLASSES = {False: "after_running", True: "since_opening"}


def calibration_report(context: AnswerContext, asked: ParkFilter) -> Row:
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
    rows = [
        park_identity(parks[row["park_id"]])
        | {
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


def _scores(row: Row) -> Row:
    return {
        "brier_score": _rounded(row["brier"], SCORE_DIGITS),
        "constant_brier_score": _rounded(row["constant_brier"], SCORE_DIGITS),
        "calibration_error_points": _rounded(_hundredfold(row["calibration_error"]), POINT_DIGITS),
    }


def _summary(
    found: tuple[Row, list[Row]],
    since_opening: bool,
    minutes: int,
    shown: bool,
) -> Row:
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
