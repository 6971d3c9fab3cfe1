"""Headers of a feed's answer: what can be read is; nothing gets more than a feed error out of the client."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import socket
import threading
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallofshame.clock import SystemClock
from hallofshame.domain.errors import FeedError
from hallofshame.feeds.http import CREDIBLE_YEARS, HttpClient, served_at
from hallofshame.feeds.policy import HttpPolicy

URL = "https://feed.test/live"
DATE = "Thu, 20 Aug 2026 11:59:00 GMT"


@pytest.mark.parametrize(
    ("date", "age", "seconds_before_noon"),
    [
        (DATE, None, 60),
        (DATE, "0", 60),
        (DATE, " 45 ", 15),
        ("Thursday, 20-Aug-26 11:59:00 GMT", None, 60),
        ("Thu Aug 20 11:59:00 2026", None, 60),
        ("Thu, 20 Aug 2026 13:59:00 +0200", None, 60),
        (DATE, "2678401", None),
        (DATE, "9" * 400, None),
        (DATE, "-1", None),
        (DATE, "1e9", None),
        (DATE, "\u0661\u0662", None),
        (DATE, "0, 0", None),
        (f"{DATE}, {DATE}", None, None),
        (f"{DATE}, Fri, 21 Aug 2026 11:59:00 GMT", None, None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "99999999", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None, None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", "5", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None, None),
        ("Thu, 20 Aug 2026 25:61:61 GMT", None, None),
        ("Thu, 20 Aug 2026 11:59:00 +9999", None, None),
        ("jeudi 20 ao\u00fbt 2026 11:59:00", None, None),
        ("", "5", None),
    ],
)
def test_a_hosts_clock_is_read_where_it_can_be_one(date, age, seconds_before_noon):
    headers = {"Date": date} if age is None else {"Date": date, "Age": age}
    said = served_at(headers)
    noon = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)
    assert (said and (noon - said).total_seconds()) == seconds_before_noon


HEADER_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
ODD = st.one_of(
    HEADER_TEXT,
    st.integers().map(str),
    st.sampled_from(["9" * 5000, "-1", "0x10", "1, 1", "1, 2", "gzip, gzip", "br", "identity", "\xff", DATE]),
    st.tuples(st.integers(-5, 40), st.integers(-1, 99999), st.integers(-30, 99)).map(
        lambda parts: "Thu, {} Aug {} {}:59:00 GMT".format(*parts)
    ),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.dictionaries(
        st.sampled_from(["Date", "Age", "Retry-After", "Content-Length", "Content-Encoding", "Location"]), ODD
    ),
    status=st.sampled_from([200, 429, 503, 302, 404]),
)
def test_no_header_gets_more_than_a_feed_error_out_of_the_client(wire, reply, headers, status):
    client, _ = wire(reply(b'{"rides": []}', status, headers), tries=2)
    try:
        answer = client.get_json(URL)
    except FeedError:
        return
    assert answer.served_at is None or answer.served_at.year in CREDIBLE_YEARS


LEFT_SOCKETS = pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning")
"""Sockets that urllib3 leaves to the garbage collector (it refuses two lengths) may go at any moment."""


@pytest.fixture
def collected():
    """Those sockets are no other test's. The collector looks through what the test made, and not all else."""
    gc.freeze()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    gc.unfreeze()


@LEFT_SOCKETS
@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 5\r\nContent-Length: 10",
        "Content-Length: 15\r\nContent-Length: 15",
        "Content-Length: -5",
        f"Content-Length: {'9' * 5000}",
        "Content-Length: 99999999999999999999",
        "Content-Length: \u00b2",
        "Content-Length:",
        "Content-Encoding: gzip\r\nContent-Encoding: gzip",
        "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip",
        "Content-Encoding: \u00e9",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\nAge: 99999999",
        "Date: a\r\nDate: b\r\nAge: -1\r\nAge: 7",
        "No colon at all",
        "\r\n".join(f"X-{number}: 1" for number in range(150)),
    ],
)
def test_headers_over_the_wire_are_read_or_a_feed_error(lines, collected):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def answer():
            for _ in range(2):
                with contextlib.suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65536)
                        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\n{lines}\r\n\r\n"
                        connection.sendall(head.encode("latin-1") + b'{"rides": [ ]} ')

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        policy = HttpPolicy(tries=1, answer_timeout_seconds=30, read_timeout_seconds=30)
        with HttpClient(policy, SystemClock()) as client:
            try:
                found = client.get_json(f"http://127.0.0.1:{server.getsockname()[1]}/live")
            except FeedError:
                return
        assert found.body == {"rides": []}
        assert found.served_at is None


@pytest.mark.parametrize(
    "cookie",
    ["a=b", "a=b; max-age=" + "9" * 5000, "a=b; expires=Fri, 31 Dec 999999999 99:99:99 GMT; domain=."],
)
@LEFT_SOCKETS
@pytest.mark.enable_socket
def test_cookies_are_neither_read_nor_sent_back(cookie, collected):
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def answer():
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    asked.append(connection.recv(65536))
                    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nSet-Cookie: {cookie}\r\n\r\n"
                    connection.sendall(head.encode() + b"{}")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with HttpClient(HttpPolicy(tries=1), SystemClock()) as client:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/live"
            assert [client.get_json(url).body for _ in range(2)] == [{}, {}]
        thread.join(5)
    assert [b"cookie" in request.lower() for request in asked] == [False, False]
