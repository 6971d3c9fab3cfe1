"""The outside check: our operating and down time against ThemeParks.wiki's own daily figures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Instant
from hallofshame.web.schema.rows import ParkIdentity

Hours = Annotated[float, Field(ge=0)]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


class AgreementSummary(TypedDict):
    """All parks together; ``told_*`` are ThemeParks.wiki's."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class AgreementReport(TypedDict):
    """The comparison of the last 30 days."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    compared_at: Annotated[Instant | None, Field(description="When anything was compared last.")]
    days: int
    tolerance_minutes: int
    summary: AgreementSummary | None
    parks: list[ParkAgreement]
