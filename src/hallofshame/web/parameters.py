"""Request parameters, read once, at the border. A refusal names parameter, value and what it takes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from werkzeug.datastructures import MultiDict

from hallofshame.domain.entity_facts import Setting
from hallofshame.domain.errors import InputError
from hallofshame.domain.names import quoted, slugify
from hallofshame.domain.periods import Period, PeriodName, parse_date, parse_period
from hallofshame.domain.ride_types import NON_RIDES, RideType
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import ListPage
from hallofshame.web.errors import UnknownParameterError, nearest

PERIOD_PARAMETERS = ("period", "year", "start", "end")
FILTER_PARAMETERS = ("filter", "operator", "chain", "country", "region")

ALL = "all"
ALL_PARKS = "all-parks"
"""Another word for :data:`ALL`: how the choice is called on the pages."""
DISNEY_UNIVERSAL = "disney-universal"
SCOPES = (ALL, ALL_PARKS, DISNEY_UNIVERSAL)
"""What ``filter`` takes; the first is the default."""
_BIG_TWO = frozenset({"Disney", "Universal"})

SHOWS_NON_RIDES = "non_rides"
RIDE_PARAMETERS = ("type", SHOWS_NON_RIDES)
VISIT_PARAMETERS = ("indoor", "height")
HEIGHTS = (50, 230)
"""What ``height`` takes, in centimetres."""
NO, YES = "no", "yes"
NON_RIDE_CHOICES = (NO, YES)
"""What ``non_rides`` takes; the first is the default."""

DEFAULT_LIMIT = 100
MAX_LIMIT = 500
MAX_OFFSET = 1_000_000
_MAX_SHOWN = 80
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?")
"""A number as JSON writes it; Python would also read underscores, other digits and white space."""


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


class Parameters:
    """The parameters of one request. Names outside ``allowed``, and names given twice, are refused."""

    def __init__(self, values: MultiDict[str, str], allowed: Iterable[str] = ()) -> None:
        names = sorted(allowed)
        for name in values:
            if name not in names:
                takes = f"it takes {', '.join(names)}" if names else "it takes no parameters"
                raise UnknownParameterError(
                    f"unknown parameter {quoted(name)}; {takes}", parameter=name[:_MAX_SHOWN]
                )
            if len(values.getlist(name)) > 1:
                raise InputError(f"{name} is given more than once; give it once", parameter=name)
        self._values = values

    def text(self, name: str) -> str | None:
        """The value, or null where it is absent or empty (a form sends empty fields along)."""
        return self._values.get(name) or None

    def period(
        self, today: dt.date, default: PeriodName = PeriodName.TODAY, *, days_ahead: int = 1
    ) -> Period:
        """The period (R10); ``default`` where none is asked for. Dates go up to ``days_ahead`` of today."""
        asked = [self.text(name) for name in PERIOD_PARAMETERS]
        if not any(asked):
            return Period(default)
        return parse_period(*asked, today=today, days_ahead=days_ahead)

    def date(self, name: str, latest: dt.date) -> dt.date | None:
        """A date as ``YYYY-MM-DD`` from 2000 up to ``latest``; null where it is absent."""
        text = self.text(name)
        return None if text is None else parse_date(name, text, latest)

    def page(self) -> ListPage:
        """``limit`` and ``offset``."""
        return ListPage(
            limit=self.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
            offset=self.integer("offset", 0, 0, MAX_OFFSET),
        )

    def integer(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number between two limits."""
        text = self.text(name)
        if text is None:
            return default
        plain = text.isascii() and text.isdigit() and len(text) <= len(str(highest))
        if not plain or not lowest <= int(text) <= highest:
            raise InputError(
                f"{name} {quoted(text)} is not usable; it takes a whole number from {lowest} to {highest}",
                parameter=name,
            )
        return int(text)

    def number(self, name: str, lowest: float, highest: float) -> float:
        """A number between two limits, which has to be given."""
        text = self.text(name)
        if text is None:
            raise InputError(
                f"{name} is missing; give a number from {lowest:g} to {highest:g}", parameter=name
            )
        value = float(text) if _NUMBER.fullmatch(text) else nan
        if not lowest <= value <= highest:
            raise InputError(
                f"{name} {quoted(text)} is not usable; it takes a number from {lowest:g} to {highest:g}",
                parameter=name,
            )
        return value

    def history(self) -> bool:
        """``history``: whether all versions are asked for."""
        return self.choice("history", NON_RIDE_CHOICES) == YES

    def visit(self) -> VisitFilter:
        """``indoor`` and ``height``."""
        height = None if self.text("height") is None else self.integer("height", 0, *HEIGHTS)
        return VisitFilter(self.choice("indoor", NON_RIDE_CHOICES) == YES, height)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of ``choices``; the first is the default."""
        text = self.text(name)
        if text is None:
            return choices[0]
        if text not in choices:
            raise InputError(
                f"unknown {name} {quoted(text)}; it takes one of {', '.join(choices)}", parameter=name
            )
        return text

    def parks(self, context: AnswerContext) -> ParkFilter:
        """``filter``, ``operator`` (or ``chain``), ``country``, ``region``; names in any case or as slugs."""
        operator = self._known("operator", context.catalogue.operators)
        chain = self._known("chain", context.catalogue.operators)
        if operator is not None and chain is not None and operator != chain:
            raise InputError(
                f"chain {chain!r} is not the operator {operator!r}; give one of the two", parameter="chain"
            )
        scope = self.choice("filter", SCOPES)
        return ParkFilter(
            scope=ALL if scope == ALL_PARKS else scope,
            operator=operator or chain,
            country=self._known("country", context.catalogue.countries),
            region=self._known("region", context.catalogue.regions),
        )

    def rides(self) -> RideFilter:
        """``type``, one or several with commas between them, and ``non_rides``."""
        text = self.text("type") or ""
        known = {kind.value: kind for kind in RideType}
        asked = list(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
        for part in asked:
            if part not in known:
                raise InputError(
                    f"unknown type {quoted(part)}; it takes one or several of {', '.join(known)}",
                    parameter="type",
                )
        return RideFilter(
            tuple(known[part] for part in asked),
            non_rides=self.choice(SHOWS_NON_RIDES, NON_RIDE_CHOICES) == YES,
        )

    def _known(self, name: str, known: tuple[str, ...]) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        wanted = slugify(text)
        for value in known:
            if slugify(value) == wanted:
                return value
        meant = nearest(text[:_MAX_SHOWN], {value: value for value in known}, 3) or list(known)
        choices = ", ".join(meant[:12]) or "nothing yet: the catalogue is empty"
        raise InputError(f"unknown {name} {quoted(text)}; it takes, for example, {choices}", parameter=name)
