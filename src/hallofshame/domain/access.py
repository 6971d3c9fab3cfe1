"""What a key may do: scopes, and which of them hold others."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from hallofshame.domain.errors import InputError


class Scope(StrEnum):
    """A right of a key."""

    IMPORT = "import"
    IMPORT_READ = "import:read"
    STORAGE_READ = "storage:read"
    QUALITY_READ = "quality:read"
    WEBHOOKS = "webhooks"
    READ = "read"


MEANINGS = {
    Scope.IMPORT: "start, pause, resume and cancel imports, and read them",
    Scope.IMPORT_READ: "read imports and their quality reports",
    Scope.STORAGE_READ: "read what the record takes up, its growth, partitions and alerts",
    Scope.QUALITY_READ: "read findings, gaps, freshness and coverage",
    Scope.WEBHOOKS: "list, add and remove webhooks",
    Scope.READ: "ask the public API more often than readers without a key; opens nothing of the admin API",
}
"""What each scope allows, for help, docs and the page."""

FOR_READERS = (Scope.READ,)
"""Scopes that open nothing of the administrator's part."""

_HELD = {Scope.IMPORT: (Scope.IMPORT_READ,)}
"""Scopes that another one holds."""


def grants(scopes: Collection[Scope], needed: Scope) -> bool:
    """Whether a key with ``scopes`` may do what takes ``needed``."""
    return needed in scopes or any(needed in _HELD.get(scope, ()) for scope in scopes)


def opens_admin(scopes: Collection[Scope]) -> bool:
    """Whether a key with ``scopes`` is one of an administrator, not only of a reader."""
    return any(scope not in FOR_READERS for scope in scopes)


def read_scopes(names: Collection[str]) -> tuple[Scope, ...]:
    """Scopes by name, each once, in the order of :class:`Scope`.

    :raises InputError: for an unknown one, or for none at all.
    """
    known = {scope.value: scope for scope in Scope}
    for name in names:
        if name not in known:
            raise InputError(f"unknown scope {name!r}; take one of {', '.join(known)}", parameter="scope")
    if not names:
        raise InputError(f"a key needs a scope; give one of {', '.join(known)}", parameter="scope")
    return tuple(scope for scope in Scope if scope.value in names)
