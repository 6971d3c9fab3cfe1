"""`/status` for operators, and the notices above every page that its figures are late."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import SEEN_AT


def polled(world: World, park_id: int, outcome: PollOutcome) -> None:
    """How ThemeParks.wiki answered the latest cycle for a park."""
    poll = {"park_id": park_id, "observed_at": SEEN_AT, "feed": int(Feed.THEMEPARKS_WIKI)}
    poll |= {"outcome": outcome.value, "http_status": None, "duration_ms": 5, "detail": "it slept"}
    world.rows.append((models.FeedPoll, poll | {"attempts": 1, "readings": 0}))


def words_in(text: str) -> str:
    """What a piece of a page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\xa0", " ").split())


def notices(client: FlaskClient, path: str) -> str:
    """The words above a page."""
    found = re.search(r'<div id="notices".*?</div>', client.get(path).text, re.DOTALL)
    assert found is not None
    return words_in(found[0])


def test_a_feed_that_is_late_is_named_on_every_page_and_on_status(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    polled(world, 1, PollOutcome.TIMEOUT)
    polled(world, 2, PollOutcome.TIMEOUT)
    polled(world, 3, PollOutcome.OK)
    world.write(sqlite_database, SEEN_AT)
    client = create_app(sqlite_database, clock).test_client()
    for path in ("/", "/now", "/parks/gardaland", "/data"):
        assert notices(client, path) == (
            "A source is late: ThemeParks.wiki gave nothing for 2 of 3 parks; figures of these parks may be "
            "old. Last asked Thu 20 Aug, 11:58 UTC. Status"
        )
    answer = client.get("/status")
    words = words_in(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "ThemeParks.wiki 3 2 late" in words
    assert "no answer in time" in words
    assert "4 parks are not watched now" in words
    problems = client.get("/api/health").get_json()["data"]["problems"]
    assert problems
    for problem in problems:
        assert problem["problem"].split("'")[0] in words


def test_pages_say_that_nothing_was_collected_for_long(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    """They are made anew for it, though nothing was written since."""
    world.write(sqlite_database, SEEN_AT)
    client = create_app(sqlite_database, clock).test_client()
    assert notices(client, "/") == notices(client, "/about") == ""
    clock.sleep(HOUR)
    late = "The newest figures are late: nothing has been collected since Thu 20 Aug, 11:58 UTC. Status"
    assert notices(client, "/") == notices(client, "/about") == late
