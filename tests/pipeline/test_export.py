"""Exports hold the rows of the store, number for number, in every format."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select, update

from hallofshame.domain.counters import PARK_COUNTERS, RIDE_COUNTERS
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.exports import DATASETS, FORMATS
from hallofshame.metrics import scores
from hallofshame.pipeline import export as exports
from hallofshame.pipeline.export import KINDS
from hallofshame.store import bulk
from hallofshame.store.database import Database
from hallofshame.store.derived import table_of
from hallofshame.store.models import DataVersion
from pipeline.fakes import MONDAY, NEW_YORK, ROME, TUESDAY, WEDNESDAY, seed_parks, small_world

export = partial(exports.export, now=dt.datetime(2026, 6, 10, tzinfo=dt.UTC), cadence_seconds=300)
"""At a time when no day of the small world is running any more."""

HOURS = ("park-hours", "ride-hours")
KEYS = {
    "park-days": ["park_id", "day"],
    "ride-days": ["park_id", "day", "ride_id"],
    "park-hours": ["park_id", "hour"],
    "ride-hours": ["park_id", "hour", "ride_id"],
    "outages": ["ride_id", "started_at"],
}


@pytest.fixture(scope="module")
def recorded(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The small world, for tests that only read it."""
    path = tmp_path_factory.mktemp("recorded") / "hallofshame.db"
    shutil.copy(_migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    small_world(database)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def recorded_on_both(module_database: Database) -> Database:
    """The same on both databases."""
    small_world(module_database)
    return module_database


def exported(database: Database, what: str, folder: Path, **options: Any) -> list[dict[str, Any]]:
    """The rows of an export of both days, by way of JSON."""
    path = folder / f"{what}.json"
    rows = export(database, what, MONDAY, TUESDAY, "json", str(path), **options)
    found: list[dict[str, Any]] = json.loads(path.read_text())
    assert len(found) == rows
    return found


def stored(database: Database, what: str) -> pl.DataFrame:
    """The rows of the store behind an export."""
    with database.read() as connection:
        return bulk.read_frame(connection, select(table_of(KINDS[what].table)))


@pytest.mark.slow
@pytest.mark.parametrize("what", KINDS)
def test_every_stored_number_is_exported_as_it_is(
    recorded_on_both: Database, tmp_path: Path, what: str
) -> None:
    rows = pl.DataFrame(exported(recorded_on_both, what, tmp_path), infer_schema_length=None)
    rows = rows.with_columns(pl.col("day").str.to_date())
    for name in (
        name for name in rows.columns if name == "hour" or name.endswith(("_at", "_from", "_until"))
    ):
        rows = rows.with_columns(pl.col(name).cast(pl.String).str.to_datetime(time_zone="UTC").dt.epoch("s"))
    expected = stored(recorded_on_both, what)
    numbers = [
        name for name, dtype in expected.schema.items() if dtype.is_integer() and name not in ("origin",)
    ]
    shared = [name for name in numbers if name in rows.columns and name != "eligible"]
    assert set(numbers) - set(rows.columns) <= {"operated_any"}
    key = KEYS[what]
    assert rows.height == expected.height > 0
    left = rows.sort(key).select(shared)
    assert left.equals(expected.sort(key).select(shared).cast(left.schema))


@pytest.mark.parametrize(
    ("what", "counters"),
    [
        ("park-days", PARK_COUNTERS),
        ("park-hours", PARK_COUNTERS),
        ("ride-days", RIDE_COUNTERS),
        ("ride-hours", RIDE_COUNTERS),
    ],
)
def test_every_counter_has_its_own_name(what: str, counters: tuple[str, ...]) -> None:
    assert set(counters) <= set(KINDS[what].columns)


def test_the_counters_are_called_what_the_rule_calls_them() -> None:
    status = {"open", "observed", "operating", "down", "closed", "refurbishment", "downtime"}
    waits = {"wait_known", "wait_sum", "wait_max", "samples"}
    assert status | waits | {"weighted_downtime", "weighted_exposure"} <= set(KINDS["park-days"].columns)


def test_a_park_day_says_when_the_park_was_open(recorded: Database, tmp_path: Path) -> None:
    monday = exported(recorded, "park-days", tmp_path, park_ids=[ROME])[0]
    assert (monday["park_name"], monday["timezone"], monday["day"]) == ("Park 1", "Europe/Rome", "2026-06-01")
    assert monday["queue_times_id"] == "101"
    assert monday["themeparks_wiki_id"] == "wiki-rome"
    assert monday["windows"] == [
        {"start": "2026-06-01T08:00:00Z", "end": "2026-06-01T16:00:00Z", "seconds": 28_800}
    ]
    assert (monday["window_count"], monday["window_seconds"]) == (1, 28_800)
    assert (monday["evidence"], monday["origin"]) == ("activity", "live")
    assert (monday["eligible"], monday["rides_operated"], monday["rides_down"]) == (4, 4, 1)
    assert monday["downtime"] == 3600


def test_a_window_without_published_hours_ends_with_the_latest_look(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Seen from 17:45 in Rome on Tuesday."""
    small_world(sqlite_database)
    look = dt.datetime(2026, 6, 2, 15, 45, tzinfo=dt.UTC)
    with sqlite_database.write() as connection:
        connection.execute(update(DataVersion).values(data_as_of=int(look.timestamp())))
    tuesday = exported(sqlite_database, "park-days", tmp_path, park_ids=[ROME])[-1]
    assert [window["end"] for window in tuesday["windows"]] == ["2026-06-02T15:45:00Z"]
    assert tuesday["window_seconds"] == sum(window["seconds"] for window in tuesday["windows"])


def test_shown_ratios_are_those_of_the_kernel(recorded: Database, tmp_path: Path) -> None:
    for row in exported(recorded, "park-days", tmp_path):
        assert row["shame_score"] == scores.shame_score(row["weighted_downtime"], row["weighted_exposure"])
        assert row["coverage_percent"] == 100.0
    ride = exported(recorded, "ride-days", tmp_path)[1]
    assert ride["ride_name"] == "Bravo"
    assert ride["uptime_percent"] == 87.5
    assert ride["downtime_hours"] == 1.0
    assert ride["average_wait_minutes"] == 10.5
    assert (ride["tier"], ride["weight"], ride["eligible"]) == (None, 2, True)
    assert (ride["park_queue_times_id"], ride["themeparks_wiki_id"]) == ("101", "1-Bravo")


def test_an_outage_is_exported_with_its_ends_and_kind(recorded: Database, tmp_path: Path) -> None:
    first = exported(recorded, "outages", tmp_path)[0]
    assert (first["started_at"], first["ended_at"]) == ("2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z")
    assert (first["kind"], first["downtime"], first["ride_name"]) == ("breakdown", 3600, "Bravo")


@pytest.mark.parametrize("what", HOURS)
def test_hours_are_utc_instants_and_add_up_to_the_day(recorded: Database, tmp_path: Path, what: str) -> None:
    hours = exported(recorded, what, tmp_path)
    days = exported(recorded, what.replace("hours", "days"), tmp_path)
    assert all(row["hour"].endswith(":00:00Z") for row in hours)
    for name in ("open", "operating", "downtime", "wait_sum", "samples"):
        assert sum(row[name] for row in hours) == sum(row[name] for row in days) > 0


@pytest.mark.parametrize("what", KINDS)
def test_every_format_holds_the_same_rows(recorded: Database, tmp_path: Path, what: str) -> None:
    expected = exported(recorded, what, tmp_path)
    for form in FORMATS:
        path = tmp_path / f"again.{form}"
        assert export(recorded, what, MONDAY, TUESDAY, form, str(path)) == len(expected)
        assert [dict(row) for row in _read(path, form)] == [_as_text(row, form) for row in expected]


def _read(path: Path, form: str) -> list[dict[str, Any]]:
    if form in ("csv", "excel"):
        text = path.read_text()
        assert text.startswith("\ufeff") == (form == "excel")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    if form == "json":
        found: list[dict[str, Any]] = json.loads(path.read_text())
        return found
    frame = pl.read_parquet(path)
    return frame.with_columns(pl.col("day").cast(pl.String)).to_dicts()


def _as_text(row: dict[str, Any], form: str) -> dict[str, Any]:
    """``row`` as a CSV file gives it back: everything is a text."""
    if form not in ("csv", "excel"):
        return row
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return json.dumps(value, separators=(",", ":"))
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("what", KINDS)
def test_rows_come_sorted_by_day_and_key(recorded: Database, tmp_path: Path, what: str) -> None:
    order = KINDS[what].order
    keys = [tuple(row[name] for name in order) for row in exported(recorded, what, tmp_path)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_export_twice_gives_the_same_bytes(recorded: Database, tmp_path: Path, form: str) -> None:
    for name in ("a", "b"):
        export(recorded, "ride-days", MONDAY, TUESDAY, form, str(tmp_path / name))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_export_in_many_pieces_equals_one_in_a_single_piece(recorded: Database, tmp_path: Path) -> None:
    whole = exported(recorded, "ride-days", tmp_path)
    days = [*_one_day(recorded, tmp_path, MONDAY), *_one_day(recorded, tmp_path, TUESDAY)]
    assert days == whole


def _one_day(database: Database, folder: Path, day: Any) -> list[dict[str, Any]]:
    path = folder / "day.json"
    export(database, "ride-days", day, day, "json", str(path))
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def test_only_the_parks_asked_for_are_exported(recorded: Database, tmp_path: Path) -> None:
    rows = exported(recorded, "ride-days", tmp_path, park_ids=[NEW_YORK])
    assert {row["park_id"] for row in rows} == {NEW_YORK}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("what", KINDS)
def test_nothing_to_export_gives_a_valid_file_with_its_header(
    sqlite_database: Database, tmp_path: Path, what: str, form: str
) -> None:
    seed_parks(sqlite_database, ROME)
    path = tmp_path / f"none.{form}"
    assert export(sqlite_database, what, MONDAY, WEDNESDAY, form, str(path)) == 0
    if form == "json":
        assert json.loads(path.read_text()) == []
    else:
        frame = pl.read_csv(path) if form in ("csv", "excel") else pl.read_parquet(path)
        assert frame.columns == list(KINDS[what].columns)


def test_days_outside_the_record_are_no_rows(recorded: Database, tmp_path: Path) -> None:
    path = tmp_path / "later.csv"
    assert export(recorded, "park-days", WEDNESDAY, WEDNESDAY, "csv", str(path)) == 0
    assert path.read_text().startswith("park_id,park_name,park_slug,timezone,day,")


def test_a_dash_writes_to_the_standard_output(
    recorded: Database, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    export(recorded, "park-days", MONDAY, MONDAY, "csv", "-")
    written = capsysbinary.readouterr().out.decode()
    assert [row["park_id"] for row in csv.DictReader(io.StringIO(written))] == ["1", "2"]


def test_a_failed_export_leaves_the_old_file(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_world(sqlite_database)
    path = tmp_path / "kept.csv"
    path.write_text("old")

    def broken(*_args: object) -> float:
        raise ZeroDivisionError

    monkeypatch.setitem(KINDS, "park-days", KINDS["park-days"])
    monkeypatch.setattr("hallofshame.pipeline.export._ratio", broken)
    with pytest.raises(ZeroDivisionError):
        export(sqlite_database, "park-days", MONDAY, MONDAY, "csv", str(path))
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix in (".csv", ".partial")] == [
        "kept.csv"
    ]


@pytest.mark.parametrize(
    ("what", "form", "output", "message"),
    [
        ("park-weeks", "csv", "x.csv", "unknown export 'park-weeks'; choose one of park-days"),
        ("park-days", "xlsx", "x.xlsx", "unknown format 'xlsx'; choose one of csv, excel, json, parquet"),
        ("park-days", "csv", "no-such-folder/x.csv", "does not exist; make it"),
        ("park-days", "csv", "", "is a folder; name a file"),
        ("park-days", "parquet", "-", "parquet cannot go to the standard output"),
    ],
)
def test_a_wrong_request_is_refused_in_one_clear_line(
    sqlite_database: Database, tmp_path: Path, what: str, form: str, output: str, message: str
) -> None:
    target = output if output == "-" else str(tmp_path / output)
    with pytest.raises(InputError, match=message) as refusal:
        export(sqlite_database, what, MONDAY, TUESDAY, form, target)
    assert "\n" not in str(refusal.value)


def test_a_range_that_ends_before_it_starts_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ends before it starts"):
        export(sqlite_database, "park-days", TUESDAY, MONDAY, "csv", str(tmp_path / "x.csv"))


def test_an_unknown_park_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no park 99"):
        export(sqlite_database, "park-days", MONDAY, TUESDAY, "csv", str(tmp_path / "x.csv"), park_ids=[99])


def test_what_can_be_exported_is_what_the_command_line_offers() -> None:
    assert tuple(KINDS) == DATASETS
