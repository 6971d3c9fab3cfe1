"""Signals: what each park's feed can tell from which date on, with the evidence (R5)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, delete, select

from hallofshame.domain.names import clipped
from hallofshame.domain.signals import (
    BEGINNING,
    NO_SIGNAL,
    SIGNAL_FEED,
    SignalHistory,
    SignalRow,
    SignalSource,
)
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.store import bulk, dirty
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import ParkDailyStats, ParkSignal

EVIDENCE_LENGTH = 500
CATALOGUED = "catalogued"

Histories = dict[int, SignalHistory]
"""Park id → what :data:`SIGNAL_FEED` can tell of it over time."""


@dataclass(frozen=True, slots=True)
class NewSignal:
    """A row to store for one park and feed."""

    park_id: int
    feed: Feed
    row: SignalRow


def histories(connection: Connection, park_ids: Collection[int] | None = None) -> Histories:
    """What ThemeParks.wiki can tell of each park over time; parks without a row are absent."""
    table = ParkSignal
    query = select(table.park_id, table.valid_from, table.signal, table.source, table.evidence).where(
        table.feed == int(SIGNAL_FEED)
    )
    if park_ids is not None:
        query = query.where(table.park_id.in_(sorted(set(park_ids))))
    rows: dict[int, list[SignalRow]] = defaultdict(list)
    for park_id, valid_from, signal, source, evidence in connection.execute(query):
        rows[park_id].append(SignalRow(valid_from, BreakdownSignal(signal), SignalSource(source), evidence))
    return {park_id: SignalHistory.of(of_park) for park_id, of_park in rows.items()}


def set_catalogued(connection: Connection, signals: Mapping[int, str], now: Instant) -> None:
    """Let the catalogue's word be what each park's feed tells from the beginning; a known one stays."""
    table = ParkSignal
    query = select(table.park_id, table.signal).where(
        table.feed == int(SIGNAL_FEED), table.source == SignalSource.CATALOGUE.value
    )
    known = dict(connection.execute(query).all())
    put(
        connection,
        [
            NewSignal(
                park_id,
                SIGNAL_FEED,
                SignalRow(BEGINNING, BreakdownSignal(signal), SignalSource.CATALOGUE, CATALOGUED),
            )
            for park_id, signal in sorted(signals.items())
            if known.get(park_id) != signal
        ],
        now,
    )


def put(connection: Connection, new: Iterable[NewSignal], now: Instant) -> None:
    """Store rows in place of those of the same park, feed, date and source."""
    rows = [
        (
            item.park_id,
            int(item.feed),
            item.row.valid_from,
            item.row.source.value,
            item.row.signal.value,
            clipped(item.row.evidence, EVIDENCE_LENGTH),
        )
        for item in new
    ]
    schema = {
        "park_id": pl.Int64,
        "feed": pl.Int64,
        "valid_from": pl.Date,
        "source": pl.String,
        "signal": pl.String,
        "evidence": pl.String,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    bulk.upsert(connection, ParkSignal, frame.with_columns(recorded_at=pl.lit(unix(now))))


def replace_file(connection: Connection, new: Collection[NewSignal], now: Instant) -> bool:
    """Let ``new`` be all that a person's file says; lines it no longer has go. True if any changed."""
    table = ParkSignal
    from_file = table.source == SignalSource.FILE.value
    stored = {
        (park_id, feed, valid_from): (signal, evidence)
        for park_id, feed, valid_from, signal, evidence in connection.execute(
            select(table.park_id, table.feed, table.valid_from, table.signal, table.evidence).where(from_file)
        )
    }
    asked = {
        (item.park_id, int(item.feed), item.row.valid_from): (
            item.row.signal.value,
            clipped(item.row.evidence, EVIDENCE_LENGTH),
        )
        for item in new
    }
    for park_id, feed, valid_from in stored.keys() - asked.keys():
        connection.execute(
            delete(table).where(
                from_file,
                table.park_id == park_id,
                table.feed == feed,
                table.valid_from == valid_from,
            )
        )
    changed = [
        item
        for item in new
        if stored.get(key := (item.park_id, int(item.feed), item.row.valid_from)) != asked[key]
    ]
    put(connection, changed, now)
    return bool(changed) or stored.keys() - asked.keys() != set()


def mark_changed(
    connection: Connection, before: Histories, after: Histories, reason: str, now: Instant
) -> int:
    """Mark the park-days, rolled up before, whose signal is not what it was; returns how many."""
    marks: list[tuple[int, dt.date]] = []
    for park_id in sorted(before.keys() | after.keys()):
        was, now_is = before.get(park_id, NO_SIGNAL), after.get(park_id, NO_SIGNAL)
        if was == now_is:
            continue
        days = connection.scalars(select(ParkDailyStats.day).where(ParkDailyStats.park_id == park_id))
        marks += [(park_id, day) for day in days if was.on(day) != now_is.on(day)]
    dirty.mark(connection, marks, reason, now)
    return len(marks)
