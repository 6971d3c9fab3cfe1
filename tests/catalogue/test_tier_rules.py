"""The order in which tier rules answer (R13), and what the shipped lists say."""

from __future__ import annotations

import re

import pytest

from hallofshame.domain.errors import InputError
from hallofshame.domain.tiers import (
    REVIEW_THRESHOLD,
    TierBook,
    TierDecision,
    TierPattern,
    TierRule,
    TierSource,
    WaitRank,
)
from hallofshame.pipeline.shipped import load_tier_book

CAROUSEL = TierPattern(re.compile("carousel"), 3, 0.9, "carousel")
DOUBTFUL = TierPattern(re.compile("wheel"), 2, 0.4, "wheel")
TOP = WaitRank(position=0.95, rides_ranked=20, days_of_history=30)


def book(*, overrides: tuple[TierRule, ...] = (), curated: tuple[TierRule, ...] = ()) -> TierBook:
    return TierBook(overrides, curated, (CAROUSEL, DOUBTFUL))


def test_override_answers_before_the_curated_list() -> None:
    curated = TierRule("efteling", "Grand Carousel", 2, "curated")
    override = TierRule("efteling", "Grand Carousel", 1, "a legend here")
    decision = book(overrides=(override,), curated=(curated,)).classify("efteling", "Grand Carousel", TOP)
    assert decision == TierDecision(1, TierSource.OVERRIDE, 1.0, "a legend here")


def test_curated_list_answers_before_patterns() -> None:
    curated = TierRule("efteling", "Grand Carousel", 2, "large")
    decision = book(curated=(curated,)).classify("efteling", "GRAND Carousel™ (12)", TOP)
    assert decision == TierDecision(2, TierSource.CURATED, 0.95, "large")


def test_a_named_ride_speaks_for_its_own_park_only() -> None:
    curated = TierRule("efteling", "Python", 1, "landmark")
    assert book(curated=(curated,)).classify("liseberg", "Python", None).tier is None


def test_patterns_answer_before_waits_with_their_own_confidence() -> None:
    decision = book().classify("efteling", "Grand Carousel", TOP)
    assert decision == TierDecision(3, TierSource.PATTERN, 0.9, "carousel")


def test_the_first_matching_pattern_answers() -> None:
    assert book().classify("efteling", "Carousel Wheel", None).reason == "carousel"


@pytest.mark.parametrize(
    ("position", "tier"), [(0.0, 3), (0.39, 3), (0.40, 2), (0.84, 2), (0.85, 1), (1.0, 1)]
)
def test_rank_of_typical_waits_gives_a_tier(position: float, tier: int) -> None:
    decision = book().classify("efteling", "Unknown", WaitRank(position, 8, 14))
    assert (decision.tier, decision.source) == (tier, TierSource.TYPICAL_WAIT)


@pytest.mark.parametrize(("days", "confidence"), [(14, 0.4), (52, 0.5), (90, 0.6), (4000, 0.6)])
def test_confidence_of_a_rank_grows_with_history(days: int, confidence: float) -> None:
    decision = book().classify("efteling", "Unknown", WaitRank(0.5, 8, days))
    assert decision.confidence == pytest.approx(confidence)


@pytest.mark.parametrize("rank", [None, WaitRank(0.95, 7, 400), WaitRank(0.95, 40, 13)])
def test_without_enough_history_a_ride_is_unrated_and_reviewed(rank: WaitRank | None) -> None:
    decision = book().classify("efteling", "Unknown", rank)
    assert (decision.tier, decision.source, decision.confidence) == (None, TierSource.UNRATED, 0.0)
    assert decision.confidence < REVIEW_THRESHOLD


def test_a_doubtful_pattern_goes_on_the_review_list() -> None:
    assert book().classify("efteling", "Big Wheel", None).confidence < REVIEW_THRESHOLD


def test_one_list_cannot_give_a_ride_two_tiers() -> None:
    twice = (TierRule("efteling", "Python", 1, "a"), TierRule("efteling", "PYTHON", 2, "b"))
    with pytest.raises(InputError, match="'PYTHON' of park 'efteling' has two tiers"):
        book(curated=twice)


@pytest.mark.parametrize(
    ("park", "ride", "tier", "source"),
    [
        ("magic-kingdom", "Big Thunder Mountain Railroad", 1, "curated"),
        ("epic-universe", "Stardust Racers", 1, "curated"),
        ("efteling", "Stoomcarrousel", 3, "curated"),
        ("hersheypark", "Frog Hopper", 3, "pattern"),
        ("heide-park", "NOSTALGIEKARUSSELL", 3, "pattern"),
        ("beto-carrero-world", "Xícaras Malucas", 3, "pattern"),
        ("cedar-point", "Cedar Point and Lake Erie Railroad", 3, "pattern"),
        ("six-flags-over-texas", "Runaway Mine Train", None, "unrated"),
        ("hong-kong-disneyland", "Big Grizzly Mountain Runaway Mine Cars", 1, "curated"),
        ("tokyo-disneysea", "カルーセル", 3, "curated"),
        ("a-park-of-tomorrow", "The Little Mermaid", None, "unrated"),
    ],
)
def test_shipped_rules_on_well_known_rides(park: str, ride: str, tier: int | None, source: str) -> None:
    decision = load_tier_book().classify(park, ride, None)
    assert (decision.tier, decision.source) == (tier, source)
