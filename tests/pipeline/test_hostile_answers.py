"""Headers, bodies and numbers of rides that cannot be cost no other park its cycle."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
import urllib3
from hypothesis import HealthCheck, given, settings
from requests.adapters import BaseAdapter
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import RideReading
from hallofshame.domain.words import MAX_RIDES_PER_ANSWER, Feed
from hallofshame.feeds.base import FeedAnswer, FeedContext
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.queue_times import QueueTimesFeed
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.pipeline.collect import Collector
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll, RideStatusSnapshot
from pipeline.fakes import (
    LOG,
    NEW_YORK,
    OSAKA,
    QUEUE_TIMES_IDS,
    ROME,
    WIKI_IDS,
    found,
    seed_parks,
)
from pipeline.one_park import (
    NOON,
    OTHERS,
    three_parks,
)
from pipeline.polls import collector, reading, rows
from support.hostile_bodies import altered


class OddHeaders(BaseAdapter):
    """Answers for every park with one ride; the answer for Rome comes with ``headers``."""

    headers: ClassVar[dict[str, str]] = {}

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """One answer."""
        ride = {"id": "a", "name": "Alpha", "entityType": "ATTRACTION", "status": "OPERATING"}
        sent = self.headers if WIKI_IDS[ROME] in (request.url or "") else {"Date": NOON_SENT}
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response.headers.update(sent)
        body = io.BytesIO(json.dumps({"liveData": [ride]}).encode())
        response.raw = urllib3.HTTPResponse(body, headers=sent, status=200, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is held open."""


NOON_SENT = format_datetime(NOON, usegmt=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "99999999"},
        {"Date": "Fri, 31 Dec 9999 23:59:59 -2359"},
        {"Date": NOON_SENT, "Age": "9" * 300},
        {"Date": NOON_SENT, "Age": "-99999999999"},
        {"Date": "Thu, 01 Jan 1970 00:00:00 GMT", "Retry-After": "9" * 300},
    ],
)
def test_headers_that_cannot_be_cost_no_park_its_cycle(
    sqlite_database: Database, headers: dict[str, str]
) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    adapter = OddHeaders()
    adapter.headers = headers  # type: ignore[misc]
    clock = FixedClock(NOON)
    with HttpClient(HttpPolicy(), clock, adapter=adapter) as client:
        feed = ThemeParksWikiFeed(FeedContext(client, clock, LOG, "https://feed.test"))
        collect = Collector(sqlite_database, {feed.feed: feed}, clock, LOG, cadence_seconds=300)
        result = collect.cycle()
        collect.close()
    assert (result.answered, result.readings) == (3, 3)
    assert found(sqlite_database) == []


# --- too many rides ---


def crowd(number: int) -> list[RideReading]:
    return [reading(f"Ride {place}", id=str(place)) for place in range(number)]


def test_an_answer_with_more_rides_than_can_be_is_refused(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, *OTHERS)
    result = collector(sqlite_database, three_parks(rome=crowd(MAX_RIDES_PER_ANSWER + 1)), now=NOON).cycle()
    assert (result.answered, result.failed, result.readings) == (2, 1, 8)
    assert rows(sqlite_database, FeedPoll, "outcome", "readings")[0] == ("bad_body", 0)
    (finding,) = found(sqlite_database, "too_many_rides")
    assert (finding.park_id, finding.subject) == (ROME, "themeparks_wiki")
    assert f"names {MAX_RIDES_PER_ANSWER + 1} rides" in finding.detail


# --- mutated bodies ---


class Bodies:
    """A JSON client: one body for Rome, a sound one for everybody else."""

    def __init__(self) -> None:
        self.rome: Any = None

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        """The body of the park that the address names."""
        alpha = {"id": "a", "name": "Alpha", "entityType": "ATTRACTION", "status": "OPERATING"}
        bravo = {**alpha, "id": "b", "name": "Bravo", "status": "DOWN"}
        if WIKI_IDS[ROME] in url or f"/{QUEUE_TIMES_IDS[ROME]}/" in url:
            return FeedAnswer(self.rome, 200, 1, 1)
        return FeedAnswer({"liveData": [alpha, bravo]}, 200, 1, 1)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path) -> Iterator[Any]:
    """One installation with three parks that all examples go through, five minutes apart."""
    path = tmp_path_factory.mktemp("mutated") / "hallofshame.db"
    path.write_bytes(_migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    seed_parks(database, ROME, *OTHERS)
    bodies, clock = Bodies(), FixedClock(NOON)
    context = FeedContext(bodies, clock, LOG, "https://feed.test")
    feeds = {Feed.THEMEPARKS_WIKI: ThemeParksWikiFeed(context), Feed.QUEUE_TIMES: QueueTimesFeed(context)}
    collect = Collector(database, feeds, clock, LOG, cadence_seconds=300)
    yield bodies, collect, clock, database
    collect.close()
    database.dispose()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=altered())
def test_no_body_of_one_park_costs_another_its_rows(asked: Any, body: Any) -> None:
    bodies, collect, clock, database = asked
    clock.sleep(300)
    bodies.rome = body
    result = collect.cycle()
    with database.read() as connection:
        table = RideStatusSnapshot
        query = select(table.park_id, func.count()).where(
            table.observed_at == to_unix(result.observed_at), table.park_id != ROME
        )
        assert dict(connection.execute(query.group_by(table.park_id)).all()) == {NEW_YORK: 2, OSAKA: 2}
