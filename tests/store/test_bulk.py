"""Frames into tables and out again, alike on every database."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Connection, Integer, bindparam, func, literal, select
from sqlalchemy.exc import DBAPIError

from hallofshame.domain.counters import RIDE_SUMS
from hallofshame.domain.errors import StoreError
from hallofshame.store import bulk
from hallofshame.store.database import Database
from hallofshame.store.models import (
    DataQualityLog,
    DirtyParkDay,
    FeedPoll,
    NameSeen,
    Park,
    ParkDailyStats,
    Ride,
    RideDailyStats,
    RideStatusSnapshot,
)
from hallofshame.store.servers import PACKED_BYTES
from store.samples import seed

DAY = dt.date(2026, 8, 20)


def marks(*rows: tuple[int, int, int, str]) -> pl.DataFrame:
    """Rows of (park, days after DAY, generation, reason)."""
    return pl.DataFrame(
        [(park, DAY + dt.timedelta(days), number, reason, 5) for park, days, number, reason in rows],
        schema=["park_id", "day", "generation", "reason", "marked_at"],
        orient="row",
    )


def stored(connection: Connection) -> list[tuple[int, int, int, str]]:
    table = DirtyParkDay
    query = select(table.park_id, table.day, table.generation, table.reason)
    frame = bulk.read_frame(connection, query).sort("park_id", "day")
    return [(park, (day - DAY).days, number, reason) for park, day, number, reason in frame.iter_rows()]


def test_insert_ignore_counts_only_what_was_new(database: Database) -> None:
    with database.write() as connection:
        assert bulk.insert_ignore(connection, DirtyParkDay, marks((1, 0, 1, "a"), (1, 1, 1, "a"))) == 2
        assert bulk.insert_ignore(connection, DirtyParkDay, marks((1, 1, 9, "b"), (2, 0, 1, "b"))) == 1
        assert bulk.insert_ignore(connection, DirtyParkDay, marks((1, 1, 9, "b"))) == 0
        assert stored(connection) == [(1, 0, 1, "a"), (1, 1, 1, "a"), (2, 0, 1, "b")]


def test_insert_ignore_takes_the_first_of_two_rows_with_one_key(database: Database) -> None:
    with database.write() as connection:
        assert bulk.insert_ignore(connection, DirtyParkDay, marks((1, 0, 1, "a"), (1, 0, 2, "b"))) == 1
        assert stored(connection) == [(1, 0, 1, "a")]


def test_upsert_overwrites_keeps_and_adds(database: Database) -> None:
    with database.write() as connection:
        bulk.upsert(connection, DirtyParkDay, marks((1, 0, 1, "a"), (1, 1, 1, "a")))
        bulk.upsert(connection, DirtyParkDay, marks((1, 0, 5, "b"), (2, 0, 1, "b")))
        assert stored(connection) == [(1, 0, 5, "b"), (1, 1, 1, "a"), (2, 0, 1, "b")]
        bulk.upsert(connection, DirtyParkDay, marks((1, 0, 2, "c")), keep=["reason"], add=["generation"])
        assert stored(connection)[0] == (1, 0, 7, "b")


def test_upsert_of_what_is_there_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        for _ in range(2):
            bulk.upsert(connection, DirtyParkDay, marks((1, 0, 1, "a")))
        assert stored(connection) == [(1, 0, 1, "a")]


def test_upsert_of_keys_alone_leaves_rows_as_they_are(database: Database) -> None:
    with database.write() as connection:
        bulk.upsert(connection, DirtyParkDay, marks((1, 0, 1, "a")))
        bulk.upsert(
            connection,
            DirtyParkDay,
            marks((1, 0, 9, "b"), (3, 0, 9, "b")),
            keep=["generation", "reason", "marked_at"],
        )
        assert stored(connection) == [(1, 0, 1, "a"), (3, 0, 9, "b")]


def test_insert_refuses_a_known_key(database: Database) -> None:
    with database.write() as connection:
        assert bulk.insert(connection, DirtyParkDay, marks((1, 0, 1, "a"))) == 1
    with pytest.raises(DBAPIError), database.write() as connection:
        bulk.insert(connection, DirtyParkDay, marks((1, 0, 1, "a")))


def test_delete_by_whole_key_by_part_of_it_and_by_more(database: Database) -> None:
    with database.write() as connection:
        rows = marks(*((park, day, 1, "a") for park in (1, 2, 3) for day in (0, 1)))
        bulk.insert(connection, DirtyParkDay, rows)
        assert bulk.delete_keys(connection, DirtyParkDay, marks((1, 0, 1, "a")).select("park_id", "day")) == 1
        assert bulk.delete_keys(connection, DirtyParkDay, pl.DataFrame({"park_id": [2, 9]})) == 2
        wrong = marks((3, 0, 2, "a"), (3, 1, 1, "a")).select("park_id", "day", "generation")
        assert bulk.delete_keys(connection, DirtyParkDay, wrong) == 1
        assert stored(connection) == [(1, 1, 1, "a"), (3, 0, 1, "a")]


def test_empty_frames_do_nothing(database: Database) -> None:
    empty = marks().cast({"park_id": pl.Int64, "day": pl.Date})
    with database.write() as connection:
        bulk.upsert(connection, DirtyParkDay, empty)
        assert bulk.insert(connection, DirtyParkDay, empty) == 0
        assert bulk.insert_ignore(connection, DirtyParkDay, empty) == 0
        assert bulk.delete_keys(connection, DirtyParkDay, empty.select("park_id", "day")) == 0
        assert stored(connection) == []


@pytest.mark.parametrize("size", [80, 1_000_000])
def test_batches_in_many_statements_and_in_one_are_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(bulk, "STATEMENT_BYTES", size)
    monkeypatch.setattr(bulk, "FETCH_ROWS", 7)
    rows = [(park, day, park * day, "a") for park in range(1, 12) for day in range(9)]
    with database.write() as connection:
        assert bulk.insert_ignore(connection, DirtyParkDay, marks(*rows)) == 99
        assert stored(connection) == rows
        keys = marks(*rows[10:90]).select("park_id", "day")
        assert bulk.delete_keys(connection, DirtyParkDay, keys) == 80
        assert stored(connection) == rows[:10] + rows[90:]


HARD_TEXTS = [
    "plain",
    "",
    'it\'s a "quote" and a `tick`',
    "back\\slash \\' \\n",
    "new\nline\r\ttab",
    "100 % of %s and %(x)s ? :name",
    "日本語 ディズニー 🎢",
    "semi; DROP TABLE parks; --",
    "\x1a\x00 nul",
    "'); DELETE FROM data_quality_log; --",
]


def test_texts_come_back_as_they_went_in(database: Database) -> None:
    frame = pl.DataFrame(
        {
            "kind": "k",
            "park_id": range(len(HARD_TEXTS)),
            "subject": [text.strip() for text in HARD_TEXTS],
            "detail": HARD_TEXTS,
            "first_seen_at": 1,
            "last_seen_at": 2,
            "occurrences": 3,
        }
    )
    with database.write() as connection:
        bulk.insert(connection, DataQualityLog, frame)
        bulk.upsert(connection, DataQualityLog, frame)
        back = bulk.read_frame(connection, select(DataQualityLog.__table__)).sort("park_id")
        back = back.select(frame.columns)
        assert_frame_equal(back, frame.cast({pl.Int32: pl.Int64}), check_column_order=False)
        assert bulk.delete_keys(connection, DataQualityLog, frame.select("subject")) == len(HARD_TEXTS)


def test_every_column_type_makes_the_round_trip(database: Database) -> None:
    frame = pl.DataFrame(
        {
            "park_id": [1, 2],
            "slug": ["a", "b"],
            "name": ["A", "B"],
            "timezone": "UTC",
            "latitude": [0.1 + 0.2, None],
            "longitude": [-1e-300, 1.7976931348623157e308],
            "primary_feed": 1,
            "breakdown_signal": "down",
            "is_water_park": [True, False],
            "is_active": [False, True],
        }
    )
    with database.write() as connection:
        bulk.insert(connection, Park, frame)
        back = bulk.read_frame(connection, select(*(Park.__table__.c[name] for name in frame.columns)))
    assert_frame_equal(back, frame.cast({pl.Int32: pl.Int64}), check_exact=True)


def test_integers_at_the_edge_fit_and_beyond_it_are_refused(database: Database) -> None:
    edge = pl.DataFrame(
        {
            "park_id": [2**31 - 1],
            "observed_at": [2**63 - 1],
            "ride_id": [-(2**31)],
            "origin": [-(2**15)],
            "status": [2**15 - 1],
            "feed": [0],
            "stale": [True],
        }
    )
    with database.write() as connection:
        assert bulk.insert_ignore(connection, RideStatusSnapshot, edge) == 1
        back = bulk.read_frame(connection, select(*(RideStatusSnapshot.__table__.c[n] for n in edge.columns)))
        assert back.rows() == [(2**31 - 1, 2**63 - 1, -(2**31), -(2**15), 2**15 - 1, 0, 1)]
        beyond = {"park_id": 2**31, "origin": -(2**15) - 1, "status": 2**15}
        for column, value in beyond.items():
            with pytest.raises(StoreError, match=rf"{column} cannot hold {value}"):
                bulk.insert_ignore(
                    connection, RideStatusSnapshot, edge.with_columns(pl.lit(value).alias(column))
                )


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("reason", pl.lit("x" * 41), "holds 40 characters, a value has 41"),
        ("reason", pl.lit(None, pl.String), "may not be null"),
        ("reason", pl.lit(3), "the frame's column is Int32"),
        ("day", pl.lit("2026-08-20"), "the frame's column is String"),
        ("generation", pl.lit(1.5), "the frame's column is Float64"),
        ("nonsense", pl.lit(1), "has no column 'nonsense'"),
    ],
)
def test_what_a_column_cannot_hold_is_refused(
    database: Database, column: str, value: pl.Expr, words: str
) -> None:
    frame = marks((1, 0, 1, "a")).with_columns(value.alias(column))
    with database.write() as connection:
        with pytest.raises(StoreError, match=words):
            bulk.upsert(connection, DirtyParkDay, frame)
        assert stored(connection) == []


def test_nan_is_refused(database: Database) -> None:
    frame = pl.DataFrame({"park_id": [1], "latitude": [float("nan")]})
    with database.write() as connection, pytest.raises(StoreError, match="NaN"):
        bulk.upsert(connection, Park, frame)


def test_insert_ignore_is_refused_where_references_could_break_in_silence(database: Database) -> None:
    frame = pl.DataFrame({"ride_id": [1], "name": ["x"], "first_seen_at": [1]})
    with database.write() as connection, pytest.raises(StoreError, match="foreign keys"):
        bulk.insert_ignore(connection, NameSeen, frame)


def test_a_broken_reference_is_an_error(database: Database) -> None:
    frame = pl.DataFrame({"ride_id": [1], "name": ["x"], "first_seen_at": [1]})
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        bulk.upsert(connection, NameSeen, frame)
    assert len(str(caught.value)) < 2_000


def test_generated_keys_may_be_left_out(database: Database) -> None:
    frame = pl.DataFrame(
        {
            "observed_at": [1, 1],
            "park_id": [1, 2],
            "feed": 1,
            "outcome": "ok",
            "attempts": 1,
            "readings": [3, 4],
        }
    )
    with database.write() as connection:
        assert bulk.insert(connection, FeedPoll, frame) == 2
        back = bulk.read_frame(connection, select(FeedPoll.poll_id, FeedPoll.readings, FeedPoll.detail))
        assert back["poll_id"].n_unique() == 2
        assert back["detail"].to_list() == [None, None]


def test_read_frame_of_nothing_has_the_columns_types(database: Database) -> None:
    query = select(
        ParkDailyStats.park_id,
        ParkDailyStats.day,
        ParkDailyStats.evidence,
        Park.is_active,
        Park.latitude,
        ParkDailyStats.open.label("seconds"),
    ).join(Park, Park.park_id == ParkDailyStats.park_id)
    with database.read() as connection:
        frame = bulk.read_frame(connection, query)
    assert frame.is_empty()
    assert frame.schema == {
        "park_id": pl.Int64,
        "day": pl.Date,
        "evidence": pl.String,
        "is_active": pl.Boolean,
        "latitude": pl.Float64,
        "seconds": pl.Int64,
    }


def test_sums_and_joins_come_back_as_integers(database: Database) -> None:
    seed(database, {1: 2})
    frame = pl.DataFrame({"park_id": 1, "day": [DAY, DAY], "ride_id": [1, 2]}).with_columns(
        *(pl.lit(2**40).alias(name) for name in RIDE_SUMS),
        eligible=1,
        operated_any=1,
        metrics_version=1,
    )
    table = RideDailyStats
    query = (
        select(
            table.day,
            func.sum(table.open).label("open"),
            func.max(table.wait_max).label("wait_max"),
            func.count().label("rows"),
            literal("x").label("text"),
        )
        .join(Ride, Ride.ride_id == table.ride_id)
        .group_by(table.day)
    )
    with database.write() as connection:
        bulk.insert(connection, table, frame.cast({pl.Int32: pl.Int64}))
        sums = bulk.read_frame(connection, query)
    assert sums.rows() == [(DAY, 2**41, None, 2, "x")]
    assert sums.dtypes == [pl.Date, pl.Int64, pl.Int64, pl.Int64, pl.String]


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_rows_of_numbers_are_those_of_the_select_for_each_parameter(
    database: Database, is_cut_off: bool
) -> None:
    table = DirtyParkDay
    generation = func.nullif(table.generation, 2, type_=Integer).label("generation")
    query = bulk.NumberQuery(select(table.park_id, generation).where(table.generation <= bindparam("most")))
    with database.write() as connection:
        bulk.insert(connection, table, marks((1, 0, -7, "a"), (1, 1, 2, "a"), (2, 0, 9, "b")))
        if is_cut_off and database.dialect != "sqlite":
            connection.exec_driver_sql("SET SESSION group_concat_max_len = 6")
        every = [(1, None), (1, -7), (2, 9)]
        for most, expected in ((9, every), (2, every[:2]), (-8, [])):
            rows = sorted(map(tuple, query.rows(connection, {"most": most})), key=str, reverse=True)
            assert rows == sorted(expected, key=str, reverse=True)
            assert sorted(query.frame(connection, {"most": most}).rows(), key=str, reverse=True) == rows
        if database.dialect != "sqlite":
            connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {PACKED_BYTES}")
