"""The present: of all parks together, of one park, of one ride, and of the system (``/api/health``)."""

from __future__ import annotations

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
from hallofshame.web.declared_parameters import FILTERS, RIDES
from hallofshame.web.endpoints import endpoint
from hallofshame.web.envelope import Row, envelope, iso, period_body
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters import Parameters, RideFilter
from hallofshame.web.reading import Reading
from hallofshame.web.rows.health import health_row
from hallofshame.web.rows.present import is_watched, park_now, ride_now
from hallofshame.web.rows.status_now import LIVE, park_status, ride_status
from hallofshame.web.schema.live import Health, StatusSummary
from hallofshame.web.schema.status import ParkStatusNow, RideStatusNow
from hallofshame.web.wording import STATUS_SLUGS

api_live = Blueprint("api_live", __name__, url_prefix="/api")


@endpoint(
    api_live,
    "/live/status-summary",
    parameters=(FILTERS, RIDES),
    answers=StatusSummary,
    tables=("operators", "parks", "rides", "freshness"),
    is_live=True,
)
def status_summary(reading: Reading, asked: Parameters) -> Row:
    """How many parks are open and what their rides are doing."""
    parks = [park for park in asked.parks(reading).choose(reading.catalogue.parks.values()) if park.is_active]
    states = park_states(reading.connection)
    rides = ride_states(reading.connection)
    operators = sorted({park.operator for park in parks if park.operator})
    seen = [states[park.park_id].observed_at for park in parks if park.park_id in states]
    rides_asked = asked.rides()
    data = _counts(reading, parks, rides_asked, states, rides) | {
        "operators": [
            {"operator": operator}
            | _counts(
                reading, [park for park in parks if park.operator == operator], rides_asked, states, rides
            )
            for operator in operators
        ],
        "freshness": {
            "newest_observed_at": iso(max(seen, default=None)),
            "oldest_observed_at": iso(min(seen, default=None)),
            "holds_for_seconds": reading.site.settings.live_hold_seconds,
        },
    }
    return envelope(reading, data, period=period_body(LIVE, ()))


@endpoint(api_live, "/parks/<park>/now", answers=ParkStatusNow, is_live=True)
def of_park(reading: Reading, asked: Parameters, park: str) -> Row:
    """What one park is doing now: open or closed, its waits beside the usual ones of this hour, its next
    opening.
    """
    return envelope(reading, park_status(reading, find_park(reading, park)), period=period_body(LIVE, ()))


@endpoint(api_live, "/rides/<ride>/now", answers=RideStatusNow, is_live=True)
def of_ride(reading: Reading, asked: Parameters, ride: str) -> Row:
    """What one ride is doing now: its wait beside the usual one of this hour, or since when it is down and
    how soon it may run again.
    """
    found = find_ride(reading, ride)
    park = reading.catalogue.parks[found.park_id]
    return envelope(reading, ride_status(reading, park, found), period=period_body(LIVE, ()))


def _counts(
    reading: Reading,
    parks: Iterable[ParkProfile],
    rides_asked: RideFilter,
    states: dict[int, ParkState],
    rides: dict[int, RideState],
) -> Row:
    """Parks by whether they are open; attractions by status. What is not known lately is ``not_watched``."""
    park_counts = dict.fromkeys(("total", "open", "closed", "not_watched"), 0)
    ride_counts = dict.fromkeys(
        ("total", "operating", "down", "closed", "refurbishment", "not_watched", "counted_as_down"), 0
    )
    for park in parks:
        state = states.get(park.park_id)
        park_counts["total"] += 1
        park_counts[park_now(reading, state).value] += 1
        for ride in reading.catalogue.rides_of[park.park_id]:
            if not is_watched(park, ride) or not rides_asked.admits(ride):
                continue
            now = ride_now(reading, rides.get(ride.ride_id), state)
            ride_counts["total"] += 1
            ride_counts[STATUS_SLUGS[now.status] or "not_watched"] += 1
            ride_counts["counted_as_down"] += int(bool(now.is_down))
    return {"parks": park_counts, "rides": ride_counts}


@endpoint(
    api_live,
    "/health",
    answers=Health,
    tables=("jobs", "leases", "last_cycle", "backlog", "problems", "feeds", "disks"),
    is_cacheable=False,
)
def health(reading: Reading, asked: Parameters) -> Row:
    """Whether the system is well: `ok`, `degraded`, or `failing`, and then with 503."""
    data = health_row(reading)
    if data["status"] == Condition.FAILING:

        @after_this_request
        def _unavailable(response: Response) -> Response:
            response.status_code = 503
            return response

    return envelope(reading, data)
