"""The database: one object that owns the engine and hands out read and write transactions."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.orm import Session
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from hallofshame.domain.errors import StoreError
from hallofshame.domain.redaction import redact
from hallofshame.store import catalogue_changes, receipts
from hallofshame.store.engines import SCHEMA_OPTION, WRITE_OPTION, engine_of, parse_address, sqlite_file
from hallofshame.store.failures import Failure, kind_of, said, store_error
from hallofshame.store.hosts import hosts_of, shown, without_hosts
from hallofshame.store.servers import is_galera

T = TypeVar("T")

ATTEMPTS = 6
FAILOVER_SECONDS = 60.0
"""How long a transaction is repeated that lost its server, while another of the cluster may take it."""

MINIMUM_MARIADB = (10, 6)
MINIMUM_MYSQL = (8, 0)

_TRANSIENT_MYSQL_ERRORS = frozenset({1020, 1205, 1213})
"""Record changed since read, lock wait timeout, deadlock (Galera reports a lost certification as 1213)."""

_GONE = frozenset({Failure.REFUSED, Failure.LOST, Failure.NOT_READY, Failure.READ_ONLY, Failure.TOO_MANY})
"""Failures of one server that another of its cluster may not have."""

_OTHER_REMEDY = "check what the setting names, and that it is a database of this program"


class Database:
    """A SQL store at one URL: SQLite, MariaDB 10.6+ or MySQL 8.

    A reading transaction sees one state of the whole store from its first query to its last, on all of
    them. A writing one is serialised with all others on SQLite; on a server it runs at READ COMMITTED, so
    :meth:`run` repeats it when the server ends it in favour of another.

    On a Galera cluster, and with several hosts in the URL, :meth:`run` also repeats a transaction whose
    server was lost, at another server, and makes sure that it is committed once (``store/receipts.py``).

    :param url: ``sqlite:///file.db``, ``mysql+pymysql://…`` or ``mariadb+pymysql://…``.
    :param sleep: how to wait between two attempts of :meth:`run`, in seconds.
    :raises StoreError: for a URL that cannot be read or names an unsupported database.

    >>> database = Database("sqlite:///example.db")
    >>> with database.write() as connection:
    ...     _ = connection.exec_driver_sql("CREATE TABLE greetings (words TEXT)")
    >>> def greet(connection):
    ...     return connection.exec_driver_sql("INSERT INTO greetings VALUES ('hello')").rowcount
    >>> database.run(greet)
    1
    >>> with database.read() as connection:
    ...     connection.exec_driver_sql("SELECT words FROM greetings").scalar()
    'hello'
    """

    def __init__(self, url: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = parse_address(url)
        self._sleep = sleep
        with self._translate():
            self._engine = engine_of(self._url)
            self._hosts = () if self.dialect == "sqlite" else hosts_of(self._url)
            # Their statements are silent for as long as they copy a table, others among several hosts never.
            several = len(self._hosts) > 1
            self._schema_engine = engine_of(self._url, for_schema=True) if several else self._engine
        self._writers = receipts.Writers()
        self._is_cluster = several
        self._writer = threading.Lock()
        self._writing = threading.local()
        self._checked = False

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine, for tools that need one; jobs and pages use the transactions below."""
        return self._engine

    @property
    def dialect(self) -> str:
        """``sqlite``, or ``mysql`` for both MariaDB and MySQL; equals ``connection.dialect.name``."""
        return "sqlite" if self._url.get_backend_name() == "sqlite" else "mysql"

    @property
    def url(self) -> str:
        """The URL with its password and keys masked, fit for messages and logs."""
        return redact(shown(self._url))

    @property
    def is_cluster(self) -> bool:
        """Whether there are several servers, by the URL or by what the first connection found."""
        return self._is_cluster

    def is_galera(self) -> bool:
        """Whether it is a Galera cluster: several servers that each take writes.

        :raises StoreError: when it cannot be reached.
        """
        if self.dialect == "sqlite":
            return False
        with self.read() as connection:
            return is_galera(connection)

    def hosts(self) -> Iterator[tuple[str, Database]]:
        """Each of several hosts in the URL, with the database as it is there."""
        for host in self._hosts:
            url = without_hosts(self._url, host)
            yield str(host), Database(url.render_as_string(hide_password=False))

    @property
    def files(self) -> tuple[Path, ...]:
        """The SQLite file and those that SQLite keeps beside it, there or not; none for a server."""
        if self.dialect != "sqlite":
            return ()
        file = sqlite_file(self._url)
        return tuple(file.with_name(file.name + end) for end in ("", "-wal", "-shm"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction; it sees one state throughout and refuses to write.

        :raises StoreError: when the database cannot be reached.
        """
        with self._connect() as connection:
            with self._translate():
                transaction = connection.begin()
            try:
                with self._translate_failures(reading=True):
                    yield connection
            finally:
                try:
                    transaction.rollback()
                except DBAPIError:
                    # The server went away when all was read, which is no loss; whoever reads next is told.
                    connection.invalidate()

    @contextmanager
    def write(self, *, changes_schema: bool = False) -> Iterator[Connection]:
        """A writing transaction: committed on success, rolled back on any error.

        ``changes_schema`` closes its connection at its end, and with it all that a server ties to it. SQLite
        then checks no references, since it replaces the tables that it changes.

        :raises StoreError: when the database cannot be reached, when another process holds the write lock
            for longer than 30 s (SQLite), or when this thread is already inside ``write()``.
        """
        if getattr(self._writing, "inside", False):
            raise StoreError("write() inside write() would wait for itself; pass the open connection on")
        self._writing.inside = True
        try:
            if self.dialect == "sqlite":
                with self._writer:
                    yield from self._write(changes_schema)
            else:
                yield from self._write(changes_schema)
        finally:
            self._writing.inside = False

    def _write(self, changes_schema: bool) -> Iterator[Connection]:
        with self._connect(self._schema_engine if changes_schema else self._engine) as connection:
            connection.execution_options(**{WRITE_OPTION: True, SCHEMA_OPTION: changes_schema})
            try:
                with self._translate():
                    transaction = connection.begin()
                catalogue_changes.forget(connection)
                with self._translate_failures(), transaction:
                    yield connection
                    if not changes_schema:
                        catalogue_changes.settle(connection)
            finally:
                if changes_schema:
                    connection.invalidate()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """An ORM session for reading, inside one :meth:`read` transaction."""
        with self.read() as connection, Session(bind=connection, autoflush=False) as session:
            yield session

    def run(self, work: Callable[[Connection], T], *, changes_schema: bool = False) -> T:
        """Run ``work`` in a :meth:`write` transaction, again from its start when the server broke it off.

        ``work`` may run several times (deadlock, lock wait timeout; on a cluster a server that was lost), so
        its only effects should be on the connection it is given. Returns what ``work`` returned in the
        transaction that was committed.
        """
        if changes_schema:
            return self._retried(_Once(self, work, changes_schema=True))
        writer = self._writers.borrow()
        try:
            return self._retried(_Receipted(self, work, writer))
        finally:
            self._writers.give_back(writer)

    def _retried(self, attempt: Callable[[], T]) -> T:
        began = time.monotonic()

        def is_worth_it(error: BaseException) -> bool:
            return is_transient(error) or (self._is_cluster and _is_gone(error))

        def is_enough(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            if error is not None and _is_gone(error):
                return time.monotonic() - began >= FAILOVER_SECONDS
            return state.attempt_number >= ATTEMPTS

        retrying = Retrying(
            retry=retry_if_exception(is_worth_it),
            stop=is_enough,
            wait=wait_random_exponential(multiplier=0.05, max=2),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except OperationalError as error:
            found = store_error(error, self.url)
            if found is None:
                raise
            raise found from error

    def dispose(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, engine: Engine | None = None) -> Iterator[Connection]:
        with self._translate():
            connection = (engine or self._engine).connect()
        with connection:
            self._is_cluster = self._is_cluster or is_galera(connection)
            if not self._checked:
                self._check_version(connection)
                self._checked = True
            yield connection

    def _check_version(self, connection: Connection) -> None:
        if self.dialect == "sqlite":
            return
        mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
        version = connection.dialect.server_version_info or ()
        name, minimum = ("MariaDB", MINIMUM_MARIADB) if mariadb else ("MySQL", MINIMUM_MYSQL)
        if tuple(version[:2]) < minimum:
            found, least = (".".join(map(str, numbers)) for numbers in (version, minimum))
            raise StoreError(f"{self.url} runs {name} {found}; upgrade it to {least} or later")

    @contextmanager
    def _translate(self) -> Iterator[None]:
        """Whatever goes wrong while the database is opened becomes one line."""
        try:
            yield
        except (SQLAlchemyError, OSError, RuntimeError, TypeError, ValueError) as error:
            # TypeError and ValueError: a ?name=value of the URL that the driver does not know or cannot use.
            raise store_error(error, self.url) or StoreError(
                f"cannot open the database {self.url}: {said(error)}; {_OTHER_REMEDY}"
            ) from error

    @contextmanager
    def _translate_failures(self, *, reading: bool = False) -> Iterator[None]:
        """A failing disk, file or server becomes one line; a fault of the program stays as it is."""
        try:
            yield
        except Exception as error:
            found = None if isinstance(error, OSError | RuntimeError) else store_error(error, self.url)
            # A transaction that writes is repeated by run(); one that reads is its reader's to repeat.
            if found is None or (is_refused_write(error) if reading else is_transient(error)):
                raise
            raise found from error


class _Once(Generic[T]):
    """One try of a piece of work, in a transaction of its own."""

    def __init__(
        self, database: Database, work: Callable[[Connection], T], *, changes_schema: bool = False
    ) -> None:
        self._database = database
        self._work = work
        self._changes_schema = changes_schema

    def __call__(self) -> T:
        with self._database.write(changes_schema=self._changes_schema) as connection:
            return self._work(connection)


class _Receipted(_Once[T]):
    """Tries of a piece of work of which one is committed, whatever becomes of the server meanwhile."""

    def __init__(self, database: Database, work: Callable[[Connection], T], writer: receipts.Writer) -> None:
        super().__init__(database, work)
        self._writer = writer
        self._number = writer.next()
        self._results: list[T] = []
        """Of the try that may have been committed; none where it is sure that none was."""

    def __call__(self) -> T:
        try:
            return self._try()
        except OperationalError as error:
            if is_transient(error):
                self._results.clear()  # the server says that it rolled the transaction back
            raise

    def _try(self) -> T:
        with self._database.write() as connection:
            if not self._database.is_cluster:
                return self._work(connection)
            if self._results and receipts.is_there(connection, self._writer, self._number):
                return self._results[0]
            self._results.clear()
            result = self._work(connection)
            receipts.write(connection, self._writer, self._number)
            self._results.append(result)
            return result


def is_refused_write(error: BaseException) -> bool:
    """Whether SQLite refused to write because the transaction only reads: a fault of the program."""
    cause = error.orig if isinstance(error, StatementError) else error
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_READONLY


def is_transient(error: BaseException) -> bool:
    """Whether the server broke a transaction off for the sake of another, so that repeating it helps."""
    if not isinstance(error, OperationalError) or error.orig is None:
        return False
    number: object = next(iter(error.orig.args), None)
    return number in _TRANSIENT_MYSQL_ERRORS


def _is_gone(error: BaseException) -> bool:
    """Whether one server was lost or takes nothing, which another of its cluster may."""
    return isinstance(error, StoreError) and error.failure in _GONE


def concerns_whole_store(error: BaseException, connection: Connection | None = None) -> bool:
    """Whether ``error`` is a failure of the store, after which nothing can be written, or about single rows.

    A lost server, a full disk, a lock, an ended transaction are of the store; a value that a column refuses
    and an error of this program are not. ``connection`` is given where its transaction is to go on.
    """
    if connection is not None and (connection.invalidated or _has_ended(connection)):
        return True
    if isinstance(error, StoreError):
        return error.failure is not None
    if not isinstance(error, StatementError):
        return False
    return (
        is_transient(error) or kind_of(error) is not None or getattr(error, "connection_invalidated", False)
    )


def _has_ended(connection: Connection) -> bool:
    """Whether the database ended the transaction by itself, as SQLite does when its disk is full."""
    if not connection.in_transaction():
        return True
    driver: object = connection.connection.dbapi_connection
    return isinstance(driver, sqlite3.Connection) and not driver.in_transaction
