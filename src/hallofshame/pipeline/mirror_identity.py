"""Whose parks and rides are those of another site? Found by outside ids first, then as any answer's (R14)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from hallofshame.domain.heard_ids import Step
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.names import match_key
from hallofshame.domain.ride_types import RideType, TypeDecision, TypeSource
from hallofshame.domain.signals import SignalRow, SignalSource
from hallofshame.domain.words import NAMED_BY_IDS_OF, BreakdownSignal, Feed, RideKind
from hallofshame.feeds.site import SiteCatalogue, SiteId, SitePark, SiteRide
from hallofshame.pipeline import ride_links
from hallofshame.pipeline.identity import Sighting, one_answer
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, dirty, heard_ids, signals
from hallofshame.store.catalogue import Classification, NewExternalId, StoredPark
from hallofshame.store.models import ParkDailyStats, ParkSignal
from hallofshame.store.ride_types import set_ride_types

RULE = "mirror"
"""How an outside id was found that the other site knew and this one did not."""


@dataclass
class WhoIsWho:
    """The site's parks and rides as ours, by the site's numbers.

    ``heard``: by the site's number of a ride and the feed of its readings, under which id it was heard when.
    ``left_out``: rides of the site that are no ride here. ``joined``: rides of the site that are one ride
    with another of its rides here. ``zones``: parks whose time zone differs, ours last.
    """

    parks: dict[int, int] = field(default_factory=dict)
    rides: dict[int, int] = field(default_factory=dict)
    heard: dict[heard_ids.Key, list[Step]] = field(default_factory=dict)
    new_parks: list[str] = field(default_factory=list)
    new_rides: int = 0
    left_out: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    zones: list[tuple[str, str, str]] = field(default_factory=list)


def identify(
    connection: Connection,
    registry: Registry,
    said: SiteCatalogue,
    chosen: Collection[int] | None,
    seen_at: dt.datetime,
    now: dt.datetime,
) -> WhoIsWho:
    """Find the parks and rides of a site among ours, create those nobody knew, and take over their ids.

    A ride is the one that any of its outside ids means here; else what its first one and its name say by R14.
    A new park or ride takes tier, type and signals from the site; what we have decided stays.

    :param chosen: our parks that are wanted; of the others nothing is created.
    """
    found = WhoIsWho()
    of_parks: defaultdict[int, list[SiteId]] = defaultdict(list)
    of_rides: defaultdict[int, list[SiteId]] = defaultdict(list)
    for each in said.ids:
        (of_parks if each.kind == "park" else of_rides)[each.internal_id].append(each)
    known = {
        (feed.slug, kind, external_id): ours
        for feed in Feed
        for kind in ("park", "ride")
        for external_id, ours in catalogue.external_ids(connection, feed, kind).items()
    }
    _parks(connection, found, said.parks, of_parks, known, chosen, now)
    _signals(connection, found, said, now)
    found.heard = _heard(said)
    before = {ride.ride_id for ride in catalogue.rides(connection)}
    _rides(connection, registry, found, said, of_rides, known, seen_at)
    _decisions(connection, found, said.rides, before, now)
    registry.forget()
    return found


def _heard(said: SiteCatalogue) -> dict[heard_ids.Key, list[Step]]:
    """Under which id the site heard each of its rides when; all the time under the only one it has."""
    heard: defaultdict[heard_ids.Key, list[Step]] = defaultdict(list)
    for each in said.heard_ids:
        since = 0 if each.since is None else to_unix(each.since)
        heard[each.ride_id, Feed.from_slug(each.feed)].append((since, each.external_id))
    for given in said.ids:
        if given.kind == "ride":
            for said_by in NAMED_BY_IDS_OF[Feed.from_slug(given.feed)]:
                heard.setdefault((given.internal_id, said_by), [(0, given.external_id)])
    return {key: sorted(steps) for key, steps in heard.items()}


def _parks(
    connection: Connection,
    found: WhoIsWho,
    parks: Iterable[SitePark],
    ids: dict[int, list[SiteId]],
    known: dict[tuple[str, str, str], int],
    chosen: Collection[int] | None,
    now: dt.datetime,
) -> None:
    table = {row.park_id: row for row in catalogue.park_table(connection) if row.park_id is not None}
    by_slug = {row.slug: number for number, row in table.items()}
    by_name = {match_key(row.name): number for number, row in table.items()}
    for park in parks:
        own = ids.get(park.park_id, [])
        ours = next(
            (known[each.feed, "park", each.external_id] for each in own if _key(each) in known),
            by_slug.get(park.slug, by_name.get(match_key(park.name))),
        )
        if chosen is not None and ours not in chosen:
            continue
        if ours is None:
            number = park.park_id if park.park_id not in table else None
            row = StoredPark(
                slug=park.slug,
                name=park.name,
                timezone=park.timezone,
                primary_feed=int(Feed.from_slug(park.primary_feed)),
                breakdown_signal=BreakdownSignal(park.breakdown_signal).value,
                park_id=number,
                operator=park.operator,
                country=park.country,
                region=park.region,
                latitude=park.latitude,
                longitude=park.longitude,
                is_water_park=park.is_water_park,
                is_active=park.is_active,
            )
            ours = catalogue.upsert_parks(connection, [row], now)[park.slug]
            table[ours] = row
            found.new_parks.append(park.slug)
        elif table[ours].timezone != park.timezone:
            found.zones.append((table[ours].slug, park.timezone, table[ours].timezone))
        found.parks[park.park_id] = ours
        _remember(connection, own, ours, now)


def _begin_steps(connection: Connection, new: Iterable[SiteId], ours: int) -> None:
    """A ride gets further ids: all that was heard of it here so far was heard under its own."""
    heard = heard_ids.heard_ids(connection, [ours])
    known = ride_links.ids_of(connection, ours)
    for ids_of in {Feed.from_slug(each.feed) for each in new}:
        own = [given for feed, given in known if feed == ids_of]
        for said_by in NAMED_BY_IDS_OF[ids_of]:
            if len(own) == 1 and (ours, said_by) not in heard:
                heard_ids.put(connection, ours, said_by, [(0, own[0])], [])


def _key(each: SiteId) -> tuple[str, str, str]:
    return each.feed, each.kind, each.external_id


def _remember(connection: Connection, ids: Iterable[SiteId], ours: int, now: dt.datetime) -> None:
    rows = [
        NewExternalId(
            Feed.from_slug(each.feed),
            "park" if each.kind == "park" else "ride",
            each.external_id,
            ours,
            each.name,
            RULE,
        )
        for each in ids
    ]
    catalogue.add_external_ids(connection, rows, now)


def _signals(connection: Connection, found: WhoIsWho, said: SiteCatalogue, now: dt.datetime) -> None:
    """What the site's feeds can tell of its parks, where we have no word of that source and date."""
    table = ParkSignal
    query = select(table.park_id, table.feed, table.valid_from, table.source)
    ours = {tuple(row) for row in connection.execute(query)}
    new = [
        signals.NewSignal(
            found.parks[each.park_id],
            Feed.from_slug(each.feed),
            SignalRow(
                each.valid_from, BreakdownSignal(each.signal), SignalSource(each.source), each.evidence
            ),
        )
        for each in said.signals
        if each.park_id in found.parks
    ]
    lacking = [
        item
        for item in new
        if (item.park_id, int(item.feed), item.row.valid_from, item.row.source.value) not in ours
    ]
    signals.put(connection, lacking, now)
    stats = ParkDailyStats
    for item in lacking:
        days = connection.scalars(
            select(stats.day).where(stats.park_id == item.park_id, stats.day >= item.row.valid_from)
        )
        dirty.mark(connection, [(item.park_id, day) for day in days], "signal", now)


def _rides(
    connection: Connection,
    registry: Registry,
    found: WhoIsWho,
    said: SiteCatalogue,
    ids: dict[int, list[SiteId]],
    known: dict[tuple[str, str, str], int],
    seen_at: dt.datetime,
) -> None:
    primary = {park.park_id: park.primary_feed for park in said.parks}
    unknown: defaultdict[int, list[SiteRide]] = defaultdict(list)
    first: dict[int, SiteId | None] = {}
    for ride in said.rides:
        if ride.park_id not in found.parks:
            continue
        # The ids of the feed that the park is read from come first.
        here = primary[ride.park_id]
        given = ids.get(ride.ride_id, [])
        own = [each for each in given if each.feed == here] + [each for each in given if each.feed != here]
        ours = next((known[_key(each)] for each in own if _key(each) in known), None)
        if ours is None:
            first[ride.ride_id] = own[0] if own else None
            unknown[ride.park_id].append(ride)
        else:
            found.rides[ride.ride_id] = ours
    registry.forget()
    with registry.steady(connection):
        for park, rides in unknown.items():
            _sighted(connection, registry, found, (park, primary[park]), rides, first, seen_at)
    for ride in said.rides:
        if ride.ride_id in found.rides:
            new = [each for each in ids.get(ride.ride_id, ()) if _key(each) not in known]
            if new:
                _begin_steps(connection, new, found.rides[ride.ride_id])
            _remember(connection, ids.get(ride.ride_id, ()), found.rides[ride.ride_id], seen_at)
    taken: set[int] = set()
    for ride in said.rides:
        ours = found.rides.get(ride.ride_id)
        if ours is not None and ours in taken:
            found.joined.append(ride.name)
        elif ours is not None:
            taken.add(ours)


def _sighted(
    connection: Connection,
    registry: Registry,
    found: WhoIsWho,
    park: tuple[int, str],
    rides: list[SiteRide],
    first: dict[int, SiteId | None],
    seen_at: dt.datetime,
) -> None:
    """Rides of one park whose ids nobody knows, as one answer names them."""
    number, primary = park
    sightings: defaultdict[str, dict[int, Sighting]] = defaultdict(dict)
    for ride in rides:
        given = first[ride.ride_id]
        sightings[primary if given is None else given.feed][ride.ride_id] = Sighting(
            None if given is None else given.external_id, ride.name, RideKind(ride.kind), ride.land
        )
    together = one_answer(one for of_feed in sightings.values() for one in of_feed.values())
    for feed, of_feed in sightings.items():
        answer = registry.identify(
            connection,
            found.parks[number],
            Feed.from_slug(feed),
            of_feed.values(),
            seen_at,
            together,
        )
        for ride_id, sighting in of_feed.items():
            ours = answer.rides.get(sighting)
            if ours is None:
                found.left_out.append(sighting.name)
            else:
                found.rides[ride_id] = ours


def _decisions(
    connection: Connection,
    found: WhoIsWho,
    rides: Iterable[SiteRide],
    before: Collection[int],
    now: dt.datetime,
) -> None:
    """Tiers and types of rides that are new here, as the site has decided them."""
    new = {ride.ride_id: ours for ride in rides if (ours := found.rides.get(ride.ride_id)) not in before}
    found.new_rides = len({ours for ours in new.values() if ours is not None})
    mine = [(ride, found.rides[ride.ride_id]) for ride in rides if new.get(ride.ride_id) is not None]
    catalogue.set_classifications(
        connection,
        [
            (
                ours,
                Classification(
                    ride.tier, ride.tier_source, ride.tier_confidence or 0.0, ride.tier_reason or ""
                ),
            )
            for ride, ours in mine
            if ride.tier_source is not None
        ],
        now,
    )
    set_ride_types(
        connection,
        [
            (
                ours,
                TypeDecision(
                    RideType(ride.type),
                    TypeSource(ride.type_source),
                    ride.type_confidence or 0.0,
                    ride.type_reason or "",
                ),
            )
            for ride, ours in mine
            if ride.type is not None and ride.type_source is not None
        ],
        now,
    )
    catalogue.set_active(connection, [ours for ride, ours in mine if not ride.is_active], active=False)
