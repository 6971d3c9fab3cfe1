"""``/api/parks/<park>/outlook`` and ``/api/rides/<ride>/outlook``: a day to come."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.periods import LONGEST_AHEAD_DAYS, ONE_DAY
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, envelope
from hallofshame.web.answers.outlook import ParkOutlook, RideOutlook, park_outlook, ride_outlook
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import DateParameter

api_outlook = Blueprint("api_outlook", __name__, url_prefix="/api")

DATE = DateParameter(
    "date",
    "A park-local date from the park's own today to a year ahead; its tomorrow unless given.",
)


@endpoint(
    api_outlook,
    "/parks/<park>/outlook",
    parameters=(DATE,),
    tables=("rides", "hours", "usual", "usual.hours"),
)
def of_park(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkOutlook]:
    """A day to come in a park: its published hours and events, and what is usual on that weekday."""
    found = find_park(context, park)
    day = _day(asked, context.today(found))
    return envelope(context, park_outlook(context, found, day))


@endpoint(
    api_outlook,
    "/rides/<ride>/outlook",
    parameters=(DATE,),
    tables=("usual.hours", "hours", "ride_hours", "usual"),
)
def of_ride(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RideOutlook]:
    """A day to come of a ride: published hours, and what is usual for it on that weekday."""
    found = find_ride(context, ride)
    park = context.catalogue.parks[found.park_id]
    day = _day(asked, context.today(park))
    return envelope(context, ride_outlook(context, park, found, day))


def _day(asked: Parameters, today: dt.date) -> dt.date:
    latest = today + LONGEST_AHEAD_DAYS * ONE_DAY
    day = DATE.read(asked, latest) or today + ONE_DAY
    if day < today:
        raise PeriodError(
            f"date '{day}' lies before the park's own today; it takes a date from {today} to {latest}, and "
            "the details have the days that are over",
            parameter="date",
        )
    return day
