"""What an endpoint takes: each parameter described once, for checking, for OpenAPI and for its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hallofshame.domain.periods import FIRST_YEAR, NAMED_PERIODS, PeriodName
from hallofshame.domain.ride_types import RideType
from hallofshame.web.parameters import DEFAULT_LIMIT, HEIGHTS, MAX_LIMIT, MAX_OFFSET, NON_RIDE_CHOICES, SCOPES


@dataclass(frozen=True)
class Parameter:
    """One request parameter: its name, the JSON schema of its value, and what it means."""

    name: str
    description: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    example: str | None = None


def choice(name: str, choices: Sequence[str], description: str) -> Parameter:
    """One of ``choices``; the first is the default."""
    schema = {"type": "string", "enum": list(choices), "default": choices[0]}
    return Parameter(name, description, schema)


def integer(name: str, default: int, lowest: int, highest: int, description: str) -> Parameter:
    """A whole number between two limits."""
    schema = {"type": "integer", "minimum": lowest, "maximum": highest, "default": default}
    return Parameter(name, description, schema)


def number(name: str, lowest: float, highest: float, description: str, example: str) -> Parameter:
    """A number between two limits, which has to be given."""
    schema = {"type": "number", "minimum": lowest, "maximum": highest}
    return Parameter(name, description, schema, required=True, example=example)


def text(name: str, description: str, example: str | None = None, *, required: bool = False) -> Parameter:
    """A free text, which the endpoint itself judges."""
    return Parameter(name, description, required=required, example=example)


def date(name: str, description: str) -> Parameter:
    """A park-local date."""
    return Parameter(name, description, {"type": "string", "format": "date"})


def sort(choices: Iterable[str]) -> Parameter:
    """The order of the rows; the first is the default."""
    return choice("sort", tuple(choices), "Order of the rows. It changes the order only, never `rank`.")


def by(choices: Sequence[str]) -> Parameter:
    """What a list that mixes parks is ranked by (R12); the first is the default."""
    return choice(
        "by",
        choices,
        "What is ranked by: `comparable`, breakdowns that were over the same day, which every source can "
        "tell; or `score`, all downtime, which some sources do not tell in full.",
    )


def period(default: PeriodName = PeriodName.TODAY) -> tuple[Parameter, ...]:
    """The parameters of a period (R10), with the one that is meant where none is given."""
    named = {"type": "string", "enum": [name.value for name in NAMED_PERIODS], "default": default.value}
    return (
        Parameter("period", "A named period, by each park's own calendar.", named),
        Parameter(
            "year",
            "A calendar year, instead of `period`; the running year ends today.",
            {"type": "integer", "minimum": FIRST_YEAR, "maximum": 9999},
        ),
        date("start", "First day of a range, park-local, instead of `period`. Goes with `end`."),
        date("end", "Last day of the range, included."),
    )


PERIOD = period()

FILTERS = (
    choice("filter", SCOPES, "All parks (`all` or `all-parks`), or those of Disney and Universal."),
    text("operator", "Parks of one operator, as in the catalogue, any case or as a slug.", "Disney"),
    text("chain", "The same as `operator`, in visitors' words. Give one of the two.", "Six Flags"),
    text("country", "Parks in one country.", "Italy"),
    text("region", "Parks in one part of the world.", "Europe"),
)

RIDES = (
    text(
        "type",
        "Rides of one type, or of several with commas between them: "
        f"{', '.join(kind.value for kind in RideType)}.",
        "coaster",
    ),
    choice(
        "non_rides",
        NON_RIDE_CHOICES,
        "Whether films, walkthroughs, exhibits and other attractions that are no rides are among them.",
    ),
)

VISIT = (
    choice("indoor", NON_RIDE_CHOICES, "Only rides known to be under a roof."),
    Parameter(
        "height",
        "Only rides open to somebody of this height in centimetres; those whose limit is not known stay.",
        {"type": "integer", "minimum": HEIGHTS[0], "maximum": HEIGHTS[1]},
        example="110",
    ),
)

HISTORY = choice(
    "history", NON_RIDE_CHOICES, "Whether what is no longer in force is among the rows: all versions."
)

PAGE = (
    integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT, "How many rows at most."),
    integer("offset", 0, 0, MAX_OFFSET, "How many rows to leave out at the start."),
)

LIMIT = integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT, "How many rows at most, in each table.")

ParameterList = Sequence[Parameter | Sequence[Parameter]]


def flat(parameters: ParameterList) -> tuple[Parameter, ...]:
    """Groups and single parameters as one list."""
    found: list[Parameter] = []
    for parameter in parameters:
        found.extend([parameter] if isinstance(parameter, Parameter) else parameter)
    return tuple(found)
