"""Timelines of parks and rides, published hours, show times, and queues other than standby."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.periods import ONE_DAY, PeriodName
from hallofshame.store.reports.current import park_states
from hallofshame.store.reports.queues import latest_prices, latest_queues
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, envelope, period_body
from hallofshame.web.answers.prices import ParkPriceRow, RidePrices, price_rows, ride_prices
from hallofshame.web.answers.queues import QueueRow, queue_row
from hallofshame.web.answers.schedules import ScheduleEntry, schedule_rows
from hallofshame.web.answers.shows import ShowRow, show_rows
from hallofshame.web.answers.timelines import ParkTimeline, RideTimeline, park_timeline, ride_timeline
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import integer
from hallofshame.web.parameters.schedules import DAY, MAX_SCHEDULE_DAYS, SCHEDULE_DAYS
from hallofshame.web.parameters.shared import HISTORY, RIDES, PeriodParameters

api_timelines = Blueprint("api_timelines", __name__, url_prefix="/api")

MAX_PRICE_DAYS = 366
QUEUE_SECONDS = 24 * 3600
"""A queue not posted for this long before the park's latest look is no queue of now."""

_HOURS = integer("hours", 48, 1, 7 * 24, "How many hours back from the latest look.")
_PRICE_PERIOD = PeriodParameters(PeriodName.THIRTY_DAYS)


@endpoint(
    api_timelines,
    "/parks/<park>/timeline",
    parameters=(DAY, RIDES),
    tables=("rides.segments", "rides", "windows"),
)
def of_park(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkTimeline]:
    """What every ride of a park did from moment to moment on one day.

    The seconds inside windows add up to the day's counters of each ride.
    """
    found = find_park(context, park)
    day = DAY.read(asked, context.now.date() + ONE_DAY) or context.today(found)
    return envelope(context, park_timeline(context, found, day, RIDES.read(asked)))


@endpoint(
    api_timelines,
    "/rides/<ride>/timeline",
    parameters=(_HOURS,),
    tables=("segments", "windows"),
)
def of_ride(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RideTimeline]:
    """What a ride did from moment to moment, up to the latest look."""
    found = find_ride(context, ride)
    hours = _HOURS.read(asked)
    return envelope(context, ride_timeline(context, found, hours))


@endpoint(api_timelines, "/rides/<ride>/queues")
def queues(context: AnswerContext, asked: Parameters, ride: str) -> Answer[list[QueueRow]]:
    """Queues of a ride other than standby, as last posted: return times, single riders, prices."""
    found = find_ride(context, ride)
    state = park_states(context.connection).get(found.park_id)
    since = None if state is None else state.observed_at - QUEUE_SECONDS
    rows = [] if since is None else latest_queues(context.connection, found.park_id, found.ride_id, since)
    return envelope(context, [queue_row(row) for row in rows])


@endpoint(api_timelines, "/parks/<park>/prices")
def park_prices(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[ParkPriceRow]]:
    """What the queues of a park's rides cost, as last posted; empty where none is sold."""
    del asked
    found = find_park(context, park)
    state = park_states(context.connection).get(found.park_id)
    since = None if state is None else state.observed_at - QUEUE_SECONDS
    prices = [] if since is None else latest_prices(context.connection, found.park_id, since)
    return envelope(context, price_rows(context, prices))


@endpoint(
    api_timelines,
    "/rides/<ride>/prices",
    parameters=(_PRICE_PERIOD,),
    tables=("queues.segments",),
    says=("period",),
)
def prices(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RidePrices]:
    """What a ride's paid queues cost over time: return times and standby lines that are sold.

    Each queue has segments that touch; a new one begins where the price changes. A price is null where none
    was posted or nobody looked. `period=live` means today.
    """
    found = find_ride(context, ride)
    chosen = _PRICE_PERIOD.read(asked, context.now.date())
    days = chosen.days(context.today(context.catalogue.parks[found.park_id]))
    if days.days > MAX_PRICE_DAYS:
        raise PeriodError(
            f"prices of {days.days} days are too many; they take a period of at most {MAX_PRICE_DAYS} days",
            parameter="end",
        )
    return envelope(context, ride_prices(context, found, days), period=period_body(chosen, [days]))


@endpoint(
    api_timelines,
    "/parks/<park>/schedule",
    parameters=(SCHEDULE_DAYS, HISTORY),
)
def schedule(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[ScheduleEntry]]:
    """Published hours in force, also those that do not count as regular opening, or every version of them."""
    found = find_park(context, park)
    days = SCHEDULE_DAYS.read(asked, context.today(found))
    return envelope(context, schedule_rows(context, found, days, is_history=HISTORY.read(asked)))


@endpoint(
    api_timelines,
    "/parks/<park>/showtimes",
    parameters=(DAY,),
)
def showtimes(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[ShowRow]]:
    """Performances published for one day of a park, in order of time."""
    found = find_park(context, park)
    today = context.today(found)
    day = DAY.read(asked, today + dt.timedelta(days=MAX_SCHEDULE_DAYS)) or today
    return envelope(context, show_rows(context, found, day))
