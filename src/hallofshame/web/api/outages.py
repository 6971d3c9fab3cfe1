"""``/api/outages``, of all parks, of one park, of one ride, and right now; and as Atom feeds."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, request

from hallofshame.domain.periods import DayRange, Period, PeriodName
from hallofshame.domain.words import OutageKind
from hallofshame.store.reports.outages import listed_outages
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, envelope, period_body
from hallofshame.web.answers.outages import OutageBoard, OutageRow, board, outage_rows
from hallofshame.web.atom.outages import ATOM_TYPE, park_feed, ride_feed
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import choice
from hallofshame.web.parameters.filters import RideFilter
from hallofshame.web.parameters.shared import FILTERS, PAGE, PERIOD, RIDES
from hallofshame.web.public_address import site_root

api_outages = Blueprint("api_outages", __name__, url_prefix="/api")

NEWEST, LONGEST = "newest", "longest"
_SORT = choice("sort", (NEWEST, LONGEST), "The newest first, or those first that lost the most open time.")
_ANY_KIND = "all"
_KIND = choice("kind", (_ANY_KIND, *(kind.value for kind in OutageKind)), "Outages of one kind only.")
_LIST = (
    PERIOD,
    PAGE,
    _KIND,
    _SORT,
)

_LIVE = Period(PeriodName.LIVE)


@endpoint(api_outages, "/outages", parameters=(FILTERS, RIDES, *_LIST))
def outages(context: AnswerContext, asked: Parameters) -> Answer[list[OutageRow]]:
    """Outages that began in the period.

    For `period=live` those that began today.
    """
    parks = FILTERS.read(asked, context).choose(context.catalogue.parks.values())
    period = PERIOD.read(asked, context.now.date())
    return _listed(context, asked, period, context.ranges(period, parks), RIDES.read(asked))


@endpoint(
    api_outages,
    "/outages/now",
    parameters=(FILTERS, RIDES),
    tables=("down", "reopened"),
    is_live=True,
)
def now(context: AnswerContext, asked: Parameters) -> Answer[OutageBoard]:
    """What is down now, since when, how likely it is back soon; and what just reopened."""
    return envelope(
        context,
        board(context, FILTERS.read(asked, context), RIDES.read(asked)),
        period=period_body(_LIVE, ()),
    )


@endpoint(api_outages, "/parks/<park>/outages", parameters=(RIDES, *_LIST))
def of_park(context: AnswerContext, asked: Parameters, park: str) -> Answer[list[OutageRow]]:
    """Outages of one park that began in the period."""
    found = find_park(context, park)
    period = PERIOD.read(asked, context.now.date())
    return _listed(context, asked, period, context.ranges(period, [found]), RIDES.read(asked))


@endpoint(api_outages, "/rides/<ride>/outages", parameters=_LIST)
def of_ride(context: AnswerContext, asked: Parameters, ride: str) -> Answer[list[OutageRow]]:
    """Outages of one ride that began in the period."""
    found = find_ride(context, ride)
    period = PERIOD.read(asked, context.now.date())
    ranges = context.ranges(period, [context.catalogue.parks[found.park_id]])
    return _listed(context, asked, period, ranges, RideFilter(non_rides=True), found.ride_id)


def _listed(
    context: AnswerContext,
    asked: Parameters,
    period: Period,
    ranges: Mapping[int, DayRange],
    rides: RideFilter,
    ride_id: int | None = None,
) -> Answer[list[OutageRow]]:
    page = PAGE.read(asked)
    kind = _KIND.read(asked)
    total, found = listed_outages(
        context.connection,
        ranges,
        ride_id=ride_id,
        types=rides.listed,
        kind=None if kind == _ANY_KIND else OutageKind(kind),
        longest_first=_SORT.read(asked) == LONGEST,
        limit=page.limit,
        offset=page.offset,
    )
    return envelope(
        context,
        outage_rows(context, found),
        period=period_body(period, ranges.values()),
        total=total,
        page=page,
    )


@endpoint(api_outages, "/parks/<park>/outages.atom", produces=ATOM_TYPE, names_host=True)
def feed_of_park(context: AnswerContext, asked: Parameters, park: str) -> bytes:
    """The latest outages of one park and their ends, as an Atom feed."""
    return park_feed(context, find_park(context, park), site_root(), request.path)


@endpoint(api_outages, "/rides/<ride>/outages.atom", produces=ATOM_TYPE, names_host=True)
def feed_of_ride(context: AnswerContext, asked: Parameters, ride: str) -> bytes:
    """The latest outages of one ride and their ends, as an Atom feed."""
    return ride_feed(context, find_ride(context, ride), site_root(), request.path)
