"""Downloads of the raw record: listed with their checksums, served in parts, read by what people use."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from obstore.fsspec import FsspecStore
from werkzeug.serving import make_server

from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import ScheduleKind
from hallofshame.store import data_version, raw, schedules
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import HistoryPlace
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from pipeline.sealed import LATER, at, drop_sql, observations, sealed_in, write_record

ROOT = Path(__file__).parents[2]
FILE = "/api/downloads/snapshots-2025-08.parquet"
HERE_BY_HTTP = 'FsspecStore("http", client_options={"allow_http": True})'


class Asked(NamedTuple):
    """A request that reached the site."""

    method: str
    range: str | None
    status: int


@pytest.fixture(scope="module")
def sealed(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed record whose SQL rows are gone; three days of it are not sealed yet."""
    made = tmp_path_factory.mktemp("sealed")
    shutil.copy(_migrated_sqlite, made / "hallofshame.db")
    database = Database(f"sqlite:///{made / 'hallofshame.db'}")
    write_record(database)
    sealed_in(database, made / "history")
    drop_sql(database, at(9))
    database.dispose()
    return made


@pytest.fixture
def folder(sealed: Path, tmp_path: Path) -> Path:
    """The files of a copy of that record."""
    copied = shutil.copytree(sealed, tmp_path / "sealed")
    return copied / "history"


@pytest.fixture
def sqlite_database(folder: Path) -> Iterator[Database]:
    """The database of the copy."""
    database = Database(f"sqlite:///{folder.parent / 'hallofshame.db'}")
    yield database
    database.dispose()


@pytest.fixture
def app(sqlite_database: Database, folder: Path) -> Flask:
    return create_app(sqlite_database, LATER, WebSettings(history=HistoryPlace(str(folder), folder.parent)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def asked(app: Flask) -> list[Asked]:
    """What the site was asked, in order."""
    requests: list[Asked] = []

    @app.after_request
    def note(response: Response) -> Response:
        requests.append(Asked(request.method, request.headers.get("Range"), response.status_code))
        return response

    return requests


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the app answers on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_month_and_day_is_listed_with_rows_bytes_and_checksum(client: FlaskClient) -> None:
    rows = [row for row in client.get("/api/downloads").get_json()["data"] if row["sha256"]]
    assert len(rows) == 4 * 6
    assert {row["dataset"] for row in rows} == {"snapshots", "queues", "cycles", "polls"}
    assert {(row["month"], row["day"], row["is_partial"]) for row in rows if row["dataset"] == "polls"} == {
        ("2025-08", None, False),
        *(("2025-09", f"2025-09-0{day}", True) for day in range(1, 6)),
    }
    for row in rows:
        body = client.get(row["url"]).data
        assert len(body) == row["bytes"]
        assert hashlib.sha256(body).hexdigest() == row["sha256"]
        assert pl.read_parquet(io.BytesIO(body)).height == row["rows"]


def test_parts_are_served_of_one_content(client: FlaskClient) -> None:
    whole = client.get(FILE)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Repr-Digest"].startswith("sha-256=:")
    tag = whole.headers["ETag"]
    part = client.get(FILE, headers={"Range": "bytes=-8", "If-Range": tag})
    assert (part.status_code, part.data) == (206, whole.data[-8:])
    size = len(whole.data)
    assert part.headers["Content-Range"] == f"bytes {size - 8}-{size - 1}/{size}"
    assert client.get(FILE, headers={"Range": "bytes=0-3", "If-Range": '"other"'}).status_code == 200
    assert client.get(FILE, headers={"If-None-Match": tag}).status_code == 304
    longer = client.get(FILE, headers={"Range": f"bytes=-{size + 1}"})
    assert (longer.status_code, longer.data) == (206, whole.data)
    assert longer.headers["Content-Range"] == f"bytes 0-{size - 1}/{size}"
    for ignored in ("bytes=0-1,4-5", "lines=0-1", "nothing"):
        assert client.get(FILE, headers={"Range": ignored}).status_code == 200
    refused = client.get(FILE, headers={"Range": f"bytes={size}-"})
    assert refused.status_code == 416
    assert refused.get_json()["error"]["message"]
    head = client.head(FILE)
    assert (head.status_code, head.data) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(whole.data)


def test_a_long_file_goes_out_in_pieces(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallofshame.web.app.WHOLE_BYTES", 10)
    body = client.get(FILE)
    assert body.is_streamed
    assert pl.read_parquet(io.BytesIO(body.data)).height == 4 * 48 * 6
    part = client.get(FILE, headers={"Range": "bytes=100-199"})
    assert part.data == body.data[100:200]


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_bad_file_is_503_and_tells_no_path(client: FlaskClient, folder: Path, how: str) -> None:
    (path,) = folder.glob("2025-08.snapshots.*")
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    answer = client.get(FILE)
    assert answer.status_code == 503
    error = answer.get_json()["error"]
    assert error["code"] == "storage_failed"
    assert str(folder) not in error["message"]


def checked(client: FlaskClient, address: str) -> pl.DataFrame:
    """A file whose content has the checksum that its answer says."""
    answer = client.get(address)
    assert answer.status_code == 200
    digest = base64.b64encode(hashlib.sha256(answer.data).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    return pl.read_parquet(io.BytesIO(answer.data))


def listed(client: FlaskClient, dataset: str) -> list[dict[str, Any]]:
    """The rows of one data set."""
    return [row for row in client.get("/api/downloads").get_json()["data"] if row["dataset"] == dataset]


def test_days_that_are_not_sealed_are_open_files_with_a_checksum(client: FlaskClient) -> None:
    opened = [row for row in listed(client, "snapshots") if row["is_open"]]
    assert [row["day"] for row in opened] == ["2025-09-08", "2025-09-07", "2025-09-06"]
    for row in opened:
        assert (row["rows"], row["sha256"], row["is_partial"]) == (None, None, True)
        found = checked(client, row["url"])
        sealed = pl.read_parquet(io.BytesIO(client.get(FILE).data))
        assert found.schema == sealed.schema
        assert found.height == 48 * 6
        assert found["observed_at"].dt.date().unique().to_list() == [dt.date.fromisoformat(row["day"])]


def test_a_day_with_late_rows_is_listed_once_with_all_that_is_known(
    client: FlaskClient, sqlite_database: Database
) -> None:
    day = "/api/downloads/snapshots-2025-09-03.parquet"
    before = checked(client, day)
    late = observations({1: [1]}, range(6, 7)).with_columns(pl.col("observed_at") + 60)
    with sqlite_database.write() as connection:
        raw.insert_snapshots(connection, late)
        data_version.bump(connection, None)
    (row,) = (row for row in listed(client, "snapshots") if row["url"] == day)
    assert (row["is_open"], row["sha256"]) == (True, None)
    assert checked(client, day).height == before.height + late.height


def test_published_hours_come_with_all_their_versions(client: FlaskClient, sqlite_database: Database) -> None:
    date = dt.date(2025, 9, 3)
    for hour in (20, 21):
        entry = PublishedEntry(
            date,
            ScheduleKind.OPERATING,
            dt.datetime(2025, 9, 3, 8, tzinfo=dt.UTC),
            dt.datetime(2025, 9, 3, hour, tzinfo=dt.UTC),
        )
        with sqlite_database.write() as connection:
            schedules.publish(connection, 1, [entry], at(hour - 20), date, date)
            data_version.bump(connection, None)
    (row,) = listed(client, "hours-of-parks")
    assert (row["month"], row["is_open"]) == ("2025-09", False)
    found = checked(client, row["url"])
    said = pl.read_parquet_metadata(io.BytesIO(client.get(row["url"]).data))["hallofshame"]
    assert "https://queue-times.com/" in said
    assert found["closes_at"].dt.hour().sort().to_list() == [20, 21]
    assert found["superseded_at"].null_count() == 1
    assert found["date"].to_list() == [date, date]


def test_an_unknown_month_comes_with_near_matches(client: FlaskClient) -> None:
    answer = client.get("/api/downloads/snapshots-2025-07.parquet")
    assert answer.status_code == 404
    assert {"path": FILE} in answer.get_json()["error"]["near_matches"]


def one_liners(language: str) -> list[str]:
    """The examples of docs/history.md."""
    text = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.enable_socket
def test_the_python_examples_of_the_docs_run_against_a_site(address: str) -> None:
    examples = one_liners("python")
    assert [("polars" in text, "duckdb" in text) for text in examples] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    for text in examples:
        here = text.replace("https://example.org", address).replace("2026-10", "2025-08")
        assert here != text
        # The site of the test speaks plain HTTP.
        here = here.replace('FsspecStore("https")', HERE_BY_HTTP)
        names: dict[str, object] = {}
        exec(here, names)  # noqa: S102 - the docs' own example
        found = names["found"]
        assert isinstance(found, pl.DataFrame | list)
        assert len(found)


@pytest.mark.enable_socket
def test_the_duckdb_line_of_the_docs_runs_against_a_site(address: str) -> None:
    """DuckDB fetches its own extension ``httpfs`` from its makers, which a test cannot; obstore stands in."""
    connection = duckdb.connect()
    connection.register_filesystem(FsspecStore("http", client_options={"allow_http": True}))
    examples = one_liners("sql")
    assert examples
    for text in examples:
        here = text.replace("https://example.org", address).replace("2026-10", "2025-08")
        assert here != text
        looks = connection.sql(here).fetchall()
        assert looks
        assert [count for _, count in looks] == sorted(count for _, count in looks)


@pytest.mark.enable_socket
def test_polars_fetches_the_parts_it_needs(address: str, asked: list[Asked]) -> None:
    found = pl.scan_parquet(address + FILE).filter(pl.col("status") == 2).group_by("ride_id").len().collect()
    assert found.height
    fetched = [each for each in asked if each.method == "GET"]
    assert fetched
    assert all((each.status, each.range is not None) == (206, True) for each in fetched)


def test_the_record_of_a_site_without_history_is_what_sql_holds(sqlite_database: Database) -> None:
    client = create_app(sqlite_database, LATER).test_client()
    assert [row for row in client.get("/api/downloads").get_json()["data"] if row["sha256"]] == []
