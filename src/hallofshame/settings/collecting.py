"""Settings of the cycles and of how the feeds are asked."""

from __future__ import annotations

import datetime as dt

from pydantic import ValidationInfo, field_validator

from hallofshame.feeds.policy import QUEUE_TIMES_URL, THEMEPARKS_WIKI_URL, HttpPolicy
from hallofshame.settings.fields import BaseAddress, Group, setting

_HTTP = HttpPolicy()


class CollectingSettings(Group):
    """When and how the feeds are asked."""

    cadence_seconds: int = setting(
        300,
        "Time between two cycles; cycles fall on whole multiples of it, counted in UTC.",
        "whole seconds from 60 to 1800",
        ge=60,
        le=1800,
    )
    queue_times_url: BaseAddress = setting(
        QUEUE_TIMES_URL,
        "Where Queue-Times answers.",
        "an address with http:// or https:// and a host, without blanks, ? or #",
        repr=False,
    )
    themeparks_wiki_url: BaseAddress = setting(
        THEMEPARKS_WIKI_URL,
        "Where ThemeParks.wiki answers.",
        "an address with http:// or https:// and a host, without blanks, ? or #",
        repr=False,
    )
    themeparks_wiki_key: str = setting(
        "",
        "Key for ThemeParks.wiki's history API, sent as `X-API-Key`. Unset: none is sent, and it gives seven "
        "days and 60 requests an hour.",
        "a key without blanks",
        pattern=r"^[\x21-\x7e]*$",
        max_length=200,
        repr=False,
    )
    history_import: bool = setting(
        False,
        "Whether to import what ThemeParks.wiki's history API has, slowly and beside collecting.",
        "`true` or `false`",
    )
    history_import_from: dt.date | None = setting(
        None,
        "First park-local day of that import. Unset: the first one that the key gives.",
        "a date such as `2025-01-01`",
    )
    connect_timeout_seconds: float = setting(
        _HTTP.connect_timeout_seconds,
        "Longest wait for a connection to a feed.",
        "seconds above 0, at most 60",
        gt=0,
        le=60,
    )
    read_timeout_seconds: float = setting(
        _HTTP.read_timeout_seconds,
        "Longest silence between two pieces of one answer of a feed.",
        "seconds above 0, at most 120",
        gt=0,
        le=120,
    )
    answer_timeout_seconds: float = setting(
        _HTTP.answer_timeout_seconds,
        "Longest time for one whole answer of a feed, however steadily it drips.",
        "seconds above 0, at most 300",
        gt=0,
        le=300,
    )
    cycle_deadline_seconds: float | None = setting(
        None,
        "Longest time that a cycle waits for the feeds; then it writes what has arrived. "
        "Unset: half of the cadence.",
        "seconds above 0, at most the cadence",
        gt=0,
        le=1800,
    )
    tries: int = setting(
        _HTTP.tries,
        "Requests made for one answer before a poll counts as failed.",
        "a whole number from 1 to 10",
        ge=1,
        le=10,
    )
    requests_per_second: float = setting(
        _HTTP.requests_per_second,
        "Requests sent to one feed per second, at most.",
        "a number above 0, at most 100",
        gt=0,
        le=100,
    )
    concurrent_requests: int = setting(
        _HTTP.concurrent_requests,
        "Requests open to one feed at the same time, at most.",
        "a whole number from 1 to 64",
        ge=1,
        le=64,
    )
    workers: int = setting(
        16, "Parks polled at the same time from one feed.", "a whole number from 1 to 64", ge=1, le=64
    )
    gap_repair: bool = setting(
        True,
        "Whether to fill holes in the record from ThemeParks.wiki's history when collecting begins.",
        "`true` or `false`",
    )

    @field_validator("cycle_deadline_seconds")
    @classmethod
    def _within_cadence(cls, value: float | None, info: ValidationInfo) -> float | None:
        # A cadence that is itself unusable is missing here, and told of on its own.
        if value is not None and value > info.data.get("cadence_seconds", value):
            raise ValueError("longer than the cadence")
        return value

    @property
    def http_policy(self) -> HttpPolicy:
        """The part that the feeds' HTTP client takes."""
        return HttpPolicy(
            connect_timeout_seconds=self.connect_timeout_seconds,
            read_timeout_seconds=self.read_timeout_seconds,
            answer_timeout_seconds=self.answer_timeout_seconds,
            tries=self.tries,
            requests_per_second=self.requests_per_second,
            concurrent_requests=self.concurrent_requests,
        )
