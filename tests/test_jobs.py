"""Every job, whichever it is: the log, ``/api/health`` and ``doctor`` tell of its failure and its end."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select

from hallofshame.cli import cli
from hallofshame.clock import FixedClock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import isoformat, local_day, to_unix
from hallofshame.domain.words import Feed
from hallofshame.installation import Installation
from hallofshame.pipeline.jobrun import job_run
from hallofshame.processes import host_and_pid
from hallofshame.scheduler import Scheduler
from hallofshame.store import dirty, joblog
from hallofshame.store.models import AggregationLog, RideTypeDecision
from hallofshame.web.app import create_app
from support import recordings
from support.every_job import JOBS, KILLABLE, installed
from support.installations import MemoryFeed

RUN = CliRunner()

START = dt.datetime.now(dt.UTC).replace(microsecond=0)
"""The present, because commands go by the machine's clock."""


@pytest.fixture(autouse=True)
def _one_park(own_machine: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def parts(tmp_path: Path, clock: FixedClock) -> Iterator[Installation]:
    with installed(tmp_path, clock) as made:
        yield made


@lru_cache(maxsize=1)
def site(parts: Installation) -> FlaskClient:
    return create_app(parts.database, parts.clock, parts.web_settings).test_client()


def health(parts: Installation) -> dict[str, Any]:
    answer = site(parts).get("/api/health")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["data"]
    return found


def job(parts: Installation, name: str) -> dict[str, Any]:
    (found,) = [found for found in health(parts)["jobs"] if found["job"] == name]
    return dict(found)


def named(parts: Installation, name: str) -> list[str]:
    return [finding for finding in health(parts)["findings"] if f"the job {name} " in finding]


def doctor() -> Result:
    return RUN.invoke(cli, ["doctor", "--offline"], catch_exceptions=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_fails_is_named_at_once_and_until_it_succeeds(
    parts: Installation, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, name: JobType
) -> None:
    run, weak_place = JOBS[name]

    def burn(*_given: object, **_options: object) -> None:
        raise RuntimeError("it burns,\nmysql://me:s3cret@host/db")

    with monkeypatch.context() as broken:
        broken.setattr(f"hallofshame.pipeline.{weak_place}", burn)
        with pytest.raises(RuntimeError, match="it burns"):
            run(parts)
    with parts.database.read() as connection:
        logged = joblog.latest(connection, name)
    assert logged is not None
    assert logged.outcome == "failure"
    (finding,) = named(parts, name)
    why = "RuntimeError: it burns, mysql://me:***@host/db"
    assert finding == f"the job {name} failed at {isoformat(START)}: {why}"
    assert health(parts)["status"] == "degraded"
    assert (job(parts, name)["error"], job(parts, name)["failures"]) == (why, 1)
    told = doctor()
    assert told.exit_code == 1
    assert f"PROBLEM job {name}: {finding}" in told.output

    clock.sleep(60)
    with job_run(parts.database, parts.clock, name):
        pass
    assert named(parts, name) == []
    found = job(parts, name)
    assert (found["outcome"], found["error"], found["failures"]) == ("success", None, 0)
    assert f"ok      job {name}: started" in doctor().output


def test_what_failed_by_hand_is_forgotten_after_a_day(
    parts: Installation, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match="full"), job_run(parts.database, clock, JobType.EXPORT):
        raise OSError("the disk is full")
    assert named(parts, "export")
    clock.sleep(86_401)
    assert not named(parts, "export")
    with pytest.raises(OSError, match="full"), job_run(parts.database, clock, JobType.CLASSIFY):
        raise OSError("the disk is full")
    clock.sleep(86_401)
    assert named(parts, "classify")


def test_a_failing_roll_up_is_blamed_and_not_the_collection(
    parts: Installation, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(parts)
    scheduler.run_cycle()
    assert health(parts)["findings"] == []

    def burn(*_given: object) -> None:
        raise RuntimeError("it burns")

    monkeypatch.setattr("hallofshame.pipeline.rollup.compute", burn)
    first_failure = START + dt.timedelta(seconds=300)
    for number in range(1, 5):
        clock.sleep(300)
        scheduler.run_cycle()
        found = health(parts)
        assert found["last_cycle"]["age_seconds"] == 0
        assert found["backlog"]["oldest_mark_at"] == isoformat(first_failure)
        assert found["backlog"]["oldest_mark_age_seconds"] == 300 * (number - 1)
        (finding,) = found["findings"]
        times = "failed" if number == 1 else f"has failed {number} times in a row since "
        assert finding.startswith(f"the job rollup {times}")
        # Two where these cycles go past a park's midnight.
        waiting = r"(1 park-day waits|2 park-days wait) for it, the oldest for"
        assert re.search(rf": RuntimeError: it burns; {waiting} {300 * (number - 1)} s$", finding), finding
    monkeypatch.undo()
    clock.sleep(300)
    scheduler.run_cycle()
    assert health(parts)["status"] == "ok"
    assert health(parts)["backlog"] == {
        "dirty_park_days": 0,
        "oldest_mark_at": None,
        "oldest_mark_age_seconds": None,
    }


def test_park_days_that_nobody_rolls_up_are_named(parts: Installation, clock: FixedClock) -> None:
    clock.sleep(-901)
    Scheduler(parts).run_cycle()
    parts.database.run(lambda connection: dirty.mark(connection, [(1, START.date())], "late", clock.now()))
    clock.sleep(901)
    parts.collector.cycle()
    assert [found for found in health(parts)["findings"] if "park-days" in found] == [
        "2 park-days wait for their roll-up, the oldest for 901 s"
    ]
    assert "PROBLEM backlog: 2 park-days wait for their roll-up" in doctor().output
    with job_run(parts.database, clock, JobType.ROLLUP):
        assert health(parts)["findings"] == [], "somebody does"


@pytest.mark.slow
def test_every_job_that_is_killed_is_told_of(tmp_path: Path) -> None:
    with installed(tmp_path) as parts:
        script = [sys.executable, "-m", "support.every_job", str(tmp_path)]
        with subprocess.Popen(
            script, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent, env={**os.environ}
        ) as child:
            assert child.stdout is not None
            begun = {child.stdout.readline().strip() for _ in KILLABLE}
            try:
                assert begun == {name.value for name in KILLABLE}
                with job_run(parts.database, parts.clock, JobType.EXPORT):
                    pass
                assert {job(parts, name)["outcome"] for name in KILLABLE} == {"running"}, "its process lives"
                assert health(parts)["findings"] == ["no cycle has been collected yet"]
            finally:
                child.send_signal(signal.SIGKILL)
        why = f"its process {child_name(child.pid)} ended without a word"
        for name in KILLABLE:
            assert (job(parts, name)["outcome"], job(parts, name)["error"]) == ("killed", why)
            assert named(parts, name)
        with job_run(parts.database, parts.clock, JobType.EXPORT):
            pass
        with parts.database.read() as connection:
            rows = connection.execute(
                select(AggregationLog.job_type, AggregationLog.error).where(
                    AggregationLog.outcome == "killed"
                )
            ).all()
        assert {tuple(row) for row in rows} == {(name.value, why) for name in KILLABLE}
        with job_run(parts.database, parts.clock, JobType.SYNC):
            pass
        assert named(parts, "sync") == []


def child_name(pid: int) -> str:
    return f"{host_and_pid().rpartition(':')[0]}:{pid}"


# --- the daily sequence ---


def sequence(parts: Installation, after: int = 0) -> list[tuple[str, str]]:
    with parts.database.read() as connection:
        log = AggregationLog
        rows = connection.execute(
            select(log.job_type, log.outcome).where(log.run_id > after).order_by(log.run_id)
        )
        return [(name, outcome) for name, outcome in rows]


DAILY = [
    "sync",
    "repair",
    "retire",
    "classify",
    "rollup",
    "signals",
    "seal",
    "quality",
    "agreement",
    "partition",
    "trim",
    "retain",
    "storage",
    "calibrate",
]
WITH_A_SOURCE = [name for name in DAILY if name != "agreement"]
"""Those that have anything to do here: feeds in memory have no figures of their own to compare with."""


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Result]:
    """``hallofshame sync`` with feeds in memory."""
    feeds = {feed: MemoryFeed(feed) for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)}
    monkeypatch.setattr(Installation, "feeds", feeds)
    return lambda: RUN.invoke(cli, ["sync"], catch_exceptions=False)


def run_daily(parts: Installation) -> None:
    """The sequence as the service runs it, with what it does beside its cycles at the end."""
    scheduler = Scheduler(parts)
    scheduler.run_daily()
    scheduler.run_beside()


def newest(parts: Installation) -> int:
    with parts.database.read() as connection:
        return max(connection.scalars(select(AggregationLog.run_id)), default=0)


def test_the_scheduler_and_the_command_run_one_sequence(
    parts: Installation, sync: Callable[[], Result]
) -> None:
    before = newest(parts)
    run_daily(parts)
    of_scheduler = sequence(parts, before)
    assert of_scheduler == [(name, "success") for name in DAILY]
    before = newest(parts)
    done = sync()
    assert done.exit_code == 0, done.output
    of_command = [run for run in sequence(parts, before) if run[0] not in ("seed", "upgrade")]
    assert of_command == of_scheduler
    assert [line.partition(":")[0] for line in done.output.splitlines() if ": " in line][-len(DAILY) :] == [
        "Sync",
        "Gap repair",
        "Vanished rides",
        "Tiers and types",
        "Roll-up",
        "Signals",
        "Seal",
        "Quality check",
        "Outside check",
        "Partitions",
        "Job log",
        "Retention",
        "Storage",
        "Chances",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("broken", [["sync"], ["retire"], ["rollup", "quality"], WITH_A_SOURCE])
def test_a_step_that_fails_stops_no_other(
    parts: Installation,
    sync: Callable[[], Result],
    monkeypatch: pytest.MonkeyPatch,
    broken: list[str],
) -> None:
    def burn(*_given: object, **_options: object) -> None:
        raise RuntimeError("it burns")

    for name in broken:
        monkeypatch.setattr(f"hallofshame.pipeline.{JOBS[JobType(name)][1]}", burn)
    wanted = [(name, "failure" if name in broken else "success") for name in DAILY]
    before = newest(parts)
    run_daily(parts)
    assert sequence(parts, before) == wanted
    before = newest(parts)
    done = sync()
    assert [run for run in sequence(parts, before) if run[0] not in ("seed", "upgrade")] == wanted
    assert done.exit_code == 1
    assert f"{len(broken)} of {len(DAILY)} jobs failed" in done.stderr


@pytest.mark.parametrize(
    ("setting", "text", "message"),
    [
        ("TIER", "nonsense\n1\n", "mine.csv, line 1: columns 'park', 'ride', 'tier', 'reason' missing"),
        (
            "TYPE",
            "park,ride,type,reason\nefteling,Python,rollercoaster,x\n",
            "mine.csv, line 2: type 'rollercoaster' is not one of coaster, water_ride,",
        ),
    ],
)
def test_what_a_step_needs_and_cannot_have_is_its_failure(
    parts: Installation,
    sync: Callable[[], Result],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    setting: str,
    text: str,
    message: str,
) -> None:
    overrides = tmp_path / "mine.csv"
    overrides.write_text(text)
    monkeypatch.setenv(f"HALLOFSHAME_{setting}_OVERRIDES_FILE", str(overrides))
    done = sync()
    assert done.exit_code == 1
    assert f"1 of {len(DAILY)} jobs failed (tiers and types)" in done.stderr
    (finding,) = named(parts, "classify")
    assert message in finding
    with parts.database.read() as connection:
        assert connection.scalars(select(RideTypeDecision.ride_id)).all() == []


def test_a_sequence_without_gap_repair_leaves_it_out(
    parts: Installation, sync: Callable[[], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_GAP_REPAIR", "false")
    before = newest(parts)
    assert sync().exit_code == 0
    assert [name for name, _ in sequence(parts, before) if name in DAILY] == [
        name for name in DAILY if name != "repair"
    ]


@pytest.mark.slow
def test_commands_leave_their_runs_with_what_they_did(parts: Installation, tmp_path: Path) -> None:
    given = [
        "ingest",
        str(recordings.week(tmp_path)),
        "--feed",
        "queue_times",
        "--cadence",
        "15m",
        "--rollup",
    ]
    assert RUN.invoke(cli, [*given, "--rollup"]).exit_code == 0
    days = ["--start", "2025-10-06", "--end", "2025-10-12"]
    assert RUN.invoke(cli, ["rebuild", *days]).exit_code == 0
    assert RUN.invoke(cli, ["export", "park-days", *days, "-o", "days.csv"]).exit_code == 0
    with parts.database.read() as connection:
        runs = {name: joblog.latest(connection, name) for name in JobType}
    ingest, rebuild, export = (runs[name] for name in (JobType.INGEST, JobType.REBUILD, JobType.EXPORT))
    assert ingest is not None
    assert rebuild is not None
    assert export is not None
    assert (ingest.parks_processed, ingest.rows_written) == (1, recordings.WEEK_ROWS)
    assert ingest.rides_processed > 20
    assert (str(rebuild.target_from), str(rebuild.target_to)) == ("2025-10-06", "2025-10-12")
    assert (rebuild.park_days, rebuild.parks_processed) == (7, 1)
    assert (str(export.target_from), export.rows_written, export.outcome) == ("2025-10-06", 7, "success")
    assert export.seconds is not None
    assert export.seconds > 0


def test_a_cycle_leaves_a_row(parts: Installation) -> None:
    parts.collector.cycle()
    found = job(parts, "cycle")
    assert (found["outcome"], found["parks_processed"], found["rides_processed"]) == ("success", 1, 3)
    today = str(local_day(START, "Europe/Rome"))
    assert (found["target_from"], found["target_to"]) == (today, today)
    assert found["started_at"] == isoformat(to_unix(START))
