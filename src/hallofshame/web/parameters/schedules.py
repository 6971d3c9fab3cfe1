"""The days of a park's schedule. Hours are published ahead, so these dates may lie in the future."""

from __future__ import annotations

import datetime as dt

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.periods import DayRange
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import DateParameter, Parameter

MAX_SCHEDULE_DAYS = 366
_SHOWN_DAYS = 30
"""How far ahead published hours are shown unless asked otherwise."""

DAY = DateParameter("date", "A park-local date; the park's own today unless given.")


class ScheduleDays:
    """``start`` and ``end`` of a range that may lie ahead."""

    _start = DateParameter("start", "First day, park-local; the park's own today unless given.")
    _end = DateParameter(
        "end",
        f"Last day, included; {_SHOWN_DAYS} days after the first unless given, at most a year after it.",
    )

    parameters: tuple[Parameter, ...] = (_start, _end)

    def read(self, asked: Parameters, today: dt.date) -> DayRange:
        """The days asked for.

        :raises PeriodError: where the end lies before the start, or more than a year after it.
        """
        latest = today + dt.timedelta(days=2 * MAX_SCHEDULE_DAYS)
        start = self._start.read(asked, latest) or today
        end = self._end.read(asked, latest) or start + dt.timedelta(days=_SHOWN_DAYS)
        if end < start:
            raise PeriodError(
                f"end {end} lies before the first day {start}; it takes that day or a later one",
                parameter="end",
            )
        if (end - start).days > MAX_SCHEDULE_DAYS:
            raise PeriodError(
                f"end {end} is too far from start {start}; it takes at most {MAX_SCHEDULE_DAYS} days "
                "after it",
                parameter="end",
            )
        return DayRange(start, end)


SCHEDULE_DAYS = ScheduleDays()
