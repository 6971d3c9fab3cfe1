"""What parks sell for a date, passes and places in paid queues: kept as versions, the course of a price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl
from sqlalchemy import Connection, select, update

from hallofshame.domain.readings import PurchaseReading
from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import Purchase

_Key: TypeAlias = tuple[dt.date, str]
_Said: TypeAlias = tuple[str, str, int | None, str | None, bool | None]
"""Kind, name, price, currency, whether it is available."""

_SCHEMA = {
    "park_id": pl.Int64(),
    "date": pl.Date(),
    "offer_id": pl.String(),
    "seen_at": pl.Int64(),
    "superseded_at": pl.Int64(),
    "kind": pl.String(),
    "name": pl.String(),
    "price_minor": pl.Int64(),
    "currency": pl.String(),
    "is_available": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class StoredPurchase:
    """One version of one offer; instants in Unix seconds, the price in minor units."""

    date: dt.date
    offer_id: str
    seen_at: int
    superseded_at: int | None
    kind: str
    name: str
    price_minor: int | None
    currency: str | None
    is_available: bool | None


def publish(
    connection: Connection,
    park_id: int,
    purchases: Iterable[PurchaseReading],
    seen_at: Instant,
    from_date: dt.date,
    to_date: dt.date,
) -> set[dt.date]:
    """Let ``purchases`` be what is sold for the park's dates ``from_date`` to ``to_date`` (both included).

    An offer that changed, or is gone, is superseded at ``seen_at``. Returns the dates that changed.
    """
    table = Purchase
    moment = unix(seen_at)
    rows = connection.execute(
        select(
            table.date,
            table.offer_id,
            table.kind,
            table.name,
            table.price_minor,
            table.currency,
            table.is_available,
        ).where(
            table.park_id == park_id,
            table.date.between(from_date, to_date),
            table.superseded_at.is_(None),
        )
    )
    known: dict[_Key, _Said] = {
        (date, offer_id): (kind, name, price, currency, None if available is None else bool(available))
        for date, offer_id, kind, name, price, currency, available in rows
    }
    told: dict[_Key, _Said] = {
        (one.date, one.offer_id): (one.kind, one.name, one.price_minor, one.currency, one.is_available)
        for one in purchases
        if from_date <= one.date <= to_date
    }
    gone = [key for key, said in known.items() if told.get(key) != said]
    new = [
        (key, said) for key, said in sorted(told.items(), key=lambda one: one[0]) if known.get(key) != said
    ]
    for date in sorted({date for date, _ in gone}):
        offers = [offer_id for day, offer_id in gone if day == date]
        connection.execute(
            update(table)
            .where(
                table.park_id == park_id,
                table.date == date,
                table.offer_id.in_(offers),
                table.superseded_at.is_(None),
            )
            .values(superseded_at=moment)
        )
    frame = pl.DataFrame(
        [(park_id, *key, moment, None, *said) for key, said in new],
        schema={**_SCHEMA, "is_available": pl.Boolean()},
        orient="row",
    )
    bulk.upsert(connection, table, frame.cast({"is_available": pl.Int64}))
    return {date for date, _ in gone} | {key[0] for key, _ in new}


def purchases(
    connection: Connection, park_id: int, first: dt.date, last: dt.date, *, is_history: bool = False
) -> list[StoredPurchase]:
    """What is sold for the dates ``first`` to ``last``, by date and name; with all versions, if wanted."""
    table = Purchase
    query = (
        select(*bulk.columns_of(table, [name for name in _SCHEMA if name != "park_id"]))
        .where(table.park_id == park_id, table.date.between(first, last))
        .order_by(table.date, table.name, table.offer_id, table.seen_at)
    )
    if not is_history:
        query = query.where(table.superseded_at.is_(None))
    return [
        StoredPurchase(*row[:8], None if row[8] is None else bool(row[8]))  # type: ignore[call-arg]
        for row in connection.execute(query)
    ]
