"""A problem of the running system, as health, ``doctor``, alerts and metrics tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """How the system is on the whole."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"
    """What it shows is no longer the present, or what it collects is about to be lost."""


@dataclass(frozen=True, slots=True)
class SystemProblem:
    """One problem.

    ``cause`` names it in the same way for as long as it lasts, such as ``job:seal`` or ``feed:queue_times``;
    ``text`` is a sentence with the values, ``remedy`` what to do. ``tell_after_seconds``: how long it has to
    last before people are told; null = not at all, as it is too small or too common to wake anybody.
    """

    cause: str
    text: str
    remedy: str
    is_failing: bool = False
    tell_after_seconds: int | None = 0


def condition(problems: Sequence[SystemProblem]) -> Condition:
    """How the system is with these problems."""
    if any(problem.is_failing for problem in problems):
        return Condition.FAILING
    return Condition.DEGRADED if problems else Condition.OK
