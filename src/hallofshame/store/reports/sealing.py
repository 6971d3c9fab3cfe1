"""How far the raw record is sealed."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from hallofshame.store.models import HistoryFile


def last_sealed_day(connection: Connection) -> int | None:
    """The end of the last sealed period in Unix seconds; null before the first seal."""
    return connection.scalar(select(func.max(HistoryFile.ends_at)))
