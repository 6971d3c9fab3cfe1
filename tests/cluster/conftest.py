"""One cluster for all tests of this folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.galera import GaleraCluster
from support.mariadb import MariaDBMissingError
from support.suites import leave_out


@pytest.fixture(scope="session")
def galera() -> Iterator[GaleraCluster]:
    """Three nodes; a test that stops one starts it again."""
    with tempfile.TemporaryDirectory(prefix="hog-", ignore_cleanup_errors=True) as folder:
        try:
            cluster = GaleraCluster(Path(folder))
        except MariaDBMissingError as missing:
            leave_out(str(missing))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
