"""Addresses of the feeds and limits of asking them; imports nothing heavy, since every command reads it."""

from __future__ import annotations

from dataclasses import dataclass

from hallofshame.domain.errors import SettingsError

QUEUE_TIMES_URL = "https://queue-times.com"
THEMEPARKS_WIKI_URL = "https://api.themeparks.wiki"


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Settings of the policy. Times in seconds, sizes in bytes; limits hold per host."""

    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 15.0
    """Longest silence between two pieces of one answer."""
    answer_timeout_seconds: float = 30.0
    """Longest time for one whole answer, however steadily it drips."""
    tries: int = 3
    backoff_seconds: float = 0.5
    """The first retry waits a random time up to this, each further one up to twice the one before."""
    backoff_cap_seconds: float = 8.0
    retry_after_cap_seconds: float = 20.0
    """A host asking for a longer pause is left alone until the next cycle."""
    requests_per_second: float = 25.0
    concurrent_requests: int = 16
    max_body_bytes: int = 20 * 1024 * 1024
    max_redirects: int = 3

    def __post_init__(self) -> None:
        for name in ("tries", "concurrent_requests", "requests_per_second", "max_body_bytes"):
            value = getattr(self, name)
            if value <= 0:
                raise SettingsError(f"HTTP setting {name} is {value}; give a number above 0")
