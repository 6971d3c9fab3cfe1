"""Suites that need more than Python: left out where it is missing, unless none may be."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

BOTH = ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)]
"""The databases, as parameters of a fixture or a test."""

REQUIRE_ALL = "HALLOFSHAME_REQUIRE_ALL_SUITES"


def leave_out(why: str) -> NoReturn:
    """Skip the test for want of a program; fail instead where no suite may be left out."""
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(why)
    pytest.skip(why)
