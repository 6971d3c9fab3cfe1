"""The ``hallofshame`` command: what it prints, the exit codes, and that every command explains itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import polars as pl
import pytest
from click.testing import CliRunner, Result

from hallofshame.cli import cli
from hallofshame.cli.options import DURATION, HOUR, opened
from hallofshame.cli.tables import print_table
from hallofshame.domain.words import Feed
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.rollup import Rollup
from hallofshame.replay import SHIPPED_RECORDINGS, ReplayServer
from hallofshame.store import catalogue, schema
from hallofshame.store.catalogue import NewRide
from support import recordings
from support.commands import commands

DAYS = ("--start", "2025-10-06", "--end", "2025-10-12")

Run = Callable[..., Result]
DOCTOR = ("doctor", "--offline")


@pytest.fixture(autouse=True)
def _one_park(own_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The days :data:`DAYS` of Gardaland."""
    return recordings.week(tmp_path_factory.mktemp("recording"))


@pytest.fixture
def run() -> Run:
    """``run("rollup", …)``: the command's result; anything but its errors would be raised here."""
    return lambda *arguments: CliRunner().invoke(cli, list(arguments), catch_exceptions=False)


ALL_COMMANDS = dict(commands())


def refused(result: Result) -> str:
    """The one line on standard error of a command that was refused."""
    assert result.exit_code == 2, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    return line


@pytest.mark.parametrize("path", ALL_COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Example:" in result.output
    assert f"hallofshame {' '.join(path)}" in result.output


@pytest.mark.parametrize("path", ALL_COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(path: tuple[str, ...]) -> None:
    for parameter in ALL_COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help or isinstance(parameter.type, click.Choice), parameter.name


@pytest.mark.parametrize(
    ("text", "seconds"), [("5m", 300), ("300s", 300), ("48m", 2880), ("1h30m", 5400), ("1H", 3600)]
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert DURATION.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "5", "0m", "m", "5 minutes", "-5m", "1.5h"])
def test_what_is_no_duration_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write it like 5m, 300s or 1h30m"):
        DURATION.convert(text, None, None)


@pytest.mark.slow
def test_a_recording_is_ingested_once_and_rolled_up(run: Run, recording: Path) -> None:
    first = run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m")
    assert first.exit_code == 0, first.output
    assert "5472 observations of 1 park, 5472 of them new" in first.output
    assert "Next: hallofshame rollup" in first.output
    second = run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m")
    assert "5472 observations of 1 park, 0 of them new" in second.output
    assert "Next:" not in second.output
    rolled = run("rollup")
    assert rolled.exit_code == 0
    assert int(rolled.output.split("\n")[-2].split()[0]) > 6
    assert "0 park-days computed, 0 rows changed" in run("rollup").output


@pytest.mark.slow
def test_ingest_can_roll_up_at_once_and_a_rebuild_changes_nothing(run: Run, recording: Path) -> None:
    ingested = run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m", "--rollup")
    assert ingested.exit_code == 0
    assert "park-days computed" in ingested.output
    rebuilt = run("rebuild", *DAYS, "--park", "Gardaland")
    assert "7 park-days to compute" in rebuilt.output
    assert "7 park-days computed, 0 rows changed" in rebuilt.output
    local = run("rebuild", "--hour", "2025-10-08T14")
    assert "1 park-day computed, 0 rows changed" in local.output
    assert "1 park-day to compute" in run("rebuild", "--hour", "2025-10-08T23:00Z").output
    line = refused(run("rebuild", "--start", "2030-01-01", "--end", "2030-01-02"))
    assert line.startswith(
        "Error: there are no observations on those days. Days with observations: gardaland from 2025-"
    )
    assert refused(run("rebuild", "--days", "7")) == line
    both = run("rebuild", "--days", "7", "--hour", "2025-10-08T14")
    assert "exclude each other" in both.stderr


@pytest.mark.slow
def test_an_export_has_the_days_asked_for(run: Run, recording: Path, tmp_path: Path) -> None:
    run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m", "--rollup")
    file = tmp_path / "days.parquet"
    result = run("export", "park-days", *DAYS, "--format", "parquet", "-o", str(file))
    assert result.exit_code == 0, result.output
    assert "7 rows written" in result.stderr
    assert pl.read_parquet(file)["park_slug"].unique().to_list() == ["gardaland"]
    listed = run("export", "park-days", *DAYS)
    assert listed.stdout.startswith("park_id,park_name,")
    assert len(listed.stdout.splitlines()) == 8


def test_an_unknown_park_is_refused_in_one_line(run: Run) -> None:
    line = refused(run("rebuild", "--park", "atlantis"))
    assert line == "Error: there is no park 'atlantis'; use a slug such as magic-kingdom"


def test_an_unusable_setting_is_refused_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_CADENCE_SECONDS", "5")
    assert refused(run("rollup")) == (
        "Error: HALLOFSHAME_CADENCE_SECONDS is '5'; give whole seconds from 60 to 1800"
    )


def test_a_data_folder_that_cannot_be_made_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").touch()
    monkeypatch.setenv("HALLOFSHAME_DATA", "file/data")
    assert "HALLOFSHAME_DATA is 'file/data', which cannot be made" in refused(run("rollup"))


def test_a_new_database_is_made_by_itself(run: Run) -> None:
    assert run("rollup").exit_code == 0
    assert Path("data/hallofshame.sqlite").exists()
    assert run("db", "current").output == f"{schema.head()} (this program: {schema.head()})\n"


def test_an_upgrade_of_an_empty_database_leaves_the_parks_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland,epcot")
    assert run("db", "upgrade").output == f"schema at {schema.head()}, 2 parks\n"
    assert run("quality", "--park", "epcot").exit_code == 0


def test_a_cycle_without_parks_is_refused_in_one_line(run: Run) -> None:
    run("db", "upgrade")
    with closing(sqlite3.connect("data/hallofshame.sqlite")) as connection, connection:
        connection.execute("UPDATE parks SET is_active = 0")
    assert "Error: no park to collect: " in refused(run("collect"))


def test_an_older_database_is_not_migrated_by_the_way(run: Run) -> None:
    assert run("db", "upgrade", "0002").output == "schema at 0002\n"
    assert "run: hallofshame db upgrade" in refused(run("rollup"))
    assert run("db", "upgrade").exit_code == 0
    assert run("rollup").exit_code == 0


def test_a_downgrade_asks_first(run: Run) -> None:
    run("db", "upgrade")
    assert run("db", "downgrade", "base").exit_code == 1
    assert run("db", "downgrade", "base", "--yes").output == "schema at base\n"


def test_the_unforeseen_is_one_line_for_people_and_a_traceback_for_the_log(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burn(_self: Rollup, _progress: object = None) -> None:
        raise RuntimeError("it\nburns")

    monkeypatch.setattr(Rollup, "run", burn)
    result = run("rollup")
    assert result.exit_code == 1
    assert "Error: unexpected RuntimeError: it burns; the log has the details\n" in result.stderr
    assert "Traceback (most recent call last)" in result.stderr


def test_the_log_can_be_json(run: Run, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_LOG_FORMAT", "json")
    result = run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m")
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("{")]
    assert pl.read_json(line.encode())["logger"].to_list() == ["hallofshame.ingest"]


@pytest.mark.slow
@pytest.mark.enable_socket
def test_one_cycle_against_a_feed_is_collected(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "epcot")
    with ReplayServer(SHIPPED_RECORDINGS) as replay:
        monkeypatch.setenv("HALLOFSHAME_QUEUE_TIMES_URL", replay.base_url)
        monkeypatch.setenv("HALLOFSHAME_THEMEPARKS_WIKI_URL", replay.base_url)
        synced = run("sync")
        assert synced.exit_code == 0, synced.output
        assert "1 park asked for hours and entities, 0 failed" in synced.output
        collected = run("collect")
    assert "of 1 park answered" in collected.output
    assert run("backfill").exit_code == 0


@pytest.mark.enable_socket
def test_a_cycle_without_any_answer_is_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_QUEUE_TIMES_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HALLOFSHAME_THEMEPARKS_WIKI_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HALLOFSHAME_TRIES", "1")
    result = run("collect")
    assert result.exit_code == 1
    assert "Error: no park answered; the log and the table feed_polls say why" in result.stderr


def test_doctor_says_that_there_is_no_database_and_makes_none(run: Run) -> None:
    result = run(*DOCTOR)
    assert result.exit_code == 1
    assert "PROBLEM database: there is none at data/hallofshame.sqlite yet" in result.output
    assert not Path("data").exists()


def test_doctor_finds_problems_one_line_each(
    run: Run, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m")
    monkeypatch.setenv("HALLOFSHAME_PROT", "1")
    result = run(*DOCTOR)
    problems = [line for line in result.output.splitlines() if line.startswith("PROBLEM")]
    assert result.exit_code == 1
    assert [problem.split()[1] for problem in problems] == ["settings:", "lease:", "collection:", "sealing:"]
    assert "ok      backlog: " in result.output


def test_doctor_tells_an_unusable_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_PORT", "x")
    result = run(*DOCTOR)
    assert result.exit_code == 1
    assert "PROBLEM settings: HALLOFSHAME_PORT is 'x'" in result.output


def test_doctor_tells_that_parks_are_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALLOFSHAME_PARKS")
    run("db", "upgrade")
    assert "parks:" not in run(*DOCTOR).output
    monkeypatch.setenv("HALLOFSHAME_PARKS", "epcot,atlantis")
    assert "PROBLEM parks: the database has not all of those in HALLOFSHAME_PARKS" in run(*DOCTOR).output
    monkeypatch.delenv("HALLOFSHAME_PARKS")
    with closing(sqlite3.connect("data/hallofshame.sqlite")) as connection, connection:
        connection.execute("DELETE FROM parks")
    assert "PROBLEM parks: the database has none; run: hallofshame db upgrade" in run(*DOCTOR).output
    run("db", "upgrade")
    assert "parks:" not in run(*DOCTOR).output


@pytest.mark.parametrize("url", ["nonsense", "postgresql://host/db", "mysql+pymysql://me:a@b@host/db"])
def test_doctor_tells_an_unusable_database_url_beside_what_else_it_found(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HALLOFSHAME_DATABASE_URL", url)
    result = run(*DOCTOR)
    assert result.exit_code == 1
    assert "ok      versions: " in result.output
    assert "PROBLEM database: " in result.output


def test_doctor_tells_an_old_schema(run: Run) -> None:
    run("db", "upgrade", "0001")
    result = run(*DOCTOR)
    assert result.exit_code == 1
    assert "run: hallofshame db upgrade" in result.output


@pytest.mark.slow
def test_quality_and_tiers_list_what_a_person_should_look_at(run: Run, recording: Path) -> None:
    run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m", "--rollup")
    found = run("quality", "--park", "gardaland")
    assert found.exit_code == 0
    assert "findings in 7 days" in found.stderr
    assert run("tiers").exit_code == 0


@pytest.mark.parametrize("command", ["doctor --offline", "rollup", "db current"])
def test_every_command_tells_an_env_file_that_is_no_utf_8(run: Run, command: str) -> None:
    Path(".env").write_bytes("HALLOFSHAME_HOLDER=Bär\n".encode("latin-1"))
    result = run(*command.split())
    assert result.exit_code in (1, 2)
    assert ".env, line 1, column 21: the byte 0xe4 is not UTF-8; save the file as UTF-8" in result.output
    assert "Traceback" not in result.output


def test_a_rebuild_of_nothing_says_how_to_begin(run: Run) -> None:
    assert "there are no observations of these parks yet. Run hallofshame collect" in refused(run("rebuild"))


@pytest.mark.parametrize("text", ["2026-08-20", "14", "2026-08-20T25", "noon"])
def test_what_is_no_hour_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write it like 2026-08-20T14"):
        HOUR.convert(text, None, None)


@pytest.mark.slow
def test_lists_are_tables_with_headings_or_json(run: Run, recording: Path) -> None:
    run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m", "--rollup")
    with sqlite3.connect("data/hallofshame.sqlite") as connection:
        connection.execute(
            "INSERT INTO data_quality_log (park_id, kind, subject, first_seen_at, last_seen_at, "
            "occurrences, detail) VALUES (0, 'clock_wrong', 'host', 0, unixepoch(), 3, 'an hour ahead')"
        )
    connection.close()
    with opened() as installation:
        books = installation.tier_book(), installation.type_book()
        classify(installation.database, installation.clock, *books)
    for command, heads in (("quality", "kind  "), ("tiers", "park  "), ("types", "park  ")):
        table = run(command).stdout.splitlines()
        listed = json.loads(run(command, "--json").stdout)
        assert table[0].startswith(heads)
        assert set(table[1]) == {"-", " "}
        assert len(table) - 2 == len(listed) > 0
        first = next(iter(listed[0]))
        # Quality looks again each time, and what it finds again moves up.
        words = sorted(line.split()[0] for line in table[2:])
        assert words == sorted(row[first].split()[0] for row in listed)


def test_doctor_answers_json_for_programs(run: Run) -> None:
    run("rollup")
    result = run(*DOCTOR, "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["ok"] is False
    assert {"subject": "backlog", "ok": True, "text": "none", "remedy": None} in answer["checks"]
    assert [check["subject"] for check in answer["checks"] if not check["ok"]] == ["lease", "collection"]


def test_a_name_with_control_characters_tears_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("park", "ride"), [("a", "x\ny"), ("\u65e5\u672c", None)])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["park  ride", "----  ----", "a     x\u00b7y", "\u65e5\u672c  -"]


@pytest.mark.slow
def test_rides_are_listed_merged_and_split_by_hand(run: Run, recording: Path) -> None:
    run("ingest", str(recording), "--feed", "queue_times", "--cadence", "15m", "--rollup")
    assert run("mapping", "list", "--state", "all").stderr.splitlines()[-1] == "0 entries"
    with opened() as installation, installation.database.write() as connection:
        names = {ride.name: ride.ride_id for ride in catalogue.rides(connection)}
        kept = min(names.values())
        park = next(ride.park_id for ride in catalogue.rides(connection) if ride.ride_id == kept)
        (other,) = catalogue.create_rides(connection, [NewRide(park, "Second half", "ATTRACTION", None, 0)])
        new = catalogue.NewExternalId(Feed.THEMEPARKS_WIKI, "ride", "half", other, "Second half", "new")
        catalogue.add_external_ids(connection, [new], 0)
    merged = run("mapping", "merge", str(other), str(kept), "--by", "me", "--note", "a test")
    assert merged.exit_code == 0, merged.output
    assert merged.output.startswith(f"ride {other} is ride {kept}; 0 readings moved")
    again = run("mapping", "merge", str(other), str(kept))
    assert again.output == f"ride {other} is ride {kept} already; nothing changed\n"
    shown = json.loads(run("mapping", "show", str(kept), "--json").stdout)
    assert [one["entry"] for one in shown["entries"] if one["entry"].startswith("themeparks")] == [
        "themeparks_wiki:half"
    ]
    (decision,) = shown["decisions"]
    assert (decision["action"], decision["decided_by"], decision["note"]) == ("merge", "me", "a test")
    assert "merge" in run("mapping", "show", str(other)).stdout
    split = json.loads(run("mapping", "split", str(kept), "themeparks_wiki:half", "--json").stdout)
    assert (split["action"], split["other_ride_id"]) == ("split", other)
    line = refused(run("mapping", "split", str(kept), "wiki-half"))
    assert line.endswith("is neither a number of a ride nor an entry; write it like queue_times:284")
    assert "there is no ride 99999" in refused(run("mapping", "merge", "99999", str(kept)))
    assert "1 park that both feeds name" in run("mapping", "measure").stderr
