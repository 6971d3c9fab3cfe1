"""Gaps, doubles, impossible values, rides that vanish at once, and how findings open and close."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import update

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.pipeline.feed_gaps import FeedGap, feed_gaps
from hallofshame.pipeline.invalid_values import invalid_readings
from hallofshame.pipeline.quality import check_quality
from hallofshame.pipeline.vanished_blocks import KIND, vanished_blocks, watch_rides
from hallofshame.store import findings, raw
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, RideDailyStats
from hallofshame.store.reports.findings import FindingState
from hallofshame.store.reports.quality import coverage, freshness
from pipeline.fakes import (
    CADENCE,
    NEW_YORK,
    ROME,
    TUESDAY,
    a_day,
    at,
    found,
    observe,
    roll_up,
    seed_parks,
    seed_rides,
)

NIGHT = FixedClock(at("2026-06-02 21:59"))
ONE_DAY = dt.timedelta(days=1)
NAMES = ("Alpha", "Bravo", "Charlie", "Delta")
NOON = to_unix(at("2026-06-02 10:00"))
"""12:00 in Rome, which is open from 10 to 18 there."""


def two_parks(database: Database, silent: tuple[int, int] = (0, 0)) -> dict[int, list[int]]:
    """Rome and New York over a day, Rome silent between two instants, rolled up."""
    seed_parks(database, ROME, NEW_YORK)
    rides = {park: seed_rides(database, park, *NAMES) for park in (ROME, NEW_YORK)}
    days = pl.concat(
        [
            a_day(ROME, TUESDAY, rides[ROME]).filter(~between(*silent)),
            *(a_day(NEW_YORK, day, rides[NEW_YORK]) for day in (TUESDAY - ONE_DAY, TUESDAY)),
        ]
    )
    observe(database, days.filter(pl.col("observed_at") <= to_unix(NIGHT.instant)))
    roll_up(database)
    return rides


def between(start: int, end: int) -> pl.Expr:
    """Rows after ``start`` and before ``end``."""
    return pl.col("observed_at").is_between(start, end, closed="none")


def gaps_of(database: Database) -> list[FeedGap]:
    with database.read() as connection:
        return feed_gaps(connection, [ROME, NEW_YORK], NOON - 10 * 3600, NOON + 12 * 3600)


def poll(at: int, outcome: PollOutcome, park: int = ROME) -> dict[str, object]:
    return {
        "park_id": park,
        "observed_at": at,
        "feed": int(Feed.THEMEPARKS_WIKI),
        "outcome": outcome.value,
        "http_status": None,
        "attempts": 1,
        "duration_ms": 5,
        "readings": 0,
        "detail": None,
    }


def write_polls(database: Database, *polls: dict[str, object]) -> None:
    with database.write() as connection:
        types = {"http_status": pl.Int64(), "detail": pl.String()}
        raw.insert_polls(connection, pl.DataFrame(polls, schema_overrides=types))


@pytest.mark.both_databases
def test_a_park_that_gives_nothing_while_open_has_a_gap_with_the_polls_that_failed(
    database: Database,
) -> None:
    two_parks(database, (NOON, NOON + 3600))
    write_polls(database, *(poll(NOON + minutes * 60, PollOutcome.TIMEOUT) for minutes in (5, 10)))
    assert gaps_of(database) == [FeedGap(ROME, NOON, NOON + 3600, {"timeout": 2})]
    check_quality(database, NIGHT)
    (gap,) = found(database, "feed_gap")
    assert (gap.park_id, gap.subject, gap.state) == (ROME, "2026-06-02T10:00:00Z", FindingState.OPEN)
    assert "nothing for 60 min until 2026-06-02T11:00:00Z" in gap.detail
    assert "timeout 2" in gap.detail


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [
        (NOON, NOON + 1800, 0),
        (NOON, NOON + 1800 + CADENCE, 1),
        # From 20:00 to 22:00 Rome is closed.
        (NOON + 8 * 3600, NOON + 9 * 3600, 0),
        # Without published hours these are known by activity, which a long silence divides.
        (NOON, NOON + 4 * 3600, 1),
    ],
)
def test_a_gap_is_over_half_an_hour_of_open_time(
    sqlite_database: Database, start: int, end: int, counted: int
) -> None:
    two_parks(sqlite_database, (start, end))
    assert len(gaps_of(sqlite_database)) == counted


def test_what_we_did_not_collect_is_no_gap_of_a_park_but_one_finding_of_ours(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    away = ~between(NOON, NOON + 7200)
    days = [a_day(park, TUESDAY, seed_rides(sqlite_database, park, *NAMES)) for park in (ROME, NEW_YORK)]
    observe(sqlite_database, *(day.filter(away) for day in days))
    roll_up(sqlite_database)
    assert gaps_of(sqlite_database) == []
    check_quality(sqlite_database, NIGHT)
    (finding,) = found(sqlite_database, "not_collecting")
    assert (finding.park_id, finding.subject) == (None, "2026-06-02T10:00:00Z")
    assert "for 120 min" in finding.detail


def test_a_gap_that_was_filled_is_resolved(sqlite_database: Database) -> None:
    rides = two_parks(sqlite_database, (NOON, NOON + 3600))
    check_quality(sqlite_database, NIGHT)
    observe(
        sqlite_database,
        a_day(ROME, TUESDAY, rides[ROME]).filter(pl.col("observed_at").is_between(NOON, NOON + 3600)),
    )
    roll_up(sqlite_database)
    check_quality(sqlite_database, NIGHT)
    (gap,) = found(sqlite_database, "feed_gap")
    assert (gap.state, gap.resolved_at) == (FindingState.RESOLVED, to_unix(NIGHT.instant))


def test_cycles_that_come_twice_and_polls_noted_twice_are_findings(sqlite_database: Database) -> None:
    rides = two_parks(sqlite_database)
    assert check_quality(sqlite_database, NIGHT) == 0
    other = a_day(ROME, TUESDAY, rides[ROME]).filter(pl.col("observed_at").is_between(NOON, NOON + 900))
    observe(sqlite_database, other.with_columns(observed_at=pl.col("observed_at") + 60))
    write_polls(sqlite_database, *[poll(NOON, PollOutcome.OK)] * 2)
    check_quality(sqlite_database, NIGHT)
    (twice,) = found(sqlite_database, "cycles_twice")
    assert "4 cycles" in twice.detail
    (polls,) = found(sqlite_database, "polls_twice")
    assert "1 poll of" in polls.detail


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("wait_minutes", -1, "a wait out of range"),
        ("wait_minutes", 601, "a wait out of range"),
        ("status", 9, "an unknown status"),
        ("feed", 9, "an unknown feed"),
        ("origin", 7, "an unknown origin"),
        ("observed_at", NOON + 301, "an instant to come"),
        ("observed_at", NOON + 300, None),
        ("wait_minutes", None, None),
        ("wait_minutes", 600, None),
    ],
)
def test_a_raw_value_that_cannot_be_is_a_finding(column: str, value: int | None, words: str | None) -> None:
    rows = a_day(ROME, TUESDAY, [1]).filter(pl.col("observed_at") <= NOON)
    assert list(invalid_readings(rows, ROME, "Rome", NOON)) == []
    last = pl.col("observed_at") == NOON
    odd = rows.with_columns(
        pl.when(last).then(pl.lit(value)).otherwise(pl.col(column)).cast(rows.schema[column]).alias(column)
    )
    said = [finding.detail for finding in invalid_readings(odd, ROME, "Rome", NOON)]
    assert [f"1 row with {words}" in text for text in said] == ([] if words is None else [True])


@pytest.mark.parametrize(
    "broken", [{"operating": 1}, {"downtime": 10**6}, {"wait_max": 601}, {"observed": 10**6}]
)
def test_counters_that_contradict_each_other_are_a_finding_until_they_are_computed_again(
    sqlite_database: Database, broken: dict[str, int]
) -> None:
    rides = two_parks(sqlite_database)
    table = RideDailyStats
    with sqlite_database.write() as connection:
        connection.execute(
            update(table).where(table.ride_id == rides[ROME][0], table.day == TUESDAY).values(**broken)
        )
    check_quality(sqlite_database, NIGHT)
    (finding,) = found(sqlite_database, "invalid_counters")
    assert (finding.park_id, finding.subject) == (ROME, f"{TUESDAY}")
    assert f"of 1 ride on {TUESDAY}" in finding.detail
    assert f"hallofshame rebuild --start {TUESDAY} --end {TUESDAY} --park {ROME}" in finding.detail
    park = ParkDailyStats
    with sqlite_database.write() as connection:
        connection.execute(update(park).where(park.park_id == NEW_YORK).values(weighted_downtime=10**9))
    check_quality(sqlite_database, NIGHT)
    assert any("of the park" in row.detail for row in found(sqlite_database, "invalid_counters"))


MANY = tuple(f"Ride {letter}" for letter in "ABCDEFGHIJ")


def block_world(database: Database, gone: int, until: int) -> list[int]:
    """Rome with ten rides, the first ``gone`` of which are not seen after an instant."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, *MANY, seen_at=NOON)
    day = a_day(ROME, TUESDAY, rides).filter(pl.col("observed_at") <= NOON + 3600)
    observe(database, day.filter(~(pl.col("ride_id").is_in(rides[:gone]) & (pl.col("observed_at") > until))))
    return rides


@pytest.mark.both_databases
def test_rides_that_vanish_at_once_are_a_finding_within_the_hour_and_resolved_when_they_return(
    database: Database,
) -> None:
    rides = block_world(database, 4, NOON + 1800)
    clock = FixedClock(at("2026-06-02 11:02"))
    assert watch_rides(database, clock) == 1
    (finding,) = found(database, KIND)
    assert (finding.park_id, finding.subject) == (ROME, "2026-06-02")
    assert "4 of 10 rides" in finding.detail
    assert "2026-06-02T10:30:00Z" in finding.detail
    observe(database, a_day(ROME, TUESDAY, rides).filter(pl.col("observed_at") == NOON + 3900))
    assert watch_rides(database, FixedClock(at("2026-06-02 11:06"))) == 0
    assert [row.state for row in found(database, KIND)] == [FindingState.RESOLVED]


@pytest.mark.parametrize(
    ("gone", "until", "blocks"),
    [(2, NOON + 1800, 0), (3, NOON + 1800, 1), (4, NOON + 3000, 0)],
    ids=["two are no block", "three are", "missing for ten minutes only"],
)
def test_a_block_is_three_rides_that_are_missing_for_half_an_hour(
    sqlite_database: Database, gone: int, until: int, blocks: int
) -> None:
    block_world(sqlite_database, gone, until)
    with sqlite_database.read() as connection:
        assert len(vanished_blocks(connection, [ROME], NOON + 3700)) == blocks


def test_rides_that_leave_one_by_one_and_a_park_that_is_silent_are_no_block(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *MANY, seen_at=NOON)
    day = a_day(ROME, TUESDAY, rides).filter(pl.col("observed_at") <= NOON + 3600)
    leaves = {ride: NOON + 1800 - 5400 * place for place, ride in enumerate(rides[:3])}
    for ride, instant in leaves.items():
        day = day.filter(~((pl.col("ride_id") == ride) & (pl.col("observed_at") > instant)))
    observe(sqlite_database, day)
    with sqlite_database.read() as connection:
        assert vanished_blocks(connection, [ROME], NOON + 3700) == []
        assert vanished_blocks(connection, [ROME], NOON + 3 * 3600) == []


def test_findings_noted_as_they_happen_are_resolved_after_a_quiet_week(sqlite_database: Database) -> None:
    two_parks(sqlite_database)
    with sqlite_database.write() as connection:
        findings.record(connection, [(ROME, Finding("bad_wait", "old", ""))], NIGHT.instant - 8 * ONE_DAY)
        findings.record(connection, [(ROME, Finding("bad_wait", "new", ""))], NIGHT.instant - 6 * ONE_DAY)
    check_quality(sqlite_database, NIGHT)
    assert {row.subject: row.state for row in found(sqlite_database, "bad_wait")} == {
        "old": FindingState.RESOLVED,
        "new": FindingState.OPEN,
    }


@pytest.mark.both_databases
def test_freshness_and_coverage_are_told_per_park_and_day(database: Database) -> None:
    two_parks(database, (NOON, NOON + 2 * 3600 + CADENCE))
    write_polls(database, poll(NOON + 3600, PollOutcome.TIMEOUT))
    with database.read() as connection:
        first, second = freshness(connection, NOON + 7000)
        days = {(row.park_id, row.day): row for row in coverage(connection, TUESDAY, TUESDAY)}
    assert (first.park_id, first.last_reading_at, first.age_seconds, first.is_fresh) == (
        ROME,
        NOON,
        7000,
        False,
    )
    assert (first.last_poll_at, first.last_poll_outcome) == (NOON + 3600, PollOutcome.TIMEOUT)
    assert (second.park_id, second.is_fresh, second.cadence_seconds) == (NEW_YORK, True, CADENCE)
    # Open from 10 to 18; unseen from three cadences after 12 until 14:05.
    seen = 1 - (2 * 3600 + CADENCE - 3 * CADENCE) / (8 * 3600)
    watched = {park: days[park, TUESDAY] for park in (ROME, NEW_YORK)}
    shares = {park: day.observed_seconds / day.open_seconds for park, day in watched.items()}
    assert shares == {ROME: pytest.approx(seen, abs=0.02), NEW_YORK: pytest.approx(1, abs=0.02)}
    assert days[ROME, TUESDAY].evidence == "activity"
