"""A transport and a JSON client that answer from memory, and the recorded bodies."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.base import FeedAnswer, FeedContext
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy

NOON = dt.datetime(2026, 8, 20, 12, 0, tzinfo=dt.UTC)
BODIES = Path(__file__).parent / "bodies"
RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data"


@dataclass
class Reply:
    """One answer of the fake transport; a length beyond the body makes a broken transfer."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class MemoryTransport(BaseAdapter):
    """Answers requests in order from a list of replies and errors; the last one repeats."""

    def __init__(self, replies: Iterable[Reply | Exception]) -> None:
        super().__init__()
        self.replies = list(replies)
        self.requests: list[requests.PreparedRequest] = []
        self.timeouts: list[Any] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.requests.append(request)
        self.timeouts.append(kwargs.get("timeout"))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        response = requests.Response()
        response.status_code = reply.status
        response.headers.update(reply.headers)
        response.url = request.url or ""
        response.request = request
        try:
            response.raw = urllib3.HTTPResponse(
                body=io.BytesIO(reply.body),
                headers=dict(reply.headers),
                status=reply.status,
                preload_content=False,
                request_method="GET",
            )
        except urllib3.exceptions.InvalidHeader as error:
            # As the real adapter hands it on.
            raise requests.exceptions.InvalidHeader(error, request=request) from error
        return response

    def close(self) -> None:
        """Nothing is held open."""


class MemoryClient:
    """A JSON client that knows the bodies of some addresses, and which it was asked for."""

    def __init__(self, bodies: Mapping[str, Any]) -> None:
        self.bodies = dict(bodies)
        self.asked: list[str] = []

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        query = "&".join(f"{key}={value}" for key, value in (params or {}).items())
        address = f"{url}?{query}" if query else url
        self.asked.append(address)
        body = self.bodies.get(address)
        if isinstance(body, Exception):
            raise body
        if body is None:
            raise FeedError(f"{address} answered HTTP 404", outcome=PollOutcome.NOT_FOUND, http_status=404)
        return FeedAnswer(body, 200, 1, 7)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def wire(clock: FixedClock) -> Callable[..., tuple[HttpClient, MemoryTransport]]:
    """``wire(reply, …, tries=…)``: a client over a transport that gives these replies."""

    def make(*replies: Reply | Exception, **settings: Any) -> tuple[HttpClient, MemoryTransport]:
        transport = MemoryTransport(replies)
        return HttpClient(HttpPolicy(**settings), clock, adapter=transport), transport

    return make


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def context(clock: FixedClock) -> Callable[[Mapping[str, Any]], FeedContext]:
    """``context({address: body})``: what a feed is given, with ``https://feed.test`` as its base URL."""

    def make(bodies: Mapping[str, Any]) -> FeedContext:
        return FeedContext(MemoryClient(bodies), clock, logging.getLogger("tests"), "https://feed.test/")

    return make


@pytest.fixture
def body() -> Callable[[str], Any]:
    """``body(name)``: one recorded answer, trimmed."""
    return lambda name: json.loads((BODIES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def recording() -> Callable[[str], Path]:
    """``recording(path)``: a file of the full recordings beside the checkout; skips without them."""

    def find(path: str) -> Path:
        file = RECORDINGS / path
        if not file.exists():
            pytest.skip(f"the full recordings (../shared/data/{path}) are not beside this checkout")
        return file

    return find
