"""Preparation: a database that is empty, older or left half way becomes one that jobs can work with."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.pipeline.seeding import chosen_rows, lacks_parks, seed
from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone


def prepare(
    database: Database,
    clock: Clock,
    *,
    migrate: bool,
    only: Collection[str] | None = None,
    extra: Path | None = None,
) -> None:
    """Give the database its tables and the parks of the catalogue, as one step of one process at a time.

    A process that is killed at any point of it leaves nothing that the next one does not complete. The schema
    of an older version is upgraded, and the parks of a complete database are brought up to date, only if
    ``migrate``. ``only`` are the slugs of the parks wanted, ``extra`` is a further catalogue file.

    :raises StoreError: when the schema is not this program's and must not be changed.
    :raises InputError: for a slug that is not in the catalogue and for an unusable file.
    """

    def work(connection: Connection) -> None:
        if migrate or schema.current_on(connection) is None:
            schema.upgrade_on(connection)
        else:
            schema.finish_upgrade_on(connection)
        schema.require_head_on(connection)
        if migrate or lacks_parks(connection, only):
            seed(connection, chosen_rows(only, extra), clock.now())

    with database.read() as connection:
        is_ready = schema.is_at_head(connection) and not lacks_parks(connection, only)
    if migrate or not is_ready:
        run_alone(database, work)
