"""The catalogue: parks and rides, their names and tiers, and how the feeds call them.

Nothing is ever deleted: a ride once known keeps its id, a vanished one becomes inactive (R14).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import polars as pl
from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from hallofshame.domain.errors import NotFoundError, StoreError
from hallofshame.domain.names import slugify
from hallofshame.domain.words import Feed
from hallofshame.store import bulk, signals
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import ExternalId, NameSeen, Park, Ride, RideClassification

EntityKind = Literal["park", "ride"]

NAME_LENGTH = 250
LAND_LENGTH = 200
SLUG_LENGTH = 180
"""Leaves room in its column for the suffix that sets two rides of one name apart."""

_IDS_AT_ONCE = 5_000
_NEW_RIDES = pl.Schema(
    {
        "park_id": pl.Int64(),
        "slug": pl.String(),
        "name": pl.String(),
        "kind": pl.String(),
        "land": pl.String(),
        "is_active": pl.Boolean(),
        "first_seen_at": pl.Int64(),
        "last_seen_at": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPark:
    """One row of ``parks``; ``park_id`` is ``None`` for a park that has none yet."""

    slug: str
    name: str
    timezone: str
    primary_feed: int
    breakdown_signal: str
    park_id: int | None = None
    operator: str | None = None
    country: str | None = None
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    is_water_park: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class NewExternalId:
    """An outside id to remember: ``feed`` calls the park or ride ``internal_id`` by ``external_id``.

    ``name`` and ``rule``: how the feed named it, and by which rule of R14 it was found to be that ride.
    """

    feed: Feed
    kind: EntityKind
    external_id: str
    internal_id: int
    name: str | None = None
    rule: str | None = None


_PARK_COLUMNS = tuple(Park.__table__.columns.keys())


def park_table(connection: Connection) -> list[StoredPark]:
    """All parks, active or not, by ``park_id``."""
    rows = connection.execute(select(Park.__table__).order_by(Park.park_id)).mappings()
    return [StoredPark(**dict(row)) for row in rows]


def upsert_parks(
    connection: Connection, rows: Iterable[StoredPark | Mapping[str, Any]], now: Instant = 0
) -> dict[str, int]:
    """Bring parks up to date; returns the id of each by slug.

    A row with a ``park_id`` is that park. A row without is the park of its slug, or a new one with the next
    free id. Mappings have the columns of ``parks``; those left out are left as they are. A breakdown signal
    is what the park's feed tells from the beginning (R5), noted at ``now``.

    :raises StoreError: when a slug belongs to another park, or a mapping has a column that parks have not.
    """
    known = dict(connection.execute(select(Park.slug, Park.park_id)).all())
    slug_of = {park_id: slug for slug, park_id in known.items()}
    next_id = max(slug_of, default=0) + 1
    result: dict[str, int] = {}
    catalogued: dict[int, str] = {}
    for row in rows:
        values = asdict(row) if isinstance(row, StoredPark) else dict(row)
        if unknown := values.keys() - set(_PARK_COLUMNS):
            raise StoreError(f"parks have no column {', '.join(sorted(unknown))}")
        slug = values["slug"]
        park_id = values.pop("park_id", None) or known.get(slug) or next_id
        if known.get(slug, park_id) != park_id:
            raise StoreError(f"the slug {slug!r} belongs to park {known[slug]}; park {park_id} needs another")
        if park_id in slug_of:
            connection.execute(update(Park).where(Park.park_id == park_id), values)
            del known[slug_of[park_id]]
        else:
            connection.execute(insert(Park), {**values, "park_id": park_id})
        slug_of[park_id] = slug
        known[slug] = result[slug] = park_id
        next_id = max(next_id, park_id + 1)
        if "breakdown_signal" in values:
            catalogued[park_id] = values["breakdown_signal"]
    signals.set_catalogued(connection, catalogued, now)
    return result


def external_ids(connection: Connection, feed: Feed, kind: EntityKind) -> dict[str, int]:
    """External id → our id, as ``feed`` calls parks or rides."""
    query = select(ExternalId.external_id, ExternalId.internal_id).where(
        ExternalId.feed == int(feed), ExternalId.kind == kind
    )
    return dict(connection.execute(query).all())


def add_external_ids(connection: Connection, rows: Iterable[NewExternalId], seen_at: Instant) -> int:
    """Remember outside ids; returns how many were new. An id that is known already keeps its meaning."""
    frame = pl.DataFrame(
        [
            (
                int(row.feed),
                row.kind,
                row.external_id.strip(),
                row.internal_id,
                None if row.name is None else _clip(row.name, NAME_LENGTH),
                row.rule,
            )
            for row in rows
        ],
        schema={
            "feed": pl.Int64,
            "kind": pl.String,
            "external_id": pl.String,
            "internal_id": pl.Int64,
            "name": pl.String,
            "rule": pl.String,
        },
        orient="row",
    )
    rows_seen = frame.with_columns(first_seen_at=pl.lit(unix(seen_at)))
    return bulk.insert_ignore(connection, ExternalId, rows_seen)


def move_external_id(
    connection: Connection, feed: Feed, kind: EntityKind, external_id: str, internal_id: int
) -> None:
    """Let an outside id mean another park or ride from now on (a correction by hand)."""
    connection.execute(
        update(ExternalId)
        .where(
            ExternalId.feed == int(feed),
            ExternalId.kind == kind,
            ExternalId.external_id == external_id.strip(),
        )
        .values(internal_id=bindparam("meaning")),
        {"meaning": internal_id},
    )


def ids_seen_since(connection: Connection, feed: Feed, external_ids: Collection[str]) -> dict[str, int]:
    """Since when ``feed`` was seen to use each of these ride ids, in Unix seconds."""
    table = ExternalId
    query = select(table.external_id, table.first_seen_at).where(
        table.feed == int(feed), table.kind == "ride", table.external_id.in_(list(external_ids))
    )
    return dict(connection.execute(query).all())


def note_ids_seen(connection: Connection, feed: Feed, since: Mapping[str, int]) -> None:
    """Note that ``feed`` used ride ids earlier than known, by external id in Unix seconds."""
    if since:
        table = ExternalId
        statement = (
            update(table)
            .where(
                table.feed == int(feed),
                table.kind == "ride",
                table.external_id == bindparam("which"),
                table.first_seen_at > bindparam("since"),
            )
            .values(first_seen_at=bindparam("since"))
        )
        connection.execute(
            statement, [{"which": given, "since": first} for given, first in sorted(since.items())]
        )


@dataclass(frozen=True, slots=True)
class StoredRide:
    """One ride of the catalogue."""

    ride_id: int
    park_id: int
    slug: str
    name: str
    kind: str
    land: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class NewRide:
    """A ride seen for the first time."""

    park_id: int
    name: str
    kind: str
    land: str | None
    seen_at: Instant


@dataclass(frozen=True, slots=True)
class Classification:
    """The tier in force of one ride (R13); ``tier`` ``None`` is unrated, ``confidence`` 0 to 1."""

    tier: int | None
    source: str
    confidence: float
    reason: str


def rides(connection: Connection, park_id: int | None = None) -> list[StoredRide]:
    """All rides, active or not, of one park or of all, by ``ride_id``; none that is another one (R14)."""
    query = (
        select(Ride.ride_id, Ride.park_id, Ride.slug, Ride.name, Ride.kind, Ride.land, Ride.is_active)
        .where(Ride.merged_into.is_(None))
        .order_by(Ride.ride_id)
    )
    if park_id is not None:
        query = query.where(Ride.park_id == park_id)
    return [StoredRide(*row) for row in connection.execute(query)]


def create_rides(connection: Connection, new: Sequence[NewRide]) -> list[int]:
    """Create rides and remember their names; returns their ids in the order given.

    The slug follows the first name and stays for good; a second ride of one park with that slug gets
    ``-2``, a third ``-3``.
    """
    parks = sorted({ride.park_id for ride in new})
    taken = {
        (park, slug)
        for park, slug in connection.execute(select(Ride.park_id, Ride.slug).where(Ride.park_id.in_(parks)))
    }
    slugs = _Slugs(taken)
    rows = [
        (
            ride.park_id,
            slugs.free(ride.park_id, _clip(ride.name, NAME_LENGTH)),
            _clip(ride.name, NAME_LENGTH),
            str(ride.kind),
            None if ride.land is None else _clip(ride.land, LAND_LENGTH),
            True,
            unix(ride.seen_at),
            unix(ride.seen_at),
        )
        for ride in new
    ]
    bulk.insert(connection, Ride, pl.DataFrame(rows, schema=_NEW_RIDES, orient="row"))
    known = {
        (park, slug): ride_id
        for park, slug, ride_id in connection.execute(
            select(Ride.park_id, Ride.slug, Ride.ride_id).where(Ride.park_id.in_(parks))
        )
    }
    ids = [known[row[0], row[1]] for row in rows]
    remember_names(
        connection,
        [(i, _clip(ride.name, NAME_LENGTH), unix(ride.seen_at)) for i, ride in zip(ids, new, strict=True)],
    )
    return ids


def rename_rides(connection: Connection, names: Mapping[int, str], seen_at: Instant) -> None:
    """Give rides the names they are shown under now; the old ones stay among their names, slugs stay.

    :raises NotFoundError: for an unknown ride.
    """
    clipped = {ride_id: _clip(name, NAME_LENGTH) for ride_id, name in sorted(names.items())}
    if missing := clipped.keys() - _existing(connection, clipped):
        raise NotFoundError(f"there is no ride {min(missing)}")
    _set_each(connection, "name", clipped)
    remember_names(connection, [(ride_id, name, unix(seen_at)) for ride_id, name in clipped.items()])


def ride_names(connection: Connection, park_id: int) -> dict[int, set[str]]:
    """Every name that each ride of a park was ever seen under."""
    query = select(NameSeen.ride_id, NameSeen.name).join(Ride).where(Ride.park_id == park_id)
    names: dict[int, set[str]] = {}
    for ride_id, name in connection.execute(query):
        names.setdefault(ride_id, set()).add(name)
    return names


def touch_rides(connection: Connection, ride_ids: Collection[int], seen_at: Instant) -> None:
    """Note that rides were seen; an earlier ``seen_at`` than the one stored changes nothing."""
    moment = unix(seen_at)
    for some in _slices(ride_ids):
        connection.execute(
            update(Ride)
            .where(Ride.ride_id.in_(_literal_ids()), Ride.last_seen_at < moment)
            .values(last_seen_at=moment),
            {"ids": some},
        )


def set_active(connection: Connection, ride_ids: Collection[int], *, active: bool) -> None:
    """Declare rides active or vanished; their record stays either way."""
    for some in _slices(ride_ids):
        connection.execute(
            update(Ride).where(Ride.ride_id.in_(_literal_ids())).values(is_active=active), {"ids": some}
        )


def set_kinds(connection: Connection, kinds: Mapping[int, str]) -> None:
    """Correct what kind of entity rides are, by ride id."""
    _set_each(connection, "kind", kinds)


def set_lands(connection: Connection, lands: Mapping[int, str]) -> None:
    """Note in which land of their park rides stand, by ride id."""
    _set_each(connection, "land", {ride_id: _clip(land, LAND_LENGTH) for ride_id, land in lands.items()})


def classifications(connection: Connection) -> dict[int, Classification]:
    """The tier in force of every classified ride."""
    table = RideClassification
    query = select(table.ride_id, table.tier, table.source, table.confidence, table.reason)
    return {row.ride_id: Classification(*row[1:]) for row in connection.execute(query)}


def set_classifications(
    connection: Connection, decided: Iterable[tuple[int, Classification]], now: Instant
) -> None:
    """Put tiers in force, in place of those there were."""
    rows = [
        (ride_id, item.tier, item.source, item.confidence, _clip(item.reason, NAME_LENGTH))
        for ride_id, item in decided
    ]
    schema = {
        "ride_id": pl.Int64,
        "tier": pl.Int64,
        "source": pl.String,
        "confidence": pl.Float64,
        "reason": pl.String,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(decided_at=pl.lit(unix(now)))
    bulk.upsert(connection, RideClassification, frame)


def remember_names(connection: Connection, names: Iterable[tuple[int, str, int]]) -> None:
    """Note names that rides were seen under, as (ride id, name, Unix seconds)."""
    first_seen: dict[tuple[int, str], int] = {}
    for ride_id, name, seen_at in names:
        first_seen.setdefault((ride_id, _clip(name, NAME_LENGTH)), seen_at)
    schema = {"ride_id": pl.Int64, "name": pl.String, "first_seen_at": pl.Int64}
    frame = pl.DataFrame([(*key, at) for key, at in first_seen.items()], schema=schema, orient="row")
    bulk.upsert(connection, NameSeen, frame, keep=["first_seen_at"])


class _Slugs:
    """Slugs that are free in their park; the first ride of a name gets it plain, a second one ``-2``."""

    def __init__(self, taken: set[tuple[int, str]]) -> None:
        self._taken = taken
        self._last: dict[tuple[int, str], int] = {}

    def free(self, park_id: int, name: str) -> str:
        """The next free slug for a ride of that name."""
        base = slug = slugify(name)[:SLUG_LENGTH].strip("-") or "ride"
        number = self._last.get((park_id, base), 1)
        while (park_id, slug) in self._taken:
            number += 1
            slug = f"{base}-{number}"
        self._last[park_id, base] = number
        self._taken.add((park_id, slug))
        return slug


def _existing(connection: Connection, ride_ids: Collection[int]) -> set[int]:
    """Those of ``ride_ids`` that are rides."""
    return {
        ride_id
        for some in _slices(ride_ids)
        for ride_id in connection.scalars(
            select(Ride.ride_id).where(Ride.ride_id.in_(_literal_ids())), {"ids": some}
        )
    }


def _set_each(connection: Connection, column: str, values: Mapping[int, str]) -> None:
    """Give each ride its own value of one column, in one statement that is sent many times."""
    if values:
        statement = (
            update(Ride).where(Ride.ride_id == bindparam("which")).values({column: bindparam("to_be")})
        )
        connection.execute(
            statement, [{"which": ride_id, "to_be": value} for ride_id, value in sorted(values.items())]
        )


def _clip(text: str, length: int) -> str:
    # MariaDB compares texts without their trailing blanks, SQLite with them: there are none.
    return text.strip()[:length].rstrip()


def _slices(ride_ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(set(ride_ids))
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]


def _literal_ids() -> BindParameter[int]:
    # Written into the statement: thousands of bound parameters are beyond some SQLite builds.
    return bindparam("ids", expanding=True, literal_execute=True)
