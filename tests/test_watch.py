"""The watch: what it finds wrong, whom it tells, and that nobody waits for it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import FeedError, StoreError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.words import PollOutcome
from hallofshame.installation import Installation
from hallofshame.notifying import AlertChannel
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.retries import TRIES
from hallofshame.scheduler import Scheduler
from hallofshame.store.alerts import CALM_SECONDS
from hallofshame.watch import GIVE_UP_TRIES, STORE_SECONDS, Watch
from support.installations import NOON, MemoryFeed, gardaland

HERE = AlertChannel("json://here", "aaaa", "json://here")


class Told:
    """A sender that keeps what it sent; ``error`` is why the next ones do not go out."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.texts: list[str] = []
        self.error: str | None = None

    def __call__(self, channel: AlertChannel, title: str, body: str) -> str | None:
        if self.error is None:
            self.messages.append(title.partition(": ")[2])
            self.texts.append(body)
        return self.error


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def parts(tmp_path: Path, feed: MemoryFeed, clock: FixedClock) -> Iterator[Installation]:
    # How full the disk of the machine is, is none of these tests' business.
    with gardaland(tmp_path, feed, clock, storage_free_percent=0, public_url="https://hall.example") as made:
        yield made


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watch(parts: Installation, told: Told) -> Watch:
    return Watch(parts, send=told, channels=[HERE])


def collect(parts: Installation, clock: FixedClock) -> None:
    """Look at a park twice, as one look does not show that it is open."""
    for _ in range(2):
        clock.sleep(300)
        parts.collector.cycle()
        parts.rollup.run()


def pass_by(watch: Watch, clock: FixedClock, seconds: int, step: Callable[[], None] | None = None) -> None:
    """Let time pass with a turn of the watch every minute, and a step every five."""
    for minute in range(seconds // 60):
        clock.sleep(60)
        if step is not None and minute % 5 == 4:
            step()
        watch.turn()


def hours_pass_by(watch: Watch, clock: FixedClock, hours: int) -> None:
    """Let time pass in which nothing changes, with a turn of the watch every six minutes."""
    for _ in range(10 * hours):
        clock.sleep(360)
        watch.turn()


@pytest.mark.slow
def test_nothing_is_told_while_all_is_well(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock
) -> None:
    scheduler = Scheduler(parts)
    scheduler.run_cycle()
    pass_by(watch, clock, 1800, scheduler.run_cycle)
    assert told.messages == []


@pytest.mark.slow
def test_data_older_than_15_minutes_is_told_once_and_its_return_too(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock
) -> None:
    collect(parts, clock)
    pass_by(watch, clock, 15 * 60)
    assert told.messages == []
    pass_by(watch, clock, 120)
    hours_pass_by(watch, clock, 3)
    assert told.messages.count("problem collection") == 1
    assert "solved collection" not in told.messages, "that nobody knows what is open solves nothing"
    scheduler = Scheduler(parts)
    scheduler.run_cycle()
    pass_by(watch, clock, CALM_SECONDS + 300, scheduler.run_cycle)
    assert told.messages.count("solved collection") == 1
    assert "https://hall.example/api/health" in told.texts[0]
    assert "It lasted from 2026-08-20T10:2" in told.texts[-1]


@pytest.mark.slow
def test_old_data_wakes_nobody_while_no_park_is_open(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock, feed: MemoryFeed
) -> None:
    feed.statuses = [type(feed.statuses[0]).CLOSED] * 3
    collect(parts, clock)
    hours_pass_by(watch, clock, 3)
    assert "problem collection" not in told.messages


@pytest.mark.slow
def test_a_failing_roll_up_is_told_at_once(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burn(*_given: object) -> None:
        raise RuntimeError("it burns")

    scheduler = Scheduler(parts)
    scheduler.run_cycle()
    watch.turn()
    with monkeypatch.context() as broken:
        broken.setattr("hallofshame.pipeline.rollup.compute", burn)
        clock.sleep(300)
        scheduler.run_cycle()
        watch.turn()
        assert told.messages == ["problem job:rollup"]
        assert told.texts[0].startswith("The job rollup failed at ")
        pass_by(watch, clock, 900, scheduler.run_cycle)
        assert told.messages == ["problem job:rollup"]
    pass_by(watch, clock, CALM_SECONDS + 600, scheduler.run_cycle)
    assert told.messages == ["problem job:rollup", "solved job:rollup"]


def test_a_daily_job_is_told_of_after_its_tries_and_what_a_person_began_never(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock
) -> None:
    def fail(job: JobType) -> None:
        with pytest.raises(OSError, match="full"), job_run(parts.database, clock, job):
            raise OSError("the disk is full")

    fail(JobType.EXPORT)
    for number in range(1, TRIES + 1):
        fail(JobType.SEAL)
        watch.turn()
        assert told.messages == ([] if number < TRIES else ["problem job:seal"])
        clock.sleep(60)


@pytest.mark.slow
def test_a_daily_job_without_retries_is_told_of_when_their_time_is_over(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock
) -> None:
    with pytest.raises(OSError, match="full"), job_run(parts.database, clock, JobType.SEAL):
        raise OSError("the disk is full")
    scheduler_of_cron = parts.collector.cycle
    for _ in range(5):
        clock.sleep(3600)
        scheduler_of_cron()
        parts.rollup.run()
        watch.turn()
    assert told.messages == ["problem job:seal"]


@pytest.mark.slow
def test_a_silent_feed_is_told_after_a_quarter_of_an_hour(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock, feed: MemoryFeed
) -> None:
    def cycle() -> None:
        feed.errors = [FeedError("no answer", outcome=PollOutcome.SERVER_ERROR, http_status=502)]
        parts.collector.cycle()
        parts.rollup.run()

    cycle()
    pass_by(watch, clock, 12 * 60, cycle)
    assert told.messages == []
    pass_by(watch, clock, 20 * 60, cycle)
    assert told.messages.count("problem feed:queue_times") == 1
    assert "problem job:cycle" not in told.messages, "one cause is told once"


@pytest.mark.slow
def test_a_restart_and_a_second_process_repeat_nothing(
    tmp_path: Path, parts: Installation, watch: Watch, told: Told, clock: FixedClock
) -> None:
    collect(parts, clock)
    clock.sleep(1200)
    with gardaland(tmp_path, None, clock, storage_free_percent=0) as second:
        others = Watch(second, send=told, channels=[HERE])
        for _ in range(5):
            watch.turn()
            others.turn()
            Watch(parts, send=told, channels=[HERE]).turn()
            clock.sleep(60)
    assert told.messages.count("problem collection") == 1


@pytest.mark.slow
def test_a_message_that_does_not_get_out_is_logged_tried_again(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    told.error = "no answer in 30 s"
    collect(parts, clock)
    clock.sleep(1200)
    with caplog.at_level(logging.ERROR):
        assert watch.turn().failed >= 1
    assert "the alert collection did not reach json://here: no answer in 30 s; tried again in" in caplog.text
    assert watch.turn().failed == 0, "not before its pause is over"
    clock.sleep(100)
    told.error = None
    watch.turn()
    assert told.messages.count("problem collection") == 1


@pytest.mark.slow
def test_a_message_is_given_up_at_last(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    told.error = "no answer in 30 s"
    collect(parts, clock)
    tries = 0
    with caplog.at_level(logging.ERROR):
        for _ in range(GIVE_UP_TRIES + 3):
            clock.sleep(3600 * 1.2)
            tries += watch.turn().failed
    assert tries == GIVE_UP_TRIES
    assert caplog.text.count("given up") == 1


def test_a_store_that_is_away_is_told_of_and_so_is_its_return(
    parts: Installation, watch: Watch, told: Told, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise StoreError("nobody answers there", failure="connection_refused")

    with monkeypatch.context() as broken:
        broken.setattr("hallofshame.watch.look", away)
        pass_by(watch, clock, STORE_SECONDS)
        assert told.messages == []
        pass_by(watch, clock, 600)
        assert told.messages == ["problem store"]
        assert "nobody answers there" in told.texts[0]
    watch.turn()
    assert told.messages[1] == "solved store"


@pytest.mark.slow
def test_without_addresses_alerts_are_kept_for_the_list_and_nothing_is_sent(
    parts: Installation, clock: FixedClock
) -> None:
    from hallofshame.store import alerts

    quiet = Watch(parts, channels=[])
    collect(parts, clock)
    clock.sleep(dt.timedelta(minutes=20).total_seconds())
    assert quiet.turn().sent == 0
    with parts.database.read() as connection:
        rows = alerts.recent(connection, 10)
        assert "collection" in [row.cause for row in rows]
        assert alerts.messages_of(connection, [row.alert_id for row in rows]) == {}
