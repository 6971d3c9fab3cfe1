"""Which parks, which rides and which part of a list a request asks for: what groups of parameters yield."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hallofshame.domain.entity_facts import Setting
from hallofshame.domain.ride_types import NON_RIDES, RideType
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.web.parameters.declared import YES

T = TypeVar("T")

ALL = "all"
ALL_PARKS = "all-parks"
"""Another word for :data:`ALL`: how the choice is called on the pages."""
DISNEY_UNIVERSAL = "disney-universal"
SCOPES = (ALL, ALL_PARKS, DISNEY_UNIVERSAL)
"""What ``filter`` takes; the first is the default."""
_BIG_TWO = frozenset({"Disney", "Universal"})

SHOWS_NON_RIDES = "non_rides"


@dataclass(frozen=True, slots=True)
class ParkFilter:
    """Which parks are asked for; null means any."""

    scope: str = ALL
    operator: str | None = None
    country: str | None = None
    region: str | None = None

    def admits(self, park: ParkProfile) -> bool:
        """Whether the park is one of them."""
        return (
            (self.scope == ALL or park.operator in _BIG_TWO)
            and (self.operator is None or park.operator == self.operator)
            and (self.country is None or park.country == self.country)
            and (self.region is None or park.region == self.region)
        )

    def choose(self, parks: Iterable[ParkProfile]) -> list[ParkProfile]:
        """Those of the parks that are asked for."""
        return [park for park in parks if self.admits(park)]

    @property
    def query(self) -> dict[str, str]:
        """The request parameters that ask for these parks."""
        asked = {"filter": None if self.scope == ALL else self.scope}
        asked |= {"operator": self.operator, "country": self.country, "region": self.region}
        return {name: value for name, value in asked.items() if value is not None}


_RIDES = frozenset(RideType) - NON_RIDES


@dataclass(frozen=True, slots=True)
class RideFilter:
    """Which rides are asked for. No ``types`` mean any; non-rides are meant only where they are named."""

    types: tuple[RideType, ...] = ()
    non_rides: bool = False

    def admits(self, ride: RideProfile) -> bool:
        """Whether the ride is one of them."""
        return self.listed is None or ride.type in self.listed

    @property
    def listed(self) -> frozenset[RideType] | None:
        """The types that are asked for; null where it is all of them."""
        if self.types:
            return frozenset(self.types)
        return None if self.non_rides else _RIDES

    @property
    def query(self) -> dict[str, str]:
        """The request parameters that ask for these rides."""
        asked = {"type": ",".join(kind.value for kind in self.types)} if self.types else {}
        return asked | ({SHOWS_NON_RIDES: YES} if self.non_rides else {})


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What a visitor can use: under a roof only, and open to somebody of a height (null: any).

    A ride whose limit of height is not known is not left out; its row says that it is not known.
    """

    indoor: bool = False
    height_cm: int | None = None

    def admits(self, ride: RideProfile) -> bool:
        """Whether the ride is one of them."""
        return (not self.indoor or ride.facts.setting is Setting.INDOOR) and (
            self.height_cm is None or ride.facts.admits(self.height_cm) is not False
        )


@dataclass(frozen=True, slots=True)
class ListPage:
    """The part of a list that is shown."""

    limit: int
    offset: int

    def of(self, items: Sequence[T]) -> list[T]:
        """The items on this page."""
        return list(items[self.offset : self.offset + self.limit])
