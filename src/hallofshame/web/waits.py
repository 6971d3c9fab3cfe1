"""``mode`` of the two lists of waits: a short word for a period and what is ranked by.

The figures are those of the lists without it: the same stored counters, the same rows.
"""

from __future__ import annotations

from enum import StrEnum

from hallofshame.domain.errors import InputError
from hallofshame.domain.periods import Period, PeriodName
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.rankings import LONGEST_WAITS, WAITS
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import choice_or_none
from hallofshame.web.parameters.shared import PERIOD


class Mode(StrEnum):
    """What a list of waits may be asked for."""

    LIVE = "live"
    SEVEN_DAY_AVERAGE = "7day-average"
    PEAK = "peak"


_FIXED = {Mode.LIVE: PeriodName.LIVE, Mode.SEVEN_DAY_AVERAGE: PeriodName.SEVEN_DAYS}
"""The modes that mean one period and no other."""

MODE = choice_or_none(
    "mode",
    tuple(Mode),
    "Which waits. `live`: those posted now, as `period=live`. `7day-average`: the average posted wait of "
    "the last seven days, as `period=7days`. `peak`: ranked by the longest posted wait, "
    "`max_wait_minutes`, of the period asked for, or of the last seven days. Without it, the list is ranked "
    "by the average posted wait of the period. `live` and `7day-average` take no other period.",
)


def waits_asked(context: AnswerContext, asked: Parameters) -> tuple[Period, str]:
    """The period and what is ranked by, from ``mode`` and the parameters of the period.

    :raises InputError: for an unknown mode, and for one that contradicts the period.
    """
    chosen = MODE.read(asked)
    today = context.now.date()
    if chosen is None:
        return PERIOD.read(asked, today), WAITS
    mode = Mode(chosen)
    if mode is Mode.PEAK:
        return PERIOD.read(asked, today, PeriodName.SEVEN_DAYS), LONGEST_WAITS
    own = _FIXED[mode]
    period = PERIOD.read(asked, today, own)
    if period.name is not own:
        raise InputError(
            f"mode '{mode}' means period={own} and does not go with {period.label!r}; "
            "leave the period out, or take mode=peak, which goes with any period",
            parameter="mode",
        )
    return period, WAITS
