"""A site that answers in memory: an application behind the transport of the HTTP client, no sockets."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import requests
import urllib3
from flask import Flask
from requests.adapters import BaseAdapter

from hallofshame.clock import Clock
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.site import FeedSite

ADDRESS = "https://site.example"

Change = Callable[[requests.PreparedRequest, requests.Response], None]


class AppTransport(BaseAdapter):
    """Hands each request to an application; ``asked`` are the addresses and ranges, ``change`` may spoil."""

    def __init__(self, app: Flask, change: Change | None = None) -> None:
        super().__init__()
        self._client = app.test_client()
        self.asked: list[tuple[str, str | None]] = []
        self.change = change

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        path = (request.url or "").removeprefix(ADDRESS)
        headers = {name: value for name, value in request.headers.items() if name != "Accept-Encoding"}
        self.asked.append((path, request.headers.get("Range")))
        answer = self._client.get(path, headers=headers)
        response = requests.Response()
        response.headers.update(dict(answer.headers))
        response.url, response.request = request.url or "", request
        say(response, answer.status_code, answer.data)
        if self.change is not None:
            self.change(request, response)
        return response

    def close(self) -> None:
        """Nothing is held open."""


def say(response: requests.Response, status: int, body: bytes) -> None:
    """Let an answer be this one, under the headers that it has."""
    response.status_code = status
    response.headers["Content-Length"] = str(len(body))
    response.raw = urllib3.HTTPResponse(
        body=io.BytesIO(body), headers=dict(response.headers), preload_content=False
    )


def site_of(app: Flask, clock: Clock, change: Change | None = None) -> tuple[FeedSite, AppTransport]:
    """The application as a site, and what it will be asked."""
    transport = AppTransport(app, change)
    return FeedSite(HttpClient(HttpPolicy(tries=1), clock, adapter=transport), ADDRESS), transport
