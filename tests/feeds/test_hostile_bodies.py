"""Whatever JSON a feed sends, a parser reads what it can or raises ``FeedError``: nothing else gets out.

Anything else would end the whole cycle, because only a ``FeedError`` is one park's own affair.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import BodyError, FeedError
from hallofshame.domain.readings import ParkReading
from hallofshame.feeds.archive import parse_events, split_by_park
from hallofshame.feeds.base import FeedAnswer, FeedContext
from hallofshame.feeds.parsing import (
    MAX_ENTRIES,
    MAX_FINDINGS,
    MAX_ID_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_WHOLE,
)
from hallofshame.feeds.queue_times import QueueTimesFeed
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from support.hostile_bodies import altered, any_json

START = dt.datetime(2026, 8, 19, 4, tzinfo=dt.UTC)
END = dt.datetime(2026, 8, 20, 4, tzinfo=dt.UTC)


class _Says:
    """Answers every request with one body."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        return FeedAnswer(self._body, 200, 1, 1)


def _requests(body: Any) -> dict[str, Callable[[], object]]:
    context = FeedContext(_Says(body), FixedClock(END), logging.getLogger("tests"), "https://feed.test")
    queue_times, wiki = QueueTimesFeed(context), ThemeParksWikiFeed(context)
    return {
        "queue times poll": lambda: queue_times.poll("a"),
        "queue times parks": queue_times.list_parks,
        "wiki poll": lambda: wiki.poll("a"),
        "wiki parks": wiki.list_parks,
        "wiki park": lambda: wiki.park("a"),
        "wiki entities": lambda: wiki.list_entities("a"),
        "wiki schedule in New York": lambda: wiki.schedule("a", "America/New_York"),
        "wiki schedule in Tokyo": lambda: wiki.schedule("a", "Asia/Tokyo"),
        "wiki history": lambda: ThemeParksWikiFeed(
            FeedContext(_HistoryOf(body), FixedClock(END), logging.getLogger("tests"), "https://feed.test")
        ).history("a", START, END),
        "archive": lambda: parse_events(body),
        "archive by park": lambda: split_by_park(body),
    }


class _HistoryOf(_Says):
    """Answers for the park itself as it should, and every history request with one body."""

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        if "history" in url or "more" in url:
            return super().get_json(url, params=params)
        return FeedAnswer({"id": "a", "name": "A", "timezone": "America/New_York"}, 200, 1, 1)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(altered() | any_json)
def test_no_body_gets_more_than_a_feed_error_out_of_a_parser(body: Any) -> None:
    for name, request in _requests(body).items():
        try:
            request()
        except FeedError:
            continue
        except Exception as error:
            raise AssertionError(f"{name} raised {error!r}") from error


@settings(max_examples=200, deadline=None)
@given(altered())
def test_what_is_read_from_any_body_fits_the_record(body: Any) -> None:
    for name in ("queue times poll", "wiki poll"):
        try:
            poll: Any = _requests(body)[name]()
        except FeedError:
            continue
        _fits(poll.reading)


def _fits(reading: ParkReading) -> None:
    for ride in reading.rides:
        assert ride.external_id is None or 0 < len(ride.external_id) <= MAX_ID_CHARACTERS
        assert 0 < len(ride.name) <= MAX_TEXT_CHARACTERS
        assert ride.wait_minutes is None or 0 <= ride.wait_minutes <= 600
        for queue in ride.queues:
            assert len(queue.state or "") <= 40
            assert len(queue.currency or "") <= 3
            for number in (queue.price_minor, queue.group_start, queue.group_end):
                assert number is None or abs(number) <= MAX_WHOLE


@pytest.mark.parametrize("kind", [[], {}, ["PARK"]])
def test_an_entity_type_that_is_no_text_is_an_unknown_kind(kind: Any) -> None:
    body = {"liveData": [{"id": "a", "name": "A", "entityType": kind, "status": "OPERATING"}]}
    poll: Any = _requests(body)["wiki poll"]()
    assert [ride.kind.value for ride in poll.reading.rides] == ["OTHER"]
    assert [finding.kind for finding in poll.reading.findings] == ["unknown_entity_type"]


def test_prices_and_words_beyond_reason_are_unknown_and_found() -> None:
    queue = {"PAID_RETURN_TIME": {"state": "A" * 41, "price": {"amount": 2**31, "currency": "dollars"}}}
    body = {
        "liveData": [{"id": "a", "name": "A", "entityType": "ATTRACTION", "status": "DOWN", "queue": queue}]
    }
    poll: Any = _requests(body)["wiki poll"]()
    (read,) = poll.reading.rides[0].queues
    assert (read.state, read.price_minor, read.currency) == (None, None, None)
    kinds = sorted(finding.kind for finding in poll.reading.findings)
    assert kinds == ["number_unreadable", "word_unreadable"]


HUGE = 10**400
"""A whole number as JSON may hold it, too large for a float."""


@pytest.mark.parametrize(
    ("request_name", "body"),
    [
        (
            "queue times parks",
            [
                {
                    "parks": [
                        {"id": 1, "name": "A", "latitude": HUGE, "longitude": 1},
                        {"id": 2, "name": "B", "latitude": 1, "longitude": 1},
                    ]
                }
            ],
        ),
        (
            "wiki entities",
            {
                "children": [
                    {
                        "id": "a",
                        "name": "A",
                        "entityType": "ATTRACTION",
                        "location": {"latitude": HUGE, "longitude": -HUGE},
                        "tags": [{"tag": "Minimum Height", "value": {"height": HUGE, "unit": "in"}}],
                    },
                    {"id": "b", "name": "B", "entityType": "ATTRACTION"},
                ]
            },
        ),
    ],
)
def test_a_number_too_large_for_a_float_costs_no_other_entry_its_place(request_name: str, body: Any) -> None:
    listed: Any = _requests(body)[request_name]()
    assert [entry.name for entry in listed] == ["A", "B"]
    assert (listed[0].latitude, listed[0].longitude) == (None, None)


@pytest.mark.parametrize(
    ("request_name", "body"),
    [
        ("wiki poll", {"liveData": [1] * (MAX_ENTRIES + 1)}),
        ("wiki poll", {"liveData": [{"id": "a", "queue": {str(n): {} for n in range(MAX_ENTRIES + 1)}}]}),
        ("wiki poll", {"liveData": [{"id": "a", "operatingHours": [1] * (MAX_ENTRIES + 1)}]}),
        (
            "wiki poll",
            {
                "liveData": [
                    {"id": str(ride), "showtimes": ["2026-08-20T10:00:00Z"] * (MAX_ENTRIES // 4 + 1)}
                    for ride in range(4)
                ]
            },
        ),
        ("wiki parks", {"destinations": [{"parks": [1] * (MAX_ENTRIES + 1)}]}),
        ("wiki entities", {"children": [1] * (MAX_ENTRIES + 1)}),
        ("wiki schedule in Tokyo", {"schedule": [1] * (MAX_ENTRIES + 1)}),
        (
            "wiki schedule in Tokyo",
            {
                "schedule": [
                    {
                        "date": "2026-08-20",
                        "purchases": [{"id": f"{row} {n}"} for n in range(MAX_ENTRIES // 2)],
                    }
                    for row in range(3)
                ]
            },
        ),
        ("wiki history", {"entities": [1] * (MAX_ENTRIES + 1)}),
        ("queue times poll", {"lands": [{"rides": [1] * (MAX_ENTRIES // 2)}] * 3}),
        ("queue times poll", {"rides": [1] * (MAX_ENTRIES + 1)}),
        ("queue times parks", [1] * (MAX_ENTRIES + 1)),
    ],
)
def test_an_answer_of_more_entries_than_can_be_is_refused(request_name: str, body: Any) -> None:
    with pytest.raises(BodyError, match=f"over {MAX_ENTRIES} cannot be right"):
        _requests(body)[request_name]()


def test_an_answer_leaves_no_more_findings_than_a_person_reads() -> None:
    poll: Any = _requests({"liveData": [{"name": "A"}] * (MAX_FINDINGS + 7)})["wiki poll"]()
    *kept, last = poll.reading.findings
    assert len(kept) == MAX_FINDINGS
    assert (last.kind, last.detail.split(";")[0]) == ("findings_left_out", "7 further findings in one answer")
