"""What the files of ``deploy/`` name is there: commands, settings, paths."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click import Context

from hallofshame.cli import cli
from hallofshame.domain.jobs import JobType
from hallofshame.settings import Settings, variable
from support.suites import leave_out

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
TIMERS = sorted(DEPLOY.glob("systemd/*.timer"))
PROGRAM = "/srv/hallofshame/current/.venv/bin/hallofshame"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_settings_that_a_file_names_exist(path: Path) -> None:
    known = {variable(field) for field in Settings.model_fields}
    text = path.read_text(encoding="utf-8")
    defined = set(re.findall(r"Define (HALLOFSHAME_\w+)", text))
    assert set(re.findall(r"HALLOFSHAME_[A-Z_]+", text)) - defined <= known


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_commands_that_a_unit_runs_exist(path: Path) -> None:
    ran = re.findall(r"^ExecSt\w+=\S+/hallofshame (\w[\w-]*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert ran
    assert set(ran) <= set(cli.list_commands(Context(cli)))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_held_to_limits_and_to_its_own_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for line in ("User=hallofshame", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in text.splitlines()
    for name in ("CPUQuota", "MemoryMax"):
        assert re.search(rf"^{name}=\S", text, re.MULTILINE)


def test_every_timer_starts_a_unit_that_is_there() -> None:
    assert [timer.stem for timer in TIMERS] == [
        f"hallofshame-{name}" for name in ("backup", "cycle", "daily", "schedules")
    ]
    for timer in TIMERS:
        unit = timer.with_suffix(".service").read_text(encoding="utf-8")
        assert "Type=oneshot" in unit
        assert "SuccessExitStatus=75" in unit


def test_jobs_that_timers_run_exist() -> None:
    named = set()
    for unit in UNITS:
        for line in re.findall(r"hallofshame jobs run ([a-z ]+) --", unit.read_text(encoding="utf-8")):
            named |= set(line.split())
    assert named == {"cycle", "rollup", "schedules", "watch"}
    assert named <= {job.value for job in JobType}


def test_systemd_takes_every_unit_without_a_warning(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        leave_out("systemd-analyze not found: apt-get install systemd")
    for path in (*UNITS, *TIMERS):
        # The program is not installed here; everything else is as it is.
        text = path.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = sorted(tmp_path.iterdir())
    result = subprocess.run(
        [verify, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_the_apache_file_passes_keys_on() -> None:
    text = (DEPLOY / "apache" / "hallofshame-wsgi.conf").read_text(encoding="utf-8")
    assert "WSGIPassAuthorization On" in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_of_deploy_that_a_file_names_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"deploy/([\w/.-]*\w)", text):
        assert (DEPLOY / name).exists(), name
    for name in re.findall(r"\bhallofshame-[\w-]+\.(?:service|timer|conf)", text):
        assert list(DEPLOY.rglob(name)), name
