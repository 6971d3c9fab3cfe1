"""Which tier a ride belongs to, and who says so (R13). Pure lookups; the rules are read elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hallofshame.domain.names import normalise
from hallofshame.domain.plurals import counted
from hallofshame.domain.ride_rules import (
    CURATED_CONFIDENCE,
    OVERRIDE_CONFIDENCE,
    PatternRule,
    RideRule,
    by_ride,
)

TIERS = (1, 2, 3)
"""1 flagship, 2 standard, 3 minor (design §2)."""

REVIEW_THRESHOLD = 0.5
"""Decisions below this confidence go on the review list (R13)."""

MIN_RIDES_RANKED = 8
MIN_DAYS_OF_HISTORY = 14
FULL_CONFIDENCE_DAYS = 90
"""History from which a rank of typical waits is trusted as far as it ever is."""
RANK_CONFIDENCE = (0.4, 0.6)
FLAGSHIP_FROM_POSITION = 0.85
MINOR_BELOW_POSITION = 0.40


TierRule = RideRule[int]
TierPattern = PatternRule[int]


class TierSource(StrEnum):
    """The rule that answered, in the order in which they are asked (R13)."""

    OVERRIDE = "override"
    CURATED = "curated"
    PATTERN = "pattern"
    TYPICAL_WAIT = "typical_wait"
    UNRATED = "unrated"


@dataclass(frozen=True, slots=True)
class WaitRank:
    """Where a ride's typical posted wait stands inside its park.

    ``position`` is the share (0 to 1) of the ranked rides with a lower typical wait; ``rides_ranked`` counts
    the rides compared, ``days_of_history`` the park days behind them.
    """

    position: float
    rides_ranked: int
    days_of_history: int

    @property
    def enough(self) -> bool:
        """Whether the ranking has enough rides and days to say anything."""
        return self.rides_ranked >= MIN_RIDES_RANKED and self.days_of_history >= MIN_DAYS_OF_HISTORY


@dataclass(frozen=True, slots=True)
class TierDecision:
    """A ride's tier (``None``: unrated), who decided, how sure (0 to 1) and why in words."""

    tier: int | None
    source: TierSource
    confidence: float
    reason: str


class TierBook:
    """Every tier rule, ready for lookup.

    Patterns are asked in the order given. Raises :class:`InputError` when one list names a ride twice.

    >>> book = TierBook([TierRule("gardaland", "Raptor", 1, "the largest")], [], [])
    >>> book.classify("gardaland", "RAPTOR", None).tier
    1
    >>> book.classify("gardaland", "Mammut", None).source.value
    'unrated'
    """

    def __init__(
        self, overrides: Iterable[TierRule], curated: Iterable[TierRule], patterns: Iterable[TierPattern]
    ) -> None:
        self.overrides: Mapping[tuple[str, str], TierRule] = by_ride(overrides, "tiers")
        self.curated: Mapping[tuple[str, str], TierRule] = by_ride(curated, "tiers")
        self.patterns = tuple(patterns)

    def classify(self, park_slug: str, ride_name: str, typical_wait_rank: WaitRank | None) -> TierDecision:
        """The tier of a ride by the first rule that answers (R13)."""
        name = normalise(ride_name)
        key = (park_slug, name)
        if (rule := self.overrides.get(key)) is not None:
            return TierDecision(rule.says, TierSource.OVERRIDE, OVERRIDE_CONFIDENCE, rule.reason)
        if (rule := self.curated.get(key)) is not None:
            return TierDecision(rule.says, TierSource.CURATED, CURATED_CONFIDENCE, rule.reason)
        for line in self.patterns:
            if line.pattern.search(name):
                return TierDecision(line.says, TierSource.PATTERN, line.confidence, line.note)
        if typical_wait_rank is not None and typical_wait_rank.enough:
            return _from_rank(typical_wait_rank)
        return TierDecision(None, TierSource.UNRATED, 0.0, "no rule knows this ride")


def _from_rank(rank: WaitRank) -> TierDecision:
    """Top 15 % are flagships, the bottom 40 % minor; confidence grows with the history."""
    if rank.position >= FLAGSHIP_FROM_POSITION:
        tier = 1
    elif rank.position < MINOR_BELOW_POSITION:
        tier = 3
    else:
        tier = 2
    low, high = RANK_CONFIDENCE
    history = min(rank.days_of_history, FULL_CONFIDENCE_DAYS) - MIN_DAYS_OF_HISTORY
    confidence = low + (high - low) * history / (FULL_CONFIDENCE_DAYS - MIN_DAYS_OF_HISTORY)
    reason = (
        f"typical wait above that of {rank.position:.0%} of {counted(rank.rides_ranked, 'ride')} "
        f"over {counted(rank.days_of_history, 'day')}"
    )
    return TierDecision(tier, TierSource.TYPICAL_WAIT, round(confidence, 3), reason)
