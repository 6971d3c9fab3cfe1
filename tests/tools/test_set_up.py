"""The environment is made whole again after any failure, and each kind asks for what it needs and no more."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import set_up  # noqa: E402
from set_up import KINDS  # noqa: E402
from stages import SetUpError, Stage  # noqa: E402


class Steps:
    """Stands for the long steps; makes what they would make."""

    def __init__(self, venv: Path) -> None:
        self.venv = venv
        self.taken: list[str] = []
        self.fails = False
        self.is_killed = False

    def run(self, stage: Stage, command: list[str], **given: object) -> None:
        self.taken.append(stage.tool)
        if stage.tool == "venv":
            shutil.rmtree(self.venv, ignore_errors=True)
            (self.venv / "bin").mkdir(parents=True)
            (self.venv / "bin" / "python").write_text("#!/bin/sh\nexit 0\n")
            (self.venv / "bin" / "python").chmod(0o755)
            return
        self.asked = command[-1]
        self.environment = dict(given["environment"])  # type: ignore[call-overload]
        if self.is_killed:
            raise KeyboardInterrupt
        if self.fails:
            raise SetUpError("no network")


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    venv = tmp_path / ".venv"
    found = Steps(venv)
    monkeypatch.setattr(set_up, "VENV", venv)
    monkeypatch.setattr(set_up, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(set_up, "BEGUN", venv / ".installing")
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(Stage, "run", lambda stage, command, **given: found.run(stage, command, **given))
    return found


def test_the_first_set_up_makes_the_environment_and_stamps_it(steps: Steps) -> None:
    set_up.set_up(KINDS["run"])
    assert steps.taken == ["venv", "pip"]
    assert steps.asked == "."
    assert (steps.venv / ".ready-run").exists()
    assert not (steps.venv / ".ready-dev").exists()


def test_the_program_is_installed_without_what_only_a_wheel_is_built_with(steps: Steps) -> None:
    """Node, which the hook of the wheel asks for, is larger than all that the program needs."""
    set_up.set_up(KINDS["run"])
    assert steps.environment["HATCH_BUILD_NO_HOOKS"] == "true"


def test_developing_is_added_to_what_is_there(steps: Steps) -> None:
    set_up.set_up(KINDS["run"])
    set_up.set_up(KINDS["dev"])
    assert steps.taken == ["venv", "pip", "pip"]
    assert steps.asked == ".[dev]"
    assert (steps.venv / ".ready-dev").exists()


def test_a_failed_installation_goes_on_in_the_same_environment(steps: Steps) -> None:
    steps.fails = True
    with pytest.raises(SetUpError):
        set_up.set_up(KINDS["run"])
    assert not (steps.venv / ".ready-run").exists()
    steps.fails = False
    set_up.set_up(KINDS["run"])
    assert steps.taken == ["venv", "pip", "pip"]


def test_a_killed_installation_is_not_trusted(steps: Steps) -> None:
    steps.is_killed = True
    with pytest.raises(KeyboardInterrupt):
        set_up.set_up(KINDS["run"])
    steps.is_killed = False
    set_up.set_up(KINDS["run"])
    assert steps.taken == ["venv", "pip", "venv", "pip"]
    assert (steps.venv / ".ready-run").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(steps: Steps) -> None:
    set_up.set_up(KINDS["run"])
    (steps.venv / "bin" / "python").unlink()
    set_up.set_up(KINDS["run"])
    assert steps.taken == ["venv", "pip", "venv", "pip"]


def test_a_python_without_ensurepip_is_told_what_to_install(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(stage: Stage, _command: list[str], **_given: object) -> None:
        stage.log.parent.mkdir(parents=True, exist_ok=True)
        stage.log.write_text("The virtual environment was not created because ensurepip is not available.")
        raise SetUpError("venv failed")

    monkeypatch.setattr(set_up, "LOGS", steps.venv.parent / "logs")
    monkeypatch.setattr(Stage, "run", fail)
    with pytest.raises(SetUpError, match=r"apt-get install python3\.\d+-venv"):
        set_up.set_up(KINDS["run"])


def test_what_runs_needs_nothing_that_only_developers_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {re.split(r"[<>=\[]", each)[0] for each in project["project"]["dependencies"]}
    dev = {re.split(r"[<>=\[]", each)[0] for each in project["project"]["optional-dependencies"]["dev"]}
    assert not names & (dev - {"hallofshame"})
    assert not {name for name in names if re.match(r"types-|pytest|playwright|nodejs|mypy|ruff", name)}


MAKE = shutil.which("make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile with an environment whose programs say what they were asked for."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "hallofshame", "ruff", "mypy", "lint-imports", "djlint"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (programs / name).chmod(0o755)
    for stamp in (".ready-run", ".ready-dev"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


def made(checkout: Path, *arguments: str, **environment: str) -> list[str]:
    assert MAKE is not None
    path = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [MAKE, *arguments], cwd=checkout, env=path | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(MAKE is None, reason="make not found: apt-get install make")
def test_the_variables_of_make_may_stand_before_or_behind(checkout: Path) -> None:
    plain = ["python tools/build_pages.py --tidy", "hallofshame demo"]
    assert made(checkout, "demo") == plain
    assert made(checkout, "demo", "FRESH=1") == [plain[0], "hallofshame demo --fresh"]
    assert made(checkout, "demo", FRESH="1") == [plain[0], "hallofshame demo --fresh"]
    assert made(checkout, "demo", FRESH="0") == plain
    demo = made(checkout, "demo", "PORT=8080", DATA="a folder")[1]
    assert demo == "hallofshame demo --port 8080 --data a folder"
    assert made(checkout, "run", PORT="81")[1] == "hallofshame run --port 81"


@pytest.mark.skipif(MAKE is None, reason="make not found: apt-get install make")
def test_demonstration_and_tests_ask_for_different_environments(checkout: Path) -> None:
    (checkout / ".venv" / ".ready-dev").unlink()
    python = checkout / "python-of-the-system"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "$@"\n')
    python.chmod(0o755)
    chosen = f"PYTHON={python}"
    assert made(checkout, "demo", chosen)[0] == "python tools/build_pages.py --tidy"
    assert made(checkout, "lint", chosen)[0] == "tools/set_up.py dev"
    (checkout / ".venv" / ".ready-run").unlink()
    assert made(checkout, "demo", chosen)[0] == "tools/set_up.py run"
