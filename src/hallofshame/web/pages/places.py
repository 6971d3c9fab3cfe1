"""``/parks/<slug>`` and ``/rides/<id>-<slug>``: everything about one park, and about one ride."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request
from werkzeug.routing import RequestRedirect

from hallofshame.domain.periods import FIRST_YEAR, ONE_DAY, Period
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.web.answer_context import AnswerContext, site
from hallofshame.web.answers.envelope import Row
from hallofshame.web.answers.park_details import park_info
from hallofshame.web.answers.ride_details import ride_info
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.pages.addresses import page_url, park_path, period_query, ride_path
from hallofshame.web.pages.chart_svg import label_of
from hallofshame.web.pages.following import follow_section
from hallofshame.web.pages.lengths import by_length
from hallofshame.web.pages.offers import park_offers, ride_offers
from hallofshame.web.pages.outlook import is_ahead, outlook_page
from hallofshame.web.pages.place_charts import PARK_MEASURES, RIDE_MEASURES, months, period_chart, week, year
from hallofshame.web.pages.place_state import ORDER, SECTION_PARAMETERS, PlaceState
from hallofshame.web.pages.ride_order import ORDERS, in_order
from hallofshame.web.pages.timelines import nearest_with_data, park_day, ride_lately
from hallofshame.web.pages.view import Head, View, absolute, asked_for, known
from hallofshame.web.pages.wait_hours import waits_by_hour
from hallofshame.web.parameters.filters import SHOWS_NON_RIDES
from hallofshame.web.parameters.shared import PERIOD_AHEAD, PERIOD_PARAMETERS, RIDES, VISIT_PARAMETERS
from hallofshame.web.responses import answered

place_pages = Blueprint("place_pages", __name__)

WEEK_OF_PARK = ("score", "downtime", "uptime", "wait")
WEEK_OF_RIDE = ("wait", "uptime", "downtime")
FEWEST_FOR_LENGTHS = 3
"""Of fewer outages the list alone says how long they were."""

_RIDE = re.compile(r"([0-9]{1,10})(?:-.*)?")


@place_pages.get("/parks/<slug>")
def park(slug: str) -> Response:
    """One park; an id, or a slug in other letters, leads to the one address."""
    with site().answer_context() as context:
        _lead_to(f"/parks/{find_park(context, slug).slug}")
    return _park(slug)


@answered()
def _park(context: AnswerContext, slug: str) -> str:
    """Its score, what it is made of, its day, its rides."""
    asked = known(*PERIOD_PARAMETERS, *SECTION_PARAMETERS, SHOWS_NON_RIDES, *VISIT_PARAMETERS)
    period = PERIOD_AHEAD.read(asked, context.now.date())
    query = period_query(period)
    kept = asked_for(asked, (SHOWS_NON_RIDES,))
    found = find_park(context, slug)
    view = View(context)
    api, path = f"/api/parks/{found.slug}", f"/parks/{found.slug}"
    state = PlaceState(path, period, asked_for(asked, SECTION_PARAMETERS), kept)
    today = context.today(found)
    if is_ahead(period.days(today), today):
        return outlook_page(view, state, api=api, park=park_info(found), ride=None, today=today)
    details = view.read(f"{api}/details", {**asked_for(asked, PERIOD_PARAMETERS), **kept})["data"]
    month = view.read(f"{api}/details", {"period": "30days"})["data"]["days"]
    row = details["summary"]
    last_day = next((day["date"] for day in details["days"] if day["coverage_percent"]), row["end_date"])
    api_href = page_url(f"{api}/details", query)
    day = park_day(view, state, found, last_day, today.isoformat())
    return view.page(
        "park.html",
        _head(
            f"{found.name}, {state.words}",
            f"How reliable the rides of {found.name} were: score, breakdowns, waits.",
            path,
            query,
            card=f"/cards/parks/{found.slug}.png",
            api=api,
            crumbs=(("All parks", "/"),),
            others=(("text/calendar", "Opening hours", f"{api}/hours.ics"),),
        ),
        refreshes=True,
        period=period,
        words=state.words,
        state=state,
        years=range(context.now.year, FIRST_YEAR - 1, -1),
        non_rides_href=state.href("excluded", non_rides=None if RIDES.non_rides.read(asked) else "yes"),
        has_non_rides=RIDES.non_rides.read(asked),
        days=period.days(today),
        today=today.isoformat(),
        tomorrow=(today + ONE_DAY).isoformat(),
        status_now=view.read(f"{api}/now")["data"],
        park=details["park"],
        row=row,
        details=details,
        chart=period_chart(state, details, api_href, PARK_MEASURES),
        label_of=label_of,
        minute_digits=_minute_digits(details["score_explained"]["rides"]),
        sort=state.choices.get(ORDER),
        sort_hrefs={order: state.href("rides", sort=order) for order in ORDERS},
        counted=in_order(details["rides"], state.choices.get(ORDER)),
        excluded=[ride for ride in details["rides"] if not ride["eligible"]],
        slugs={ride["ride_id"]: ride["ride_slug"] for ride in details["rides"]},
        timeline=day,
        nearest=nearest_with_data(month, day["date"]),
        lengths=by_length(details["outages"]) if len(details["outages"]) >= FEWEST_FOR_LENGTHS else None,
        week=week(view, state, api, WEEK_OF_PARK),
        year=year(view, state, api, WEEK_OF_PARK, today),
        waits=waits_by_hour(view, state, api, period.days(today).days),
        published=view.read(f"{api}/schedule")["data"],
        sessions=month,
        record=None if row["coverage_percent"] else _record(view, found),
        offers=park_offers(view, found, asked),
        follow=follow_section(context, found.name, api, park_id=found.park_id),
        path=path,
        api_href=api_href,
    )


@place_pages.get("/rides/<ride>")
def ride(ride: str) -> Response:
    """One ride; a wrong or missing name in the address leads to the right one."""
    named = _RIDE.fullmatch(ride)
    with site().answer_context() as context:
        found = find_ride(context, named[1] if named else ride.replace("-", " "))
        _lead_to(ride_path({"ride_id": found.ride_id, "ride_slug": found.slug}))
    return _ride(str(found.ride_id))


@answered()
def _ride(context: AnswerContext, ride_id: str) -> str:
    """Its reliability, its outages, its waits."""
    asked = known(*PERIOD_PARAMETERS, *SECTION_PARAMETERS)
    period = PERIOD_AHEAD.read(asked, context.now.date())
    query = period_query(period)
    view = View(context)
    api = f"/api/rides/{ride_id}"
    found = find_ride(context, ride_id)
    park = context.catalogue.parks[found.park_id]
    path = ride_path({"ride_id": found.ride_id, "ride_slug": found.slug})
    state = PlaceState(path, period, asked_for(asked, SECTION_PARAMETERS), {})
    today = context.today(park)
    if is_ahead(period.days(today), today):
        shown = ride_info(context, found)
        return outlook_page(view, state, api=api, park=park_info(park), ride=shown, today=today)
    details = view.read(f"{api}/details", asked_for(asked, PERIOD_PARAMETERS))["data"]
    row = details["summary"]
    api_href = page_url(f"{api}/details", query)
    return view.page(
        "ride.html",
        _head(
            f"{row['ride_name']} at {row['park_name']}, {state.words}",
            f"How often {row['ride_name']} at {row['park_name']} breaks down, for how long, and how long "
            "people wait for it.",
            path,
            query,
            card=f"/cards/rides/{ride_id}.png",
            api=api,
            crumbs=(("All parks", "/"), (row["park_name"], park_path(row))),
        ),
        refreshes=True,
        period=period,
        words=state.words,
        state=state,
        years=range(context.now.year, FIRST_YEAR - 1, -1),
        days=period.days(today),
        today=today.isoformat(),
        tomorrow=(today + ONE_DAY).isoformat(),
        status_now=view.read(f"{api}/now")["data"],
        ride=details["ride"],
        park=details["park"],
        row=row,
        details=details,
        lately=ride_lately(view, api, details["ride"]),
        chart=period_chart(state, details, api_href, RIDE_MEASURES),
        lengths=by_length(details["outages"]) if len(details["outages"]) >= FEWEST_FOR_LENGTHS else None,
        months=months(view, api, today),
        week=week(view, state, api, WEEK_OF_RIDE),
        year=year(view, state, api, RIDE_MEASURES, today),
        offers=ride_offers(view, details["ride"], details["park"]),
        follow=follow_section(
            context, row["ride_name"], f"/api/rides/{ride_id}", park_id=row["park_id"], ride_id=int(ride_id)
        ),
        label_of=label_of,
        path=path,
        api_href=api_href,
    )


def _record(view: View, park: ParkProfile) -> Row | None:
    """What is known of the record of a park that has no figures; it stands in the list of its operator's."""
    body = view.read("/api/coverage", {"operator": park.operator, "limit": "500"})
    return next((row for row in body["data"] if row["park_id"] == park.park_id), None)


def _lead_to(path: str) -> None:
    """Go on only at the one address that the thing has; else point there, for good, with the query."""
    if request.path != path:
        query = request.query_string.decode("ascii", "ignore")
        raise RequestRedirect(f"{path}?{query}" if query else path)


def _words(period: Period) -> str:
    return period.label if period.label[:1].isdigit() else period.label.lower()


def _head(
    title: str,
    description: str,
    path: str,
    query: dict[str, str],
    *,
    card: str,
    api: str,
    crumbs: tuple[tuple[str, str], ...],
    others: tuple[tuple[str, str, str], ...] = (),
) -> Head:
    details = page_url(f"{api}/details", query)
    return Head(
        title=title,
        description=description,
        path=path,
        query=page_url("", query),
        card=page_url(card, query),
        crumbs=crumbs,
        alternates=(
            ("application/atom+xml", "Outages and reopenings", absolute(f"{api}/outages.atom")),
            ("application/json", "The same as JSON", absolute(details)),
            ("text/csv", "The same as CSV", absolute(page_url(f"{api}/details", query, {"format": "csv"}))),
            *((mimetype, title, absolute(address)) for mimetype, title, address in others),
        ),
    )


def _minute_digits(shares: list[Row]) -> int:
    """One digit after the point for all of a table's minutes, unless every one of them is whole."""
    seconds = [share[name] or 0 for share in shares for name in ("downtime_seconds", "exposure_seconds")]
    return int(any(value % 60 for value in seconds))
