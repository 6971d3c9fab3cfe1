"""What is near a place, and what a visitor can use of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.current import park_states, ride_states
from hallofshame.store.reports.near import parks_near, rides_near
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.identity import (
    EntityFacts,
    ParkIdentity,
    RideIdentity,
    fact_fields,
    park_identity,
    ride_identity,
)
from hallofshame.web.answers.present import park_now, ride_now
from hallofshame.web.parameters.filters import RideFilter, VisitFilter
from hallofshame.web.wording import STATUS_SLUGS, StatusSlug

Metres = Annotated[int, Field(ge=0, description="Along a great circle, in whole metres.")]


class VisitRide(RideIdentity, EntityFacts):
    """A ride as a visitor asks for it: who may ride, whether there is a roof, what it is doing now."""

    admits: Annotated[
        bool | None,
        Field(description="Whether somebody of that `height` may ride; null: not known or not asked."),
    ]
    is_open: Annotated[bool | None, Field(description="Whether its park is open; null where not known.")]
    status: Annotated[StatusSlug | None, Field(description="Null where nobody has looked lately.")]
    is_down: Annotated[bool | None, Field(description="Whether it counts as broken down.")]
    wait_minutes: Annotated[int | None, Field(ge=0, description="The posted wait, where one above 0 is.")]


class NearRide(VisitRide):
    """A ride near a point."""

    distance_metres: Metres
    position: Annotated[
        Literal["own", "park"],
        Field(description="The distance is to the ride itself, or to its park where no more is known."),
    ]


class NearPark(ParkIdentity):
    """A park near a point."""

    latitude: float
    longitude: float
    distance_metres: Metres
    is_open: Annotated[bool | None, Field(description="Whether it is open now; null where not known.")]


def near_rides(
    context: AnswerContext,
    latitude: float,
    longitude: float,
    radius_metres: int,
    rides_asked: RideFilter,
    visit: VisitFilter,
) -> list[NearRide]:
    """Active rides at most that far from a point, nearest first, then by name.

    A ride whose own place is not known stands where its park does.
    """
    catalogue = context.catalogue
    found: dict[int, tuple[int, Literal["own", "park"]]] = {
        ride_id: (metres, "own")
        for ride_id, metres in rides_near(context.connection, latitude, longitude, radius_metres).items()
        if ride_id in catalogue.rides
    }
    for park_id, metres in parks_near(context.connection, latitude, longitude, radius_metres).items():
        for ride in catalogue.rides_of.get(park_id, ()):
            if ride.latitude is None:
                found[ride.ride_id] = (metres, "park")
    rides = [catalogue.rides[ride_id] for ride_id in found]
    rows: list[NearRide] = [
        {**row, "distance_metres": found[row["ride_id"]][0], "position": found[row["ride_id"]][1]}
        for row in visit_rows(context, rides, rides_asked, visit)
    ]
    return sorted(rows, key=lambda row: (row["distance_metres"], row["ride_name"], row["ride_id"]))


def visit_rows(
    context: AnswerContext, rides: Iterable[RideProfile], rides_asked: RideFilter, visit: VisitFilter
) -> list[VisitRide]:
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
    rows: list[VisitRide] = []
    for ride in chosen:
        now = ride_now(context, states.get(ride.ride_id), here.get(ride.park_id))
        rows.append(
            {
                **ride_identity(context, ride),
                **fact_fields(ride),
                "admits": None if visit.height_cm is None else ride.facts.admits(visit.height_cm),
                "is_open": now.park.is_open,
                "status": STATUS_SLUGS[now.status],
                "is_down": now.is_down,
                "wait_minutes": now.wait_minutes,
            }
        )
    return sorted(rows, key=lambda row: (row["ride_name"].casefold(), row["ride_id"]))


def near_parks(
    context: AnswerContext, latitude: float, longitude: float, radius_metres: int
) -> list[NearPark]:
    """Active parks at most that far from a point, nearest first."""
    states = park_states(context.connection)
    parks = context.catalogue.parks
    return [
        {
            **park_identity(park),
            "latitude": park.latitude,
            "longitude": park.longitude,
            "distance_metres": metres,
            "is_open": park_now(context, states.get(park_id)).is_open,
        }
        for park_id, metres in parks_near(context.connection, latitude, longitude, radius_metres).items()
        if (park := parks.get(park_id)) is not None and park.is_active
        if park.latitude is not None and park.longitude is not None
    ]
