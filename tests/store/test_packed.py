"""Rows packed into texts by the database are the rows themselves, on every database."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import select

from hallofshame.domain.errors import StoreError
from hallofshame.store import bulk, derived, packed
from hallofshame.store.database import Database
from hallofshame.store.models import DirtyParkDay, RideOutagePart
from hallofshame.store.servers import PACKED_BYTES

pytestmark = pytest.mark.both_databases

DAY = dt.date(2026, 8, 20)
TEXTS = [None, "", "null", '"', "\\", "],[", "a,b\nc", "é€🎢", "0"]


def parts(ride_ids: range) -> pl.DataFrame:
    """Parts of outages of two parks and days, with texts that mean something to JSON or CSV, and nulls."""
    columns = derived.table_of(RideOutagePart).columns
    rows = pl.DataFrame({"ride_id": list(ride_ids)}).with_columns(
        park_id=pl.col("ride_id") % 2 + 1,
        day=pl.lit(DAY) + pl.duration(days=pl.col("ride_id") % 3),
        not_counted=pl.Series([TEXTS[ride % len(TEXTS)] for ride in ride_ids]),
        ended_by=pl.lit(None, pl.String),
    )
    numbers = [column.name for column in columns if column.name not in rows.columns]
    most = [pl.lit(2**62 if name in ("downtime", "ended_at") else 1).alias(name) for name in numbers]
    return rows.with_columns(most).select([column.name for column in columns])


def fill(database: Database, rows: pl.DataFrame) -> None:
    """Store parts of outages; foreign keys do not matter here."""
    database.run(lambda connection: bulk.insert(connection, RideOutagePart, rows))


def test_they_are_the_rows_of_the_select(database: Database) -> None:
    rows = parts(range(40))
    fill(database, rows)
    table = derived.table_of(RideOutagePart)
    numbers = [column for column in table.columns if column.name not in ("ended_by", "not_counted")]
    for query in (select(table), select(*numbers), select(table).where(table.c.ride_id < 0)):
        with database.read() as connection:
            plain = bulk.read_frame(connection, query)
            found = packed.read_groups(connection, query, ["park_id", "day"])
        assert found.schema == plain.schema
        key = ["park_id", "day", "ride_id"]
        assert found.sort(key).equals(plain.sort(key))
    assert rows["not_counted"].n_unique() == len(TEXTS)


@pytest.mark.parametrize("length", [7, 25, 60, 500])
def test_where_the_server_cuts_a_text_off_nothing_is_lost(database: Database, length: int) -> None:
    fill(database, parts(range(40)))
    table = derived.table_of(RideOutagePart)
    query = select(table.c.park_id, table.c.day, table.c.ride_id, table.c.flaps)
    with database.read() as connection:
        if database.dialect != "sqlite":
            connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {length}")
        found = packed.read_groups(connection, query, ["park_id", "day"])
        if database.dialect != "sqlite":
            connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {PACKED_BYTES}")
        assert sorted(found.rows()) == sorted(bulk.read_frame(connection, query).rows())
    assert found.height == 40


def test_a_column_that_cannot_be_packed_is_refused(database: Database) -> None:
    table = DirtyParkDay.__table__
    query = select(table.c.park_id, table.c.day)
    with database.read() as connection, pytest.raises(StoreError, match="cannot pack the column 'day'"):
        packed.read_groups(connection, query, ["park_id"])
