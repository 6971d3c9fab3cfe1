"""The outside check as rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from hallofshame.domain.rules import (
    AGREEMENT_DAYS,
    AGREEMENT_TOLERANCE_SECONDS,
    HOUR_SECONDS,
    MINUTE_SECONDS,
)
from hallofshame.metrics.agreement import agreement
from hallofshame.store import outside
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import Row, iso
from hallofshame.web.parameters import ParkFilter
from hallofshame.web.rows.parks import park_identity

HOUR_DIGITS, MINUTE_DIGITS, PERCENT_DIGITS = 2, 1, 1


def agreement_report(context: AnswerContext, asked: ParkFilter) -> Row:
    """The agreement of each chosen park, best known first, and of all together."""
    parks = {park.park_id: park for park in asked.choose(context.catalogue.parks.values())}
    since = context.now.date() - dt.timedelta(days=AGREEMENT_DAYS)
    days = outside.compared_days(context.connection, since).filter(pl.col("park_id").is_in(list(parks)))
    rows = [
        park_identity(parks[row["park_id"]]) | _figures(row)
        for row in agreement(days, ("park_id",)).iter_rows(named=True)
    ]
    at = outside.compared_at(context.connection)
    return {
        "compared_at": None if at is None else iso(at),
        "days": AGREEMENT_DAYS,
        "tolerance_minutes": AGREEMENT_TOLERANCE_SECONDS // MINUTE_SECONDS,
        "summary": _figures(agreement(days).row(0, named=True)) if days.height else None,
        "parks": sorted(rows, key=lambda row: str(row["park_name"])),
    }


def _figures(row: dict[str, Any]) -> Row:
    hours = {
        f"{name}_hours": round(row[name] / HOUR_SECONDS, HOUR_DIGITS)
        for name in ("told_operating", "operating", "told_down", "down")
    }
    minutes = {
        f"median_{name}_difference_minutes": round(
            row[f"median_{name}_difference"] / MINUTE_SECONDS, MINUTE_DIGITS
        )
        for name in ("operating", "down")
    }
    return {
        "ride_days": row["ride_days"],
        "agreeing_ride_days": row["agreeing"],
        "agreement_percent": round(100 * row["agreeing"] / row["ride_days"], PERCENT_DIGITS),
        **hours,
        **minutes,
        "first_day": row["first_day"].isoformat(),
        "last_day": row["last_day"].isoformat(),
        "compared_at": iso(row["compared_at"]),
    }
