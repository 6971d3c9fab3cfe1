"""Leases: of several hosts one holds a duty, until it lets go or its time runs out."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, or_, select, update

from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import Lease

_NOBODY = ""

OF_JOBS = "job:"
"""Before the name of a job: one run of it is under way."""

OF_CLAIMS = "claim:"
"""Before the name of a row that transactions change to exclude each other (``store/exclusive.py``); nobody
holds it. All other leases are duties of hosts."""

ABSURD_LENGTHS = 3
"""A lease that ends so many of its lengths ahead cannot have been taken by a right clock."""


def present(connection: Connection, own: Instant) -> int:
    """The instant that leases go by, in Unix seconds: the server's, which is one for all hosts.

    SQLite has no clock but this machine's; there it is ``own``.
    """
    if connection.dialect.name == "sqlite":
        return unix(own)
    return int(connection.execute(select(func.unix_timestamp())).scalar_one())


def acquire(connection: Connection, name: str, holder: str, now: Instant, ttl_seconds: int) -> bool:
    """Take or renew the lease ``name`` for ``ttl_seconds``; returns whether ``holder`` has it now.

    It is there to be had when nobody holds it, when ``holder`` does already, or when it has run out. One that
    ends :data:`ABSURD_LENGTHS` lengths from now or later was taken under a clock that ran ahead; it counts as
    run out, or it would stay with a host that may be dead until the time has come.

    Give :func:`present` for ``now``, so that hosts whose clocks differ do not take it from each other.
    """
    import polars as pl  # not needed by those who only look at leases, such as doctor

    from hallofshame.store import bulk

    moment = unix(now)
    absurd = moment + ABSURD_LENGTHS * ttl_seconds
    free = pl.DataFrame({"name": [name], "holder": [_NOBODY], "expires_at": [0]})
    bulk.insert_ignore(connection, Lease, free)
    # One statement decides: on a server its row lock lets one of two hosts go first, and the other then
    # finds the row taken.
    taken = connection.execute(
        update(Lease)
        .where(
            Lease.name == name,
            or_(Lease.holder == holder, Lease.expires_at <= moment, Lease.expires_at >= absurd),
        )
        .values(holder=holder, expires_at=moment + ttl_seconds)
    )
    return taken.rowcount == 1


def holder(connection: Connection, name: str) -> str | None:
    """Who had the lease last, whether or not its time has run out; ``None`` where nobody did."""
    return connection.scalar(select(Lease.holder).where(Lease.name == name)) or None


def drop(connection: Connection, name: str) -> None:
    """Let the lease go, whoever has it."""
    connection.execute(delete(Lease).where(Lease.name == name))


def release(connection: Connection, name: str, holder: str) -> None:
    """Let the lease go, if ``holder`` has it."""
    connection.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
