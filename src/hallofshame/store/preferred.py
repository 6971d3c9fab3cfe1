"""Park-days for which an import was asked to replace what else is recorded, with its kind of record (R15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.words import Origin
from hallofshame.metrics.compute import PREFERRED
from hallofshame.store import bulk, dirty
from hallofshame.store.instants import Instant
from hallofshame.store.models import PreferredRecord

REASON = "record_replaced"


def prefer(
    connection: Connection, park_days: Iterable[tuple[int, dt.date]], origin: Origin, now: Instant
) -> int:
    """Let park-days be computed from one kind of record; returns how many were computed by another rule.

    These become dirty. A later preference takes the place of an earlier one.
    """
    asked = pl.DataFrame(
        [(park_id, day, int(origin)) for park_id, day in sorted(set(park_days))],
        schema=PREFERRED,
        orient="row",
    )
    key = ["park_id", "day"]
    known = of(connection, list(asked.select(key).iter_rows()))
    fresh = asked.join(known, on=[*key, "origin"], how="anti")
    if fresh.height:
        bulk.upsert(connection, PreferredRecord, fresh.cast({"park_id": pl.Int64, "origin": pl.Int64}))
        dirty.mark(connection, fresh.select("park_id", "day").iter_rows(), REASON, now)
    return fresh.height


def of(connection: Connection, park_days: Sequence[tuple[int, dt.date]]) -> pl.DataFrame:
    """Those of the park-days that have a preference: shape ``PREFERRED``."""
    if not park_days:
        return pl.DataFrame(schema=PREFERRED)
    table = PreferredRecord
    days = [day for _, day in park_days]
    query = select(table.park_id, table.day, table.origin).where(
        table.park_id.in_(sorted({park_id for park_id, _ in park_days})),
        table.day.between(min(days), max(days)),
    )
    found = bulk.read_frame(connection, query).cast(PREFERRED)
    asked = pl.DataFrame(list(park_days), schema={"park_id": pl.Int32, "day": pl.Date}, orient="row")
    return found.join(asked, on=["park_id", "day"], how="semi")
