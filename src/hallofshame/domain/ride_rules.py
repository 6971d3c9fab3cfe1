"""Rules that say something of single rides: those of tiers and those of types have one form (R13)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import normalise

OVERRIDE_CONFIDENCE = 1.0
CURATED_CONFIDENCE = 0.95

Said = TypeVar("Said")
"""What a rule says of a ride: a tier or a type."""


@dataclass(frozen=True)
class RideRule(Generic[Said]):
    """One ride of one park named by hand: a line of the overrides or of the curated list."""

    park_slug: str
    ride: str
    says: Said
    reason: str

    @property
    def key(self) -> tuple[str, str]:
        """Two rules with equal keys speak of the same ride."""
        return self.park_slug, normalise(self.ride)


@dataclass(frozen=True)
class PatternRule(Generic[Said]):
    """A regular expression searched for in the normalised name."""

    pattern: re.Pattern[str]
    says: Said
    confidence: float
    note: str


def by_ride(rules: Iterable[RideRule[Said]], things: str) -> dict[tuple[str, str], RideRule[Said]]:
    """``rules`` by their key; ``things`` names what they say in the error.

    :raises InputError: where two speak of one ride.
    """
    found: dict[tuple[str, str], RideRule[Said]] = {}
    for rule in rules:
        if found.setdefault(rule.key, rule) is not rule:
            raise InputError(f"ride {rule.ride!r} of park {rule.park_slug!r} has two {things}; keep one line")
    return found
