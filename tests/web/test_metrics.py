"""``/metrics`` and request ids: what is counted, who may read it, and what a stranger cannot do with it."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hallofshame.domain.hosts import network
from hallofshame.logs import JsonFormatter, TextFormatter, logged_as
from hallofshame.web.answer_context import site
from hallofshame.web.app import create_app
from hallofshame.web.measuring import MeasuringMiddleware


def scrape(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def grown(before: dict[str, float], after: dict[str, float], name: str) -> float:
    return after.get(name, 0) - before.get(name, 0)


def test_requests_count_by_route_and_status(client: FlaskClient) -> None:
    before = scrape(client)
    for _ in range(3):
        client.get("/api/parks/downtime?period=today")
    client.get("/api/parks/1/details")
    client.get("/api/parks/999999/details")
    client.get("/")
    after = scrape(client)
    requests = 'hallofshame_requests_total{{route="{}",status="{}"}}'
    assert grown(before, after, requests.format("/api/parks/downtime", 200)) == 3
    assert grown(before, after, requests.format("/api/parks/<park>/details", 200)) == 1
    assert grown(before, after, requests.format("/api/parks/<park>/details", 404)) == 1
    assert grown(before, after, requests.format("/", 200)) == 1
    seconds = 'hallofshame_request_seconds_count{route="/api/parks/downtime"}'
    assert grown(before, after, seconds) == 3


def test_what_cannot_be_counted_is_answered_all_the_same(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk, or the folder of a server that was killed and tidied away after."""

    def missing(*_given: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(MeasuringMiddleware, "_count", missing)
    assert client.get("/api/parks/downtime?period=today").status_code == 200
    assert "a request for /api/parks/downtime is not counted" in caplog.text


def test_strangers_invent_no_series(client: FlaskClient) -> None:
    def routes(found: dict[str, float]) -> set[str]:
        return set(re.findall(r'route="([^"]*)"', " ".join(found)))

    client.get("/nowhere")
    before = routes(scrape(client))
    for number in range(50):
        client.get(f"/invented/{number}")
        client.get(f"/api/parks/{number}/invented")
        client.get(f"/api/parks/{number + 5000}/details")
        client.open("/api/parks", method=f"BREW{number}")
    assert routes(scrape(client)) - before <= {"/api/parks/<park>/details", "/metrics"}
    assert "none" in before


def test_the_state_of_the_store_is_told_without_a_series_per_park(client: FlaskClient) -> None:
    found = scrape(client)
    assert (
        found['hallofshame_condition{condition="ok"}']
        + found['hallofshame_condition{condition="degraded"}']
        + found['hallofshame_condition{condition="failing"}']
        == 1
    )
    for name in ("problems", "open_parks", "dirty_park_days", "dirty_oldest_seconds", "data_version"):
        assert f"hallofshame_{name}" in found
    assert not [name for name in found if re.search(r"\bpark(_id)?=", name)]
    assert len([name for name in found if not name.startswith("hallofshame_request")]) < 200


@pytest.mark.parametrize(
    ("remote", "headers", "admitted", "status"),
    [
        ("127.0.0.1", {}, None, 200),
        ("::1", {}, None, 200),
        ("::ffff:127.0.0.1", {}, None, 200),
        ("203.0.113.9", {}, None, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, None, 403),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, None, 403),
        ("127.0.0.1", {"Via": "1.1 proxy"}, None, 403),
        ("10.1.2.3", {}, ("10.0.0.0/8",), 200),
        ("127.0.0.1", {}, ("10.0.0.0/8",), 403),
        ("203.0.113.9", {"X-Forwarded-For": "198.51.100.1"}, ("0.0.0.0/0", "::/0"), 200),
        ("127.0.0.1", {}, (), 403),
        ("", {}, None, 403),
    ],
)
def test_only_whom_the_settings_name_may_read_them(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    remote: str,
    headers: dict[str, str],
    admitted: tuple[str, ...] | None,
    status: int,
) -> None:
    if admitted is not None:
        with app.app_context():
            settings = site().settings
        object.__setattr__(settings, "metrics_from", tuple(map(network, admitted)))
    answer = app.test_client().get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": remote})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("a1b2-C3.d_4", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("two words", False),
        ('{"level":"error"}', False),
        ("ä", False),
        ("", False),
        (None, False),
    ],
)
def test_a_request_id_is_taken_in_a_safe_form_only_and_told_back(
    client: FlaskClient, given: str | None, is_kept: bool
) -> None:
    for path in ("/api/parks", "/nowhere", "/", "/static/favicon.svg"):
        answer = client.get(path, headers={} if given is None else {"X-Request-Id": given})
        (told,) = answer.headers.getlist("X-Request-Id")
        if is_kept:
            assert told == given
        else:
            assert re.fullmatch("[0-9a-f]{16}", told)
    first, second = (client.get("/api/parks").headers["X-Request-Id"] for _ in range(2))
    assert first != second, "also where the answer is a ready one"


def test_an_error_is_in_the_log_under_the_id_of_its_request(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    texts: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonFormatter().format(record))
            texts.append(TextFormatter().format(record))

    def burn(*_given: object) -> None:
        raise RuntimeError("it burns")

    monkeypatch.setattr("hallofshame.web.api.live.park_states", burn)
    handler = Kept()
    logging.getLogger().addHandler(handler)
    try:
        app.testing = False
        answer = app.test_client().get("/api/live/status-summary", headers={"X-Request-Id": "proxy-77"})
    finally:
        logging.getLogger().removeHandler(handler)
    assert answer.status_code == 500
    assert json.loads(lines[-1])["request"] == "proxy-77"
    assert texts[-1].splitlines()[0].endswith(" [request proxy-77]")
    with logged_as(job="cycle", run="7"):
        record = logging.LogRecord("hallofshame.x", logging.INFO, __file__, 1, "m", (), None)
        assert json.loads(JsonFormatter().format(record))["run"] == "7"
    assert "run" not in json.loads(JsonFormatter().format(record))


def test_several_processes_are_counted_together(tmp_path: Path) -> None:
    """Workers and the collecting process write beside each other; whoever is asked tells of all."""
    program = textwrap.dedent(
        """
        import os, sys
        from hallofshame import metering
        from hallofshame.domain.jobs import JobOutcome, JobType

        with metering.counting():
            folder = os.environ[metering.FOLDER]
            from hallofshame.web.measuring import REQUESTS
            for _ in range(3):
                pid = os.fork()
                if pid == 0:
                    REQUESTS.labels("/api/parks", "200").inc(2)
                    os._exit(0)
                os.waitpid(pid, 0)
            metering.job_ended(JobType.CYCLE, JobOutcome.SUCCESS, 2.5, 300)
            from prometheus_client import CollectorRegistry, generate_latest
            from prometheus_client.multiprocess import MultiProcessCollector
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
            print(generate_latest(registry).decode())
        assert not os.path.exists(folder)
        metering.job_ended(JobType.CYCLE, JobOutcome.SUCCESS, 2.5, 300)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert 'hallofshame_requests_total{route="/api/parks",status="200"} 6.0' in done.stdout
    assert 'hallofshame_job_runs_total{job="cycle",outcome="success"} 1.0' in done.stdout
    assert 'hallofshame_job_seconds_sum{job="cycle"} 2.5' in done.stdout
    assert "hallofshame_observations_total 300.0" in done.stdout


def test_an_application_can_be_made_twice_in_one_process(app: Flask) -> None:
    with app.app_context():
        here = site()
    assert (
        create_app(here.database, here.clock, here.settings).test_client().get("/metrics").status_code == 200
    )
