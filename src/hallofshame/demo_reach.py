"""How far back the record of a demonstration reaches, park by park."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hallofshame.domain.localtime import ONE_DAY
from hallofshame.replay import Tape

RECORD_DAYS = 62
"""The record of most parks: all of last month, and 30 days with the 30 before them."""

LONG_RECORDING_WEEKS = 12
"""A recording of so many weeks fills a year without telling the same month twice in a row."""


def first_day(tapes: Sequence[Tape], today: dt.date, days: int | None = None) -> dt.date:
    """The first park-local day of the record of a park with these ``tapes``.

    A long recording reaches back to July of the year before last, 18 to 30 months: this year and last year
    have all their months, and the year before last half of its days, which is what a comparison takes (R11).
    Every other reaches back for :data:`RECORD_DAYS`. ``days``, where given, holds for every park.
    """
    if days is not None:
        return today - days * ONE_DAY
    if max(len(tape.weeks) for tape in tapes) >= LONG_RECORDING_WEEKS:
        return dt.date(today.year - 2, 7, 1)
    return today - RECORD_DAYS * ONE_DAY
