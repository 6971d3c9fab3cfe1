"""A tape: one park's recording, played for ever, shifted by whole weeks.

What "shifted by whole weeks" means: a poll recorded on a Friday at 14:05 park time is heard on a Friday at
14:05 park time. The five recorded weeks that are nearest in the year take turns: summer plays summer, and the
same week of another year plays another one. The shift is one of *wall time*, so summer time does not move the
opening hours:

- A wall time that the present week skips (clocks go forward) is not heard.
- An hour that the present week has twice plays twice, each pass from the recording's pass of the same number
  if that hour was recorded twice as well, else from its only one.
- Of an hour that was recorded twice only the first pass is heard in a week that has it once.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.localtime import UTC, from_unix, to_unix, zone
from hallofshame.domain.words import Feed
from hallofshame.feeds.recordings import Recording, normalise_rows
from hallofshame.replay.rows import STAMPS, tape_rows

MAX_HOLD_SECONDS = 90 * 60
_WEEK = dt.timedelta(days=7)
_WEEKS_OF_YEAR = 52
_WEEKS_IN_TURN = 5
"""No divisor of 52 or 53, so that no two years running play alike."""
_CACHED_WEEKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeInfo:
    """What the upstream catalogues say about a tape's park, and how it was recorded.

    ``group_id`` and ``group_name`` are the company of Queue-Times or the destination of ThemeParks.wiki.
    """

    feed: Feed
    park_external_id: str
    park_name: str
    timezone: str
    cadence_seconds: int
    group_id: str = "0"
    group_name: str = "Recorded parks"
    country: str | None = None
    continent: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def hold_seconds(self) -> int:
        """How long a recorded poll stands for the present: three times the cadence, at most 90 min (R3)."""
        return min(3 * self.cadence_seconds, MAX_HOLD_SECONDS)


@dataclass(frozen=True, slots=True)
class TapeState:
    """What the park's feed says at one moment: rows in the tape's columns, already in present time.

    ``shift_seconds`` is how far they were moved; the recorded JSON columns still have to be.
    """

    polled_at: int
    shift_seconds: int
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Poll:
    recorded_at: int
    offset: int
    length: int
    wall: dt.datetime
    second_pass: bool
    repeated: bool


class Tape:
    """One park and feed, for ever."""

    def __init__(
        self,
        info: TapeInfo,
        rows: pl.DataFrame,
        *,
        ride_ids: Mapping[str, str] | None = None,
        lands: Mapping[str, str] | None = None,
        schedule: Sequence[Mapping[str, Any]] = (),
        locations: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        """``rows``: this park's rows in a recorded shape.

        ``ride_ids`` and ``lands``: ids and lands of ride names that were recorded without.
        ``schedule``: recorded entries as ThemeParks.wiki serves them. ``locations``: entity id → (latitude,
        longitude). Raises :class:`RecordingError` for unusable rows or none, ``InputError`` for a wrong zone.
        """
        self.info = info
        self.zone = zone(info.timezone)
        self.rows = tape_rows(rows, info.feed, info.park_external_id, ride_ids, lands)
        self.locations = dict(locations or {})
        if self.rows.is_empty():
            raise RecordingError(
                f"tape of {info.feed.slug} park {info.park_external_id} holds no row to play"
            )
        self._weeks = self._recorded_weeks()
        self.weeks: tuple[dt.date, ...] = tuple(sorted(self._weeks))
        self._schedule: dict[dt.date, list[Mapping[str, Any]]] = {}
        for entry in schedule:
            self._schedule.setdefault(dt.date.fromisoformat(entry["date"]), []).append(entry)
        self._corrected: dict[dt.date, list[Mapping[str, Any]]] = {}
        self._played: dict[dt.date, list[tuple[int, _Poll]]] = {}
        self._played_lock = threading.Lock()

    def state_at(self, instant: dt.datetime) -> TapeState | None:
        """The latest poll heard up to ``instant`` and not older than the hold; ``None`` if there is none."""
        seconds = to_unix(instant)
        monday = self._monday(instant)
        for week in (monday, monday - _WEEK):
            played = self._play(week)
            place = bisect_right(played, seconds, key=lambda pair: pair[0])
            if place:
                heard_at, poll = played[place - 1]
                if seconds - heard_at > self.info.hold_seconds:
                    return None
                rows = self.rows.slice(poll.offset, poll.length)
                shift = heard_at - poll.recorded_at
                return TapeState(heard_at, shift, _shifted(rows, pl.lit(shift)))
        return None

    def rows_between(self, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
        """All polls heard in ``[start, end)``, in the tape's columns and in present time, sorted by poll."""
        heard = [
            (poll.recorded_at, at)
            for at, poll in self._heard_from(self._monday(start), self._monday(end))
            if start.timestamp() <= at < end.timestamp()
        ]
        schema = {"polled_at": pl.Int64, "heard_at": pl.Int64}
        moves = pl.DataFrame(heard, schema=schema, orient="row")
        joined = moves.join(self.rows, on="polled_at", how="inner", maintain_order="left_right")
        moved_by = pl.col("heard_at") - pl.col("polled_at")
        joined = joined.with_columns(moved_by=moved_by)
        for column in ("operating_hours_json", "showtimes_json"):
            joined = self._with_moved_slots(joined, column)
        return _shifted(joined, pl.col("moved_by")).select(self.rows.columns)

    def _with_moved_slots(self, rows: pl.DataFrame, column: str) -> pl.DataFrame:
        """``rows`` with the hours or show times in ``column`` moved by their ``moved_by`` seconds, too."""
        if column not in rows.columns:
            return rows
        key = [column, "moved_by"]
        texts = rows.select(key).unique().drop_nulls()
        moved = texts.with_columns(
            moved_json=pl.Series(
                [json.dumps(moved_slots(text, by, self.zone)) for text, by in texts.iter_rows()],
                dtype=pl.String,
            )
        )
        joined = rows.join(moved, on=key, how="left", maintain_order="left")
        return joined.with_columns(pl.col("moved_json").alias(column)).drop("moved_json")

    def polls_between(self, start: dt.datetime, end: dt.datetime) -> Recording:
        """The same as a :class:`Recording`, under wire ids: what polling at those moments would give."""
        rows = self.rows_between(start, end).with_columns(
            pl.from_epoch(pl.col(name), time_unit="s").dt.replace_time_zone("UTC")
            for name in ("polled_at", "last_updated")
        )
        times = [name for name in ("return_start", "paid_return_start") if name in rows.columns]
        rows = rows.with_columns(
            pl.from_epoch(pl.col(name), time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
            for name in times
        ).with_columns(park_id=pl.lit(self.info.park_external_id), park_name=pl.lit(self.info.park_name))
        return normalise_rows(rows, self.info.feed, source=f"tape of park {self.info.park_external_id}")

    def schedule_between(self, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
        """The recorded hours laid out over the dates ``first`` to ``last``, both included.

        The recorded whole weeks repeat from their first date on, so weekdays fit; the days over are left out.
        Days of a single week repeat as that week.
        """
        if not self._schedule:
            return []
        origin = min(self._schedule)
        period = max(1, ((max(self._schedule) - origin).days + 1) // 7) * 7
        entries: list[dict[str, Any]] = []
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            date = dt.date.fromordinal(ordinal)
            if date in self._corrected:
                entries += [dict(entry) for entry in self._corrected[date]]
                continue
            source = origin + dt.timedelta(days=(date - origin).days % period)
            recorded = self._schedule.get(source, ())
            entries += [self._moved_entry(entry, date, date - source) for entry in recorded]
        return entries

    def correct_schedule(self, date: dt.date, entries: Sequence[Mapping[str, Any]]) -> None:
        """From now on publish these entries of a date, as ThemeParks.wiki serves them: parks correct their
        hours on the day."""
        self._corrected[date] = list(entries)

    def _moved_entry(self, entry: Mapping[str, Any], date: dt.date, shift: dt.timedelta) -> dict[str, Any]:
        moved = dict(entry) | {"date": date.isoformat()}
        for key in ("openingTime", "closingTime"):
            if entry.get(key):
                wall = dt.datetime.fromisoformat(entry[key]).replace(tzinfo=None) + shift
                moved[key] = wall.replace(tzinfo=self.zone).isoformat()
        return moved

    def _monday(self, instant: dt.datetime) -> dt.date:
        date = instant.astimezone(self.zone).date()
        return date - dt.timedelta(days=date.weekday())

    def _recorded_weeks(self) -> dict[dt.date, list[_Poll]]:
        polls = self.rows.select(pl.col("polled_at").rle()).unnest("polled_at")
        weeks: dict[dt.date, list[_Poll]] = {}
        offset = 0
        for length, recorded_at in polls.select("len", "value").iter_rows():
            local = from_unix(recorded_at).astimezone(self.zone)
            wall = local.replace(tzinfo=None, fold=0)
            poll = _Poll(
                recorded_at, offset, length, wall, bool(local.fold), len(list(self._instants(wall))) == 2
            )
            weeks.setdefault(self._monday(local), []).append(poll)
            offset += length
        return weeks

    def _instants(self, wall: dt.datetime) -> Iterator[int]:
        """The instants at which the park's clocks show ``wall``: one, two, or none."""
        first = wall.replace(tzinfo=self.zone, fold=0)
        second = wall.replace(tzinfo=self.zone, fold=1)
        if first.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None, fold=0) != wall:
            return
        yield int(first.timestamp())
        if second.utcoffset() != first.utcoffset():
            yield int(second.timestamp())

    def _heard_from(self, first: dt.date, last: dt.date) -> Iterator[tuple[int, _Poll]]:
        for week in range(first.toordinal(), last.toordinal() + 1, 7):
            yield from self._play(dt.date.fromordinal(week))

    def _play(self, monday: dt.date) -> list[tuple[int, _Poll]]:
        """The polls heard in the present week that begins on ``monday``: (instant, poll), in order."""
        with self._played_lock:
            played = self._played.get(monday)
            if played is None:
                while len(self._played) >= _CACHED_WEEKS:
                    del self._played[next(iter(self._played))]
                played = self._played[monday] = self._played_week(monday)
            return played

    def _recorded_week(self, monday: dt.date) -> dt.date:
        """The Monday of the recorded week that plays in the present week of ``monday``."""
        week = monday.isocalendar().week
        nearest = sorted(self.weeks, key=lambda recorded: (_weeks_apart(recorded, week), recorded))
        in_turn = sorted(nearest[:_WEEKS_IN_TURN])
        return in_turn[monday.toordinal() // 7 % len(in_turn)]

    def _played_week(self, monday: dt.date) -> list[tuple[int, _Poll]]:
        recorded = self._recorded_week(monday)
        shift = monday - recorded
        played = [(at, poll) for poll in self._weeks[recorded] for at in self._heard(poll, shift)]
        return sorted(played, key=lambda pair: (pair[0], pair[1].recorded_at))

    def _heard(self, poll: _Poll, shift: dt.timedelta) -> list[int]:
        instants = list(self._instants(poll.wall + shift))
        if not poll.repeated:
            return instants
        passes = {False: instants[:1], True: instants[1:]}
        return passes[poll.second_pass]


def _weeks_apart(monday: dt.date, week: int) -> int:
    """Weeks between the ISO week of ``monday`` and the ISO week number ``week``, years left aside."""
    apart = abs(monday.isocalendar().week - week)
    return min(apart, abs(_WEEKS_OF_YEAR - apart))


def moved_slots(text: str | None, seconds: int, park_zone: dt.tzinfo) -> list[dict[str, Any]]:
    """A recorded JSON array of ``{type, startTime, endTime}`` moved by ``seconds``, in park time."""
    slots: list[dict[str, Any]] = json.loads(text) if text else []
    shift = dt.timedelta(seconds=seconds)
    for slot in slots:
        for key in ("startTime", "endTime"):
            if slot.get(key):
                moved = dt.datetime.fromisoformat(slot[key]).astimezone(UTC) + shift
                slot[key] = moved.astimezone(park_zone).isoformat()
    return slots


def _shifted(rows: pl.DataFrame, seconds: pl.Expr) -> pl.DataFrame:
    return rows.with_columns([pl.col(name) + seconds for name in STAMPS if name in rows.columns])
