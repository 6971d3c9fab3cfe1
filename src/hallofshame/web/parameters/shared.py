"""Parameters and groups of them that many endpoints take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import quoted, slugify
from hallofshame.domain.periods import (
    FIRST_YEAR,
    LONGEST_AHEAD_DAYS,
    NAMED_PERIODS,
    Period,
    PeriodName,
    parse_period,
)
from hallofshame.domain.ride_types import RideType
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.errors import nearest
from hallofshame.web.parameters.asked import MAX_SHOWN, Parameters
from hallofshame.web.parameters.declared import (
    DateParameter,
    Parameter,
    ParameterOf,
    choice,
    flag,
    integer,
    integer_or_none,
    text,
)
from hallofshame.web.parameters.filters import (
    ALL,
    ALL_PARKS,
    SCOPES,
    SHOWS_NON_RIDES,
    ListPage,
    ParkFilter,
    RideFilter,
    VisitFilter,
)

MAX_LIMIT = 500
LAST_YEAR = 9999


def sort(choices: Iterable[str]) -> ParameterOf[str]:
    """The order of the rows; the first is the default."""
    return choice("sort", choices, "Order of the rows. It changes the order only, never `rank`.")


def by(choices: Sequence[str]) -> ParameterOf[str]:
    """What a list that mixes parks is ranked by (R12); the first is the default."""
    return choice(
        "by",
        choices,
        "What is ranked by: `comparable`, breakdowns that were over the same day, which every source can "
        "tell; or `score`, all downtime, which some sources do not tell in full.",
    )


def year(description: str) -> Parameter:
    """A calendar year, which becomes a period."""
    return Parameter("year", description, {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR})


@dataclass(frozen=True)
class PeriodParameters:
    """A period (R10); ``default`` is meant where none is given. Dates go up to ``days_ahead`` of today."""

    default: PeriodName = PeriodName.TODAY
    days_ahead: int = 1

    names: ClassVar[tuple[str, ...]] = ("period", "year", "start", "end")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """``period``, ``year``, ``start``, ``end``."""
        named = {
            "type": "string",
            "enum": [name.value for name in NAMED_PERIODS],
            "default": self.default.value,
        }
        return (
            Parameter("period", "A named period, by each park's own calendar.", named),
            year("A calendar year, instead of `period`; the running year ends today."),
            DateParameter("start", "First day of a range, park-local, instead of `period`. Goes with `end`."),
            DateParameter("end", "Last day of the range, included."),
        )

    def is_given(self, asked: Parameters) -> bool:
        """Whether the request names a period."""
        return any(asked.text(name) for name in self.names)

    def read(self, asked: Parameters, today: dt.date, default: PeriodName | None = None) -> Period:
        """The period; ``default`` stands in for the declared one where another parameter decides it."""
        given = [asked.text(name) for name in self.names]
        if not any(given):
            return Period(default or self.default)
        return parse_period(*given, today=today, days_ahead=self.days_ahead)


PERIOD = PeriodParameters()
PERIOD_AHEAD = PeriodParameters(days_ahead=LONGEST_AHEAD_DAYS)
"""Of details, which also tell of days to come."""
PERIOD_PARAMETERS = PERIOD.names


class ParkParameters:
    """Which parks: ``filter``, ``operator`` (or ``chain``), ``country``, ``region``."""

    _scope = choice("filter", SCOPES, "All parks (`all` or `all-parks`), or those of Disney and Universal.")
    _operator = text(
        "operator", "Parks of one operator, as in the catalogue, any case or as a slug.", "Disney"
    )
    _chain = text("chain", "The same as `operator`, in visitors' words. Give one of the two.", "Six Flags")
    _country = text("country", "Parks in one country.", "Italy")
    _region = text("region", "Parks in one part of the world.", "Europe")

    parameters: tuple[Parameter, ...] = (_scope, _operator, _chain, _country, _region)

    def read(self, asked: Parameters, context: AnswerContext) -> ParkFilter:
        """The parks; names in any case or as slugs, looked up in the catalogue."""
        catalogue = context.catalogue
        operator = _known(self._operator, asked, catalogue.operators)
        chain = _known(self._chain, asked, catalogue.operators)
        if operator is not None and chain is not None and operator != chain:
            raise InputError(
                f"chain {chain!r} is not the operator {operator!r}; give one of the two", parameter="chain"
            )
        scope = self._scope.read(asked)
        return ParkFilter(
            scope=ALL if scope == ALL_PARKS else scope,
            operator=operator or chain,
            country=_known(self._country, asked, catalogue.countries),
            region=_known(self._region, asked, catalogue.regions),
        )


def _known(parameter: ParameterOf[str | None], asked: Parameters, known: tuple[str, ...]) -> str | None:
    name, given = parameter.name, parameter.read(asked)
    if given is None:
        return None
    wanted = slugify(given)
    for value in known:
        if slugify(value) == wanted:
            return value
    meant = nearest(given[:MAX_SHOWN], {value: value for value in known}, 3) or list(known)
    choices = ", ".join(meant[:12]) or "nothing yet: the catalogue is empty"
    raise InputError(f"unknown {name} {quoted(given)}; it takes, for example, {choices}", parameter=name)


FILTERS = ParkParameters()
FILTER_PARAMETERS = tuple(parameter.name for parameter in FILTERS.parameters)


def _ride_types(given: str | None) -> tuple[RideType, ...]:
    known = {kind.value: kind for kind in RideType}
    asked = list(dict.fromkeys(part.strip().lower() for part in (given or "").split(",") if part.strip()))
    for part in asked:
        if part not in known:
            raise InputError(
                f"unknown type {quoted(part)}; it takes one or several of {', '.join(known)}",
                parameter="type",
            )
    return tuple(known[part] for part in asked)


class RideParameters:
    """Which rides: ``type``, one or several with commas between them, and ``non_rides``."""

    _types = ParameterOf(
        "type",
        "Rides of one type, or of several with commas between them: "
        f"{', '.join(kind.value for kind in RideType)}.",
        example="coaster",
        parse=_ride_types,
    )
    non_rides = flag(
        SHOWS_NON_RIDES,
        "Whether films, walkthroughs, exhibits and other attractions that are no rides are among them.",
    )

    parameters: tuple[Parameter, ...] = (_types, non_rides)

    def read(self, asked: Parameters) -> RideFilter:
        """The rides."""
        return RideFilter(self._types.read(asked), non_rides=self.non_rides.read(asked))


RIDES = RideParameters()
RIDE_PARAMETERS = tuple(parameter.name for parameter in RIDES.parameters)


class VisitParameters:
    """What a visitor can use: ``indoor`` and ``height``, in centimetres."""

    _indoor = flag("indoor", "Only rides known to be under a roof.")
    _height = integer_or_none(
        "height",
        50,
        230,
        "Only rides open to somebody of this height in centimetres; those whose limit is not known stay.",
        example="110",
    )

    parameters: tuple[Parameter, ...] = (_indoor, _height)

    def read(self, asked: Parameters) -> VisitFilter:
        """What fits the visitor."""
        height = self._height.read(asked)
        return VisitFilter(self._indoor.read(asked), height)


VISIT = VisitParameters()
VISIT_PARAMETERS = tuple(parameter.name for parameter in VISIT.parameters)

HISTORY = flag("history", "Whether what is no longer in force is among the rows: all versions.")


def limit(description: str) -> ParameterOf[int]:
    """How many rows are shown."""
    return integer("limit", 100, 1, MAX_LIMIT, description)


class PageParameters:
    """Which part of a list: ``limit`` and ``offset``."""

    _limit = limit("How many rows at most.")
    _offset = integer("offset", 0, 0, 1_000_000, "How many rows to leave out at the start.")

    parameters: tuple[Parameter, ...] = (_limit, _offset)

    def read(self, asked: Parameters) -> ListPage:
        """The part of the list."""
        return ListPage(limit=self._limit.read(asked), offset=self._offset.read(asked))


PAGE = PageParameters()

LIMIT = limit("How many rows at most, in each table.")
"""For an answer of several tables, which have no offset."""
