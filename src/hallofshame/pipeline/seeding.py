"""Seeding: the shipped catalogue of parks becomes rows of the store; and which park a name means."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError
from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed
from hallofshame.pipeline.shipped import CatalogueRow, load_parks
from hallofshame.store import catalogue, data_version, dirty
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.models import ParkDailyStats

ONE_DAY = dt.timedelta(days=1)

_INPUTS_OF_PARK_DAYS = ("timezone", "breakdown_signal")
"""Columns of a park that its statistics depend on."""


def seed_catalogue(
    database: Database,
    clock: Clock,
    *,
    only: Collection[str | tuple[Feed, str]] | None = None,
    extra: Path | None = None,
) -> int:
    """Bring the parks and their outside ids up to date with the catalogue; returns parks new or changed.

    ``only`` picks parks by slug or by (feed, external id); ``extra`` is a further catalogue file. Nothing is
    removed, and whether a park is active stays as it is. A park whose time zone or breakdown signal changed
    has all its park-days marked dirty.

    :raises InputError: for a slug that is not in the catalogue and for an unusable file.
    """
    rows = _chosen(load_parks(extra), only)
    return run_alone(database, lambda connection: _seed(connection, rows, clock.now()))


def park_names(connection: Connection) -> dict[str, int]:
    """Normalised name, alias or slug → park of the store; a name that fits two parks is left out."""
    parks = catalogue.park_table(connection)
    slugs = {park.slug: park.park_id for park in parks}
    found: dict[str, set[int]] = defaultdict(set)
    for park in parks:
        if park.park_id is not None:
            found[normalise(park.name)].add(park.park_id)
            found[normalise(park.slug.replace("-", " "))].add(park.park_id)
    for row in load_parks():
        park_id = slugs.get(row.slug)
        if park_id is not None:
            for name in row.names:
                found[normalise(name)].add(park_id)
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def mark_all_days(connection: Connection, park_ids: Iterable[int], reason: str, now: dt.datetime) -> int:
    """Mark every park-day of these parks that was rolled up before; returns their number."""
    days = ParkDailyStats.day
    known = connection.execute(
        select(ParkDailyStats.park_id, days).where(ParkDailyStats.park_id.in_(sorted(set(park_ids))))
    )
    marks = [(park_id, day) for park_id, day in known]
    dirty.mark(connection, marks, reason, now)
    return len(marks)


def _chosen(
    rows: Sequence[CatalogueRow], only: Collection[str | tuple[Feed, str]] | None
) -> list[CatalogueRow]:
    if only is None:
        return list(rows)
    wanted = set(only)
    slugs = {choice for choice in wanted if isinstance(choice, str)}
    if unknown := slugs - {row.slug for row in rows}:
        raise InputError(
            f"the catalogue has no park {', '.join(sorted(unknown))}; give slugs such as magic-kingdom",
            parameter="parks",
        )
    return [
        row
        for row in rows
        if row.slug in slugs
        or any((feed, external_id) in wanted for feed in Feed if (external_id := row.external_id(feed)))
    ]


def _seed(connection: Connection, rows: Sequence[CatalogueRow], now: dt.datetime) -> int:
    parks = catalogue.park_table(connection)
    taken = {park.park_id for park in parks}
    ids = {feed: catalogue.external_ids(connection, feed, "park") for feed in Feed}
    touched: set[int] = set()
    recompute: set[int] = set()
    for row in rows:
        old = _park_of(row, parks, ids)
        values = _values(row)
        if old is not None:
            # Addresses stay: a park that was found before it was in the catalogue keeps its slug.
            values |= {"park_id": old.park_id, "slug": old.slug}
        elif row.park_id in taken:
            del values["park_id"]
        changed = {name for name, value in values.items() if getattr(old, name, None) != value}
        park_id = old.park_id if old is not None else None
        if changed or park_id is None:
            (park_id,) = catalogue.upsert_parks(connection, [values]).values()
            taken.add(park_id)
            touched.add(park_id)
        if old is not None and changed & set(_INPUTS_OF_PARK_DAYS):
            recompute.add(park_id)
        if _learn_ids(connection, row, park_id, ids, now):
            touched.add(park_id)
    _recompute(connection, recompute, now)
    if touched:
        data_version.bump(connection, None)
    return len(touched)


def _park_of(
    row: CatalogueRow, parks: Iterable[catalogue.ParkRow], ids: dict[Feed, dict[str, int]]
) -> catalogue.ParkRow | None:
    """The park of the store that ``row`` speaks of: by slug, else by outside id.

    The number in the catalogue is only what a new park would like to have, because a park met in a
    recording before it was in the catalogue has a number already.
    """
    by_slug = {park.slug: park for park in parks}
    if row.slug in by_slug:
        return by_slug[row.slug]
    by_number = {park.park_id: park for park in by_slug.values()}
    for feed in Feed:
        external_id = row.external_id(feed)
        if external_id is not None and (number := ids[feed].get(external_id)) in by_number:
            return by_number[number]
    return None


def _values(row: CatalogueRow) -> dict[str, object]:
    """The columns of ``parks`` that the catalogue decides."""
    return {
        "park_id": row.park_id,
        "slug": row.slug,
        "name": row.name,
        "operator": row.operator,
        "country": row.country,
        "region": row.region,
        "timezone": row.timezone,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "primary_feed": int(row.primary_feed),
        "breakdown_signal": row.breakdown_signal.value,
        "is_water_park": row.is_water_park,
    }


def _learn_ids(
    connection: Connection,
    row: CatalogueRow,
    park_id: int,
    ids: dict[Feed, dict[str, int]],
    now: dt.datetime,
) -> bool:
    """Make the park's outside ids mean it; returns whether anything changed."""
    changed = False
    for feed in Feed:
        external_id = row.external_id(feed)
        if external_id is None or ids[feed].get(external_id) == park_id:
            continue
        if external_id in ids[feed]:
            catalogue.move_external_id(connection, feed, "park", external_id, park_id)
        else:
            new = catalogue.NewExternalId(feed, "park", external_id, park_id)
            catalogue.add_external_ids(connection, [new], now)
        ids[feed][external_id] = park_id
        changed = True
    return changed


def _recompute(connection: Connection, park_ids: Collection[int], now: dt.datetime) -> None:
    """Mark all park-days of ``park_ids``, and one on either side: another zone shifts the outermost ones."""
    if not park_ids:
        return
    mark_all_days(connection, park_ids, "park_changed", now)
    for park_id in sorted(park_ids):
        days = ParkDailyStats.day
        known = list(connection.scalars(select(days).where(ParkDailyStats.park_id == park_id)))
        if known:
            around = [(park_id, min(known) - ONE_DAY), (park_id, max(known) + ONE_DAY)]
            dirty.mark_missing(connection, around, "park_changed", now)
