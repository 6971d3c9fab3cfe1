"""What feeds offer beside waits: what is sold, and tables of restaurants."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.store import dining
from hallofshame.store.purchases import StoredPurchase, purchases
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.current import ride_states
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, Instant
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed


@closed
class PurchaseRow(TypedDict):
    """Something on sale for one date; with `history=yes` one row per price it has had."""

    date: Day
    offer_id: Annotated[str, Field(description="The source's own id.")]
    kind: Annotated[str, Field(description="The source's own word.", examples=["PACKAGE", "ATTRACTION"])]
    name: Annotated[str, Field(examples=["Lightning Lane Multi Pass"])]
    price_minor: Annotated[int | None, Field(ge=0, description="In minor units: cents, or whole yen.")]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["USD"])]
    is_available: Annotated[bool | None, Field(description="Null where the source does not say.")]
    seen_at: Annotated[Instant, Field(description="Since when it is published so.")]
    superseded_at: Annotated[Instant | None, Field(description="Until when; null while it is in force.")]


@closed
class DiningRow(TypedDict):
    """A stretch of time in which one size of party waited so long for a table; the stretches touch."""

    ride_id: Annotated[int, Field(description="The restaurant.")]
    ride_name: str
    ride_slug: str
    start: Instant
    end: Annotated[Instant | None, Field(description="Null while it is in force.")]
    party_size: Annotated[int | None, Field(ge=1, description="Null: no table is offered to anybody.")]
    wait_minutes: Annotated[int | None, Field(ge=0, description="Null: no table is offered.")]


def purchase_rows(
    context: AnswerContext, park: ParkProfile, days: DayRange, *, is_history: bool
) -> list[PurchaseRow]:
    """What is sold for these dates."""
    found = purchases(context.connection, park.park_id, days.start, days.end, is_history=is_history)
    return [_purchase(row) for row in found]


def _purchase(row: StoredPurchase) -> PurchaseRow:
    return {
        "date": row.date.isoformat(),
        "offer_id": row.offer_id,
        "seen_at": iso(row.seen_at),
        "superseded_at": iso(row.superseded_at),
        "kind": row.kind,
        "name": row.name,
        "price_minor": row.price_minor,
        "currency": row.currency,
        "is_available": row.is_available,
    }


def dining_rows(context: AnswerContext, park: ParkProfile, day: dt.date) -> list[DiningRow]:
    """Tables of the park's restaurants over a day, by restaurant, time and size of party.

    What is in force ends with the latest look at the restaurant, where that is no longer fresh.
    """
    start, end = day_bounds(day, park.timezone)
    rides = context.catalogue.rides
    states = ride_states(context.connection, [park.park_id])
    rows: list[DiningRow] = []
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
                "party_size": None if table is None else table.party_size,
                "wait_minutes": None if table is None else table.wait_minutes,
            }
            for table in found.tables or (None,)
        ]
    return sorted(rows, key=lambda row: (row["ride_name"], row["ride_id"], row["start"]))
