"""The present: of all parks together, of one park, of one ride, and of the system (``/api/health``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flask import Blueprint, Response, after_this_request

from hallofshame.domain.problems import Condition
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.current import (
    ParkState,
    RideState,
    park_states,
    ride_states,
)
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Answer, envelope, iso, period_body
from hallofshame.web.answers.health import Health, health_row
from hallofshame.web.answers.present import is_watched, park_now, ride_now
from hallofshame.web.answers.status_now import LIVE, ParkStatusNow, RideStatusNow, park_status, ride_status
from hallofshame.web.answers.status_summary import OperatorCounts, ParkCounts, RideCounts, StatusSummary
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.filters import RideFilter
from hallofshame.web.parameters.shared import FILTERS, RIDES
from hallofshame.web.wording import STATUS_SLUGS

api_live = Blueprint("api_live", __name__, url_prefix="/api")


@endpoint(
    api_live,
    "/live/status-summary",
    parameters=(FILTERS, RIDES),
    tables=("operators", "parks", "rides", "freshness"),
    is_live=True,
)
def status_summary(context: AnswerContext, asked: Parameters) -> Answer[StatusSummary]:
    """How many parks are open and what their rides are doing."""
    parks = [
        park
        for park in FILTERS.read(asked, context).choose(context.catalogue.parks.values())
        if park.is_active
    ]
    states = park_states(context.connection)
    rides = ride_states(context.connection)
    operators = sorted({park.operator for park in parks if park.operator})
    seen = [states[park.park_id].observed_at for park in parks if park.park_id in states]
    rides_asked = RIDES.read(asked)
    park_counts, ride_counts = _counts(context, parks, rides_asked, states, rides)
    of_operators: list[OperatorCounts] = []
    for operator in operators:
        own = [park for park in parks if park.operator == operator]
        own_parks, own_rides = _counts(context, own, rides_asked, states, rides)
        of_operators.append({"operator": operator, "parks": own_parks, "rides": own_rides})
    data: StatusSummary = {
        "parks": park_counts,
        "rides": ride_counts,
        "operators": of_operators,
        "freshness": {
            "newest_observed_at": iso(max(seen, default=None)),
            "oldest_observed_at": iso(min(seen, default=None)),
            "holds_for_seconds": context.site.settings.live_hold_seconds,
        },
    }
    return envelope(context, data, period=period_body(LIVE, ()))


@endpoint(api_live, "/parks/<park>/now", is_live=True)
def of_park(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkStatusNow]:
    """What one park is doing now: open or closed, its waits beside the usual ones of this hour, its next
    opening.
    """
    return envelope(context, park_status(context, find_park(context, park)), period=period_body(LIVE, ()))


@endpoint(api_live, "/rides/<ride>/now", is_live=True)
def of_ride(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RideStatusNow]:
    """What one ride is doing now: its wait beside the usual one of this hour, or since when it is down and
    how soon it may run again.
    """
    found = find_ride(context, ride)
    park = context.catalogue.parks[found.park_id]
    return envelope(context, ride_status(context, park, found), period=period_body(LIVE, ()))


def _counts(
    context: AnswerContext,
    parks: Iterable[ParkProfile],
    rides_asked: RideFilter,
    states: dict[int, ParkState],
    rides: dict[int, RideState],
) -> tuple[ParkCounts, RideCounts]:
    """Parks by whether they are open; attractions by status. What is not known lately is ``not_watched``."""
    of_parks, of_rides = Counter[str](), Counter[str]()
    for park in parks:
        state = states.get(park.park_id)
        of_parks[park_now(context, state).value] += 1
        for ride in context.catalogue.rides_of[park.park_id]:
            if not is_watched(park, ride) or not rides_asked.admits(ride):
                continue
            now = ride_now(context, rides.get(ride.ride_id), state)
            of_rides[STATUS_SLUGS[now.status] or "not_watched"] += 1
            of_rides["counted_as_down"] += int(bool(now.is_down))
    park_counts: ParkCounts = {
        "total": of_parks.total(),
        "open": of_parks["open"],
        "closed": of_parks["closed"],
        "not_watched": of_parks["not_watched"],
    }
    ride_counts: RideCounts = {
        "total": of_rides.total() - of_rides["counted_as_down"],
        "operating": of_rides["operating"],
        "down": of_rides["down"],
        "closed": of_rides["closed"],
        "refurbishment": of_rides["refurbishment"],
        "not_watched": of_rides["not_watched"],
        "counted_as_down": of_rides["counted_as_down"],
    }
    return park_counts, ride_counts


@endpoint(
    api_live,
    "/health",
    tables=("jobs", "leases", "last_cycle", "backlog", "problems", "feeds", "disks"),
    is_cacheable=False,
)
def health(context: AnswerContext, asked: Parameters) -> Answer[Health]:
    """Whether the system is well: `ok`, `degraded`, or `failing`, and then with 503."""
    data = health_row(context)
    if data["status"] == Condition.FAILING.value:

        @after_this_request
        def _unavailable(response: Response) -> Response:
            response.status_code = 503
            return response

    return envelope(context, data)
