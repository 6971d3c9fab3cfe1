"""How figures are written."""

from __future__ import annotations

import pytest
from flask import Flask

from hallofshame.web.formatting import (
    clock_hour,
    clocks,
    day_words,
    duration,
    figure,
    local_time,
    long_date,
    short_date,
    signed,
)
from hallofshame.web.reader_language import Writing, writing_for


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(12.5, 0, "13"), (11.5, 0, "12"), (0.25, 1, "0.3"), (2.675, 2, "2.67"), (1234.5, 1, "1\u202f234.5")],
)
def test_halves_are_rounded_up(value: float, digits: int, written: str) -> None:
    assert figure(value, digits) == written


def test_negative_figures_have_a_true_minus_and_zero_has_none() -> None:
    assert figure(-81.581, 2) == "−81.58"
    assert figure(-0.04, 1) == "0.0"
    assert signed(-0.25) == "−0.3"
    assert signed(0.0) == "±0.0"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(59, "59\u00a0s"), (90, "2\u00a0min"), (150, "3\u00a0min"), (5400.0, "1\u00a0h\u00a030\u00a0min")],
)
def test_durations_are_whole_minutes(seconds: int, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("header", "writing"),
    [
        ("", Writing.PLAIN),
        ("de-DE,de;q=0.9,en-US;q=0.8", Writing.PLAIN),
        ("en", Writing.PLAIN),
        ("en-US,en;q=0.9", Writing.US),
        ("de;q=0.4, en-us;q=0.9", Writing.US),
        ("en-GB", Writing.UK),
        ("en-AU,en-US;q=0.5", Writing.UK),
        ("*;q=nonsense,,,;", Writing.PLAIN),
    ],
)
def test_readers_are_written_to_by_the_language_they_like_best(header: str, writing: Writing) -> None:
    assert writing_for(header) is writing


AFTERNOON, MIDNIGHT = "2026-08-20T11:05:00Z", "2026-08-19T22:00:00Z"


@pytest.mark.parametrize(
    ("header", "written"),
    [
        ("fr", ["13:05", "Thu 20 Aug, 00:00", "20 August 2026, 13:05 CEST", "20 Aug 2026", "1\u202f234.5"]),
        ("en-GB", ["13:05", "Thu 20 Aug, 00:00", "20 August 2026, 13:05 CEST", "20 Aug 2026", "1,234.5"]),
        (
            "en-US",
            [
                "1:05\u202fPM",
                "Thu, Aug 20, 12:00\u202fAM",
                "August 20, 2026, 1:05\u202fPM CEST",
                "Aug 20, 2026",
                "1,234.5",
            ],
        ),
    ],
)
def test_clocks_dates_and_thousands_are_the_readers(header: str, written: list[str]) -> None:
    with Flask("test").test_request_context("/", headers={"Accept-Language": header}):
        times = [
            str(local_time(iso, "Europe/Rome", style)).partition(">")[2].removesuffix("</time>")
            for iso, style in ((AFTERNOON, "time"), (MIDNIGHT, "day"), (AFTERNOON, "full"))
        ]
        assert [*times, short_date("2026-08-20"), figure(1234.5, 1)] == written


def test_times_inside_texts_are_the_readers_and_nothing_else_is() -> None:
    text = "Usually runs 10:00–21:30 on Saturdays (8 days), UTC+02:00, wait 12:345"
    assert clocks(text) == text
    with Flask("test").test_request_context("/", headers={"Accept-Language": "en-US"}):
        assert clocks(text) == (
            "Usually runs 10:00\u202fAM–9:30\u202fPM on Saturdays (8 days), UTC+02:00, wait 12:345"
        )
        assert [clock_hour("09:00"), clock_hour("00:30")] == ["9\u202fAM", "12:30\u202fAM"]
        assert long_date("2026-08-20") == "Thursday, August 20, 2026"
        assert day_words("2026-08-22", "2026-08-20") == "on Saturday, August 22"
    with Flask("test").test_request_context("/api/parks", headers={"Accept-Language": "en-US"}):
        assert clocks("10:00") == "10:00", "the API writes for programs"
