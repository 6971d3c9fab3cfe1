"""What tests start leaves alone what other tests started."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from support.mariadb import MariaDBMissingError, MariaDBServer
from support.suites import leave_out


def test_a_database_server_leaves_the_temporary_tables_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_another = tmp_path / "#sql-temptable-1-2-3.MAI"
    of_another.touch()
    with tempfile.TemporaryDirectory(prefix="hos-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        try:
            server = MariaDBServer(Path(folder))
        except MariaDBMissingError as missing:
            leave_out(str(missing))
        try:
            server.start()
        finally:
            server.stop()
    assert of_another.exists()
