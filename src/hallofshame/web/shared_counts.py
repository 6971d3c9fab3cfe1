"""Counts of requests: in memory of one worker, or in Redis for all workers and hosts together."""

from __future__ import annotations

import logging
from typing import Any

from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from hallofshame.clock import Clock
from hallofshame.domain.errors import SettingsError
from hallofshame.domain.redaction import redact

log = logging.getLogger(__name__)

REDIS_SECONDS = 0.25
"""How long Redis may take to connect or to answer; a request waits for it."""

AWAY_SECONDS = 10.0
"""How long Redis is not asked again after it failed to answer."""


class Counts:
    """Counts hits per limit and client. Where Redis is away, each worker counts in its own memory.

    :raises SettingsError: for an address of Redis without the package that talks to it.
    """

    def __init__(self, redis_url: str | None, clock: Clock) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = None if redis_url is None else SlidingWindowCounterRateLimiter(_storage(redis_url))
        self._clock = clock
        self._is_away = False
        self._ask_again_at = float("-inf")

    def hit(self, limit: RateLimitItem, who: str) -> bool:
        """Count one request; false where it is above the limit."""
        now = self._clock.elapsed()
        if self._shared is None or now < self._ask_again_at:
            return self._own.hit(limit, who)
        if self._is_away:
            # One request tries it; those beside it do not wait for a server that is likely still away.
            self._ask_again_at = now + AWAY_SECONDS
        try:
            is_allowed = self._shared.hit(limit, who)
        except StorageError as error:
            self._note_away(error.storage_error)
            return self._own.hit(limit, who)
        if self._is_away:
            self._is_away, self._ask_again_at = False, float("-inf")
            log.info("Redis answers again; requests are counted for all workers together")
        return is_allowed

    def _note_away(self, error: Exception) -> None:
        if not self._is_away:
            log.warning(
                "Redis does not answer, so each worker counts requests by itself until it does: %s",
                redact(str(error)),
            )
        self._is_away = True
        self._ask_again_at = self._clock.elapsed() + AWAY_SECONDS


def problem(url: str) -> str | None:
    """Why requests cannot be counted in this Redis; null where they can."""
    try:
        storage = _storage(url)
        return None if storage.check() else "it does not answer"
    except SettingsError as error:
        return str(error)


def _storage(url: str) -> Storage:
    try:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        # A connection that the server has closed meanwhile is opened anew; longer nobody waits.
        options: dict[str, Any] = {"retry": Retry(NoBackoff(), 1)}
        found = storage_from_string(
            url,
            wrap_exceptions=True,
            key_prefix="hallofshame",
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            **options,
        )
    except (ImportError, ConfigurationError) as error:
        raise SettingsError(
            f"HALLOFSHAME_WEB_REDIS_URL cannot be used ({redact(str(error))}); run: "
            "pip install 'hallofshame[redis]'"
        ) from error
    if not isinstance(found, Storage):
        raise SettingsError("HALLOFSHAME_WEB_REDIS_URL names an asynchronous storage; write redis://…")
    return found
