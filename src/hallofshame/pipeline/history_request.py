"""What an import through the history API is asked for, whom it asks, and what it says at its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from hallofshame.domain.readings import HistoryPage
from hallofshame.feeds.history_budget import HistoryBudget
from hallofshame.pipeline.imported import Imported


class HistorySource(Protocol):
    """Where days are asked for: :class:`hallofshame.feeds.history_api.HistoryApi`."""

    budget: HistoryBudget

    def day(self, park_external_id: str, day: dt.date, timezone: str) -> HistoryPage:
        """All changes of a park on one of its local days."""


@dataclass(frozen=True, slots=True)
class HistoryRange:
    """What to take. ``again``: also what is in the record already. ``replace``: these days are computed from
    the archive, whatever covers them better (R15), also those that are in the record already.

    ``wait``: sit out the budgets; else the import ends where no request is allowed. ``seconds``: longest time
    that it may take; ``None``: no limit.
    """

    park_ids: Collection[int] | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    again: bool = False
    replace: bool = False
    wait: bool = True
    seconds: float | None = None


@dataclass
class HistoryImported(Imported):
    """What an import did; the quality report at its end. All but ``parks`` and ``events`` count park-days.

    ``empty`` ones have no event: not recorded, or not yet;
    ``beyond`` lie before ``earliest``, the first day that the plan gives. ``refused`` says why each unusable
    answer is left out, ``outside`` which parks the API does not have. ``stopped``: why it ended early.
    """

    taken: int = 0
    corrected: int = 0
    empty: int = 0
    beyond: int = 0
    left: int = 0
    requests: int = 0
    earliest: dt.date | None = None
    stopped: str | None = None
    is_refused: bool = False
    outside: dict[str, str] = field(default_factory=dict)
