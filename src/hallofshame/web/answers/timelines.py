"""Timelines as rows: what the rides of a park did on one day, and one ride in its last hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Final, Literal

import polars as pl
from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import day_bounds, from_unix, local_day
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import HOUR_SECONDS
from hallofshame.domain.words import Status
from hallofshame.metrics.spans import runs
from hallofshame.pipeline.timelines import ParkDayTimeline, park_day_timeline
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.sums import RideTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, ExcludedReason, Instant, NotCountedSlug, RideKindSlug
from hallofshame.web.answers.envelope import iso
from hallofshame.web.answers.park_days import Window
from hallofshame.web.answers.rides import excluded_reason
from hallofshame.web.parameters.filters import RideFilter
from hallofshame.web.shapes import closed
from hallofshame.web.wording import STATUS_SLUGS, TIER_LABELS, TierLabel

SegmentStatus = Literal["operating", "down", "closed", "refurbishment", "unobserved"]
MissingReason = Annotated[
    Literal["not_watched", "not_kept", "no_data_yet"],
    Field(
        description="Why there are no segments: nothing was seen, the record of that day is no longer kept, "
        "or the day has not come. Null where there are some."
    ),
]


@closed
class Segment(TypedDict):
    """A stretch in which a ride held one status and posted one wait; they touch."""

    start: Instant
    end: Annotated[Instant, Field(description="Not included, and never after `data_as_of`.")]
    status: SegmentStatus
    counts_as_down: Annotated[bool, Field(description="Whether these seconds are downtime.")]
    not_counted: Annotated[
        NotCountedSlug | None,
        Field(description="Why it is no downtime though the ride did not run; else null."),
    ]
    in_window: Annotated[bool, Field(description="Whether the park was open; all else counts nowhere.")]
    wait_minutes: Annotated[int | None, Field(ge=0, description="The posted wait.")]


@closed
class TimelineRide(TypedDict):
    """One ride's day."""

    ride_id: int
    ride_name: str
    ride_slug: str
    kind: RideKindSlug
    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    eligible: Annotated[bool, Field(description="Whether it counts in the park's score of that day.")]
    excluded_reason: ExcludedReason | None
    segments: list[Segment]


@closed
class ParkTimeline(TypedDict):
    """One park-local day of all rides of a park."""

    date: Day
    timezone: str
    starts_at: Annotated[Instant, Field(description="Local midnight.")]
    ends_at: Annotated[Instant, Field(description="The next one.")]
    known_until: Annotated[
        Instant | None, Field(description="The latest look, or the day's end; what follows is still to come.")
    ]
    windows: Annotated[list[Window], Field(description="When the park was counted as open.")]
    missing_reason: MissingReason | None
    rides: list[TimelineRide]


@closed
class RideTimeline(TypedDict):
    """The last hours of one ride, up to the latest look."""

    ride_id: int
    timezone: str
    starts_at: Instant | None
    ends_at: Annotated[Instant | None, Field(description="Null before the first look at anything.")]
    windows: list[Window]
    missing_reason: MissingReason | None
    segments: list[Segment]


UNOBSERVED: Final = "unobserved"
NOT_WATCHED: Final = "not_watched"
NOT_KEPT: Final = "not_kept"
NO_DATA_YET: Final = "no_data_yet"
_SEGMENT = ("start", "end", "status", "counts_as_down", "not_counted", "in_window", "wait_minutes")


def park_timeline(
    context: AnswerContext, park: ParkProfile, day: dt.date, rides_asked: RideFilter
) -> ParkTimeline:
    """One local day of a park, as far as it is known; within that, what no reading tells is unobserved."""
    start, end = day_bounds(day, park.timezone)
    until = context.data_as_of
    known_until = None if until is None or until <= start else min(until, end)
    known = start if until is None else until
    found = _park_day(context, park, day, known)
    return {
        "date": day.isoformat(),
        "timezone": park.timezone,
        "starts_at": iso(start),
        "ends_at": iso(end),
        "known_until": iso(known_until),
        "windows": _windows(context.windows(park.park_id, found.stored) if found.stored is not None else ()),
        "missing_reason": NO_DATA_YET if known_until is None and until is not None else _missing([found]),
        "rides": _rides(context, park, found, rides_asked) if found.is_known else [],
    }


def ride_timeline(context: AnswerContext, ride: RideProfile, hours: int) -> RideTimeline:
    """The last hours of a ride, up to the latest look."""
    park = context.catalogue.parks[ride.park_id]
    until = context.data_as_of
    since = None if until is None else until - hours * HOUR_SECONDS
    found = [] if since is None or until is None else _days(context, park, ride, since, until)
    known = any(day.is_known for day in found)
    windows = [window for day in found if day.stored is not None for window in day.stored.windows]
    return {
        "ride_id": ride.ride_id,
        "timezone": park.timezone,
        "starts_at": iso(since),
        "ends_at": iso(until),
        "windows": _windows(_clipped(windows, since or 0, until or 0)),
        "missing_reason": _missing(found),
        "segments": _segments(_joined(found, since or 0, until or 0)) if known else [],
    }


def _missing(days: Sequence[ParkDayTimeline]) -> MissingReason | None:
    if any(day.is_known for day in days):
        return None
    return NOT_KEPT if any(day.is_dropped for day in days) else NOT_WATCHED


def _rides(
    context: AnswerContext, park: ParkProfile, found: ParkDayTimeline, rides_asked: RideFilter
) -> list[TimelineRide]:
    """Rides that count first, flagships before others, then by name."""
    totals = context.ride_sums({park.park_id: DayRange(found.day, found.day)})
    frames = found.segments.partition_by("ride_id", as_dict=True)
    shown = [
        (ride, frames[(ride.ride_id,)])
        for ride in context.catalogue.rides_of[park.park_id]
        if (ride.ride_id,) in frames and rides_asked.admits(ride)
    ]
    rows = [
        _ride(ride, segments, totals.get(ride.ride_id))
        for ride, segments in shown
        if ride.ride_id in totals or segments["status"].null_count() < segments.height
    ]
    weights = {ride.ride_id: ride.weight for ride, _ in shown}
    return sorted(
        rows,
        key=lambda row: (
            not row["eligible"],
            -weights[row["ride_id"]],
            row["ride_name"].casefold(),
            row["ride_id"],
        ),
    )


def _ride(ride: RideProfile, segments: pl.DataFrame, totals: RideTotals | None) -> TimelineRide:
    reason = excluded_reason(ride, totals)
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "ride_slug": ride.slug,
        "kind": ride.kind.value,
        "tier": ride.tier,
        "tier_label": TIER_LABELS[ride.tier],
        "eligible": reason is None,
        "excluded_reason": reason,
        "segments": _segments(segments),
    }


def _segments(frame: pl.DataFrame) -> list[Segment]:
    return [
        {
            "start": iso(start),
            "end": iso(end),
            "status": UNOBSERVED if status is None else STATUS_SLUGS[Status(status)] or UNOBSERVED,
            "counts_as_down": down,
            "not_counted": why,
            "in_window": inside,
            "wait_minutes": wait,
        }
        for start, end, status, down, why, inside, wait in frame.select(_SEGMENT).iter_rows()
    ]


def _windows(windows: Iterable[tuple[int, int]]) -> list[Window]:
    return [{"start": iso(start), "end": iso(end)} for start, end in windows]


def _days(
    context: AnswerContext, park: ParkProfile, ride: RideProfile, since: int, until: int
) -> list[ParkDayTimeline]:
    first, last = (local_day(from_unix(instant), park.timezone) for instant in (since, until - 1))
    days = [_park_day(context, park, day, until) for day in DayRange(first, last).dates()]
    own = pl.col("ride_id") == ride.ride_id
    return [replace(day, segments=day.segments.filter(own)) for day in days]


def _park_day(context: AnswerContext, park: ParkProfile, day: dt.date, known_until: int) -> ParkDayTimeline:
    """Every ride's timeline of that day, computed once for the pages of the park and of its rides.

    Of each day one timeline is kept, that of the latest version.
    """
    key, stamp = ("timeline", park.park_id, day), (context.version, known_until, context.catalogue_stamp)
    known: tuple[object, ParkDayTimeline] | None = context.site.memo.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    found = park_day_timeline(context.connection, park.park_id, day, known_until, history=context.history)
    context.site.memo.put(key, (stamp, found), found.segments.height + 1)
    return found


def _joined(days: Sequence[ParkDayTimeline], since: int, until: int) -> pl.DataFrame:
    """The segments of consecutive days between two instants; what goes on over midnight is one again."""
    whole = pl.concat([day.segments for day in days]).sort("start")
    cut = whole.with_columns(
        start=pl.max_horizontal("start", pl.lit(since)), end=pl.min_horizontal("end", pl.lit(until))
    ).filter(pl.col("end") > pl.col("start"))
    return runs(cut, "status", "wait_minutes", "in_window", "counts_as_down", "not_counted")


def _clipped(windows: Iterable[tuple[int, int]], since: int, until: int) -> list[tuple[int, int]]:
    """Windows between two instants; one that goes on over midnight is one again."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        first, last = max(start, since), min(end, until)
        if first >= last:
            continue
        if found and found[-1][1] == first:
            first = found.pop()[0]
        found.append((first, last))
    return found
