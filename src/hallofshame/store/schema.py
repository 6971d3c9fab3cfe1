"""The schema's version: upgrade, downgrade and the check that a job starts on the right one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from hallofshame.domain.errors import StoreError
from hallofshame.store.database import Database
from hallofshame.store.exclusive import exclusively

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to ``revision``; nothing happens when it is there already.

    :raises StoreError: for an unknown revision or an unreachable database.
    """
    _command(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to ``revision`` (``base`` = no tables at all), with the data of what goes.

    :raises StoreError: for an unknown revision or an unreachable database.
    """
    _command(database, command.downgrade, revision)


def current(database: Database) -> str | None:
    """The revision the schema is at; ``None`` for an empty database."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision this program knows."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if revision is None:
        raise StoreError(f"no migrations in {MIGRATIONS}; reinstall hallofshame")
    return revision


def require_head(database: Database) -> None:
    """Raise :class:`StoreError` unless the schema is the one this program was written for."""
    found, wanted = current(database), head()
    if found == wanted:
        return
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the schema of {database.url} is at {found}, newer than this program; update hallofshame"
        )
    state = "has no tables yet" if found is None else f"is at schema {found}, this program needs {wanted}"
    raise StoreError(f"{database.url} {state}; run: hallofshame db upgrade")


def _command(database: Database, action: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    # Several hosts may start at once; who comes second finds the work done.
    with exclusively(database, "schema"), database.write() as connection:
        config.attributes["connection"] = connection
        try:
            action(config, revision)
        except CommandError as error:
            raise StoreError(f"cannot migrate {database.url} to {revision!r}: {error}") from error
