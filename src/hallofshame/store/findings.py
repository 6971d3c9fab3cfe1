"""Findings: what in the data is worth a person's eye, once each, with how often it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.names import clipped
from hallofshame.domain.readings import Finding
from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DataQualityLog

NO_PARK = 0
"""``park_id`` of a finding that concerns no single park."""

KIND_LENGTH = 40
SUBJECT_LENGTH = 120
DETAIL_LENGTH = 2_000

_SCHEMA = pl.Schema(
    {"kind": pl.String(), "park_id": pl.Int64(), "subject": pl.String(), "detail": pl.String()}
)
_KEY = ["kind", "park_id", "subject"]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A stored finding; instants in Unix seconds."""

    kind: str
    park_id: int | None
    subject: str
    detail: str
    first_seen_at: int
    last_seen_at: int
    occurrences: int


def record(connection: Connection, findings: Iterable[tuple[int | None, Finding]], now: Instant) -> None:
    """Store findings of parks (``None`` = of no single park).

    One that is known by (kind, park, subject) counts up and takes over the latest detail. Texts too long
    for their columns are cut and end in "…".
    """
    rows = [
        (
            clipped(finding.kind, KIND_LENGTH),
            NO_PARK if park_id is None else park_id,
            clipped(finding.subject, SUBJECT_LENGTH),
            clipped(finding.detail, DETAIL_LENGTH),
        )
        for park_id, finding in findings
    ]
    if not rows:
        return
    moment = unix(now)
    frame = (
        pl.DataFrame(rows, schema=_SCHEMA, orient="row")
        .group_by(_KEY)
        .agg(pl.col("detail").last(), occurrences=pl.len().cast(pl.Int64))
        .sort(_KEY)
        .with_columns(first_seen_at=pl.lit(moment), last_seen_at=pl.lit(moment))
    )
    bulk.upsert(connection, DataQualityLog, frame, keep=["first_seen_at"], add=["occurrences"])


def list_findings(
    connection: Connection,
    *,
    kinds: Sequence[str] | None = None,
    park_id: int | None = None,
    seen_since: Instant | None = None,
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
    ).order_by(table.last_seen_at.desc(), table.kind, table.park_id, table.subject)
    if kinds is not None:
        query = query.where(table.kind.in_(kinds))
    if park_id is not None:
        query = query.where(table.park_id == park_id)
    if seen_since is not None:
        query = query.where(table.last_seen_at >= unix(seen_since))
    return [
        FindingRow(
            kind=row.kind,
            park_id=None if row.park_id == NO_PARK else row.park_id,
            subject=row.subject,
            detail=row.detail,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            occurrences=row.occurrences,
        )
        for row in connection.execute(query.limit(limit))
    ]
