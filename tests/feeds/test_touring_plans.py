"""TouringPlans' CSV files: posted waits are readings, -999 is down, actual waits stand apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.words import Feed, QueueType, Status
from hallofshame.feeds.touring_plans import (
    TouringPlansFile,
    is_dataset,
    median_step_seconds,
    read_dataset,
    together,
)

HEADER = "date,datetime,SACTMIN,SPOSTMIN\n"


def dataset(folder: Path, rows: str, header: str = HEADER, name: str = "dinosaur") -> TouringPlansFile:
    path = folder / f"{name}.csv"
    path.write_text(header + rows, encoding="utf-8")
    return TouringPlansFile(path, name, "Disney's Animal Kingdom", name.upper(), "America/New_York")


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


def told(found: TouringPlansFile) -> list[tuple[int, int | None, int | None]]:
    recording = read_dataset(found)
    return list(recording.readings.select("observed_at", "status", "wait_minutes").iter_rows())


def test_posted_waits_are_readings_in_the_parks_own_time(tmp_path: Path) -> None:
    found = dataset(tmp_path, "02/22/2019,2019-02-22 11:40:00,,30\n07/04/2019,2019-07-04 11:40:12,,0\n")
    assert told(found) == [
        (at("2019-02-22T11:40:00-05:00"), Status.OPERATING, 30),
        (at("2019-07-04T11:40:12-04:00"), Status.OPERATING, 0),
    ]
    readings = read_dataset(found).readings
    assert readings.select("ride_external_id", "ride_name", "kind").unique().row(0) == (
        "dinosaur",
        "DINOSAUR",
        "ATTRACTION",
    )


def test_minus_999_is_down(tmp_path: Path) -> None:
    rows = (
        "02/22/2019,2019-02-22 11:40:00,,-999\n"
        "02/22/2019,2019-02-22 11:45:00,-999,\n"
        "02/22/2019,2019-02-22 11:50:00,-999,25\n"
    )
    assert [row[1:] for row in told(dataset(tmp_path, rows))] == [
        (Status.DOWN, None),
        (Status.DOWN, None),
        (Status.OPERATING, 25),
    ]


def test_what_a_visitor_waited_is_a_queue_and_never_a_posted_wait(tmp_path: Path) -> None:
    rows = "02/22/2019,2019-02-22 11:40:00,,30\n02/22/2019,2019-02-22 11:43:00,18,\n"
    recording = read_dataset(dataset(tmp_path, rows))
    assert recording.readings["wait_minutes"].to_list() == [30]
    assert list(recording.queues.select("observed_at", "queue_type", "wait_minutes").iter_rows()) == [
        (at("2019-02-22T11:43:00-05:00"), QueueType.ACTUAL_STANDBY, 18)
    ]


def test_what_cannot_be_a_wait_is_dropped_and_counted_before_it_says_anything(tmp_path: Path) -> None:
    rows = (
        "02/22/2019,2019-02-22 11:40:00,,30\n"
        "02/22/2019,2019-02-22 11:45:00,,-998\n"
        "02/22/2019,2019-02-22 11:50:00,-92918,\n"
        "02/22/2019,2019-02-22 11:55:00,,many\n"
        "02/22/2019,yesterday,,30\n"
        "03/10/2019,2019-03-10 02:30:00,,30\n"
    )
    recording = read_dataset(dataset(tmp_path, rows))
    assert recording.readings.height == 1
    assert recording.queues.is_empty()
    assert sorted((finding.kind, finding.subject) for finding in recording.findings) == [
        ("unusable_row", "dinosaur"),
        ("value_unreadable", "dinosaur"),
        ("wait_out_of_range", "dinosaur SACTMIN"),
        ("wait_out_of_range", "dinosaur SPOSTMIN"),
    ]


def test_columns_in_another_order_with_blanks_and_na_are_read(tmp_path: Path) -> None:
    rows = "2019-02-22T11:40:00, 30 ,NA\n"
    assert told(dataset(tmp_path, rows, "\ufeffdatetime, SPOSTMIN,SACTMIN\n")) == [
        (at("2019-02-22T11:40:00-05:00"), Status.OPERATING, 30)
    ]


def test_file_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "entities.csv"
    other.write_text("code,name\nAK18,DINOSAUR\n")
    assert not is_dataset(other)
    with pytest.raises(RecordingError, match=r"dinosaur\.csv holds no posted wait"):
        read_dataset(dataset(tmp_path, "02/22/2019,2019-02-22 11:40:00,18,\n"))
    with pytest.raises(RecordingError, match="column 'SACTMIN' missing"):
        read_dataset(dataset(tmp_path, "2019-02-22 11:40:00,18\n", "datetime,SPOSTMIN\n"))
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(RecordingError, match=r"empty\.csv cannot be read as CSV"):
        is_dataset(tmp_path / "empty.csv")


def test_several_rides_become_one_recording_with_the_pace_of_each(tmp_path: Path) -> None:
    first = dataset(tmp_path, "".join(f"02/22/2019,2019-02-22 11:{n:02}:00,,30\n" for n in range(0, 60, 6)))
    second = dataset(tmp_path, "02/22/2019,2019-02-22 11:01:00,,5\n", name="soarin")
    whole = together([read_dataset(first), read_dataset(second)])
    assert whole.feed is Feed.TOURING_PLANS
    assert whole.readings.height == 11
    assert median_step_seconds(whole.readings) == 360
    assert median_step_seconds(read_dataset(second).readings) is None
