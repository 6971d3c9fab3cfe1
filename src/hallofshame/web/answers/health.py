"""How the running system is: what ``/api/health`` says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.disks import Disk
from hallofshame.domain.localtime import ONE_DAY, from_unix
from hallofshame.domain.problems import SystemProblem, condition
from hallofshame.pipeline.feedhealth import FeedState
from hallofshame.pipeline.jobhealth import LATE_CADENCES, JobState
from hallofshame.pipeline.problems import Look, look
from hallofshame.pipeline.storage_problems import disks_on_this_machine, storage_problems
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Count, Day, Instant, slugs
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed


@closed
class DatabaseHealth(TypedDict):
    """The store."""

    reachable: bool
    schema_revision: str | None
    data_version: int


@closed
class CycleHealth(TypedDict):
    """The latest collection cycle."""

    observed_at: Instant | None
    age_seconds: int | None
    stale_after_seconds: int


@closed
class BacklogHealth(TypedDict):
    """Park-days that wait for their roll-up."""

    dirty_park_days: Count
    oldest_mark_at: Annotated[Instant | None, Field(description="Since when the first of them has waited.")]
    oldest_mark_age_seconds: int | None


@closed
class LeaseHealth(TypedDict):
    """Which host holds a duty."""

    name: str
    holder: str
    expires_at: Instant | None
    is_held: bool


@closed
class JobHealth(TypedDict):
    """The latest run of one job, and what has failed since it last succeeded."""

    job: str
    started_at: Instant | None
    finished_at: Instant | None
    seconds: Annotated[
        float | None, Field(description="Its length; null while it runs and when it was killed.")
    ]
    outcome: Annotated[
        str, Field(json_schema_extra=slugs("running", "success", "failure", "refused", "killed"))
    ]
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


@closed
class ProblemHealth(TypedDict):
    """One problem and what to do about it."""

    cause: Annotated[str, Field(description="Its name while it lasts, such as `job:seal`.")]
    problem: str
    remedy: str
    is_failing: Annotated[bool, Field(description="Whether it makes the whole system `failing`.")]


@closed
class SealHealth(TypedDict):
    """How far the raw record is sealed into history files."""

    last_sealed_day: Annotated[Day | None, Field(description="In UTC; null before the first seal.")]


@closed
class FeedHealth(TypedDict):
    """How one feed answered the latest cycle."""

    feed: str
    parks_asked: Count
    parks_failed: Count
    is_failing: Annotated[bool, Field(description="Over half of its parks got nothing.")]
    error: str | None


@closed
class DiskHealth(TypedDict):
    """A disk of the answering host that holds the database file or the history."""

    holds: str
    total_bytes: Count
    free_bytes: Count
    free_percent: float


@closed
class Health(TypedDict):
    """Whether the system is well."""

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


def health_row(context: AnswerContext) -> Health:
    """``data`` of the answer."""
    return _row(context, *looked_at(context))


def looked_at(context: AnswerContext) -> tuple[Look, list[Disk]]:
    """The system as it is, and the disks of this host, where the site knows of any."""
    site = context.site
    storage: list[SystemProblem] = []
    disks: list[Disk] = []
    if site.settings.history is not None:
        shelf = site.settings.history.shelf()
        storage = storage_problems(context.connection, site.database, shelf, site.settings.storage_limits)
        disks = disks_on_this_machine(context.connection, site.database, shelf)
    found = look(context.connection, context.now, site.settings.cadence_seconds, storage)
    return found, disks


def _row(context: AnswerContext, found: Look, disks: list[Disk]) -> Health:
    state = found.state
    return {
        "status": condition(found.problems).value,
        "findings": [problem.text for problem in found.problems],
        "problems": [_problem(problem) for problem in found.problems],
        "database": {
            "reachable": True,
            "schema_revision": found.revision,
            "data_version": context.version,
        },
        "last_cycle": {
            "observed_at": iso(state.last_cycle_at),
            "age_seconds": None if state.last_cycle_at is None else found.now - state.last_cycle_at,
            "stale_after_seconds": LATE_CADENCES * context.site.settings.cadence_seconds,
        },
        "open_parks": found.open_parks,
        "backlog": {
            "dirty_park_days": state.dirty_park_days,
            "oldest_mark_at": iso(state.oldest_mark_at),
            "oldest_mark_age_seconds": (
                None if state.oldest_mark_at is None else found.now - state.oldest_mark_at
            ),
        },
        "history": {"last_sealed_day": _last_day(found.sealed_until)},
        "feeds": [_feed(feed) for feed in found.feeds],
        "disks": [_disk(disk) for disk in disks],
        "leases": [
            {"name": name, "holder": holder, "expires_at": iso(expires), "is_held": expires > found.now}
            for name, holder, expires in state.leases
        ],
        "jobs": [_job(job) for job in found.jobs],
    }


def _problem(problem: SystemProblem) -> ProblemHealth:
    return {
        "cause": problem.cause,
        "problem": problem.text,
        "remedy": problem.remedy,
        "is_failing": problem.is_failing,
    }


def _last_day(sealed_until: int | None) -> str | None:
    return None if sealed_until is None else (from_unix(sealed_until).date() - ONE_DAY).isoformat()


def _feed(feed: FeedState) -> FeedHealth:
    return {
        "feed": feed.feed.slug,
        "parks_asked": feed.asked,
        "parks_failed": feed.failed,
        "is_failing": feed.is_silent,
        "error": feed.failure,
    }


def _disk(disk: Disk) -> DiskHealth:
    """Without its path, which is nobody's business."""
    return {
        "holds": " and ".join(disk.holds),
        "total_bytes": disk.total_bytes,
        "free_bytes": disk.free_bytes,
        "free_percent": round(disk.free_percent, 1),
    }


def _job(job: JobState) -> JobHealth:
    run = job.latest
    return {
        "job": job.job_type,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "seconds": run.seconds,
        "outcome": job.outcome,
        "target_from": None if run.target_from is None else run.target_from.isoformat(),
        "target_to": None if run.target_to is None else run.target_to.isoformat(),
        "parks_processed": run.parks_processed,
        "rides_processed": run.rides_processed,
        "rows_written": run.rows_written,
        "retries": run.retries,
        "last_success_at": iso(job.last_success_at),
        "failures": job.failures,
        "failing_since": iso(job.failing_since),
        "error": job.reason,
    }
