"""How long a job waits: hosts that only time out are left alone, and nothing lasts longer than the whole."""

from __future__ import annotations

import math
import socket

import pytest
import requests

from hallofshame.domain.errors import FeedError, NotReachedError, RequestSkippedError
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.deadlines import TIMEOUTS_IN_A_ROW, UNREACHABLE_REQUESTS, Deadline, current, waiting

SLOW, FAST = "https://slow.test/live", "https://fast.test/live"
HANGS = requests.exceptions.ReadTimeout("slow")


def test_without_a_job_nothing_limits_the_wait():
    assert current().seconds_left() == math.inf


def test_deadlines_ends_with_its_time_and_its_block(clock):
    deadline = Deadline(clock, 60)
    with waiting(deadline):
        assert current() is deadline
        clock.sleep(45)
        assert current().seconds_left() == 15
        assert deadline.at_most(10).seconds_left() == 10
        assert deadline.at_most(20).seconds_left() == 15
        clock.sleep(45)
        assert current().seconds_left() == 0
    assert current() is not deadline


def test_a_host_that_times_out_in_a_row_is_asked_no_more(wire, clock):
    client, transport = wire(HANGS)
    with waiting(Deadline(clock, 600)):
        with pytest.raises(FeedError, match="timed out"):
            client.get_json(SLOW)
        with pytest.raises(
            RequestSkippedError, match=f"timed out {TIMEOUTS_IN_A_ROW} times in a row"
        ) as caught:
            client.get_json(SLOW)
        assert (len(transport.requests), caught.value.attempts) == (TIMEOUTS_IN_A_ROW, 2)
        with pytest.raises(RequestSkippedError) as caught:
            client.get_json(SLOW)
        assert (len(transport.requests), caught.value.attempts) == (TIMEOUTS_IN_A_ROW, 0)
        assert caught.value.outcome is PollOutcome.TIMEOUT


REFUSES = requests.exceptions.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
NAMELESS = requests.exceptions.ConnectionError(socket.gaierror(socket.EAI_NONAME, "Name not known"))


@pytest.mark.parametrize(
    ("failure", "outcome"), [(REFUSES, PollOutcome.REFUSED), (NAMELESS, PollOutcome.NAME_ERROR)]
)
def test_a_host_that_several_requests_cannot_reach_is_asked_no_more(wire, reply, clock, failure, outcome):
    client, transport = wire(failure)
    with waiting(Deadline(clock, 600)):
        for _ in range(UNREACHABLE_REQUESTS):
            with pytest.raises(FeedError) as caught:
                client.get_json(SLOW)
            assert not isinstance(caught.value, NotReachedError)
        asked, since = len(transport.requests), clock.elapsed()
        with pytest.raises(NotReachedError, match=r"slow\.test was not asked") as caught:
            client.get_json(SLOW)
        assert (caught.value.outcome, caught.value.attempts) == (outcome, 0)
        assert (len(transport.requests), clock.elapsed()) == (asked, since)
        with pytest.raises(FeedError) as caught:
            client.get_json(FAST)
        assert not isinstance(caught.value, NotReachedError)
    with waiting(Deadline(clock, 600)), pytest.raises(FeedError):
        client.get_json(SLOW)
    assert len(transport.requests) > asked + 1


def test_an_answer_in_between_ends_the_row_of_failures(wire, reply, clock):
    tries = 3
    client, _ = wire(*[REFUSES] * tries * (UNREACHABLE_REQUESTS - 1), reply(), *[REFUSES] * tries, reply())
    with waiting(Deadline(clock, 600)):
        for _ in range(UNREACHABLE_REQUESTS - 1):
            with pytest.raises(FeedError):
                client.get_json(SLOW)
        assert client.get_json(SLOW).attempts == 1
        with pytest.raises(FeedError):
            client.get_json(SLOW)
        assert client.get_json(SLOW).attempts == 1


def test_the_next_job_asks_it_again(wire, reply, clock):
    client, _ = wire(*[HANGS] * TIMEOUTS_IN_A_ROW, reply())
    with waiting(Deadline(clock, 600)):
        for _ in range(2):
            with pytest.raises(FeedError):
                client.get_json(SLOW)
    with waiting(Deadline(clock, 600)):
        assert client.get_json(SLOW).attempts == 1


def test_other_hosts_are_asked_as_ever(wire, reply, clock):
    client, _ = wire(*[HANGS] * TIMEOUTS_IN_A_ROW, reply())
    with waiting(Deadline(clock, 600)):
        for _ in range(2):
            with pytest.raises(FeedError):
                client.get_json(SLOW)
        assert client.get_json(FAST).http_status == 200


@pytest.mark.parametrize("status", [200, 500])
def test_any_answer_ends_the_row(wire, reply, clock, status):
    client, transport = wire(*[HANGS] * (TIMEOUTS_IN_A_ROW - 1), reply(b"{}", status), HANGS, tries=1)
    with waiting(Deadline(clock, 600)):
        for _ in range(2 * TIMEOUTS_IN_A_ROW - 1):
            try:
                client.get_json(SLOW)
            except FeedError as error:
                assert not isinstance(error, RequestSkippedError)
    assert len(transport.requests) == 2 * TIMEOUTS_IN_A_ROW - 1


def test_parts_of_a_job_learn_from_each_other(wire, clock):
    client, transport = wire(HANGS, tries=TIMEOUTS_IN_A_ROW)
    whole = Deadline(clock, 600)
    with waiting(whole.at_most(300)), pytest.raises(FeedError):
        client.get_json(SLOW)
    with waiting(whole), pytest.raises(RequestSkippedError):
        client.get_json(SLOW)
    assert len(transport.requests) == TIMEOUTS_IN_A_ROW


def test_when_the_time_is_over_nobody_is_asked(wire, reply, clock):
    client, transport = wire(reply())
    with waiting(Deadline(clock, 60)):
        clock.sleep(60)
        with pytest.raises(RequestSkippedError, match="the time for all requests together is over"):
            client.get_json(FAST)
    assert transport.requests == []


def test_a_pause_beyond_the_time_is_not_begun(wire, reply, clock):
    client, transport = wire(reply(b"", 503, {"Retry-After": "15"}))
    with waiting(Deadline(clock, 10)), pytest.raises(FeedError) as caught:
        client.get_json(FAST)
    assert (caught.value.outcome, caught.value.attempts) == (PollOutcome.SERVER_ERROR, 1)
    assert (len(transport.requests), clock.slept) == (1, [])


def test_a_try_that_the_time_runs_out_on_is_cut_short(wire, clock):
    class Late(requests.exceptions.ReadTimeout):
        """A time-out that took ten seconds."""

        def __str__(self):
            clock.sleep(10)
            return "slow"

    client, transport = wire(Late())
    with waiting(Deadline(clock, 10)), pytest.raises(RequestSkippedError) as caught:
        client.get_json(FAST)
    assert (caught.value.attempts, len(transport.requests)) == (1, 1)


def test_limits_of_time_shrink_with_what_is_left(wire, reply, clock):
    client, transport = wire(reply(), connect_timeout_seconds=5, read_timeout_seconds=15)
    with waiting(Deadline(clock, 20)):
        client.get_json(FAST)
        clock.sleep(12)
        client.get_json(FAST)
        clock.sleep(6)
        client.get_json(FAST)
    assert transport.timeouts == [(5, 15), (5, 8), (2, 2)]


def test_a_turn_that_comes_too_late_is_not_waited_for(wire, reply, clock):
    client, transport = wire(reply(), requests_per_second=0.1)
    with waiting(Deadline(clock, 5)):
        client.get_json(FAST)
        with pytest.raises(RequestSkippedError, match="the rate allows"):
            client.get_json(FAST)
    assert (len(transport.requests), clock.slept) == (1, [])
