"""Preparation: a database that is empty, older or left half way becomes one that jobs can work with."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.jobrun import JobRun, brief, note_run
from hallofshame.pipeline.seeding import chosen_rows, seed
from hallofshame.pipeline.shipped import load_parks, load_signals
from hallofshame.pipeline.signals import follow_file
from hallofshame.store import partitions, schema
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.reports.current import lacks_parks


def prepare(
    database: Database,
    clock: Clock,
    *,
    migrate: bool,
    only: Collection[str] | None = None,
    extra: Path | None = None,
    signals: Path | None = None,
) -> None:
    """Give the database its tables, the parks of the catalogue and its partitions; one process at a time.

    A process that is killed at any point of it leaves nothing that the next one does not complete. The schema
    of an older version is upgraded, and the parks of a complete database are brought up to date, only if
    ``migrate``. ``only`` are the slugs of the parks wanted, ``extra`` is a further catalogue file,
    ``signals`` a person's signals file (R5).

    :raises StoreError: when the schema is not this program's and must not be changed.
    :raises InputError: for a slug that is not in the catalogue and for an unusable file.
    """

    with database.read() as connection:
        before = schema.current_on(connection)
        has_log = schema.is_at_head(connection)
        is_ready = has_log and not lacks_parks(connection, only) and partitions.are_made(connection)
    if is_ready and not migrate:
        return
    began = clock.elapsed()

    def work(connection: Connection) -> None:
        if migrate or schema.current_on(connection) is None:
            schema.upgrade_on(connection)
        else:
            schema.finish_upgrade_on(connection)
        schema.require_head_on(connection)
        # The log may have come with the upgrade. Its rows are part of the one step, like all others.
        if not has_log:
            upgraded = JobRun(detail=f"schema {before or schema.BASE} to {schema.head()}")
            note_run(connection, clock, JobType.UPGRADE, clock.elapsed() - began, upgraded)
        if migrate or lacks_parks(connection, only):
            seeding = clock.elapsed()
            rows = chosen_rows(only, extra)
            lines = load_signals(signals, load_parks(extra), clock.now().date())
            seeded = JobRun(parks=len(rows), rows_written=seed(connection, rows, clock.now()))
            seeded.rows_written += follow_file(connection, lines, clock.now())
            note_run(connection, clock, JobType.SEED, clock.elapsed() - seeding, seeded)
        # Last, because each partition that is made commits what went before it.
        partitions.keep_months(connection, clock.now())

    try:
        run_alone(database, work)
    except FAILURES as error:
        if has_log:
            failed, seconds = JobRun(), clock.elapsed() - began
            failed.fail(brief(error))
            database.run(lambda connection: note_run(connection, clock, JobType.SEED, seconds, failed))
        raise
