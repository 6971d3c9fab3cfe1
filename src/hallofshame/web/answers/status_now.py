"""What one park or one ride is doing now, in one row: for the status strip of its page, and for the API.

Nothing is computed here: the row of the live list, the row of the live board, published hours, usual waits.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.periods import ONE_DAY, Period, PeriodName
from hallofshame.domain.words import OPERATING_HOURS
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.current import park_states
from hallofshame.store.reports.hours import openings_from, published_until
from hallofshame.store.ride_hours import ride_hours
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chances import Chance, Reason
from hallofshame.web.answers.common import Day, Instant, Wait, slugs
from hallofshame.web.answers.envelope import iso
from hallofshame.web.answers.outages import down_in_park
from hallofshame.web.answers.parks import park_lines
from hallofshame.web.answers.present import ParkNow, park_now
from hallofshame.web.answers.rides import live_word, ride_lines
from hallofshame.web.answers.usual_hours import UsualNow, usual_fields, usual_wait_of_park, usual_wait_of_ride
from hallofshame.web.shapes import closed

ParkNowSlug = Annotated[str, Field(json_schema_extra=slugs(*ParkNow))]
RideNowSlug = Annotated[
    str, Field(json_schema_extra=slugs("operating", "down", "closed", "refurbishment", "not_watched"))
]


@closed
class _Hours(TypedDict):
    """Published regular hours at this moment and after it."""

    opened_at: Annotated[
        Instant | None, Field(description="When the published hours in force began; null outside of any.")
    ]
    closes_at: Annotated[Instant | None, Field(description="When they end.")]
    next_opening_date: Annotated[
        Day | None, Field(description="The park-local date of the next published opening after this moment.")
    ]
    next_opening_at: Annotated[
        Instant | None, Field(description="That opening; null where none is published.")
    ]
    next_closing_at: Annotated[Instant | None, Field(description="When those hours end.")]
    published_until: Annotated[
        Day | None, Field(description="The last date for which the park has published hours.")
    ]


@closed
class ParkStatusNow(_Hours, UsualNow):
    """One park at its latest look."""

    park_id: int
    park_name: str
    timezone: str
    state: Annotated[ParkNowSlug, Field(description="`not_watched`: nobody has looked lately.")]
    observed_at: Annotated[Instant | None, Field(description="The latest look.")]
    rides_operating: Annotated[int | None, Field(ge=0)]
    rides_down: Annotated[int | None, Field(ge=0)]
    average_wait_minutes: Wait | None


@closed
class RideStatusNow(_Hours, UsualNow):
    """One ride at its latest look. In a park that is not open its state is that of the park."""

    ride_id: int
    ride_name: str
    park_id: int
    park_name: str
    timezone: str
    state: Annotated[RideNowSlug, Field(description="`not_watched`: nobody has looked lately.")]
    park_state: ParkNowSlug
    observed_at: Annotated[Instant | None, Field(description="The latest look.")]
    since: Annotated[
        Instant | None, Field(description="Since when; of a ride that is down, when its outage began.")
    ]
    is_provisional: Annotated[
        bool | None,
        Field(description="Of a ride that is down: whether the day counts it only once it comes back."),
    ]
    down_seconds: Annotated[int | None, Field(ge=0, description="From then to the latest look.")]
    chance_15_percent: Chance | None
    chance_15_reason: Reason | None
    chance_30_percent: Chance | None
    chance_30_reason: Reason | None
    chance_60_percent: Chance | None
    chance_60_reason: Reason | None
    wait_minutes: Annotated[Wait | None, Field(description="Posted now; null where none above 0 is.")]
    has_own_hours: Annotated[
        bool, Field(description="Whether the hours are the ride's own; else they are its park's.")
    ]


LIVE = Period(PeriodName.LIVE)
_RIDE_HOURS_AHEAD = 14
"""Days for which hours of a ride's own are looked for."""


def park_status(context: AnswerContext, park: ParkProfile) -> ParkStatusNow:
    """Whether the park is open, what its rides do, what is usual at this hour, and when it opens next."""
    row = next(line.row for line in park_lines(context, LIVE) if line.row["park_id"] == park.park_id)
    now = park_now(context, park_states(context.connection).get(park.park_id))
    return {
        "park_id": park.park_id,
        "park_name": park.name,
        "timezone": park.timezone,
        "state": now.value,
        "observed_at": row["observed_at"],
        "rides_operating": row["rides_operating"],
        "rides_down": row["rides_down"],
        "average_wait_minutes": row["average_wait_minutes"],
        **usual_fields(context, park, usual_wait_of_park(context, park)),
        **_park_hours(context, park),
    }


def ride_status(context: AnswerContext, park: ParkProfile, ride: RideProfile) -> RideStatusNow:
    """Whether the ride runs, with its wait and the usual one; since when it is down; when it opens next."""
    [line] = ride_lines(context, LIVE, [ride])
    row = line.row
    here = park_now(context, park_states(context.connection).get(park.park_id))
    down = down_in_park(context, park.park_id).get(ride.ride_id) if row["is_down"] else None
    state: RideNowSlug = live_word(row) or ParkNow.NOT_WATCHED.value
    if here is not ParkNow.OPEN and state != "refurbishment":
        state = here.value
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "park_id": park.park_id,
        "park_name": park.name,
        "timezone": park.timezone,
        "state": state,
        "park_state": here.value,
        "observed_at": row["observed_at"],
        "since": row["status_since"] if down is None else down["started_at"],
        "is_provisional": None if down is None else down["is_provisional"],
        "down_seconds": None if down is None else down["down_seconds"],
        "chance_15_percent": None if down is None else down["chance_15_percent"],
        "chance_15_reason": None if down is None else down["chance_15_reason"],
        "chance_30_percent": None if down is None else down["chance_30_percent"],
        "chance_30_reason": None if down is None else down["chance_30_reason"],
        "chance_60_percent": None if down is None else down["chance_60_percent"],
        "chance_60_reason": None if down is None else down["chance_60_reason"],
        "wait_minutes": row["average_wait_minutes"],
        **usual_fields(context, park, usual_wait_of_ride(context, park, ride.ride_id)),
        **_ride_hours(context, park, ride),
    }


def _park_hours(context: AnswerContext, park: ParkProfile) -> _Hours:
    now, today = to_unix(context.now), context.today(park)
    running, later = openings_from(context.connection, park.park_id, today, now)
    until = published_until(context.connection, park.park_id)
    return {
        "opened_at": None if running is None else iso(running.opens_at),
        "closes_at": None if running is None else iso(running.closes_at),
        "next_opening_date": None if later is None else later.date.isoformat(),
        "next_opening_at": None if later is None else iso(later.opens_at),
        "next_closing_at": None if later is None else iso(later.closes_at),
        "published_until": None if until is None else until.isoformat(),
    }


class _RideHours(_Hours):
    has_own_hours: bool


def _ride_hours(context: AnswerContext, park: ParkProfile, ride: RideProfile) -> _RideHours:
    """The ride's own hours where some are published, else those of its park."""
    now, today = to_unix(context.now), context.today(park)
    own = [
        hours
        for hours in ride_hours(
            context.connection,
            park.park_id,
            ride.ride_id,
            today - ONE_DAY,
            today + _RIDE_HOURS_AHEAD * ONE_DAY,
        )
        if hours.kind == OPERATING_HOURS and hours.closes_at > now
    ]
    base: _RideHours = {**_park_hours(context, park), "has_own_hours": bool(own)}
    if not own:
        return base
    running = [hours for hours in own if hours.opens_at <= now]
    later = [hours for hours in own if hours.opens_at > now]
    closes = max(running, key=lambda hours: hours.closes_at, default=None)
    opens = min(later, key=lambda hours: hours.opens_at, default=None)
    base["opened_at"] = None if closes is None else iso(closes.opens_at)
    base["closes_at"] = None if closes is None else iso(closes.closes_at)
    if opens is not None:
        base["next_opening_date"] = opens.date.isoformat()
        base["next_opening_at"] = iso(opens.opens_at)
        base["next_closing_at"] = iso(opens.closes_at)
    return base
