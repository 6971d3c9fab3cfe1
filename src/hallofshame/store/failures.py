"""What a failing database or disk means: the kind of failure, and one line with the remedy.

A driver's message says what it met; a person needs what to do. Statements are no part of a message: what
failed is the machine, not the program, and they may hold what readers should not see.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError, StatementError

from hallofshame.domain.errors import StorageError, StoreError
from hallofshame.store.hosts import parse_url

EXCERPT_CHARACTERS = 200
"""The longest piece of a statement, and of a driver's own words, in a message."""


class Failure(StrEnum):
    """What is wrong with the store; what is not of these kinds is a fault of the program."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    NO_PERMISSION = "no_permission"
    LOCKED = "locked"
    CORRUPT = "corrupt"
    NOT_A_DATABASE = "not_a_database"
    CANNOT_OPEN = "cannot_open"
    DISK_ERROR = "disk_error"
    REFUSED = "connection_refused"
    UNKNOWN_HOST = "unknown_host"
    DENIED = "access_denied"
    NO_SUCH_DATABASE = "unknown_database"
    LOST = "connection_lost"
    TOO_MANY = "too_many_connections"
    NOT_READY = "server_not_ready"
    TOO_LARGE = "transaction_too_large"
    NEEDS_CRYPTOGRAPHY = "needs_cryptography"
    TOO_SLOW = "too_slow"


_WORDS: dict[Failure, tuple[str, str]] = {
    Failure.DISK_FULL: ("the disk is full", "free some space on it, nothing that was stored is lost"),
    Failure.READ_ONLY: (
        "it can only be read",
        "give this user the right to write to it and its folder",
    ),
    Failure.NO_PERMISSION: ("this user may not do that", "give it the right to read and write there"),
    Failure.LOCKED: ("another process has been writing for too long", "wait for it or stop it"),
    Failure.CORRUPT: ("the file is damaged", "put back a copy of it, or name another file"),
    Failure.NOT_A_DATABASE: ("the file is something else", "choose another name"),
    Failure.CANNOT_OPEN: ("it cannot be opened", "check that its folder exists and can be written to"),
    Failure.DISK_ERROR: ("the disk reports an error", "look at the system's log; the disk may be failing"),
    Failure.REFUSED: ("nobody answers there", "is the server up, and are host and port in the URL right?"),
    Failure.UNKNOWN_HOST: ("there is no such host", "correct the host in the URL"),
    Failure.DENIED: ("the server denies access", "check user, password and rights of that user"),
    Failure.NO_SUCH_DATABASE: (
        "the server has no database of that name",
        "create it, or correct the name in the URL",
    ),
    Failure.LOST: ("the server broke the connection off", "is it restarting? It is tried again by itself"),
    Failure.TOO_MANY: ("the server takes no more connections", "raise its limit, or let fewer hosts use it"),
    Failure.NOT_READY: ("the server takes no statements now", "wait until its cluster is complete again"),
    Failure.TOO_LARGE: (
        "the transaction has more rows or bytes than its cluster takes at once",
        "raise wsrep_max_ws_rows or wsrep_max_ws_size on all nodes",
    ),
    Failure.NEEDS_CRYPTOGRAPHY: (
        "the server's way of logging in needs a library",
        "install it: pip install cryptography; or connect with TLS",
    ),
    Failure.TOO_SLOW: (
        "a query took longer than HALLOFSHAME_WEB_STATEMENT_SECONDS allows",
        "see what else keeps the database busy, or allow more",
    ),
}

_SERVER_WORDS = {
    Failure.DISK_FULL: "free some space on the server's disk, nothing that was stored is lost",
    Failure.READ_ONLY: "connect to the server that takes writes, or turn its read_only off",
    Failure.LOCKED: "wait for it or end it on the server",
    Failure.CORRUPT: "repair the table on the server",
}
"""Remedies on a server, where they differ."""

_SQLITE = {
    3: Failure.NO_PERMISSION,
    5: Failure.LOCKED,
    6: Failure.LOCKED,
    8: Failure.READ_ONLY,
    9: Failure.TOO_SLOW,
    10: Failure.DISK_ERROR,
    11: Failure.CORRUPT,
    13: Failure.DISK_FULL,
    14: Failure.CANNOT_OPEN,
    23: Failure.NO_PERMISSION,
    26: Failure.NOT_A_DATABASE,
}
"""Primary result codes: https://sqlite.org/rescode.html"""

_MYSQL = {
    1021: Failure.DISK_FULL,
    1114: Failure.DISK_FULL,
    1036: Failure.READ_ONLY,
    1290: Failure.READ_ONLY,
    1836: Failure.READ_ONLY,
    1020: Failure.LOCKED,
    1205: Failure.LOCKED,
    1213: Failure.LOCKED,
    1034: Failure.CORRUPT,
    1035: Failure.CORRUPT,
    1194: Failure.CORRUPT,
    1195: Failure.CORRUPT,
    1712: Failure.CORRUPT,
    2002: Failure.REFUSED,
    2003: Failure.REFUSED,
    2005: Failure.UNKNOWN_HOST,
    1044: Failure.DENIED,
    1045: Failure.DENIED,
    1129: Failure.DENIED,
    1130: Failure.DENIED,
    1142: Failure.DENIED,
    1143: Failure.DENIED,
    1227: Failure.DENIED,
    1251: Failure.DENIED,
    1370: Failure.DENIED,
    1698: Failure.DENIED,
    1049: Failure.NO_SUCH_DATABASE,
    1053: Failure.LOST,
    1927: Failure.LOST,
    2006: Failure.LOST,
    2013: Failure.LOST,
    2055: Failure.LOST,
    4031: Failure.LOST,
    1040: Failure.TOO_MANY,
    1203: Failure.TOO_MANY,
    1226: Failure.TOO_MANY,
    1047: Failure.NOT_READY,
    1969: Failure.TOO_SLOW,
    3024: Failure.TOO_SLOW,
}
"""Numbers of MariaDB's and MySQL's errors: https://mariadb.com/kb/en/mariadb-error-code-reference/"""

_ERRNO = {
    errno.ENOSPC: Failure.DISK_FULL,
    errno.EDQUOT: Failure.DISK_FULL,
    errno.EFBIG: Failure.DISK_FULL,
    errno.EROFS: Failure.READ_ONLY,
    errno.EACCES: Failure.NO_PERMISSION,
    errno.EPERM: Failure.NO_PERMISSION,
    errno.EIO: Failure.DISK_ERROR,
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.EHOSTUNREACH: Failure.REFUSED,
    errno.ENETUNREACH: Failure.REFUSED,
}
_TOO_LARGE = re.compile(r"wsrep_max_ws_rows|[Mm]aximum writeset size")
"""What a Galera node says under the general numbers 1105 and 1180."""

_ERRNO_IN_WORDS = re.compile(r"(?:Errcode: |[Gg]ot error |Errno )(\d+)")
"""How servers and drivers quote the error of their own system."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One failure, with the words for a person."""

    kind: Failure
    problem: str
    remedy: str
    said: str
    """The driver's own words, cut short."""


def kind_of(error: BaseException) -> Failure | None:
    """What kind of failure an exception of a driver, of SQLAlchemy or of the system is; ``None`` for none."""
    if isinstance(error, StatementError):
        return None if error.orig is None else kind_of(error.orig)
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0)
    if type(error).__module__.startswith("pymysql"):
        return _of_server(error)
    if isinstance(error, RuntimeError) and "'cryptography' package is required" in str(error):
        return Failure.NEEDS_CRYPTOGRAPHY
    return None


def explain(error: BaseException, *, is_server: bool = False) -> Explained | None:
    """The words for an exception of a driver, of SQLAlchemy or of the system; ``None`` for any other."""
    kind = kind_of(error)
    if kind is None:
        return None
    problem, remedy = _WORDS[kind]
    return Explained(kind, problem, _SERVER_WORDS.get(kind, remedy) if is_server else remedy, said(error))


def said(error: BaseException) -> str:
    """An exception's own words on one line, without any statement, at most an excerpt."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if type(cause).__module__.startswith("pymysql") and len(cause.args) > 1:
        cause = cause.args[1]
    return shortened(" ".join(str(cause).split()))


def shortened(text: str) -> str:
    """``text``, cut off after the longest excerpt."""
    return text if len(text) <= EXCERPT_CHARACTERS else f"{text[:EXCERPT_CHARACTERS]}…"


def store_error(error: BaseException, url: str) -> StoreError | None:
    """The error to raise in place of a failure of the database at ``url``; ``None`` for any other.

    :param url: the database's address, its password masked.
    """
    is_server = not url.startswith("sqlite")
    found = explain(error, is_server=is_server)
    if found is None:
        return None
    remedy = found.remedy
    if found.kind is Failure.NO_SUCH_DATABASE:
        name = parse_url(url).database
        remedy = f"create it: CREATE DATABASE `{name}` CHARACTER SET utf8mb4; or correct the name in the URL"
    if not is_server and found.kind in (Failure.CANNOT_OPEN, Failure.READ_ONLY, Failure.NO_PERMISSION):
        remedy = _remedy_of(Path(url.partition(":///")[2].partition("?")[0])) or remedy
    return StoreError(
        f"the database {url} failed: {found.problem} ({found.said}); {remedy}", failure=found.kind
    )


def storage_error(error: OSError, path: str | Path) -> StorageError:
    """The error to raise in place of one over the file or folder at ``path``."""
    found = explain(error)
    why = error.strerror or str(error)
    if found is None:
        return StorageError(f"{str(path)!r} cannot be used: {why}; name another")
    return StorageError(f"{str(path)!r} cannot be used: {found.problem} ({why}); {found.remedy}")


def _remedy_of(file: Path) -> str | None:
    """What keeps this user from using a SQLite file, which the driver does not say."""
    folder = file.parent
    if not folder.is_dir():
        return f"its folder {str(folder)!r} does not exist: make it, or name another"
    if file.is_dir():
        return f"{str(file)!r} is a folder: name a file"
    if file.exists() and not os.access(file, os.R_OK | os.W_OK):
        return f"give this user the right to read and write {str(file)!r}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"give this user the right to write to the folder {str(folder)!r}"
    return None


def _of_server(error: BaseException) -> Failure | None:
    number = error.args[0] if error.args else None
    words = str(error.args[1]) if len(error.args) > 1 else ""
    quoted = _ERRNO_IN_WORDS.search(words)
    if number in (1105, 1180) and _TOO_LARGE.search(words):
        return Failure.TOO_LARGE
    if number == 2003 and ("Name or service" in words or "getaddrinfo" in words or "Errno -" in words):
        return Failure.UNKNOWN_HOST
    if number not in (2002, 2003) and quoted and int(quoted[1]) in _ERRNO:
        return _ERRNO[int(quoted[1])]
    return _MYSQL.get(number) if isinstance(number, int) else None
