"""Parks or rides side by side, in one range or two."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.answers.common import PeriodBody, TrendReason
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.shapes import closed


@closed
class Change(TypedDict):
    """The first range minus the second; a figure is null where one of them has none."""

    comparable_score: Annotated[float | None, Field(description="Parks only.")]
    shame_score: Annotated[float | None, Field(description="Parks only.")]
    uptime_percent: Annotated[float | None, Field(description="In percentage points.")]
    downtime_minutes_per_open_hour: Annotated[
        float | None, Field(description="Totals are compared per open hour: the ranges may differ in length.")
    ]
    average_wait_minutes: float | None


@closed
class CompareRow(TypedDict):
    """One park or ride."""

    id: Annotated[int, Field(description="Its `park_id` or `ride_id`.")]
    first: ParkRow | RideRow
    second: Annotated[ParkRow | RideRow | None, Field(description="Null where nothing is compared with.")]
    change_reason: TrendReason | None
    change: Annotated[Change | None, Field(description="Null where there is a `change_reason`.")]


@closed
class Comparison(TypedDict):
    """Parks or rides in the order asked for."""

    kind: Literal["park", "ride"]
    first: PeriodBody
    second: PeriodBody | None
    rows: list[CompareRow]
