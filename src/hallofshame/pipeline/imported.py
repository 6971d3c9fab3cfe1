"""What an import from the past did, whichever door it came through."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

ONE_DAY = dt.timedelta(days=1)


@dataclass
class ParkImported:
    """What an import read of one park. ``days``: park-local days with at least one event."""

    slug: str
    events: int = 0
    new_rows: int = 0
    days: set[dt.date] = field(default_factory=set)

    @property
    def missing_days(self) -> list[dt.date]:
        """Days between the first and the last one that have no event."""
        if not self.days:
            return []
        first, last = min(self.days), max(self.days)
        return [
            day
            for day in (first + number * ONE_DAY for number in range((last - first).days + 1))
            if day not in self.days
        ]


@dataclass
class Imported:
    """What every import counts.

    ``known`` was in the record already; ``failed`` could not be written or asked for; ``refused`` says why
    each unusable file or answer is left out; ``findings`` counts odd values by kind; ``parks`` by id.
    """

    known: int = 0
    failed: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)
    parks: dict[int, ParkImported] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """Events of known parks and the dates asked for."""
        return sum(park.events for park in self.parks.values())

    @property
    def new_rows(self) -> int:
        """Observations that the record did not have."""
        return sum(park.new_rows for park in self.parks.values())
