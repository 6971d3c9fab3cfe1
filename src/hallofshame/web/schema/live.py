"""The present: the status summary, and how the system itself is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, Instant, TrendReason
from hallofshame.web.schema.rows import ParkRow, RideRow

Count = Annotated[int, Field(ge=0)]


class ParkCounts(TypedDict):
    """Parks by whether they are open now."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    total: Count
    open: Count
    closed: Count
    not_watched: Count


class RideCounts(TypedDict):
    """Active attractions by their latest status."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    total: Count
    operating: Count
    down: Count
    closed: Count
    refurbishment: Count
    not_watched: Count
    counted_as_down: Annotated[int, Field(ge=0, description="Those that count as broken down.")]


class OperatorCounts(TypedDict):
    """One operator's parks and rides."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    operator: str
    parks: ParkCounts
    rides: RideCounts


class Freshness(TypedDict):
    """How old the looks are that the summary rests on."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    newest_observed_at: Instant | None
    oldest_observed_at: Instant | None
    holds_for_seconds: Annotated[int, Field(description="An older look is no data.")]


class StatusSummary(TypedDict):
    """How many parks are open and what rides are doing now."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    parks: ParkCounts
    rides: RideCounts
    operators: list[OperatorCounts]
    freshness: Freshness


class TrendTables(TypedDict):
    """Parks and rides whose uptime changed, the greatest change first."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    parks_improving: list[ParkRow]
    parks_declining: list[ParkRow]
    rides_improving: list[RideRow]
    rides_declining: list[RideRow]


class TrendTotals(TypedDict):
    """The full lengths of the four tables."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    parks_improving: Count
    parks_declining: Count
    rides_improving: Count
    rides_declining: Count


class NotCompared(TypedDict):
    """How many have no change of uptime for one reason."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    reason: TrendReason
    words: str
    count: Annotated[int, Field(ge=1)]


class ComparedCounts(TypedDict):
    """How many were compared with the period before, and why the others were not; each has one reason."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    total: Count
    compared: Count
    not_compared: list[NotCompared]


class TrendsCompared(TypedDict):
    """The parks asked for, and those of their rides that counted in the period."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    parks: ComparedCounts
    rides: ComparedCounts


class DatabaseHealth(TypedDict):
    """The store."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    reachable: bool
    schema_revision: str | None
    data_version: int


class CycleHealth(TypedDict):
    """The latest collection cycle."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    observed_at: Instant | None
    age_seconds: int | None
    stale_after_seconds: int


class BacklogHealth(TypedDict):
    """Park-days that wait for their roll-up."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    dirty_park_days: Count
    oldest_mark_at: Annotated[Instant | None, Field(description="Since when the first of them has waited.")]
    oldest_mark_age_seconds: int | None


class LeaseHealth(TypedDict):
    """Which host holds a duty."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    name: str
    holder: str
    expires_at: Instant | None
    is_held: bool


class JobHealth(TypedDict):
    """The latest run of one job, and what has failed since it last succeeded."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    job: str
    started_at: Instant | None
    finished_at: Instant | None
    seconds: Annotated[
        float | None, Field(description="Its length; null while it runs and when it was killed.")
    ]
    outcome: Literal["running", "success", "failure", "refused", "killed"]
    target_from: Annotated[Day | None, Field(description="First park-local day that it was about.")]
    target_to: Day | None
    parks_processed: Count
    rides_processed: Count
    rows_written: Count
    retries: Annotated[int, Field(ge=0, description="Runs that ended badly in a row before it.")]
    last_success_at: Instant | None
    failures: Annotated[
        int, Field(ge=0, description="Runs that failed or were killed since the last success.")
    ]
    failing_since: Instant | None
    error: Annotated[str | None, Field(description="Why it failed last; null once it has succeeded again.")]


class ProblemHealth(TypedDict):
    """One problem and what to do about it."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    cause: Annotated[str, Field(description="Its name while it lasts, such as `job:seal`.")]
    problem: str
    remedy: str
    is_failing: Annotated[bool, Field(description="Whether it makes the whole system `failing`.")]


class SealHealth(TypedDict):
    """How far the raw record is sealed into history files."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    last_sealed_day: Annotated[Day | None, Field(description="In UTC; null before the first seal.")]


class FeedHealth(TypedDict):
    """How one feed answered the latest cycle."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    feed: str
    parks_asked: Count
    parks_failed: Count
    is_failing: Annotated[bool, Field(description="Over half of its parks got nothing.")]
    error: str | None


class DiskHealth(TypedDict):
    """A disk of the answering host that holds the database file or the history."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    holds: str
    total_bytes: Count
    free_bytes: Count
    free_percent: float


class Health(TypedDict):
    """Whether the system is well."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    status: Literal["ok", "degraded", "failing"]
    findings: list[str]
    problems: list[ProblemHealth]
    database: DatabaseHealth
    last_cycle: CycleHealth
    open_parks: Count
    backlog: BacklogHealth
    history: SealHealth
    feeds: list[FeedHealth]
    disks: list[DiskHealth]
    leases: list[LeaseHealth]
    jobs: list[JobHealth]
