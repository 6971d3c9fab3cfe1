"""Findings: what in the data is worth a person's eye, once each, with how often it was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl
from sqlalchemy import Connection, select, update

from hallofshame.domain.names import clipped
from hallofshame.domain.readings import Finding
from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DataQualityLog
from hallofshame.store.reports.findings import NO_PARK

KIND_LENGTH = 40
SUBJECT_LENGTH = 120
DETAIL_LENGTH = 2_000

_SCHEMA = pl.Schema(
    {"kind": pl.String(), "park_id": pl.Int64(), "subject": pl.String(), "detail": pl.String()}
)
_KEY = ["kind", "park_id", "subject"]


def record(connection: Connection, findings: Iterable[tuple[int | None, Finding]], now: Instant) -> None:
    """Store findings of parks (``None`` = of no single park).

    One that is known by (kind, park, subject) counts up, takes over the latest detail and is open again if
    it was resolved. Texts too long for their columns are cut and end in "…".
    """
    _record(connection, findings, now)


def record_all_of(
    connection: Connection,
    kinds: Collection[str],
    findings: Iterable[tuple[int | None, Finding]],
    now: Instant,
) -> int:
    """Store everything that a check of ``kinds`` has found; what of them it no longer found is resolved.

    Returns how many it resolved.
    """
    keys = _record(connection, findings, now)
    table = DataQualityLog
    still_open = connection.execute(
        select(table.kind, table.park_id, table.subject).where(
            table.kind.in_(list(kinds)), table.resolved_at.is_(None)
        )
    )
    gone = [(row[0], row[1], row[2]) for row in still_open if (row[0], row[1], row[2]) not in keys]
    for kind, park_id, subject in gone:
        connection.execute(
            update(table)
            .where(table.kind == kind, table.park_id == park_id, table.subject == subject)
            .values(resolved_at=unix(now))
        )
    return len(gone)


def resolve_unseen(
    connection: Connection, unseen_since: Instant, now: Instant, besides: Collection[str] = ()
) -> int:
    """Resolve open findings that were not seen again since an instant, besides those of some kinds.

    For what is noted as it happens: it says nothing when it stops. Returns how many.
    """
    table = DataQualityLog
    found = connection.execute(
        update(table)
        .where(
            table.resolved_at.is_(None),
            table.last_seen_at < unix(unseen_since),
            table.kind.not_in(list(besides)),
        )
        .values(resolved_at=unix(now))
    )
    return found.rowcount


def _record(
    connection: Connection, findings: Iterable[tuple[int | None, Finding]], now: Instant
) -> set[tuple[str, int, str]]:
    rows = [
        (
            clipped(finding.kind, KIND_LENGTH),
            NO_PARK if park_id is None else park_id,
            clipped(finding.subject, SUBJECT_LENGTH),
            clipped(finding.detail, DETAIL_LENGTH),
        )
        for park_id, finding in findings
    ]
    keys = {(kind, park_id, subject) for kind, park_id, subject, _detail in rows}
    if not rows:
        return keys
    moment = unix(now)
    frame = (
        pl.DataFrame(rows, schema=_SCHEMA, orient="row")
        .group_by(_KEY)
        .agg(pl.col("detail").last(), occurrences=pl.len().cast(pl.Int64))
        .sort(_KEY)
        .with_columns(first_seen_at=pl.lit(moment), last_seen_at=pl.lit(moment))
        .with_columns(resolved_at=pl.lit(None, pl.Int64))
    )
    bulk.upsert(connection, DataQualityLog, frame, keep=["first_seen_at"], add=["occurrences"])
    return keys
