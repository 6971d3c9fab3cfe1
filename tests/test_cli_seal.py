"""``hallofshame seal`` and what the other commands say of history files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hallofshame.cli import cli
from support import recordings

Run = Callable[..., Result]


@pytest.fixture
def run(own_machine: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a data folder of its own."""
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    return invoke


@pytest.fixture
def recorded(run: Run, tmp_path: Path) -> Run:
    """The same with a week of a recording."""
    recording = recordings.week(tmp_path)
    assert run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m").exit_code == 0
    return run


def history() -> list[Path]:
    return sorted(Path("data/history").glob("*.snapshots.*.parquet"))


def last_line(result: Result) -> str:
    return result.stderr.strip().splitlines()[-1]


@pytest.mark.slow
def test_a_record_is_sealed_once_and_a_damaged_file_is_named_until_it_is_put_back(recorded: Run) -> None:
    run = recorded
    sealed = run("seal")
    assert sealed.exit_code == 0, sealed.output
    assert "rows of" in sealed.stdout
    assert "0 rows of 0 days and months sealed in 0 files" in run("seal").stdout
    file = history()[0]
    month = file.name.partition(".")[0]
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    checks = json.loads(run("doctor", "--offline", "--json").stdout)["checks"]
    (problem,) = [check["text"] for check in checks if check["subject"] == "history"]
    assert f"hallofshame seal --again {month}" in problem
    assert file.name in run("quality", "--kind", "history_file").stdout
    rebuilt = run("rebuild", "--start", f"{month}-06", "--end", f"{month}-07")
    assert rebuilt.exit_code == 1
    assert f"hallofshame seal --again {month}" in last_line(rebuilt)
    # A recording goes straight into files: the database has no rows to make this one anew from.
    again = run("seal", "--again", month)
    assert again.exit_code == 2
    assert "put the file back from a copy" in last_line(again)
    file.write_bytes(whole)
    assert run("rollup").exit_code == 0
    assert run("seal", "--adopt").stdout.startswith("0 files taken over")


@pytest.mark.parametrize("period", ["2026", "2026-13", "yesterday", "2026-10-05-1"])
def test_what_is_no_period_is_refused(run: Run, period: str) -> None:
    result = run("seal", "--again", period)
    assert result.exit_code == 2
    assert "write it as 2026-10 or 2026-10-05" in result.stderr


@pytest.mark.parametrize(
    "place", ["ftp://host/folder", "s3://", "s3://key:secret@bucket/x", "s3://bucket?x=1"]
)
def test_a_place_that_is_neither_folder_nor_bucket_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("HALLOFSHAME_HISTORY", place)
    result = run("seal")
    assert result.exit_code == 2
    assert "HALLOFSHAME_HISTORY" in last_line(result)
    assert "give a folder, or `s3://bucket/folder`" in last_line(result)
    assert "secret" not in result.stderr
