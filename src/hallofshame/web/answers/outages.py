"""Outages as rows, and the live board: what is down, since when, how likely it is back soon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

import polars as pl
from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.periods import ONE_DAY
from hallofshame.domain.rules import DAY_SECONDS, EVIDENCE_DAYS
from hallofshame.domain.words import EndedBy, OutageKind, Status
from hallofshame.store.chances import part_ends, past_of
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.current import RideState, park_states, ride_states
from hallofshame.store.reports.outages import Outage, ongoing_outages, outages_since
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chances import Chance, Lasting, Reason, ReopenedWithin, chances_now
from hallofshame.web.answers.common import (
    Day,
    EndedBySlug,
    Instant,
    NotCountedSlug,
    OutageKindSlug,
    RideTypeSlug,
    SourceUrl,
    TypeLabel,
)
from hallofshame.web.answers.envelope import iso
from hallofshame.web.answers.identity import ride_identity
from hallofshame.web.answers.present import ParkNow, is_watched, ride_now
from hallofshame.web.parameters.filters import ParkFilter, RideFilter
from hallofshame.web.shapes import Url, closed
from hallofshame.web.wording import NO_RUN_AFTER_WORDS, TierLabel


@closed
class OutageRide(TypedDict):
    """The ride that was down; both addresses are the ride's own."""

    ride_id: int
    ride_name: str
    ride_slug: str
    park_id: int
    park_name: str
    park_slug: str
    operator: str | None
    country: str | None
    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None
    tier: Annotated[
        int | None, Field(ge=1, le=3, description="1 flagship, 2 standard, 3 minor, null unrated.")
    ]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3)]
    type: RideTypeSlug
    type_label: TypeLabel


class OutageRow(OutageRide):
    """One outage; ``ended_at`` null: still down."""

    date: Annotated[Day, Field(description="The park-local day on which it began.")]
    started_at: Instant
    ended_at: Instant | None
    kind: OutageKindSlug
    counted: Annotated[
        bool,
        Field(
            description="Whether its time is downtime. Where a source knows only open and closed, only what "
            "came back counts; the others are listed as closures."
        ),
    ]
    not_counted: Annotated[
        NotCountedSlug | None, Field(description="Why its time is no downtime; null where it is.")
    ]
    ended_by: Annotated[EndedBySlug | None, Field(description="Null while it lasts.")]
    ended_words: Annotated[
        str | None,
        Field(description="How a counted one ended without a run, in words; null where its kind says so."),
    ]
    downtime_seconds: Annotated[
        int,
        Field(ge=0, description="Open time in which it did not run, counted or not; so far, if it lasts."),
    ]
    flaps: Annotated[int, Field(ge=0, description="Moments of three minutes or less that were bridged.")]


class DownNow(OutageRide):
    """A ride that is down now, and how such outages of its own ended before."""

    started_at: Instant
    observed_at: Annotated[Instant, Field(description="The latest look at it.")]
    down_seconds: Annotated[int, Field(ge=0, description="From the start of the outage to that look.")]
    kind: OutageKindSlug
    is_provisional: Annotated[
        bool,
        Field(description="Its source knows only open and closed: the day counts it once it comes back."),
    ]
    since_opening: Annotated[
        bool, Field(description="It has not run since the park opened; else it stopped after having run.")
    ]
    chance_15_percent: Chance | None
    chance_15_reason: Reason | None
    chance_30_percent: Chance | None
    chance_30_reason: Reason | None
    chance_60_percent: Chance | None
    chance_60_reason: Reason | None
    comparable_outages: Annotated[
        int,
        Field(
            ge=0,
            description="Its own outages of this class (since opening, or after having run) of the last 365 "
            "days that lasted longer than this one has.",
        ),
    ]
    reopened_within_15: ReopenedWithin
    reopened_within_30: ReopenedWithin
    reopened_within_60: ReopenedWithin
    median_seconds: Annotated[
        float | None, Field(ge=0, description="Median open time lost in its outages of the last 365 days.")
    ]


class Reopened(OutageRide):
    """A ride that runs again after an outage that ended within the last 60 minutes."""

    started_at: Instant
    ended_at: Instant
    downtime_seconds: Annotated[int, Field(ge=0, description="Open time lost.")]
    kind: OutageKindSlug


@closed
class OutageBoard(TypedDict):
    """What is down now, the longest first, and what runs again, the latest first."""

    down: list[DownNow]
    reopened: list[Reopened]


@closed
class OutageInPark(TypedDict):
    """One outage; ``ended_at`` null: still down."""

    ride_id: int
    ride_name: str | None
    date: Annotated[Day, Field(description="The park-local day on which it began.")]
    started_at: Instant
    ended_at: Instant | None
    kind: OutageKindSlug
    counted: Annotated[bool, Field(description="Whether its time is downtime; if not, it is a closure.")]
    not_counted: Annotated[
        NotCountedSlug | None, Field(description="Why its time is no downtime; null where it is.")
    ]
    ended_by: Annotated[EndedBySlug | None, Field(description="Null while it lasts.")]
    ended_words: Annotated[
        str | None,
        Field(description="How a counted one ended without a run, in words; null where its kind says so."),
    ]
    downtime_seconds: Annotated[int, Field(ge=0, description="Open time in which it did not run.")]
    flaps: Annotated[int, Field(ge=0, description="Moments of three minutes or less that were bridged.")]


REOPENED_SECONDS = 60 * 60
"""How long a ride that runs again stays on the board."""
_LONGEST_SECONDS = 7 * 24 * 3600
"""Outages that began earlier than this are not looked for among those that just ended."""


def outage_ride(context: AnswerContext, ride: RideProfile) -> OutageRide:
    """The ride that is or was down. ``kind`` of an outage is another thing than that of a ride."""
    one = ride_identity(context, ride)
    return {
        "ride_id": one["ride_id"],
        "ride_name": one["ride_name"],
        "ride_slug": one["ride_slug"],
        "park_id": one["park_id"],
        "park_name": one["park_name"],
        "park_slug": one["park_slug"],
        "operator": one["operator"],
        "country": one["country"],
        "timezone": one["timezone"],
        "queue_times_url": one["queue_times_url"],
        "themeparks_wiki_url": one["themeparks_wiki_url"],
        "source_url": one["source_url"],
        "tier": one["tier"],
        "tier_label": one["tier_label"],
        "weight": one["weight"],
        "type": one["type"],
        "type_label": one["type_label"],
    }


def outage_rows(context: AnswerContext, outages: Iterable[Outage]) -> list[OutageRow]:
    """Outages with their rides and parks."""
    rides = context.catalogue.rides
    return [
        {**outage_ride(context, rides[outage.ride_id]), **_facts(outage)}
        for outage in outages
        if outage.ride_id in rides
    ]


def outages_inside(context: AnswerContext, outages: Iterable[Outage]) -> list[OutageInPark]:
    """The same for the details of a park or ride: a ride is its id and name."""
    rides = context.catalogue.rides
    return [
        {
            "ride_id": outage.ride_id,
            "ride_name": rides[outage.ride_id].name if outage.ride_id in rides else None,
            **_facts(outage),
        }
        for outage in outages
    ]


class _OutageFacts(TypedDict):
    date: Day
    started_at: Instant
    ended_at: Instant | None
    kind: OutageKindSlug
    counted: bool
    not_counted: NotCountedSlug | None
    ended_by: EndedBySlug | None
    ended_words: str | None
    downtime_seconds: int
    flaps: int


def _facts(outage: Outage) -> _OutageFacts:
    """``ended_at`` null = still down."""
    return {
        "date": outage.day.isoformat(),
        "started_at": iso(outage.started_at),
        "ended_at": iso(outage.ended_at),
        "kind": outage.kind.value,
        "counted": outage.counted,
        "not_counted": None if outage.not_counted is None else outage.not_counted.value,
        "ended_by": None if outage.ended_by is None else outage.ended_by.value,
        "ended_words": _no_run_after(outage),
        "downtime_seconds": outage.downtime_seconds,
        "flaps": outage.flaps,
    }


def _no_run_after(outage: Outage) -> str | None:
    """That a counted outage did not end with a run, unless its kind says so."""
    if outage.ended_by is None or not outage.counted or outage.kind is OutageKind.NEVER_REOPENED:
        return None
    return NO_RUN_AFTER_WORDS.get(outage.ended_by)


def _is_late_start(outage: Outage) -> bool:
    """Whether a ride only began its day later than its park, as far as its source can tell (R5)."""
    return outage.kind is OutageKind.OPENING_DELAY and not outage.counted


def board(context: AnswerContext, parks: ParkFilter, rides_asked: RideFilter) -> OutageBoard:
    """What is down now, the longest first, and what runs again, the latest first."""
    open_parks = park_states(context.connection)
    rides = context.catalogue.rides
    down, runs = [], []
    for ride_id, state in ride_states(context.connection).items():
        ride = rides.get(ride_id)
        if ride is None or not rides_asked.admits(ride):
            continue
        park = context.catalogue.parks[ride.park_id]
        if not parks.admits(park) or not is_watched(park, ride):
            continue
        now = ride_now(context, state, open_parks.get(state.park_id))
        if now.is_down:
            down.append(state)
        elif now.park is ParkNow.OPEN and now.status is Status.OPERATING:
            runs.append(state)
    return {"down": _down(context, down), "reopened": _reopened(context, runs)}


def down_in_park(context: AnswerContext, park_id: int) -> dict[int, DownNow]:
    """The rides of a park that are down now, by ride, as :func:`board` has them."""
    open_parks = park_states(context.connection)
    states = [
        state
        for ride_id, state in ride_states(context.connection, [park_id]).items()
        if ride_id in context.catalogue.rides and ride_now(context, state, open_parks.get(park_id)).is_down
    ]
    return {row["ride_id"]: row for row in _down(context, states)}


def _down(context: AnswerContext, states: list[RideState]) -> list[DownNow]:
    now = to_unix(context.now)
    rides = [state.ride_id for state in states]
    ongoing = ongoing_outages(context.connection, rides)
    past = past_of(context.connection, rides, now - EVIDENCE_DAYS * DAY_SECONDS)
    chances = chances_now(context, _lasting(context, states, ongoing), past.filter(pl.col("ended_at") <= now))
    medians = _medians(past)
    rows: list[DownNow] = [
        {
            **_down_row(context, state, ongoing.get(state.ride_id)),
            "median_seconds": medians.get(state.ride_id),
            **chances[state.ride_id],
        }
        for state in states
    ]
    return sorted(rows, key=lambda row: (row["started_at"], row["ride_name"].casefold(), row["ride_id"]))


def _medians(past: pl.DataFrame) -> dict[int, float]:
    """The median length of the outages of each ride that ended with it running again."""
    reopened = past.filter(pl.col("ended_by") == EndedBy.REOPENED.value)
    return dict(reopened.group_by("ride_id").agg(pl.col("downtime").median()).iter_rows())


def _lasting(context: AnswerContext, states: list[RideState], outages: Mapping[int, Outage]) -> list[Lasting]:
    """How long each has not been running, in open time up to the latest look."""
    today = context.now.date()
    reach = part_ends(context.connection, [state.ride_id for state in states], today - 2 * ONE_DAY)
    found = []
    for state in states:
        ongoing = outages.get(state.ride_id)
        began = state.since if ongoing is None else ongoing.started_at
        seconds = max(0, state.observed_at - began)
        if ongoing is not None:
            # What is stored goes on for as long as the latest look holds.
            ahead = max(0, reach.get(state.ride_id, 0) - state.observed_at)
            seconds = min(seconds, max(0, ongoing.downtime_seconds - ahead))
        is_late = ongoing is not None and ongoing.since_opening
        found.append(Lasting(state.ride_id, state.park_id, is_late, state.observed_at, seconds))
    return found


class _DownRide(OutageRide):
    started_at: Instant
    observed_at: Instant
    down_seconds: int
    kind: OutageKindSlug
    is_provisional: bool
    since_opening: bool


def _down_row(context: AnswerContext, state: RideState, ongoing: Outage | None) -> _DownRide:
    started_at = state.since if ongoing is None else ongoing.started_at
    return {
        **outage_ride(context, context.catalogue.rides[state.ride_id]),
        "started_at": iso(started_at),
        "observed_at": iso(state.observed_at),
        "down_seconds": max(0, state.observed_at - started_at),
        "kind": (OutageKind.BREAKDOWN if ongoing is None else ongoing.kind).value,
        "is_provisional": state.is_stopped,
        "since_opening": ongoing is not None and ongoing.since_opening,
    }


def _reopened(context: AnswerContext, states: list[RideState]) -> list[Reopened]:
    now = to_unix(context.now)
    # Its present status began when the outage ended, or later, so that most rides need no look.
    lately = [state.ride_id for state in states if state.since >= now - REOPENED_SECONDS]
    rows: list[Reopened] = []
    for ride_id, outages in outages_since(context.connection, lately, now - _LONGEST_SECONDS).items():
        last = outages[-1]
        if last.ended_at is None or not last.reopened or _is_late_start(last):
            continue
        if last.ended_at >= now - REOPENED_SECONDS:
            rows.append(
                {
                    **outage_ride(context, context.catalogue.rides[ride_id]),
                    "started_at": iso(last.started_at),
                    "ended_at": iso(last.ended_at),
                    "downtime_seconds": last.downtime_seconds,
                    "kind": last.kind.value,
                }
            )
    rows.sort(key=lambda row: (row["ride_name"].casefold(), row["ride_id"]))
    return sorted(rows, key=lambda row: row["ended_at"], reverse=True)
