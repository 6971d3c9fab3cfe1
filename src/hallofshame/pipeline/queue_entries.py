"""Queues among rides: which entries of a feed are a queue of a ride of their park (R2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hallofshame.domain.queue_names import is_single_rider, queue_forms, squeezed
from hallofshame.domain.words import QueueType, RideKind
from hallofshame.pipeline.identity import KnownRide, Sighting

HOST_KINDS = frozenset({RideKind.ATTRACTION, RideKind.SHOW, RideKind.MEET_AND_GREET})
"""Kinds that people queue for. A restaurant "Pony" makes no queue of a coaster "Pony Express"."""


@dataclass(frozen=True, slots=True)
class QueueOf:
    """What a queue's entry is a queue of: the :func:`squeezed` name of the ride, and how one waits in it."""

    host: str
    queue_type: QueueType


def queue_of(name: str, is_known: Callable[[str], bool]) -> QueueOf | None:
    """What an entry called ``name`` is a queue of; ``None`` for a ride.

    ``is_known``: whether an entry of the park is called so, as a :func:`squeezed` name. A single rider line
    is a queue even of a ride that nobody knows.
    """
    forms = queue_forms(name)
    for host, kind in forms:
        if is_known(host):
            return QueueOf(host, kind)
    if is_single_rider(name):
        return next(QueueOf(host, kind) for host, kind in forms if kind is QueueType.SINGLE_RIDER)
    return None


def queues_among(
    sightings: Iterable[Sighting], called: Callable[[], Mapping[str, Sequence[int]]]
) -> dict[Sighting, QueueOf]:
    """The sightings of one park that are queues of others, known from any answer or from this one.

    ``called``: the rides of the park by squeezed name, see :func:`rides_called`; asked for only if needed.
    """
    listed = list(sightings)
    suspects = [sighting for sighting in listed if queue_forms(sighting.name) and sighting.kind in HOST_KINDS]
    if not suspects:
        return {}
    known = called()
    unknown = [one for one in suspects if not any(host in known for host, _ in queue_forms(one.name))]
    # Only where the park's rides do not answer it, as this looks at every name.
    here = {
        squeezed(sighting.name)
        for sighting in (listed if unknown else ())
        if sighting.kind in HOST_KINDS and not is_single_rider(sighting.name)
    }
    found = {
        sighting: queue_of(sighting.name, lambda host: host in here or host in known) for sighting in suspects
    }
    return {sighting: queue for sighting, queue in found.items() if queue is not None}


def rides_called(rides: Iterable[KnownRide]) -> dict[str, list[int]]:
    """Rides that may have queues by every squeezed name they were seen under, those shown under it first."""
    listed = [
        ride
        for ride in sorted(rides, key=lambda ride: ride.ride_id)
        if (ride.kind is None or ride.kind in HOST_KINDS) and not is_single_rider(ride.name)
    ]
    found: dict[str, list[int]] = {}
    for ride in listed:
        found.setdefault(squeezed(ride.name), []).append(ride.ride_id)
    for ride in listed:
        for old in ride.old_names:
            rides_of = found.setdefault(squeezed(old), [])
            if ride.ride_id not in rides_of:
                rides_of.append(ride.ride_id)
    return found


def stored_queues(rides: Iterable[KnownRide]) -> set[int]:
    """Those of a park's rides that were stored before they were known to be queues of other rides."""
    listed = list(rides)
    known = rides_called(listed)
    return {
        ride.ride_id
        for ride in listed
        if (queue := queue_of(ride.name, lambda host: host in known)) is not None
        and any(ride.ride_id != host for host in known.get(queue.host, ()))
    }
