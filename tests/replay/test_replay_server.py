"""Both wire formats and every fault, over real HTTP on the loopback address."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from replay_tapes import MONDAY, get, local, order, queue_times_tape, themeparks_wiki_tape

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.words import Status
from hallofshame.feeds.parsing import Findings
from hallofshame.feeds.queue_times import parse_queue_times
from hallofshame.feeds.themeparks_wiki_history import parse_history
from hallofshame.feeds.themeparks_wiki_parse import parse_children, parse_live, parse_schedule
from hallofshame.replay import ReplayServer
from support.faulty_replay import FaultyReplayServer
from support.feed_faults import Fault

pytestmark = pytest.mark.enable_socket

NEXT_WEEK = MONDAY + dt.timedelta(days=7)
NOW = local(NEXT_WEEK, 12, 5)
QUEUE_TIMES = "queue_times/12"
RIDES = "/parks/12/queue_times.json"
LIVE = "/v1/entity/park-1/live"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[FaultyReplayServer]:
    schedule = [
        {
            "date": (MONDAY + dt.timedelta(days=day)).isoformat(),
            "type": "OPERATING",
            "openingTime": f"{MONDAY + dt.timedelta(days=day)}T10:00:00+02:00",
            "closingTime": f"{MONDAY + dt.timedelta(days=day)}T18:00:00+02:00",
        }
        for day in range(7)
    ]
    tapes = [
        queue_times_tape((local(MONDAY, 12), 10), (local(MONDAY, 12, 20), 30)),
        themeparks_wiki_tape(
            (local(MONDAY, 11, 50), "OPERATING", 5),
            (local(MONDAY, 12), "DOWN", None),
            (local(MONDAY, 12, 2), "DOWN", None),
            (local(MONDAY, 12, 20), "OPERATING", 15),
            schedule=schedule,
            locations={"ride-a": (45.1, 10.2)},
        ),
    ]
    with FaultyReplayServer(clock=clock, tapes=tapes) as running:
        yield running


def rides_of(body: Any) -> list[Any]:
    return [ride for land in body["lands"] for ride in land["rides"]] + body["rides"]


def test_queue_times_park_list_is_grouped_with_coordinates_as_text(server: FaultyReplayServer) -> None:
    assert get(server, "/parks.json") == [
        {
            "id": 6,
            "name": "Merlin",
            "parks": [
                {
                    "id": 12,
                    "name": "Gardaland",
                    "country": "Italy",
                    "continent": None,
                    "latitude": "45.455",
                    "longitude": "10.713",
                    "timezone": "Europe/Rome",
                }
            ],
        }
    ]


def test_queue_times_rides_sit_in_lands_and_at_top_level(server: FaultyReplayServer) -> None:
    body = get(server, RIDES)
    stamp = isoformat(local(NEXT_WEEK, 11, 57)).removesuffix("Z") + ".000Z"
    assert [land["name"] for land in body["lands"]] == ["Hills"]
    assert body["lands"][0]["rides"] == [
        {"id": 1, "name": "Raptor", "is_open": True, "wait_time": 10, "last_updated": stamp}
    ]
    assert [ride["name"] for ride in body["rides"]] == ["Mammut"]
    reading = parse_queue_times(body, "12")
    assert [(ride.external_id, ride.wait_minutes, ride.land) for ride in reading.rides] == [
        ("1", 10, "Hills"),
        ("2", 11, None),
    ]
    assert reading.findings == ()


def test_answers_follow_the_clock_and_are_empty_when_nothing_holds(
    server: FaultyReplayServer, clock: FixedClock
) -> None:
    clock.sleep(15 * 60)
    assert rides_of(get(server, RIDES))[0]["wait_time"] == 30
    clock.sleep(3600)
    assert get(server, RIDES) == {"lands": [], "rides": []}
    assert get(server, LIVE)["liveData"] == []


def test_themeparks_wiki_catalogue(server: FaultyReplayServer) -> None:
    (destination,) = get(server, "/v1/destinations")["destinations"]
    assert destination["id"] == "resort-1"
    assert destination["parks"] == [{"id": "park-1", "name": "Park One"}]
    park = get(server, "/v1/entity/park-1")
    assert (park["entityType"], park["timezone"], park["destinationId"]) == (
        "PARK",
        "Europe/Rome",
        "resort-1",
    )
    entities, findings = parse_children(get(server, "/v1/entity/park-1/children"))
    assert [(entity.external_id, entity.latitude) for entity in entities] == [("ride-a", 45.1)]
    assert findings == ()


def test_themeparks_wiki_live_holds_the_park_itself_operating(server: FaultyReplayServer) -> None:
    body = get(server, LIVE)
    assert [(item["entityType"], item["status"]) for item in body["liveData"]] == [
        ("ATTRACTION", "DOWN"),
        ("PARK", "OPERATING"),
    ]
    reading = parse_live(body, "park-1")
    assert [(ride.external_id, ride.status, ride.wait_minutes) for ride in reading.rides] == [
        ("ride-a", Status.DOWN, None)
    ]
    assert reading.findings == ()


def test_themeparks_wiki_schedule_begins_today(server: FaultyReplayServer) -> None:
    schedule = parse_schedule(get(server, "/v1/entity/park-1/schedule"), "park-1", "Europe/Rome")
    assert schedule.findings == ()
    assert schedule.entries[0].date == NEXT_WEEK
    assert schedule.entries[0].opens_at == local(NEXT_WEEK, 10)
    assert len(schedule.entries) == 31


def test_themeparks_wiki_history_tells_changes_up_to_now(server: FaultyReplayServer) -> None:
    findings = Findings()
    changes, following = parse_history(
        get(server, f"/v1/entity/park-1/history?date={NEXT_WEEK.isoformat()}"), findings
    )
    assert [(change.at, change.status) for change in changes] == [
        (local(NEXT_WEEK, 11, 50), Status.OPERATING),
        (local(NEXT_WEEK, 12), Status.DOWN),
    ]
    assert following is None
    assert findings.as_tuple() == ()


def test_history_beyond_seven_days_is_refused(server: FaultyReplayServer) -> None:
    long_ago = NEXT_WEEK - dt.timedelta(days=9)
    answer = requests.get(f"{server.base_url}/v1/entity/park-1/history?date={long_ago}", timeout=10)
    assert answer.status_code == 403
    assert "HISTORY_WINDOW_EXCEEDED" in answer.text


def test_unknown_parks_and_paths_are_not_found(server: FaultyReplayServer) -> None:
    for path in ("/parks/99/queue_times.json", "/v1/entity/none/live", "/nothing"):
        answer = requests.get(server.base_url + path, timeout=10)
        assert answer.status_code == 404
        assert "nothing recorded" in answer.json()["error"]


def test_rate_limit_names_the_pause_as_seconds_or_as_a_date(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "rate_limited", retry_after_seconds=7)
    answer = requests.get(server.base_url + RIDES, timeout=10)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    order(server, QUEUE_TIMES, "rate_limited", retry_after_seconds=7, retry_after_form="date")
    answer = requests.get(server.base_url + RIDES, timeout=10)
    assert parsedate_to_datetime(answer.headers["Retry-After"]) == NOW + dt.timedelta(seconds=7)


def test_a_fault_with_a_count_ends_by_itself_and_spares_other_parks(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "server_error", count=2)
    codes = [requests.get(server.base_url + RIDES, timeout=10).status_code for _ in range(3)]
    assert codes == [500, 500, 200]
    order(server, QUEUE_TIMES, "server_error")
    assert requests.get(server.base_url + LIVE, timeout=10).status_code == 200


def test_timeout_outlasts_the_callers_deadline_and_does_not_delay_the_stop(
    server: FaultyReplayServer,
) -> None:
    order(server, QUEUE_TIMES, "timeout", delay_seconds=120)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(server.base_url + RIDES, timeout=0.2)
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 30


def test_html_comes_with_a_good_status(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "html_body")
    answer = requests.get(server.base_url + RIDES, timeout=10)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_truncated_json_with_a_correct_and_with_a_too_long_length(server: FaultyReplayServer) -> None:
    whole = requests.get(server.base_url + RIDES, timeout=10).content
    order(server, QUEUE_TIMES, "truncated_json")
    answer = requests.get(server.base_url + RIDES, timeout=10)
    assert whole.startswith(answer.content)
    assert int(answer.headers["Content-Length"]) == len(answer.content) < len(whole)
    order(server, QUEUE_TIMES, "truncated_json", content_length="too_long")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        requests.get(server.base_url + RIDES, timeout=10)


def test_empty_lists(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "empty_lists")
    order(server, "themeparks_wiki/park-1", "empty_lists")
    assert get(server, RIDES) == {"lands": [], "rides": []}
    assert get(server, LIVE)["liveData"] == []


def test_frozen_repeats_the_body_of_the_moment(server: FaultyReplayServer, clock: FixedClock) -> None:
    before = get(server, RIDES)
    order(server, QUEUE_TIMES, "frozen")
    clock.sleep(5 * 3600)
    assert get(server, RIDES) == before


def test_vanished_rides_leaves_every_other_ride(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "vanished_rides")
    assert [ride["name"] for ride in rides_of(get(server, RIDES))] == ["Raptor"]


def test_absurd_values_are_refused_by_the_readers(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "absurd_values")
    rides = rides_of(get(server, RIDES))
    assert [ride["wait_time"] for ride in rides] == [9999, -5]
    assert rides[1]["is_open"] == "ON_FIRE"
    kinds = [finding.kind for finding in parse_queue_times(get(server, RIDES), "12").findings]
    assert sorted(set(kinds)) == ["unknown_status", "wait_out_of_range"]
    order(server, "themeparks_wiki/park-1", "absurd_values")
    assert [finding.kind for finding in parse_live(get(server, LIVE), "park-1").findings] == [
        "wait_out_of_range"
    ]


def test_faults_are_listed_and_cleared(server: FaultyReplayServer) -> None:
    order(server, QUEUE_TIMES, "server_error", count=3)
    requests.get(server.base_url + RIDES, timeout=10)
    (fault,) = get(server, "/_faults")["faults"]
    assert (fault["feed"], fault["park_external_id"], fault["fault"], fault["count"]) == (
        "queue_times",
        "12",
        "server_error",
        2,
    )
    answer = requests.delete(f"{server.base_url}/_faults/{QUEUE_TIMES}", timeout=10)
    assert answer.json() == {"faults": []}
    assert requests.get(server.base_url + RIDES, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"fault": "meteor"}', ", ".join(Fault)),
        (b'{"fault": "frozen", "count": 0}', "count 0"),
        (b'{"fault": "frozen", "count": true}', "count True"),
        (b'{"fault": "frozen", "colour": 1}', "colour"),
        (b'{"fault": "rate_limited", "retry_after_form": "moon"}', "seconds, date"),
        (b"[]", "JSON object"),
        (b"{", "not JSON"),
        (b"", "JSON object"),
    ],
)
def test_bad_orders_are_refused_with_the_choices(server: FaultyReplayServer, body: bytes, told: str) -> None:
    answer = requests.put(f"{server.base_url}/_faults/{QUEUE_TIMES}", data=body, timeout=10)
    assert answer.status_code == 400
    assert told in answer.json()["error"]
    assert get(server, "/_faults") == {"faults": []}


@pytest.mark.parametrize(
    ("park", "status", "told"),
    [
        ("parrots/12", 400, "queue_times"),
        ("queue_times/99", 404, "no tape of queue_times park 99"),
        ("12", 404, "/_faults/<feed>/<park external id>"),
    ],
)
def test_orders_for_unknown_parks_are_refused(
    server: FaultyReplayServer, park: str, status: int, told: str
) -> None:
    answer = requests.put(f"{server.base_url}/_faults/{park}", json={"fault": "frozen"}, timeout=10)
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_latency_delays_every_answer(server: FaultyReplayServer) -> None:
    server.latency_ms = 150
    begun = time.monotonic()
    get(server, "/parks.json")
    assert time.monotonic() - begun >= 0.15


def test_many_callers_at_once_are_answered(server: FaultyReplayServer) -> None:
    with ThreadPoolExecutor(32) as callers:
        bodies = list(callers.map(lambda _: get(server, RIDES), range(200)))
    assert all(body == bodies[0] for body in bodies)


def test_idle_connections_do_not_delay_the_stop(server: FaultyReplayServer) -> None:
    with requests.Session() as session:
        session.get(server.base_url + RIDES, timeout=10)
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 30


def test_two_tapes_of_one_park_and_a_stopped_server_are_refused() -> None:
    tape = queue_times_tape((local(MONDAY, 12), 1))
    with pytest.raises(InputError, match="two tapes for queue_times park 12"):
        ReplayServer(tapes=[tape, tape])
    with pytest.raises(InputError, match="not running"):
        _ = ReplayServer(tapes=[tape]).base_url
