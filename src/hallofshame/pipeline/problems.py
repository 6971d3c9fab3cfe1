"""What is wrong with the running system, found once for health, ``doctor``, alerts and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.errors import StoreError
from hallofshame.domain.following import Channel
from hallofshame.domain.jobs import BY_HAND, FREQUENT, JobType
from hallofshame.domain.localtime import from_unix
from hallofshame.domain.problems import SystemProblem
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS
from hallofshame.pipeline.feedhealth import FeedState, PolledOnce, feed_states
from hallofshame.pipeline.jobhealth import LATE_CADENCES, JobState, backlog_problem, job_states
from hallofshame.pipeline.retries import NIGHTLY_PAUSES_SECONDS, TRIES
from hallofshame.store import news, partitions, schema, webhooks
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import ParkCurrent
from hallofshame.store.reports.current import SystemState, system_state
from hallofshame.store.reports.open_parks import open_parks
from hallofshame.store.reports.polls import latest_polls
from hallofshame.store.reports.sealing import last_sealed_day

STALE_SECONDS = 15 * 60
"""People are told of data that is older than this while parks are open."""

FAILING_SECONDS = HOUR_SECONDS
"""Data of open parks, or a roll-up, that is so much behind is no longer the present."""

FEED_SECONDS = 15 * 60
"""People are told of a feed that fails for so long; one cycle without it is nothing to wake anybody for."""

SEAL_SECONDS = 5 * DAY_SECONDS
"""A UTC day is sealed two to three days after its end; one that is not after so long was missed."""

ROW_OF_FAILURES = 3
"""People are told of a job of every few minutes when it has failed so often in a row."""

WEBHOOK_FAILURES = 3
"""A webhook that failed so often in a row is a problem; one try more or less is none."""

PUSH_MESSAGES = 5
"""So many messages to browsers that were refused within an hour, and none delivered, are a problem."""

_RETRIES_SECONDS = 2 * sum(NIGHTLY_PAUSES_SECONDS)
"""After so long a daily job has had all its tries, or was left without any."""


@dataclass(frozen=True, slots=True)
class Look:
    """The system at one moment: what was read of it, and what is wrong, the gravest first."""

    now: int
    state: SystemState
    jobs: Sequence[JobState]
    feeds: Sequence[FeedState]
    open_parks: int
    sealed_until: int | None
    revision: str | None
    problems: Sequence[SystemProblem]


def look(
    connection: Connection, now: Instant, cadence_seconds: int, storage: Sequence[SystemProblem] = ()
) -> Look:
    """Look the running system over.

    :param storage: problems of disks and sizes, which the caller has measured.
    """
    moment = unix(now)
    state = system_state(connection, now)
    jobs = job_states(state, moment)
    polls = latest_polls(connection)
    feeds = feed_states(
        PolledOnce(poll.feed, poll.park_slug, poll.outcome, poll.http_status, poll.detail, poll.attempts)
        for poll in polls
    )
    # What was open when it was last seen may be so still, however long ago that was.
    seen_open = connection.scalars(select(ParkCurrent.park_id).where(ParkCurrent.is_open == 1))
    opened = len(open_parks(connection, moment).union(seen_open))
    revision = schema.current_on(connection)
    sealed_until = last_sealed_day(connection)
    late = LATE_CADENCES * cadence_seconds
    found = [
        *_of_schema(revision),
        *_of_collection(state, polls[0].observed_at if polls else None, feeds, moment, late, opened),
        *_of_feeds(feeds),
        *(problem for job in jobs if (problem := _of_job(job, moment, feeds)) is not None),
        *_of_backlog(state, jobs, moment, late),
        *_of_partitions(connection, now),
        *_of_seals(sealed_until, moment),
        *(follower_problems(connection, moment) if revision == needed_revision() else ()),
        *storage,
    ]
    found.sort(key=lambda problem: not problem.is_failing)
    return Look(moment, state, jobs, feeds, opened, sealed_until, revision, found)


def needed_revision() -> str | None:
    """The schema that this program needs; null where it cannot be known."""
    try:
        return schema.head()
    except StoreError:
        return None


def _of_schema(revision: str | None) -> Iterator[SystemProblem]:
    if revision != needed_revision():
        yield SystemProblem(
            "schema",
            f"the schema is at {revision}, this program needs {needed_revision()}",
            "run: hallofshame db upgrade",
            is_failing=True,
        )


def _of_collection(
    state: SystemState,
    asked_at: int | None,
    feeds: Sequence[FeedState],
    now: int,
    late_seconds: int,
    opened: int,
) -> Iterator[SystemProblem]:
    """A cycle that asked and got nothing is no reason to start collecting: the feeds say what is wrong."""
    is_asking = asked_at is not None and now - asked_at <= late_seconds
    remedy = "see whether hallofshame run, or what runs its jobs, is alive, and its log"
    if is_asking:
        remedy = "see what is said of the feeds"
        if not any(feed.is_silent for feed in feeds):
            remedy = (
                "the feeds answer, with lists that name no ride; if it lasts, see whether the parks have "
                "other ids there now"
            )
    if state.last_cycle_at is None:
        which = "been collected" if asked_at is None else "given readings"
        yield SystemProblem(
            "collection", f"no cycle has {which} yet", remedy, tell_after_seconds=STALE_SECONDS
        )
        return
    age = now - state.last_cycle_at
    if age <= late_seconds:
        return
    yield SystemProblem(
        "collection",
        f"the last cycle is {age} s old, more than {LATE_CADENCES} cadences",
        remedy,
        is_failing=opened > 0 and age > max(FAILING_SECONDS, late_seconds),
        tell_after_seconds=0 if opened and age > STALE_SECONDS else None,
    )


def _of_feeds(feeds: Sequence[FeedState]) -> Iterator[SystemProblem]:
    for feed in feeds:
        if feed.is_silent:
            yield SystemProblem(
                f"feed:{feed.feed.slug}",
                f"the feed {feed.failure}",
                feed.remedy(f"HALLOFSHAME_{feed.feed.slug.upper()}_URL"),
                tell_after_seconds=FEED_SECONDS,
            )


def _of_job(job: JobState, now: int, feeds: Sequence[FeedState]) -> SystemProblem | None:
    if job.problem is None:
        return None
    # A cycle that nobody answered is the feeds' failure, of which people are told anyhow.
    is_of_feeds = job.job_type == JobType.CYCLE and any(feed.is_silent for feed in feeds)
    return SystemProblem(
        f"job:{job.job_type}",
        job.problem,
        "the log has the details",
        tell_after_seconds=0 if not is_of_feeds and _is_worth_telling(job, now) else None,
    )


def _is_worth_telling(job: JobState, now: int) -> bool:
    """Whether a failing job has had its tries. Of what a person began, that person knows."""
    if job.job_type in BY_HAND:
        return False
    if job.job_type == JobType.ROLLUP:
        return True
    if job.job_type in FREQUENT:
        return job.failures >= ROW_OF_FAILURES
    since = job.failing_since
    return job.failures >= TRIES or (since is not None and now - since >= _RETRIES_SECONDS)


def _of_backlog(
    state: SystemState, jobs: Sequence[JobState], now: int, late_seconds: int
) -> Iterator[SystemProblem]:
    found = backlog_problem(state, jobs, now, late_seconds)
    age = 0 if state.oldest_mark_at is None else now - state.oldest_mark_at
    if found is not None:
        yield SystemProblem(
            "backlog",
            found,
            "run: hallofshame rollup",
            is_failing=age > max(FAILING_SECONDS, late_seconds),
        )


def _of_partitions(connection: Connection, now: Instant) -> Iterator[SystemProblem]:
    found = partitions.problem(connection, now)
    if found is not None:
        yield SystemProblem("partitions", found, "run: hallofshame db upgrade")


def _of_seals(sealed_until: int | None, now: int) -> Iterator[SystemProblem]:
    """Days that should be sealed; where nothing ever was, there may be nothing old enough."""
    if sealed_until is not None and now - sealed_until > SEAL_SECONDS:
        yield SystemProblem(
            "sealing",
            f"the last sealed day is {from_unix(sealed_until - 1).date()}; "
            "days are sealed two to three days after their end",
            "run: hallofshame seal",
        )


def follower_problems(connection: Connection, now: int) -> Iterator[SystemProblem]:
    """Webhooks that fail, and push services that take nothing. ``now``: Unix seconds."""
    for hook in webhooks.every(connection):
        if hook.failures >= WEBHOOK_FAILURES:
            yield SystemProblem(
                f"webhook:{hook.name}",
                f"the webhook {hook.name} did not take the last {hook.failures} messages: {hook.error}",
                f"see what answers there, try it with: hallofshame webhooks test {hook.name!r}, or remove it",
            )
    ended = news.outcomes(connection, now - HOUR_SECONDS)
    refused = ended.get((Channel.PUSH, "refused"), 0)
    if refused >= PUSH_MESSAGES and not ended.get((Channel.PUSH, "delivered")):
        why = news.latest_error(connection, Channel.PUSH)
        yield SystemProblem(
            "push",
            f"push services took none of the last {refused} messages to browsers: {why}",
            "see whether this machine reaches them, and whether HALLOFSHAME_PUBLIC_URL or "
            "HALLOFSHAME_PUSH_CONTACT names somebody",
        )
