"""Seal: what was said comes back exactly, from files alone, whatever happens on the way."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from sqlalchemy import delete

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import HistoryError, InputError, StorageError
from hallofshame.domain.words import Feed
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline import sealing
from hallofshame.pipeline.quality import check_quality
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import raw, ride_moves, schema
from hallofshame.store.database import Database
from hallofshame.store.decisions import Move
from hallofshame.store.history import formats, ledger, marks
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import Base, HistoryFile, SealedPark
from hallofshame.store.observations import ObservationCache
from hallofshame.store.reports.findings import list_findings
from pipeline.sealed import (
    CADENCE,
    DAYS,
    LATER,
    LOG,
    START,
    at,
    drop_sql,
    observations,
    queues_of,
    sealed_in,
    whole,
    write_record,
)
from pipeline.worlds import DERIVED, assert_same_rows, derived_rows
from store.samples import seed

AUGUST = FilePeriod.of_month(START.date())


def from_files(database: Database, folder: Path, name: str = "snapshots") -> pl.DataFrame:
    """The whole record as jobs read it, sorted."""
    with database.read() as connection:
        rows = History(FolderShelf(folder)).rows(connection, DATASETS[name], [1, 2], 0, None)
    return rows.sort(DATASETS[name].order)


def files_of(database: Database) -> dict[tuple[str, str], SealedFile]:
    with database.read() as connection:
        return {(file.dataset, file.period.name): file for file in sealed_files(connection)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


def test_every_row_comes_back_from_files_alone(database: Database, folder: Path) -> None:
    write_record(database)
    before = {name: whole(database, name) for name in DATASETS}
    assert all(rows.height for rows in before.values())
    sealed_in(database, folder)
    drop_sql(database, at(DAYS))
    for name, rows in before.items():
        assert whole(database, name).height < rows.height / 2
        # The last days are not closed yet: their rows were not sealed, so dropping them lost them.
        closed = rows.filter(pl.col("observed_at") < at(9))
        assert_frame_equal(from_files(database, folder, name), closed)


def test_months_and_the_closed_days_of_the_running_month_are_sealed(
    sqlite_database: Database, folder: Path
) -> None:
    write_record(sqlite_database)
    result = sealed_in(sqlite_database, folder)
    periods = {period for _, period in files_of(sqlite_database)}
    assert periods == {"2025-08", *(f"2025-09-0{day}" for day in range(1, 6))}
    assert result.periods == 6
    with sqlite_database.read() as connection:
        assert ledger.sealed_months(connection) == [AUGUST.first]


def test_sealing_again_changes_nothing(sqlite_database: Database, folder: Path) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert sealed_in(sqlite_database, folder) == sealing.SealResult()
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_days_become_a_month_and_their_files_go_a_day_later(sqlite_database: Database, folder: Path) -> None:
    write_record(sqlite_database)
    rows = whole(sqlite_database, "snapshots")
    sealed_in(sqlite_database, folder)
    october = FixedClock(dt.datetime(2025, 10, 4, tzinfo=dt.UTC))
    drop_sql(sqlite_database, at(6))  # part of September stands in files of its days alone
    sealed_in(sqlite_database, folder, october)
    assert {period for _, period in files_of(sqlite_database)} == {"2025-08", "2025-09"}
    assert (folder / "2025-09-01.manifest.json").exists() is False
    assert list(folder.glob("2025-09-01.snapshots.*"))
    sealed_in(sqlite_database, folder, FixedClock(dt.datetime(2025, 10, 5, 1, tzinfo=dt.UTC)))
    assert not list(folder.glob("2025-09-01.*"))
    drop_sql(sqlite_database, at(DAYS))
    assert_frame_equal(from_files(sqlite_database, folder), rows)


@pytest.mark.both_databases
def test_late_data_is_folded_in_also_where_the_sql_rows_are_gone(database: Database, folder: Path) -> None:
    parks = write_record(database)
    before = whole(database, "snapshots")
    sealed_in(database, folder)
    drop_sql(database, at(5))
    late = observations(parks, range(1, 2)).with_columns(observed_at=pl.col("observed_at") + 7)
    with database.write() as connection:
        raw.insert_snapshots(connection, late)
        raw.insert_queues(connection, queues_of(late))
    wanted = pl.concat([before, late]).sort(DATASETS["snapshots"].order)
    # Readers see it at once, before the next seal and after it.
    assert_frame_equal(from_files(database, folder), wanted)
    with database.read() as connection:
        assert not ledger.sealed_and_verified(connection, AUGUST.first)
    sealed_in(database, folder)
    with database.read() as connection:
        assert ledger.sealed_and_verified(connection, AUGUST.first)
    assert_frame_equal(from_files(database, folder), wanted)
    drop_sql(database, at(5))
    assert_frame_equal(from_files(database, folder), wanted)


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_rebuild_from_files_gives_the_same_derived_rows(database: Database, folder: Path) -> None:
    write_record(database)
    clock = LATER
    mark_range(database, clock)
    Rollup(database, clock, LOG, ObservationCache()).run()
    wanted = derived_rows(database)
    assert wanted["ride_hourly_stats"].height > 100
    sealed_in(database, folder)
    drop_sql(database, at(9))
    with database.write() as connection:
        for model in DERIVED:
            connection.execute(Base.metadata.tables[model.__tablename__].delete())
    mark_range(database, clock)
    result = Rollup(database, clock, LOG, ObservationCache(History(FolderShelf(folder)))).run()
    assert result.park_days == 2 * DAYS + 2  # Rome's clocks are two hours ahead of the record's last day
    got = derived_rows(database)
    present = ("ride_current", "park_current")  # the present state is no part of a rebuild
    assert_same_rows(
        {name: rows for name, rows in got.items() if name not in present},
        {name: rows for name, rows in wanted.items() if name not in present},
    )


@pytest.mark.slow
def test_what_a_ride_said_goes_to_the_ride_it_belongs_to(database: Database, folder: Path) -> None:
    parks = write_record(database)
    sealed_in(database, folder)
    old, new = parks[1][2], 900
    feed = Feed(1 + old % 2)
    with database.write() as connection:
        ride_moves.move_readings(connection, 1, [Move(int(feed), old, new, at(2), at(90))])
    wanted = {name: whole(database, name) for name in ("snapshots", "queues")}
    assert wanted["queues"].filter(pl.col("ride_id") == new).height
    drop_sql(database, at(9))
    for name, rows in wanted.items():
        assert_frame_equal(from_files(database, folder, name), rows)
    sealed_in(database, folder)
    with database.read() as connection:
        assert marks.moves(connection).is_empty()
    for name, rows in wanted.items():
        assert_frame_equal(from_files(database, folder, name), rows)


ROWS = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.integers(1, 2**31 - 1),
        st.integers(0, 2**33),
        st.integers(0, 1),
        st.none() | st.integers(1, 4),
        st.none() | st.integers(-5, 600),
        st.integers(1, 3),
        st.booleans(),
        st.none() | st.integers(60, 86_400),
    ),
    max_size=60,
    unique_by=lambda row: row[:4],
)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int]]
) -> None:
    dataset = DATASETS["snapshots"]
    frame = formats.ordered(dataset, pl.DataFrame(rows, schema=OBSERVATIONS, orient="row"))
    path = tmp_path_factory.mktemp("file") / "one.parquet"
    formats.write(dataset, [frame], path, {})
    first = path.read_bytes()
    assert_frame_equal(formats.read(dataset, path), frame)
    formats.write(dataset, [frame], path, {})
    assert path.read_bytes() == first


def damage(path: Path, how: str) -> None:
    """Cut a file short, change a byte of it, or take it away."""
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])


@pytest.mark.parametrize(
    ("how", "says"), [("missing", "is missing"), ("truncated", " instead of "), ("changed", "is damaged")]
)
def test_a_bad_file_is_refused_and_sealed_again_from_sql(
    sqlite_database: Database, folder: Path, how: str, says: str
) -> None:
    parks = write_record(sqlite_database)
    before = whole(sqlite_database, "snapshots")
    sealed_in(sqlite_database, folder)
    file = files_of(sqlite_database)["snapshots", "2025-08"]
    damage(folder / file.name, how)
    with pytest.raises(HistoryError, match=f"{file.name}.*{says}.*seal --again 2025-08"):
        from_files(sqlite_database, folder)
    # Folding late data in reads the file, too: it is refused, and the ledger stays as it is.
    with sqlite_database.write() as connection:
        raw.insert_snapshots(
            connection, observations(parks, range(1)).with_columns(observed_at=pl.col("observed_at") + 7)
        )
    with pytest.raises(HistoryError, match=says):
        sealed_in(sqlite_database, folder)
    assert files_of(sqlite_database)["snapshots", "2025-08"] == file
    sealing.seal(sqlite_database, LATER, LOG, FolderShelf(folder), again=AUGUST)
    after = from_files(sqlite_database, folder)
    assert after.height == before.height + 48 * 6
    assert_frame_equal(after, whole(sqlite_database, "snapshots"))


def test_sealing_again_is_refused_where_sql_has_less_than_the_file_had(
    sqlite_database: Database, folder: Path
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    drop_sql(sqlite_database, at(1))
    with pytest.raises(HistoryError, match="put the file back from a copy"):
        sealing.seal(sqlite_database, LATER, LOG, FolderShelf(folder), again=AUGUST)
    with pytest.raises(InputError, match="not closed yet"):
        sealing.seal(
            sqlite_database, LATER, LOG, FolderShelf(folder), again=FilePeriod.of_day(dt.date(2025, 9, 8))
        )


@pytest.mark.slow
def test_a_roll_up_leaves_days_of_a_damaged_month_and_does_the_others(
    sqlite_database: Database, folder: Path
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    damage(folder / files_of(sqlite_database)["snapshots", "2025-08"].name, "changed")
    mark_range(sqlite_database, LATER)
    result = Rollup(sqlite_database, LATER, LOG, ObservationCache(History(FolderShelf(folder)))).run()
    # Each park-day needs the day before it, and Rome's days begin two hours before those of the files.
    need_august = [START.date() + dt.timedelta(days=day) for day in range(6)]
    assert result.unreadable == {(park, day) for park in (1, 2) for day in need_august}
    assert result.park_days == 2 * (DAYS + 1) - len(result.unreadable)
    assert "is damaged" in result.unreadable_why


@pytest.mark.slow
def test_a_full_disk_leaves_everything_as_it_was(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(formats, "write_parquet", full)
        with pytest.raises(StorageError, match="full"):
            sealed_in(sqlite_database, folder)
    assert list(folder.iterdir()) == []
    assert files_of(sqlite_database) == {}
    sealed_in(sqlite_database, folder)
    assert files_of(sqlite_database)


def test_a_seal_broken_off_before_the_ledger_is_made_up_for(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)
    rows = whole(sqlite_database, "snapshots")
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sealed_in(sqlite_database, folder)
    assert (folder / "2025-08.manifest.json").exists()
    assert_frame_equal(from_files(sqlite_database, folder), rows)
    sealed_in(sqlite_database, folder)
    assert_frame_equal(from_files(sqlite_database, folder), rows)


@pytest.mark.slow
def test_of_two_seals_at_a_time_the_later_one_gives_way(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)
    real = sealing.manifests.write_manifest

    def other_first(*arguments: object) -> None:
        monkeypatch.setattr(sealing.manifests, "write_manifest", real)
        sealed_in(sqlite_database, folder)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sealing.manifests, "write_manifest", other_first)
    late = FixedClock(LATER.now() + dt.timedelta(hours=1))
    with pytest.raises(HistoryError, match="another process sealed 2025-08"):
        sealed_in(sqlite_database, folder, late)
    with sqlite_database.read() as connection:
        assert ledger.sealed_months(connection) == [AUGUST.first]


@pytest.mark.slow
def test_a_folder_of_another_installation_is_refused(tmp_path: Path, sqlite_database: Database) -> None:
    write_record(sqlite_database)
    folder = tmp_path / "history"
    sealed_in(sqlite_database, folder)
    with sqlite_database.write() as connection:
        connection.execute(delete(HistoryFile))
        connection.execute(delete(SealedPark))
        connection.exec_driver_sql("DELETE FROM ride_status_snapshots WHERE ride_id = 1")
    with pytest.raises(HistoryError, match=r"does not know; name another place.*--adopt"):
        sealed_in(sqlite_database, folder)
    names = {path.name for path in folder.iterdir()}
    assert sealing.adopt(sqlite_database, LATER, FolderShelf(folder)) == 24
    assert {path.name for path in folder.iterdir()} == names
    assert from_files(sqlite_database, folder).filter(pl.col("ride_id") == 1).height
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    schema.upgrade(other)
    seed(other, {1: 3})
    with pytest.raises(HistoryError, match="of another installation: this database has no park 2"):
        sealing.adopt(other, LATER, FolderShelf(folder))
    other.dispose()


def test_the_manifest_says_what_the_files_are(sqlite_database: Database, folder: Path) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    said = json.loads((folder / "2025-08.manifest.json").read_text())
    assert [file["dataset"] for file in said["files"]] == list(DATASETS)
    snapshots = said["files"][0]
    assert snapshots["rows"] == 4 * 48 * 6 == pl.read_parquet(folder / snapshots["name"]).height
    assert snapshots["first_at"] == "2025-08-28T00:00:00Z"
    assert snapshots["last_at"] == "2025-08-31T23:30:00Z"
    assert [park["rows"] for park in snapshots["parks"]] == [4 * 48 * 3] * 2
    (folder / "2025-08.manifest.json").write_text("{")
    with pytest.raises(HistoryError, match="cannot be read"):
        sealing.manifests.read_manifest(FolderShelf(folder), AUGUST, 0)


def test_a_file_of_a_later_program_is_refused(sqlite_database: Database, folder: Path) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("UPDATE history_files SET schema_version = 2")
    with pytest.raises(HistoryError, match="has schema 2"):
        from_files(sqlite_database, folder)


@pytest.mark.slow
def test_readings_of_one_ride_stream_month_by_month(sqlite_database: Database, folder: Path) -> None:
    parks = write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    drop_sql(sqlite_database, at(4))
    history, ride = History(FolderShelf(folder)), parks[2][1]
    with sqlite_database.read() as connection:
        pieces = list(
            history.stream(connection, DATASETS["snapshots"], 2, [ride], at(-3650), at(DAYS, -1) + CADENCE)
        )
    assert [piece.height for piece in pieces] == [4 * 48, 8 * 48]
    assert all(set(piece["ride_id"]) == {ride} for piece in pieces)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["missing", "truncated", "changed"])
def test_the_quality_check_names_a_bad_file_and_what_helps(
    sqlite_database: Database, folder: Path, how: str
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    shelf = FolderShelf(folder)
    check_quality(sqlite_database, LATER, shelf=shelf)
    name = files_of(sqlite_database)["polls", "2025-09-02"].name
    stat = (folder / name).stat()
    damage(folder / name, how)
    if how == "changed":  # by the disk itself, which touches no time of the file
        os.utime(folder / name, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    check_quality(sqlite_database, LATER, shelf=shelf)
    with sqlite_database.read() as connection:
        (found,) = list_findings(connection, kinds=["history_file"])
    assert found.subject == name
    assert "hallofshame seal --again 2025-09-02" in found.detail
