"""Queue-Times: what its answers mean (R2)."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import pytest

from hallofshame.domain.errors import BodyError
from hallofshame.domain.words import Feed, RideKind, Status
from hallofshame.feeds.base import LiveFeed
from hallofshame.feeds.queue_times import QueueTimesFeed, parse_queue_times

STAMP = "2026-08-20T11:55:00.000Z"


def entry(number, name, *, is_open=True, wait=0, stamp=STAMP):
    return {"id": number, "name": name, "is_open": is_open, "wait_time": wait, "last_updated": stamp}


def read(*rides, lands=()):
    body = {
        "lands": [{"id": 1, "name": land, "rides": list(inside)} for land, inside in lands],
        "rides": rides,
    }
    return parse_queue_times({**body, "rides": list(rides)}, "64")


def by_name(reading):
    return {ride.name: ride for ride in reading.rides}


def kinds(reading):
    return [finding.kind for finding in reading.findings]


def test_a_recorded_answer_is_read_whole(context, body):
    url = "https://feed.test/parks/4/queue_times.json"
    feed: LiveFeed = QueueTimesFeed(context({url: body("queue_times_park_4")}))
    poll = feed.poll("4")
    rides = by_name(poll.reading)
    assert (poll.http_status, poll.attempts, poll.reading.feed) == (200, 1, Feed.QUEUE_TIMES)
    assert len(rides) == 8
    assert poll.reading.findings == ()
    ride = rides["Big Thunder Mountain"]
    assert (ride.external_id, ride.land, ride.status, ride.wait_minutes, ride.kind) == (
        "25",
        "Frontierland",
        Status.OPERATING,
        30,
        RideKind.ATTRACTION,
    )
    assert ride.upstream_at == dt.datetime(2024, 5, 23, 18, 40, 4, tzinfo=dt.UTC)


def test_rides_outside_lands_are_read(body):
    reading = parse_queue_times(body("queue_times_park_9"), "9")
    assert [ride.land for ride in reading.rides] == [None] * 4
    assert reading.rides[0].name == "Aérodynamix"


def test_a_wait_above_zero_means_operating_even_where_is_open_says_no():
    (ride,) = read(entry(1, "Jaws", is_open=False, wait=35)).rides
    assert (ride.status, ride.wait_minutes) == (Status.OPERATING, 35)


@pytest.mark.parametrize(("is_open", "status"), [(True, Status.OPERATING), (False, Status.CLOSED)])
def test_without_a_wait_is_open_decides_and_the_zero_is_kept(is_open, status):
    (ride,) = read(entry(1, "Jaws", is_open=is_open)).rides
    assert (ride.status, ride.wait_minutes) == (status, 0)


@pytest.mark.parametrize("is_open", [None, 1, "true"])
def test_an_odd_is_open_is_unknown_and_found(is_open):
    reading = read(entry(1, "Jaws", is_open=is_open))
    assert reading.rides[0].status is None
    assert kinds(reading) == ["unknown_status"]


@pytest.mark.parametrize("wait", [-5, 601, 999])
def test_an_impossible_wait_is_unknown_and_found(wait):
    reading = read(entry(1, "Jaws", is_open=True, wait=wait))
    assert (reading.rides[0].wait_minutes, reading.rides[0].status) == (None, Status.OPERATING)
    assert kinds(reading) == ["wait_out_of_range"]


@pytest.mark.parametrize("wait", [0, 1, 13, 300, 600])
def test_waits_need_not_be_multiples_of_five(wait):
    reading = read(entry(1, "Jaws", wait=wait))
    assert (reading.rides[0].wait_minutes, reading.findings) == (wait, ())


@pytest.mark.parametrize("wait", ["15", 12.5, True])
def test_a_wait_that_is_no_whole_number_is_unknown_and_found(wait):
    reading = read(entry(1, "Jaws", wait=wait))
    assert reading.rides[0].wait_minutes is None
    assert kinds(reading) == ["number_unreadable"]


@pytest.mark.parametrize("stamp", ["yesterday", "2026-08-20", "2026-08-20T11:55:00", 1_755_000_000])
def test_an_unreadable_stamp_is_unknown_and_found(stamp):
    reading = read(entry(1, "Jaws", stamp=stamp))
    assert reading.rides[0].upstream_at is None
    assert kinds(reading) == ["instant_unreadable"]


def test_an_old_stamp_is_delivered_not_judged():
    (ride,) = read(entry(15403, "Hagrid", stamp="2025-12-27T03:01:17Z")).rides
    assert ride.status is Status.OPERATING
    assert ride.upstream_at == dt.datetime(2025, 12, 27, 3, 1, 17, tzinfo=dt.UTC)


def test_queues_among_rides_are_handed_on_as_the_park_lists_them(body):
    """Whether an entry is a queue of another is told by what is known of the whole park (R2)."""
    rides = by_name(parse_queue_times(body("queue_times_park_4"), "4"))
    assert "Indiana Jones and the Temple of Peril Single Rider" in rides


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Meet Edna Mode at the Edna Mode Experience", RideKind.MEET_AND_GREET),
        ("Royal Hall: Meet & Greet", RideKind.MEET_AND_GREET),
        ("Woody's Character Greeting", RideKind.MEET_AND_GREET),
        ("Meteor Attack", RideKind.ATTRACTION),
        ("Dragon Meeting Point Coaster", RideKind.ATTRACTION),
    ],
)
def test_a_character_meeting_is_told_by_its_name(name, kind):
    [ride] = read(entry(1, name)).rides
    assert ride.kind is kind


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ({"wait": 50}, {"wait": 40}, (Status.OPERATING, 50)),
        ({"wait": 40}, {"wait": 50}, (Status.OPERATING, 50)),
        ({"is_open": False, "stamp": "2026-08-20T11:59:00Z"}, {"wait": 5}, (Status.OPERATING, 5)),
        ({"is_open": None}, {"is_open": False}, (Status.CLOSED, 0)),
    ],
)
def test_one_id_twice_gives_one_reading_that_says_most(one, other, kept):
    for first, second in ((one, other), (other, one)):
        reading = read(entry(1, "Jaws", **first), lands=[("Amity", [entry(1, "Jaws", **second)])])
        (ride,) = reading.rides
        assert (ride.status, ride.wait_minutes) == kept
        assert ride.land == "Amity"
        assert "duplicate_entry" in kinds(reading)


def test_of_two_readings_that_say_the_same_the_fresher_is_kept():
    reading = read(
        entry(1, "Jaws", wait=50, stamp="2026-08-20T11:59:00Z"),
        lands=[("Amity", [entry(1, "Jaws", wait=50)])],
    )
    (ride,) = reading.rides
    assert (ride.land, kinds(reading)) == ("Amity", ["duplicate_entry"])
    assert ride.upstream_at == dt.datetime(2026, 8, 20, 11, 59, tzinfo=dt.UTC)


def test_one_id_under_two_names_gives_one_reading_and_its_own_finding():
    reading = read(entry(14744, "Sky Tower"), entry(14744, "Boo Blasters"))
    assert [ride.name for ride in reading.rides] == ["Sky Tower"]
    assert kinds(reading) == ["id_shared_by_two_names"]


def test_one_name_under_two_ids_stays_two_readings():
    name = "Disneyland Railroad Main Street Station"
    reading = read(lands=[("Fantasyland", [entry(11, name)]), ("Main Street", [entry(2708, name)])])
    assert [ride.external_id for ride in reading.rides] == ["11", "2708"]
    assert reading.findings == ()


def test_names_keep_their_map_numbers_as_served():
    assert read(entry(1, " Draken  (155) ")).rides[0].name == "Draken (155)"


def test_entries_without_id_or_name_are_found():
    reading = read({"is_open": True, "wait_time": 0}, "Jaws", {**entry(7, None), "name": None})
    assert [ride.name for ride in reading.rides] == ["7"]
    assert kinds(reading) == ["entry_unreadable", "entry_unreadable", "name_missing"]


@pytest.mark.parametrize(
    ("lands", "rides"),
    [
        ("Fantasyland", []),
        (["Fantasyland"], []),
        ([{"name": "Fantasyland", "rides": {"1": "Jaws"}}], []),
        ([], "Jaws"),
        ([], {"1": "Jaws"}),
    ],
)
def test_a_list_of_rides_that_is_none_is_found(lands, rides):
    body = {"lands": [*lands, {"rides": [entry(7, "Jaws")]}] if isinstance(lands, list) else lands}
    reading = parse_queue_times(body | {"rides": rides if rides else [entry(8, "Kongfrontation")]}, "1")
    assert len(reading.rides) in (1, 2)
    assert kinds(reading) == ["entry_unreadable"]


def test_an_entry_without_an_id_is_known_by_its_name():
    (ride,) = read({**entry(None, "Jaws"), "id": None}).rides
    assert (ride.external_id, ride.name) == (None, "Jaws")


def test_a_park_without_rides_gives_an_empty_reading():
    assert parse_queue_times({"lands": [], "rides": []}, "1").rides == ()


@pytest.mark.parametrize("answer", [[], None, "closed", {}, {"error": "unknown park"}, {"lands": None}])
def test_an_answer_without_ride_lists_is_a_bad_body(context, answer):
    feed = QueueTimesFeed(context({"https://feed.test/parks/4/queue_times.json": answer or []}))
    with pytest.raises(BodyError, match=r"queue_times\.json holds neither lands nor rides"):
        feed.poll("4")


def test_parks_are_listed_with_owner_zone_and_place(context, body):
    feed = QueueTimesFeed(context({"https://feed.test/parks.json": body("queue_times_parks")}))
    park = feed.list_parks()[0]
    assert (park.external_id, park.name, park.destination) == (
        "57",
        "California's Great America",
        "Cedar Fair Entertainment Company",
    )
    assert (park.country, park.timezone) == ("United States", "America/Los_Angeles")
    assert (park.latitude, park.longitude) == (37.397799, -121.974717)


def test_a_listed_park_with_a_wrong_zone_or_place_is_kept_without_them(context, caplog):
    park = {"id": 1, "name": "Nowhere", "timezone": "Mars/Base", "latitude": "x", "longitude": "10"}
    listing = [{"name": "Owner", "parks": [park, {"name": "no id"}]}]
    (listed,) = QueueTimesFeed(context({"https://feed.test/parks.json": listing})).list_parks()
    assert (listed.timezone, listed.latitude, listed.longitude) == (None, None, None)
    assert "Mars/Base" in caplog.text
    assert "without id or name" in caplog.text


def test_what_the_service_does_not_publish_is_empty(context, clock):
    feed: LiveFeed = QueueTimesFeed(context({}))
    assert feed.list_entities("4") == []
    assert feed.schedule("4", "Europe/Paris").entries == ()
    assert feed.history("4", clock.now(), clock.now()).changes == ()


@pytest.mark.recordings
def test_all_recorded_bodies_are_read_without_findings(recording):
    folder = recording("qt_verbatim_responses")
    files = sorted(folder.glob("park_*.json"))
    assert files
    for file in files:
        reading = parse_queue_times(json.loads(file.read_text(encoding="utf-8")), file.name)
        assert reading.rides
        assert reading.findings == ()


@pytest.mark.slow
@pytest.mark.recordings
def test_every_recorded_gardaland_poll_holds_all_its_rides(recording):
    with gzip.open(recording("qt_gardaland_10min/raw_responses.ndjson.gz"), "rt", encoding="utf-8") as lines:
        readings = [parse_queue_times(json.loads(line)["body"], "12") for line in lines]
    assert {len(reading.rides) for reading in readings} == {36}
    assert not any(reading.findings for reading in readings)
