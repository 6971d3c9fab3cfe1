"""What is near, what is sold for a date, tables of restaurants, and all queues of a ride over a day."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import ONE_DAY
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.near import NearPark, NearRide, VisitRide, near_parks, near_rides, visit_rows
from hallofshame.web.answers.offers import DiningRow, PurchaseRow, dining_rows, purchase_rows
from hallofshame.web.answers.queues import QueueDay, queue_day
from hallofshame.web.api.timelines import schedule_days
from hallofshame.web.declared_parameters import HISTORY, PAGE, RIDES, VISIT, date, integer, number
from hallofshame.web.endpoints import endpoint
from hallofshame.web.envelope import Row, envelope
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters import Parameters

api_offers = Blueprint("api_offers", __name__, url_prefix="/api")

RIDE_RADIUS, MAX_RIDE_RADIUS = 1_000, 50_000
PARK_RADIUS, MAX_PARK_RADIUS = 50_000, 1_000_000

_POINT = (
    number("lat", -90, 90, "Latitude of the point in degrees, north is positive.", "28.4186"),
    number("lon", -180, 180, "Longitude of the point in degrees, east is positive.", "-81.5812"),
)


@endpoint(
    api_offers,
    "/rides/near",
    parameters=(
        _POINT,
        integer("radius", RIDE_RADIUS, 1, MAX_RIDE_RADIUS, "How far away at most, in metres."),
        RIDES,
        VISIT,
        PAGE,
    ),
    answers=list[NearRide],
    is_live=True,
    says=("total", "limit", "offset"),
)
def rides(context: AnswerContext, asked: Parameters) -> Row:
    """Rides near a point, the nearest first, with what they are doing now.

    The distance is to the ride itself, or to its park where no more is known (`position`).
    """
    latitude, longitude = asked.number("lat", -90, 90), asked.number("lon", -180, 180)
    radius = asked.integer("radius", RIDE_RADIUS, 1, MAX_RIDE_RADIUS)
    page = asked.page()
    rows = near_rides(context, latitude, longitude, radius, asked.rides(), asked.visit())
    return envelope(context, page.of(rows), total=len(rows), page=page)


@endpoint(
    api_offers,
    "/parks/near",
    parameters=(
        _POINT,
        integer("radius", PARK_RADIUS, 1, MAX_PARK_RADIUS, "How far away at most, in metres."),
        PAGE,
    ),
    answers=list[NearPark],
    is_live=True,
    says=("total", "limit", "offset"),
)
def parks(context: AnswerContext, asked: Parameters) -> Row:
    """Parks near a point, the nearest first."""
    latitude, longitude = asked.number("lat", -90, 90), asked.number("lon", -180, 180)
    radius = asked.integer("radius", PARK_RADIUS, 1, MAX_PARK_RADIUS)
    page = asked.page()
    rows = near_parks(context, latitude, longitude, radius)
    return envelope(context, page.of(rows), total=len(rows), page=page)


@endpoint(
    api_offers,
    "/parks/<park>/visit",
    parameters=(RIDES, VISIT),
    answers=list[VisitRide],
    is_live=True,
    says=(),
)
def visit(context: AnswerContext, asked: Parameters, park: str) -> Row:
    """A park's rides for a visitor: who may ride, which have a roof, and what they are doing now."""
    found = find_park(context, park)
    rides = context.catalogue.rides_of[found.park_id]
    return envelope(context, visit_rows(context, rides, asked.rides(), asked.visit()))


@endpoint(
    api_offers,
    "/parks/<park>/purchases",
    parameters=(
        date("start", "First day, park-local; the park's own today unless given."),
        date("end", "Last day, included; 30 days after the first unless given, at most a year after it."),
        HISTORY,
    ),
    answers=list[PurchaseRow],
)
def purchases(context: AnswerContext, asked: Parameters, park: str) -> Row:
    """What a park sells for each date: passes, and places in the paid queues of single rides."""
    found = find_park(context, park)
    days = schedule_days(asked, context.today(found))
    return envelope(context, purchase_rows(context, found, days, is_history=asked.history()))


@endpoint(
    api_offers,
    "/parks/<park>/dining",
    parameters=(date("date", "A park-local date; the park's own today unless given."),),
    answers=list[DiningRow],
)
def tables(context: AnswerContext, asked: Parameters, park: str) -> Row:
    """How long parties wait for a table at a park's restaurants, over one day."""
    found = find_park(context, park)
    day = asked.date("date", context.now.date() + ONE_DAY) or context.today(found)
    return envelope(context, dining_rows(context, found, day))


@endpoint(
    api_offers,
    "/rides/<ride>/queues/day",
    parameters=(date("date", "A park-local date; the park's own today unless given."),),
    answers=QueueDay,
    tables=("queues.segments",),
)
def queues(context: AnswerContext, asked: Parameters, ride: str) -> Row:
    """All queues of a ride other than standby over one day: waits, return times, groups, prices.

    Each queue has segments that touch; a new one begins where anything it says changes. The standby line is
    in the timeline.
    """
    found = find_ride(context, ride)
    today = context.today(context.catalogue.parks[found.park_id])
    day = asked.date("date", context.now.date() + ONE_DAY) or today
    return envelope(context, queue_day(context, found, day))
