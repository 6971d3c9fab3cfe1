"""Leases: of several hosts one holds a duty, until it lets go or its time runs out."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, delete, or_, update

from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import Lease

_NOBODY = ""


def acquire(connection: Connection, name: str, holder: str, now: Instant, ttl_seconds: int) -> bool:
    """Take or renew the lease ``name`` for ``ttl_seconds``; returns whether ``holder`` has it now.

    It is there to be had when nobody holds it, when ``holder`` does already, or when it has run out.
    """
    moment = unix(now)
    free = pl.DataFrame({"name": [name], "holder": [_NOBODY], "expires_at": [0]})
    bulk.insert_ignore(connection, Lease, free)
    # One statement decides: on a server its row lock lets one of two hosts go first, and the other then
    # finds the row taken.
    taken = connection.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.expires_at <= moment))
        .values(holder=holder, expires_at=moment + ttl_seconds)
    )
    return taken.rowcount == 1


def release(connection: Connection, name: str, holder: str) -> None:
    """Let the lease go, if ``holder`` has it."""
    connection.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
