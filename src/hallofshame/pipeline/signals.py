"""Signals: from which date on a park is judged by DOWN, by what its feed said and by what people say (R5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import SIGNAL_DAYS, SIGNAL_RIDES, SIGNAL_WITHIN_DAYS
from hallofshame.domain.signals import (
    BEGINNING,
    NO_SIGNAL,
    SIGNAL_FEED,
    SignalHistory,
    SignalRow,
    SignalSource,
)
from hallofshame.domain.words import BreakdownSignal, RideKind
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.shipped import SignalLine
from hallofshame.store import catalogue, data_version, findings, signals
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, Ride, RideDailyStats
from hallofshame.store.signals import Histories, NewSignal

ONE_DAY = dt.timedelta(days=1)
NAMED_DAYS = 5


@dataclass
class SignalsResult:
    """Parks that are judged by DOWN from an earlier date on than before, and park-days marked for it."""

    parks: list[int] = field(default_factory=list)
    park_days: int = 0


def judge_signals(database: Database, clock: Clock) -> SignalsResult:
    """Move parks to ``down`` whose ThemeParks.wiki feed has shown that it tells breakdowns.

    It has once it said DOWN of two rides, inside open windows, on three days within thirty. The signal holds
    from the first day of the earliest such stretch of the whole record, so that it depends on the record
    alone, not on when this job first ran. Nobody knows whether the feed told breakdowns before that: those
    days stay as they are. A park never moves back, and one that a person's file speaks of is left to that
    person. Marks the park-days that are judged otherwise now; repeating it changes nothing.
    """
    result = SignalsResult()
    with job_run(database, clock, JobType.SIGNALS) as run:
        with database.read() as connection:
            seen = _looked_at(connection)
            moved = dict(_moved(connection, seen))
        if moved:
            database.run(lambda connection: _move(connection, moved, clock.now(), result))
        run.parks, run.park_days = len(seen), result.park_days
        run.rows_written = len(result.parks)
        run.cover(row.valid_from for row in moved.values())
    return result


def follow_file(connection: Connection, lines: Iterable[SignalLine], now: dt.datetime) -> int:
    """Let ``lines`` be all that the person's file says; returns the park-days marked for it.

    Lines of parks that this installation does not have are left out.
    """
    numbers = {park.slug: park.park_id for park in catalogue.park_table(connection)}
    before = signals.histories(connection)
    new = [
        NewSignal(park_id, line.feed, line.row)
        for line in lines
        if (park_id := numbers.get(line.slug)) is not None
    ]
    if not signals.replace_file(connection, new, now):
        return 0
    data_version.bump(connection, None)
    return signals.mark_changed(connection, before, signals.histories(connection), "signal", now)


def _looked_at(connection: Connection) -> Histories:
    """The active parks whose history leaves something for their feed to show."""
    known = signals.histories(connection)
    parks = {park.park_id: park for park in catalogue.park_table(connection) if park.park_id is not None}
    histories = {park_id: known.get(park_id, NO_SIGNAL) for park_id, park in parks.items() if park.is_active}
    return {
        park_id: history
        for park_id, history in histories.items()
        if history.on(BEGINNING) is BreakdownSignal.CLOSED and not history.is_ruled_by_hand
    }


def _moved(connection: Connection, parks: Histories) -> Iterable[tuple[int, SignalRow]]:
    """The row to add of each park whose feed is found to tell breakdowns from an earlier date on."""
    days = _days_with_down(connection, parks)
    for park_id, history in parks.items():
        stretch = _first_stretch(days.get(park_id, {}))
        if stretch and history.on(stretch[0][0]) is BreakdownSignal.CLOSED:
            yield (
                park_id,
                SignalRow(stretch[0][0], BreakdownSignal.DOWN, SignalSource.OBSERVED, _evidence(stretch)),
            )


def _days_with_down(connection: Connection, parks: Histories) -> Mapping[int, dict[dt.date, int]]:
    """Per park the days, in order, on which DOWN was said of enough rides inside open windows; how many."""
    found: dict[int, dict[dt.date, int]] = {}
    park, ride = ParkDailyStats, RideDailyStats
    for park_id, history in parks.items():
        until = _known_from(history)
        # Park-days first: few of a park whose feed is not known to say DOWN have any.
        told = (
            select(park.day)
            .where(park.park_id == park_id, park.down > 0)
            .where(*([park.day < until + SIGNAL_WITHIN_DAYS * ONE_DAY] if until else []))
        )
        days = list(connection.scalars(told))
        if len(days) < SIGNAL_DAYS:
            continue
        rows = connection.execute(
            select(ride.day, func.count())
            .join(Ride, Ride.ride_id == ride.ride_id)
            .where(
                ride.park_id == park_id,
                ride.day.between(min(days), max(days)),
                ride.down > 0,
                ride.eligible == 1,
                Ride.kind == RideKind.ATTRACTION.value,
            )
            .group_by(ride.day)
            .having(func.count() >= SIGNAL_RIDES)
            .order_by(ride.day)
        )
        found[park_id] = {day: int(rides) for day, rides in rows}
    return found


def _known_from(history: SignalHistory) -> dt.date | None:
    """From which date on the feed is known to tell breakdowns, if it is."""
    known = [row.valid_from for row in history.rows if row.signal is BreakdownSignal.DOWN]
    return min(known, default=None)


def _first_stretch(days: Mapping[dt.date, int]) -> Sequence[tuple[dt.date, int]]:
    """The days of the earliest stretch that shows it, with the rides of each; none if there is none."""
    ordered = list(days.items())
    for at in range(len(ordered) - SIGNAL_DAYS + 1):
        first, last = ordered[at][0], ordered[at + SIGNAL_DAYS - 1][0]
        if (last - first).days < SIGNAL_WITHIN_DAYS:
            return ordered[at : at + SIGNAL_DAYS]
    return ()


def _evidence(stretch: Sequence[tuple[dt.date, int]]) -> str:
    named = ", ".join(f"{counted(rides, 'ride')} on {day.isoformat()}" for day, rides in stretch[:NAMED_DAYS])
    return f"{SIGNAL_FEED.slug} said DOWN of {named}"


def _move(
    connection: Connection, moved: Mapping[int, SignalRow], now: dt.datetime, result: SignalsResult
) -> None:
    before = signals.histories(connection, moved.keys())
    signals.put(connection, [NewSignal(park_id, SIGNAL_FEED, row) for park_id, row in moved.items()], now)
    after = signals.histories(connection, moved.keys())
    result.park_days = signals.mark_changed(connection, before, after, "signal", now)
    result.parks = sorted(moved)
    names = {park.park_id: park.name for park in catalogue.park_table(connection)}
    found = [
        (
            park_id,
            Finding(
                "signal_changed",
                names[park_id],
                f"{names[park_id]} is judged by DOWN from {row.valid_from.isoformat()} on: {row.evidence}. "
                "Its days since then are computed anew. If DOWN means something else there, say so in the "
                "signals file, as docs/catalogue.md describes.",
            ),
        )
        for park_id, row in sorted(moved.items())
    ]
    findings.record(connection, found, now)
    data_version.bump(connection, None)
