"""Kinds of parameters. One declaration holds name, bounds, default and meaning: it reads the value of a
request, refuses what it does not take, and is its own description in OpenAPI.

    LIMIT = integer("limit", 5, 1, 50, "How many winners of each award at most.")
    limit = LIMIT.read(asked)

A refusal names the parameter, its value and what it takes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, Generic, Protocol, TypeVar

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import quoted
from hallofshame.domain.periods import parse_date
from hallofshame.web.parameters.asked import Parameters

T = TypeVar("T")

Schema = dict[str, Any]

NO, YES = "no", "yes"

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?")
"""A number as JSON writes it; Python would also read underscores, other digits and white space."""


@dataclass(frozen=True)
class Parameter:
    """One request parameter: its name, what it means, and the JSON schema of its value.

    One that is no more than this is a part of a group, which judges it together with the others.
    """

    name: str
    description: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    required: bool = field(default=False, kw_only=True)
    example: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class ParameterOf(Parameter, Generic[T]):
    """One whose value is known by itself: ``parse`` makes it of the text, null where none is given."""

    parse: Callable[[str | None], T] = field(kw_only=True, repr=False)

    def read(self, asked: Parameters) -> T:
        """The value.

        :raises InputError: where it takes no such value.
        """
        return self.parse(asked.text(self.name))


@dataclass(frozen=True)
class DateParameter(Parameter):
    """A park-local date. How late it may be depends on the day on which it is asked for."""

    schema: Schema = field(default_factory=lambda: {"type": "string", "format": "date"})

    def read(self, asked: Parameters, latest: dt.date) -> dt.date | None:
        """A date as ``YYYY-MM-DD`` from 2000 up to ``latest``; null where it is absent."""
        text = asked.text(self.name)
        return None if text is None else parse_date(self.name, text, latest)


class Group(Protocol):
    """Parameters that are read together."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters, in the order in which OpenAPI lists them."""


ParameterList = Sequence[Parameter | Group | Sequence[Parameter | Group]]


def flat(parameters: ParameterList) -> tuple[Parameter, ...]:
    """Groups and single parameters as one list."""
    found: list[Parameter] = []
    for parameter in parameters:
        if isinstance(parameter, Parameter):
            found.append(parameter)
        else:
            found.extend(flat(parameter) if isinstance(parameter, Sequence) else parameter.parameters)
    return tuple(found)


def choice(name: str, choices: Iterable[str], description: str = "") -> ParameterOf[str]:
    """One of ``choices``; the first is the default."""
    known = tuple(choices)

    def parse(text: str | None) -> str:
        return known[0] if text is None else chosen(name, known, text)

    schema = {"type": "string", "enum": list(known), "default": known[0]}
    return ParameterOf(name, description, schema, parse=parse)


def choice_or_none(name: str, choices: Iterable[str], description: str = "") -> ParameterOf[str | None]:
    """One of ``choices``; null where none is given."""
    known = tuple(choices)

    def parse(text: str | None) -> str | None:
        return None if text is None else chosen(name, known, text)

    return ParameterOf(name, description, {"type": "string", "enum": list(known)}, parse=parse)


def chosen(name: str, choices: Sequence[str], text: str) -> str:
    """``text``, which has to be one of ``choices``."""
    if text not in choices:
        raise InputError(
            f"unknown {name} {quoted(text)}; it takes one of {', '.join(choices)}", parameter=name
        )
    return text


def flag(name: str, description: str, default: str = NO) -> ParameterOf[bool]:
    """``yes`` or ``no``."""
    choices = (YES, NO) if default == YES else (NO, YES)

    def parse(text: str | None) -> bool:
        return (default if text is None else chosen(name, choices, text)) == YES

    schema = {"type": "string", "enum": list(choices), "default": default}
    return ParameterOf(name, description, schema, parse=parse)


def integer(name: str, default: int, lowest: int, highest: int, description: str) -> ParameterOf[int]:
    """A whole number between two limits."""

    def parse(text: str | None) -> int:
        return default if text is None else _whole(name, text, lowest, highest)

    schema = {"type": "integer", "minimum": lowest, "maximum": highest, "default": default}
    return ParameterOf(name, description, schema, parse=parse)


def integer_or_none(
    name: str, lowest: int, highest: int, description: str = "", *, example: str | None = None
) -> ParameterOf[int | None]:
    """A whole number between two limits; null where none is given."""

    def parse(text: str | None) -> int | None:
        return None if text is None else _whole(name, text, lowest, highest)

    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return ParameterOf(name, description, schema, example=example, parse=parse)


def _whole(name: str, text: str, lowest: int, highest: int) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(highest))
    if not plain or not lowest <= int(text) <= highest:
        raise InputError(
            f"{name} {quoted(text)} is not usable; it takes a whole number from {lowest} to {highest}",
            parameter=name,
        )
    return int(text)


def number(name: str, lowest: float, highest: float, description: str, example: str) -> ParameterOf[float]:
    """A number between two limits, which has to be given."""

    def parse(text: str | None) -> float:
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

    schema = {"type": "number", "minimum": lowest, "maximum": highest}
    return ParameterOf(name, description, schema, required=True, example=example, parse=parse)


def text(
    name: str, description: str = "", example: str | None = None, *, required: bool = False
) -> ParameterOf[str | None]:
    """A free text, which the endpoint itself judges; null where none is given."""
    return ParameterOf(name, description, required=required, example=example, parse=_as_sent)


def _as_sent(text: str | None) -> str | None:
    return text
