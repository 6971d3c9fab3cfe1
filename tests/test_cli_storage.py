"""The command ``storage``, and what ``doctor`` says of what it found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hallofshame.cli import cli
from hallofshame.domain.sizes import size
from support.every_job import RECORDING

DOCTOR = ("doctor", "--offline")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), catch_exceptions=False)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    monkeypatch.setenv("HALLOFSHAME_STORAGE_FREE_PERCENT", "0")
    monkeypatch.setenv("HALLOFSHAME_STORAGE_DAYS_LEFT", "0")
    monkeypatch.chdir(tmp_path)
    done = run("ingest", str(RECORDING), "--feed", "queue_times", "--cadence", "15m", "--quiet")
    assert done.exit_code == 0, done.output


def storage_lines() -> list[str]:
    return [line for line in run(*DOCTOR).output.splitlines() if line[8:].startswith("storage:")]


@pytest.mark.slow
def test_storage_shows_tables_for_people_and_json_for_programs(
    recorded: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not measured yet" in storage_lines()[0]
    shown = run("storage")
    assert shown.exit_code == 0
    for words in ("history files", "rows in files", "growth per day", "default (now)", "in 10 y", "disk of"):
        assert words in shown.output
    told = json.loads(run("storage", "--json").stdout)
    on_disk = sum(file.stat().st_size for file in (tmp_path / "data" / "history").glob("*.parquet"))
    assert told["history_bytes"] == on_disk > 0
    assert told["database_bytes"] == sum(table["bytes"] for table in told["tables"])
    assert told["database_bytes"] <= told["file_bytes"]
    assert {month["place"] for month in told["months"]} >= {"history"}
    assert len(told["strategies"]) == 3
    (line,) = storage_lines()
    assert line.startswith("ok      storage: ")

    monkeypatch.setenv("HALLOFSHAME_STORAGE_LIMIT_GB", "0.0001")
    problems = storage_lines()
    assert [line[:8] for line in problems] == ["PROBLEM "]
    assert "of 0.00 GB" in problems[0]
    assert "PROBLEM database and history take" in run("storage").output


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, None), (0, "0 B"), (999, "999 B"), (12_345, "12.3 kB"), (3.2e9, "3.2 GB"), (-2e6, "-2.0 MB")],
)
def test_sizes_are_for_people(count: float | None, text: str | None) -> None:
    assert size(count) == text
