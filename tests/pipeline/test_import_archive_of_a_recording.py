"""An archive made of a recording counts the seconds that the recording counts, from a folder and a bucket."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import requests
from polars.testing import assert_frame_equal
from sqlalchemy import Connection, select

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed, Origin, Status
from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.pipeline.import_archive import import_archive
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import seed_park
from hallofshame.pipeline.shipped import CatalogueRow, load_parks
from hallofshame.store import bulk
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import BucketAccess, FolderShelf, Shelf, open_shelf
from hallofshame.store.models import RideDailyStats
from hallofshame.store.observations import ObservationCache
from metrics.recordings import SHARED
from pipeline.fakes import LOG

RECORDING = SHARED / "tpw_tokyo_disney_resort"
CADENCE = 1800
HOLD = 3 * CADENCE
CLOCK = FixedClock(dt.datetime(2026, 9, 1, tzinfo=dt.UTC))

pytestmark = pytest.mark.skipif(not RECORDING.exists(), reason="the recordings are not beside the project")


def parks() -> dict[str, CatalogueRow]:
    """The catalogue's rows of the recorded parks, by the names in the recording."""
    named = {name: row for row in load_parks(None) for name in row.names}
    recorded = pl.read_parquet(RECORDING / "live_rows.parquet")["park_name"].unique()
    return {name: named[name] for name in recorded}


def write_archive(folder: Path) -> int:
    """The recording's changes as event files; all is unknown where it was silent for longer than its hold."""
    rows = pl.read_parquet(RECORDING / "live_rows.parquet").sort("polled_at")
    looks = {
        park: sorted(of_park["polled_at"].unique())
        for (park,), of_park in rows.partition_by("park_name", as_dict=True).items()
    }
    of_days: defaultdict[dt.date, list[dict[str, Any]]] = defaultdict(list)
    known = parks()
    for (park, _), of_ride in rows.partition_by("park_name", "entity_id", as_dict=True).items():
        latest: object = None
        seen = list(of_ride.iter_rows(named=True))
        following = [row["polled_at"] for row in seen[1:]] + [looks[park][-1] + dt.timedelta(days=2)]
        for row, after in zip(seen, following, strict=True):
            at = row["polled_at"]
            said = row["status"], row["standby_wait"]
            if said != latest:
                of_days[at.date()].append(an_event(known[park], row, at, *said))
            latest = said
            if (after - at).total_seconds() > HOLD:
                silent = at + dt.timedelta(seconds=HOLD)
                of_days[silent.date()].append(an_event(known[park], row, silent, None, None))
                latest = None
    for day, events in of_days.items():
        path = folder / "resort" / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zlib.compress(json.dumps({"events": events}).encode()))
    return len(of_days)


def an_event(
    park: CatalogueRow, row: dict[str, Any], at: dt.datetime, status: str | None, wait: int | None
) -> dict[str, Any]:
    """One event as the archive writes it."""
    return {
        "entityId": row["entity_id"],
        "name": row["name"],
        "parkId": park.external_id(Feed.THEMEPARKS_WIKI),
        "eventTime": at.isoformat(),
        "data": {"status": status, "queue": {"STANDBY": {"waitTime": wait}} if wait is not None else {}},
    }


def seeded(database: Database) -> None:
    def work(connection: Connection) -> None:
        for row in parks().values():
            seed_park(connection, row, CLOCK.now())

    database.run(work)


def days_of(database: Database, shelf: Shelf) -> pl.DataFrame:
    """Statistics of every ride and day."""
    Rollup(database, CLOCK, LOG, ObservationCache(History(shelf))).run()
    table = RideDailyStats
    with database.read() as connection:
        return bulk.read_frame(
            connection,
            select(table.ride_id, table.day, table.operating, table.down, table.downtime, table.observed),
        ).sort("ride_id", "day")


def names_of(database: Database) -> dict[int, str]:
    with database.read() as connection:
        return dict(connection.exec_driver_sql("SELECT ride_id, name FROM rides").all())  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write_archive(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.mark.slow
def test_an_archive_of_a_recording_counts_what_the_recording_counts(
    fresh: Callable[[], Database], archive: Path, tmp_path: Path
) -> None:
    recorded, imported = fresh(), fresh()
    for database in (recorded, imported):
        seeded(database)
    shelves = FolderShelf(tmp_path / "recorded"), FolderShelf(tmp_path / "imported")
    ingest(
        recorded,
        RECORDING,
        Feed.THEMEPARKS_WIKI,
        cadence_seconds=CADENCE,
        clock=CLOCK,
        log=LOG,
        history=shelves[0],
    )
    result = import_archive(imported, ArchiveShelf(str(archive)), CLOCK, LOG, history=shelves[1])
    assert not result.refused
    by_name = []
    for database, shelf in zip((recorded, imported), shelves, strict=True):
        names = names_of(database)
        days = days_of(database, shelf)
        by_name.append(
            days.with_columns(ride=pl.col("ride_id").replace_strict(names, return_dtype=pl.String)).drop(
                "ride_id"
            )
        )
    both = by_name[0].join(by_name[1], on=["ride", "day"], how="full", suffix="_archive", coalesce=True)
    assert both.height > 500
    for counter in ("operating", "down"):
        apart = both.select((pl.col(counter).fill_null(0) - pl.col(f"{counter}_archive").fill_null(0)).abs())
        worst = apart.to_series().max()
        assert isinstance(worst, int)
        assert worst <= CADENCE, (counter, both.filter(apart.to_series() == worst))
    assert both["down"].sum() > 0


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Address of a server that speaks S3, with empty buckets ``events`` and ``rides``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # Servers of one process share their buckets: no other test has one of these names.
    for bucket in ("archive-events", "archive-rides"):
        assert requests.put(f"http://{host}:{port}/{bucket}", timeout=10).ok
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_bucket_and_a_folder_end_in_the_same_history(
    fresh: Callable[[], Database], archive: Path, tmp_path: Path, endpoint: str
) -> None:
    for path in archive.rglob("*.gz"):
        key = path.relative_to(archive).as_posix()
        address = f"{endpoint}/archive-events/{key}"
        headers = {"x-amz-acl": "public-read"}
        assert requests.put(address, data=path.read_bytes(), headers=headers, timeout=10).ok
    local, remote = fresh(), fresh()
    for database in (local, remote):
        seeded(database)
    access = BucketAccess(endpoint, "us-east-1", "a-key", "a-secret-key")
    bucket = open_shelf("s3://archive-rides/history", tmp_path / "copies", access)
    folder = FolderShelf(tmp_path / "folder")
    first = import_archive(local, ArchiveShelf(str(archive)), CLOCK, LOG, history=folder)
    place = ArchiveShelf("s3://archive-events", region="us-east-1", endpoint=endpoint)
    second = import_archive(remote, place, CLOCK, LOG, history=bucket, workers=2)
    assert (first.events, first.new_rows) == (second.events, second.new_rows)
    assert {name for name in folder.names() if name.endswith(".parquet")} <= set(bucket.names())
    rows = []
    for database, shelf in ((local, folder), (remote, bucket)):
        ids = [row.park_id for row in parks().values()]
        with database.read() as connection:
            rows.append(History(shelf).rows(connection, DATASETS["snapshots"], ids, 0, None))
    assert_frame_equal(*rows)
    assert set(rows[0]["origin"]) == {int(Origin.ARCHIVE)}
    assert int(Status.DOWN) in set(rows[0]["status"])
    assert_frame_equal(days_of(local, folder), days_of(remote, bucket))
