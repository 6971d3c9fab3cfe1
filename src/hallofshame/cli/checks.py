"""What ``doctor`` looks at, one finding at a time."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from hallofshame import __version__, settings
from hallofshame.cli.options import configured
from hallofshame.domain.disks import StorageAlert, disk_alerts
from hallofshame.domain.errors import HallOfShameError
from hallofshame.domain.localtime import isoformat, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.redaction import redact, secrets_of
from hallofshame.duty import COLLECT_LEASE
from hallofshame.installation import Installation
from hallofshame.pipeline.disks import disks_of
from hallofshame.pipeline.feedhealth import FeedState, PolledOnce, feed_states
from hallofshame.pipeline.jobhealth import LATE_CADENCES, backlog_problem, job_states
from hallofshame.pipeline.problems import follower_problems
from hallofshame.private_files import is_open_to_others
from hallofshame.store import following, partitions, schema, storage_metrics, webhooks
from hallofshame.store.database import Database
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.reports.current import SystemState, lacks_parks, system_state
from hallofshame.store.reports.findings import FindingState, counts, list_findings
from hallofshame.store.reports.polls import PollRow, latest_polls

_LIBRARIES = ("polars", "sqlalchemy", "flask", "apscheduler")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding in one line; a problem says what to do."""

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


def examine() -> Iterator[Check]:
    """All checks in order; those that cannot be made without an earlier one are left out."""
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
            state = system_state(connection, now)
            polls = latest_polls(connection)
            lacking = lacks_parks(connection, installation.settings.parks)
            lacks_months = partitions.problem(connection, now)
    except HallOfShameError as error:
        yield Check(f"database: {error}", is_problem=True)
        return
    yield Check(f"database: {database.url} at schema {schema.head()}")
    yield from _of_hosts(database)
    if lacks_months is not None:
        yield Check(f"partitions: {lacks_months}; run: hallofshame db upgrade", is_problem=True)
    if lacking:
        chosen = (
            f"not all of those in {settings.variable('parks')}" if installation.settings.parks else "none"
        )
        yield Check(f"parks: the database has {chosen}; run: hallofshame db upgrade", is_problem=True)
    late = LATE_CADENCES * installation.settings.cadence_seconds
    yield from _of_leases(state, to_unix(now), installation.settings.scheduler)
    yield _of_collection(state, polls, to_unix(now), late)
    yield from _of_feeds(polls, installation)
    yield from _of_jobs(state, to_unix(now), late)
    yield from _of_history(installation)
    yield from _of_storage(installation)
    yield _of_quality(installation)
    yield from _of_followers(installation, to_unix(now))


def _of_hosts(database: Database) -> Iterator[Check]:
    """Whether each of several hosts of the database takes statements."""
    usable = []
    for name, alone in database.hosts():
        try:
            schema.require_head(alone)
            usable.append(name)
        except HallOfShameError as error:
            yield Check(f"cluster: {name} is of no use: {error}", is_problem=True)
        finally:
            alone.dispose()
    if usable:
        yield Check(f"cluster: statements are taken by {', '.join(usable)}")


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


def _of_storage(installation: Installation) -> Iterator[Check]:
    """Sizes as measured last, the problems found then, and the disks as they are now."""
    with installation.database.read() as connection:
        measured = storage_metrics.latest(connection)
        noted = list_findings(connection, kinds=StorageAlert.KINDS, state=FindingState.OPEN)
        history_bytes = sum(file.bytes for file in sealed_files(connection))
    limits = installation.settings.storage_limits
    disks = disks_of(installation.database, installation.shelf, history_bytes)
    problems = {(each.kind, each.subject): each.detail for each in noted}
    problems |= {(each.kind, each.subject): each.text for each in disk_alerts(disks, limits, {})}
    for text in problems.values():
        yield Check(f"storage: {text}", is_problem=True)
    free = "".join(f", {disk.free_percent:.0f} % of the disk of {disk.path} free" for disk in disks)
    if measured is None:
        yield Check(f"storage: not measured yet{free}; once a day, or by: hallofshame storage")
    elif not problems:
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


def _of_followers(installation: Installation, now: int) -> Iterator[Check]:
    """Browsers and webhooks that follow, and those that cannot be told."""
    with installation.database.read() as connection:
        problems = list(follower_problems(connection, now))
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


def _of_collection(state: SystemState, polls: list[PollRow], now: int, late_seconds: int) -> Check:
    """A cycle that asked and got nothing is no reason to start collecting: the feeds say what is wrong."""
    asked_at = polls[0].observed_at if polls else None
    if state.last_cycle_at is None and asked_at is None:
        return Check("collection: no cycle has been kept yet; start: hallofshame run", is_problem=True)
    asks = asked_at is not None and now - asked_at <= late_seconds
    remedy = "see the feeds below" if asks else "see whether hallofshame run is still running, and its log"
    if state.last_cycle_at is None:
        return Check(f"collection: no cycle has given readings yet; {remedy}", is_problem=True)
    age = now - state.last_cycle_at
    text = f"collection: the last cycle is of {isoformat(state.last_cycle_at)}, {age} s ago"
    return Check(f"{text}; {remedy}", is_problem=True) if age > late_seconds else Check(text)


def _of_feeds(polls: list[PollRow], installation: Installation) -> Iterator[Check]:
    """How each feed answered the latest cycle."""
    asked = [
        PolledOnce(poll.feed, poll.park_slug, poll.outcome, poll.http_status, poll.detail, poll.attempts)
        for poll in polls
    ]
    feeds = feed_states(asked)
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


def _of_jobs(state: SystemState, now: int, late_seconds: int) -> Iterator[Check]:
    jobs = job_states(state, now)
    backlog = backlog_problem(state, jobs, now, late_seconds)
    if backlog is not None:
        yield Check(f"backlog: {backlog}; run: hallofshame rollup", is_problem=True)
    elif state.oldest_mark_at is None:
        yield Check("backlog: none")
    else:
        age = now - state.oldest_mark_at
        yield Check(f"backlog: {counted(state.dirty_park_days, 'park-day')}, the oldest marked {age} s ago")
    for job in jobs:
        if job.problem is not None:
            yield Check(f"job {job.job_type}: {job.problem}; the log has the details", is_problem=True)
        else:
            yield Check(f"job {job.job_type}: started {isoformat(job.latest.started_at)}, {job.outcome}")
