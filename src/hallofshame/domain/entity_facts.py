"""What an entity is beside its status: who is tall enough for it, and whether it has a roof (§4).

First that answers, for the limits and for the roof by themselves: the feed's own tags, the list of facts
that ships with the package, and for the roof alone the type of the attraction. Anything else is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hallofshame.domain.names import normalise
from hallofshame.domain.ride_rules import RideRule, by_ride
from hallofshame.domain.ride_types import RideType

MINIMUM_HEIGHT = "minimumHeight="
MAXIMUM_HEIGHT = "maximumHeight="
"""How limits of height are kept among the tags of an entity, in centimetres: ``minimumHeight=102``."""

LOWEST_LIMIT_CM, HIGHEST_LIMIT_CM = 50, 230
"""A limit of height outside these is a mistake."""

ANY_HEIGHT_CM = 0
"""The minimum of a ride that takes everybody, which a list may say; no feed does."""

_LETTERS = re.compile(r"[^a-z]")


class Setting(StrEnum):
    """Whether one rides under a roof. ``UNKNOWN`` is neither."""

    INDOOR = "indoor"
    OUTDOOR = "outdoor"
    UNKNOWN = "unknown"


class FactSource(StrEnum):
    """The rule that answered."""

    FEED = "feed"
    CURATED = "curated"
    TYPE = "type"
    UNKNOWN = "unknown"


SETTING_OF_TYPE: Mapping[RideType, Setting] = {
    RideType.DARK_RIDE: Setting.INDOOR,
    RideType.SIMULATOR: Setting.INDOOR,
    RideType.EXHIBIT: Setting.INDOOR,
    RideType.COASTER: Setting.OUTDOOR,
    RideType.DROP_TOWER: Setting.OUTDOOR,
    RideType.WATER_SLIDE: Setting.OUTDOOR,
    RideType.PLAYGROUND: Setting.OUTDOOR,
}
"""What a type tells of the roof. Exceptions such as indoor coasters stand on the list of facts; the other
types (boat rides, carousels, trains, shows) come with and without a roof, so they tell nothing."""


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """What a line of the list says of one ride; ``None`` where it says nothing."""

    setting: Setting | None = None
    min_height_cm: int | None = None
    max_height_cm: int | None = None


@dataclass(frozen=True, slots=True)
class AttractionFacts:
    """Limits of height in centimetres (``None``: not known) and the roof, each with who says so."""

    min_height_cm: int | None = None
    max_height_cm: int | None = None
    height_source: FactSource = FactSource.UNKNOWN
    setting: Setting = Setting.UNKNOWN
    setting_source: FactSource = FactSource.UNKNOWN

    def admits(self, height_cm: int) -> bool | None:
        """Whether somebody of that height may ride; ``None`` where no limit is known."""
        if self.height_source is FactSource.UNKNOWN:
            return None
        return (self.min_height_cm or ANY_HEIGHT_CM) <= height_cm and (
            self.max_height_cm is None or height_cm <= self.max_height_cm
        )


NOTHING_KNOWN = AttractionFacts()

FactRule = RideRule[StatedFacts]


class FactBook:
    """The list of facts, ready for lookup. Raises :class:`InputError` where it names a ride twice."""

    def __init__(self, rules: Collection[FactRule]) -> None:
        self._rules: Mapping[tuple[str, str], FactRule] = by_ride(rules, "lines of facts")

    @property
    def keys(self) -> Collection[tuple[str, str]]:
        """The rides that the list names: park and normalised name."""
        return self._rules.keys()

    def facts(
        self, park_slug: str, names: Collection[str], tags: Collection[str], ride_type: RideType
    ) -> AttractionFacts:
        """What is known of an attraction: ``names`` with the one in use first, ``tags`` of its entity."""
        stated = StatedFacts()
        for name in names:
            if (rule := self._rules.get((park_slug, normalise(name)))) is not None:
                stated = rule.says
                break
        minimum, maximum, height_source = _heights(tags, stated)
        setting, setting_source = _setting(tags, stated, ride_type)
        return AttractionFacts(minimum, maximum, height_source, setting, setting_source)


def _heights(tags: Collection[str], stated: StatedFacts) -> tuple[int | None, int | None, FactSource]:
    lowest, highest = _tagged(tags, MINIMUM_HEIGHT), _tagged(tags, MAXIMUM_HEIGHT)
    if lowest is not None or highest is not None:
        return lowest, highest, FactSource.FEED
    lowest, highest = stated.min_height_cm, stated.max_height_cm
    if lowest is not None or highest is not None:
        return lowest, highest, FactSource.CURATED
    return None, None, FactSource.UNKNOWN


def _tagged(tags: Collection[str], name: str) -> int | None:
    values = sorted(tag.removeprefix(name) for tag in tags if tag.startswith(name))
    return next((int(value) for value in values if value.isascii() and value.isdigit()), None)


def _setting(tags: Collection[str], stated: StatedFacts, ride_type: RideType) -> tuple[Setting, FactSource]:
    told = {_LETTERS.sub("", tag.casefold()) for tag in tags}
    roofs = [setting for setting in (Setting.INDOOR, Setting.OUTDOOR) if setting.value in told]
    if len(roofs) == 1:
        return roofs[0], FactSource.FEED
    if stated.setting is not None:
        return stated.setting, FactSource.CURATED
    if (setting := SETTING_OF_TYPE.get(ride_type)) is not None:
        return setting, FactSource.TYPE
    return Setting.UNKNOWN, FactSource.UNKNOWN
