"""How far an import has come: which files are in the record, so that it goes on where it was broken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.localtime import to_unix
from hallofshame.store import bulk
from hallofshame.store.models import ImportCheckpoint

REPLACED = "+replace"
"""Follows the version of a file that was taken to replace what else is recorded (R15)."""

ALL_PARKS = 0
"""Stands for every park that a file tells of."""


def done(connection: Connection, source: str) -> dict[str, dict[int, str]]:
    """Per file of ``source``, the parks taken from it and the version of the file then."""
    table = ImportCheckpoint
    found: dict[str, dict[int, str]] = {}
    query = select(table.file_key, table.park_id, table.version).where(table.source == source)
    for key, park_id, version in connection.execute(query):
        found.setdefault(key, {})[park_id] = version
    return found


def note(
    connection: Connection, source: str, key: str, version: str, parks: Collection[int], now: dt.datetime
) -> None:
    """Remember that the events of ``parks`` in this version of a file are in the record."""
    note_files(connection, source, {key: version}, parks, now)


def note_files(
    connection: Connection, source: str, versions: Mapping[str, str], parks: Collection[int], now: dt.datetime
) -> None:
    """The same of several files. ``versions``: that of each file by its key."""
    rows = [
        (source, key, park_id, version, to_unix(now))
        for key, version in versions.items()
        for park_id in sorted(parks)
    ]
    if not rows:
        return
    names = ["source", "file_key", "park_id", "version", "imported_at"]
    bulk.upsert(connection, ImportCheckpoint, pl.DataFrame(rows, schema=names, orient="row"))


def noted(connection: Connection, source: str) -> list[tuple[str, int, str, int]]:
    """Every checkpoint of ``source``: key, park, version, and when it was noted (Unix seconds)."""
    table = ImportCheckpoint
    query = select(table.file_key, table.park_id, table.version, table.imported_at).where(
        table.source == source
    )
    return [(key, park_id, version, at) for key, park_id, version, at in connection.execute(query)]


def latest(connection: Connection, source: str, key: str) -> tuple[str, int] | None:
    """The version of one key for all parks, and when it was noted (Unix seconds)."""
    table = ImportCheckpoint
    query = select(table.version, table.imported_at).where(
        table.source == source, table.file_key == key, table.park_id == ALL_PARKS
    )
    found = connection.execute(query).first()
    return None if found is None else (found[0], found[1])
