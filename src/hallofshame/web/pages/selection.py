"""What ``/compare`` is asked to put side by side, and who a typed name may mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hallofshame.domain.names import normalise
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.api.compare import MAX_COMPARED
from hallofshame.web.errors import UnknownError, nearest
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.parameters.asked import Parameters

PARKS, RIDES = "parks", "rides"
MAX_FOUND = 12
"""How many rides of a name are listed."""


@dataclass(frozen=True)
class Subject:
    """One park or ride: ``key`` is its name in the address, ``detail`` tells it from others of its name."""

    key: str
    name: str
    detail: str


@dataclass(frozen=True)
class Selection:
    """Up to six parks, or up to six rides, by their keys; ``kept`` is the rest of the page's state."""

    kind: str
    keys: tuple[str, ...]
    kept: Mapping[str, str]

    @classmethod
    def of(cls, asked: Parameters, kept: Mapping[str, str]) -> Selection:
        """Read from the address, each once; rides where both are given."""
        kind = (
            RIDES if asked.text(RIDES) or (asked.text("kind") == RIDES and not asked.text(PARKS)) else PARKS
        )
        names = dict.fromkeys(name.strip() for name in (asked.text(kind) or "").split(","))
        return cls(kind, tuple(name for name in names if name)[:MAX_COMPARED], kept)

    @property
    def noun(self) -> str:
        """One of what is compared."""
        return "ride" if self.kind == RIDES else "park"

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another."""
        return len(self.keys) >= MAX_COMPARED

    @property
    def query(self) -> dict[str, str]:
        """The selection as parameters."""
        if self.keys:
            return {self.kind: ",".join(self.keys)}
        return {"kind": RIDES} if self.kind == RIDES else {}

    @property
    def href(self) -> str:
        """The address of the page with it."""
        return page_url("/compare", self.kept, self.query)

    def with_one(self, key: str) -> Selection:
        """With one more, unless it is there or there is no room."""
        if key in self.keys or self.is_full:
            return self
        return replace(self, keys=(*self.keys, key))

    def without(self, key: str) -> Selection:
        """Without one."""
        return replace(self, keys=tuple(other for other in self.keys if other != key))

    def swapped(self, key: str, other: str) -> Selection:
        """With another in the place of one."""
        keys = dict.fromkeys(other if known == key else known for known in self.keys)
        return replace(self, keys=tuple(keys))

    def emptied(self, kind: str) -> Selection:
        """The same page with nothing chosen of a kind."""
        return Selection(kind, (), self.kept)

    def subjects(self, context: AnswerContext) -> list[Subject]:
        """What is chosen; a key that nobody has stands for itself."""
        return [self._subject(context, key) for key in self.keys]

    def unknown(self, context: AnswerContext) -> tuple[str, UnknownError] | None:
        """The first key that nobody has, with the near matches."""
        find = find_ride if self.kind == RIDES else find_park
        for key in self.keys:
            try:
                find(context, key)
            except UnknownError as error:
                return key, error
        return None

    def _subject(self, context: AnswerContext, key: str) -> Subject:
        try:
            if self.kind == RIDES:
                return replace(ride_subject(context, find_ride(context, key)), key=key)
            return replace(park_subject(find_park(context, key)), key=key)
        except UnknownError:
            return Subject(key, key, "not known")

    def choices(self, context: AnswerContext) -> list[tuple[str, list[Subject]]]:
        """The parks that can be added, by country."""
        chosen = {subject.name for subject in self.subjects(context)}
        groups: dict[str, list[Subject]] = {}
        for park in sorted(context.catalogue.parks.values(), key=lambda park: park.name.casefold()):
            if park.is_active and park.name not in chosen:
                groups.setdefault(park.country or "Elsewhere", []).append(park_subject(park))
        return sorted(groups.items())

    def found(self, context: AnswerContext, text: str) -> list[Subject]:
        """Who is called so, the best first: every word of the text stands in the name or the park's name."""
        if self.kind == PARKS:
            parks = [park for park in context.catalogue.parks.values() if park.is_active]
            every = [park_subject(park) for park in parks]
        else:
            rides = [ride for ride in context.catalogue.rides.values() if ride.is_ride and ride.is_active]
            every = [ride_subject(context, ride) for ride in rides]
        # Two spellings of a name are one; the slug of a park is as good as its name.
        wanted = normalise(text.replace("-", " "))
        if (exact := next((one for one in every if one.key == text.strip()), None)) is not None:
            return [exact]
        if not wanted:
            return []
        named = [(normalise(one.name), one) for one in every]
        words = wanted.split()
        hits = [
            (name != wanted, not name.startswith(wanted), len(name), one)
            for name, one in named
            if all(word in f"{name} {normalise(one.detail)}" for word in words)
        ]
        if hits:
            hits.sort(key=lambda hit: (*hit[:3], hit[3].name, hit[3].detail))
            only_exact = [hit for hit in hits if not hit[0]]
            return [hit[3] for hit in (only_exact if len(only_exact) == 1 else hits)][:MAX_FOUND]
        near: list[int] = nearest(wanted, {at: name for at, (name, _one) in enumerate(named)})
        return [every[at] for at in near]


def park_subject(park: ParkProfile) -> Subject:
    """A park as it is chosen."""
    return Subject(park.slug, park.name, " · ".join(filter(None, (park.operator, park.country))))


def ride_subject(context: AnswerContext, ride: RideProfile) -> Subject:
    """A ride as it is chosen."""
    return Subject(str(ride.ride_id), ride.name, context.catalogue.parks[ride.park_id].name)


def key_of_match(match: Mapping[str, Any]) -> str:
    """The key of a near match."""
    return str(match.get("ride_id") or match["park_slug"])
