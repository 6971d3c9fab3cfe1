"""What the upstream services say now, taken from tapes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import UTC
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import Now
from hallofshame.replay import wire
from hallofshame.replay.tape import Tape

ParkKey = tuple[Feed, str]
"""A park of a feed: the feed and the park's external id."""


class MachineClock:
    """The present of this machine."""

    def now(self) -> dt.datetime:
        """An aware UTC datetime."""
        return dt.datetime.now(UTC)


class Playback:
    """The tapes of some parks, and the bodies that the services would answer with now.

    Raises :class:`InputError` for two tapes of one park. A subclass may let the services lie: by telling of
    another moment (:meth:`moment`) or of other rides (:meth:`rides`).
    """

    def __init__(self, tapes: Iterable[Tape], clock: Now | None = None) -> None:
        self.clock: Now = clock if clock is not None else MachineClock()
        self.tapes: dict[ParkKey, Tape] = {}
        for tape in tapes:
            key = (tape.info.feed, tape.info.park_external_id)
            if key in self.tapes:
                raise InputError(f"two tapes for {key[0].slug} park {key[1]}; give each park one tape")
            self.tapes[key] = tape

    def moment(self, _key: ParkKey) -> dt.datetime:
        """The moment that a park's answer tells of."""
        return self.clock.now()

    def rides(self, _key: ParkKey, rides: list[wire.Json]) -> list[wire.Json]:
        """The rides of a park's answer, as either service writes them."""
        return rides

    def of(self, feed: Feed) -> list[Tape]:
        """The tapes of a feed."""
        return [tape for key, tape in self.tapes.items() if key[0] is feed]

    def queue_times(self, park: str) -> wire.Json | None:
        """``/parks/{park}/queue_times.json``; null for a park that nobody recorded, as below."""
        key = (Feed.QUEUE_TIMES, park)
        if (tape := self.tapes.get(key)) is None:
            return None
        rides = wire.queue_times_rides(tape.state_at(self.moment(key)))
        return wire.queue_times_body(tape, self.rides(key, rides))

    def entity(self, park: str, part: str | None = None) -> wire.Json | None:
        """``/v1/entity/{park}`` and its ``children``, ``live`` and ``schedule``."""
        key = (Feed.THEMEPARKS_WIKI, park)
        if (tape := self.tapes.get(key)) is None:
            return None
        if part == "live":
            state = tape.state_at(self.moment(key))
            return wire.live_body(tape, state, self.rides(key, wire.live_entities(tape, state)))
        if part == "children":
            return wire.children_body(tape)
        if part == "schedule":
            return wire.schedule_body(tape, self.clock.now())
        return wire.entity_body(tape)
