"""What the files of ``deploy/`` name is there: commands, settings, paths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Context

from hallofshame.cli import cli
from hallofshame.settings import Settings, variable

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted(DEPLOY.glob("systemd/*.service"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_settings_that_a_file_names_exist(path: Path) -> None:
    known = {variable(field) for field in Settings.model_fields}
    text = path.read_text(encoding="utf-8")
    defined = set(re.findall(r"Define (HALLOFSHAME_\w+)", text))
    assert set(re.findall(r"HALLOFSHAME_[A-Z_]+", text)) - defined <= known


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_commands_that_a_unit_runs_exist(path: Path) -> None:
    ran = re.findall(r"^ExecStart=\S+/hallofshame (\w[\w-]*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert ran
    assert set(ran) <= set(cli.list_commands(Context(cli)))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_held_to_limits_and_to_its_own_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for line in ("User=hallofshame", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in text.splitlines()
    for name in ("CPUQuota", "MemoryMax"):
        assert re.search(rf"^{name}=\S", text, re.MULTILINE)
