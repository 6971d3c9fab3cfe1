"""Who is who: the rides behind a feed's names and ids, created, renamed and remembered in the store (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from hallofshame.domain.names import match_key, quoted
from hallofshame.domain.queue_names import squeezed
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import Feed, QueueType
from hallofshame.pipeline import ride_changes
from hallofshame.pipeline.csv_files import read_lines
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.identity import Company, Match, Matcher, Sighting, in_order, one_answer
from hallofshame.pipeline.known_rides import ParkIndex, load_known_rides
from hallofshame.pipeline.queue_entries import queues_among
from hallofshame.store import findings, heard_ids
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.models import ExternalId, HeardId, NameSeen, Park, Ride, RideDecision

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


@dataclass(frozen=True, slots=True)
class Identified:
    """What the sightings of one park are: rides by id, or queues of a ride, with what was odd.

    ``dropped`` are queues of which nobody knows the ride. Every sighting is in one of the three.
    """

    rides: Mapping[Sighting, int]
    queues: Mapping[Sighting, tuple[int, QueueType]]
    dropped: frozenset[Sighting]
    findings: Sequence[Finding]


class Registry:
    """Answers sightings with ride ids, and keeps what it knows in memory while the store has not changed."""

    def __init__(self, mapping: Iterable[ManualMapping] = ()) -> None:
        self._mapping = list(mapping)
        self._version: tuple[int, ...] | None = None
        self._steady = False
        self._parks: dict[int, ParkIndex] = {}
        self._answers: dict[tuple[int, Feed, Sighting], int] = {}
        self._prepared: dict[tuple[int, Feed, tuple[Sighting, ...]], dict[Sighting, Match]] = {}

    def identify(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        sightings: Iterable[Sighting],
        seen_at: dt.datetime,
        company: Company | None = None,
    ) -> Identified:
        """What each sighting of one park is: :meth:`resolve`, after the queues among them are told (R2).

        The findings about rides are recorded with the rides; those returned are about this answer.
        """
        if not self._steady:
            self._refresh(connection)
        index = self._parks[park_id]
        listed = list(sightings)
        queues = queues_among(listed, index.called)
        rides = self.resolve(
            connection, park_id, feed, [one for one in listed if one not in queues], seen_at, company
        )
        if not queues:
            return Identified(rides, {}, frozenset(), ())
        index = self._parks[park_id]
        changed = ride_changes.demote(connection, park_id, index, feed, queues, seen_at)
        findings.record(connection, [(park_id, finding) for finding in changed], seen_at)
        hosts = {one: self._host(index, queue.host, one, rides) for one, queue in queues.items()}
        dropped = frozenset(one for one, host in hosts.items() if host is None)
        return Identified(
            rides,
            {one: (host, queues[one].queue_type) for one, host in hosts.items() if host is not None},
            dropped,
            [_queue_without_ride(one) for one in sorted(dropped, key=lambda one: one.name)],
        )

    @staticmethod
    def _host(index: ParkIndex, host: str, entry: Sighting, rides: Mapping[Sighting, int]) -> int | None:
        """The ride that a queue belongs to: one of the same answer before others, of the same land first."""
        here = sorted(
            (one.land != entry.land, ride_id) for one, ride_id in rides.items() if squeezed(one.name) == host
        )
        if here:
            return here[0][1]
        return next(iter(index.called().get(host, ())), None)

    def resolve(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        sightings: Iterable[Sighting],
        seen_at: dt.datetime,
        company: Company | None = None,
    ) -> dict[Sighting, int]:
        """The ride of each sighting of one park; rides nobody knew are created (R14).

        Without ``company`` all sightings count as coming from one answer. Renames by the park's primary
        feed are taken over, unless the ride was seen later than ``seen_at``; every other spelling is
        remembered. The land that was seen last is the one shown. A ride of which ThemeParks.wiki says that it
        is no attraction (or is one) changes its kind, and all its park's days become dirty. Rides that were
        renumbered, and renumberings that are undone, are findings.
        """
        if not self._steady:
            self._refresh(connection)
        asked = in_order(sightings)
        if self._parks[park_id].sharing(feed):
            self._tell_apart(connection, park_id, feed, asked, company or one_answer(asked), seen_at)
        known = {
            sighting: self._answers[park_id, feed, sighting]
            for sighting in asked
            if (park_id, feed, sighting) in self._answers
        }
        fresh = [sighting for sighting in asked if sighting not in known]
        if not fresh:
            return known
        together = company or one_answer(asked)
        prepared = None if company else self._prepared.get((park_id, feed, tuple(fresh)))
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

    def ids_to_note(self, park_id: int, feed: Feed) -> dict[str, int]:
        """The ids of ``feed`` whose rides have several, each with its ride: what :meth:`note_heard` wants."""
        return {
            given: ride.ride_id
            for ride in self._parks[park_id].sharing(feed)
            for given in ride.external_ids[feed]
        }

    def note_heard(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        said: Mapping[str, Iterable[int]],
        *,
        said_by: Feed | None = None,
        history: History | None = None,
    ) -> None:
        """Note under which of its ids each ride was heard, after :meth:`identify` and before the rows (R14).

        Readings do not say it, and where two ids turn out to be two rides, each gets what was heard under it.

        :param said: ids of ``feed`` and the instants of their readings, in Unix seconds; those of rides with
            one id are not looked at.
        :param said_by: the feed of the readings, where it is not ``feed``.
        :param history: where readings are sealed in files.
        """
        noted = self.ids_to_note(park_id, feed)
        by_ride: dict[int, dict[str, Iterable[int]]] = {}
        for given, instants in said.items():
            if given in noted:
                by_ride.setdefault(noted[given], {})[given] = instants
        if not by_ride:
            return
        reader = said_by or feed

        def recorded(rides: Collection[int], first: int) -> Mapping[int, Collection[int]]:
            if history is None:
                return heard_ids.recorded_instants(connection, park_id, reader, rides, first)
            found = history.rows(connection, DATASETS["snapshots"], [park_id], first, None, rides)
            mine = found.filter(feed=int(reader)).group_by("ride_id").agg("observed_at")
            return dict(mine.iter_rows())

        if ride_changes.note_heard(connection, self._parks[park_id], reader, by_ride, recorded):
            self._version = self._current_version(connection)

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

    def prepare(self, connection: Connection, asked: Iterable[tuple[int, Feed, Iterable[Sighting]]]) -> None:
        """Match sightings of single answers ahead of :meth:`identify`, which then only writes (R14).

        Matching many new names takes time, and a writing transaction keeps others waiting. It is
        used if the store has not changed in between, and found anew otherwise. ``asked``: park, feed and
        sightings. Park by park, so that what fails over one is left to :meth:`identify`.
        """
        self._refresh(connection)
        for park_id, feed, sightings in asked:
            try:
                listed = list(sightings)
                queues = queues_among(listed, self._parks[park_id].called)
                ordered = in_order(one for one in listed if one not in queues)
                fresh = [one for one in ordered if (park_id, feed, one) not in self._answers]
                if fresh:
                    matches = self._match(park_id, feed, fresh, one_answer(ordered))
                    self._prepared[park_id, feed, tuple(fresh)] = matches
            except FAILURES:
                continue

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
            select(func.count()).select_from(NameSeen).scalar_subquery(),
            select(func.count()).select_from(Park).scalar_subquery(),
            select(func.coalesce(func.max(RideDecision.decision_id), 0)).scalar_subquery(),
            select(func.count()).select_from(HeardId).scalar_subquery(),
            select(func.coalesce(func.sum(HeardId.since), 0)).scalar_subquery(),
        )
        return tuple(connection.execute(select(*counts)).one())

    def _tell_apart(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        asked: Sequence[Sighting],
        company: Company,
        seen_at: dt.datetime,
    ) -> None:
        """Undo renumberings whose old id is back beside the new one."""
        index = self._parks[park_id]
        allowed = self._manual(index, feed)
        found = ride_changes.tell_apart(
            connection, park_id, index, feed, asked, company, seen_at, allowed.keys()
        )
        if found:
            findings.record(connection, [(park_id, finding) for finding in found], seen_at)
            self._answers = {key: ride for key, ride in self._answers.items() if key[0] != park_id}
            self._prepared = {key: held for key, held in self._prepared.items() if key[0] != park_id}
            self._version = self._current_version(connection)

    def _match(
        self, park_id: int, feed: Feed, sightings: list[Sighting], company: Company
    ) -> dict[Sighting, Match]:
        """The ride of each sighting; new ones have the numbers from :data:`_PROVISIONAL` on."""
        index = self._parks[park_id]
        matcher = Matcher(index.rides.values(), feed, self._manual(index, feed), company, sightings)
        answers: dict[Sighting, Match] = {}
        new = 0
        for sighting in sightings:
            match = matcher.match(sighting)
            ride_id = match.ride_id
            if ride_id is None:
                ride_id = _PROVISIONAL + new
                new += 1
            matcher.learn(ride_id, sighting)
            answers[sighting] = Match(ride_id, match.rule)
        return answers

    def _keep(
        self,
        connection: Connection,
        park_id: int,
        feed: Feed,
        matches: Mapping[Sighting, Match],
        seen_at: dt.datetime,
        company: Company,
    ) -> tuple[dict[Sighting, int], set[int]]:
        """Write what was matched: the ride of each sighting, and the rides with another name or kind now."""
        index = self._parks[park_id]
        new: dict[int, Sighting] = {}
        found_as = {one: _PROVISIONAL if m.ride_id is None else m.ride_id for one, m in matches.items()}
        for sighting, ride_id in found_as.items():
            if ride_id >= _PROVISIONAL:
                new.setdefault(ride_id, sighting)
        ids = ride_changes.create(connection, park_id, index, list(new.values()), seen_at)
        created = dict(zip(new, ids, strict=True))
        answers = {sighting: created.get(ride_id, ride_id) for sighting, ride_id in found_as.items()}
        rules = {sighting: match.rule for sighting, match in matches.items()}
        found = ride_changes.renumbered(index, feed, answers, self._manual(index, feed).keys())
        findings.record(connection, [(park_id, finding) for finding in found], seen_at)
        renamed = ride_changes.remember(connection, index, feed, answers, seen_at, company, rules)
        corrected = ride_changes.correct_kinds(connection, park_id, index, feed, answers, seen_at)
        ride_changes.note_lands(connection, index, answers, seen_at)
        return answers, renamed | corrected

    def _manual(self, index: ParkIndex, feed: Feed) -> Mapping[str, int]:
        if not self._mapping:
            return {}
        by_name = {match_key(ride.name): ride.ride_id for ride in index.rides.values()}
        found: dict[str, int] = {}
        for line in self._mapping:
            ride_id = by_name.get(match_key(line.ride))
            if line.park == index.slug and line.feed is feed and ride_id is not None:
                found[line.ride_at_feed] = ride_id
                found[match_key(line.ride_at_feed)] = ride_id
        return found


def _queue_without_ride(entry: Sighting) -> Finding:
    return Finding(
        "queue_without_ride",
        entry.external_id or entry.name,
        f"{quoted(entry.name)} is a queue of a ride that no answer of this park has named; left out.",
    )
