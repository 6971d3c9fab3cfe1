"""The parks whose days can be asked for at ThemeParks.wiki's history API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from hallofshame.domain.errors import NotFoundError
from hallofshame.domain.words import Feed
from hallofshame.pipeline.inputs import park_zones
from hallofshame.store import catalogue


@dataclass(frozen=True, slots=True)
class HistoryPark:
    """A park as the history API knows it."""

    park_id: int
    slug: str
    external_id: str
    timezone: str


def history_parks(
    connection: Connection, chosen: Collection[int] | None, *, may_be_none: bool = False
) -> list[HistoryPark]:
    """The parks to ask for: chosen, or all that are active, and known to ThemeParks.wiki.

    :raises NotFoundError: where there is none and that may not be.
    """
    zones = park_zones(connection)
    ids = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park")
    by_park = {park_id: external_id for external_id, park_id in ids.items()}
    rows = [row for row in catalogue.park_table(connection) if row.park_id in by_park]
    parks = [
        HistoryPark(row.park_id, row.slug, by_park[row.park_id], zones[row.park_id].timezone)
        for row in rows
        if row.park_id is not None and (row.is_active if chosen is None else row.park_id in chosen)
    ]
    if not parks and not may_be_none:
        raise NotFoundError(
            "none of the parks chosen is known to ThemeParks.wiki, so there is no history to ask for; choose "
            "others, or run `hallofshame sync` first"
        )
    return sorted(parks, key=lambda park: park.park_id)
