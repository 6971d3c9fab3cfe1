"""Quality check: looks the record over once a day and notes what a person should look at."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, func, select

from hallofshame.clock import Clock
from hallofshame.domain.disks import StorageAlert
from hallofshame.domain.errors import StorageError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, isoformat, to_unix
from hallofshame.domain.names import quoted
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.domain.signals import NO_SIGNAL
from hallofshame.domain.words import BreakdownSignal, Origin, Status
from hallofshame.metrics.validity import frozen_cycles
from hallofshame.pipeline import vanished_blocks
from hallofshame.pipeline.classifying import review_list
from hallofshame.pipeline.feed_gaps import gap_findings
from hallofshame.pipeline.inputs import park_zones, parks_frame
from hallofshame.pipeline.invalid_values import invalid_counters, invalid_readings
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import catalogue, findings, raw, reviews, signals
from hallofshame.store.database import Database
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import Shelf
from hallofshame.store.models import ExternalId, ParkActivitySnapshot, ParkDailyStats
from hallofshame.store.reviews import ReviewState

OPEN_DAYS = 30
"""Open days without a single DOWN after which the word of a park marked ``down`` is in doubt (R5)."""

OPEN_DAYS_WITHIN = 120

GHOST_SHARE = 0.25
"""Share of a day's readings that are stale or frozen (R2) from which on the park is worth a look."""

NAMED_RIDES = 5

QUIET_DAYS = 7
"""A finding that is noted as it happens is resolved when it was not seen again for so long."""

CHECKED = (
    "never_down",
    "no_data",
    "stale_readings",
    "frozen_readings",
    "tiers_to_review",
    "matches_to_review",
    "unmapped_park",
    "feed_gap",
    "not_collecting",
    "cycles_twice",
    "polls_twice",
    "invalid_readings",
    "invalid_counters",
)
"""Kinds that this check looks for each time: what it no longer finds is resolved."""

FILES = "history_file"

_Found = tuple[int | None, Finding]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Park:
    park_id: int
    name: str
    signal: BreakdownSignal


def check_quality(
    database: Database, clock: Clock, progress: Progress | None = None, shelf: Shelf | None = None
) -> int:
    """Note findings about every active park, resolve those that no longer hold; returns how many there are.

    ``never_down`` (the word that its feed tells breakdowns is in doubt, R5; ``down_from_closed_park``, the
    other way round, is found as soon as DOWN is written),
    ``no_data`` (nothing for 24 h), ``stale_readings`` and ``frozen_readings`` (ghosts, R2),
    ``feed_gap`` and ``not_collecting`` (over 30 min), ``cycles_twice`` and ``polls_twice``,
    ``invalid_readings`` and ``invalid_counters``, ``tiers_to_review`` (R13), ``matches_to_review`` and
    ``unmapped_park`` (R14), and ``history_file`` (a sealed file on ``shelf`` is missing or damaged).
    What others note as it happens is resolved after a week in which it was not seen again.
    """
    with job_run(database, clock, JobType.QUALITY) as run:
        now = to_unix(clock.now())
        run.cover((from_unix(now - DAY_SECONDS).date(), from_unix(now).date()))
        with database.read() as connection:
            parks = _parks(connection)
            found = list(_look(connection, parks, now, progress))
            files = sealed_files(connection)
        kinds: tuple[str, ...] = CHECKED
        if shelf is not None:
            found += _bad_files(shelf, files)
            kinds = (*CHECKED, FILES)

        def note(connection: Connection) -> int:
            others = (*CHECKED, FILES, *StorageAlert.KINDS, vanished_blocks.KIND)
            resolved = findings.record_all_of(connection, kinds, found, now)
            return resolved + findings.resolve_unseen(connection, now - QUIET_DAYS * DAY_SECONDS, now, others)

        run.detail = f"{counted(len(found), 'finding')}, {database.run(note)} resolved"
        run.parks, run.rows_written = len(parks), len(found)
    return len(found)


def _bad_files(shelf: Shelf, files: Sequence[SealedFile]) -> list[tuple[int | None, Finding]]:
    """The sealed files that are missing or not what was sealed, each read from its first byte to its last."""
    shelf.forget()
    found: list[tuple[int | None, Finding]] = []
    for file in files:
        try:
            wrong = shelf.problem(file)
            if wrong is None:
                shelf.fetch(file)
        except StorageError as error:
            wrong = str(error)
        if wrong is not None:
            found.append((None, Finding(FILES, file.name, wrong)))
    return found


def _parks(connection: Connection) -> list[_Park]:
    known = signals.histories(connection)
    return [
        _Park(row.park_id, row.name, known.get(row.park_id, NO_SIGNAL).latest)
        for row in catalogue.park_table(connection)
        if row.park_id is not None and row.is_active
    ]


def _look(
    connection: Connection, parks: list[_Park], now: int, progress: Progress | None
) -> Iterator[_Found]:
    latest = _latest_looks(connection, parks, now)
    yield from _without_data(parks, latest, now)
    yield from _silent_signals(connection, parks, now)
    names = {park.park_id: park.name for park in parks}
    yield from gap_findings(connection, names, now)
    yield from invalid_counters(connection, names, now)
    yield from _unmapped(connection, parks)
    for done, park in enumerate(parks):
        if (latest[park.park_id] or 0) >= now - DAY_SECONDS:
            yield from _of_readings(connection, park, now)
        if progress is not None:
            progress(done + 1, len(parks))
    yield from _unsure_tiers(connection)


def _latest_looks(connection: Connection, parks: list[_Park], now: int) -> dict[int, int | None]:
    """The latest look at each park; null where there was none."""
    table = ParkActivitySnapshot
    found = {}
    for park in parks:
        query = select(func.max(table.observed_at)).where(table.park_id == park.park_id)
        # Of most parks it lies in the last day, and other months need not be opened.
        recent = connection.scalar(query.where(table.observed_at >= now - DAY_SECONDS))
        found[park.park_id] = connection.scalar(query) if recent is None else recent
    return found


def _without_data(parks: list[_Park], latest: dict[int, int | None], now: int) -> Iterator[_Found]:
    """Parks that gave nothing for 24 h, or all of them in one finding where collection itself stood still."""
    silent = [park for park in parks if (latest[park.park_id] or 0) < now - DAY_SECONDS]
    if parks and len(silent) == len(parks):
        detail = "No park gave any reading within 24 h; see whether collection runs and the feeds answer."
        yield None, Finding("no_data", "all parks", detail)
        return
    for park in silent:
        seen = latest[park.park_id]
        since = f"since {isoformat(from_unix(seen))}" if seen is not None else "so far"
        detail = f"{park.name} gave no reading {since}; see its polls, and its ids in the catalogue."
        yield park.park_id, Finding("no_data", park.name, detail)


def _silent_signals(connection: Connection, parks: list[_Park], now: int) -> Iterator[_Found]:
    silent = _never_down(connection, from_unix(now).date() - dt.timedelta(days=OPEN_DAYS_WITHIN))
    for park in parks:
        if park.signal is BreakdownSignal.DOWN and park.park_id in silent:
            detail = (
                f"{park.name} is judged by DOWN, but its feed never said DOWN on its last {OPEN_DAYS} open "
                "days; if CLOSED is all it says, say so in the signals file, as docs/catalogue.md describes."
            )
            yield park.park_id, Finding("never_down", park.name, detail)


def _never_down(connection: Connection, since: dt.date) -> set[int]:
    """Parks with 30 observed open days since then whose last 30 hold no DOWN."""
    table = ParkDailyStats
    rows = connection.execute(
        select(table.park_id, table.down)
        .where(table.day >= since, table.observed > 0)
        .order_by(table.park_id, table.day.desc())
    )
    days: dict[int, list[int]] = defaultdict(list)
    for park_id, down in rows:
        days[park_id].append(down)
    return {
        park_id for park_id, downs in days.items() if len(downs) >= OPEN_DAYS and not any(downs[:OPEN_DAYS])
    }


def _of_readings(connection: Connection, park: _Park, now: int) -> Iterator[_Found]:
    """What is wrong with the last day's raw rows of a park."""
    rows = raw.read_observations(connection, [park.park_id], now - DAY_SECONDS, None)
    for finding in invalid_readings(rows, park.park_id, park.name, now):
        yield park.park_id, finding
    yield from _ghosts(connection, park, rows.filter(pl.col("origin") == int(Origin.LIVE)), now)


def _ghosts(connection: Connection, park: _Park, readings: pl.DataFrame, now: int) -> Iterator[_Found]:
    """The share of the last day's readings that cannot be believed (R2)."""
    if readings.is_empty():
        return
    claims = readings.filter(pl.col("status") == int(Status.OPERATING))
    stale = claims["stale"].sum() / claims.height if claims.height else 0.0
    if stale >= GHOST_SHARE:
        detail = f"{stale:.0%} of the claims of {park.name} to operate carry an upstream time over 24 h old."
        yield park.park_id, Finding("stale_readings", park.name, detail)
    cycles = readings["observed_at"].n_unique()
    zones = parks_frame(park_zones(connection), [park.park_id], from_unix(now).date())
    frozen = frozen_cycles(readings, zones).height / cycles
    if frozen >= GHOST_SHARE:
        detail = (
            f"{park.name} stood still in {frozen:.0%} of the last day's cycles while rides claimed waits."
        )
        yield park.park_id, Finding("frozen_readings", park.name, detail)


def _unsure_tiers(connection: Connection) -> Iterator[_Found]:
    """One finding per park that has attractions on the review list (R13)."""
    by_park: dict[tuple[int, str], list[str]] = defaultdict(list)
    for line in review_list(connection):
        by_park[line.park_id, line.park_name].append(line.ride_name)
    for (park_id, park_name), rides in by_park.items():
        named = ", ".join(rides[:NAMED_RIDES])
        more = f" and {len(rides) - NAMED_RIDES} more" if len(rides) > NAMED_RIDES else ""
        detail = (
            f"The tiers of {counted(len(rides), 'ride')} of {park_name} are unsure: {named}{more}; "
            "an overrides file settles them (docs/catalogue.md)."
        )
        yield park_id, Finding("tiers_to_review", park_name, detail)


def _unmapped(connection: Connection, parks: list[_Park]) -> Iterator[_Found]:
    """Entries of feeds whose ride is in doubt, per park, and parks without any id (R14)."""
    waiting: dict[int, list[str]] = defaultdict(list)
    for review in reviews.reviews(connection, states=[ReviewState.OPEN]):
        waiting[review.park_id].append(review.doubt.name)
    table = ExternalId
    mapped = set(connection.scalars(select(table.internal_id).where(table.kind == "park").distinct()))
    for park in parks:
        if entries := waiting.get(park.park_id):
            named = ", ".join(quoted(name) for name in entries[:NAMED_RIDES])
            more = f" and {len(entries) - NAMED_RIDES} more" if len(entries) > NAMED_RIDES else ""
            detail = (
                f"It is in doubt which rides {counted(len(entries), 'entry', 'entries')} of {park.name} are: "
                f"{named}{more}; look at them: hallofshame mapping list"
            )
            yield park.park_id, Finding("matches_to_review", park.name, detail)
        if park.park_id not in mapped:
            detail = (
                f"No feed is known to have {park.name}, so nobody asks for it; name its id in the catalogue."
            )
            yield park.park_id, Finding("unmapped_park", park.name, detail)
