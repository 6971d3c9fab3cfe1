"""Suites that need more than Python: left out where it is missing, unless none may be."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from support.mariadb import MariaDBMissingError, MariaDBServer

BOTH = ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)]
"""The databases, as parameters of a fixture or a test."""

REQUIRE_ALL = "HALLOFSHAME_REQUIRE_ALL_SUITES"


def leave_out(why: str) -> NoReturn:
    """Skip the test for want of a program; fail instead where no suite may be left out."""
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def running_mariadb(*, has_users: bool = False) -> Iterator[MariaDBServer]:
    """A MariaDB server meanwhile; the test is left out where the program is missing.

    Its folder is short, as a unix socket's path must be. ``has_users``: as for the server.
    """
    with tempfile.TemporaryDirectory(prefix="hos-", ignore_cleanup_errors=True) as folder:
        try:
            server = MariaDBServer(Path(folder), has_users=has_users)
        except MariaDBMissingError as missing:
            leave_out(str(missing))
        try:
            server.start()
            yield server
        finally:
            server.stop()
