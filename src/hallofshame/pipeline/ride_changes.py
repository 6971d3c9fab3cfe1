"""What sightings change in the catalogue: rides created, renamed, renumbered, told apart again (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations

from sqlalchemy import Connection

from hallofshame.domain.heard_ids import heard_at, spells, with_heard, without_ids
from hallofshame.domain.localtime import from_unix, isoformat, to_unix
from hallofshame.domain.names import match_key, quoted
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import NAMED_BY_IDS_OF, Feed, RideKind
from hallofshame.pipeline.identity import Company, KnownRide, Sighting
from hallofshame.pipeline.known_rides import ParkIndex
from hallofshame.pipeline.queue_entries import QueueOf, queue_of
from hallofshame.pipeline.seeding import mark_all_days
from hallofshame.store import catalogue, decisions, heard_ids, raw, ride_moves
from hallofshame.store.decisions import Action, Decision, Move

TOLD_APART = "rule: both ids in one answer"
"""Who decides that two ids of one ride are two rides (R14)."""


def create(
    connection: Connection, park_id: int, index: ParkIndex, new: Sequence[Sighting], seen_at: dt.datetime
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
    for ride_id, sighting in zip(ids, new, strict=True):
        index.rides[ride_id] = KnownRide(ride_id, sighting.name, kind=sighting.kind)
        index.lands[ride_id] = sighting.land
        index.seen[ride_id] = moment
    index.changed()
    return ids


def remember(
    connection: Connection,
    index: ParkIndex,
    feed: Feed,
    answers: Mapping[Sighting, int],
    seen_at: dt.datetime,
    company: Company,
    rules: Mapping[Sighting, str],
) -> set[int]:
    """Keep new ids and new spellings; the primary feed's latest is the one shown. Returns the renamed.

    ``rules``: by which rule of R14 each sighting was found to be its ride; kept with a new id.
    """
    renamed: dict[int, str] = {}
    ids: list[catalogue.NewExternalId] = []
    spellings: list[tuple[int, str, int]] = []
    for sighting, ride_id in answers.items():
        ride = index.rides[ride_id]
        mine = ride.external_ids.get(feed, frozenset())
        if sighting.external_id is not None and sighting.external_id not in mine:
            given = sighting.external_id
            rule = rules.get(sighting)
            ids.append(catalogue.NewExternalId(feed, "ride", given, ride_id, sighting.name, rule))
            if len(mine) == 1:
                _begin_steps(connection, index, feed, ride_id, *mine)
            ride.external_ids = {**ride.external_ids, feed: mine | {sighting.external_id}}
        if sighting.name == ride.name:
            continue
        leads = feed is index.primary_feed and sighting.external_id is not None
        latest = to_unix(seen_at) >= index.seen[ride_id]
        if leads and latest and not company.name(sighting, match_key(ride.name)):
            ride.old_names = (ride.old_names | {ride.name}) - {sighting.name}
            ride.name = sighting.name
            renamed[ride_id] = sighting.name
        elif sighting.name not in ride.old_names:
            spellings.append((ride_id, sighting.name, to_unix(seen_at)))
            ride.old_names |= {sighting.name}
    catalogue.add_external_ids(connection, ids, to_unix(seen_at))
    catalogue.rename_rides(connection, renamed, to_unix(seen_at))
    catalogue.remember_names(connection, spellings)
    if renamed or spellings:
        index.changed()
    return set(renamed)


def correct_kinds(
    connection: Connection,
    park_id: int,
    index: ParkIndex,
    feed: Feed,
    answers: Mapping[Sighting, int],
    seen_at: dt.datetime,
) -> set[int]:
    """Queue-Times calls everything a ride; ThemeParks.wiki knows shows and restaurants apart.

    A ride that was taken for a queue (kind OTHER) and has a name of its own now is what its feed says again.
    """
    wrong: dict[int, RideKind] = {}
    for sighting, ride_id in answers.items():
        ride = index.rides[ride_id]
        tells = feed is Feed.THEMEPARKS_WIKI or (
            ride.kind is RideKind.OTHER and Feed.THEMEPARKS_WIKI not in ride.external_ids
        )
        if (
            tells
            and sighting.external_id is not None
            and sighting.kind not in (ride.kind, RideKind.OTHER)
            and ride.kind is not None
        ):
            wrong[ride_id] = sighting.kind
    _set_kinds(connection, park_id, index, wrong, "ride_kind", seen_at)
    return set(wrong)


def note_lands(
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


def renumbered(
    index: ParkIndex, feed: Feed, answers: Mapping[Sighting, int], allowed: Collection[str] = ()
) -> list[Finding]:
    """The findings of sightings that were recognised although their ride had another id.

    To be asked before :func:`remember`. ``allowed`` ids are one ride with another on purpose.
    """
    found = []
    ids: dict[int, set[str]] = {}
    for sighting, ride_id in answers.items():
        given = sighting.external_id
        if given is None or given in allowed:
            continue
        known = ids.setdefault(ride_id, set(index.rides[ride_id].external_ids.get(feed, ())))
        old = set(known)
        known.add(given)
        if old and given not in old:
            found.append(
                Finding(
                    "ride_renumbered",
                    f"{feed.slug} {sighting.external_id}",
                    f"{feed.slug} gives {quoted(sighting.name)} the id {sighting.external_id} and no longer "
                    f"{', '.join(sorted(old))}; it is taken for the same ride {ride_id}. If the old id comes "
                    "back beside it, the two are told apart again.",
                )
            )
    return found


def tell_apart(
    connection: Connection,
    park_id: int,
    index: ParkIndex,
    feed: Feed,
    asked: Collection[Sighting],
    company: Company,
    seen_at: dt.datetime,
    allowed: Collection[str] = (),
) -> list[Finding]:
    """Undo renumberings: two ids of one ride that stand beside each other in one answer are two rides.

    The id known for longer keeps the ride. The other gets a ride of its own and the observations that were
    heard under it. ``allowed`` ids are one ride on purpose.
    """
    by_id = {sighting.external_id: sighting for sighting in asked if sighting.external_id is not None}
    found: list[Finding] = []
    for ride in index.sharing(feed):
        here = sorted((ride.external_ids[feed] & by_id.keys()) - set(allowed))
        if not any(company.external_id(by_id[one], other) for one, other in combinations(here, 2)):
            continue
        since = catalogue.ids_seen_since(connection, feed, here)
        for given in sorted(here, key=lambda given: (since[given], given))[1:]:
            sighting = by_id[given]
            (new,) = create(connection, park_id, index, [sighting], from_unix(since[given]))
            catalogue.move_external_id(connection, feed, "ride", given, new)
            ride.external_ids = {**ride.external_ids, feed: ride.external_ids[feed] - {given}}
            index.rides[new].external_ids = {feed: frozenset({given})}
            moves = _heard_under(connection, park_id, index, feed, ride.ride_id, given, new)
            rows = ride_moves.move_readings(connection, park_id, moves)
            first = min((move.since for move in moves), default=since[given])
            decisions.record(
                connection,
                Decision(
                    action=Action.SPLIT,
                    park_id=park_id,
                    ride_id=ride.ride_id,
                    other_ride_id=new,
                    feed=int(feed),
                    external_id=given,
                    since=first,
                    decided_at=to_unix(seen_at),
                    decided_by=TOLD_APART,
                ),
                moves,
            )
            mark_all_days(connection, [park_id], "ride_renumbered", seen_at)
            found.append(
                Finding(
                    "renumbering_undone",
                    f"{feed.slug} {given}",
                    f"{quoted(sighting.name)} (id {given}) was taken for ride {ride.ride_id}, whose own id "
                    f"is back beside it: it is ride {new} now, with the {counted(rows, 'observation')} since "
                    f"{isoformat(from_unix(first))} that came under its id.",
                )
            )
    return found


def note_heard(
    connection: Connection,
    index: ParkIndex,
    feed: Feed,
    said: Mapping[int, Mapping[str, Iterable[int]]],
    recorded: Callable[[Collection[int], int], Mapping[int, Collection[int]]],
) -> bool:
    """Note under which ids rides were heard, before these readings are in the record (R14).

    :param feed: of the readings.
    :param said: by ride and id of it the instants, in Unix seconds.
    :param recorded: when the record has readings of rides by this feed, from an instant on, by ride.
    :returns: whether that was new.
    """
    told: dict[int, dict[str, list[int]]] = {}
    for ride_id, by_id in said.items():
        steps = index.heard.get((ride_id, feed), [])
        new = {
            given: [at for at in instants if heard_at(steps, at) != given]
            for given, instants in by_id.items()
        }
        if any(new.values()):
            told[ride_id] = {given: list(instants) for given, instants in by_id.items()}
    if not told:
        return False
    first = min(at for by_id in told.values() for instants in by_id.values() for at in instants)
    others = recorded(list(told), first)
    for ride_id, by_id in told.items():
        before = index.heard.get((ride_id, feed), [])
        steps = with_heard(before, by_id, others.get(ride_id, ()))
        heard_ids.put(connection, ride_id, feed, steps, before)
        index.heard[ride_id, feed] = steps
    return True


def _begin_steps(connection: Connection, index: ParkIndex, feed: Feed, ride_id: int, own: str) -> None:
    """A ride has a second id of ``feed``: all that was heard of it so far was heard under its own."""
    for said_by in NAMED_BY_IDS_OF[feed]:
        if (ride_id, said_by) not in index.heard:
            index.heard[ride_id, said_by] = [(0, own)]
            heard_ids.put(connection, ride_id, said_by, [(0, own)], [])


def _heard_under(
    connection: Connection, park_id: int, index: ParkIndex, feed: Feed, ride_id: int, given: str, new: int
) -> list[Move]:
    """The moves of what was heard of a ride under one id of ``feed``, which it has no longer."""
    edges = raw.observed_range(connection, [park_id]).get(park_id)
    moves: list[Move] = []
    is_left_alone = len(index.rides[ride_id].external_ids[feed]) == 1
    for said_by, steps in heard_ids.steps_of(connection, ride_id, feed).items():
        if edges is not None:
            reach = [(since, min(until - 1, edges[1])) for since, until in spells(steps, given)]
            moves += [Move(int(said_by), ride_id, new, *each) for each in reach if each[0] <= each[1]]
        left = [] if is_left_alone else without_ids(steps, {given})
        heard_ids.put(connection, ride_id, said_by, left)
        index.heard[ride_id, said_by] = left
    return moves


def demote(
    connection: Connection,
    park_id: int,
    index: ParkIndex,
    feed: Feed,
    queues: Mapping[Sighting, QueueOf],
    seen_at: dt.datetime,
) -> list[Finding]:
    """Rides that are known to be queues by now become inactive and no attraction; their rows stay.

    A ride is one of them if a queue's entry has its id or its name, and its own name is a queue's too.
    """
    hosts = index.called().keys() | {queue.host for queue in queues.values()}
    ids = {given: ride for ride in index.rides.values() for given in ride.external_ids.get(feed, ())}
    names = {match_key(ride.name): ride for ride in index.rides.values()}
    wrong: dict[int, RideKind] = {}
    found: list[Finding] = []
    for sighting in queues:
        for ride in (ids.get(sighting.external_id or ""), names.get(match_key(sighting.name))):
            if ride is None or ride.kind is RideKind.OTHER or ride.ride_id in wrong:
                continue
            if queue_of(ride.name, hosts.__contains__) is None:
                continue
            wrong[ride.ride_id] = RideKind.OTHER
            found.append(
                Finding(
                    "ride_is_queue",
                    ride.name,
                    f"{quoted(ride.name)} (ride {ride.ride_id}) was taken for a ride and is a queue of "
                    "another: it is inactive and in no statistic from now on; its record stays.",
                )
            )
    catalogue.set_active(connection, list(wrong), active=False)
    _set_kinds(connection, park_id, index, wrong, "ride_is_queue", seen_at)
    return found


def _set_kinds(
    connection: Connection,
    park_id: int,
    index: ParkIndex,
    kinds: Mapping[int, RideKind],
    reason: str,
    now: dt.datetime,
) -> None:
    if not kinds:
        return
    catalogue.set_kinds(connection, {ride_id: kind.value for ride_id, kind in kinds.items()})
    for ride_id, kind in kinds.items():
        index.rides[ride_id].kind = kind
    index.changed()
    # Also days without a row of the ride may depend on it: through A and E of the days after, and where it
    # alone was seen.
    mark_all_days(connection, [park_id], reason, now)
