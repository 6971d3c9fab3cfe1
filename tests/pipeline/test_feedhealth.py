"""Feeds that do not answer: one line per feed in the log, in the job log and in what ``doctor`` says."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hallofshame import settings
from hallofshame.cli import cli
from hallofshame.clock import FixedClock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.installation import Installation
from hallofshame.pipeline.feedhealth import PolledOnce, ask_each, feed_states, remedy_of
from hallofshame.pipeline.problems import look
from hallofshame.settings import Settings
from hallofshame.store import joblog
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll
from pipeline.fakes import QUEUE_TIMES_IDS, ROME, at, seed_parks
from pipeline.polls import UP, PolledQueueTimes, cycle, reading
from support.installations import NOON, MemoryFeed


class Silent(MemoryFeed):
    """A feed that gives no park an answer."""

    failure = FeedError("https://feed.test/1 could not be read: no network", outcome=PollOutcome.NO_NETWORK)

    def poll(self, park_external_id: str) -> None:  # type: ignore[override]
        """Always the same error."""
        raise self.failure


def silent(folder: Path, failure: FeedError) -> Installation:
    """The whole catalogue, of which neither feed tells anything."""
    feeds = {feed: Silent(feed) for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)}
    for feed in feeds.values():
        feed.failure = failure
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    given = Settings(_env_file=None, data=folder)
    made = Installation(given, clock=FixedClock(now), feeds=feeds)  # type: ignore[arg-type]
    made.make_ready(migrate=True)
    return made


CASES = {
    PollOutcome.NO_NETWORK: ("no network", "see whether this machine has a network"),
    PollOutcome.NAME_ERROR: ("its name cannot be resolved", "the address in HALLOFSHAME_QUEUE_TIMES_URL"),
    PollOutcome.REFUSED: ("it refuses the connection", "see whether the source is up"),
    PollOutcome.TLS_ERROR: ("no safe connection", "the clock and the certificates"),
    PollOutcome.SERVER_ERROR: ("a fault at the source (HTTP 503)", "nothing to do here"),
    PollOutcome.RATE_LIMITED: ("too many requests (HTTP 503)", "HALLOFSHAME_CADENCE_SECONDS"),
}


@pytest.mark.slow
@pytest.mark.parametrize("outcome", CASES)
def test_a_cycle_without_answers_is_one_line_per_feed_and_doctor_says_what_to_do(
    outcome: PollOutcome, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cause, remedy = CASES[outcome]
    status = 503 if "503" in cause else None
    failure = FeedError("https://feed.test/1: as it was", outcome=outcome, http_status=status)
    with silent(tmp_path, failure) as parts, caplog.at_level(logging.INFO):
        caplog.clear()
        result = parts.collector.cycle()
        assert result.parks > 100
        lines = [record.getMessage() for record in caplog.records]
        told = [line for line in lines if "no answer for" in line]
        assert len(lines) == len(told) + 1 == 3
        for line in told:
            feed, _, rest = line.partition(": no answer for ")
            assert feed in ("queue_times", "themeparks_wiki")
            assert f"parks: {cause}; first: " in rest
            assert rest.endswith(": https://feed.test/1: as it was")
            assert len(line) < 250
        with parts.database.read() as connection:
            polls = connection.scalars(select(FeedPoll.detail)).all()
            run = joblog.latest(connection, JobType.CYCLE)
        assert len(polls) >= result.parks, "what each park met stands in feed_polls"
        assert run is not None
        assert run.outcome == "failure"
        assert (run.error or "").startswith("no park answered: queue_times: no answer for ")
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    root, handlers = logging.getLogger(), list(logging.getLogger().handlers)
    output = CliRunner().invoke(cli, ["doctor", "--offline"], catch_exceptions=False).output
    root.handlers[:] = handlers
    (line,) = [line for line in output.splitlines() if line.startswith("PROBLEM feed queue_times: ")]
    assert cause in line
    assert "(host queue-times.com)" in line
    assert remedy in line
    network = [line for line in output.splitlines() if line.startswith("PROBLEM network: ")]
    if outcome in (PollOutcome.NO_NETWORK, PollOutcome.NAME_ERROR):
        assert "no network to queue-times.com, api.themeparks.wiki; see whether" in network[0]
    else:
        assert network == []
    (collection,) = [line for line in output.splitlines() if " collection: " in line]
    assert "no cycle has given readings yet; see what is said of the feeds" in collection
    assert "start: hallofshame run" not in collection


def polled(outcome: PollOutcome, park: str = "epcot", feed: Feed = Feed.QUEUE_TIMES) -> PolledOnce:
    return PolledOnce(feed, park, outcome, None, None)


def test_several_causes_are_counted_the_most_frequent_first() -> None:
    polls = [polled(PollOutcome.OK)] * 3
    polls += [
        polled(PollOutcome.TIMEOUT, "one"),
        polled(PollOutcome.BAD_BODY, "two"),
        polled(PollOutcome.TIMEOUT),
    ]
    (state,) = feed_states(polls)
    assert state.failure == (
        "queue_times: no answer for 3 of 6 parks: 2 times no answer in time, "
        "1 time an answer that cannot be read; first: one"
    )
    assert not state.is_silent


def test_the_failure_that_is_told_is_of_a_request_that_was_sent() -> None:
    polls = [
        PolledOnce(Feed.QUEUE_TIMES, "left out", PollOutcome.NAME_ERROR, None, "was not asked", attempts=0),
        PolledOnce(Feed.QUEUE_TIMES, "asked", PollOutcome.NAME_ERROR, None, "no such name", attempts=3),
    ]
    (state,) = feed_states(polls)
    assert (state.failure or "").endswith("; first: asked: no such name")
    (state,) = feed_states(polls[:1])
    assert (state.failure or "").endswith("; first: left out: was not asked")


def test_a_feed_that_answers_says_nothing() -> None:
    (state,) = feed_states([polled(PollOutcome.OK), polled(PollOutcome.EMPTY)])
    assert (state.failure, state.failed, state.asked) == (None, 0, 2)


@pytest.mark.parametrize("outcome", [outcome for outcome in PollOutcome if outcome is not PollOutcome.OK])
def test_every_outcome_has_a_remedy(outcome: PollOutcome) -> None:
    (state,) = feed_states([polled(outcome)])
    assert "{" not in state.remedy("HALLOFSHAME_X_URL")


@dataclass
class OneFeed:
    """A feed that lists its parks, or fails; ``before`` runs first."""

    feed: Feed
    error: FeedError | None = None

    def list_parks(self) -> list[str]:
        if self.error is not None:
            raise self.error
        return ["epcot", "gardaland"]


def test_each_feed_is_asked_once_now_and_the_answer_of_one_says_nothing_of_another() -> None:
    refused = FeedError("https://feed.test refuses the connection", outcome=PollOutcome.REFUSED)
    feeds: Any = {
        Feed.QUEUE_TIMES: OneFeed(Feed.QUEUE_TIMES),
        Feed.THEMEPARKS_WIKI: OneFeed(Feed.THEMEPARKS_WIKI, refused),
    }
    good, bad = ask_each(feeds, FixedClock(NOON))
    assert (good.parks, good.error, good.outcome) == (2, None, PollOutcome.OK)
    assert (bad.parks, bad.error) == (0, "https://feed.test refuses the connection")
    assert "address in X_URL is right" in remedy_of(bad.outcome, "X_URL")


@pytest.mark.enable_socket
def test_doctor_asks_the_feeds_now_unless_told_not_to(
    own_machine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    # A port that nobody answers on, with what nobody is to read.
    for feed in ("QUEUE_TIMES", "THEMEPARKS_WIKI"):
        monkeypatch.setenv(f"HALLOFSHAME_{feed}_URL", "http://reader:hunter-two@127.0.0.1:9")
    run = CliRunner()
    assert run.invoke(cli, ["db", "upgrade"], catch_exceptions=False).exit_code == 0
    told = run.invoke(cli, ["doctor", "--json"], catch_exceptions=False)
    assert "hunter-two" not in told.output
    checks = json.loads(told.stdout)["checks"]
    asked = {check["subject"]: check for check in checks if check["subject"].endswith(" now")}
    assert set(asked) == {"feed queue_times now", "feed themeparks_wiki now"}
    for feed, check in asked.items():
        assert check["ok"] is False
        assert "refuses the connection" in check["text"]
        assert f"HALLOFSHAME_{feed.split()[1].upper()}_URL is right" in check["remedy"]
    said = run.invoke(cli, ["doctor", "--offline"], catch_exceptions=False).output
    assert " now: " not in said


def test_where_feeds_answer_without_naming_a_ride_the_remedy_does_not_send_to_what_is_said_of_them(
    sqlite_database: Database,
) -> None:
    """Nothing is said of feeds that answer."""
    seed_parks(sqlite_database, ROME)
    noon = at("2026-06-03 10:00")
    for later, said in ((0, [reading("Alpha", UP, 5)]), (120, []), (125, [])):
        feed = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: said})
        cycle(sqlite_database, feed, now=noon + dt.timedelta(minutes=later))
    with sqlite_database.read() as connection:
        found = look(connection, noon + dt.timedelta(minutes=126), 300)
    (problem,) = [each for each in found.problems if each.cause == "collection"]
    assert not any(feed.is_silent for feed in found.feeds)
    assert "lists that name no ride" in problem.remedy
