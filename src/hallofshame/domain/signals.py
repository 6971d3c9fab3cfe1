"""What a park's feed can tell, by date: dated evidence, not opinion (R5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hallofshame.domain.words import BreakdownSignal, Feed

BEGINNING = dt.date(1970, 1, 1)
"""The date from which the catalogue's word holds: before every record."""

SIGNAL_FEED = Feed.THEMEPARKS_WIKI
"""The one feed whose signal differs from park to park. Queue-Times knows only open and closed; the event log
is ThemeParks.wiki's own, so it tells what that feed tells."""


class SignalSource(StrEnum):
    """Who says what a feed can tell: the park catalogue, the feed itself by what it said, a person."""

    CATALOGUE = "catalogue"
    OBSERVED = "observed"
    FILE = "file"


_PRECEDENCE = {source: rank for rank, source in enumerate(SignalSource)}


@dataclass(frozen=True, slots=True)
class SignalRow:
    """From the park-local date ``valid_from`` on, the feed tells ``signal``; ``evidence`` says why."""

    valid_from: dt.date
    signal: BreakdownSignal
    source: SignalSource
    evidence: str


@dataclass(frozen=True, slots=True)
class SignalHistory:
    """The signal of one park's feed over time.

    On each date the latest row holds; of one date a person's goes first, then what was observed. From the
    first date on that a person's file names, what was observed no longer counts. Before the first row the
    feed knows only open and closed.
    """

    rows: tuple[SignalRow, ...]

    @classmethod
    def of(cls, rows: Iterable[SignalRow]) -> SignalHistory:
        """The history that ``rows``, in any order, make."""
        given = sorted(rows, key=lambda row: (row.valid_from, _PRECEDENCE[row.source]))
        ruled_from = min(
            (row.valid_from for row in given if row.source is SignalSource.FILE), default=dt.date.max
        )
        return cls(
            tuple(
                row for row in given if row.source is not SignalSource.OBSERVED or row.valid_from < ruled_from
            )
        )

    def on(self, day: dt.date) -> BreakdownSignal:
        """The signal in force on a park-local date."""
        held = [row.signal for row in self.rows if row.valid_from <= day]
        return held[-1] if held else BreakdownSignal.CLOSED

    @property
    def latest(self) -> BreakdownSignal:
        """The signal in force now: no row is of a date to come."""
        return self.rows[-1].signal if self.rows else BreakdownSignal.CLOSED

    @property
    def is_ruled_by_hand(self) -> bool:
        """Whether a person's file says what this feed can tell."""
        return any(row.source is SignalSource.FILE for row in self.rows)


NO_SIGNAL = SignalHistory(())
"""The history of a feed that nothing is known of."""
