"""What is near, what is sold for a date, tables of restaurants, and all queues of a ride over a day."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import ONE_DAY
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, envelope
from hallofshame.web.answers.near import NearPark, NearRide, VisitRide, near_parks, near_rides, visit_rows
from hallofshame.web.answers.offers import DiningRow, PurchaseRow, dining_rows, purchase_rows
from hallofshame.web.answers.queues import QueueDay, queue_day
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import integer, number
from hallofshame.web.parameters.schedules import DAY, SCHEDULE_DAYS
from hallofshame.web.parameters.shared import HISTORY, PAGE, RIDES, VISIT

api_offers = Blueprint("api_offers", __name__, url_prefix="/api")

_LATITUDE = number("lat", -90, 90, "Latitude of the point in degrees, north is positive.", "28.4186")
_LONGITUDE = number("lon", -180, 180, "Longitude of the point in degrees, east is positive.", "-81.5812")
_RIDE_RADIUS = integer("radius", 1_000, 1, 50_000, "How far away at most, in metres.")
_PARK_RADIUS = integer("radius", 50_000, 1, 1_000_000, "How far away at most, in metres.")


@endpoint(
    api_offers,
    "/rides/near",
    parameters=(_LATITUDE, _LONGITUDE, _RIDE_RADIUS, RIDES, VISIT, PAGE),
    is_live=True,
    says=("total", "limit", "offset"),
)
def rides(context: AnswerContext, asked: Parameters) -> Answer[list[NearRide]]:
    """Rides near a point, the nearest first, with what they are doing now.

    The distance is to the ride itself, or to its park where no more is known (`position`).
    """
    latitude, longitude = _LATITUDE.read(asked), _LONGITUDE.read(asked)
    radius = _RIDE_RADIUS.read(asked)
    page = PAGE.read(asked)
    rows = near_rides(context, latitude, longitude, radius, RIDES.read(asked), VISIT.read(asked))
    return envelope(context, page.of(rows), total=len(rows), page=page)


@endpoint(
    api_offers,
    "/parks/near",
    parameters=(_LATITUDE, _LONGITUDE, _PARK_RADIUS, PAGE),
    is_live=True,
    says=("total", "limit", "offset"),
)
def parks(context: AnswerContext, asked: Parameters) -> Answer[list[NearPark]]:
    """Parks near a point, the nearest first."""
    latitude, longitude = _LATITUDE.read(asked), _LONGITUDE.read(asked)
    radius = _PARK_RADIUS.read(asked)
    page = PAGE.read(asked)
    rows = near_parks(context, latitude, longitude, radius)
    return envelope(context, page.of(rows), total=len(rows), page=page)


@endpoint(
    api_offers,
    "/parks/<park>/visit",
    parameters=(RIDES, VISIT),
    is_live=True,
    says=(),
)
def visit(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[VisitRide]]:
    """A park's rides for a visitor: who may ride, which have a roof, and what they are doing now."""
    found = find_park(context, park)
    rides = context.catalogue.rides_of[found.park_id]
    return envelope(context, visit_rows(context, rides, RIDES.read(asked), VISIT.read(asked)))


@endpoint(
    api_offers,
    "/parks/<park>/purchases",
    parameters=(SCHEDULE_DAYS, HISTORY),
)
def purchases(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[PurchaseRow]]:
    """What a park sells for each date: passes, and places in the paid queues of single rides."""
    found = find_park(context, park)
    days = SCHEDULE_DAYS.read(asked, context.today(found))
    return envelope(context, purchase_rows(context, found, days, is_history=HISTORY.read(asked)))


@endpoint(
    api_offers,
    "/parks/<park>/dining",
    parameters=(DAY,),
)
def tables(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[DiningRow]]:
    """How long parties wait for a table at a park's restaurants, over one day."""
    found = find_park(context, park)
    day = DAY.read(asked, context.now.date() + ONE_DAY) or context.today(found)
    return envelope(context, dining_rows(context, found, day))


@endpoint(
    api_offers,
    "/rides/<ride>/queues/day",
    parameters=(DAY,),
    tables=("queues.segments",),
)
def queues(context: AnswerContext, asked: Parameters, ride: str) -> Answer[QueueDay]:
    """All queues of a ride other than standby over one day: waits, return times, groups, prices.

    Each queue has segments that touch; a new one begins where anything it says changes. The standby line is
    in the timeline.
    """
    found = find_ride(context, ride)
    today = context.today(context.catalogue.parks[found.park_id])
    day = DAY.read(asked, context.now.date() + ONE_DAY) or today
    return envelope(context, queue_day(context, found, day))
