"""How large tables are: what SQLite's pages and a server say, held against counted rows and the file."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from hallofshame.domain.localtime import to_unix
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.store import sizes
from hallofshame.store.database import Database
from hallofshame.store.models import Base
from pipeline.sealed import CADENCE, DAYS, LATER, START, write_record

NOW = to_unix(START + dt.timedelta(days=DAYS))
SLOTS = 86_400 // CADENCE


def counted(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
def record(database: Database) -> Database:
    write_record(database)
    make_partitions(database, LATER)
    if database.dialect != "sqlite":
        with database.engine.connect() as connection:
            for name in Base.metadata.tables:
                connection.exec_driver_sql(f"ANALYZE TABLE {name}").close()
    return database


def test_every_table_is_measured_with_its_rows_and_what_is_estimated(record: Database) -> None:
    with record.read() as connection:
        found = {table.name: table for table in sizes.measure_tables(connection, NOW)}
    rows = counted(record)
    assert found.keys() == rows.keys()
    on_sqlite = record.dialect == "sqlite"
    for name, table in found.items():
        assert table.rows_estimated is not on_sqlite
        if on_sqlite:
            assert table.rows == rows[name], name
    big = found["ride_status_snapshots"]
    assert big.rows == pytest.approx(rows["ride_status_snapshots"], rel=0.3)
    assert 10 < big.bytes / rows["ride_status_snapshots"] < 400
    polls = found["feed_polls"]
    assert polls.index_bytes is not None
    assert 0 < polls.index_bytes < polls.bytes


def test_growth_counts_the_last_seven_full_days(record: Database) -> None:
    with record.read() as connection:
        found = {table.name: table for table in sizes.measure_tables(connection, NOW + 5 * 3600)}
        early = {table.name: table for table in sizes.measure_tables(connection, to_unix(START) + 3 * 86_400)}
    assert (found["ride_status_snapshots"].recent_rows, found["ride_status_snapshots"].recent_days) == (
        7 * SLOTS * 6,
        7,
    )
    assert (early["ride_status_snapshots"].recent_rows, early["ride_status_snapshots"].recent_days) == (
        3 * SLOTS * 6,
        3,
    )
    assert found["feed_polls"].recent_rows == 7 * SLOTS * 2
    assert (found["ride_daily_stats"].recent_rows, found["ride_daily_stats"].recent_days) == (0, 7)
    assert found["parks"].recent_rows is None


def test_the_months_of_raw_tables_add_up_to_their_rows(record: Database) -> None:
    with record.read() as connection:
        tables = sizes.measure_tables(connection, NOW)
        months = sizes.measure_months(connection, tables)
    looks = {month.month: month for month in months if month.name == "ride_status_snapshots" and month.rows}
    assert looks.keys() == {"2025-08", "2025-09"}
    august = 4 * SLOTS * 6
    if record.dialect == "sqlite":
        assert (looks["2025-08"].rows, looks["2025-09"].rows) == (august, (DAYS - 4) * SLOTS * 6)
        assert not looks["2025-08"].rows_estimated
        assert looks["2025-08"].bytes_estimated
    else:
        assert looks["2025-08"].rows == pytest.approx(august, rel=0.3)
        assert looks["2025-08"].rows_estimated
    assert all(month.bytes > 0 for month in looks.values())


def test_without_dbstat_rows_are_counted_and_the_pages_in_use_are_shared_out(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)
    with sqlite_database.read() as connection:
        exact = {table.name: table for table in sizes.measure_tables(connection, NOW)}
        monkeypatch.setattr(sizes, "has_dbstat", lambda _connection: False)
        found = {table.name: table for table in sizes.measure_tables(connection, NOW)}
        whole = sizes.file_bytes(connection) or 0
    assert {name: table.rows for name, table in found.items()} == counted(sqlite_database)
    assert all(table.bytes_estimated for table in found.values())
    assert sum(table.bytes for table in found.values()) == pytest.approx(whole, rel=0.05)
    # The largest table is the largest by either way, within a factor of two.
    name = max(exact, key=lambda each: exact[each].bytes)
    assert found[name].bytes == pytest.approx(exact[name].bytes, rel=1.0)
