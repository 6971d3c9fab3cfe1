"""``/api/parks…``: catalogue, rankings, details."""

from __future__ import annotations

from flask import Blueprint, request

from hallofshame.web.answers import answered
from hallofshame.web.envelope import Row, coverage_body, envelope, period_body
from hallofshame.web.lookup import find_park
from hallofshame.web.parameters import (
    FILTER_PARAMETERS,
    PAGE_PARAMETERS,
    PERIOD_PARAMETERS,
    Parameters,
)
from hallofshame.web.park_details import park_details, park_info
from hallofshame.web.rankings import DOWNTIME, PARK_SORTS, WAITS, park_ranking
from hallofshame.web.reading import Reading
from hallofshame.web.ride_details import ride_info

api_parks = Blueprint("api_parks", __name__, url_prefix="/api/parks")

_LIST = (*PERIOD_PARAMETERS, *FILTER_PARAMETERS, *PAGE_PARAMETERS, "sort")


@api_parks.get("")
@answered()
def parks(reading: Reading) -> Row:
    """The catalogue of parks."""
    asked = Parameters(request.args, (*FILTER_PARAMETERS, *PAGE_PARAMETERS))
    page = asked.page()
    chosen = asked.parks(reading).choose(reading.catalogue.parks.values())
    data = [park_info(park) for park in page.of(chosen)]
    return envelope(reading, data, total=len(chosen), page=page)


@api_parks.get("/downtime")
@answered()
def downtime(reading: Reading) -> Row:
    """Parks by shame score."""
    return _ranking(reading, DOWNTIME)


@api_parks.get("/waittimes")
@answered()
def waittimes(reading: Reading) -> Row:
    """Parks by average posted wait."""
    return _ranking(reading, WAITS)


def _ranking(reading: Reading, by: str) -> Row:
    asked = Parameters(request.args, _LIST)
    period = asked.period(reading.now.date())
    parks_asked, page = asked.parks(reading), asked.page()
    lines = park_ranking(reading, period, parks_asked, by, asked.choice("sort", tuple(PARK_SORTS)))
    chosen = parks_asked.choose(reading.catalogue.parks.values())
    return envelope(
        reading,
        [line.row for line in page.of(lines)],
        period=period_body(period, reading.ranges(period, chosen).values()),
        coverage=coverage_body(lines),
        total=len(lines),
        page=page,
    )


@api_parks.get("/<park>/details")
@answered()
def details(reading: Reading, park: str) -> Row:
    """One park in one period."""
    asked = Parameters(request.args, PERIOD_PARAMETERS)
    found = find_park(reading, park)
    period = asked.period(reading.now.date())
    data, coverage = park_details(reading, period, found)
    days = period.days(reading.today(found))
    return envelope(reading, data, period=period_body(period, [days]), coverage=coverage)


@api_parks.get("/<park>/rides")
@answered()
def rides(reading: Reading, park: str) -> Row:
    """The catalogue of one park's rides."""
    asked = Parameters(request.args, PAGE_PARAMETERS)
    found = find_park(reading, park)
    page = asked.page()
    known = reading.catalogue.rides_of[found.park_id]
    return envelope(reading, [ride_info(ride) for ride in page.of(known)], total=len(known), page=page)
