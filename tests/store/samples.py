"""Small rows that many store tests need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from hallofshame.domain.words import Feed
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.store import catalogue
from hallofshame.store.catalogue import NewRide, StoredPark
from hallofshame.store.database import Database

NOON = 1_755_691_200
"""2025-08-20 12:00 UTC."""

CYCLE = 300

NOW = dt.datetime.fromtimestamp(NOON, dt.UTC)


def observations(*rows: Sequence[int | bool | None]) -> pl.DataFrame:
    """Rows of (park, ride, seconds after noon, status, wait), live and fresh."""
    full = [
        (park, ride, NOON + seconds, 0, status, wait, int(Feed.THEMEPARKS_WIKI), False, CYCLE)
        for park, ride, seconds, status, wait in rows
    ]
    return pl.DataFrame(full, schema=OBSERVATIONS, orient="row")


def cycles(parks: int, rides: int, count: int, first: int = 0) -> pl.DataFrame:
    """``count`` cycles of ``rides`` rides in each of ``parks`` parks, statuses and waits varied."""
    return observations(
        *(
            (
                park,
                park * 1000 + ride,
                (first + cycle) * CYCLE,
                (ride + cycle) % 5 or None,
                (ride * cycle) % 90,
            )
            for cycle in range(count)
            for park in range(1, parks + 1)
            for ride in range(rides)
        )
    )


def park(slug: str, park_id: int | None = None, **values: object) -> StoredPark:
    """A park in Rome's time zone."""
    row: dict[str, object] = {
        "slug": slug,
        "name": slug.title(),
        "timezone": "Europe/Rome",
        "primary_feed": int(Feed.THEMEPARKS_WIKI),
        "breakdown_signal": "down",
        "park_id": park_id,
    }
    return StoredPark(**{**row, **values})  # type: ignore[arg-type]


def seed(database: Database, rides_of: dict[int, int]) -> dict[int, list[int]]:
    """Parks by id with so many rides each; returns the ride ids by park."""
    with database.write() as connection:
        catalogue.upsert_parks(connection, [park(f"park-{number}", number) for number in rides_of])
        return {
            number: catalogue.create_rides(
                connection,
                [NewRide(number, f"Ride {ride}", "ATTRACTION", None, NOON) for ride in range(count)],
            )
            for number, count in rides_of.items()
        }
