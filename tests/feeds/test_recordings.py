"""Recordings read as readings, queues and findings (R2); fixtures are small and made by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.words import Feed, QueueType, Status
from hallofshame.feeds.recordings import QUEUES_SCHEMA, READINGS_SCHEMA, Recording, read_recording

FULL = Path(__file__).resolve().parents[3] / "shared" / "data"
NOON = dt.datetime(2026, 8, 20, 12, 0, 0, 700_000, tzinfo=dt.UTC)
NOON_SECONDS = 1_787_227_200


def queue_times(tmp_path: Path, *rows: dict[str, Any], schema: dict[str, Any] | None = None) -> Recording:
    defaults = {
        "park_id": 12,
        "park_name": "Gardaland",
        "polled_at": NOON,
        "ride_id": 1,
        "ride_name": "Raptor",
        "is_open": True,
        "wait_time": 0,
        "last_updated": None,
    }
    types = {
        "is_open": pl.Boolean,
        "wait_time": pl.Int32,
        "ride_id": pl.Int64,
        "last_updated": pl.Datetime("us", "UTC"),
    } | (schema or {})
    frame = pl.DataFrame([defaults | row for row in rows], schema_overrides=types)
    frame.write_parquet(tmp_path / "snapshots.parquet")
    return read_recording(tmp_path, Feed.QUEUE_TIMES)


def themeparks_wiki(tmp_path: Path, frame: pl.DataFrame) -> Recording:
    frame.write_parquet(tmp_path / "live_rows.parquet")
    return read_recording(tmp_path / "live_rows.parquet", Feed.THEMEPARKS_WIKI)


def live(*rows: dict[str, Any]) -> pl.DataFrame:
    defaults = {"polled_at": NOON, "entity_id": "a", "name": "A", "status": "OPERATING", "standby_wait": None}
    return pl.DataFrame([defaults | row for row in rows], schema_overrides={"standby_wait": pl.Int32})


def kinds(recording: Recording) -> list[str]:
    return [finding.kind for finding in recording.findings]


@pytest.mark.parametrize(
    ("is_open", "wait", "status"),
    [
        (True, 0, Status.OPERATING),
        (True, 30, Status.OPERATING),
        (False, 30, Status.OPERATING),
        (False, 0, Status.CLOSED),
        (False, None, Status.CLOSED),
        (None, 5, Status.OPERATING),
        (None, 0, None),
        (None, None, None),
    ],
)
def test_queue_times_status_follows_from_open_and_wait(
    tmp_path: Path, is_open: bool | None, wait: int | None, status: Status | None
) -> None:
    recording = queue_times(tmp_path, {"is_open": is_open, "wait_time": wait})
    assert recording.readings["status"].to_list() == [status]
    assert recording.readings["wait_minutes"].to_list() == [wait]
    assert kinds(recording) == (["unknown_status"] if status is None else [])


def test_instants_are_whole_seconds_cut_off(tmp_path: Path) -> None:
    assert queue_times(tmp_path, {}).readings["observed_at"].to_list() == [NOON_SECONDS]


def test_columns_are_those_promised_also_without_rows(tmp_path: Path) -> None:
    for rows in ([{}], []):
        frame = pl.DataFrame(
            rows and [{"polled_at": NOON, "ride_name": "R", "is_open": True, "wait_time": 1}],
            schema={
                "polled_at": pl.Datetime("us", "UTC"),
                "ride_name": pl.String,
                "is_open": pl.Boolean,
                "wait_time": pl.Int32,
            },
        )
        frame.write_parquet(tmp_path / "snapshots.parquet")
        recording = read_recording(tmp_path, Feed.QUEUE_TIMES)
        assert recording.readings.schema == READINGS_SCHEMA
        assert recording.queues.schema == QUEUES_SCHEMA
        assert recording.readings.height == len(rows)
        assert recording.readings["park_external_id"].null_count() == len(rows)


def test_queues_among_rides_stay_readings(tmp_path: Path) -> None:
    """Whether an entry is a queue of another is told by what is known of the whole park (R2)."""
    recording = queue_times(
        tmp_path,
        {"ride_name": "Raptor™"},
        {"ride_id": 2, "ride_name": "Raptor Single Rider", "wait_time": 15},
    )
    assert recording.readings["ride_name"].to_list() == ["Raptor Single Rider", "Raptor™"]
    assert recording.queues.is_empty()


@pytest.mark.parametrize(
    ("column", "values", "kept"),
    [
        ("wait_time", ["15", "soon"], [15, None]),
        ("wait_time", [15.0, float("inf")], [15, None]),
        ("ride_id", [7.0, 1e300], ["7", None]),
    ],
)
def test_values_that_cannot_be_read_are_unknown_and_told(
    tmp_path: Path, column: str, values: list[Any], kept: list[Any]
) -> None:
    rows = [
        {"polled_at": NOON, "ride_id": n, "ride_name": f"Ride {n}", "is_open": False, "wait_time": 0}
        | {column: value}
        for n, value in enumerate(values)
    ]
    path = tmp_path / "snapshots.parquet"
    pl.DataFrame(rows).write_parquet(path)
    recording = read_recording(path, Feed.QUEUE_TIMES)
    assert recording.readings.height == 2
    (finding,) = [finding for finding in recording.findings if finding.kind == "value_unreadable"]
    assert (finding.subject, finding.detail.split(" values")[0]) == (column, str(kept.count(None)))
    shown = {"wait_time": "wait_minutes", "ride_id": "ride_external_id"}[column]
    assert recording.readings[shown].to_list() == kept


def test_a_number_missing_as_nan_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.parquet"
    row = {
        "polled_at": NOON,
        "ride_id": 1.0,
        "ride_name": "Raptor",
        "is_open": True,
        "wait_time": float("nan"),
    }
    pl.DataFrame([row, {**row, "ride_id": float("nan"), "ride_name": "Other"}]).write_parquet(path)
    recording = read_recording(path, Feed.QUEUE_TIMES)
    assert recording.readings["wait_minutes"].to_list() == [None, None]
    assert sorted(recording.readings["ride_external_id"].to_list(), key=str) == ["1", None]
    assert kinds(recording) == []


def test_merged_single_rider_columns_give_a_queue(tmp_path: Path) -> None:
    recording = queue_times(
        tmp_path,
        {"single_rider_ride_id": 7, "single_rider_status": "OPEN", "single_rider_wait_minutes": 20},
        {"ride_id": 3, "ride_name": "Other"},
        schema={
            "single_rider_ride_id": pl.Int64,
            "single_rider_status": pl.String,
            "single_rider_wait_minutes": pl.Int32,
        },
    )
    assert recording.readings.height == 2
    assert recording.queues.select("ride_external_id", "queue_type", "wait_minutes").rows() == [("1", 1, 20)]


@pytest.mark.parametrize("wait", [-5, 601, 9999])
def test_impossible_waits_are_unknown_and_told(tmp_path: Path, wait: int) -> None:
    recording = queue_times(tmp_path, {"wait_time": wait, "is_open": False})
    assert recording.readings.select("status", "wait_minutes").rows() == [(Status.CLOSED, None)]
    assert [(finding.kind, finding.subject) for finding in recording.findings] == [("wait_out_of_range", "1")]
    assert str(wait) in recording.findings[0].detail


def test_findings_are_counted_per_kind_and_subject(tmp_path: Path) -> None:
    rows = [{"wait_time": 700, "polled_at": NOON + dt.timedelta(minutes=step)} for step in range(4)]
    recording = queue_times(tmp_path, *rows)
    assert len(recording.findings) == 1
    assert recording.findings[0].detail.startswith("4 waits")


def test_stale_is_open_on_a_stamp_over_a_day_old(tmp_path: Path) -> None:
    day = dt.timedelta(days=1)
    recording = queue_times(
        tmp_path,
        {"ride_id": 1, "last_updated": NOON - day - dt.timedelta(seconds=1)},
        {"ride_id": 2, "last_updated": NOON - day},
        {"ride_id": 3, "last_updated": NOON - 9 * day, "is_open": False},
        {"ride_id": 4, "last_updated": None},
    )
    by_ride = dict(recording.readings.select("ride_external_id", "stale").rows())
    assert by_ride == {"1": True, "2": False, "3": False, "4": False}


def test_one_reading_per_ride_and_instant_keeps_the_fullest(tmp_path: Path) -> None:
    recording = queue_times(
        tmp_path,
        {"is_open": None, "wait_time": None},
        {"is_open": False},
        {"wait_time": 5},
        {"wait_time": 25},
        {"ride_id": None, "ride_name": "Nameless"},
        {"ride_id": None, "ride_name": "Nameless", "is_open": False},
    )
    assert recording.readings.select("ride_name", "status", "wait_minutes").rows() == [
        ("Nameless", Status.OPERATING, 0),
        ("Raptor", Status.OPERATING, 25),
    ]
    duplicates = [finding for finding in recording.findings if finding.kind == "duplicate_reading"]
    assert [(finding.subject, finding.detail[0]) for finding in duplicates] == [("1", "3"), ("Nameless", "1")]


def test_names_are_cleaned_as_the_feeds_clean_them_and_ids_survive_as_floats(tmp_path: Path) -> None:
    recording = queue_times(
        tmp_path,
        {"ride_id": 1.0, "ride_name": " Rémy\u200b  Two "},
        {"ride_id": 2.0, "ride_name": None},
        {"ride_id": None, "ride_name": " "},
        schema={"ride_id": pl.Float64},
    )
    assert recording.readings.select("ride_external_id", "ride_name").rows() == [
        ("2", "2"),
        ("1", "Rémy Two"),
    ]
    assert kinds(recording) == ["unusable_row"]


def test_two_ids_under_one_name_stay_two_rides(tmp_path: Path) -> None:
    assert queue_times(tmp_path, {"ride_id": 11}, {"ride_id": 2708}).readings.height == 2


def test_themeparks_wiki_takes_the_status_as_given_and_keeps_the_wait(tmp_path: Path) -> None:
    recording = themeparks_wiki(
        tmp_path,
        live(
            {"entity_id": "a", "status": "OPERATING", "standby_wait": 10},
            {"entity_id": "b", "status": "DOWN", "standby_wait": 40},
            {"entity_id": "c", "status": "REFURBISHMENT"},
            {"entity_id": "d", "status": "ON_FIRE"},
        ),
    )
    assert recording.readings.select("ride_external_id", "kind", "status", "wait_minutes").rows() == [
        ("a", "ATTRACTION", 1, 10),
        ("b", "ATTRACTION", 2, 40),
        ("c", "ATTRACTION", 4, None),
        ("d", "ATTRACTION", None, None),
    ]
    assert [(finding.kind, finding.subject) for finding in recording.findings] == [("unknown_status", "d")]
    assert "ON_FIRE" in recording.findings[0].detail


def test_themeparks_wiki_drops_what_is_no_ride_and_keeps_unknown_types_as_other(tmp_path: Path) -> None:
    types = ["PARK", "DESTINATION", "HOTEL", "SHOW", "CAROUSEL"]
    recording = themeparks_wiki(tmp_path, live(*({"entity_id": kind, "entity_type": kind} for kind in types)))
    assert recording.readings.select("ride_external_id", "kind").rows() == [
        ("CAROUSEL", "OTHER"),
        ("SHOW", "SHOW"),
    ]
    assert kinds(recording) == ["unknown_entity_type"]


def test_themeparks_wiki_queues_of_the_wide_shape(tmp_path: Path) -> None:
    frame = live({"standby_wait": 30}).with_columns(
        single_rider_wait=pl.lit(10),
        return_state=pl.lit("AVAILABLE"),
        return_start=pl.lit("2026-08-20T14:30:00+02:00"),
        paid_return_state=pl.lit("FINISHED"),
        paid_price_amount=pl.lit(1800),
        paid_price_formatted=pl.lit("$18.00"),
    )
    queues = themeparks_wiki(tmp_path, frame).queues
    assert queues.drop(
        "park_external_id", "park_name", "observed_at", "ride_external_id", "ride_name"
    ).rows() == [
        (QueueType.SINGLE_RIDER, 10, None, None, None, None),
        (QueueType.RETURN_TIME, None, "AVAILABLE", None, None, NOON_SECONDS + 1800),
        (QueueType.PAID_RETURN_TIME, None, "FINISHED", 1800, "USD", None),
    ]


def test_return_type_column_says_which_kind_of_return_time(tmp_path: Path) -> None:
    frame = live({}).with_columns(return_type=pl.lit("PAID_RETURN_TIME"), return_state=pl.lit("AVAILABLE"))
    assert themeparks_wiki(tmp_path, frame).queues["queue_type"].to_list() == [QueueType.PAID_RETURN_TIME]


def test_narrow_shape_makes_rides_of_standby_and_queues_of_single_rider(tmp_path: Path) -> None:
    rows = [
        ("Baron", "OPERATING", "STANDBY", 20),
        ("Baron", "OPERATING", "SINGLE_RIDER", 5),
        ("Joris", "DOWN", "SINGLE_RIDER", 15),
    ]
    frame = pl.DataFrame(
        rows, schema=["name", "status", "queue_type", "wait_time"], orient="row"
    ).with_columns(polled_at=pl.lit(NOON))
    recording = themeparks_wiki(tmp_path, frame)
    assert recording.readings.select("ride_external_id", "ride_name", "status", "wait_minutes").rows() == [
        (None, "Baron", Status.OPERATING, 20),
        (None, "Joris", Status.DOWN, None),
    ]
    assert recording.queues.select("ride_name", "wait_minutes").rows() == [("Baron", 5), ("Joris", 15)]


def test_missing_columns_are_named_with_the_file_and_what_is_needed(tmp_path: Path) -> None:
    pl.DataFrame({"polled_at": [NOON], "ride_name": ["R"]}).write_parquet(tmp_path / "snapshots.parquet")
    with pytest.raises(RecordingError) as caught:
        read_recording(tmp_path, Feed.QUEUE_TIMES)
    message = str(caught.value)
    assert "snapshots.parquet" in message
    assert "columns 'is_open', 'wait_time' missing; docs/commands.md says" in message
    assert "polled_at" not in message


def test_unreadable_absent_and_wrongly_typed_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "snapshots.parquet").write_bytes(b"no parquet")
    with pytest.raises(RecordingError, match=r"snapshots\.parquet cannot be read"):
        read_recording(tmp_path, Feed.QUEUE_TIMES)
    with pytest.raises(RecordingError, match="no recording at"):
        read_recording(tmp_path, Feed.THEMEPARKS_WIKI)
    with pytest.raises(RecordingError, match="event log"):
        read_recording(tmp_path, Feed.ARCHIVE)
    with pytest.raises(RecordingError, match="polled_at is String"):
        queue_times(tmp_path, {"polled_at": "yesterday"})


@pytest.mark.recordings
@pytest.mark.skipif(not FULL.is_dir(), reason="the full recordings do not lie beside this checkout")
@pytest.mark.parametrize(
    ("dataset", "feed", "rows", "down"),
    [
        ("qt_gardaland_10min", Feed.QUEUE_TIMES, 74_595, 0),
        ("qt_universal_orlando_30min", Feed.QUEUE_TIMES, 24_223, 0),
        ("tpw_tokyo_disney_resort", Feed.THEMEPARKS_WIKI, 13_064, 334),
        ("tpw_walt_disney_world", Feed.THEMEPARKS_WIKI, 21_825, 89),
        ("tpw_efteling", Feed.THEMEPARKS_WIKI, 1_720, 15),
    ],
)
def test_full_recordings_are_read_without_loss(dataset: str, feed: Feed, rows: int, down: int) -> None:
    recording = read_recording(FULL / dataset, feed)
    parks = 419 if dataset == "tpw_walt_disney_world" else 0
    queue_rows = recording.queues.height if dataset == "tpw_efteling" else 0
    assert recording.readings.height + queue_rows + parks == rows
    assert (recording.readings["status"] == Status.DOWN).sum() == down
    assert recording.readings["status"].null_count() == 0
