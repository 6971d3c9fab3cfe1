"""Seeding: the shipped catalogue of parks becomes rows of the store; and which park a name means."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.shipped import CatalogueRow, load_parks
from hallofshame.store import catalogue, data_version, dirty, signals
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.models import ParkDailyStats

ONE_DAY = dt.timedelta(days=1)

_INPUTS_OF_PARK_DAYS = ("timezone",)
"""Columns of a park that all its statistics depend on. Those that a signal judges are found by its date."""


def seed_catalogue(
    database: Database,
    clock: Clock,
    *,
    only: Collection[str | tuple[Feed, str]] | None = None,
    extra: Path | None = None,
) -> int:
    """Bring the parks and their outside ids up to date with the catalogue; returns parks new or changed.

    ``only`` picks parks by slug or by (feed, external id); ``extra`` is a further catalogue file. Nothing is
    removed, and whether a park is active stays as it is. A park whose time zone changed has all its park-days
    marked dirty, one whose signal changed those that are judged otherwise now.

    :raises InputError: for a slug that is not in the catalogue and for an unusable file.
    """
    with job_run(database, clock, JobType.SEED) as run:
        rows = chosen_rows(only, extra)
        touched = run_alone(database, lambda connection: seed(connection, rows, clock.now()))
        run.parks, run.rows_written = len(rows), touched
    return touched


def chosen_rows(
    only: Collection[str | tuple[Feed, str]] | None, extra: Path | None = None
) -> list[CatalogueRow]:
    """The rows of the catalogue that ``only`` picks; all of them without it.

    :raises InputError: for a slug that is not in the catalogue and for an unusable file.
    """
    rows = load_parks(extra)
    if only is None:
        return rows
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


def park_names(connection: Connection, known: Iterable[CatalogueRow] | None = None) -> dict[str, int]:
    """Normalised name, alias or slug → park of the store; a name that fits two parks is left out.

    Aliases are those of ``known``, the catalogue; of the shipped one if it is not given.
    """
    parks = catalogue.park_table(connection)
    slugs = {park.slug: park.park_id for park in parks}
    found: dict[str, set[int]] = defaultdict(set)
    for park in parks:
        if park.park_id is not None:
            found[normalise(park.name)].add(park.park_id)
            found[normalise(park.slug.replace("-", " "))].add(park.park_id)
    for row in load_parks() if known is None else known:
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


def seed(connection: Connection, rows: Sequence[CatalogueRow], now: dt.datetime) -> int:
    """:func:`seed_catalogue` with these rows, as a part of other work."""
    parks = catalogue.park_table(connection)
    before = signals.histories(connection)
    taken = {park.park_id for park in parks}
    ids = {feed: catalogue.external_ids(connection, feed, "park") for feed in Feed}
    slugs: list[str] = []
    numbered: list[dict[str, object]] = []
    unnumbered: list[dict[str, object]] = []
    recompute: set[int] = set()
    for row in rows:
        old = _park_of(row, parks, ids)
        values = _values(row)
        if old is not None:
            # Addresses stay: a park that was found before it was in the catalogue keeps its slug.
            values |= {"park_id": old.park_id, "slug": old.slug}
        elif row.park_id in taken:
            del values["park_id"]
        slugs.append(str(values["slug"]))
        changed = {name for name, value in values.items() if getattr(old, name, None) != value}
        if changed or old is None:
            (numbered if "park_id" in values else unnumbered).append(values)
        if old is not None and old.park_id is not None and changed & set(_INPUTS_OF_PARK_DAYS):
            recompute.add(old.park_id)
    # Those with a number first, so that none of the others is given it.
    written = catalogue.upsert_parks(connection, numbered, now) | catalogue.upsert_parks(
        connection, unnumbered, now
    )
    numbers = {park.slug: park.park_id for park in parks if park.park_id is not None} | written
    touched = set(written.values())
    touched |= _learn_ids(
        connection, [(row, numbers[slug]) for row, slug in zip(rows, slugs, strict=True)], now
    )
    _recompute(connection, recompute, now)
    signals.mark_changed(connection, before, signals.histories(connection), "signal", now)
    if touched:
        data_version.bump(connection, None)
    return len(touched)


def seed_park(connection: Connection, row: CatalogueRow, now: dt.datetime) -> int:
    """:func:`seed` of one row; returns the number of its park."""
    seed(connection, [row], now)
    ids = {feed: catalogue.external_ids(connection, feed, "park") for feed in Feed}
    park = _park_of(row, catalogue.park_table(connection), ids)
    assert park is not None and park.park_id is not None  # noqa: S101 - it was just seeded
    return park.park_id


def _park_of(
    row: CatalogueRow, parks: Iterable[catalogue.StoredPark], ids: dict[Feed, dict[str, int]]
) -> catalogue.StoredPark | None:
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
    connection: Connection, numbered: Iterable[tuple[CatalogueRow, int]], now: dt.datetime
) -> set[int]:
    """Make the outside ids of the parks mean them; returns the parks of which one changed."""
    known = {feed: catalogue.external_ids(connection, feed, "park") for feed in Feed}
    new: list[catalogue.NewExternalId] = []
    touched: set[int] = set()
    for row, park_id in numbered:
        for feed in Feed:
            external_id = row.external_id(feed)
            if external_id is None or known[feed].get(external_id) == park_id:
                continue
            if external_id in known[feed]:
                catalogue.move_external_id(connection, feed, "park", external_id, park_id)
            else:
                new.append(catalogue.NewExternalId(feed, "park", external_id, park_id))
            touched.add(park_id)
    if new:
        catalogue.add_external_ids(connection, new, now)
    return touched


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
