"""Compiled SQL is shared by all databases of a test process.

SQLAlchemy compiles a statement once per engine. A process that serves one database pays that once; tests have
an engine each, and compiling the same few hundred statements in each of them took a fifth of their time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

STATEMENTS = 3000
"""How many are kept."""


class _Shared(LRUCache[Any, Any]):
    """Knows a statement by what its dialect is, not by whose it is."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_general(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_general(key), value)


def _general(key: tuple[Dialect, ...]) -> tuple[object, ...]:
    dialect, *statement = key
    return (type(dialect), dialect.server_version_info, *statement)


_COMPILED = _Shared(STATEMENTS)


def share() -> None:
    """Let every engine of this process use one cache."""

    @event.listens_for(Engine, "engine_connect")
    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=_COMPILED)
