"""Values that cannot be, in raw rows and in counters: nothing should write them, so each is worth a look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl
from sqlalchemy import ColumnElement, Connection, or_, select

from hallofshame.domain.localtime import ONE_DAY, from_unix, isoformat
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, Feed, Origin, Status
from hallofshame.store.instants import latest_believable
from hallofshame.store.models import ParkDailyStats, RideDailyStats

DAYS = 8
"""Days whose counters are looked at: what the roll-up may have written since the last check."""


def invalid_readings(readings: pl.DataFrame, park_id: int, name: str, now: int) -> Iterator[Finding]:
    """One finding ``invalid_readings`` for the raw rows of a park (shape ``OBSERVATIONS``) that cannot be.

    A wait below 0 or over the greatest that is believed, a status, feed or origin that is none, an instant
    that is still to come.
    """
    wrong = {
        "a wait out of range": ~pl.col("wait_minutes").is_between(0, MAX_PLAUSIBLE_WAIT_MINUTES),
        "an unknown status": ~pl.col("status").is_in([int(each) for each in Status]),
        "an unknown feed": ~pl.col("feed").is_in([int(each) for each in Feed]),
        "an unknown origin": ~pl.col("origin").is_in([int(each) for each in Origin]),
        "an instant to come": pl.col("observed_at") > latest_believable(now),
    }
    said = []
    for what, condition in wrong.items():
        found = readings.filter(condition.fill_null(value=False))
        if found.height:
            row = found.row(0, named=True)
            example = f"ride {row['ride_id']} at {isoformat(from_unix(row['observed_at']))}"
            said.append(f"{counted(found.height, 'row')} with {what} (such as {example})")
    if said:
        yield Finding("invalid_readings", name, f"{name} has {', '.join(said)}.")


def invalid_counters(
    connection: Connection, names: dict[int, str], now: int
) -> Iterator[tuple[int | None, Finding]]:
    """``invalid_counters``: days whose counters break what holds for all (R7), each once, with the remedy."""
    last = from_unix(now).date() + ONE_DAY
    first = last - DAYS * ONE_DAY
    park, ride = ParkDailyStats, RideDailyStats
    found: dict[tuple[int, dt.date], int] = {}
    for row in connection.execute(
        select(park.park_id, park.day).where(
            park.day.between(first, last),
            or_(*_broken(park), park.weighted_downtime > park.weighted_exposure),
        )
    ):
        found[row.park_id, row.day] = 0
    for park_id in names:
        for row in connection.execute(
            select(ride.park_id, ride.day).where(
                ride.park_id == park_id, ride.day.between(first, last), or_(*_broken(ride))
            )
        ):
            found[row.park_id, row.day] = found.get((row.park_id, row.day), 0) + 1
    for (park_id, day), rides in sorted(found.items()):
        what = counted(rides, "ride") if rides else "the park"
        detail = (
            f"The counters of {what} on {day} contradict each other; compute the day again: "
            f"hallofshame rebuild --start {day} --end {day} --park {park_id}"
        )
        yield park_id, Finding("invalid_counters", f"{day}", detail)


def _broken(table: type[ParkDailyStats] | type[RideDailyStats]) -> list[ColumnElement[bool]]:
    kinds = table.downtime_opening_delay + table.downtime_never_reopened + table.downtime_park_wide
    return [
        table.operating + table.down + table.closed + table.refurbishment != table.observed,
        table.observed > table.open,
        table.downtime > table.observed,
        kinds > table.downtime,
        table.wait_known > table.operating,
        table.wait_max > MAX_PLAUSIBLE_WAIT_MINUTES,
        table.open < 0,
    ]
