"""The order in which type rules answer (R13), and what the shipped lists say."""

from __future__ import annotations

import re

import pytest

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import normalise
from hallofshame.domain.ride_types import (
    NON_RIDES,
    RideType,
    TypeBook,
    TypeDecision,
    TypePattern,
    TypeRule,
    TypeSource,
    counts_as_ride,
)
from hallofshame.domain.words import RideKind
from hallofshame.pipeline.shipped import load_type_book

COASTER = TypePattern(re.compile("coaster"), RideType.COASTER, 0.75, "roller coaster")
DOUBTFUL = TypePattern(re.compile("house"), RideType.WALKTHROUGH, 0.4, "house")
ATTRACTION = RideKind.ATTRACTION


def rule(kind: RideType, reason: str = "listed") -> TypeRule:
    return TypeRule("efteling", "Python", kind, reason)


def book(*, overrides: tuple[TypeRule, ...] = (), curated: tuple[TypeRule, ...] = ()) -> TypeBook:
    return TypeBook(overrides, curated, (COASTER, DOUBTFUL))


def test_an_override_answers_before_everything() -> None:
    rules = book(overrides=(rule(RideType.SHOW, "ours"),), curated=(rule(RideType.COASTER),))
    said = rules.decide("efteling", ["Python"], RideKind.RESTAURANT, ["attractionType=TRANSPORT"])
    assert said == TypeDecision(RideType.SHOW, TypeSource.OVERRIDE, 1.0, "ours")


def test_the_curated_list_answers_before_the_feed_whatever_the_spelling() -> None:
    rules = book(curated=(rule(RideType.COASTER),))
    said = rules.decide("efteling", ["PYTHON\u2122 (12)"], ATTRACTION, ["attractionType=SHOW"])
    assert said == TypeDecision(RideType.COASTER, TypeSource.CURATED, 0.95, "listed")


def test_a_renamed_ride_is_found_by_a_name_it_had_before() -> None:
    said = book(curated=(rule(RideType.COASTER),)).decide("efteling", ["New", "Python"], ATTRACTION)
    assert (said.type, said.source) == (RideType.COASTER, TypeSource.CURATED)


def test_a_named_ride_speaks_for_its_own_park_only() -> None:
    said = book(curated=(rule(RideType.COASTER),)).decide("liseberg", ["Python"], ATTRACTION)
    assert said.type is RideType.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "tags", "expected"),
    [
        (RideKind.SHOW, [], RideType.SHOW),
        (RideKind.MEET_AND_GREET, [], RideType.MEET_AND_GREET),
        (RideKind.RESTAURANT, [], RideType.OTHER),
        (ATTRACTION, ["FASTPASS", "attractionType=TRANSPORT"], RideType.TRANSPORT),
        (ATTRACTION, ["attractionType=PARADE"], RideType.SHOW),
    ],
)
def test_the_feed_answers_before_patterns(kind: RideKind, tags: list[str], expected: RideType) -> None:
    said = book().decide("efteling", ["Coaster"], kind, tags)
    assert (said.type, said.source, said.confidence) == (expected, TypeSource.FEED, 0.9)


@pytest.mark.parametrize("tags", [[], ["attractionType=RIDE"], ["attractionType=UNKNOWN"]])
def test_patterns_answer_where_the_feed_does_not_say_which_ride(tags: list[str]) -> None:
    said = book().decide("efteling", ["The Coaster"], ATTRACTION, tags)
    assert said == TypeDecision(RideType.COASTER, TypeSource.PATTERN, 0.75, "roller coaster")


def test_what_no_rule_knows_is_unknown_and_counts_as_a_ride() -> None:
    said = book().decide("efteling", ["\u2605"], ATTRACTION)
    assert (said.type, said.source, said.confidence) == (RideType.UNKNOWN, TypeSource.UNKNOWN, 0.0)
    assert counts_as_ride(ATTRACTION, said.type)


def test_only_attractions_that_are_no_non_rides_count() -> None:
    counting = {kind for kind in RideType if counts_as_ride(ATTRACTION, kind)}
    assert counting == set(RideType) - NON_RIDES
    assert RideType.TRANSPORT in counting
    assert not counts_as_ride(RideKind.SHOW, RideType.COASTER)


def test_a_ride_named_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'Python' of park 'efteling' has two types; keep one line"):
        book(curated=(rule(RideType.COASTER), rule(RideType.SHOW)))


@pytest.mark.parametrize(
    ("park", "ride", "expected"),
    [
        ("epcot", "Impressions de France", RideType.SHOW),
        ("magic-kingdom", "Space Mountain", RideType.COASTER),
        ("magic-kingdom", "Swiss Family Treehouse", RideType.WALKTHROUGH),
        ("disneyland-park-paris", "Horse-Drawn Streetcars", RideType.TRANSPORT),
        ("disneys-animal-kingdom", "The Boneyard", RideType.PLAYGROUND),
        ("alton-towers", "The Gardens", RideType.WALKTHROUGH),
        ("tokyo-disneysea", "Venetian Gondolas", RideType.WATER_RIDE),
        ("nowhere", "Riesenrad", RideType.FLAT_RIDE),
        ("nowhere", "The Great Wave Pool", RideType.POOL),
        ("nowhere", "Thunder Mine Railroad", RideType.UNKNOWN),
    ],
)
def test_the_shipped_lists_say(park: str, ride: str, expected: RideType) -> None:
    assert load_type_book().decide(park, [ride], ATTRACTION).type is expected


def test_patterns_are_written_for_normalised_names() -> None:
    for line in load_type_book().patterns:
        literal = re.sub(r"\\.|\(\?[:=!<]+", "", line.pattern.pattern)
        assert literal == literal.casefold(), line
        assert not re.search(r"['\u2019\u2122&-]", literal), line


@pytest.mark.parametrize("name", ["", "Taron", "Baron 1898", "Silver Star", "The Smiler", "Steeplechase"])
def test_patterns_leave_names_that_say_nothing_alone(name: str) -> None:
    assert not any(line.pattern.search(normalise(name)) for line in load_type_book().patterns)
