"""Requests counted in Redis by several workers; without it each counts by itself, and answers go on."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from limits import RateLimitItemPerMinute

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import SettingsError
from hallofshame.settings import Settings, load
from hallofshame.web.shared_counts import AWAY_SECONDS, Counts
from support.redis_server import RedisServer

MOST = 6
LIMIT = RateLimitItemPerMinute(MOST)


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="hos-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def test_workers_that_share_redis_share_one_limit_and_without_it_each_has_its_own(
    redis: RedisServer, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    workers = [Counts(redis.url, clock) for _ in range(3)]
    assert [worker.hit(LIMIT, "203.0.113.7") for worker in workers * 3] == [True] * MOST + [False] * 3
    assert workers[0].hit(LIMIT, "203.0.113.8")

    redis.stop()
    with caplog.at_level(logging.INFO, logger="hallofshame"):
        for worker in workers:
            assert [worker.hit(LIMIT, "203.0.113.7") for _ in range(MOST + 1)] == [True] * MOST + [False]
        assert [record.levelname for record in caplog.records] == ["WARNING"] * 3, "one line per worker"
        assert "each worker counts requests by itself" in caplog.text
        caplog.clear()
        clock.sleep(AWAY_SECONDS)
        assert not workers[0].hit(LIMIT, "203.0.113.7")
        assert not caplog.records, "an outage that lasts is told once"

        redis.start()
        assert not workers[0].hit(LIMIT, "203.0.113.7"), "it is not asked again before its time"
        clock.sleep(AWAY_SECONDS)
        assert [worker.hit(LIMIT, "203.0.113.7") for worker in workers[:2] * 4] == [True] * MOST + [False] * 2
        assert [record.levelname for record in caplog.records] == ["INFO"] * 2


@pytest.mark.parametrize(
    "value", ["localhost:6379", "http://localhost", "redis://", "redis+unix://", "memory://"]
)
def test_a_setting_that_is_no_address_of_redis_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLOFSHAME_WEB_REDIS_URL", value)
    with pytest.raises(SettingsError, match=r"^HALLOFSHAME_WEB_REDIS_URL is unusable; give `redis://"):
        load()


def test_the_password_of_redis_stands_in_no_settings() -> None:
    found = Settings(web_redis_url="redis://:hidden-word@127.0.0.1:6379/0")
    assert "hidden-word" not in repr(found)


def test_without_its_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    monkeypatch.setitem(__import__("sys").modules, "redis.backoff", None)
    with pytest.raises(SettingsError, match=r"pip install 'hallofshame\[redis\]'"):
        Counts("redis://127.0.0.1:6379", clock)
