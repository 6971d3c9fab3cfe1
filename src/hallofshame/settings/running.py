"""Settings of the running program: duties shared between hosts, the job log, the log."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from hallofshame.domain.retention import (
    HOURLY_DAYS,
    LEAST_HOURLY_DAYS,
    LEAST_RAW_DAYS,
    RAW_DAYS,
    Retention,
)
from hallofshame.domain.storage import GIGABYTE, StorageLimits
from hallofshame.processes import host_and_pid
from hallofshame.settings.fields import Group, setting


class RunningSettings(Group):
    """How the program runs beside others, and what it writes of it."""

    scheduler: bool = setting(
        True,
        "Whether `hallofshame run` runs the jobs itself. With `false`, cron or timers run them one by one "
        "(`docs/operations.md`), and it serves the site.",
        "`true` or `false`",
    )
    sync_hour: int = setting(
        9,
        "UTC hour at which schedules, entities and tiers are brought up to date every day.",
        "a whole number from 0 to 23",
        ge=0,
        le=23,
    )
    lease_seconds: int = setting(
        120,
        "How long the duty to collect stays with a host that has fallen silent; the same on all hosts.",
        "whole seconds from 15 to 3600",
        ge=15,
        le=3600,
    )
    holder: str = setting(
        "",
        "Name of this process among those that share the database. Unset: host name and process id.",
        "a text of at most 120 characters",
        max_length=120,
    )
    job_log_days: int = setting(
        90,
        "How long the job log keeps the runs of cycles and roll-ups; those of all other jobs stay for good.",
        "whole days from 1 to 36500",
        ge=1,
        le=36500,
    )
    keep_raw_days: int | None = setting(
        RAW_DAYS,
        "How long raw rows stay in the database after the end of their month, once it is sealed and "
        "verified; rows that are not stay for good. History files keep them all.",
        f"whole days from {LEAST_RAW_DAYS} to 36500, or `forever`",
        ge=LEAST_RAW_DAYS,
        le=36500,
    )
    keep_hourly_days: int | None = setting(
        HOURLY_DAYS,
        "How long rows per hour stay in the database; those per day, week, month and year stay for good.",
        f"whole days from {LEAST_HOURLY_DAYS} to 36500, or `forever`",
        ge=LEAST_HOURLY_DAYS,
        le=36500,
    )
    storage_limit_gb: float | None = setting(
        None,
        "How much the database file and a local history folder may take together before that is a problem. "
        "Unset: what the disk has.",
        "a number of gigabytes above 0",
        gt=0,
    )
    storage_free_percent: int = setting(
        10,
        "Least free share of a disk that holds the database file or the history; less is a problem.",
        "a whole number from 0 to 99",
        ge=0,
        le=99,
    )
    storage_days_left: int = setting(
        90,
        "A disk, or the limit, that is full in fewer days than this at the present growth is a problem.",
        "whole days from 0 to 36500",
        ge=0,
        le=36500,
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "Least important kind of message that is logged.", "`debug`, `info`, `warning` or `error`"
    )
    log_format: Literal["text", "json"] = setting(
        "text",
        "Form of the log on standard error: lines to read, or one JSON object per line.",
        "`text` or `json`",
    )

    @field_validator("keep_raw_days", "keep_hourly_days", mode="before")
    @classmethod
    def _forever(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() == "forever" else value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @property
    def retention(self) -> Retention:
        """How long the database keeps rows of each grain."""
        return Retention(self.keep_raw_days, self.keep_hourly_days)

    @property
    def storage_limits(self) -> StorageLimits:
        """From when on the storage is a problem."""
        limit = self.storage_limit_gb
        return StorageLimits(
            None if limit is None else round(limit * GIGABYTE),
            self.storage_free_percent,
            self.storage_days_left,
        )

    @property
    def holder_name(self) -> str:
        """:attr:`holder`, the default filled in."""
        return self.holder or host_and_pid()
