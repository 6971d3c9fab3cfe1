"""The schema's version: upgrade, downgrade and the check that a job starts on the right one.

The migrations are Alembic's, in one line without branches. How one is written stands in
:mod:`hallofshame.store.migrations.operations`. They are run one by one, with a journal, so that a change that
was broken off at any statement is ended by the next one, whichever way that goes.

Every command looks whether the schema is right, and few change it: Alembic is imported by those alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from hallofshame.domain.errors import StoreError
from hallofshame.domain.redaction import redact
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.migrations import journal
from hallofshame.store.servers import host_of

if TYPE_CHECKING:
    from alembic.script import Script, ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"

HEAD, BASE = "head", "base"
VERSION_TABLE = "alembic_version"
"""Where Alembic keeps the revision; one row, since our migrations have no branches."""


def upgrade(database: Database, revision: str = HEAD) -> None:
    """Bring the schema up to ``revision``; nothing happens when it is there already.

    :raises StoreError: for an unknown or an older revision and for an unreachable database.
    """
    run_alone(database, lambda connection: upgrade_on(connection, revision))


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to ``revision`` (``base`` = no tables at all), with the data of what goes.

    :raises StoreError: for an unknown or a newer revision and for an unreachable database.
    """
    run_alone(database, lambda connection: _change(connection, revision, "down"))


def upgrade_on(connection: Connection, revision: str = HEAD) -> None:
    """:func:`upgrade` as a part of other work under :func:`run_alone`."""
    _change(connection, revision, "up")


def finish_upgrade_on(connection: Connection) -> None:
    """End an upgrade that was broken off, at the revision it was to reach; no other change is touched."""
    step = journal.unfinished(connection)
    if step is not None and step.direction == "up":
        _change(connection, step.target, "up")


def current(database: Database) -> str | None:
    """The revision the schema is at; ``None`` for an empty database."""
    with database.read() as connection:
        return current_on(connection)


def current_on(connection: Connection) -> str | None:
    """:func:`current` inside an open transaction."""
    if not connection.dialect.has_table(connection, VERSION_TABLE):
        return None
    revision: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return revision


def head() -> str:
    """The newest revision this program knows: the one on disk when it was loaded.

    An upgrade puts new files under a running process, which goes on with the code that it has.
    """
    newest = _newest(MIGRATIONS)
    if newest is None:
        raise StoreError(f"no migrations in {MIGRATIONS}; reinstall hallofshame")
    return newest


@cache
def _newest(folder: Path) -> str | None:
    # Files of migrations begin with their revision, and stand in their order; a test holds them to it.
    names = sorted(file.name for file in (folder / "versions").glob("*_*.py"))
    return names[-1].partition("_")[0] if names else None


_newest(MIGRATIONS)


def is_at_head(connection: Connection) -> bool:
    """Whether the schema is the one this program was written for, and nobody is changing it."""
    return current_on(connection) == head() and not journal.is_open(connection)


def require_head(database: Database) -> None:
    """Raise :class:`StoreError` unless the schema is the one this program was written for."""
    with database.read() as connection:
        require_head_on(connection)


def require_head_on(connection: Connection) -> None:
    """:func:`require_head` inside an open transaction."""
    found, wanted, url = current_on(connection), head(), _address(connection)
    if (step := journal.unfinished(connection)) is not None:
        remedy = (
            "upgrade" if step.direction == "up" else f"upgrade, or hallofshame db downgrade {step.target}"
        )
        raise StoreError(
            f"{url} is half way {step.direction} through schema {step.revision}; wait for the process that "
            f"does it or, if it was broken off, run: hallofshame db {remedy}"
        )
    if found == wanted:
        return
    if found is not None:
        _require_known(_known(), found, url)
    state = "has no tables yet" if found is None else f"is at schema {found}, this program needs {wanted}"
    raise StoreError(f"{url} {state}; run: hallofshame db upgrade")


def _change(connection: Connection, revision: str, direction: journal.Direction) -> None:
    """End what was broken off, then go to ``revision``."""
    scripts, url = _known(), _address(connection)
    target = _place(scripts, revision)
    if target is None:
        raise StoreError(
            f"{revision!r} is no schema of this program; give {BASE}, {HEAD} or one of "
            + ", ".join(script.revision for script in scripts)
        )
    step = journal.unfinished(connection)
    if step is not None:
        half_done = _require_known(scripts, step.revision, url)
        _go(connection, scripts, half_done if step.direction == "up" else half_done - 1, step.target)
    here = _require_known(scripts, current_on(connection) or BASE, url)
    if (target < here) if direction == "up" else (target > here):
        other = "downgrade" if direction == "up" else "upgrade"
        raise StoreError(
            f"{url} is at schema {_name(scripts, here)}, and {revision} is the other way; "
            f"run: hallofshame db {other} {revision}"
        )
    _go(connection, scripts, target, _name(scripts, target))
    journal.close(connection)


def _go(connection: Connection, scripts: list[Script], place: int, target: str) -> None:
    """Run the migrations between the schema's revision and the one that has ``place`` others before it."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"render_as_batch": True})
    here = _require_known(scripts, current_on(connection) or BASE, _address(connection))
    steps: list[tuple[Script, journal.Direction, Callable[[], None], str]] = [
        (script, "up", script.module.upgrade, script.revision) for script in scripts[here:place]
    ]
    for number in range(here, place, -1):
        script = scripts[number - 1]
        steps.append((script, "down", script.module.downgrade, _name(scripts, number - 1)))
    for script, direction, work, reached in steps:
        journal.begin(connection, journal.MigrationStep(script.revision, direction, target))
        with Operations.context(context):
            work()
        context.stamp(_directory(MIGRATIONS), reached)
    if steps and connection.dialect.name == "sqlite":
        _require_references(connection)


def _require_references(connection: Connection) -> None:
    """SQLite checks none while tables are replaced, so all are checked at the end."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(
            f"{_address(connection)} stays as it is: the change of its schema would leave rows of "
            f"{broken[0]} that refer to missing rows of {broken[2]}"
        )


def _known() -> list[Script]:
    """All migrations, the oldest first."""
    scripts = list(_directory(MIGRATIONS).walk_revisions())[::-1]
    if not scripts:
        raise StoreError(f"no migrations in {MIGRATIONS}; reinstall hallofshame")
    return scripts


@cache
def _directory(folder: Path) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder))


def _place(scripts: list[Script], revision: str) -> int | None:
    """How many migrations lead to ``revision``; ``None`` for one that is not known."""
    if revision == HEAD:
        return len(scripts)
    names = [BASE, *(script.revision for script in scripts)]
    return names.index(revision) if revision in names else None


def _require_known(scripts: list[Script], revision: str, url: str) -> int:
    """The place of a revision found in the database; a :class:`StoreError` for one of a newer program."""
    place = _place(scripts, revision)
    if place is None:
        raise StoreError(f"the schema of {url} is at {revision}, newer than this program; update hallofshame")
    return place


def _name(scripts: list[Script], place: int) -> str:
    return scripts[place - 1].revision if place else BASE


def _address(connection: Connection) -> str:
    url, host = connection.engine.url, host_of(connection)
    if host is not None:
        url = url.set(host=host.name, port=host.port)
    return redact(url.render_as_string(hide_password=True))
