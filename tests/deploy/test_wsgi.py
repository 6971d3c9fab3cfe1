"""The site under a server that is not ours."""

from __future__ import annotations

import importlib
import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from hallofshame.domain.errors import SettingsError
from hallofshame.installation import Installation
from hallofshame.settings import load

START_SECONDS = 60.0


def prepared(folder: Path) -> dict[str, str]:
    """The environment of an installation with its tables and parks."""
    with Installation(load(data=folder)) as installation:
        installation.make_ready(migrate=True)
    return {"HALLOFSHAME_DATA": str(folder)}


@contextmanager
def gunicorn(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """The address of the site under gunicorn with two forked workers."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--preload",
            "-w2",
            "-b127.0.0.1:0",
            "hallofshame.wsgi:application",
        ],
        env=os.environ | environment,
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = ""
    while select.select([process.stderr], [], [], START_SECONDS)[0]:
        line = process.stderr.readline()
        said += line
        if found := re.search(r"Listening at: (http://\S+)", line):
            return found[1]
        if not line:
            break
    raise AssertionError(f"gunicorn did not start:\n{said}")


@pytest.mark.enable_socket
def test_the_site_answers_under_gunicorn(tmp_path: Path) -> None:
    environment = prepared(tmp_path / "data")
    with gunicorn(environment, tmp_path) as address:
        for _ in range(6):
            assert (
                len(requests.get(f"{address}/api/parks?limit=3", timeout=START_SECONDS).json()["data"]) == 3
            )
        assert "Powered by Queue-Times.com" in requests.get(address, timeout=START_SECONDS).text


def test_settings_that_cannot_be_used_are_said_on_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))
    monkeypatch.setenv("HALLOFSHAME_PORT", "eighty")
    monkeypatch.delitem(sys.modules, "hallofshame.wsgi", raising=False)
    with pytest.raises(SettingsError, match="HALLOFSHAME_PORT"):
        importlib.import_module("hallofshame.wsgi")
