"""Work that only one process at a time may do: setting up, and what reads rows before it changes others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateTable

from hallofshame import processes
from hallofshame.domain.errors import StoreError
from hallofshame.store import leases
from hallofshame.store.database import Database
from hallofshame.store.models import Lease

T = TypeVar("T")

WAIT_SECONDS = 600
"""How long to wait for another host; an upgrade of a large database takes minutes."""

# Names of locks are the whole server's, so the database is part of it.
_TAKE = text("SELECT GET_LOCK(CONCAT('hallofshame:set-up:', MD5(DATABASE())), :seconds)")

SET_UP_LEASE = "set-up"
"""On a Galera cluster, where a lock of a server holds at that server alone, a lease keeps other hosts out."""

LEASE_SECONDS = 60
RENEW_SECONDS = 15
_LOOK_SECONDS = 0.5

log = logging.getLogger(__name__)


def claim(connection: Connection, name: str) -> None:
    """Let no other transaction that claims ``name`` be committed between here and the end of this one.

    At one server the second waits for the first. On a Galera cluster, where the lock of a row holds at one
    node alone (also ``SELECT … FOR UPDATE``), the one that commits later is broken off and repeated by
    :meth:`Database.run`, since both change one row. So claim first, read then.
    """
    if connection.dialect.name == "sqlite":
        return  # which has one writer
    # Commands that only look at the store import this module, and frames take long to load.
    import polars as pl

    from hallofshame.store import bulk

    row = pl.DataFrame({"name": [f"{leases.OF_CLAIMS}{name}"], "holder": [""], "expires_at": [1]})
    bulk.upsert(connection, Lease, row, add=["expires_at"])


def run_alone(database: Database, work: Callable[[Connection], T], *, wait_seconds: int = WAIT_SECONDS) -> T:
    """:meth:`Database.run` of work that sets the database up, with every other process kept from doing so.

    The lock of a server belongs to the connection that does the work. It outlasts the transactions in which
    a server commits changes of the schema one by one, and goes with the connection: not before the last
    statement of a killed process has ended, and not later. On SQLite the writing transaction is the lock. On
    a Galera cluster it is a lease, which outlives a killed process of another machine by
    :data:`LEASE_SECONDS`.

    :raises StoreError: when another process is at it for longer than ``wait_seconds``.
    """

    if database.is_galera():
        with _leased(database, wait_seconds):
            return database.run(work, changes_schema=True)

    def alone(connection: Connection) -> T:
        if database.dialect != "sqlite" and connection.scalar(_TAKE, {"seconds": wait_seconds}) != 1:
            raise _busy(database, wait_seconds)
        return work(connection)

    return database.run(alone, changes_schema=True)


def _busy(database: Database, wait_seconds: int) -> StoreError:
    return StoreError(
        f"another process has been setting up {database.url} for over {wait_seconds} s; "
        "wait for it or stop it"
    )


@contextmanager
def _leased(database: Database, wait_seconds: int) -> Iterator[None]:
    """Hold the lease of setting up, on all nodes of a cluster."""
    holder = f"{processes.this_process()}/{threading.get_ident()}"
    deadline = time.monotonic() + wait_seconds
    # changes_schema: these transactions need no table but their own, which may be the first that there is.
    while not database.run(lambda connection: _take(connection, holder), changes_schema=True):
        if time.monotonic() >= deadline:
            raise _busy(database, wait_seconds)
        time.sleep(_LOOK_SECONDS)
    ended = threading.Event()
    renewing = threading.Thread(
        target=_renew, args=(database, holder, ended), name="set-up lease", daemon=True
    )
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        database.run(lambda connection: _let_go(connection, holder), changes_schema=True)


def _take(connection: Connection, holder: str) -> bool:
    """Take or renew the lease; its table is made where there is none, as its migration makes it."""
    if not _has_leases(connection):
        # Another host may make it between the look and the statement.
        connection.execute(CreateTable(Lease.metadata.tables[Lease.__tablename__], if_not_exists=True))
    other = leases.holder(connection, SET_UP_LEASE)
    if other is not None and other != holder and processes.is_gone(other.partition("/")[0]):
        leases.release(connection, SET_UP_LEASE, other)
    return leases.acquire(connection, SET_UP_LEASE, holder, leases.present(connection, 0), LEASE_SECONDS)


def _renew(database: Database, holder: str, ended: threading.Event) -> None:
    while not ended.wait(RENEW_SECONDS):
        try:
            if not database.run(lambda connection: _take(connection, holder), changes_schema=True):
                log.error("another process took over the set-up of %s: this was too slow", database.url)
                return
        except Exception as error:  # noqa: BLE001 - logged; the next turn may do
            log.warning("the lease of the set-up of %s could not be renewed: %s", database.url, error)


def _let_go(connection: Connection, holder: str) -> None:
    """Let the lease go; a downgrade may have taken its table away."""
    if _has_leases(connection):
        leases.release(connection, SET_UP_LEASE, holder)


def _has_leases(connection: Connection) -> bool:
    return inspect(connection).has_table(Lease.__tablename__)
