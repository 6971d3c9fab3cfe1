"""Parks or rides side by side, in one range or two."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, PeriodBody
from hallofshame.web.schema.rows import ParkRow, RideRow


class Change(TypedDict):
    """The first range minus the second; null unless both have the figure and were covered by half."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    shame_score: Annotated[float | None, Field(description="Parks only.")]
    uptime_percent: Annotated[float | None, Field(description="In percentage points.")]
    total_downtime_hours: float | None
    average_wait_minutes: float | None


class CompareRow(TypedDict):
    """One park or ride."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    id: Annotated[int, Field(description="Its `park_id` or `ride_id`.")]
    first: ParkRow | RideRow
    second: Annotated[ParkRow | RideRow | None, Field(description="Null where nothing is compared with.")]
    change: Change | None


class Comparison(TypedDict):
    """Parks or rides in the order asked for."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: Literal["park", "ride"]
    first: PeriodBody
    second: PeriodBody | None
    rows: list[CompareRow]
