"""The history API: keys, budgets, refusals and pages, through the one HTTP policy."""

from __future__ import annotations

import datetime as dt
import json
import logging
from dataclasses import dataclass, field

import pytest

from hallofshame.domain.errors import (
    BodyError,
    BudgetSpentError,
    FeedError,
    KeyRefusedError,
    WindowExceededError,
)
from hallofshame.domain.words import PollOutcome, Status
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
from hallofshame.feeds.history_budget import Unmetered

BASE = "https://feed.test/v1/entity/park"


def utc(day, hour, minute=0):
    return dt.datetime(2026, 9, day, hour, minute, tzinfo=dt.UTC)


def row(at, status, wait=None):
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"time": time, "status": status, "queue": {"STANDBY": {"waitTime": wait}}}


def ride(opening, *rows):
    entity = {"id": "a", "name": "Astro Orbiter", "entityType": "ATTRACTION"}
    return {**entity, "opening": opening, "history": list(rows)}


def envelope(*entities, following=None):
    return {"id": "park", "entityType": "PARK", "entities": list(entities), "next": following}


def told(page):
    return [(change.at, change.status, change.wait_minutes) for change in page.changes]


@pytest.fixture
def answers(wire, clock):
    """``answers(reply, …)``: the API behind the real HTTP client, its transport and its clock."""

    def make(*replies, key="", budget=None):
        client, transport = wire(*replies)
        context = FeedContext(client, clock, logging.getLogger("tests"), "https://feed.test")
        return HistoryApi(context, HistoryAccess(key, budget or Unmetered())), transport, clock

    return make


@dataclass
class Reply:
    """One answer of the transport."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict = field(default_factory=dict)


def refusal(status, headers=(), **error):
    return Reply(json.dumps({"error": error}).encode(), status, dict(headers))


@dataclass
class NotedBudget(Unmetered):
    """Allows everything and remembers what it was told."""

    notes: list = field(default_factory=list)

    def note(self, headers):
        self.notes.append(dict(headers))

    def booked(self, requests):
        self.notes.append(requests)

    def pause(self, seconds):
        self.notes.append(("pause", seconds))


DAY = dt.date(2026, 9, 15)
EMPTY = Reply(json.dumps(envelope()).encode(), 200, {"RateLimit-Remaining": "7"})


def test_the_key_is_sent_with_every_page_and_what_headers_say_is_noted(answers):
    following = f"{BASE}/history?cursor=abc"
    first = Reply(json.dumps(envelope(following=following)).encode())
    api, transport, _ = answers(first, EMPTY, key="secret-key", budget=(budget := NotedBudget()))
    api.day("park", DAY, "America/New_York")
    assert [request.headers["X-API-Key"] for request in transport.requests] == ["secret-key"] * 2
    assert transport.requests[1].url == following
    assert budget.notes[-1]["ratelimit-remaining"] == "7"


def test_an_empty_key_is_not_sent(answers):
    api, transport, _ = answers(EMPTY)
    api.day("park", DAY, "America/New_York")
    assert "X-API-Key" not in transport.requests[0].headers


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "2900"}])
def test_a_pause_named_in_the_body_alone_is_kept(answers, headers):
    limited = refusal(429, headers, type="HISTORY_RATE_LIMITED", retryAfter=2900)
    api, transport, clock = answers(limited, budget=(budget := NotedBudget()))
    with pytest.raises(BudgetSpentError) as caught:
        api.day("park", DAY, "America/New_York")
    assert (caught.value.wait_seconds, len(transport.requests), clock.slept) == (2900, 1, [])
    assert ("pause", 2900) in budget.notes


def test_a_short_pause_is_waited_for_and_each_try_is_booked(answers):
    limited = refusal(429, type="HISTORY_RATE_LIMITED", retryAfter=7)
    api, _, clock = answers(limited, EMPTY, budget=(budget := NotedBudget()))
    api.day("park", DAY, "America/New_York")
    assert (clock.slept, budget.notes[0]) == ([7], 1)


@pytest.mark.parametrize("asked", [-1, "soon", True, 1e99, None, [5]])
def test_a_pause_that_cannot_be_is_none(answers, asked):
    limited = refusal(429, type="HISTORY_RATE_LIMITED", retryAfter=asked)
    api, transport, _ = answers(limited)
    with pytest.raises(FeedError) as caught:
        api.day("park", DAY, "America/New_York")
    assert (caught.value.outcome, len(transport.requests)) == (PollOutcome.RATE_LIMITED, 3)


def test_the_recorded_refusal_names_the_first_day(answers, recording):
    recorded = json.loads(recording("tpw_history_api/errors.json").read_text())["window_exceeded_403"]
    api, _, _ = answers(Reply(json.dumps(recorded).encode(), 403))
    with pytest.raises(WindowExceededError) as caught:
        api.day("park", DAY, "America/New_York")
    assert caught.value.earliest == dt.date(2026, 9, 22)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_key_without_rights_is_refused_without_showing_it(answers, status):
    api, _, _ = answers(refusal(status, type="FORBIDDEN"), key="secret-key")
    with pytest.raises(KeyRefusedError, match="HALLOFSHAME_THEMEPARKS_WIKI_KEY") as caught:
        api.day("park", DAY, "America/New_York")
    assert "secret-key" not in str(caught.value)


@pytest.mark.parametrize("following", ["http://feed.test/v1/x", "//elsewhere.test/x", "https://[bad"])
def test_the_key_goes_to_no_other_place(answers, following):
    api, transport, _ = answers(Reply(json.dumps(envelope(following=following)).encode()), key="secret-key")
    with pytest.raises(BodyError):
        api.day("park", DAY, "America/New_York")
    assert len(transport.requests) == 1


def test_times_far_off_are_left_out_with_a_finding(answers):
    rows = (row(utc(15, 13), "OPERATING", 5), row(utc(1, 1), "DOWN"), row(utc(28, 1), "DOWN"))
    api, _, _ = answers(Reply(json.dumps(envelope(ride(None, *rows))).encode()))
    page = api.day("park", DAY, "America/New_York")
    assert told(page) == [(utc(15, 13), Status.OPERATING, 5)]
    assert [finding.kind for finding in page.findings] == ["history_time_outside"]


def test_the_recorded_park_day_is_opened_by_every_rides_state(answers, recording):
    body = recording("tpw_history_api/magic_kingdom_history_park_2026-09-17_trimmed.json").read_bytes()
    api, _, _ = answers(Reply(body))
    page = api.day("75ea578a-adc8-4116-a54d-dccb60765ef9", dt.date(2026, 9, 17), "America/New_York")
    opened = [change for change in page.changes if change.at == utc(17, 4)]
    assert {change.name: change.status for change in opened} == {
        "Astro Orbiter": Status.CLOSED,
        "Be Our Guest Restaurant": Status.OPERATING,
        "Big Thunder Mountain Railroad": Status.CLOSED,
    }
    assert page.findings == ()


def test_daily_figures_are_read_within_published_hours(answers, recording):
    body = recording("tpw_history_api/magic_kingdom_daily_2026-08_small_world_only.json").read_bytes()
    api, transport, _ = answers(Reply(body), EMPTY)
    days, findings = api.daily("park", dt.date(2026, 8, 1), dt.date(2026, 8, 31))
    assert "/history/daily?from=2026-08-01&to=2026-08-31" in transport.requests[0].url
    assert sum(day.down_minutes for day in days) == 890
    assert sum(day.scheduled_minutes for day in days) == 27_510
    assert (len(days), findings.as_tuple()) == (31, ())


@pytest.mark.parametrize(
    "told", [{}, {"scheduledMinutes": -5}, {"scheduledMinutes": 1e30}, {"scheduledMinutes": [1]}, []]
)
def test_daily_figures_that_cannot_be_are_left_out(answers, told):
    days = [{"date": "2026-09-15", "inParkHours": told}, {"date": 7, "inParkHours": {"downMinutes": 1}}, 5]
    entity = {"id": "a", "name": "Astro", "entityType": "ATTRACTION", "days": days}
    api, _, _ = answers(Reply(json.dumps(envelope(entity)).encode()))
    assert api.daily("park", DAY, DAY)[0] == []
