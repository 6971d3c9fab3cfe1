"""What ``doctor`` looks at, one finding at a time."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from hallofshame import __version__, settings
from hallofshame.cli.options import configured
from hallofshame.clock import Clock
from hallofshame.domain.errors import HallOfShameError
from hallofshame.domain.localtime import isoformat, to_unix
from hallofshame.domain.redaction import redact, secrets_of
from hallofshame.installation import Installation
from hallofshame.private_files import is_open_to_others
from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.store.reports.current import SystemState, system_state

_LIBRARIES = ("polars", "sqlalchemy", "flask", "apscheduler")
LATE_CADENCES = 3
"""A last cycle, or an entry of the dirty list, older than so many cadences is a problem."""


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
        for sentence in settings.misspelt(settings.environment()):
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
    yield from _of_files(found)
    with Installation(found) as installation:
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
    secrets = Path(".env")
    if secrets_of(found.database) and is_open_to_others(secrets):
        yield Check(
            "files: .env is open to other users of this machine and may hold the database's password; "
            "run: chmod 600 .env",
            is_problem=True,
        )
    elif not opened:
        yield Check("files: closed to other users of this machine")


def _of_database(installation: Installation) -> Iterator[Check]:
    database = installation.database
    try:
        schema.require_head(database)
        with database.read() as connection:
            state = system_state(connection)
    except HallOfShameError as error:
        yield Check(f"database: {error}", is_problem=True)
        return
    yield Check(f"database: {database.url} at schema {schema.head()}")
    late = LATE_CADENCES * installation.settings.cadence_seconds
    yield from _of_state(state, installation.clock, late)


def _of_state(state: SystemState, clock: Clock, late_seconds: int) -> Iterator[Check]:
    now = to_unix(clock.now())
    held = [(name, holder, until) for name, holder, until in state.leases if until > now]
    for name, holder, until in held:
        yield Check(f"lease: {holder} holds {name!r} until {isoformat(until)}")
    if not held:
        yield Check("lease: nobody collects; start: hallofshame run", is_problem=True)
    if state.last_cycle_at is None:
        yield Check("collection: no cycle has been kept yet; start: hallofshame run", is_problem=True)
    else:
        age = now - state.last_cycle_at
        yield Check(
            f"collection: the last cycle is of {isoformat(state.last_cycle_at)}, {age} s ago",
            age > late_seconds,
        )
    yield _of_backlog(state, now, late_seconds)
    for run in state.jobs:
        yield Check(
            f"job {run.job}: started {isoformat(run.started_at)}, {run.outcome}",
            is_problem=run.outcome == "failed",
        )


def _of_backlog(state: SystemState, now: int, late_seconds: int) -> Check:
    if not state.dirty_park_days or state.oldest_mark_at is None:
        return Check("backlog: none")
    age = now - state.oldest_mark_at
    text = f"backlog: {state.dirty_park_days} park-days, the oldest marked {age} s ago"
    if age <= late_seconds:
        return Check(text)
    return Check(f"{text}; run: hallofshame rollup", is_problem=True)
