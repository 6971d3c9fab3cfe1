"""``/api/parks…``: catalogue, rankings, details."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import LONGEST_AHEAD_DAYS, Period
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.park_details import ParkDetails, ParkInfo, park_details, park_info
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rankings import BY, DOWNTIME, PARK_FIELDS, PARK_SORTS, park_ranking, ranked_by
from hallofshame.web.answers.ride_details import RideInfo, ride_info
from hallofshame.web.calendars import CALENDAR_TYPE, park_calendar
from hallofshame.web.declared_parameters import FILTERS, PAGE, PERIOD, RIDES, VISIT, by, choice, sort
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.envelope import Row, envelope, period_body, ranking_body
from hallofshame.web.lookup import find_park
from hallofshame.web.parameters import Parameters
from hallofshame.web.public_address import site_root
from hallofshame.web.waits import MODE, waits_asked

api_parks = Blueprint("api_parks", __name__, url_prefix="/api/parks")

_LIST = (PERIOD, FILTERS, PAGE, sort(PARK_SORTS))
SHOWN = ("yes", "no")
_SAYS = ("period", "coverage", *PAGING, "ranked_by")


@endpoint(api_parks, "", parameters=(FILTERS, PAGE), answers=list[ParkInfo])
def parks(context: AnswerContext, asked: Parameters) -> Row:
    """The catalogue of parks."""
    page = asked.page()
    chosen = asked.parks(context).choose(context.catalogue.parks.values())
    data = [park_info(park) for park in page.of(chosen)]
    return envelope(context, data, total=len(chosen), page=page)


@endpoint(api_parks, "/downtime", parameters=(*_LIST, by(BY)), answers=list[ParkRow], says=_SAYS)
def downtime(context: AnswerContext, asked: Parameters) -> Row:
    """Parks by breakdowns, the worst first."""
    chosen = ranked_by(DOWNTIME, asked.choice("by", BY))
    return _ranking(context, asked, asked.period(context.now.date()), chosen)


@endpoint(api_parks, "/waittimes", parameters=(*_LIST, MODE), answers=list[ParkRow], says=_SAYS)
def waittimes(context: AnswerContext, asked: Parameters) -> Row:
    """Parks by average posted wait, or as `mode` says."""
    return _ranking(context, asked, *waits_asked(context, asked))


def _ranking(context: AnswerContext, asked: Parameters, period: Period, by_field: str) -> Row:
    parks_asked, page = asked.parks(context), asked.page()
    lines = park_ranking(context, period, parks_asked, by_field, asked.choice("sort", tuple(PARK_SORTS)))
    chosen = parks_asked.choose(context.catalogue.parks.values())
    ranges = context.ranges(period, chosen).values()
    return ranking_body(context, lines, page, period, ranges, PARK_FIELDS[by_field])


@endpoint(
    api_parks,
    "/<park>/details",
    parameters=(PERIOD, RIDES),
    answers=ParkDetails,
    tables=(
        "rides",
        "summary",
        "chart_data",
        "days",
        "days.windows",
        "outages",
        "score_explained",
        "score_explained.rides",
        "tiers",
        "schedule",
    ),
)
def details(context: AnswerContext, asked: Parameters, park: str) -> Row:
    """One park in one period: its row, chart, rides, outages, and the score explained."""
    found = find_park(context, park)
    period = asked.period(context.now.date(), days_ahead=LONGEST_AHEAD_DAYS)
    data, coverage = park_details(context, period, found, asked.rides())
    days = period.days(context.today(found))
    return envelope(context, data, period=period_body(period, [days]), coverage=coverage)


@endpoint(api_parks, "/<park>/rides", parameters=(VISIT, PAGE), answers=list[RideInfo])
def rides(context: AnswerContext, asked: Parameters, park: str) -> Row:
    """The catalogue of one park's rides."""
    found = find_park(context, park)
    page, visit = asked.page(), asked.visit()
    known = [ride for ride in context.catalogue.rides_of[found.park_id] if visit.admits(ride)]
    return envelope(
        context, [ride_info(context, ride) for ride in page.of(known)], total=len(known), page=page
    )


@endpoint(
    api_parks,
    "/<park>/hours.ics",
    parameters=(choice("shows", SHOWN, "`no` leaves the show times out."),),
    answers=None,
    produces=CALENDAR_TYPE,
    names_host=True,
)
def calendar(context: AnswerContext, asked: Parameters, park: str) -> bytes:
    """The published hours, events and show times of a park, as an iCalendar to subscribe to."""
    shows = asked.choice("shows", SHOWN) == "yes"
    return park_calendar(context, find_park(context, park), site_root(), shows=shows)
