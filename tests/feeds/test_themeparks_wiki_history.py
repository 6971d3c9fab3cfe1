"""The public history of ThemeParks.wiki; bodies are written by hand after the published type definitions."""

from __future__ import annotations

import datetime as dt

import pytest

from hallofshame.domain.errors import (
    BodyError,
    FeedError,
    WindowExceededError,
)
from hallofshame.domain.words import PollOutcome, RideKind, Status
from hallofshame.feeds.history_api import MAX_HISTORY_PAGES
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed

BASE = "https://feed.test/v1/entity/park"
ENTITY = {"id": "park", "name": "Park", "entityType": "PARK", "timezone": "America/New_York"}


def utc(day, hour, minute=0):
    return dt.datetime(2026, 9, day, hour, minute, tzinfo=dt.UTC)


def row(at, status, wait=None):
    return {
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "changed": ["status"],
        "status": status,
        "queue": {"STANDBY": {"waitTime": wait}},
    }


def ride(opening, *rows, **fields):
    return {
        "id": "a",
        "name": "Astro Orbiter",
        "entityType": "ATTRACTION",
        "opening": opening,
        "history": list(rows),
        **fields,
    }


def envelope(*entities, following=None):
    return {**ENTITY, "entities": list(entities), "next": following}


def day(number):
    return f"{BASE}/history?date=2026-09-{number:02}"


FIRST = envelope(
    ride(row(utc(15, 4), "CLOSED"), row(utc(15, 12, 30), "OPERATING", 5), row(utc(15, 20), "DOWN")),
    {**ENTITY, "opening": row(utc(15, 4), "OPERATING"), "history": []},
)
SECOND = envelope(ride(row(utc(16, 4), "DOWN"), row(utc(16, 13), "OPERATING", 15)))


@pytest.fixture
def feed(context):
    return lambda bodies: ThemeParksWikiFeed(context({BASE: ENTITY, **bodies}))


def told(page):
    return [(change.at, change.status, change.wait_minutes) for change in page.changes]


def test_a_range_is_asked_for_by_park_local_day_and_cut_to_its_ends(feed):
    source = feed({day(15): FIRST, day(16): SECOND})
    page = source.history("park", utc(15, 15), utc(16, 14))
    assert told(page) == [
        (utc(15, 15), Status.OPERATING, 5),
        (utc(15, 20), Status.DOWN, None),
        (utc(16, 13), Status.OPERATING, 15),
    ]
    assert (page.changes[0].external_id, page.changes[0].kind) == ("a", RideKind.ATTRACTION)
    assert page.findings == ()


def test_the_end_is_not_part_of_the_range(feed):
    source = feed({day(15): FIRST})
    assert told(source.history("park", utc(15, 4), utc(15, 20)))[-1] == (utc(15, 12, 30), Status.OPERATING, 5)


def test_the_day_before_local_midnight_is_the_one_asked_for(feed):
    source = feed({day(14): envelope(ride(row(utc(14, 4), "CLOSED")))})
    assert told(source.history("park", utc(15, 1), utc(15, 4))) == [(utc(15, 1), Status.CLOSED, None)]


def test_an_unknown_opening_claims_nothing(feed):
    source = feed({day(15): envelope(ride(row(utc(15, 4), None), row(utc(15, 13), "OPERATING", 5)))})
    page = source.history("park", utc(15, 4), utc(16, 4))
    assert (told(page), page.findings) == ([(utc(15, 13), Status.OPERATING, 5)], ())


def test_a_single_entity_answers_for_itself(feed):
    single = {**ride(row(utc(15, 4), "CLOSED"), row(utc(15, 13), "OPERATING", 5)), "next": None}
    assert len(feed({day(15): single}).history("park", utc(15, 4), utc(16, 4)).changes) == 2


def test_further_pages_are_followed_on_the_same_host(feed):
    more = f"{BASE}/history?page=2"
    source = feed(
        {
            day(15): envelope(ride(row(utc(15, 4), "CLOSED")), following=more),
            more: envelope(ride(None, row(utc(15, 13), "OPERATING", 5))),
        }
    )
    assert len(source.history("park", utc(15, 4), utc(16, 4)).changes) == 2


def test_a_next_page_on_another_host_is_refused(feed):
    source = feed({day(15): envelope(following="https://elsewhere.test/steal")})
    with pytest.raises(BodyError, match="another host"):
        source.history("park", utc(15, 4), utc(16, 4))


def test_endless_paging_ends_with_a_finding(feed):
    circle = f"{BASE}/history?page=2"
    source = feed({day(15): envelope(following=circle), circle: envelope(following=circle)})
    page = source.history("park", utc(15, 4), utc(16, 4))
    assert [finding.kind for finding in page.findings] == ["history_paging_capped"]
    assert MAX_HISTORY_PAGES < 100


def test_asking_too_far_back_says_so(feed):
    refusal = FeedError(
        'answered HTTP 403: {"error":{"type":"HISTORY_WINDOW_EXCEEDED","earliestAllowedDate":"2026-09-08"}}',
        outcome=PollOutcome.CLIENT_ERROR,
        http_status=403,
    )
    with pytest.raises(WindowExceededError, match=r"2026-09-01 lies beyond .* seven days") as caught:
        feed({day(1): refusal}).history("park", utc(1, 12), utc(1, 13))
    assert (caught.value.outcome, caught.value.http_status) == (PollOutcome.CLIENT_ERROR, 403)


def test_other_refusals_pass_unchanged(feed):
    with pytest.raises(FeedError) as caught:
        feed({}).history("park", utc(15, 12), utc(15, 13))
    assert caught.value.outcome is PollOutcome.NOT_FOUND


def test_rows_that_cannot_be_read_are_found(feed):
    source = feed({day(15): envelope(ride(None, {"status": "OPERATING"}, row(utc(15, 13), "FOGGY")))})
    page = source.history("park", utc(15, 4), utc(16, 4))
    assert told(page) == [(utc(15, 13), None, None)]
    assert [finding.kind for finding in page.findings] == ["entry_unreadable", "unknown_status"]


def test_a_park_without_a_zone_is_refused(context):
    source = ThemeParksWikiFeed(context({BASE: {**ENTITY, "timezone": None}}))
    with pytest.raises(FeedError, match="no known time zone"):
        source.history("park", utc(15, 4), utc(16, 4))


def test_an_answer_without_history_is_a_bad_body(feed):
    with pytest.raises(BodyError, match="holds no history"):
        feed({day(15): {"days": []}}).history("park", utc(15, 4), utc(16, 4))
