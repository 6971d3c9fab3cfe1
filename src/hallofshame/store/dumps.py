"""The whole database as one file, and back: one state of it, while others go on writing.

SQLite copies itself; MariaDB and MySQL are read and written by their own client programs.
"""

from __future__ import annotations

import gzip
import logging
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from hallofshame import private_files
from hallofshame.domain.errors import StoreError
from hallofshame.domain.redaction import redact
from hallofshame.store.database import Database
from hallofshame.store.engines import BUSY_SECONDS
from hallofshame.store.servers import host_of

FILE_NAMES = {"sqlite": "database.sqlite", "mysql": "database.sql.gz"}
"""What a dump is called, by dialect."""

_DUMPERS, _CLIENTS = ("mariadb-dump", "mysqldump"), ("mariadb", "mysql")
_LOCKS = (b"LOCK TABLES `", b"UNLOCK TABLES;", b"/*!40000 ALTER TABLE `")
"""How lines begin that lock tables and switch keys, in dumps of older versions. No row begins a line."""

_DEFINER = re.compile(rb" DEFINER=`[^`]*`(?:@`[^`]*`)?")
_MADE = re.compile(rb"^(?:CREATE TABLE|/\*!50001 (?:CREATE )?.*?VIEW) `([^`]+)`")
_SAID = 500

log = logging.getLogger(__name__)


def dump(database: Database, file: Path) -> None:
    """Write one state of the database into ``file``, which is new.

    :raises StoreError: when the database cannot be read, or its client program is missing.
    :raises OSError: when the file cannot be written.
    """
    private_files.create(file)
    if database.dialect == "sqlite":
        _copy(database.files[0], file)
        return
    program = _program(_DUMPERS)
    # Without locks and switched keys, which InnoDB has no use for and a Galera cluster waits at for ever.
    options = (
        "--single-transaction",
        "--quick",
        "--hex-blob",
        "--skip-comments",
        "--skip-add-locks",
        "--skip-disable-keys",
    )
    with (
        _login(database) as (login, name),
        gzip.open(file, "wb", compresslevel=6) as packed,
        _running([program, login, *options, name], stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - asked for above
        packed.writelines(map(_of_nobody, process.stdout))


def restore(database: Database, file: Path) -> None:
    """Make the database what it was when ``file`` was written; what it holds now is lost.

    That includes tables and views that the file does not have, which a later version made. On SQLite all of
    it changes at once. On a server one table changes after the other: after a failure, restore again.

    :raises StoreError: when the database cannot be written, or its client program is missing.
    """
    database.dispose()
    if database.dialect == "sqlite":
        private_files.create(database.files[0])
        _copy(file, database.files[0])
        return
    program = _program(_CLIENTS)
    kept: set[str] = set()
    with (
        _login(database) as (login, name),
        gzip.open(file, "rb") as packed,
        _running([program, login, name], stdin=subprocess.PIPE) as process,
    ):
        assert process.stdin is not None  # noqa: S101 - asked for above
        process.stdin.writelines(_noting(packed, kept))
    _drop_others(database, kept)


def _noting(lines: Iterable[bytes], names: set[str]) -> Iterator[bytes]:
    """The lines of a dump without locks; ``names`` becomes those of the tables and views that it makes."""
    for line in lines:
        if line.startswith(_LOCKS):
            continue
        if found := _MADE.match(line):
            names.add(found[1].decode())
        yield line


def _drop_others(database: Database, kept: set[str]) -> None:
    """Drop what the dump did not make: an upgrade would stumble over the tables of a version taken back."""
    with database.write() as connection:
        found = connection.exec_driver_sql("SHOW FULL TABLES").all()
        others = [(name, kind) for name, kind in found if name not in kept]
        connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        for name, kind in others:
            log.warning("%s is not of the restored state and is dropped", name)
            what = "VIEW" if kind == "VIEW" else "TABLE"
            connection.exec_driver_sql(f"DROP {what} {connection.dialect.identifier_preparer.quote(name)}")
        connection.exec_driver_sql("SET SESSION foreign_key_checks = 1")


def _of_nobody(line: bytes) -> bytes:
    """A line of a dump without the user who made a view: it is to belong to whoever restores it."""
    return _DEFINER.sub(b"", line) if line.startswith(b"/*!50") else line


def _copy(source: Path, target: Path) -> None:
    """Copy a SQLite database onto another, in one step."""
    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as read,
            closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as written,
        ):
            read.backup(written)
            # A file of its own, with no second one beside it; the program asks for the log again.
            written.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StoreError(
            f"{source} cannot be copied to {target}: {error}; stop what uses it, make room, and try again"
        ) from error


@contextmanager
def _running(command: list[str], **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    """The program while it runs; its end is waited for.

    :raises StoreError: when it fails, with its own words.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stderr=said, **pipes)  # type: ignore[call-overload] # noqa: S603
        try:
            # Its end closes the pipe, which fails like a write to it where the program ended early.
            with process:
                try:
                    yield process
                except BrokenPipeError:
                    raise
                except BaseException:
                    process.kill()
                    raise
        except BrokenPipeError:
            log.debug("%s ended early; it says why", command[0])
        if code := process.returncode:
            raise StoreError(f"{Path(command[0]).name} ended with code {code}: {_words(said)}")


def _words(said: IO[bytes]) -> str:
    said.seek(0)
    return redact(" ".join(said.read().decode(errors="replace").split()))[-_SAID:] or "it said nothing"


@contextmanager
def _login(database: Database) -> Iterator[tuple[str, str]]:
    """The option that names a file with the login, and the schema. A command line is for all to read."""
    url = database.engine.url
    with database.read() as connection:
        host = host_of(connection)  # of several, one that takes statements now
    given = {
        "host": url.host if host is None else host.name,
        "port": url.port if host is None else host.port,
        "user": url.username,
        "password": url.password,
        "socket": url.query.get("unix_socket"),
    }
    lines = [f"{name}={_quoted(str(value))}" for name, value in given.items() if value is not None]
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as file:
        file.write("\n".join(["[client]", "default-character-set=utf8mb4", *lines, ""]))
        file.flush()
        yield f"--defaults-file={file.name}", str(url.database)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _program(names: tuple[str, ...]) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise StoreError(
        f"{names[0]} is missing on this machine; install the client of the database (mariadb-client)"
    )
