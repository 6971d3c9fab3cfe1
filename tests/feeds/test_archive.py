"""Event files of the archive: unpacking and reading."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib

import pytest

from hallofshame.domain.errors import BodyError
from hallofshame.domain.words import QueueType, RideKind, Status
from hallofshame.feeds.archive import decode, parse_events, split_by_park

EVENT = {"entityId": "a", "name": "A", "data": {"status": "DOWN"}, "eventTime": "2024-12-25T00:05:10.644Z"}


def test_the_printed_example_is_read(body):
    page = parse_events(body("archive_events"))
    (change,) = page.changes
    assert change.external_id == "750939c5-a69e-408a-8d55-66c272fa265e"
    assert change.name == "TRANSFORMERS™: The Ride-3D"
    assert (change.status, change.wait_minutes, change.kind) == (Status.OPERATING, 45, RideKind.ATTRACTION)
    assert change.at == dt.datetime(2024, 12, 25, 0, 5, 10, tzinfo=dt.UTC)
    assert page.findings == ()


def test_a_bare_list_says_the_same_as_an_object():
    assert parse_events([EVENT]) == parse_events({"events": [EVENT]})


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, bytes])
def test_files_may_be_zlib_gzip_or_plain(pack):
    assert decode(pack(json.dumps({"events": [EVENT]}).encode())) == {"events": [EVENT]}


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", zlib.compress(b"[1, 2, 3]")[:-6], zlib.compress(b"[1,")]
)
def test_damaged_files_are_refused(content):
    with pytest.raises(BodyError):
        decode(content)


def test_changes_come_in_order_of_time():
    later = {**EVENT, "eventTime": "2024-12-25T09:00:00Z", "data": {"status": "OPERATING"}}
    assert [change.status for change in parse_events([later, EVENT]).changes] == [
        Status.DOWN,
        Status.OPERATING,
    ]


@pytest.mark.parametrize(
    "slot", ["2024-12-25T18:00:00-05:00", {"type": "Show", "startTime": "2024-12-25T18:00:00Z"}]
)
def test_show_times_may_be_texts_or_objects(slot):
    page = parse_events([{**EVENT, "data": {"status": "OPERATING", "showtimes": [slot]}}])
    assert (page.changes[0].kind, page.findings) == (RideKind.SHOW, ())


@pytest.mark.parametrize(
    ("internal_id", "kind"),
    [
        ("80010114;entityType=Attraction", RideKind.ATTRACTION),
        ("8066;entityType=Entertainment", RideKind.SHOW),
        ("90002066;entityType=restaurant", RideKind.RESTAURANT),
        ("10877", RideKind.ATTRACTION),
    ],
)
def test_the_kind_is_taken_from_the_operators_id_where_it_tells(internal_id, kind):
    assert parse_events([{**EVENT, "internalId": internal_id}]).changes[0].kind is kind


def test_other_queues_are_kept():
    data = {"status": "OPERATING", "queue": {"SINGLE_RIDER": {"waitTime": 10}, "RETURN_TIME": None}}
    (queue,) = parse_events([{**EVENT, "data": data}]).changes[0].queues
    assert (queue.queue_type, queue.wait_minutes) == (QueueType.SINGLE_RIDER, 10)


def test_events_that_cannot_be_read_are_found():
    page = parse_events(
        [{**EVENT, "entityId": None}, {**EVENT, "eventTime": "x"}, {**EVENT, "data": None}, None]
    )
    assert [change.status for change in page.changes] == [None]
    assert {finding.kind for finding in page.findings} == {
        "entry_unreadable",
        "instant_unreadable",
        "unknown_status",
    }


def test_parks_and_hotels_are_no_rides():
    assert parse_events([{**EVENT, "entityType": "PARK"}]).changes == ()


def test_a_resorts_file_is_split_by_park():
    events = [{**EVENT, "parkId": "x"}, EVENT, {**EVENT, "parkId": "x"}]
    parks = split_by_park({"events": events})
    assert {park: len(parse_events(part).changes) for park, part in parks.items()} == {"x": 2, "": 1}


@pytest.mark.parametrize("body", [{}, None, {"events": None}, "x"])
def test_a_file_without_events_is_refused(body):
    with pytest.raises(BodyError, match="no list of events"):
        parse_events(body)
