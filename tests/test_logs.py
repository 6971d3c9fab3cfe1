"""A line of the log says what the program says: nothing that strangers send can make or hide a line."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from hallofshame.logs import JsonFormatter, TextFormatter

FORGED = "2026-01-01T00:00:00Z INFO    hallofshame.web: all is well"
ENDS_OF_LINES = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
HIDING = ["\x1b[2K", "\x08", "\x00", "\x7f", "\x9b", "\u202e", "\u2066"]


def record(message: str, *given: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = None
    if error is not None:
        try:
            raise error
        except type(error):
            exc_info = sys.exc_info()
    return logging.LogRecord("hallofshame.web", logging.ERROR, __file__, 1, message, given, exc_info)


@pytest.mark.parametrize("end", ENDS_OF_LINES + HIDING)
def test_a_message_stays_on_one_line_in_both_forms(end: str) -> None:
    made = record("unexpected error on %s", f"/api/x{end}{FORGED}")
    text, line = TextFormatter().format(made), JsonFormatter().format(made)
    for shown in (text, line):
        assert shown.splitlines() == [shown]
        assert shown.isprintable()
        assert FORGED in shown
    assert json.loads(line)["message"] == f"unexpected error on /api/x{end}{FORGED}"


@pytest.mark.parametrize("end", ENDS_OF_LINES)
def test_no_line_of_a_traceback_looks_like_a_record(end: str) -> None:
    made = record("failed", error=ValueError(f"bad{end}{FORGED}"))
    first, *trace = TextFormatter().format(made).splitlines()
    assert first.endswith("failed")
    assert trace[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in trace)
    line = JsonFormatter().format(made)
    assert line.splitlines() == [line]


def test_text_in_any_script_is_left_as_it_is() -> None:
    assert (
        TextFormatter()
        .format(record("Fårup Sommerland, 東京ディズニーランド"))
        .endswith("東京ディズニーランド")
    )
