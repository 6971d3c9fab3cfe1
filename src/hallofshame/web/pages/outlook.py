"""The pages of a park and of a ride for days to come: published hours, and what is usual."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hallofshame.domain.periods import FIRST_YEAR, LONGEST_AHEAD_DAYS, ONE_DAY, DayRange
from hallofshame.web.answers.park_details import ParkInfo
from hallofshame.web.answers.ride_details import RideInfo
from hallofshame.web.formatting import day_of_week, span_of
from hallofshame.web.pages.addresses import page_url, park_path
from hallofshame.web.pages.place_state import PlaceState
from hallofshame.web.pages.view import Head, View, absolute

DAYS_LINKED = 7
"""So many days to come are linked from a page about one of them."""


def is_ahead(days: DayRange, today: dt.date) -> bool:
    """Whether a range lies wholly after the park's own today."""
    return days.start > today


def outlook_page(
    view: View, state: PlaceState, *, api: str, park: ParkInfo, ride: RideInfo | None, today: dt.date
) -> str:
    """The page of a park, or of a ride in it, for days to come. Of several the hours alone are shown."""
    days = state.period.days(today)
    name = park["park_name"] if ride is None else f"{ride['ride_name']} at {park['park_name']}"
    is_one = days.days == 1
    date = days.start.isoformat()
    outlook = view.read(f"{api}/outlook", {"date": date})["data"] if is_one else None
    park_api = f"/api/parks/{park['park_slug']}"
    query = {"date": date}
    crumbs = [("All parks", "/")] + ([] if ride is None else [(park["park_name"], park_path(park))])
    when = span_of(date, days.end.isoformat())
    others = _links(state, today, days.start)
    return view.page(
        "outlook.html",
        Head(
            title=f"{name}, {when}",
            description=f"Published hours of {park['park_name']} for {when}, and what is usual then.",
            path=state.path,
            query=page_url("", state.period.query),
            card=f"/cards/{'parks' if ride is None else 'rides'}/"
            f"{park['park_slug'] if ride is None else ride['ride_id']}.png",
            crumbs=tuple(crumbs),
            alternates=(
                ("application/json", "The same as JSON", absolute(page_url(f"{api}/outlook", query))),
                ("text/calendar", "Opening hours", absolute(f"{park_api}/hours.ics")),
            ),
            is_indexed=False,
        ),
        refreshes=True,
        period=state.period,
        state=state,
        years=range(today.year, FIRST_YEAR - 1, -1),
        days=days,
        today=today.isoformat(),
        park=park,
        ride=ride,
        status_now=view.read(f"{api}/now")["data"],
        outlook=outlook,
        published=view.read(f"{park_api}/schedule", {"start": date, "end": days.end.isoformat()})["data"],
        day_links=others,
        before=_before(state, days.start, today),
        after=_after(state, days.end, today),
        path=state.path,
        api_href=page_url(f"{api}/outlook", query),
    )


def _links(state: PlaceState, today: dt.date, shown: dt.date) -> list[dict[str, Any]]:
    """Tomorrow and the days after it."""
    found = []
    for ahead in range(1, DAYS_LINKED + 1):
        day = today + ahead * ONE_DAY
        label = "Tomorrow" if ahead == 1 else day_of_week(day)
        found.append({"label": label, "href": state.day_href(day.isoformat()), "is_current": day == shown})
    return found


def _before(state: PlaceState, start: dt.date, today: dt.date) -> str:
    day = start - ONE_DAY
    return page_url(state.path) if day <= today else state.day_href(day.isoformat())


def _after(state: PlaceState, end: dt.date, today: dt.date) -> str | None:
    day = end + ONE_DAY
    # The limit of dates is counted from the date in UTC, which may be a day behind.
    return None if (day - today).days >= LONGEST_AHEAD_DAYS else state.day_href(day.isoformat())
