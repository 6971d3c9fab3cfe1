"""Parks or rides side by side, in one range or two."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.answers.common import CLOSED, PeriodBody, TrendReason
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rides import RideRow


class Change(TypedDict):
    """The first range minus the second; a figure is null where one of them has none."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    comparable_score: Annotated[float | None, Field(description="Parks only.")]
    shame_score: Annotated[float | None, Field(description="Parks only.")]
    uptime_percent: Annotated[float | None, Field(description="In percentage points.")]
    downtime_minutes_per_open_hour: Annotated[
        float | None, Field(description="Totals are compared per open hour: the ranges may differ in length.")
    ]
    average_wait_minutes: float | None


class CompareRow(TypedDict):
    """One park or ride."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    id: Annotated[int, Field(description="Its `park_id` or `ride_id`.")]
    first: ParkRow | RideRow
    second: Annotated[ParkRow | RideRow | None, Field(description="Null where nothing is compared with.")]
    change_reason: TrendReason | None
    change: Annotated[Change | None, Field(description="Null where there is a `change_reason`.")]


class Comparison(TypedDict):
    """Parks or rides in the order asked for."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: Literal["park", "ride"]
    first: PeriodBody
    second: PeriodBody | None
    rows: list[CompareRow]
