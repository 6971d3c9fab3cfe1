"""The address of a database, and the SQLAlchemy engine that it asks for."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, StatementError

from hallofshame import private_files
from hallofshame.domain.errors import StoreError
from hallofshame.domain.redaction import redact, remember, secrets_of
from hallofshame.store import catalogue_changes, servers
from hallofshame.store.failures import shortened
from hallofshame.store.hosts import parse_url

WRITE_OPTION = "hallofshame_write"
"""Execution option that marks a connection's transaction as a writing one."""

SCHEMA_OPTION = "hallofshame_schema"
"""Execution option that marks a transaction as one that may change the schema."""

BUSY_SECONDS = 30
PAGE_CACHE_KILOBYTES = 32_000
"""Pages of a SQLite file that one connection keeps in memory, at most; they fill as the file grows."""

SUPPORTED = "sqlite:///file.db or mysql+pymysql://user:password@host/name"
_MYSQL_DRIVERS = frozenset({"mysql", "mariadb", "mysql+pymysql", "mariadb+pymysql"})
_SQLITE_DRIVERS = frozenset({"sqlite", "sqlite+pysqlite"})


def parse_address(text: str) -> URL:
    """The address of a database as the setting has it, checked; its secrets are kept out of all messages.

    :raises StoreError: where it is no address of SQLite, MariaDB or MySQL, with how to write one.
    """
    remember(secrets_of(text))
    try:
        url = parse_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(f"cannot read the database URL {_begins(text)}; write it as {SUPPORTED}") from None
    if url.host is not None and "@" in url.host:
        raise StoreError(
            f"the database URL {_begins(text)} has more than one @; write an @ of its password as "
            "%40, a / as %2F, a : as %3A, a ? as %3F, a # as %23 and a % as %25"
        )
    shown = redact(text)
    if url.drivername in _MYSQL_DRIVERS:
        if not url.database:
            raise StoreError(f"the database URL {shown!r} names no database; write it as {SUPPORTED}")
        return url.set(drivername="mysql+pymysql")
    if url.drivername not in _SQLITE_DRIVERS:
        raise StoreError(f"{url.drivername!r} in {shown!r} is not supported; use {SUPPORTED}")
    if url.host or url.username or url.password:
        raise StoreError(f"{shown!r} names a host, which SQLite has not; name a file: sqlite:///file.db")
    if url.database in (None, "", ":memory:") or "mode=memory" in text:
        raise StoreError(
            f"{shown!r} lives in memory, where only one connection sees it; name a file: sqlite:///file.db"
        )
    if url.query and url.query.get("uri") != "true":
        names = ", ".join(sorted(url.query))
        raise StoreError(
            f"{shown!r} has parameters ({names}) that SQLite knows only beside uri=true; name a file alone: "
            "sqlite:///file.db"
        )
    return url


def _begins(text: str) -> str:
    """The scheme of what is no address: anything after it may be a password."""
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.\-]*(?=://)", text)
    return f"{scheme[0]}://… ({len(text)} characters)" if scheme else f"of {len(text)} characters"


def engine_of(url: URL, *, for_schema: bool = False) -> Engine:
    """The engine for an address from :func:`parse_address`; nothing is connected yet.

    :param for_schema: its statements on a server may be silent for as long as they copy a table.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return _server_engine(url, for_schema=for_schema)


def _sqlite_engine(url: URL) -> Engine:
    # The connection used last goes out first: each has a page cache of its own, and those that took turns
    # would all fill theirs with the same pages.
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=32,
        pool_use_lifo=True,
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def create(*_: object) -> None:
        # Where this fails, SQLite fails too, and its error says of what.
        with suppress(OSError):
            private_files.create(sqlite_file(url))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # None: the driver leaves BEGIN to us. Its own rule (a BEGIN before the first writing statement, none
        # before a SELECT) would neither give readers one state nor let a writer lock before it reads.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            # In force for a file that is new; retention then gives free pages back (store/space.py).
            "auto_vacuum=INCREMENTAL",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"cache_size=-{PAGE_CACHE_KILOBYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = is_writing(connection)
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        if connection.get_execution_options().get(SCHEMA_OPTION, False):
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "handle_error", _shorten_statement)
    catalogue_changes.watch(engine)
    return engine


def sqlite_file(url: URL) -> Path:
    """The file that the address of a SQLite database names."""
    return Path(str(url.database).removeprefix("file:").partition("?")[0])


def _server_engine(url: URL, *, for_schema: bool) -> Engine:
    engine = servers.server_engine(url, for_schema=for_schema)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not is_writing(connection):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    event.listen(engine, "handle_error", _shorten_statement)
    catalogue_changes.watch(engine)
    return engine


def _shorten_statement(context: ExceptionContext) -> None:
    """An error quotes the beginning of its statement, not a page of it."""
    error = context.sqlalchemy_exception
    if isinstance(error, StatementError) and error.statement is not None:
        error.statement = shortened(" ".join(error.statement.split()))


def is_writing(connection: Connection) -> bool:
    """Whether ``connection`` came from :meth:`Database.write`."""
    return bool(connection.get_execution_options().get(WRITE_OPTION, False))
