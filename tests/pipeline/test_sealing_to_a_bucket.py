"""History in a bucket of a local server that speaks S3: the same files, the same rows, the same refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import requests
from polars.testing import assert_frame_equal

from hallofshame.domain.errors import HistoryError, SettingsError, StorageError
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.history.shelves import BucketAccess, BucketShelf, FolderShelf, open_shelf
from pipeline.sealed import DAYS, at, drop_sql, sealed_in, whole, write_record

pytestmark = pytest.mark.enable_socket

URL = "s3://rides/history"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Address of a server with an empty bucket ``rides``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    assert requests.put(f"{address}/rides", timeout=10).ok
    yield address
    server.stop()


@pytest.fixture
def access(endpoint: str) -> BucketAccess:
    return BucketAccess(endpoint, "us-east-1", "a-key", "a-secret-key")


@pytest.mark.slow
def test_a_bucket_holds_the_same_files_as_a_folder(
    sqlite_database: Database, tmp_path: Path, access: BucketAccess
) -> None:
    write_record(sqlite_database)
    before = whole(sqlite_database, "snapshots")
    shelf = open_shelf(URL, tmp_path / "data", access)
    assert sealed_in(sqlite_database, tmp_path, shelf=shelf).files == 24
    with sqlite_database.read() as connection:
        files = sealed_files(connection)
    # All names are those that a folder would have, since they follow from the bytes.
    assert {file.name for file in files} <= set(shelf.names())
    assert all(shelf.problem(file) is None for file in files)
    drop_sql(sqlite_database, at(DAYS))
    # A second host has no copies yet.
    other = History(open_shelf(URL, tmp_path / "elsewhere", access))
    with sqlite_database.read() as connection:
        rows = other.rows(connection, DATASETS["snapshots"], [1, 2], 0, None)
    assert_frame_equal(rows, before.filter(pl.col("observed_at") < at(9)))
    # A copy that was damaged here is fetched again; one damaged in the bucket is refused.
    file = files[0]
    copy = other.shelf.folder / file.name
    copy.write_bytes(b"x" * file.bytes)
    assert other.shelf.fetch(file).read_bytes() != b"x" * file.bytes
    shelf.publish_text(file.name, "no Parquet")
    third = open_shelf(URL, tmp_path / "third", access)
    with pytest.raises(HistoryError, match=f"{file.name} in {URL} has 10 bytes instead of"):
        third.fetch(file)
    shelf.remove(file.name)
    shelf.remove(file.name)
    assert shelf.problem(file) is not None
    with pytest.raises(HistoryError, match="is missing from s3://rides/history"):
        open_shelf(URL, tmp_path / "fourth", access).fetch(file)
    with pytest.raises(HistoryError, match="there is no 1999-01"):
        shelf.read_text("1999-01.manifest.json")


def test_a_bucket_that_is_not_there_is_one_clear_line(tmp_path: Path, access: BucketAccess) -> None:
    shelf = open_shelf("s3://nowhere/x", tmp_path, access)
    with pytest.raises(StorageError, match=r"cannot list the bucket s3://nowhere/x: .*check") as error:
        shelf.names()
    assert "a-secret-key" not in str(error.value)
    assert "a-secret-key" not in repr(access)


def test_a_place_is_a_folder_or_a_bucket(tmp_path: Path) -> None:
    access = BucketAccess()
    assert isinstance(open_shelf(str(tmp_path / "history"), tmp_path, access), FolderShelf)
    assert isinstance(open_shelf("s3://bucket", tmp_path, BucketAccess(region="eu-west-1")), BucketShelf)
    with pytest.raises(SettingsError, match="name a folder or s3://bucket/folder"):
        open_shelf("ftp://host/x", tmp_path, access)
    with pytest.raises(SettingsError, match="names no bucket"):
        open_shelf("s3:///x", tmp_path, access)
