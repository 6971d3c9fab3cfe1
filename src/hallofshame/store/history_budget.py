"""Requests of the history API that were sent, and its budgets as its answers showed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, delete, insert, select

from hallofshame.store import bulk
from hallofshame.store.models import HistoryMeter, HistoryRequest


@dataclass(frozen=True, slots=True)
class KeptMeter:
    """One meter; ``resets_at`` in Unix seconds with fractions."""

    meter: str
    allowance: int | None
    remaining: int | None
    resets_at: float | None


def meters(connection: Connection, owner: str, *, locked: bool = False) -> dict[str, KeptMeter]:
    """The meters of ``owner`` by name; ``locked`` keeps others from reading them so until the commit."""
    table = HistoryMeter
    query = select(table.meter, table.allowance, table.remaining, table.resets_at).where(table.owner == owner)
    rows = connection.execute(query.with_for_update() if locked else query)
    return {row[0]: KeptMeter(*row) for row in rows}


def keep(connection: Connection, owner: str, kept: Sequence[KeptMeter]) -> None:
    """Put these in the place of what was known of the same meters."""
    schema = {
        "owner": pl.String,
        "meter": pl.String,
        "allowance": pl.Int64,
        "remaining": pl.Int64,
        "resets_at": pl.Float64,
    }
    rows = [(owner, one.meter, one.allowance, one.remaining, one.resets_at) for one in kept]
    bulk.upsert(connection, HistoryMeter, pl.DataFrame(rows, schema=schema, orient="row"))


def asked_since(connection: Connection, owner: str, since: float) -> list[float]:
    """When requests were sent after ``since``, in order; Unix seconds."""
    table = HistoryRequest
    query = select(table.asked_at).where(table.owner == owner, table.asked_at > since)
    return list(connection.scalars(query.order_by(table.asked_at)))


def book(connection: Connection, owner: str, at: float, requests: int) -> None:
    """Note that so many requests are sent at ``at``."""
    connection.execute(insert(HistoryRequest), [{"owner": owner, "asked_at": at}] * requests)


def forget_before(connection: Connection, at: float) -> None:
    """Drop requests that no budget counts any more."""
    connection.execute(delete(HistoryRequest).where(HistoryRequest.asked_at <= at))
