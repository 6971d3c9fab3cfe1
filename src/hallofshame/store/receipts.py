"""Receipts of transactions: whether one whose commit got no answer was made.

A server that is lost during a commit leaves it open whether the commit was made. Each transaction therefore
writes its number into a row of its writer, and the repetition looks there first. It also writes that row
itself, so that of it and of a first try that is still under way at another server only one can be committed.
"""

from __future__ import annotations

import secrets
import threading

from sqlalchemy import Connection, delete, func, select, text

from hallofshame.store.models import TransactionReceipt

KEPT_SECONDS = 7 * 86_400
"""How long the row of a writer stays that is heard of no more."""

_WRITE = text(
    "INSERT INTO transaction_receipts (writer, number, written_at) "
    "VALUES (:writer, :number, UNIX_TIMESTAMP()) "
    "ON DUPLICATE KEY UPDATE number = VALUES(number), written_at = VALUES(written_at)"
)
"""For servers alone: with SQLite no connection is ever lost."""


class Writer:
    """Numbers the transactions that one thread makes at a time; its ``name`` is no other writer's."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(12)
        self._number = 0

    def next(self) -> int:
        """The number of a new transaction."""
        self._number += 1
        return self._number


class Writers:
    """The writers of one process, lent to its threads."""

    def __init__(self) -> None:
        self._idle: list[Writer] = []
        self._lock = threading.Lock()

    def borrow(self) -> Writer:
        """A writer that nobody else has until :meth:`give_back`."""
        with self._lock:
            return self._idle.pop() if self._idle else Writer()

    def give_back(self, writer: Writer) -> None:
        """Let others have it."""
        with self._lock:
            self._idle.append(writer)


def is_there(connection: Connection, writer: Writer, number: int) -> bool:
    """Whether the transaction ``number`` was committed; waits for one that is under way at this server."""
    query = select(TransactionReceipt.number).where(TransactionReceipt.writer == writer.name)
    return connection.scalar(query.with_for_update()) == number


def write(connection: Connection, writer: Writer, number: int) -> None:
    """Note the transaction that this is part of."""
    connection.execute(_WRITE, {"writer": writer.name, "number": number})


def forget(connection: Connection) -> int:
    """Remove the rows of writers not heard of for :data:`KEPT_SECONDS`; returns how many."""
    if connection.dialect.name == "sqlite":
        return 0
    old = TransactionReceipt.written_at < func.unix_timestamp() - KEPT_SECONDS
    return connection.execute(delete(TransactionReceipt).where(old)).rowcount
