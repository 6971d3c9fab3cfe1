"""What feeds offer beside waits, as rows: what is near, what is sold, tables, shows, queues of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.store import dining
from hallofshame.store.purchases import StoredPurchase, purchases
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.current import park_states, ride_states
from hallofshame.store.reports.near import parks_near, rides_near
from hallofshame.store.reports.queues import QueueValue, queue_courses
from hallofshame.store.reports.shows import show_times
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import Row, iso
from hallofshame.web.parameters import RideFilter, VisitFilter
from hallofshame.web.rows.facts import fact_fields
from hallofshame.web.rows.parks import park_identity, ride_identity
from hallofshame.web.rows.present import park_now, ride_now

_UNKNOWN = QueueValue(None, None, None, None, None, None, None, None)


def near_rides(
    context: AnswerContext,
    latitude: float,
    longitude: float,
    radius_metres: int,
    rides_asked: RideFilter,
    visit: VisitFilter,
) -> list[Row]:
    """Active rides at most that far from a point, nearest first, then by name.

    A ride whose own place is not known stands where its park does.
    """
    catalogue = context.catalogue
    found = {
        ride_id: (metres, "own")
        for ride_id, metres in rides_near(context.connection, latitude, longitude, radius_metres).items()
        if ride_id in catalogue.rides
    }
    for park_id, metres in parks_near(context.connection, latitude, longitude, radius_metres).items():
        for ride in catalogue.rides_of.get(park_id, ()):
            if ride.latitude is None:
                found[ride.ride_id] = (metres, "park")
    rides = [catalogue.rides[ride_id] for ride_id in found]
    rows = [
        row | {"distance_metres": found[row["ride_id"]][0], "position": found[row["ride_id"]][1]}
        for row in visit_rows(context, rides, rides_asked, visit)
    ]
    return sorted(rows, key=lambda row: (row["distance_metres"], row["ride_name"], row["ride_id"]))


def visit_rows(
    context: AnswerContext, rides: Iterable[RideProfile], rides_asked: RideFilter, visit: VisitFilter
) -> list[Row]:
    """Active rides that a visitor asks for, with what they are doing now, by name."""
    chosen = [
        ride
        for ride in rides
        if ride.is_active
        and (ride.is_ride or rides_asked.non_rides or rides_asked.types)
        and rides_asked.admits(ride)
        and visit.admits(ride)
    ]
    states = ride_states(context.connection, {ride.park_id for ride in chosen})
    here = park_states(context.connection)
    rows = []
    for ride in chosen:
        now = ride_now(context, states.get(ride.ride_id), here.get(ride.park_id))
        rows.append(
            ride_identity(context, ride)
            | fact_fields(ride)
            | {
                "admits": None if visit.height_cm is None else ride.facts.admits(visit.height_cm),
                "is_open": now.park.is_open,
                "status": None if now.status is None else now.status.name.lower(),
                "is_down": now.is_down,
                "wait_minutes": now.wait_minutes,
            }
        )
    return sorted(rows, key=lambda row: (row["ride_name"].casefold(), row["ride_id"]))


def near_parks(context: AnswerContext, latitude: float, longitude: float, radius_metres: int) -> list[Row]:
    """Active parks at most that far from a point, nearest first."""
    states = park_states(context.connection)
    parks = context.catalogue.parks
    return [
        park_identity(park)
        | {
            "latitude": park.latitude,
            "longitude": park.longitude,
            "distance_metres": metres,
            "is_open": park_now(context, states.get(park_id)).is_open,
        }
        for park_id, metres in parks_near(context.connection, latitude, longitude, radius_metres).items()
        if (park := parks.get(park_id)) is not None and park.is_active
    ]


def purchase_rows(
    context: AnswerContext, park: ParkProfile, days: DayRange, *, is_history: bool
) -> list[Row]:
    """What is sold for these dates."""
    found = purchases(context.connection, park.park_id, days.start, days.end, is_history=is_history)
    return [_purchase(row) for row in found]


def _purchase(row: StoredPurchase) -> Row:
    return asdict(row) | {
        "date": row.date.isoformat(),
        "seen_at": iso(row.seen_at),
        "superseded_at": iso(row.superseded_at),
    }


def dining_rows(context: AnswerContext, park: ParkProfile, day: dt.date) -> list[Row]:
    """Tables of the park's restaurants over a day, by restaurant, time and size of party.

    What is in force ends with the latest look at the restaurant, where that is no longer fresh.
    """
    start, end = day_bounds(day, park.timezone)
    rides = context.catalogue.rides
    states = ride_states(context.connection, [park.park_id])
    rows = []
    for found in dining.course(context.connection, park.park_id, start, end):
        until = found.superseded_at
        state = states.get(found.ride_id)
        if until is None and (state is None or not context.is_fresh(state.observed_at)):
            until = found.seen_at if state is None else max(found.seen_at, state.observed_at)
        if found.ride_id not in rides or (until is not None and until <= start):
            continue
        rows += [
            {
                "ride_id": found.ride_id,
                "ride_name": rides[found.ride_id].name,
                "ride_slug": rides[found.ride_id].slug,
                "start": iso(max(found.seen_at, start)),
                "end": iso(None if until is None else min(until, end)),
                "party_size": table and table.party_size,
                "wait_minutes": table and table.wait_minutes,
            }
            for table in found.tables or (None,)
        ]
    return sorted(rows, key=lambda row: (row["ride_name"], row["ride_id"], row["start"]))


def show_rows(context: AnswerContext, park: ParkProfile, day: dt.date) -> list[Row]:
    """Performances published for a day, in order of time."""
    rides = context.catalogue.rides
    return [
        {
            "ride_id": show.ride_id,
            "ride_name": rides[show.ride_id].name,
            "ride_slug": rides[show.ride_id].slug,
            "kind": show.kind,
            "starts_at": iso(show.starts_at),
            "ends_at": iso(show.ends_at),
        }
        for show in show_times(context.connection, park.park_id, *day_bounds(day, park.timezone))
        if show.ride_id in rides
    ]


def queue_day(context: AnswerContext, ride: RideProfile, day: dt.date) -> Row:
    """All queues of a ride other than standby over one day, as far as anybody has looked."""
    park = context.catalogue.parks[ride.park_id]
    start, end = day_bounds(day, park.timezone)
    known_until = min(end, context.data_as_of or start)
    courses = (
        queue_courses(context.connection, park.park_id, ride.ride_id, start, known_until)
        if known_until > start
        else {}
    )
    return {
        "ride_id": ride.ride_id,
        "date": day.isoformat(),
        "timezone": park.timezone,
        "starts_at": iso(start),
        "ends_at": iso(known_until) if known_until > start else None,
        "queues": [
            {
                "queue_type": kind.name.lower(),
                "segments": [
                    {"start": iso(one.start), "end": iso(one.end)} | _posted(one.value or _UNKNOWN)
                    for one in course
                ],
            }
            for kind, course in courses.items()
        ],
    }


def _posted(said: QueueValue) -> Row:
    return asdict(said) | {"return_start": iso(said.return_start), "return_end": iso(said.return_end)}
