"""``/api/parks…``: catalogue, rankings, details."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import Period
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, envelope, period_body, ranking_body
from hallofshame.web.answers.park_details import ParkDetails, ParkInfo, park_details, park_info
from hallofshame.web.answers.parks import ParkRow
from hallofshame.web.answers.rankings import BY, DOWNTIME, PARK_FIELDS, PARK_SORTS, park_ranking, ranked_by
from hallofshame.web.answers.ride_details import RideInfo, ride_info
from hallofshame.web.calendars import CALENDAR_TYPE, park_calendar
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.lookup import find_park
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import YES, flag
from hallofshame.web.parameters.shared import FILTERS, PAGE, PERIOD, PERIOD_AHEAD, RIDES, VISIT, by, sort
from hallofshame.web.public_address import site_root
from hallofshame.web.waits import MODE, waits_asked

api_parks = Blueprint("api_parks", __name__, url_prefix="/api/parks")

SORT = sort(PARK_SORTS)
_BY = by(BY)
_LIST = (PERIOD, FILTERS, PAGE, SORT)
_SHOWS = flag("shows", "`no` leaves the show times out.", default=YES)
_SAYS = ("period", "coverage", *PAGING, "ranked_by")


@endpoint(api_parks, "", parameters=(FILTERS, PAGE))
def parks(context: AnswerContext, asked: Parameters) -> Answer[list[ParkInfo]]:
    """The catalogue of parks."""
    page = PAGE.read(asked)
    chosen = FILTERS.read(asked, context).choose(context.catalogue.parks.values())
    data = [park_info(park) for park in page.of(chosen)]
    return envelope(context, data, total=len(chosen), page=page)


@endpoint(api_parks, "/downtime", parameters=(*_LIST, _BY), says=_SAYS)
def downtime(context: AnswerContext, asked: Parameters) -> Answer[list[ParkRow]]:
    """Parks by breakdowns, the worst first."""
    chosen = ranked_by(DOWNTIME, _BY.read(asked))
    return _ranking(context, asked, PERIOD.read(asked, context.now.date()), chosen)


@endpoint(api_parks, "/waittimes", parameters=(*_LIST, MODE), says=_SAYS)
def waittimes(context: AnswerContext, asked: Parameters) -> Answer[list[ParkRow]]:
    """Parks by average posted wait, or as `mode` says."""
    return _ranking(context, asked, *waits_asked(context, asked))


def _ranking(
    context: AnswerContext, asked: Parameters, period: Period, by_field: str
) -> Answer[list[ParkRow]]:
    parks_asked, page = FILTERS.read(asked, context), PAGE.read(asked)
    lines = park_ranking(context, period, parks_asked, by_field, SORT.read(asked))
    chosen = parks_asked.choose(context.catalogue.parks.values())
    ranges = context.ranges(period, chosen).values()
    return ranking_body(context, lines, page, period, ranges, PARK_FIELDS[by_field])


@endpoint(
    api_parks,
    "/<park>/details",
    parameters=(PERIOD_AHEAD, RIDES),
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
def details(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkDetails]:
    """One park in one period: its row, chart, rides, outages, and the score explained."""
    found = find_park(context, park)
    period = PERIOD_AHEAD.read(asked, context.now.date())
    data, coverage = park_details(context, period, found, RIDES.read(asked))
    days = period.days(context.today(found))
    return envelope(context, data, period=period_body(period, [days]), coverage=coverage)


@endpoint(api_parks, "/<park>/rides", parameters=(VISIT, PAGE))
def rides(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[RideInfo]]:
    """The catalogue of one park's rides."""
    found = find_park(context, park)
    page, visit = PAGE.read(asked), VISIT.read(asked)
    known = [ride for ride in context.catalogue.rides_of[found.park_id] if visit.admits(ride)]
    return envelope(
        context, [ride_info(context, ride) for ride in page.of(known)], total=len(known), page=page
    )


@endpoint(
    api_parks,
    "/<park>/hours.ics",
    parameters=(_SHOWS,),
    produces=CALENDAR_TYPE,
    names_host=True,
)
def calendar(context: AnswerContext, asked: Parameters, park: str) -> bytes:
    """The published hours, events and show times of a park, as an iCalendar to subscribe to."""
    shows = _SHOWS.read(asked)
    return park_calendar(context, find_park(context, park), site_root(), shows=shows)
