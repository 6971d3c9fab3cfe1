"""Each job by itself, as cron and timers run it: what it says, how it ends, and what doubling it does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from hallofshame.cli import cli
from hallofshame.daily import daily_steps, single_steps
from hallofshame.domain.jobs import SCHEDULED, JobType
from hallofshame.domain.words import Feed
from hallofshame.duty import COLLECT_LEASE
from hallofshame.installation import Installation
from hallofshame.store import leases
from hallofshame.store.models import AggregationLog
from support.every_job import installed
from support.installations import MemoryFeed

RUN = CliRunner()


@pytest.fixture(autouse=True)
def parts(own_machine: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose feeds are in memory, for commands as well."""
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))
    monkeypatch.setenv("HALLOFSHAME_HOLDER", "this host")
    with installed(tmp_path) as made:
        feeds = {feed: MemoryFeed(feed) for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)}
        monkeypatch.setattr(Installation, "feeds", feeds)
        yield made


def jobs(*given: str) -> Result:
    return RUN.invoke(cli, ["jobs", *given], catch_exceptions=False)


def logged(parts: Installation) -> list[tuple[str, str]]:
    log = AggregationLog
    by_hand = [JobType.SEED.value, JobType.UPGRADE.value]
    with parts.database.read() as connection:
        rows = connection.execute(
            select(log.job_type, log.outcome).where(log.job_type.not_in(by_hand)).order_by(log.run_id)
        )
        return [(name, outcome) for name, outcome in rows]


def test_every_job_of_the_scheduler_can_be_run_by_itself_and_no_other(parts: Installation) -> None:
    assert set(single_steps(parts)) == set(SCHEDULED)
    assert {step.job for step in daily_steps(parts)} <= set(SCHEDULED)


@pytest.mark.slow
def test_jobs_run_in_the_order_given_and_are_in_the_log(parts: Installation) -> None:
    done = jobs("run", "cycle", "rollup", "seal", "partition")
    assert done.exit_code == 0, done.output
    assert logged(parts) == [(name, "success") for name in ("cycle", "rollup", "seal", "partition")]
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "Cycle",
        "Roll-up",
        "Seal",
        "Partitions",
    ]
    assert "1 of 1 park answered, 3 readings" in done.stdout


def test_a_job_that_fails_ends_with_its_own_code_and_stops_no_other(
    parts: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burn(*_given: object, **_options: object) -> None:
        raise RuntimeError("it burns")

    monkeypatch.setattr("hallofshame.daily.seal", burn)
    done = jobs("run", "seal", "trim")
    assert done.exit_code == 1
    assert "Seal failed: RuntimeError: it burns" in done.stderr
    assert logged(parts) == [("seal", "failure"), ("trim", "success")]
    listed = {row["job"]: row for row in json.loads(jobs("list", "--json").stdout)}
    assert (listed["seal"]["outcome"], listed["seal"]["failures"]) == ("failure", 1)
    assert listed["seal"]["error"] == "RuntimeError: it burns"
    assert (listed["trim"]["outcome"], listed["trim"]["runs"]) == ("success", "daily")
    assert listed["sync"]["last_run"] is None
    assert list(listed) == [job.value for job in SCHEDULED]


@pytest.mark.parametrize("name", ["seal", "rollup"])
def test_a_doubled_run_does_nothing_and_says_so_with_a_code_of_its_own(
    parts: Installation, name: str
) -> None:
    parts.database.run(
        lambda connection: leases.acquire(
            connection, f"job:{name}", "elsewhere:7#ab/1", parts.clock.now(), 900
        )
    )
    done = jobs("run", name)
    assert done.exit_code == os.EX_TEMPFAIL == 75
    assert "running elsewhere" in done.stderr
    assert logged(parts) == []


def test_a_cycle_is_left_to_the_host_that_has_the_duty_to_collect(parts: Installation) -> None:
    parts.database.run(
        lambda connection: leases.acquire(connection, COLLECT_LEASE, "another host", parts.clock.now(), 120)
    )
    done = jobs("run", "cycle")
    assert done.exit_code == os.EX_TEMPFAIL
    assert "another host has the duty to collect" in done.stderr
    assert logged(parts) == []
    assert jobs("run", "trim").exit_code == 0, "a person may run another job meanwhile"


@pytest.mark.slow
def test_one_machine_collects_turn_after_turn_and_a_second_one_leaves_it_to_it(
    parts: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jobs("run", "cycle").exit_code == 0
    assert jobs("run", "cycle").exit_code == 0
    monkeypatch.setenv("HALLOFSHAME_HOLDER", "second host")
    assert jobs("run", "cycle").exit_code == os.EX_TEMPFAIL
    assert logged(parts) == [("cycle", "success")] * 2


def test_an_unknown_job_is_a_usage_error_that_names_those_there_are() -> None:
    done = jobs("run", "cylce")
    assert done.exit_code == 2
    assert "'cylce' is not one of" in done.stderr
    assert "'cycle'" in done.stderr
