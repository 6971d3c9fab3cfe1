"""``/api/rides…`` and ``/api/trends``: rankings, details, changes."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, request

from hallofshame.domain.periods import Period
from hallofshame.metrics.scores import coverage_percent
from hallofshame.web.answers import answered
from hallofshame.web.envelope import Page, Row, coverage_body, envelope, period_body
from hallofshame.web.lookup import find_ride
from hallofshame.web.parameters import (
    FILTER_PARAMETERS,
    PAGE_PARAMETERS,
    PERIOD_PARAMETERS,
    Parameters,
)
from hallofshame.web.rankings import DOWNTIME, WAITS, Standing, park_ranking, ride_standings, with_standing
from hallofshame.web.reading import Reading
from hallofshame.web.ride_details import ride_details
from hallofshame.web.ride_rows import measures
from hallofshame.web.trends import trend_tables

api_rides = Blueprint("api_rides", __name__, url_prefix="/api")

_LIST = (*PERIOD_PARAMETERS, *FILTER_PARAMETERS, *PAGE_PARAMETERS, "sort")
_SORTS = ("rank", "name", "uptime", "downtime", "wait")


@api_rides.get("/rides/downtime")
@answered()
def downtime(reading: Reading) -> Row:
    """Rides by hours lost."""
    return _ranking(reading, DOWNTIME)


@api_rides.get("/rides/waittimes")
@answered()
def waittimes(reading: Reading) -> Row:
    """Rides by average posted wait."""
    return _ranking(reading, WAITS)


def _ranking(reading: Reading, by: str) -> Row:
    asked = Parameters(request.args, _LIST)
    period = asked.period(reading.now.date())
    parks_asked, page = asked.parks(reading), asked.page()
    sort = asked.choice("sort", _SORTS)
    standings = ride_standings(reading, period, parks_asked, by)
    ids = _sorted(reading, period, list(standings), sort)
    shown = [reading.catalogue.rides[ride_id] for ride_id in page.of(ids)]
    lines = with_standing(reading, period, shown, standings)
    chosen = parks_asked.choose(reading.catalogue.parks.values())
    return envelope(
        reading,
        [line.row for line in lines],
        period=period_body(period, reading.ranges(period, chosen).values()),
        coverage=_coverage(reading, period, standings),
        total=len(ids),
        page=page,
    )


def _sorted(reading: Reading, period: Period, ids: list[int], sort: str) -> list[int]:
    """Ride ids in the order asked for, null last; what is equal stays in the order of rank."""
    if sort == "rank":
        return ids
    if sort == "name":
        return sorted(ids, key=lambda ride_id: reading.catalogue.rides[ride_id].name.casefold())
    known = measures(reading, period)
    if sort == "uptime":
        values = {ride_id: known[ride_id].uptime for ride_id in ids}
    else:
        chosen = "downtime" if sort == "downtime" else "wait"
        values = {
            ride_id: None if (value := getattr(known[ride_id], chosen)) is None else -value for ride_id in ids
        }
    return sorted(ids, key=lambda ride_id: (values[ride_id] is None, values[ride_id] or 0.0))


def _coverage(reading: Reading, period: Period, standings: Mapping[int, Standing]) -> Row:
    found = [measures(reading, period)[ride_id] for ride_id in standings]
    return {
        "percent": coverage_percent(
            sum(measure.observed for measure in found), sum(measure.open for measure in found)
        ),
        "with_data": sum(1 for measure in found if measure.observed > 0),
        "without_data": sum(1 for measure in found if measure.observed <= 0),
    }


@api_rides.get("/rides/<ride>/details")
@answered()
def details(reading: Reading, ride: str) -> Row:
    """One ride in one period."""
    asked = Parameters(request.args, PERIOD_PARAMETERS)
    found = find_ride(reading, ride)
    period = asked.period(reading.now.date())
    data, coverage = ride_details(reading, period, found)
    days = period.days(reading.today(reading.catalogue.parks[found.park_id]))
    return envelope(reading, data, period=period_body(period, [days]), coverage=coverage)


@api_rides.get("/trends")
@answered()
def trends(reading: Reading) -> Row:
    """Parks and rides whose uptime changed by five points or more."""
    asked = Parameters(request.args, (*PERIOD_PARAMETERS, *FILTER_PARAMETERS, "limit"))
    period = asked.period(reading.now.date())
    parks_asked = asked.parks(reading)
    page = Page(limit=asked.page().limit, offset=0)
    tables, lengths = trend_tables(reading, period, parks_asked, page.limit)
    chosen = parks_asked.choose(reading.catalogue.parks.values())
    lines = park_ranking(reading, period, parks_asked)
    body = envelope(
        reading,
        tables,
        period=period_body(period, reading.ranges(period, chosen).values()),
        coverage=coverage_body(lines),
        total=sum(lengths.values()),
        page=page,
    )
    return body | {"totals": lengths}
