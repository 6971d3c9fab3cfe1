"""Retention: how long the SQL store keeps rows of each grain (design §4). Daily and coarser stay for good."""

from __future__ import annotations

from dataclasses import dataclass

RAW_DAYS = 90
HOURLY_DAYS = 3 * 365 + 1

LEAST_RAW_DAYS = 35
"""Gap repair looks back thirty days, and reads raw rows from the database alone."""

LEAST_HOURLY_DAYS = 400
"""Charts of the running year, and of the same month a year ago, are made of hours."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Whole days that rows stay; ``None`` = for ever.

    ``raw_days``: raw rows after the end of their UTC month, if it is sealed and verified; others stay.
    ``hourly_days``: hours of rides and parks.
    """

    raw_days: int | None = RAW_DAYS
    hourly_days: int | None = HOURLY_DAYS

    @property
    def page_days(self) -> int | None:
        """Looks at parks, and queues with their prices: as long as hours, beside which pages read them."""
        if self.raw_days is None or self.hourly_days is None:
            return None
        return max(self.raw_days, self.hourly_days)
