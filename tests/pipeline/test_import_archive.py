"""Archive files of change events become part of the record: once, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.words import Origin, QueueType, Status
from hallofshame.feeds.archive_shelf import ArchiveFile, ArchiveShelf
from hallofshame.pipeline.import_archive import ImportResult, import_archive
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import partitions
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History, sql_rows
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import (
    Base,
    ImportCheckpoint,
    ParkDailyStats,
    RideDailyStats,
    RideStatusSnapshot,
)
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, ROME, WIKI_IDS, at, observe, seed_parks, seed_rides
from pipeline.fakes import a_day as a_day_live
from pipeline.worlds import assert_same_rows, derived_rows

CLOCK = FixedClock(at("2026-07-01 00:00"))
RESORT = "resort-1"
MONDAY = dt.date(2026, 6, 1)
NAMES = ("Alpha", "Bravo", "Coaster", "Dipper", "Express of the West")
MINUTE = dt.timedelta(minutes=1)


def event(
    name: str, when: dt.datetime, status: str | None, wait: int | None = None, **more: Any
) -> dict[str, Any]:
    queue = {"STANDBY": {"waitTime": wait}} if wait is not None else {}
    return {
        "entityId": f"id-{name}",
        "name": name,
        "internalId": f"x;entityType=Attraction;{name}",
        "parkId": more.pop("park", WIKI_IDS[ROME]),
        "eventTime": when.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "data": {"status": status, "queue": queue | more},
    }


def a_day(day: dt.date) -> list[dict[str, Any]]:
    """Rides that run from 8:00 to 16:00 UTC; Bravo is down for 64 min, and goes down before closing."""
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)

    def later(hour: int, minute: int = 0) -> dt.datetime:
        return midnight + dt.timedelta(hours=hour, minutes=minute)

    events = [event(name, later(8), "OPERATING", 10) for name in NAMES]
    events.append(event("Bravo", later(13, 7), "DOWN"))
    events.append(event("Bravo", later(14, 11), "OPERATING", 20))
    events += [event(name, later(16), "CLOSED") for name in NAMES]
    return sorted(events, key=lambda one: str(one["eventTime"]))


def put(folder: Path, day: dt.date, body: object, *, pack: Callable[[bytes], bytes] = zlib.compress) -> Path:
    path = folder / RESORT / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.json.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(json.dumps(body).encode()))
    return path


def three_days(folder: Path) -> list[dt.date]:
    days = [MONDAY + dt.timedelta(days=n) for n in range(3)]
    for day in days:
        put(folder, day, {"events": a_day(day)})
    return days


@pytest.fixture(params=["into history files", "into SQL"], autouse=True)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A test is of both doors, unless it is of how a file is read; each database has files of its own."""
    _DOOR["folder"] = tmp_path / "history" if request.param == "into history files" else None


_DOOR: dict[str, Path | None] = {}

before_the_door = pytest.mark.parametrize("door", ["into SQL"], indirect=True)
"""For tests of what is read, and refused, before anything is written: that is the same at both doors."""


def history_of(database: Database) -> FolderShelf | None:
    folder = _DOOR["folder"]
    return None if folder is None else FolderShelf(folder / f"{id(database)}")


def take(database: Database, shelf: Path | ArchiveShelf, **options: Any) -> ImportResult:
    place = shelf if isinstance(shelf, ArchiveShelf) else ArchiveShelf(str(shelf))
    return import_archive(database, place, CLOCK, LOG, history=history_of(database), **options)


def whole(database: Database, name: str) -> pl.DataFrame:
    shelf, dataset = history_of(database), DATASETS[name]
    with database.read() as connection:
        if shelf is None:
            return sql_rows(connection, dataset, [ROME, 2], 0, None).sort(dataset.key)
        return History(shelf).rows(connection, dataset, [ROME, 2], 0, None)


def record(database: Database) -> pl.DataFrame:
    return whole(database, "snapshots").filter(park_id=ROME)


def rows(database: Database, table: type[Base]) -> list[dict[str, Any]]:
    with database.read() as connection:
        return [dict(row) for row in connection.execute(select(*table.__table__.c)).mappings()]


def rolled_up(database: Database) -> None:
    shelf = history_of(database)
    Rollup(database, CLOCK, LOG, ObservationCache(None if shelf is None else History(shelf))).run()


def everything(database: Database) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    rolled_up(database)
    return record(database), derived_rows(database)


@pytest.mark.both_databases
def test_events_become_observations_of_the_archive_and_count_to_the_second(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    days = three_days(tmp_path)
    result = take(database, tmp_path)
    assert (result.files, result.events, result.new_rows) == (3, 36, 36)
    assert result.parks[ROME].days == set(days)
    rolled_up(database)
    bravo = [row for row in rows(database, RideDailyStats) if row["downtime"]]
    assert [(row["day"], row["downtime"], row["operating"]) for row in bravo] == [
        (day, 64 * 60, 8 * 3600 - 64 * 60) for day in days
    ]
    assert set(record(database)["origin"]) == {int(Origin.ARCHIVE)}


@pytest.mark.mariadb
def test_months_are_made_before_events_of_earlier_months_are_written(
    mariadb_database: Database, tmp_path: Path
) -> None:
    seed_parks(mariadb_database, ROME)
    for month in (3, 4, 2):
        day = dt.date(2019, month, 9)
        put(tmp_path, day, {"events": a_day(day)})
        import_archive(mariadb_database, ArchiveShelf(str(tmp_path)), CLOCK, LOG)
        with mariadb_database.read() as connection:
            outside = connection.exec_driver_sql(
                "SELECT COUNT(*) FROM ride_status_snapshots PARTITION (p_before, p_ahead)"
            )
            assert outside.scalar_one() == 0
            months = [part.month for part in partitions.layout(connection, RideStatusSnapshot)]
            assert day.replace(day=1) in months


def test_importing_twice_reads_no_file_again_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    three_days(tmp_path)
    take(database, tmp_path)
    before = everything(database)
    again = take(database, tmp_path)
    assert (again.files, again.known, again.new_rows) == (0, 3, 0)
    after = everything(database)
    assert_frame_equal(before[0], after[0])
    assert_same_rows(after[1], before[1])


@pytest.mark.both_databases
def test_an_import_that_replaces_reads_its_files_once_more_and_its_days_are_the_archives(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, *NAMES)
    observe(database, a_day_live(ROME, MONDAY, rides))
    three_days(tmp_path)
    take(database, tmp_path)
    rolled_up(database)

    def origins() -> list[int]:
        return [row["origin"] for row in rows(database, ParkDailyStats) if row["observed"]]

    assert origins() == [Origin.LIVE, Origin.ARCHIVE, Origin.ARCHIVE]
    assert (take(database, tmp_path, replace_live=True).files, take(database, tmp_path).known) == (3, 3)
    assert take(database, tmp_path, replace_live=True).known == 3
    rolled_up(database)
    assert origins() == [Origin.ARCHIVE] * 3


def test_without_its_checkpoints_an_import_still_changes_nothing(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    three_days(tmp_path)
    take(database, tmp_path)
    before = record(database)
    with database.write() as connection:
        connection.execute(ImportCheckpoint.__table__.delete())  # type: ignore[attr-defined]
    assert take(database, tmp_path).new_rows == 0
    assert_frame_equal(record(database), before)


class _Breaking(ArchiveShelf):
    """Is interrupted when the file after ``reads`` others is read."""

    def __init__(self, place: str, reads: int) -> None:
        super().__init__(place)
        self.left = reads

    def read(self, file: ArchiveFile) -> bytes:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().read(file)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"start": MONDAY, "end": MONDAY + dt.timedelta(days=1)}])
def test_an_import_broken_off_anywhere_and_resumed_ends_as_one_undisturbed(
    fresh: Callable[[], Database], tmp_path: Path, options: dict[str, Any]
) -> None:
    three_days(tmp_path)
    undisturbed = fresh()
    seed_parks(undisturbed, ROME)
    take(undisturbed, tmp_path, **options)
    wanted = everything(undisturbed)
    for reads in range(3):
        database = fresh()
        seed_parks(database, ROME)
        with pytest.raises(KeyboardInterrupt):
            take(database, _Breaking(str(tmp_path), reads), **options)
        take(database, tmp_path, **options)
        got = everything(database)
        assert_frame_equal(got[0], wanted[0])
        assert_same_rows(got[1], wanted[1])


@before_the_door
@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, lambda content: content])
@pytest.mark.parametrize("wrap", [lambda events: {"events": events}, lambda events: events])
def test_every_form_of_file_is_read(
    database: Database, tmp_path: Path, pack: Callable[[bytes], bytes], wrap: Callable[[Any], Any]
) -> None:
    seed_parks(database, ROME)
    put(tmp_path, MONDAY, wrap(a_day(MONDAY)), pack=pack)
    assert take(database, tmp_path).events == 12


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    days = three_days(tmp_path)
    broken = put(tmp_path, days[1], {"events": a_day(days[1])})
    broken.write_bytes(broken.read_bytes()[:40])
    result = take(database, tmp_path)
    assert list(result.refused) == [broken.relative_to(tmp_path).as_posix()]
    assert (result.files, result.events, result.parks[ROME].missing_days) == (2, 24, [days[1]])
    put(tmp_path, days[1], {"events": a_day(days[1])})
    mended = take(database, tmp_path)
    assert (mended.files, mended.known, mended.events, mended.refused) == (1, 2, 12, {})


@before_the_door
@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        zlib.compress(b"0" * (65 * 1024 * 1024)),
        b'{"events": 7}',
        b"",
        b"\x00\x01",
        b'{"events": [{"entityId": 3, "eventTime": "x"}, 5, null]}',
    ],
    ids=["nested", "bomb", "no list", "empty", "no text", "no events"],
)
def test_hostile_files_cost_one_line_each(database: Database, tmp_path: Path, content: bytes) -> None:
    seed_parks(database, ROME)
    days = three_days(tmp_path)
    put(tmp_path, days[1], [], pack=lambda _content: content)
    result = take(database, tmp_path)
    assert result.parks[ROME].days == {days[0], days[2]}
    assert all("\n" not in reason for reason in result.refused.values())


@before_the_door
def test_events_of_a_park_that_the_catalogue_lacks_are_counted_and_left_out(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    foreign = event("Zulu", at("2026-06-01 09:00"), "OPERATING", 5, park="elsewhere")
    homeless = {**foreign, "parkId": None}
    put(tmp_path, MONDAY, [*a_day(MONDAY), foreign, homeless])
    result = take(database, tmp_path)
    assert (result.events, dict(result.unknown_parks), result.without_park) == (12, {"elsewhere": 1}, 1)


def test_a_range_opens_with_the_state_in_force_and_does_not_hold_beyond_its_end(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    days = three_days(tmp_path)
    night = event("Night Ride", at("2026-06-01 21:30"), "OPERATING", 15)
    put(tmp_path, days[0], [*a_day(days[0]), night])
    take(database, tmp_path, start=days[1], end=days[1])
    rides = record(database)
    start, end = at("2026-06-01 22:00"), at("2026-06-02 22:00")
    opened = rides.filter(pl.col("observed_at") == int(start.timestamp()))
    assert sorted(opened["status"]) == sorted([int(Status.CLOSED)] * 5 + [int(Status.OPERATING)])
    closed = rides.filter(pl.col("observed_at") == int(end.timestamp()) - 1)
    assert closed.height == 6
    assert closed["status"].null_count() == 6
    assert rides["observed_at"].min() == int(start.timestamp())


def test_days_are_those_of_the_park_whatever_day_a_file_is_named_after(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    events = a_day(MONDAY)
    put(tmp_path, MONDAY - dt.timedelta(days=1), events[:6])
    put(tmp_path, MONDAY + dt.timedelta(days=1), events[6:])
    result = take(database, tmp_path, start=MONDAY, end=MONDAY)
    assert result.parks[ROME].days == {MONDAY}
    assert result.events == 12


def test_a_ranged_import_leaves_the_hold_of_a_longer_one_as_it_is(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    days = three_days(tmp_path)
    take(database, tmp_path)
    before = record(database)
    take(database, tmp_path, start=days[1], end=days[1])
    after = record(database).join(before, on=before.columns, how="anti", nulls_equal=True)
    assert after["status"].to_list() == [int(Status.CLOSED)] * 5, "only the states at the start are new"


def test_the_queues_that_events_tell_of_are_kept(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    single = {"SINGLE_RIDER": {"waitTime": 7}}
    put(tmp_path, MONDAY, [event("Alpha", at("2026-06-01 09:00"), "OPERATING", 30, **single)])
    take(database, tmp_path)
    [queue] = whole(database, "queues").to_dicts()
    assert (queue["queue_type"], queue["wait_minutes"]) == (int(QueueType.SINGLE_RIDER), 7)


def test_only_the_parks_asked_for_are_taken_and_the_rest_later(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME, 2)
    other = [event("Zulu", at("2026-06-01 09:00"), "OPERATING", 5, park=WIKI_IDS[2])]
    put(tmp_path, MONDAY, [*a_day(MONDAY), *other])
    assert set(take(database, tmp_path, park_ids=[ROME]).parks) == {ROME}
    assert take(database, tmp_path, park_ids=[ROME]).known == 1
    rest = take(database, tmp_path)
    assert (set(rest.parks), rest.new_rows) == ({ROME, 2}, 1)


def test_files_are_unpacked_in_other_processes_with_the_same_result(
    fresh: Callable[[], Database], tmp_path: Path
) -> None:
    three_days(tmp_path)
    databases = [fresh(), fresh()]
    for database, workers in zip(databases, (1, 2), strict=True):
        seed_parks(database, ROME)
        take(database, tmp_path, workers=workers)
    assert_frame_equal(record(databases[0]), record(databases[1]))


@before_the_door
def test_what_cannot_be_asked_for_is_said(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    with pytest.raises(InputError, match="no folder"):
        ArchiveShelf(str(tmp_path / "nowhere"))
    with pytest.raises(NotFoundError, match="holds no archive file"):
        take(database, tmp_path)
    three_days(tmp_path)
    with pytest.raises(NotFoundError, match="from 2020-01-01"):
        take(database, tmp_path, start=dt.date(2020, 1, 1), end=dt.date(2020, 1, 2))
    with pytest.raises(InputError, match="lies after"):
        take(database, tmp_path, start=MONDAY, end=MONDAY - dt.timedelta(days=1))
