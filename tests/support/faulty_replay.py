"""The replay server with faults that are switched on and off under ``/_faults`` or in :attr:`faults`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request

from hallofshame.domain.errors import InputError
from hallofshame.domain.words import Feed
from hallofshame.replay import ReplayServer
from hallofshame.replay.app import error_answer, json_answer
from hallofshame.replay.playback import ParkKey, Playback
from hallofshame.replay.wire import Json
from support.feed_faults import ActiveFault, Fault, FaultBoard, FaultOrder, spoil_rides

_HTML = "<!DOCTYPE html><html><head><title>Please wait</title></head><body>One moment.</body></html>"
_FEEDS = {"queue_times": Feed.QUEUE_TIMES, "entity": Feed.THEMEPARKS_WIKI, "past": Feed.THEMEPARKS_WIKI}
"""Whose parks the endpoints of the replay app answer for."""


class FaultyReplayServer(ReplayServer):
    """A :class:`ReplayServer` whose parks fail as :attr:`faults` orders."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, playback=_SpoiltPlayback, **named)
        self.faults = FaultBoard()
        self.app.before_request(self._take)
        self.app.after_request(self._spoil)
        self.app.register_blueprint(self._switches())

    def answered(self, key: ParkKey, response: Response) -> None:
        """Called with each answer about a park, as it is sent."""

    def _take(self) -> None:
        feed = _FEEDS.get(request.endpoint or "")
        g.key = None if feed is None else (feed, (request.view_args or {})["park"])
        g.fault = self.faults.take(g.key) if g.key in self.tapes else None

    def _spoil(self, response: Response) -> Response:
        fault: ActiveFault | None = g.get("fault")
        if fault is not None:
            response = self._spoilt(response, fault.order)
        if g.get("key") is not None:
            self.answered(g.key, response)
        if fault is not None and fault.order.fault is Fault.TIMEOUT:
            self.pause(fault.order.delay_seconds)
        if fault is not None and fault.order.fault is Fault.DRIP:
            body = response.get_data()
            response.response = self._dripping(body, fault.order.delay_seconds)
            response.content_length = len(body)
        return response

    def _spoilt(self, response: Response, order: FaultOrder) -> Response:
        if order.fault is Fault.RATE_LIMITED:
            after = str(order.retry_after_seconds)
            if order.retry_after_form == "date":
                later = self.clock.now().astimezone(dt.UTC) + dt.timedelta(seconds=order.retry_after_seconds)
                after = format_datetime(later, usegmt=True)
            refusal = error_answer(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
            refusal.headers["Retry-After"] = after
            return refusal
        if order.fault is Fault.SERVER_ERROR:
            return Response("Internal Server Error", 500, content_type="text/plain")
        if order.fault is Fault.HTML_BODY:
            return Response(_HTML, content_type="text/html; charset=utf-8")
        if order.fault is Fault.TRUNCATED_JSON:
            whole = response.get_data()
            response.set_data(whole[: len(whole) // 2])
            if order.content_length == "too_long":
                response.content_length = len(whole)
        return response

    def _dripping(self, body: bytes, seconds: float) -> Iterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]
            self.pause(seconds)

    def _switches(self) -> Blueprint:
        switches = Blueprint("faults", __name__, url_prefix="/_faults")

        @switches.get("")
        def listed() -> Response:
            return json_answer({"faults": self.faults.listed()})

        @switches.put("/<path:park>")
        def switch_on(park: str) -> Response:
            key = self._key(park)
            if isinstance(key, Response):
                return key
            try:
                order = FaultOrder.parse(json.loads(request.get_data() or b"null"))
            except InputError as error:
                return error_answer(HTTPStatus.BAD_REQUEST, str(error))
            except ValueError as error:
                return error_answer(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}")
            self.faults.put(key, order, self.clock.now())
            return listed()

        @switches.delete("/<path:park>")
        def switch_off(park: str) -> Response:
            key = self._key(park)
            if isinstance(key, Response):
                return key
            self.faults.clear(key)
            return listed()

        return switches

    def _key(self, path: str) -> ParkKey | Response:
        slug, _, park = path.partition("/")
        if not park:
            wanted = "/_faults/<feed>/<park external id>"
            return error_answer(HTTPStatus.NOT_FOUND, f"no fault at {request.path}; use {wanted}")
        try:
            feed = Feed.from_slug(slug)
        except ValueError as error:
            return error_answer(HTTPStatus.BAD_REQUEST, str(error))
        if (feed, park) not in self.tapes:
            return error_answer(HTTPStatus.NOT_FOUND, f"no tape of {feed.slug} park {park}")
        return feed, park


class _SpoiltPlayback(Playback):
    """Tells what the fault of the answer that is being made lets it tell."""

    def moment(self, key: ParkKey) -> dt.datetime:
        fault: ActiveFault | None = g.fault
        is_frozen = fault is not None and fault.order.fault is Fault.FROZEN
        return fault.since if fault is not None and is_frozen else super().moment(key)

    def rides(self, _key: ParkKey, rides: list[Json]) -> list[Json]:
        fault: ActiveFault | None = g.fault
        return rides if fault is None else spoil_rides(rides, fault.order.fault)
