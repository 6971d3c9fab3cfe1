"""``/api/badges…``: a park's score or a ride's downtime as an image to embed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint

from hallofshame.domain.bands import band_of, band_of_loss
from hallofshame.domain.periods import Period, PeriodName
from hallofshame.metrics.scores import down_percent
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.park_details import park_summary
from hallofshame.web.answers.rides import live_word, ride_lines
from hallofshame.web.endpoints import endpoint
from hallofshame.web.images.badges import Badge, draw
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.shared import PeriodParameters
from hallofshame.web.tokens import tokens
from hallofshame.web.wording import AT_LEAST, DEMONSTRATION_MARK, STATE_WORDS, is_lower_bound

api_badges = Blueprint("api_badges", __name__, url_prefix="/api/badges")

SVG_TYPE = "image/svg+xml; charset=utf-8"
_PERIOD = PeriodParameters(PeriodName.THIS_MONTH)

_NO_SCORE = {"closed": "closed", "not_open_yet": "not open yet", "no_data_yet": "no data yet"}
"""Why a park has no score, where more is known than that it was not watched."""
_NOT_WATCHED = STATE_WORDS["not_watched"]

_IN_WORDS = {
    PeriodName.LIVE: "right now",
    PeriodName.SEVEN_DAYS: "in the last 7 days",
    PeriodName.THIRTY_DAYS: "in the last 30 days",
}


@endpoint(api_badges, "/parks/<park>.svg", parameters=(_PERIOD,), produces=SVG_TYPE)
def park_badge(context: AnswerContext, asked: Parameters, park: str) -> str:
    """A badge with a park's shame score.

    "Gardaland: shame score 1.3 this month", on the colour and with the sign of its band; "at least 1.3" where
    its source knows only open and closed.
    """
    found = find_park(context, park)
    period = _PERIOD.read(asked, context.now.date())
    row = park_summary(context, period, found)
    score = row["shame_score"]
    says = (
        _NO_SCORE.get(row["unranked_reason"] or "", _NOT_WATCHED)
        if score is None
        else f"shame score {_bound(row)}{_plain(score)}"
    )
    return _drawn(context, Badge(found.name, f"{says} {_words(period)}", band_of(score)))


@endpoint(api_badges, "/rides/<ride>.svg", parameters=(_PERIOD,), produces=SVG_TYPE)
def ride_badge(context: AnswerContext, asked: Parameters, ride: str) -> str:
    """A badge with the share of its time that a ride was down.

    "Space Mountain: down 14 % this month": 100 % minus the uptime shown elsewhere; "at least 14 %" where its
    source knows only open and closed.
    """
    found = find_ride(context, ride)
    period = _PERIOD.read(asked, context.now.date())
    [line] = ride_lines(context, period, [found])
    row = line.row
    if period.is_live:
        says = live_word(row) or _NOT_WATCHED
        return _drawn(context, Badge(found.name, f"{says} {_words(period)}", None))
    down = down_percent(row["uptime_percent"])
    says = _NOT_WATCHED if down is None else f"down {_bound(row)}{_plain(down)} %"
    return _drawn(context, Badge(found.name, f"{says} {_words(period)}", band_of_loss(down)))


def _drawn(context: AnswerContext, badge: Badge) -> str:
    if context.site.settings.demonstration:
        badge = replace(badge, says=f"{badge.says} · {DEMONSTRATION_MARK}")
    return draw(badge, tokens())


def _bound(row: Mapping[str, Any]) -> str:
    """The words before a figure that is only a bound."""
    return f"{AT_LEAST} " if is_lower_bound(row) else ""


def _plain(value: float) -> str:
    """The number as JSON writes it, without a needless ``.0``."""
    return str(int(value)) if value == int(value) else str(value)


def _words(period: Period) -> str:
    """The period after a figure: ``this month``, ``in 2025``, ``from 1 to 15 …``."""
    if period.name is PeriodName.YEAR:
        return f"in {period.label}"
    if period.name is PeriodName.RANGE:
        return f"on {period.label}" if period.start == period.end else f"from {period.label}"
    return _IN_WORDS.get(period.name, period.label.lower())
