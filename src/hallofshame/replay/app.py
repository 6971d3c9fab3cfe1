"""Both upstream services as one Flask app: Queue-Times at its own paths, ThemeParks.wiki under ``/v1``."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request

from hallofshame.domain.words import Feed
from hallofshame.replay import wire
from hallofshame.replay.history import HistoryDesk
from hallofshame.replay.playback import Playback


def replay_app(playback: Playback, history: HistoryDesk) -> Flask:
    """The app that answers with what ``playback`` and ``history`` tell."""
    app = Flask(__name__, static_folder=None)

    @app.get("/parks.json")
    def parks() -> Response:
        return json_answer(wire.parks_list(playback.of(Feed.QUEUE_TIMES)))

    @app.get("/parks/<park>/queue_times.json")
    def queue_times(park: str) -> Response:
        return _recorded(playback.queue_times(park), f"{Feed.QUEUE_TIMES.slug} park {park}")

    @app.get("/v1/destinations")
    def destinations() -> Response:
        return json_answer(wire.destinations_body(playback.of(Feed.THEMEPARKS_WIKI)))

    @app.get("/v1/entity/<park>")
    @app.get("/v1/entity/<park>/<any(children, live, schedule):part>")
    def entity(park: str, part: str | None = None) -> Response:
        return _recorded(playback.entity(park, part), f"{Feed.THEMEPARKS_WIKI.slug} park {park}")

    @app.get("/v1/entity/<park>/history")
    @app.get("/v1/entity/<park>/history/<any(daily, coverage):_part>")
    def past(park: str, _part: str | None = None) -> Response:
        tape = playback.tapes.get((Feed.THEMEPARKS_WIKI, park))
        path = request.path.removeprefix("/v1/entity/")
        reply = history.answer(tape, path, request.args.to_dict(flat=False), _lower(request.headers))
        return Response(reply.body, reply.status, reply.headers, content_type="application/json")

    @app.errorhandler(HTTPStatus.NOT_FOUND)
    def nothing(_error: Exception) -> Response:
        return error_answer(HTTPStatus.NOT_FOUND, f"nothing recorded for {request.path}")

    return app


def json_answer(body: Any, status: int = HTTPStatus.OK) -> Response:
    """An answer as the services write it: JSON in UTF-8, without spaces."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/json")


def error_answer(status: int, message: str) -> Response:
    """An error with its reason."""
    return json_answer({"error": message}, status)


def _recorded(body: wire.Json | None, what: str) -> Response:
    if body is None:
        return error_answer(HTTPStatus.NOT_FOUND, f"nothing recorded for {what}")
    return json_answer(body)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
