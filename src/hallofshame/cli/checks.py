"""What ``doctor`` looks at, one finding at a time."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from hallofshame import __version__, settings
from hallofshame.cli.options import configured
from hallofshame.domain.disks import StorageAlert
from hallofshame.domain.errors import HallOfShameError
from hallofshame.domain.localtime import isoformat, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.problems import SystemProblem
from hallofshame.domain.redaction import redact, secrets_of
from hallofshame.duty import COLLECT_LEASE
from hallofshame.installation import Installation
from hallofshame.pipeline.feedhealth import FeedState, ask_each, remedy_of
from hallofshame.pipeline.problems import Look, look
from hallofshame.pipeline.storage_problems import disks_on_this_machine, storage_problems
from hallofshame.private_files import is_open_to_others
from hallofshame.store import following, schema, storage_metrics, webhooks
from hallofshame.store.database import Database
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.reports.current import SystemState, lacks_parks
from hallofshame.store.reports.findings import counts

LIVE_SECONDS = 10.0
"""How long one feed may take to answer when it is asked now."""

_LIBRARIES = ("polars", "sqlalchemy", "flask", "apscheduler")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding in one line; a problem says what to do after its last semicolon."""

    text: str
    is_problem: bool = False

    @property
    def subject(self) -> str:
        """What was looked at: the part before the first colon."""
        return self.text.partition(": ")[0]

    @property
    def said(self) -> str:
        """What was found there."""
        return redact(self.text.partition(": ")[2])

    @property
    def remedy(self) -> str | None:
        """What to do about a problem."""
        return self.said.rpartition("; ")[2] if self.is_problem and "; " in self.said else None


def examine(*, asks_feeds: bool = False) -> Iterator[Check]:
    """All checks in order; those that cannot be made without an earlier one are left out.

    ``asks_feeds``: each feed is asked once, now, beside what the latest cycle met.
    """
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    yield Check(f"versions: hallofshame {__version__}, Python {platform.python_version()}, {libraries}")
    try:
        for sentence in settings.misspelt(settings.given_names()):
            yield Check(f"settings: {sentence}", is_problem=True)
        found = configured()
    except HallOfShameError as error:
        yield Check(f"settings: {error}", is_problem=True)
        return
    if found.database_url is None and not found.default_database_file.exists():
        yield Check(
            f"database: there is none at {found.default_database_file} yet; start: hallofshame run",
            is_problem=True,
        )
        return
    try:
        installation = Installation(found)
    except HallOfShameError as error:
        yield Check(f"database: {error}", is_problem=True)
        return
    with installation:
        yield from _of_files(found)
        yield from _of_database(installation)
    yield from _of_redis(found.web_redis_url)
    if asks_feeds:
        yield from _of_live_feeds(found)


def _of_files(found: settings.Settings) -> Iterator[Check]:
    """Whether other users of this machine can read the data folder, the database or its password."""
    files = Database(found.database).files
    is_ours = found.data.is_dir() and any(file.parent == found.data for file in files)
    kept = (found.data, *files) if is_ours else files
    opened = [path for path in kept if is_open_to_others(path)]
    for path in opened:
        remedy = f"chmod 700 {path}, or chmod 750 for its group" if path.is_dir() else f"chmod 600 {path}"
        yield Check(f"files: {path} is open to other users of this machine; run: {remedy}", is_problem=True)
    for file in _open_secrets():
        opened.append(file)
        yield Check(
            f"files: {file} is a secret and open to other users of this machine; run: chmod 600 {file}",
            is_problem=True,
        )
    secrets = Path(".env")
    if secrets_of(found.database) and is_open_to_others(secrets):
        yield Check(
            "files: .env is open to other users of this machine and may hold the database's password; "
            "run: chmod 600 .env",
            is_problem=True,
        )
    elif not opened:
        yield Check("files: closed to other users of this machine")


def _open_secrets() -> list[Path]:
    """Files of secrets that others can read and this user could close; what a container was handed stays."""
    folders = [folder for folder in settings.secrets_folders() if os.access(folder, os.W_OK)]
    return [
        file
        for folder in folders
        if is_open_to_others(folder)
        for file in folder.iterdir()
        if file.name.upper().startswith(settings.PREFIX) and is_open_to_others(file)
    ]


def _of_database(installation: Installation) -> Iterator[Check]:
    database = installation.database
    try:
        schema.require_head(database)
        now = installation.clock.now()
        with database.read() as connection:
            limits = installation.settings.storage_limits
            storage = storage_problems(connection, database, installation.shelf, limits)
            found = look(connection, now, installation.settings.cadence_seconds, storage)
            lacking = lacks_parks(connection, installation.settings.parks)
    except HallOfShameError as error:
        yield Check(f"database: {error}", is_problem=True)
        return
    yield Check(f"database: {database.url} at schema {schema.head()}")
    if lacking:
        chosen = (
            f"not all of those in {settings.variable('parks')}" if installation.settings.parks else "none"
        )
        yield Check(f"parks: the database has {chosen}; run: hallofshame db upgrade", is_problem=True)
    yield from _of_leases(found.state, to_unix(now), installation.settings.scheduler)
    yield from _of_problems(found, "collection", [_collected(found)])
    yield from _of_feeds(found.feeds, installation)
    yield from _of_problems(found, "backlog", [_backlog(found)])
    yield from _of_jobs(found)
    yield from _of_problems(found, "partitions", [])
    yield from _of_problems(found, "sealing", [])
    yield from _of_history(installation)
    yield from _of_problems(found, "storage", list(_measured(installation)))
    yield from _of_followers(installation, found)
    for cause in sorted({_area(problem) for problem in found.problems} - _SHOWN):
        yield from _of_problems(found, cause, [])
    yield _of_quality(installation)


_FOLLOWERS = {"push", "webhook"}
_SHOWN = _FOLLOWERS | {
    *("collection", "feed", "backlog", "job", "partitions", "sealing", "storage", "schema"),
}
"""Causes that have their place among the checks; others follow, so that no problem is left out."""


def _area(problem: SystemProblem) -> str:
    return problem.cause.partition(":")[0]


def _of_problems(found: Look, area: str, otherwise: list[Check]) -> list[Check]:
    """What health says is wrong there; where it says nothing, what is ``otherwise`` worth a line."""
    problems = [each for each in found.problems if _area(each) == area]
    return [Check(f"{area}: {each.text}; {each.remedy}", is_problem=True) for each in problems] or otherwise


def _collected(found: Look) -> Check:
    at = found.state.last_cycle_at
    if at is None:
        return Check("collection: no cycle yet")
    return Check(f"collection: the last cycle is of {isoformat(at)}, {found.now - at} s ago")


def _backlog(found: Look) -> Check:
    if found.state.oldest_mark_at is None:
        return Check("backlog: none")
    age = found.now - found.state.oldest_mark_at
    waiting = counted(found.state.dirty_park_days, "park-day")
    return Check(f"backlog: {waiting}, the oldest marked {age} s ago")


def _of_jobs(found: Look) -> Iterator[Check]:
    problems = {each.cause: each for each in found.problems if _area(each) == "job"}
    for job in found.jobs:
        problem = problems.get(f"job:{job.job_type}")
        if problem is not None:
            yield Check(f"job {job.job_type}: {problem.text}; {problem.remedy}", is_problem=True)
        else:
            yield Check(f"job {job.job_type}: started {isoformat(job.latest.started_at)}, {job.outcome}")


def _of_history(installation: Installation) -> Iterator[Check]:
    """Whether every sealed file is there in its full length; `quality` looks into them."""
    with installation.database.read() as connection:
        files = sealed_files(connection)
    if not files:
        yield Check("history: nothing is sealed yet; the daily sequence seals, or run: hallofshame seal")
        return
    try:
        problems = [found for file in files if (found := installation.shelf.problem(file)) is not None]
    except HallOfShameError as error:
        yield Check(f"history: {error}", is_problem=True)
        return
    for problem in problems:
        yield Check(f"history: {problem}", is_problem=True)
    if not problems:
        size = sum(file.bytes for file in files)
        yield Check(
            f"history: {counted(len(files), 'file')}, {counted(size, 'byte')} in {installation.shelf.place}, "
            f"{files[0].period.name} to {files[-1].period.name}"
        )


def _measured(installation: Installation) -> Iterator[Check]:
    """Sizes as measured last, and the disks as they are now."""
    with installation.database.read() as connection:
        measured = storage_metrics.latest(connection)
        disks = disks_on_this_machine(connection, installation.database, installation.shelf)
        history_bytes = sum(file.bytes for file in sealed_files(connection))
    free = "".join(f", {disk.free_percent:.0f} % of the disk of {disk.path} free" for disk in disks)
    if measured is None:
        yield Check(f"storage: not measured yet{free}; once a day, or by: hallofshame storage")
        return
    tables = sum(each.byte_count or 0 for each in measured[1] if each.is_whole_table)
    yield Check(
        f"storage: {tables / 1e6:.1f} MB in tables, {history_bytes / 1e6:.1f} MB in history files, "
        f"measured {isoformat(measured[0])}{free}"
    )


def _of_quality(installation: Installation) -> Check:
    """How many findings are open: they want to be looked at, which is no problem of the installation."""
    with installation.database.read() as connection:
        kinds = [each for each in counts(connection) if each.open and each.kind not in StorageAlert.KINDS]
    found = sum(each.open for each in kinds)
    named = ", ".join(f"{each.kind} {each.open}" for each in kinds)
    seen = f" ({named}); see: hallofshame quality" if found else ""
    return Check(f"quality: {counted(found, 'open finding')}{seen}")


def _of_followers(installation: Installation, found: Look) -> Iterator[Check]:
    """Browsers and webhooks that follow, and those that cannot be told."""
    problems = [each for each in found.problems if _area(each) in _FOLLOWERS]
    with installation.database.read() as connection:
        browsers, hooks = following.count(connection), len(webhooks.every(connection))
    for problem in problems:
        yield Check(f"followers: {problem.text}; {problem.remedy}", is_problem=True)
    if not problems:
        yield Check(f"followers: {counted(browsers, 'browser')}, {counted(hooks, 'webhook')}")


def _of_leases(state: SystemState, now: int, has_scheduler: bool) -> Iterator[Check]:
    held = [(name, holder, until) for name, holder, until in state.leases if until > now]
    for name, holder, until in held:
        yield Check(f"lease: {holder} holds {name!r} until {isoformat(until)}")
    if any(name == COLLECT_LEASE for name, _holder, _until in held):
        return
    if has_scheduler:
        yield Check("lease: nobody collects; start: hallofshame run", is_problem=True)
    else:
        yield Check("lease: nobody collects just now, which is left to cron or timers")


def _of_feeds(feeds: Sequence[FeedState], installation: Installation) -> Iterator[Check]:
    """How each feed answered the latest cycle."""
    hosts = {feed.feed: urlsplit(getattr(installation.settings, _address(feed))).hostname for feed in feeds}
    if feeds and all(feed.is_cut_off for feed in feeds):
        # One name that is not known may be misspelt; that none is means that nobody could be asked.
        told = ", ".join(dict.fromkeys(map(str, hosts.values())))
        remedy = "see whether this machine has a network and a name server, and no firewall"
        yield Check(f"network: no network to {told}; {remedy}", is_problem=True)
    for feed in feeds:
        if feed.is_silent:
            remedy = feed.remedy(settings.variable(_address(feed)))
            yield Check(f"feed {feed.failure} (host {hosts[feed.feed]}); {remedy}", is_problem=True)
        else:
            answered = feed.asked - feed.failed
            yield Check(
                f"feed {feed.feed.slug}: {answered} of {counted(feed.asked, 'park')} answered the last cycle"
            )


def _address(feed: FeedState) -> str:
    """The setting that says where the feed answers."""
    return f"{feed.feed.slug}_url"


def _of_redis(url: str | None) -> Iterator[Check]:
    """Whether the shared counts of requests can be kept."""
    if url is None:
        return
    from hallofshame.web import shared_counts

    problem = shared_counts.problem(url)
    if problem is None:
        yield Check("redis: answers")
    else:
        yield Check(
            f"redis: {problem}, so each web worker counts requests by itself; start it, or correct "
            f"{settings.variable('web_redis_url')}",
            is_problem=True,
        )


def _of_live_feeds(found: settings.Settings) -> Iterator[Check]:
    """What each feed answers now, to one request and without a second try."""
    time_outs = dict.fromkeys(("connect_timeout_seconds", "read_timeout_seconds"), LIVE_SECONDS)
    hasty = found.model_copy(update={"tries": 1, "answer_timeout_seconds": LIVE_SECONDS, **time_outs})
    with Installation(hasty) as installation:
        for answer in ask_each(installation.feeds, installation.clock):
            subject = f"feed {answer.feed.slug} now"
            if answer.error is None:
                listed = counted(answer.parks, "park")
                yield Check(f"{subject}: answers in {answer.seconds:.1f} s, {listed}")
            else:
                remedy = remedy_of(answer.outcome, settings.variable(f"{answer.feed.slug}_url"))
                yield Check(f"{subject}: {answer.error}; {remedy}", is_problem=True)
