"""The raw record: idempotent writes, revisions, and reading it back."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hallofshame.domain.errors import StoreError
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.store import raw
from hallofshame.store.database import Database
from store.samples import CYCLE, NOON, cycles, observations


def test_observations_come_back_in_the_kernels_shape_and_order(database: Database) -> None:
    frame = observations((2, 20, 0, None, None), (1, 11, 300, 2, None), (1, 11, 0, 1, 35), (1, 10, 0, 3, 0))
    with database.write() as connection:
        assert raw.insert_snapshots(connection, frame) == 4
    with database.read() as connection:
        back = raw.read_observations(connection, [2, 1], NOON, NOON + 301)
    assert back.schema == OBSERVATIONS
    assert_frame_equal(back, frame.sort("park_id", "ride_id", "observed_at"))


def test_stale_archive_and_missing_cadence_are_kept(database: Database) -> None:
    frame = observations((1, 10, 0, 1, 5)).with_columns(
        stale=pl.lit(value=True),
        origin=pl.lit(1, pl.UInt8),
        cadence_seconds=pl.lit(None, pl.Int32),
    )
    with database.write() as connection:
        raw.insert_snapshots(connection, pl.concat([frame, observations((1, 10, 0, 2, None))]))
    with database.read() as connection:
        back = raw.read_observations(connection, [1], NOON, NOON + 1)
    assert back.select("origin", "status", "stale", "cadence_seconds").rows() == [
        (0, 2, False, CYCLE),
        (1, 1, True, None),
    ]


def test_the_widest_values_survive_the_packed_way_back(database: Database) -> None:
    widest = {
        "park_id": 2**31 - 1,
        "ride_id": 2**31 - 1,
        "observed_at": NOON,
        "origin": 255,
        "status": 255,
        "wait_minutes": 2**15 - 1,
        "feed": 255,
        "stale": True,
        "cadence_seconds": 86_400,
    }
    smallest = dict.fromkeys(widest, 0) | {"observed_at": NOON, "wait_minutes": -(2**15), "stale": False}
    nothing = smallest | dict.fromkeys(["status", "wait_minutes", "cadence_seconds"]) | {"ride_id": 1}
    frame = pl.DataFrame([smallest, nothing, widest], schema=OBSERVATIONS)
    with database.write() as connection:
        raw.insert_snapshots(connection, frame)
    with database.read() as connection:
        assert_frame_equal(raw.read_observations(connection, [0, 2**31 - 1], NOON, None), frame)


def test_a_reading_in_many_pieces_is_whole(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "_INSTANTS_AT_ONCE", 2)
    frame = cycles(parks=3, rides=2, count=3)
    with database.write() as connection:
        raw.insert_snapshots(connection, frame)
        back = raw.read_observations(connection, [1, 2, 3], NOON, None)
    assert_frame_equal(back, frame.sort("park_id", "ride_id", "observed_at"))


@pytest.mark.mariadb
def test_a_reading_that_the_server_cuts_off_is_an_error(
    mariadb_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "_PACKED_BYTES", 64)
    with mariadb_database.write() as connection:
        raw.insert_snapshots(connection, cycles(parks=1, rides=20, count=1))
        with pytest.raises(StoreError, match="cut a reading off"):
            raw.read_observations(connection, [1], NOON, None)


def test_the_end_is_excluded_and_other_parks_are_left_out(database: Database) -> None:
    with database.write() as connection:
        raw.insert_snapshots(connection, cycles(parks=3, rides=2, count=4))
    with database.read() as connection:
        some = raw.read_observations(connection, [1, 3], NOON + CYCLE, NOON + 3 * CYCLE)
        assert some["park_id"].unique().sort().to_list() == [1, 3]
        assert some["observed_at"].unique().sort().to_list() == [NOON + CYCLE, NOON + 2 * CYCLE]
        assert raw.read_observations(connection, [1], NOON + CYCLE, None).height == 6
        assert raw.read_observations(connection, [], NOON, None).schema == OBSERVATIONS
        assert raw.read_observations(connection, [9], NOON, None).schema == OBSERVATIONS


def test_writing_twice_changes_nothing_and_moves_no_revision(database: Database) -> None:
    frame = cycles(parks=2, rides=3, count=2)
    with database.write() as connection:
        assert raw.write_snapshots(connection, frame) == raw.Written(12, {1: (0, 1), 2: (0, 1)})
    with database.write() as connection:
        assert raw.write_snapshots(connection, frame) == raw.Written(0, {})
        assert raw.raw_revisions(connection, [1, 2, 3]) == {1: 1, 2: 1, 3: 0}


def test_a_new_row_moves_the_revisions_of_the_parks_it_came_with(database: Database) -> None:
    with database.write() as connection:
        raw.insert_snapshots(connection, cycles(parks=3, rides=1, count=1))
        written = raw.write_snapshots(connection, observations((1, 1000, 0, 1, 0), (2, 2001, 0, 1, 0)))
        assert written == raw.Written(1, {1: (1, 2), 2: (1, 2)})
        assert raw.raw_revisions(connection, [1, 2, 3]) == {1: 2, 2: 2, 3: 1}


def test_what_was_said_first_stays(database: Database) -> None:
    with database.write() as connection:
        raw.insert_snapshots(connection, observations((1, 10, 0, 1, 5)))
        assert raw.insert_snapshots(connection, observations((1, 10, 0, 2, None))) == 0
        assert raw.read_observations(connection, [1], NOON, None)["status"].to_list() == [1]


def test_observed_range(database: Database) -> None:
    with database.write() as connection:
        raw.insert_snapshots(connection, cycles(parks=2, rides=2, count=3))
        raw.bump_raw_revision(connection, [7])
    with database.read() as connection:
        first_and_last = (NOON, NOON + 2 * CYCLE)
        assert raw.observed_range(connection) == {1: first_and_last, 2: first_and_last}
        assert raw.observed_range(connection, [2, 7, 9]) == {2: first_and_last}


def test_queues_activity_and_polls(database: Database) -> None:
    queues = pl.DataFrame(
        {
            "park_id": 1,
            "observed_at": NOON,
            "ride_id": [10, 10],
            "queue_type": [1, 3],
            "wait_minutes": [5, None],
            "price_minor": [None, 1800],
            "currency": [None, "USD"],
        }
    )
    activity = pl.DataFrame(
        {"park_id": [1], "observed_at": NOON, "feed": 2, "cadence_seconds": CYCLE}
    ).with_columns(*(pl.lit(1).alias(n) for n in ("operating", "down", "closed", "refurbishment", "unknown")))
    polls = pl.DataFrame(
        {"observed_at": [NOON], "park_id": 1, "feed": 2, "outcome": "ok", "attempts": 1, "readings": 3}
    )
    with database.write() as connection:
        assert raw.insert_queues(connection, queues) == 2
        assert raw.insert_queues(connection, queues) == 0
        assert raw.insert_activity(connection, activity) == 1
        assert raw.insert_activity(connection, activity) == 0
        assert raw.insert_polls(connection, polls) == 1
        assert raw.insert_polls(connection, polls) == 1
