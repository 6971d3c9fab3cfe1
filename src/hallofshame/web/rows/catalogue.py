"""Rows of ``/api/catalogue``: what the site knows of its parks and rides, by id."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from hallofshame.domain.words import Feed
from hallofshame.store import catalogue, raw
from hallofshame.store.models import ExternalId, ParkSignal
from hallofshame.store.ride_types import ride_types
from hallofshame.web.envelope import Row, iso


def catalogue_report(connection: Connection) -> Row:
    """Parks, rides, outside ids and signals, each in order."""
    return {
        "parks": _parks(connection),
        "rides": _rides(connection),
        "ids": _ids(connection),
        "signals": _signals(connection),
    }


def _parks(connection: Connection) -> list[Row]:
    observed = raw.observed_range(connection)
    rows = []
    for park in catalogue.park_table(connection):
        first, last = observed.get(park.park_id or 0, (None, None))
        rows.append(
            asdict(park)
            | {
                "primary_feed": Feed(park.primary_feed).slug,
                "first_observed_at": iso(first),
                "last_observed_at": iso(last),
            }
        )
    return rows


def _rides(connection: Connection) -> list[Row]:
    tiers, types = catalogue.classifications(connection), ride_types(connection)
    rows = []
    for ride in catalogue.rides(connection):
        tier, kind = tiers.get(ride.ride_id), types.get(ride.ride_id)
        rows.append(
            asdict(ride)
            | {
                "tier": None if tier is None else tier.tier,
                "tier_source": None if tier is None else tier.source,
                "tier_confidence": None if tier is None else tier.confidence,
                "tier_reason": None if tier is None else tier.reason,
                "type": None if kind is None else kind.type.value,
                "type_source": None if kind is None else kind.source.value,
                "type_confidence": None if kind is None else kind.confidence,
                "type_reason": None if kind is None else kind.reason,
            }
        )
    return rows


def _ids(connection: Connection) -> list[Row]:
    table = ExternalId
    query = select(table.kind, table.feed, table.external_id, table.internal_id, table.name).order_by(
        table.kind, table.internal_id, table.feed, table.external_id
    )
    return [
        {
            "kind": kind,
            "feed": Feed(feed).slug,
            "external_id": external_id,
            "internal_id": internal_id,
            "name": name,
        }
        for kind, feed, external_id, internal_id, name in connection.execute(query)
    ]


def _signals(connection: Connection) -> list[Row]:
    table = ParkSignal
    query = select(
        table.park_id, table.feed, table.valid_from, table.source, table.signal, table.evidence
    ).order_by(table.park_id, table.feed, table.valid_from, table.source)
    return [
        {
            "park_id": park_id,
            "feed": Feed(feed).slug,
            "valid_from": valid_from.isoformat(),
            "source": source,
            "signal": signal,
            "evidence": evidence,
        }
        for park_id, feed, valid_from, source, signal, evidence in connection.execute(query)
    ]
