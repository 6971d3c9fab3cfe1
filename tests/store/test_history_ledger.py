"""The ledger of the history files: when raw rows may leave the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from hallofshame.domain.words import Feed
from hallofshame.store import raw, ride_moves
from hallofshame.store.database import Database
from hallofshame.store.decisions import Move
from hallofshame.store.history import ledger, marks
from hallofshame.store.history.periods import FilePeriod, day_of
from hallofshame.store.history.sealed import DATASETS, SealedFile, sealed_files
from store.samples import NOON, NOW, observations

AUGUST = FilePeriod.of_month(dt.date(2025, 8, 20))
DAY = dt.date(2025, 8, 20)


def sealed(dataset: str = "snapshots", period: FilePeriod = AUGUST) -> SealedFile:
    """A file of one row of park 1."""
    return SealedFile(
        dataset,
        period,
        f"{dataset}.parquet",
        1,
        1,
        500,
        "0" * 64,
        NOON,
        NOON,
        NOON,
        NOON,
        ((1, 1, NOON, NOON),),
    )


def seal_all(database: Database) -> None:
    """Enter all files of August and clear its marks, as a seal does."""
    with database.write() as connection:
        ledger.record(connection, [sealed(dataset) for dataset in DATASETS])
        marks.clear(connection, marks.marks(connection, AUGUST.first, AUGUST.last))


def test_a_month_is_sealed_once_every_data_set_has_its_month_file(database: Database) -> None:
    with database.write() as connection:
        ledger.record(connection, [sealed(dataset) for dataset in DATASETS[1:]])
        ledger.record(connection, [sealed(DATASETS[0], FilePeriod.of_day(DAY))])
        assert not ledger.sealed_and_verified(connection, DAY)
        ledger.record(connection, [sealed(DATASETS[0])])
        assert ledger.sealed_and_verified(connection, DAY)
        assert ledger.sealed_months(connection) == [AUGUST.first]
        assert not ledger.sealed_and_verified(connection, dt.date(2025, 9, 1))
        assert [file.period for file in sealed_files(connection, ["snapshots"])] == [AUGUST]


@pytest.mark.parametrize("what", ["snapshots", "polls", "queues"])
def test_a_row_written_after_the_seal_keeps_the_month_in_the_database(database: Database, what: str) -> None:
    seal_all(database)
    rows = observations((1, 11, 0, 1, 10))
    with database.write() as connection:
        assert ledger.sealed_and_verified(connection, DAY)
        if what == "snapshots":
            raw.insert_snapshots(connection, rows)
        elif what == "queues":
            raw.insert_queues(
                connection, rows.select("park_id", "observed_at", "ride_id", queue_type="origin").head(1)
            )
        else:
            polls = rows.select("park_id", "observed_at", "feed").with_columns(
                outcome=pl.lit("ok"), attempts=pl.lit(1), readings=pl.lit(1)
            )
            raw.insert_polls(connection, polls)
        assert not ledger.sealed_and_verified(connection, DAY)
        assert ledger.sealed_months(connection) == []
        assert marks.marked_days(connection) == [day_of(NOON)]


def test_rows_written_again_mark_nothing(database: Database) -> None:
    rows = observations((1, 11, 0, 1, 10))
    with database.write() as connection:
        raw.insert_snapshots(connection, rows)
    seal_all(database)
    with database.write() as connection:
        raw.insert_snapshots(connection, rows)
        assert ledger.sealed_and_verified(connection, DAY)


def test_a_mark_that_moved_on_during_the_seal_stays(database: Database) -> None:
    with database.write() as connection:
        raw.insert_snapshots(connection, observations((1, 11, 0, 1, 10)))
    with database.read() as connection:
        seen = marks.marks(connection, DAY, DAY)
    with database.write() as connection:
        raw.insert_snapshots(connection, observations((1, 12, 0, 1, 10)))
        marks.clear(connection, seen)
        assert marks.marked_days(connection) == [DAY]


def test_a_ride_that_moved_keeps_the_month_in_the_database(database: Database) -> None:
    with database.write() as connection:
        raw.insert_snapshots(connection, observations((1, 11, 0, 1, 10)))
        ride_moves.move_readings(connection, 1, [Move(int(Feed.THEMEPARKS_WIKI), 11, 12, NOON, NOON)])
        assert marks.moves(connection).is_empty()  # nothing is sealed yet, so no file has to follow
    seal_all(database)
    with database.write() as connection:
        ride_moves.move_readings(connection, 1, [Move(int(Feed.THEMEPARKS_WIKI), 12, 13, NOON, NOON)])
        assert marks.moves(connection).select("ride_id", "new_ride_id", "since", "until").rows() == [
            (12, 13, NOON, NOON)
        ]
        assert not ledger.sealed_and_verified(connection, DAY)
        seen = marks.moves(connection)["move_id"].to_list()
        marks.follow(connection, seen, AUGUST.starts_at, AUGUST.ends_at)
        assert ledger.sealed_and_verified(connection, DAY)


def test_a_period_that_follows_moves_leaves_the_rest_of_them_in_their_order(database: Database) -> None:
    """A later row in its files is of the ride that it names, and stays there."""
    seal_all(database)
    first, last = AUGUST.starts_at - 10, AUGUST.ends_at + 10
    with database.write() as connection:
        for move in (Move(2, 11, 12, first, last), Move(2, 12, 13, NOON, last)):
            ride_moves.move_readings(connection, 1, [move])
        seen = marks.moves(connection)["move_id"].to_list()
        ride_moves.move_readings(connection, 1, [Move(2, 13, 14, NOON, NOON)])
        marks.follow(connection, seen, AUGUST.starts_at, AUGUST.ends_at)
        assert marks.moves(connection).select("ride_id", "new_ride_id", "since", "until").rows() == [
            (11, 12, first, AUGUST.starts_at - 1),
            (11, 12, AUGUST.ends_at, last),
            (12, 13, AUGUST.ends_at, last),
            (13, 14, NOON, NOON),
        ]
        marks.forget_followed(connection)
        assert marks.moves(connection).select("ride_id", "since").rows() == [(13, NOON)]


def test_a_month_dropped_is_remembered_with_its_first_moment(database: Database) -> None:
    with database.write() as connection:
        ledger.note_dropped(connection, DAY, NOW)
        ledger.note_dropped(connection, DAY, NOW + dt.timedelta(days=1))
        assert ledger.dropped_months(connection) == {AUGUST.first: NOON}


def test_a_new_version_of_a_file_takes_the_place_of_the_old(database: Database) -> None:
    with database.write() as connection:
        ledger.record(connection, [sealed()])
        ledger.record(connection, [replace(sealed(), rows=9, parks=((2, 9, NOON, NOON + 5),))])
        assert [file.rows for file in sealed_files(connection)] == [9]
        assert ledger.sealed_range(connection) == {2: (NOON, NOON + 5)}


@pytest.mark.parametrize("name", ["2026-02", "2026-02-28"])
def test_a_period_is_found_by_its_name(name: str) -> None:
    period = FilePeriod.named(name)
    assert period.name == name
    assert period.is_month is (name == "2026-02")
    assert period.ends_at - period.starts_at == (28 if period.is_month else 1) * 86_400


def test_what_is_no_period_is_refused() -> None:
    with pytest.raises(ValueError, match=r"month|isoformat"):
        FilePeriod.named("2026-13")
