"""Who is who: the rides behind a feed's names and ids, created, renamed and remembered in the store (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.csv_files import read_lines
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.identity import (
    KnownRide,
    Matcher,
    MeetsAlso,
    Sighting,
    in_order,
)
from hallofshame.pipeline.known_rides import ParkIndex, load_known_rides
from hallofshame.pipeline.seeding import mark_all_days
from hallofshame.store import catalogue
from hallofshame.store.models import ExternalId, Park, Ride, RideName

_PROVISIONAL = 2**40
"""Numbers of rides that are yet to be created, above all ids there can be."""

MAPPING_COLUMNS = ("park", "feed", "ride_at_feed", "ride")


@dataclass(frozen=True, slots=True)
class ManualMapping:
    """One line of the manual mapping file: the feed's id or name of a ride and our name of it."""

    park: str
    feed: Feed
    ride_at_feed: str
    ride: str


def load_mapping(path: Path) -> list[ManualMapping]:
    """Read a manual mapping CSV (``park`` slug, ``feed``, ``ride_at_feed`` id or name, ``ride`` our name).

    Raises :class:`InputError` that names the file, the line and the remedy.
    """
    found = []
    feeds = {feed.slug: feed for feed in Feed}
    for line in read_lines(path, MAPPING_COLUMNS):
        park, feed = line.text("park"), line.choice("feed", feeds)
        found.append(ManualMapping(park, feed, line.text("ride_at_feed"), line.text("ride")))
    return found


class Registry:
    """Answers sightings with ride ids, and keeps what it knows in memory while the store has not changed."""

    def __init__(self, mapping: Iterable[ManualMapping] = ()) -> None:
        self._mapping = list(mapping)
        self._version: tuple[int, ...] | None = None
        self._steady = False
        self._parks: dict[int, ParkIndex] = {}
        self._answers: dict[tuple[int, Feed, Sighting], int] = {}
        self._prepared: dict[tuple[int, Feed, tuple[Sighting, ...]], dict[Sighting, int]] = {}

    def resolve(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        sightings: Iterable[Sighting],
        seen_at: dt.datetime,
        meets_also: MeetsAlso | None = None,
    ) -> dict[Sighting, int]:
        """The ride of each sighting of one park; rides nobody knew are created (R14).

        Without ``meets_also`` all sightings count as coming from one answer. Renames by the park's primary
        feed are taken over, unless the ride was seen later than ``seen_at``; every other spelling is
        remembered. The land that was seen last is the one shown. A ride of which ThemeParks.wiki says that it
        is no attraction (or is one) changes its kind, and all its park's days become dirty.
        """
        if not self._steady:
            self._refresh(connection)
        asked = in_order(sightings)
        known = {
            sighting: self._answers[park_id, feed, sighting]
            for sighting in asked
            if (park_id, feed, sighting) in self._answers
        }
        fresh = [sighting for sighting in asked if sighting not in known]
        if not fresh:
            return known
        names = {normalise(sighting.name) for sighting in asked}
        together = meets_also or (lambda _sighting, name: name in names)
        prepared = None if meets_also else self._prepared.get((park_id, feed, tuple(fresh)))
        matches = self._match(park_id, feed, fresh, together) if prepared is None else prepared
        answers, changed = self._keep(connection, park_id, feed, matches, seen_at, together)
        self._prepared = {key: held for key, held in self._prepared.items() if key[0] != park_id}
        if changed:
            # What else these rides were called may come again, and would then be a change back.
            self._answers = {
                key: ride_id
                for key, ride_id in self._answers.items()
                if ride_id not in changed or key[2] in known
            }
        self._version = self._current_version(connection)
        for sighting, ride_id in answers.items():
            self._answers[park_id, feed, sighting] = ride_id
        return known | answers

    @contextmanager
    def steady(self, connection: Connection) -> Iterator[None]:
        """Look once whether the store has changed, and not again for each park inside this block."""
        self._refresh(connection)
        self._steady = True
        try:
            yield
        finally:
            self._steady = False

    def forget(self) -> None:
        """Drop what is held in memory, as after a transaction that was rolled back."""
        self._version = None

    def _refresh(self, connection: Connection) -> None:
        version = self._current_version(connection)
        if version == self._version:
            return
        self._answers.clear()
        self._prepared.clear()
        self._parks = load_known_rides(connection)
        self._version = version

    @staticmethod
    def _current_version(connection: Connection) -> tuple[int, ...]:
        counts = (
            select(func.count()).select_from(ExternalId).scalar_subquery(),
            select(func.coalesce(func.max(Ride.ride_id), 0)).scalar_subquery(),
            select(func.count()).select_from(RideName).scalar_subquery(),
            select(func.count()).select_from(Park).scalar_subquery(),
        )
        return tuple(connection.execute(select(*counts)).one())

    def prepare(self, connection: Connection, asked: Iterable[tuple[int, Feed, Iterable[Sighting]]]) -> None:
        """Match sightings of single answers ahead of :meth:`resolve`, which then only writes (R14).

        Matching many new names takes time, and a writing transaction keeps others waiting. It is
        used if the store has not changed in between, and found anew otherwise. ``asked``: park, feed and
        sightings. Park by park, so that what fails over one is left to :meth:`resolve`.
        """
        self._refresh(connection)
        for park_id, feed, sightings in asked:
            try:
                ordered = in_order(sightings)
                fresh = [one for one in ordered if (park_id, feed, one) not in self._answers]
                if fresh:
                    names = {normalise(sighting.name) for sighting in ordered}
                    matches = self._match(park_id, feed, fresh, lambda _one, name, names=names: name in names)  # type: ignore[misc]
                    self._prepared[park_id, feed, tuple(fresh)] = matches
            except FAILURES:
                continue

    def _match(
        self, park_id: int, feed: Feed, sightings: list[Sighting], meets_also: MeetsAlso
    ) -> dict[Sighting, int]:
        """The ride of each sighting; new ones have the numbers from :data:`_PROVISIONAL` on."""
        index = self._parks[park_id]
        matcher = Matcher(index.rides.values(), feed, self._manual(index, feed), meets_also)
        answers: dict[Sighting, int] = {}
        new = 0
        for sighting in sightings:
            ride_id = matcher.match(sighting).ride_id
            if ride_id is None:
                ride_id = _PROVISIONAL + new
                new += 1
            matcher.learn(ride_id, sighting)
            answers[sighting] = ride_id
        return answers

    def _keep(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        matches: Mapping[Sighting, int],
        seen_at: dt.datetime,
        meets_also: MeetsAlso,
    ) -> tuple[dict[Sighting, int], set[int]]:
        """Write what was matched: the ride of each sighting, and the rides with another name or kind now."""
        index = self._parks[park_id]
        new: dict[int, Sighting] = {}
        for sighting, ride_id in matches.items():
            if ride_id >= _PROVISIONAL:
                new.setdefault(ride_id, sighting)
        created = dict(zip(new, self._create(connection, park_id, list(new.values()), seen_at), strict=True))
        answers = {sighting: created.get(ride_id, ride_id) for sighting, ride_id in matches.items()}
        renamed = self._remember(connection, index, feed, answers, seen_at, meets_also)
        corrected = self._correct_kinds(connection, park_id, feed, answers, seen_at)
        _note_lands(connection, index, answers, seen_at)
        return answers, renamed | corrected

    def _manual(self, index: ParkIndex, feed: Feed) -> Mapping[str, int]:
        by_name = {normalise(ride.name): ride.ride_id for ride in index.rides.values()}
        found: dict[str, int] = {}
        for line in self._mapping:
            ride_id = by_name.get(normalise(line.ride))
            if line.park == index.slug and line.feed is feed and ride_id is not None:
                found[line.ride_at_feed] = ride_id
                found[normalise(line.ride_at_feed)] = ride_id
        return found

    def _create(
        self, connection: Connection, park_id: int, new: Sequence[Sighting], seen_at: dt.datetime
    ) -> list[int]:
        """Create a ride for each sighting; returns their ids in that order."""
        if not new:
            return []
        moment = to_unix(seen_at)
        rides = [
            catalogue.NewRide(park_id, sighting.name, sighting.kind.value, sighting.land, moment)
            for sighting in new
        ]
        ids = catalogue.create_rides(connection, rides)
        index = self._parks[park_id]
        for ride_id, sighting in zip(ids, new, strict=True):
            index.rides[ride_id] = KnownRide(ride_id, sighting.name)
            index.kinds[ride_id] = sighting.kind.value
            index.lands[ride_id] = sighting.land
            index.seen[ride_id] = moment
        return ids

    def _remember(
        self,
        connection: Connection,
        index: ParkIndex,
        feed: Feed,
        answers: Mapping[Sighting, int],
        seen_at: dt.datetime,
        meets_also: MeetsAlso,
    ) -> set[int]:
        """Keep new ids and new spellings; the primary feed's latest is the one shown. Returns the renamed."""
        renamed: dict[int, str] = {}
        ids: list[catalogue.NewExternalId] = []
        spellings: list[tuple[int, str, int]] = []
        for sighting, ride_id in answers.items():
            ride = index.rides[ride_id]
            mine = ride.external_ids.get(feed, frozenset())
            if sighting.external_id is not None and sighting.external_id not in mine:
                ids.append(catalogue.NewExternalId(feed, "ride", sighting.external_id, ride_id))
                ride.external_ids = {**ride.external_ids, feed: mine | {sighting.external_id}}
            if sighting.name == ride.name:
                continue
            leads = feed is index.primary_feed and sighting.external_id is not None
            latest = to_unix(seen_at) >= index.seen[ride_id]
            if leads and latest and not meets_also(sighting, normalise(ride.name)):
                ride.old_names = (ride.old_names | {ride.name}) - {sighting.name}
                ride.name = sighting.name
                renamed[ride_id] = sighting.name
            elif sighting.name not in ride.old_names:
                spellings.append((ride_id, sighting.name, to_unix(seen_at)))
                ride.old_names |= {sighting.name}
        catalogue.add_external_ids(connection, ids, to_unix(seen_at))
        catalogue.rename_rides(connection, renamed, to_unix(seen_at))
        catalogue.remember_names(connection, spellings)
        return set(renamed)

    def _correct_kinds(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        answers: Mapping[Sighting, int],
        seen_at: dt.datetime,
    ) -> set[int]:
        """Queue-Times calls everything a ride; ThemeParks.wiki knows shows and restaurants apart."""
        if feed is not Feed.THEMEPARKS_WIKI:
            return set()
        kinds = self._parks[park_id].kinds
        wrong = {
            ride_id: sighting.kind.value
            for sighting, ride_id in answers.items()
            if sighting.external_id is not None
            and kinds[ride_id] != sighting.kind.value
            and sighting.kind is not RideKind.OTHER
        }
        if not wrong:
            return set()
        catalogue.set_kinds(connection, wrong)
        kinds.update(wrong)
        # Also days without a row of the ride may depend on it: through A and E of the days after, and where
        # it alone was seen.
        mark_all_days(connection, [park_id], "ride_kind", seen_at)
        return set(wrong)


def _note_lands(
    connection: Connection, index: ParkIndex, answers: Mapping[Sighting, int], seen_at: dt.datetime
) -> None:
    """Keep the lands that rides were seen in; an answer without lands changes nothing.

    An answer older than the ride's latest tells the land of a ride that has none, since the latest may come
    from a feed without lands.
    """
    moment = to_unix(seen_at)
    moved: dict[int, str] = {}
    for sighting, ride_id in answers.items():
        known = index.lands[ride_id]
        if sighting.land and sighting.land != known and (known is None or moment >= index.seen[ride_id]):
            moved[ride_id] = sighting.land
    catalogue.set_lands(connection, moved)
    index.lands.update(moved)
