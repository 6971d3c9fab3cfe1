"""Readers of long answers: a few at once, and none for ever."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web import sending
from hallofshame.web.app import WHOLE_BYTES, create_app

NOON = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)
PIECE = b"a" * 64 * 1024


def free_places() -> int:
    taken = []
    with pytest.raises(ServiceUnavailable):
        while True:
            taken.append(sending.SendSlot())
    for place in taken:
        place.give_back()
    return len(taken)


def test_a_place_is_held_while_pieces_are_taken_and_free_after_the_last() -> None:
    answer = sending.sent_from(sending.SendSlot(), iter([PIECE] * 3), FixedClock(NOON))
    next(answer)
    assert free_places() == sending.PLACES - 1
    assert list(answer) == [PIECE] * 2
    assert free_places() == sending.PLACES


def test_a_reader_who_leaves_gives_the_place_back_once() -> None:
    place = sending.SendSlot()
    answer = sending.sent_from(place, iter([PIECE] * 3), FixedClock(NOON))
    next(answer)
    answer.close()  # type: ignore[attr-defined]
    place.give_back()
    assert free_places() == sending.PLACES


@pytest.mark.parametrize(("pause", "pieces_taken"), [(3.9, 1000), (40.0, 1), (5.0, 31)])
def test_a_reader_slower_than_the_least_pace_loses_the_answer(
    pause: float, pieces_taken: int, caplog: pytest.LogCaptureFixture
) -> None:
    """64 KiB at 16 KiB/s take 4 s; at 5 s a piece the grace of 30 s is used up after 30 pieces."""
    clock = FixedClock(NOON)
    answer = sending.sent_from(sending.SendSlot(), iter([PIECE] * 1000), clock)
    taken = 0
    try:
        for _ in answer:
            taken += 1
            clock.sleep(pause)
    except sending.SlowReaderError:
        assert "its answer breaks off" in caplog.text
    assert taken == pieces_taken
    assert free_places() == sending.PLACES


@pytest.mark.parametrize(("size", "is_whole"), [(WHOLE_BYTES, True), (WHOLE_BYTES + 1, False)])
def test_short_answers_keep_no_thread_and_long_ones_go_out_in_pieces(
    sqlite_database: Database, size: int, is_whole: bool
) -> None:
    app = create_app(sqlite_database, FixedClock(NOON))

    @app.get("/pieces")
    def pieces() -> object:
        return app.response_class(iter([b"a" * size]), headers={"Content-Length": str(size)})

    with app.test_request_context("/pieces"):
        assert app.full_dispatch_request().is_streamed is not is_whole


@pytest.mark.parametrize("path", ["/static/favicon.svg", "/static/tokens.css", "/icons/192.png"])
def test_files_keep_no_thread(app: Flask, path: str) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}):
        with app.test_request_context(path, headers=headers):
            response = app.full_dispatch_request()
            assert response.status_code in (200, 206)
            assert not response.is_streamed
            response.close()
