"""What an attraction is, and who says so (R13): the closed vocabulary and the rules, as pure lookups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hallofshame.domain.names import normalise
from hallofshame.domain.ride_rules import (
    CURATED_CONFIDENCE,
    OVERRIDE_CONFIDENCE,
    PatternRule,
    RideRule,
    by_ride,
)
from hallofshame.domain.words import RideKind


class RideType(StrEnum):
    """What an attraction is, by how it moves its guests; ``docs/catalogue.md`` draws the lines."""

    COASTER = "coaster"
    WATER_RIDE = "water_ride"
    WATER_SLIDE = "water_slide"
    DARK_RIDE = "dark_ride"
    FLAT_RIDE = "flat_ride"
    DROP_TOWER = "drop_tower"
    TRACK_RIDE = "track_ride"
    SIMULATOR = "simulator"
    TRANSPORT = "transport"
    SHOW = "show"
    WALKTHROUGH = "walkthrough"
    EXHIBIT = "exhibit"
    PLAYGROUND = "playground"
    POOL = "pool"
    GAME = "game"
    MEET_AND_GREET = "meet_and_greet"
    OTHER = "other"
    UNKNOWN = "unknown"


NON_RIDES = frozenset(
    {
        RideType.SHOW,
        RideType.WALKTHROUGH,
        RideType.EXHIBIT,
        RideType.PLAYGROUND,
        RideType.POOL,
        RideType.GAME,
        RideType.MEET_AND_GREET,
        RideType.OTHER,
    }
)
"""Types that enter neither A (R4) nor E (R6) nor the lists of rides (R12). Unknown counts as a ride."""

DECIDED_BY_HAND = tuple(kind for kind in RideType if kind is not RideType.UNKNOWN)
"""What a line of a list may say."""

FEED_CONFIDENCE = 0.9
ATTRACTION_TYPE = "attractionType="
"""How the ``attractionType`` of ThemeParks.wiki is kept among the tags of an entity."""

_OF_KIND = {
    RideKind.SHOW: RideType.SHOW,
    RideKind.MEET_AND_GREET: RideType.MEET_AND_GREET,
    RideKind.RESTAURANT: RideType.OTHER,
    RideKind.SHOP: RideType.OTHER,
    RideKind.OTHER: RideType.OTHER,
}
_OF_TAG = {
    f"{ATTRACTION_TYPE}TRANSPORT": RideType.TRANSPORT,
    f"{ATTRACTION_TYPE}SHOW": RideType.SHOW,
    f"{ATTRACTION_TYPE}PARADE": RideType.SHOW,
    f"{ATTRACTION_TYPE}MEET_AND_GREET": RideType.MEET_AND_GREET,
}
"""What a feed says of an entity. ``RIDE`` says that it is one, but not which, so patterns are asked on."""


TypeRule = RideRule[RideType]
TypePattern = PatternRule[RideType]


class TypeSource(StrEnum):
    """The rule that answered, in the order in which they are asked (R13)."""

    OVERRIDE = "override"
    CURATED = "curated"
    FEED = "feed"
    PATTERN = "pattern"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TypeDecision:
    """What an attraction is, who decided, how sure (0 to 1) and why in words."""

    type: RideType
    source: TypeSource
    confidence: float
    reason: str


UNDECIDED = TypeDecision(RideType.UNKNOWN, TypeSource.UNKNOWN, 0.0, "no rule knows this attraction")


class TypeBook:
    """Every type rule, ready for lookup.

    Patterns are asked in the order given. Raises :class:`InputError` when one list names a ride twice.
    """

    def __init__(
        self, overrides: Iterable[TypeRule], curated: Iterable[TypeRule], patterns: Iterable[TypePattern]
    ) -> None:
        self.overrides: Mapping[tuple[str, str], TypeRule] = by_ride(overrides, "types")
        self.curated: Mapping[tuple[str, str], TypeRule] = by_ride(curated, "types")
        self.patterns = tuple(patterns)

    def decide(
        self, park_slug: str, names: Collection[str], kind: RideKind, tags: Collection[str] = ()
    ) -> TypeDecision:
        """The type of an attraction by the first rule that answers (R13).

        :param names: what it is called, the name in use first; a list may know it by an older one.
        :param kind: what the feed lists it as; anything but an attraction answers for itself.
        :param tags: what ThemeParks.wiki says of it.
        """
        known = list(dict.fromkeys(normalise(name) for name in names))
        for rules, source, confidence in (
            (self.overrides, TypeSource.OVERRIDE, OVERRIDE_CONFIDENCE),
            (self.curated, TypeSource.CURATED, CURATED_CONFIDENCE),
        ):
            for name in known:
                if (rule := rules.get((park_slug, name))) is not None:
                    return TypeDecision(rule.says, source, confidence, rule.reason)
        if (said := _said_by_feed(kind, tags)) is not None:
            return said
        for line in self.patterns:
            if known and line.pattern.search(known[0]):
                return TypeDecision(line.says, TypeSource.PATTERN, line.confidence, line.note)
        return UNDECIDED


def counts_as_ride(kind: RideKind, ride_type: RideType) -> bool:
    """Whether something enters reliability statistics: an attraction that is not of a non-ride type."""
    return kind is RideKind.ATTRACTION and ride_type not in NON_RIDES


def _said_by_feed(kind: RideKind, tags: Collection[str]) -> TypeDecision | None:
    if kind in _OF_KIND:
        words = kind.value.lower().replace("_", " ")
        return TypeDecision(_OF_KIND[kind], TypeSource.FEED, FEED_CONFIDENCE, f"listed as {words}")
    for tag in sorted(tags):
        if tag in _OF_TAG:
            return TypeDecision(_OF_TAG[tag], TypeSource.FEED, FEED_CONFIDENCE, f"the feed says {tag}")
    return None
