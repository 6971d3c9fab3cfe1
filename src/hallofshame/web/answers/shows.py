"""Performances published for a day of a park."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import day_bounds
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.shows import show_times
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Instant
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed


@closed
class ShowRow(TypedDict):
    """One performance."""

    ride_id: int
    ride_name: str
    ride_slug: str
    kind: Annotated[str, Field(description="The source's own word.", examples=["Performance Time"])]
    starts_at: Instant
    ends_at: Instant | None


def show_rows(context: AnswerContext, park: ParkProfile, day: dt.date) -> list[ShowRow]:
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
