"""The HTTP policy: what is tried again, how long it waits, what it spares a host, how failures are named."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime

import pytest
import requests
import urllib3

from hallofshame import __version__
from hallofshame.clock import SystemClock
from hallofshame.domain.errors import BodyError, FeedError, SettingsError
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.http import MAX_AGE_SECONDS, HttpClient
from hallofshame.feeds.policy import HttpPolicy

URL = "https://feed.test/live"
LATE = "Thu, 20 Aug 2026 12:00:09 GMT"


def test_a_good_answer_comes_decoded_with_status_and_tries(wire, reply):
    client, transport = wire(reply(b'{"rides": [1, 2]}'))
    answer = client.get_json(URL, params={"date": "2026-08-20"})
    assert (answer.body, answer.http_status, answer.attempts) == ({"rides": [1, 2]}, 200, 1)
    assert transport.requests[0].url == f"{URL}?date=2026-08-20"


def test_requests_name_the_project_and_its_version(wire, reply):
    client, transport = wire(reply())
    client.get_json(URL)
    agent = transport.requests[0].headers["User-Agent"]
    assert agent.startswith(f"hallofshame/{__version__} (Theme Park Hall of Shame")


def test_connecting_and_reading_have_their_own_time_limits(wire, reply):
    client, transport = wire(reply(), connect_timeout_seconds=2.0, read_timeout_seconds=9.0)
    client.get_json(URL)
    assert transport.timeouts == [(2.0, 9.0)]


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (requests.exceptions.ConnectTimeout("slow"), PollOutcome.TIMEOUT),
        (requests.exceptions.ReadTimeout("slow"), PollOutcome.TIMEOUT),
        (requests.exceptions.ConnectionError("refused"), PollOutcome.CONNECTION_ERROR),
        (
            requests.exceptions.ConnectionError(urllib3.exceptions.ReadTimeoutError(None, URL, "slow")),
            PollOutcome.TIMEOUT,
        ),
    ],
)
def test_a_lost_connection_is_tried_three_times_and_then_named(wire, failure, outcome):
    client, transport = wire(failure)
    with pytest.raises(FeedError) as caught:
        client.get_json(URL)
    assert (caught.value.outcome, caught.value.attempts, len(transport.requests)) == (outcome, 3, 3)
    assert caught.value.__cause__ is failure


@pytest.mark.parametrize(
    ("status", "outcome", "tries"),
    [
        (404, PollOutcome.NOT_FOUND, 1),
        (410, PollOutcome.NOT_FOUND, 1),
        (403, PollOutcome.CLIENT_ERROR, 1),
        (429, PollOutcome.RATE_LIMITED, 3),
        (500, PollOutcome.SERVER_ERROR, 3),
        (503, PollOutcome.SERVER_ERROR, 3),
    ],
)
def test_a_refusal_is_named_and_tried_again_only_where_that_can_help(wire, reply, status, outcome, tries):
    client, transport = wire(reply(b"<h1>Sorry,\n not now</h1>", status))
    with pytest.raises(FeedError, match="Sorry, not now") as caught:
        client.get_json(URL)
    assert (caught.value.outcome, caught.value.http_status) == (outcome, status)
    assert (caught.value.attempts, len(transport.requests)) == (tries, tries)


def test_a_passing_failure_is_overcome(wire, reply):
    client, _ = wire(reply(b"", 502), requests.exceptions.ReadTimeout("slow"), reply(b'{"ok": true}'))
    assert client.get_json(URL).attempts == 3


def test_pauses_grow_at_random_up_to_a_cap(wire, reply, clock):
    client, _ = wire(reply(b"", 500), tries=12, backoff_seconds=1.0, backoff_cap_seconds=4.0)
    with pytest.raises(FeedError):
        client.get_json(URL)
    assert len(clock.slept) == 11
    assert clock.slept[0] <= 1.0
    assert clock.slept[1] <= 2.0
    assert all(0 <= pause <= 4.0 for pause in clock.slept)
    assert len(set(clock.slept)) > 1


def test_a_pause_asked_for_in_seconds_is_kept(wire, reply, clock):
    client, _ = wire(reply(b"", 429, {"Retry-After": "7"}), reply())
    client.get_json(URL)
    assert clock.slept == [7.0]


def test_a_pause_asked_for_as_a_date_is_kept(wire, reply, clock):
    until = format_datetime(clock.now() + dt.timedelta(seconds=9), usegmt=True)
    client, _ = wire(reply(b"", 503, {"Retry-After": until}), reply())
    client.get_json(URL)
    assert clock.slept == [9.0]


def test_a_date_already_past_asks_for_no_pause(wire, reply, clock):
    client, _ = wire(reply(b"", 503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), reply())
    client.get_json(URL)
    assert clock.slept == [0.0]


@pytest.mark.parametrize(
    "asked",
    ["soon", "Thu, 01 Jan 10000000000 00:00:00 GMT", "-5", "5, 5", "1.5", "\u0665", "", f"{LATE}, {LATE}"],
)
def test_an_unreadable_pause_falls_back_to_the_own_one(wire, reply, clock, asked):
    client, _ = wire(reply(b"", 503, {"Retry-After": asked}), reply(), backoff_seconds=0.25)
    client.get_json(URL)
    assert 0 <= clock.slept[0] <= 0.25


def test_a_host_asking_for_a_long_pause_is_left_alone(wire, reply, clock):
    client, transport = wire(reply(b"", 429, {"Retry-After": "3600"}))
    with pytest.raises(FeedError, match="asks for a pause of 3600 s") as caught:
        client.get_json(URL)
    assert (caught.value.outcome, len(transport.requests), clock.slept) == (PollOutcome.RATE_LIMITED, 1, [])


@pytest.mark.parametrize("asked", ["9" * 400, "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_host_asks_for_a_pause_without_an_end(wire, reply, asked):
    client, _ = wire(reply(b"", 429, {"Retry-After": asked}))
    with pytest.raises(FeedError) as caught:
        client.get_json(URL)
    assert caught.value.retry_after_seconds == MAX_AGE_SECONDS


def test_html_with_status_200_is_a_bad_body_and_not_tried_again(wire, reply):
    client, transport = wire(reply(b"<!DOCTYPE html><title>Down for maintenance</title>"))
    with pytest.raises(BodyError, match="Down for maintenance") as caught:
        client.get_json(URL)
    assert (caught.value.outcome, len(transport.requests)) == (PollOutcome.BAD_BODY, 1)


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": 1,}', b"[1 2]", b'{"a": 1}}', b"\xff\xfe{", b"[x]"])
def test_what_is_not_json_is_a_bad_body_and_not_tried_again(wire, reply, text):
    client, transport = wire(reply(text))
    with pytest.raises(BodyError):
        client.get_json(URL)
    assert len(transport.requests) == 1


WHOLE = '{"name": "Aérodynamix\\u2122", "open": true, "wait": -12.5, "none": null, "rides": [{"id": 1}]}'


@pytest.mark.parametrize("length", range(len(WHOLE.encode())))
def test_a_body_cut_off_anywhere_is_tried_again(wire, reply, length):
    client, _ = wire(reply(WHOLE.encode()[:length]), reply(WHOLE.encode()))
    assert client.get_json(URL).attempts == 2


def test_a_body_that_stays_cut_off_is_a_bad_body(wire, reply):
    client, transport = wire(reply(b'{"rides": [{"id": 1, "na'))
    with pytest.raises(BodyError) as caught:
        client.get_json(URL)
    assert (caught.value.attempts, len(transport.requests)) == (3, 3)


def test_a_transfer_that_breaks_off_is_tried_again(wire, reply):
    client, _ = wire(reply(b'{"rides": []}', headers={"Content-Length": "500"}), reply())
    assert client.get_json(URL).attempts == 2


def test_a_compressed_answer_is_unpacked_and_a_damaged_one_tried_again(wire, reply):
    packed, headers = gzip.compress(b'{"rides": []}'), {"Content-Encoding": "gzip"}
    client, _ = wire(reply(b"\x1f\x8b damaged", headers=headers), reply(packed, headers=headers))
    answer = client.get_json(URL)
    assert (answer.body, answer.attempts) == ({"rides": []}, 2)


def test_a_body_over_the_size_limit_is_refused(wire, reply):
    client, transport = wire(reply(b"[" + b"1," * 5000 + b"1]"), max_body_bytes=5000)
    with pytest.raises(BodyError, match="more than 5000 bytes"):
        client.get_json(URL)
    assert len(transport.requests) == 1


def test_an_answer_that_drips_for_ever_is_given_up(clock):
    class Drip(io.BytesIO):
        def read(self, size=-1):
            clock.sleep(10)
            return super().read(min(size, 8) if size > 0 else 8)

    class DrippingTransport(SlowTransport):
        def send(self, request, **kwargs):
            response = _empty(request)
            response.raw = Drip(b"[" + b" " * 1000 + b"]")
            return response

    client = HttpClient(HttpPolicy(answer_timeout_seconds=60), clock, adapter=DrippingTransport(0, _empty))
    with pytest.raises(FeedError, match="had not finished its answer when its time was over") as caught:
        client.get_json(URL)
    assert (caught.value.outcome, caught.value.attempts) == (PollOutcome.TIMEOUT, 3)


def test_a_deeply_nested_body_is_refused(wire, reply):
    client, _ = wire(reply(b"[" * 200_000 + b"]" * 200_000))
    with pytest.raises(BodyError):
        client.get_json(URL)


def test_a_redirect_within_the_host_is_followed(wire, reply):
    client, transport = wire(reply(b"", 301, {"Location": "/v2/live"}), reply(b'{"ok": 1}'))
    assert client.get_json(URL).body == {"ok": 1}
    assert transport.requests[1].url == "https://feed.test/v2/live"


@pytest.mark.parametrize("target", ["https://elsewhere.test/live", "http://feed.test/live"])
def test_a_redirect_to_another_host_or_to_plain_http_is_refused(wire, reply, target):
    client, transport = wire(reply(b"", 302, {"Location": target}))
    with pytest.raises(FeedError, match="outside its own host") as caught:
        client.get_json(URL)
    assert (caught.value.outcome, len(transport.requests)) == (PollOutcome.CLIENT_ERROR, 1)


def test_a_redirect_to_no_address_is_refused(wire, reply):
    client, _ = wire(reply(b"", 302, {"Location": "http://["}))
    with pytest.raises(FeedError, match="could not be asked"):
        client.get_json(URL)


def test_redirects_in_a_circle_end(wire, reply):
    client, transport = wire(reply(b"", 302, {"Location": URL}), max_redirects=3)
    with pytest.raises(FeedError, match="redirects more than 3 times"):
        client.get_json(URL)
    assert len(transport.requests) == 4


def test_a_host_gets_no_more_requests_per_second_than_allowed(wire, reply, clock):
    client, _ = wire(reply(), requests_per_second=5)
    start = clock.now()
    for _ in range(25):
        client.get_json(URL)
    # Five at once from a full bucket, then twenty at five per second.
    assert (clock.now() - start).total_seconds() == pytest.approx(4.0, abs=0.1)


def test_a_rate_below_one_per_second_is_kept(wire, reply, clock):
    client, _ = wire(reply(), requests_per_second=0.5)
    for _ in range(3):
        client.get_json(URL)
    assert sum(clock.slept) == pytest.approx(4.0, abs=0.1)


def test_a_clock_set_back_stops_nothing(wire, reply, clock):
    client, _ = wire(reply(), requests_per_second=1)
    client.get_json(URL)
    clock.instant -= dt.timedelta(hours=1)
    client.get_json(URL)
    assert sum(clock.slept) == pytest.approx(1.0, abs=0.1)


def test_hosts_do_not_wait_for_each_other(wire, reply, clock):
    client, _ = wire(reply(), requests_per_second=1)
    client.get_json("https://one.test/")
    client.get_json("https://two.test/")
    assert clock.slept == []


class SlowTransport(requests.adapters.BaseAdapter):
    """Takes its time and counts how many requests it serves at once."""

    def __init__(self, seconds, answer):
        super().__init__()
        self.seconds, self.answer = seconds, answer
        self.lock = threading.Lock()
        self.running = self.most = 0

    def send(self, request, **kwargs):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(self.seconds)
        with self.lock:
            self.running -= 1
        return self.answer(request)

    def close(self):
        """Nothing is held open."""


def _empty(request):
    response = requests.Response()
    response.status_code, response.url, response.request = 200, request.url, request
    response.raw = urllib3.HTTPResponse(body=io.BytesIO(b"{}"), preload_content=False)
    return response


def test_a_host_gets_no_more_requests_at_once_than_allowed():
    transport = SlowTransport(0.01, _empty)
    policy = HttpPolicy(concurrent_requests=3, requests_per_second=1000)
    client = HttpClient(policy, SystemClock(), adapter=transport)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(client.get_json, [URL] * 40))
    assert len(answers) == 40
    assert transport.most == 3


@pytest.mark.speed
def test_150_parks_at_200_ms_are_fetched_in_well_under_ten_seconds():
    transport = SlowTransport(0.2, _empty)
    started = time.monotonic()
    with HttpClient(HttpPolicy(), SystemClock(), adapter=transport) as client, ThreadPoolExecutor(16) as pool:
        list(pool.map(client.get_json, [URL] * 150))
    assert time.monotonic() - started < 8


def test_an_impossible_setting_is_refused():
    with pytest.raises(SettingsError, match="tries is 0"):
        HttpPolicy(tries=0)


@pytest.mark.parametrize("status", [404, 500])
def test_no_message_shows_the_login_or_the_key_of_an_address(wire, reply, status):
    client, _ = wire(reply(b"no such key: api_key=Zx9kWq7p", status), tries=1)
    with pytest.raises(FeedError) as caught:
        client.get_json("https://me:Zx9kWq7p@feed.test/parks.json", params={"key": "Zx9kWq7p"})
    assert "https://me:***@feed.test/parks.json" in str(caught.value)
    assert "Zx9kWq7p" not in f"{caught.value} {caught.value!r}"


def test_no_message_of_a_broken_connection_shows_the_key_of_an_address(wire):
    broken = requests.exceptions.ConnectionError("Max retries exceeded with url: /parks.json?key=Zx9kWq7p")
    client, _ = wire(broken, tries=1)
    with pytest.raises(FeedError) as caught:
        client.get_json("https://Zx9kWq7p@feed.test/parks.json", params={"key": "Zx9kWq7p"})
    assert "Zx9kWq7p" not in str(caught.value)
