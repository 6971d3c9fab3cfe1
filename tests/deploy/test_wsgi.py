"""The site under servers that are not ours."""

from __future__ import annotations

import importlib
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from hallofshame.domain.access import Scope
from hallofshame.domain.errors import SettingsError
from hallofshame.installation import Installation
from hallofshame.settings import load
from hallofshame.store import keys
from support.apache import apache

START_SECONDS = 60.0


def prepared(folder: Path) -> None:
    """Make an installation with its tables and parks."""
    with Installation(load(data=folder)) as installation:
        installation.make_ready(migrate=True)


@contextmanager
def gunicorn(folder: Path) -> Iterator[str]:
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


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder as ``deploy/`` expects it, with settings and data; its path is short."""
    with tempfile.TemporaryDirectory(prefix="hos-") as made:
        Path(made).chmod(0o711)
        folder = Path(made) / "home"
        folder.mkdir(mode=0o700)
        prepared(folder / "data")
        (folder / ".env").write_text(f"HALLOFSHAME_DATA={folder / 'data'}\n", encoding="utf-8")
        yield folder


def check(address: str, token: str) -> None:
    """Pages, API, tags, packing, errors, files and keys, as any server has to hand them on."""

    def ask(path: str, **headers: str) -> requests.Response:
        return requests.get(f"{address}{path}", headers=headers, timeout=START_SECONDS)

    page = ask("/")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Powered by Queue-Times.com" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for _ in range(3):
        parks = ask("/api/parks?limit=3", **{"Accept-Encoding": "gzip"})
        assert len(parks.json()["data"]) == 3
        assert parks.headers["Content-Encoding"] == "gzip"
        assert parks.headers["Access-Control-Allow-Origin"] == "*"
    again = ask("/api/parks?limit=3", **{"If-None-Match": parks.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert requests.head(f"{address}/api/parks", timeout=START_SECONDS).content == b""
    missing = ask("/api/nowhere")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert ask("/nowhere").status_code == 404
    refused = requests.post(f"{address}/api/parks", data=b"x" * 1000, timeout=START_SECONDS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (405, "method_not_allowed")
    icon = re.search(r'"(/static/favicon\.svg[^"]*)"', page.text)
    assert icon is not None
    assert ask(icon[1]).headers["Content-Type"].startswith("image/svg+xml")
    assert ask("/static/tokens.css").headers["Content-Type"].startswith("text/css")
    assert ask("/api/admin/storage/growth").status_code == 401
    storage = ask("/api/admin/import/list", Authorization=f"Bearer {token}")
    assert (storage.status_code, storage.json()["data"]) == (200, [])


def made_key(folder: Path) -> str:
    with Installation(load(data=folder / "data")) as installation:
        now = installation.clock.now()
        return installation.database.run(
            lambda connection: keys.create(connection, "test", (Scope.IMPORT_READ,), now)
        )[1]


@pytest.mark.enable_socket
def test_the_site_answers_under_gunicorn(home: Path) -> None:
    token = made_key(home)
    with gunicorn(home) as address:
        check(address, token)


@pytest.mark.enable_socket
def test_the_site_answers_under_apache_as_deploy_configures_it(home: Path) -> None:
    token = made_key(home)
    folder = home.parent / "apache"
    folder.mkdir()
    with apache(home, folder) as address:
        check(address, token)
        large = requests.post(f"{address}/api/parks", data=b"x" * 70_000, timeout=START_SECONDS)
        assert large.status_code == 413
        assert "Python" not in large.headers["Server"]
    assert "Traceback" not in (folder / "error.log").read_text(encoding="utf-8")


def test_settings_that_cannot_be_used_are_said_on_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))
    monkeypatch.setenv("HALLOFSHAME_PORT", "eighty")
    monkeypatch.delitem(sys.modules, "hallofshame.wsgi", raising=False)
    with pytest.raises(SettingsError, match="HALLOFSHAME_PORT"):
        importlib.import_module("hallofshame.wsgi")
