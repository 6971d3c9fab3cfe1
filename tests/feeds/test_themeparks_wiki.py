"""ThemeParks.wiki: what its live answers, lists and schedules mean (R2, R4)."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import pytest

from hallofshame.domain.errors import BodyError
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import Feed, QueueType, RideKind, ScheduleKind, Status
from hallofshame.feeds.base import LiveFeed
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.feeds.themeparks_wiki_parse import parse_children, parse_live, parse_schedule

PARK = "75ea578a-adc8-4116-a54d-dccb60765ef9"
BASE = "https://feed.test/v1"


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def entity(**fields):
    return {"id": "a", "name": "Astro Orbiter", "entityType": "ATTRACTION", "status": "OPERATING", **fields}


def read(*entities):
    return parse_live({"id": PARK, "entityType": "PARK", "liveData": list(entities)}, PARK)


def by_name(reading):
    return {ride.name: ride for ride in reading.rides}


def kinds(parsed):
    return [finding.kind for finding in parsed.findings]


def test_a_recorded_answer_is_read_whole(context, body):
    feed: LiveFeed = ThemeParksWikiFeed(
        context({f"{BASE}/entity/{PARK}/live": body("themeparks_live_magic_kingdom")})
    )
    poll = feed.poll(PARK)
    rides = by_name(poll.reading)
    assert (poll.http_status, poll.reading.feed, poll.reading.findings) == (200, Feed.THEMEPARKS_WIKI, ())
    assert rides["Big Thunder Mountain Railroad"].status is Status.REFURBISHMENT
    tron = rides["TRON Lightcycle / Run"]
    assert (tron.kind, tron.status) == (RideKind.ATTRACTION, Status.OPERATING)
    assert tron.wait_minutes is not None


def test_the_park_itself_is_no_ride(body):
    reading = parse_live(body("themeparks_live_magic_kingdom"), PARK)
    assert PARK not in {ride.external_id for ride in reading.rides}


@pytest.mark.parametrize("kind", ["PARK", "DESTINATION", "HOTEL"])
def test_entities_that_are_no_rides_are_left_out(kind):
    assert read(entity(entityType=kind)).rides == ()


def test_down_is_kept_apart_from_closed(body):
    rides = by_name(parse_live(body("themeparks_live_disneyland_paris"), "dlp"))
    assert rides["Main Street Vehicles"].status is Status.DOWN
    assert rides["Pirate Galleon"].status is Status.CLOSED


@pytest.mark.parametrize("status", ["BROKEN", "operating", "1", 1, None])
def test_an_unknown_status_is_unknown_and_found(status):
    reading = read(entity(status=status))
    assert (reading.rides[0].status, kinds(reading)) == (None, ["unknown_status"])


@pytest.mark.parametrize(
    "queue", [{}, {"queue": None}, {"queue": {"STANDBY": None}}, {"queue": {"STANDBY": {}}}]
)
def test_operating_without_a_wait_is_operating_with_an_unknown_wait(queue):
    reading = read(entity(**queue))
    (ride,) = reading.rides
    assert (ride.status, ride.wait_minutes, ride.queues, reading.findings) == (Status.OPERATING, None, (), ())


def test_null_members_of_a_queue_are_survived(body):
    rides = by_name(parse_live(body("themeparks_live_edited_nulls"), PARK))
    railroad = rides["Walt Disney World Railroad - Fantasyland"]
    assert railroad.wait_minutes is None
    assert [queue.queue_type for queue in railroad.queues] == [QueueType.SINGLE_RIDER]
    (group,) = rides["Walt Disney's Enchanted Tiki Room"].queues
    assert (group.queue_type, group.state, group.group_start) == (QueueType.BOARDING_GROUP, None, None)


def test_all_queues_but_standby_are_kept_with_what_they_say():
    reading = read(
        entity(
            queue={
                "STANDBY": {"waitTime": 45},
                "SINGLE_RIDER": {"waitTime": 20},
                "PAID_STANDBY": {"waitTime": 10},
                "RETURN_TIME": {
                    "state": "AVAILABLE",
                    "returnStart": "2026-04-14T19:20:00-04:00",
                    "returnEnd": None,
                },
                "BOARDING_GROUP": {
                    "allocationStatus": "PAUSED",
                    "currentGroupStart": 12,
                    "currentGroupEnd": 19,
                    "estimatedWait": 90,
                },
            }
        )
    )
    (ride,) = reading.rides
    queues = {queue.queue_type: queue for queue in ride.queues}
    assert (ride.wait_minutes, len(queues), reading.findings) == (45, 4, ())
    assert queues[QueueType.SINGLE_RIDER].wait_minutes == 20
    assert queues[QueueType.PAID_STANDBY].wait_minutes == 10
    assert queues[QueueType.RETURN_TIME].return_start == utc(2026, 4, 14, 23, 20)
    group = queues[QueueType.BOARDING_GROUP]
    assert (group.state, group.group_start, group.group_end, group.wait_minutes) == ("PAUSED", 12, 19, 90)


def test_prices_stay_in_minor_units(body):
    rides = by_name(parse_live(body("themeparks_live_disneyland_paris"), "dlp"))
    paid = next(q for q in rides["Orbitron®"].queues if q.queue_type is QueueType.PAID_RETURN_TIME)
    assert (paid.price_minor, paid.currency, paid.state) == (500, "EUR", "AVAILABLE")
    assert paid.return_start == utc(2026, 6, 16, 9, 50)


def test_a_show_may_hold_nothing_but_a_boarding_group(body):
    show = by_name(parse_live(body("themeparks_live_california_adventure"), "dca"))[
        "World of Color Happiness!"
    ]
    (group,) = show.queues
    assert (show.kind, show.wait_minutes) == (RideKind.SHOW, None)
    assert (group.queue_type, group.state, group.group_start) == (QueueType.BOARDING_GROUP, "AVAILABLE", None)


def test_a_restaurant_may_have_a_standby_wait(body):
    lounge = by_name(parse_live(body("themeparks_live_california_adventure"), "dca"))["Lamplight Lounge"]
    assert (lounge.kind, lounge.wait_minutes) == (RideKind.RESTAURANT, 15)


@pytest.mark.parametrize("wait", [-1, 601])
def test_an_impossible_wait_is_unknown_and_found(wait):
    reading = read(entity(queue={"STANDBY": {"waitTime": wait}}))
    assert (reading.rides[0].wait_minutes, kinds(reading)) == (None, ["wait_out_of_range"])


def test_an_unknown_queue_or_entity_type_is_found():
    reading = read(entity(entityType="ZEPPELIN", queue={"VIRTUAL": {"waitTime": 5}}))
    assert reading.rides[0].kind is RideKind.OTHER
    assert sorted(kinds(reading)) == ["unknown_entity_type", "unknown_queue"]


def test_show_times_and_operating_hours_keep_the_kind_they_are_given(body):
    rides = by_name(parse_live(body("themeparks_live_magic_kingdom"), PARK))
    tron = rides["TRON Lightcycle / Run"]
    assert (tron.showtimes, [slot.kind for slot in tron.hours]) == ((), ["Operating"])
    assert tron.hours[0].opens_at == utc(2026, 4, 14, 13)
    pianist = rides["Casey's Corner Pianist"]
    assert {slot.kind for slot in pianist.showtimes} >= {"Performance Time"}


def test_performances_among_the_hours_are_show_times():
    slot = {"type": "Performance Time", "startTime": "2026-04-14T11:00:00-04:00"}
    (ride,) = read(entity(operatingHours=[slot | {"endTime": slot["startTime"]}])).rides
    assert ([show.kind for show in ride.showtimes], ride.hours) == (["Performance Time"], ())


def test_show_times_may_be_bare_texts():
    (ride,) = read(entity(showtimes=["2026-04-14T11:05:00-04:00"], operatingHours=None)).rides
    (slot,) = ride.showtimes
    assert (slot.kind, slot.starts_at, slot.ends_at) == ("Performance Time", utc(2026, 4, 14, 15, 5), None)


@pytest.mark.parametrize(
    "slot", ["2026-04-14T11:05:00", {"type": "Show", "startTime": "2026-04-14T11:05:00"}]
)
def test_show_times_without_offset_are_refused(slot):
    reading = read(entity(showtimes=[slot]))
    assert (reading.rides[0].showtimes, kinds(reading)) == ((), ["instant_unreadable"])


def test_show_times_without_start_are_found():
    assert kinds(read(entity(showtimes=[{"type": "Show", "startTime": None}]))) == ["show_time_without_start"]


def test_a_years_old_stamp_is_delivered_not_judged():
    (ride,) = read(entity(status="CLOSED", lastUpdated="2021-05-14T13:36:04Z")).rides
    assert ride.upstream_at == utc(2021, 5, 14, 13, 36, 4)


def test_three_entities_with_one_name_stay_three():
    assert len(read(*(entity(id=number, name="PLAYGROUND") for number in "abc")).rides) == 3


def test_one_id_twice_gives_one_reading():
    reading = read(entity(), entity(status="DOWN"))
    assert ([ride.status for ride in reading.rides], kinds(reading)) == (
        [Status.OPERATING],
        ["duplicate_entry"],
    )


def test_entities_without_id_or_name_are_found():
    reading = read(entity(id=None), entity(name=None), None)
    assert [ride.name for ride in reading.rides] == ["a"]
    assert kinds(reading) == ["entry_unreadable", "name_missing", "entry_unreadable"]


@pytest.mark.parametrize("queue", [[], "STANDBY", 30, {"STANDBY": 30}, {"SINGLE_RIDER": [5]}])
def test_a_queue_that_is_none_is_found(queue):
    reading = read(entity(queue=queue))
    assert [(ride.wait_minutes, ride.queues) for ride in reading.rides] == [(None, ())]
    assert kinds(reading) == ["queue_unreadable"]


@pytest.mark.parametrize("answer", [{}, [], {"liveData": None}])
def test_a_live_answer_without_live_data_is_a_bad_body(context, answer):
    feed = ThemeParksWikiFeed(context({f"{BASE}/entity/x/live": answer}))
    with pytest.raises(BodyError, match="/live holds no liveData list"):
        feed.poll("x")


def test_parks_are_listed_with_their_resort(context, body):
    feed = ThemeParksWikiFeed(context({f"{BASE}/destinations": body("themeparks_destinations")}))
    parks = feed.list_parks()
    assert len(parks) == 5
    assert (parks[0].name, parks[0].destination) == (
        "Chimelong Paradise",
        "Guangzhou Chimelong Tourist Resort",
    )


def test_a_park_is_known_with_its_zone_and_place(context, body):
    feed = ThemeParksWikiFeed(context({f"{BASE}/entity/{PARK}": body("themeparks_entity_magic_kingdom")}))
    park = feed.park(PARK)
    assert (park.external_id, park.name, park.timezone) == (PARK, "Magic Kingdom Park", "America/New_York")
    assert (park.latitude, park.longitude) == (28.4160036778, -81.5811902834)


def test_entities_are_listed_with_kind_and_place(context, body):
    url = f"{BASE}/entity/{PARK}/children"
    entities = ThemeParksWikiFeed(context({url: body("themeparks_children_magic_kingdom")})).list_entities(
        PARK
    )
    assert [entity.kind for entity in entities] == [RideKind.SHOW, RideKind.SHOW, RideKind.ATTRACTION]
    assert (entities[2].latitude, entities[2].longitude) == (28.4182868839, -81.5794086456)


def test_listed_entities_keep_their_tags_and_may_lack_a_place():
    child = {**entity(), "location": None, "tags": [{"tag": "minimumHeight", "tagName": "Height"}, None]}
    (listed,), findings = parse_children({"children": [child, entity(id="h", entityType="HOTEL")]})
    assert (listed.tags, listed.latitude, findings) == (("minimumHeight",), None, ())


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        ("TRANSPORT", ("attractionType=TRANSPORT",)),
        ("transport", ("attractionType=TRANSPORT",)),
        (None, ()),
        ("", ()),
        (7, ()),
        ({}, ()),
    ],
)
def test_the_type_of_an_attraction_is_kept_among_its_tags(said, tags):
    (listed,), _ = parse_children({"children": [{**entity(), "attractionType": said}]})
    assert listed.tags == tags


def hours(date, opens, closes, kind="OPERATING", **more):
    return {"date": date, "type": kind, "openingTime": opens, "closingTime": closes, **more}


def schedule(*rows, timezone="Europe/Madrid"):
    return parse_schedule({"timezone": timezone, "schedule": list(rows)}, "park", timezone)


def test_a_recorded_schedule_is_read_with_events_apart(context, body):
    url = f"{BASE}/entity/epcot/schedule"
    feed = ThemeParksWikiFeed(context({url: body("themeparks_schedule_epcot")}))
    parsed = feed.schedule("epcot", "America/New_York")
    assert parsed.findings == ()
    assert parsed.entries[1] == PublishedEntry(
        dt.date(2026, 4, 15), ScheduleKind.OPERATING, utc(2026, 4, 15, 13), utc(2026, 4, 16, 1), None
    )
    first_day = [(entry.kind, entry.description) for entry in parsed.entries if entry.date.day == 15]
    assert first_day == [
        (ScheduleKind.TICKETED_EVENT, "Early Entry"),
        (ScheduleKind.OPERATING, None),
        (ScheduleKind.TICKETED_EVENT, "Special Ticketed Event"),
    ]


def test_a_close_written_before_the_open_means_the_next_day():
    parsed = schedule(hours("2026-07-27", "2026-07-27T12:00:00+02:00", "2026-07-27T00:00:00+02:00"))
    (entry,) = parsed.entries
    assert (entry.opens_at, entry.closes_at) == (utc(2026, 7, 27, 10), utc(2026, 7, 27, 22))
    assert parsed.findings == ()


def test_the_next_day_keeps_the_local_clock_when_the_clocks_change():
    parsed = schedule(hours("2026-10-24", "2026-10-24T17:00:00+02:00", "2026-10-24T04:00:00+02:00"))
    # Clocks go back at 03:00 on the 25th, so 04:00 comes an hour later.
    assert parsed.entries[0].closes_at == utc(2026, 10, 25, 3)


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("2026-07-27T09:00:00+02:00", "2026-07-28T05:01:00+02:00"),
        ("2026-07-27T00:00:00+02:00", "2026-07-27T00:00:00+02:00"),
    ],
)
def test_hours_over_twenty_are_refused(opens, closes):
    parsed = schedule(hours("2026-07-27", opens, closes))
    assert (parsed.entries, kinds(parsed)) == ((), ["schedule_entry_too_long"])


def test_exactly_twenty_hours_are_kept():
    assert schedule(hours("2026-07-27", "2026-07-27T06:00:00+02:00", "2026-07-28T02:00:00+02:00")).entries


def test_a_close_days_before_the_open_is_refused():
    parsed = schedule(hours("2026-07-27", "2026-07-27T09:00:00+02:00", "2026-07-20T18:00:00+02:00"))
    assert kinds(parsed) == ["schedule_entry_backwards"]


def test_hours_on_quite_another_date_are_refused():
    parsed = schedule(hours("2026-07-27", "2026-08-27T09:00:00+02:00", "2026-08-27T18:00:00+02:00"))
    assert kinds(parsed) == ["schedule_date_disagrees"]


@pytest.mark.parametrize("closes", [None, "2026-07-27", "2026-07-27T18:00:00"])
def test_hours_without_an_exact_time_are_refused_never_read_as_midnight(closes):
    parsed = schedule(hours("2026-07-27", "2026-07-27T09:00:00+02:00", closes))
    assert parsed.entries == ()
    assert kinds(parsed)[-1] == "schedule_time_missing"


def test_unknown_types_and_dates_are_refused():
    times = ("2026-07-27T09:00:00+02:00", "2026-07-27T18:00:00+02:00")
    parsed = schedule(hours("2026-07-27", *times, kind="FOGGY"), hours("27.7.2026", *times), None)
    assert kinds(parsed) == ["unknown_schedule_type", "schedule_date_unreadable", "unknown_schedule_type"]


def test_equal_entries_collapse_and_different_ones_of_a_date_stay():
    row = hours("2026-07-27", "2026-07-27T09:00:00+02:00", "2026-07-27T18:00:00+02:00")
    assert len(schedule(row, dict(row), {**row, "description": "Late", "type": "EXTRA_HOURS"}).entries) == 2


def test_a_schedule_in_another_zone_than_the_catalogue_is_found():
    assert kinds(parse_schedule({"timezone": "Asia/Tokyo", "schedule": []}, "p", "Europe/Rome")) == [
        "timezone_disagrees"
    ]


@pytest.mark.parametrize("method", ["park", "list_entities", "list_parks"])
def test_other_answers_of_the_wrong_shape_are_bad_bodies(context, method):
    urls = [f"{BASE}/destinations", f"{BASE}/entity/x", f"{BASE}/entity/x/children"]
    feed = ThemeParksWikiFeed(context({url: [] for url in urls}))
    with pytest.raises(BodyError):
        getattr(feed, method)(*([] if method == "list_parks" else ["x"]))


@pytest.mark.recordings
def test_all_recorded_live_answers_are_read_without_findings(recording):
    files = sorted(recording("tpw_verbatim_responses").glob("*_live_*.json"))
    assert files
    for file in files:
        body = json.loads(file.read_text(encoding="utf-8"))
        reading = parse_live(body, body["id"])
        parks = sum(entity["entityType"] == "PARK" for entity in body["liveData"])
        assert len(reading.rides) == len(body["liveData"]) - parks
        assert reading.findings == ()


@pytest.mark.recordings
def test_recorded_schedules_are_read_without_findings(recording):
    for file in sorted(recording("tpw_verbatim_responses").glob("*_schedule_*.json")):
        body = json.loads(file.read_text(encoding="utf-8"))
        parsed = parse_schedule(body, body["id"], body["timezone"])
        assert (len(parsed.entries), parsed.findings) == (len(body["schedule"]), ())


@pytest.mark.recordings
def test_changes_between_recorded_polls_are_seen(recording):
    carousel = []
    with gzip.open(
        recording("tpw_disneyland_resort_polls/responses.ndjson.gz"), "rt", encoding="utf-8"
    ) as lines:
        for line in lines:
            poll = json.loads(line)
            reading = parse_live(poll["body"], poll["park_id"])
            assert reading.findings == ()
            carousel += [ride.status for ride in reading.rides if ride.name == "King Arthur Carrousel"]
    assert carousel[0] is Status.OPERATING
    assert Status.DOWN in carousel
    assert carousel[-1] is Status.OPERATING
