"""The outside check: our operating and down time against ThemeParks.wiki's own daily figures."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import polars as pl
from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.rules import AGREEMENT_DAYS, AGREEMENT_TOLERANCE_SECONDS, HOUR_SECONDS, MINUTE_SECONDS
from hallofshame.metrics.agreement import agreement
from hallofshame.store import outside
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Instant
from hallofshame.web.answers.envelope import iso
from hallofshame.web.answers.identity import ParkIdentity, park_identity
from hallofshame.web.parameters.filters import ParkFilter
from hallofshame.web.shapes import closed

Hours = Annotated[float, Field(ge=0)]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


@closed
class AgreementSummary(TypedDict):
    """All parks together; ``told_*`` are ThemeParks.wiki's."""

    ride_days: Annotated[int, Field(ge=1, description="Days of rides that both sides know.")]
    agreeing_ride_days: Annotated[
        int,
        Field(ge=0, description="Those within the tolerance, beyond what is unknown."),
    ]
    agreement_percent: Annotated[float, Field(ge=0, le=100)]
    told_operating_hours: Hours
    operating_hours: Hours
    told_down_hours: Hours
    down_hours: Hours
    median_operating_difference_minutes: Annotated[float, Field(ge=0)]
    median_down_difference_minutes: Annotated[float, Field(ge=0)]
    first_day: Day
    last_day: Day
    compared_at: Instant


class ParkAgreement(ParkIdentity, AgreementSummary):
    """One park."""


@closed
class AgreementReport(TypedDict):
    """The comparison of the last 30 days."""

    compared_at: Annotated[Instant | None, Field(description="When anything was compared last.")]
    days: int
    tolerance_minutes: int
    summary: AgreementSummary | None
    parks: list[ParkAgreement]


HOUR_DIGITS, MINUTE_DIGITS, PERCENT_DIGITS = 2, 1, 1


def agreement_report(context: AnswerContext, asked: ParkFilter) -> AgreementReport:
    """The agreement of each chosen park, best known first, and of all together."""
    parks = {park.park_id: park for park in asked.choose(context.catalogue.parks.values())}
    since = context.now.date() - dt.timedelta(days=AGREEMENT_DAYS)
    days = outside.compared_days(context.connection, since).filter(pl.col("park_id").is_in(list(parks)))
    rows: list[ParkAgreement] = [
        {**park_identity(parks[row["park_id"]]), **_figures(row)}
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


def _figures(row: dict[str, Any]) -> AgreementSummary:
    return {
        "ride_days": row["ride_days"],
        "agreeing_ride_days": row["agreeing"],
        "agreement_percent": round(100 * row["agreeing"] / row["ride_days"], PERCENT_DIGITS),
        "told_operating_hours": _hours(row["told_operating"]),
        "operating_hours": _hours(row["operating"]),
        "told_down_hours": _hours(row["told_down"]),
        "down_hours": _hours(row["down"]),
        "median_operating_difference_minutes": _minutes(row["median_operating_difference"]),
        "median_down_difference_minutes": _minutes(row["median_down_difference"]),
        "first_day": row["first_day"].isoformat(),
        "last_day": row["last_day"].isoformat(),
        "compared_at": iso(int(row["compared_at"])),
    }


def _hours(seconds: float) -> float:
    return round(seconds / HOUR_SECONDS, HOUR_DIGITS)


def _minutes(seconds: float) -> float:
    return round(seconds / MINUTE_SECONDS, MINUTE_DIGITS)
