"""What one answer is computed from: one state of the store, one "now", one catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask import Flask, current_app
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.localtime import day_bounds, local_day, to_unix
from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.rules import HOUR_SECONDS
from hallofshame.store import data_version
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History
from hallofshame.store.reports.catalogue import Catalogue, ParkProfile, load_catalogue
from hallofshame.store.reports.points import ParkDay
from hallofshame.store.reports.ranges import StoredDays
from hallofshame.store.reports.running_day import Ahead, OfRide, ahead_of, of_park, of_ride, windows_so_far
from hallofshame.store.reports.sums import (
    ParkTotals,
    RideReliability,
    RideTotals,
    RideWaitSums,
    park_sums,
    ride_reliability,
    ride_sums,
    ride_waits,
    stored_days,
)
from hallofshame.web.cache import CachedAnswer, LeastRecentlyUsed
from hallofshame.web.settings import WebSettings

T = TypeVar("T", bound=Sized)
V = TypeVar("V")

EXTENSION = "hallofshame"
LIVE_BUCKET_SECONDS = 60
"""Live answers are computed anew at least this often, so that a state grows stale even if nothing moves."""
PRESENT_SECONDS = 1800
"""So are answers that say beside other things what is now: hours begin and parks open on the half hour."""


@dataclass(frozen=True)
class AppContext:
    """Everything the app was given, and its two memories."""

    database: Database
    clock: Clock
    settings: WebSettings
    answers: LeastRecentlyUsed[CachedAnswer]
    memo: LeastRecentlyUsed[Any]

    @contextmanager
    def answer_context(self) -> Iterator[AnswerContext]:
        """One read transaction with the data version it sees."""
        with self.database.read() as connection:
            version, data_as_of, catalogue_version = data_version.versions(connection)
            yield AnswerContext(self, connection, self.clock.now(), version, data_as_of, catalogue_version)


@dataclass(frozen=True)
class AnswerContext:
    """One state of the store. ``data_as_of`` is the latest cycle in it, null before the first."""

    site: AppContext
    connection: Connection
    now: dt.datetime
    version: int
    data_as_of: int | None
    catalogue_version: int

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue, read once per version of its own.

        Once in an hour it is read anyhow: what an operator writes past this program moves no version.
        """
        return self._of_catalogue(
            "catalogue", lambda: load_catalogue(self.connection), lambda found: len(found.rides)
        )

    def of_catalogue(self, name: Hashable, build: Callable[[], T]) -> T:
        """``build()``, which depends on the catalogue alone, or what it gave before for the same one."""
        return self._of_catalogue(name, build, len)

    def _of_catalogue(self, name: Hashable, build: Callable[[], V], size: Callable[[V], int]) -> V:
        """Of each name one value is kept, that of the latest version."""
        key, stamp = ("of catalogue", name), self.catalogue_stamp
        known: tuple[tuple[int, int], V] | None = self.site.memo.get(key)
        if known is not None and known[0] == stamp:
            return known[1]
        found = build()
        self.site.memo.put(key, (stamp, found), size(found))
        return found

    @property
    def catalogue_stamp(self) -> tuple[int, int]:
        """Its version, and the hour in which it was read."""
        return self.catalogue_version, to_unix(self.now) // HOUR_SECONDS

    @property
    def history(self) -> History | None:
        """The sealed files, where this site has any to read."""
        place = self.site.settings.history
        return None if place is None else History(place.shelf())

    @cached_property
    def dates(self) -> tuple[dt.date, ...]:
        """The date in UTC and in every zone a park lies in: what "today" depends on."""
        return (
            self.now.astimezone(dt.UTC).date(),
            *self._todays.values(),
        )

    @cached_property
    def live_bucket(self) -> int:
        """Moves on with the clock, for answers about the present."""
        return to_unix(self.now) // LIVE_BUCKET_SECONDS

    @property
    def present(self) -> tuple[int, bool]:
        """The half hour it is, and whether the latest cycle still stands (R3)."""
        is_fresh = self.data_as_of is not None and self.is_fresh(self.data_as_of)
        return to_unix(self.now) // PRESENT_SECONDS, is_fresh

    def stands_until(self, *, is_live: bool, says_now: bool = False) -> int:
        """When an answer made now is no longer true though nothing was written, in Unix seconds.

        That is the next midnight in UTC or in any zone a park lies in; of an answer about the present, the
        end of its minute; of one that ``says_now`` beside other things what is now, the end of
        :attr:`present`.
        """
        if is_live:
            return (self.live_bucket + 1) * LIVE_BUCKET_SECONDS
        if says_now:
            half_hour, is_fresh = self.present
            until = (half_hour + 1) * PRESENT_SECONDS
            if not is_fresh or self.data_as_of is None:
                return until
            stale = self.data_as_of + self.site.settings.live_hold_seconds + LIVE_BUCKET_SECONDS
            return min(until, stale)
        zones = {"UTC", *self.catalogue.timezones}
        return min(day_bounds(local_day(self.now, zone), zone)[1] for zone in zones)

    @cached_property
    def _todays(self) -> dict[str, dt.date]:
        """The date in every zone a park lies in."""
        return {timezone: local_day(self.now, timezone) for timezone in self.catalogue.timezones}

    def today(self, park: ParkProfile) -> dt.date:
        """The park's own date (R1)."""
        return self._todays[park.timezone]

    def ranges(self, period: Period, parks: Iterable[ParkProfile]) -> dict[int, DayRange]:
        """The days the period means in each park."""
        of_date = {today: period.days(today) for today in set(self._todays.values())}
        return {park.park_id: of_date[self.today(park)] for park in parks}

    def previous_ranges(self, period: Period, parks: Iterable[ParkProfile]) -> dict[int, DayRange]:
        """The days the period is compared with in each park (R11)."""
        of_date = {today: period.previous(today) for today in set(self._todays.values())}
        return {park.park_id: of_date[self.today(park)] for park in parks}

    @cached_property
    def ahead(self) -> dict[int, Ahead]:
        """The parks whose running day has open time ahead."""
        key = ("ahead", self.version, self.dates)
        found: dict[int, Ahead] | None = self.site.memo.get(key)
        if found is None:
            todays = {park.park_id: self.today(park) for park in self.catalogue.parks.values()}
            cadence = self.site.settings.cadence_seconds
            found = ahead_of(self.connection, todays, self.data_as_of, cadence)
            self.site.memo.put(key, found, len(found), self.version)
        return found

    @cached_property
    def stored_days(self) -> dict[int, StoredDays]:
        """What is stored of each park of which anything is."""
        return stored_days(self.connection, self.catalogue.parks)

    def ahead_within(self, park_id: int, days: DayRange) -> Ahead | None:
        """What lies ahead of the park's running day, if ``days`` reach into it."""
        found = self.ahead.get(park_id)
        return found if found is not None and days.start <= found.day <= days.end else None

    def windows(self, park_id: int, day: ParkDay) -> tuple[tuple[int, int], ...]:
        """The open windows of a park-day: published hours, and what activity shows up to the latest look."""
        return windows_so_far(self.connection, park_id, day.day, day.windows, self.data_as_of)

    def park_sums(self, ranges: Mapping[int, DayRange]) -> dict[int, ParkTotals]:
        """Sums of parks (R10), open time as far as it has come."""
        found = park_sums(self.connection, ranges, self.stored_days)
        return {
            park_id: of_park(totals, self.ahead_within(park_id, ranges[park_id]))
            for park_id, totals in found.items()
        }

    def ride_sums(
        self, ranges: Mapping[int, DayRange], ride_ids: Collection[int] | None = None
    ) -> dict[int, RideTotals]:
        """Sums of rides (R10), open time as far as it has come; rides outside the catalogue are left out."""
        return self._so_far(ride_sums(self.connection, ranges, ride_ids, self.stored_days), ranges)

    def ride_reliability(
        self, ranges: Mapping[int, DayRange], ride_ids: Collection[int] | None = None
    ) -> dict[int, RideReliability]:
        """As :meth:`ride_sums`, of what uptime and coverage take, in half the time."""
        found = ride_reliability(self.connection, ranges, ride_ids, self.stored_days)
        return self._so_far(found, ranges)

    def ride_waits(self, ranges: Mapping[int, DayRange]) -> dict[int, RideWaitSums]:
        """As :meth:`ride_sums`, of what places by waits take."""
        return self._so_far(ride_waits(self.connection, ranges, self.stored_days), ranges)

    def _so_far(self, sums: Mapping[int, OfRide], ranges: Mapping[int, DayRange]) -> dict[int, OfRide]:
        rides = self.catalogue.rides
        found = {ride_id: totals for ride_id, totals in sums.items() if ride_id in rides}
        for park_id, days in ranges.items():
            ahead = self.ahead_within(park_id, days)
            if ahead is not None:
                for ride in self.catalogue.rides_of[park_id]:
                    if ride.ride_id in found:
                        found[ride.ride_id] = of_ride(found[ride.ride_id], ahead)
        return found

    def is_fresh(self, observed_at: int) -> bool:
        """Whether an observation of that instant still stands for "now" (R3).

        Judged at the beginning of the minute, for which live answers are kept: those of one minute agree.
        """
        return observed_at >= self._fresh_since

    @cached_property
    def _fresh_since(self) -> int:
        """The first instant of which that holds."""
        return self.live_bucket * LIVE_BUCKET_SECONDS - self.site.settings.live_hold_seconds

    def remembered(self, name: str, period: Period, build: Callable[[], T]) -> T:
        """``build()``, or what it gave before for the same state of the store and the same dates."""
        found: T | None = self.recalled(name, period)
        if found is None:
            found = build()
            self.site.memo.put(self._key(name, period), found, len(found), self.version)
        return found

    def recalled(self, name: str, period: Period) -> Any:
        """What :meth:`remembered` would give without building anything; null where it would have to."""
        return self.site.memo.get(self._key(name, period))

    def _key(self, name: str, period: Period) -> Hashable:
        return (name, period, self.version, self.dates, self.live_bucket if period.is_live else None)


def site(app: Flask | None = None) -> AppContext:
    """The site of the running app."""
    found: AppContext = (app or current_app).extensions[EXTENSION]
    return found
