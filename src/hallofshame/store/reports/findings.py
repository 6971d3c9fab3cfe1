"""Stored findings as they are read: open and resolved. Loads no frames, for ``doctor``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DataQualityLog

NO_PARK = 0
"""``park_id`` of a finding that concerns no single park."""


class FindingState(StrEnum):
    """Whether a finding still deserves a person's eye."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A stored finding; instants in Unix seconds, ``resolved_at`` null while it is open."""

    kind: str
    park_id: int | None
    subject: str
    detail: str
    first_seen_at: int
    last_seen_at: int
    occurrences: int
    resolved_at: int | None

    @property
    def state(self) -> FindingState:
        """Open until it was resolved."""
        return FindingState.OPEN if self.resolved_at is None else FindingState.RESOLVED


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many findings of one kind are open and resolved, and when one was seen last (Unix seconds)."""

    kind: str
    open: int
    resolved: int
    last_seen_at: int


def list_findings(
    connection: Connection,
    *,
    kinds: Collection[str] | None = None,
    park_id: int | None = None,
    seen_since: Instant | None = None,
    state: FindingState | None = None,
    limit: int | None = None,
) -> list[FindingRow]:
    """Findings that fit all that is given, the last seen first."""
    table = DataQualityLog
    query = select(
        table.kind,
        table.park_id,
        table.subject,
        table.detail,
        table.first_seen_at,
        table.last_seen_at,
        table.occurrences,
        table.resolved_at,
    ).order_by(table.last_seen_at.desc(), table.kind, table.park_id, table.subject)
    if kinds is not None:
        query = query.where(table.kind.in_(list(kinds)))
    if park_id is not None:
        query = query.where(table.park_id == park_id)
    if seen_since is not None:
        query = query.where(table.last_seen_at >= unix(seen_since))
    if state is not None:
        is_open = table.resolved_at.is_(None)
        query = query.where(is_open if state is FindingState.OPEN else ~is_open)
    return [
        FindingRow(
            kind=row.kind,
            park_id=None if row.park_id == NO_PARK else row.park_id,
            subject=row.subject,
            detail=row.detail,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            occurrences=row.occurrences,
            resolved_at=row.resolved_at,
        )
        for row in connection.execute(query.limit(limit))
    ]


def counts(connection: Connection) -> list[KindCount]:
    """Open and resolved findings by kind, in the order of the kinds."""
    table = DataQualityLog
    query = (
        select(
            table.kind,
            func.count(),
            func.count(table.resolved_at),
            func.max(table.last_seen_at),
        )
        .group_by(table.kind)
        .order_by(table.kind)
    )
    return [
        KindCount(kind, found - resolved, resolved, int(seen))
        for kind, found, resolved, seen in connection.execute(query)
    ]
