"""Published hours, events and show times of a park as an iCalendar (RFC 5545), to subscribe to."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from icalendar import Calendar, Event

from hallofshame.domain.localtime import day_bounds, from_unix
from hallofshame.domain.names import slugify
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import ScheduleKind
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.hours import PublishedHours, published_hours
from hallofshame.store.reports.shows import Show, show_times
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import attribution
from hallofshame.web.atom.document import IDS_SINCE, tag_uri
from hallofshame.web.wording import DEMONSTRATION_NOTICE

CALENDAR_TYPE = "text/calendar; charset=utf-8"
DAYS_BACK, DAYS_AHEAD = 31, 366
REFRESH = dt.timedelta(hours=6)

_TITLES = {
    ScheduleKind.OPERATING: "{park} open",
    ScheduleKind.TICKETED_EVENT: "{park}: event with a ticket of its own",
    ScheduleKind.PRIVATE_EVENT: "{park}: private event",
    ScheduleKind.EXTRA_HOURS: "{park}: extra hours",
    ScheduleKind.INFO: "{park}: notice",
}


def park_calendar(context: AnswerContext, park: ParkProfile, root: str, *, shows: bool) -> bytes:
    """The hours in force of the last month and the next year, an event for each; show times from today on.

    An event keeps its id when its hours change, so that a calendar moves it.
    """
    today = context.today(park)
    days = DayRange(today - dt.timedelta(days=DAYS_BACK), today + dt.timedelta(days=DAYS_AHEAD))
    calendar = Calendar.new(
        name=f"{park.name}: opening hours",
        description=_description(context),
        prodid="-//Theme Park Hall of Shame//Opening hours//EN",
        refresh_interval=REFRESH,
    )
    seen: Counter[tuple[dt.date, ScheduleKind]] = Counter()
    for entry in published_hours(context.connection, park.park_id, days):
        which = (entry.date, entry.kind)
        calendar.add_component(_event(park, entry, root, seen[which]))
        seen[which] += 1
    if shows:
        start, end = day_bounds(today, park.timezone)[0], day_bounds(days.end, park.timezone)[1]
        for show in show_times(context.connection, park.park_id, start, end):
            ride = context.catalogue.rides.get(show.ride_id)
            if ride is not None:
                calendar.add_component(_show(park, ride, show, root))
    return bytes(calendar.to_ical())


def _event(park: ParkProfile, entry: PublishedHours, root: str, number: int) -> Event:
    title = _TITLES[entry.kind].format(park=park.name)
    if entry.description and entry.kind is not ScheduleKind.OPERATING:
        title = f"{park.name}: {entry.description}"
    path = f"parks/{park.park_id}/hours/{entry.date}/{entry.kind.value.lower()}/{number}"
    seen_at = from_unix(entry.seen_at)
    return Event.new(
        uid=tag_uri(root, IDS_SINCE, path),
        start=from_unix(entry.opens_at),
        end=from_unix(entry.closes_at) if entry.closes_at > entry.opens_at else None,
        summary=title,
        stamp=seen_at,
        last_modified=seen_at,
        url=f"{root}/parks/{park.slug}" if root else None,
    )


def _show(park: ParkProfile, ride: RideProfile, show: Show, root: str) -> Event:
    path = f"rides/{ride.ride_id}/shows/{show.starts_at}/{slugify(show.kind)}"
    seen_at = from_unix(show.seen_at)
    ends_at = show.ends_at
    return Event.new(
        uid=tag_uri(root, IDS_SINCE, path),
        start=from_unix(show.starts_at),
        end=from_unix(ends_at) if ends_at is not None and ends_at > show.starts_at else None,
        summary=f"{park.name}: {ride.name}",
        stamp=seen_at,
        last_modified=seen_at,
        url=f"{root}/rides/{ride.ride_id}-{ride.slug}" if root else None,
    )


def _description(context: AnswerContext) -> str:
    sources = "; ".join(f"{source['text']} {source['url']}" for source in attribution(context))
    words = f"As the park published them. {sources}"
    return f"{DEMONSTRATION_NOTICE} {words}" if context.site.settings.demonstration else words
