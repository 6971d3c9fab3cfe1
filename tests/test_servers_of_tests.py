"""What tests start leaves alone what other tests started."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from support.suites import running_mariadb


def test_a_database_server_leaves_the_temporary_tables_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_another = tmp_path / "#sql-temptable-1-2-3.MAI"
    of_another.touch()
    tempfile.gettempdir()  # is kept: the server's own folder stays where it is
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running_mariadb():
        assert of_another.exists()
