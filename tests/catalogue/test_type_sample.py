"""How often the types are right: 200 attractions drawn at random, told by a person.

``type_sample.csv`` was drawn with the seed 20261128 out of the directory of rides beside the checkout. The
person who wrote the curated list also checked it, so that the share is of slips, not of an outsider's
opinion; what the person did not know is ``unsure`` and left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from hallofshame.domain.names import kind_named
from hallofshame.domain.ride_types import NON_RIDES, RideType, TypeBook
from hallofshame.pipeline.shipped import load_type_book

SAMPLE = Path(__file__).parent / "type_sample.csv"
LEAST_RIGHT = 0.97
LEAST_RIGHT_BY_PATTERNS = 0.9
"""Of what the patterns answer by themselves, as for a park that is on no list."""
LEAST_CHECKED = 170


def checked(book: TypeBook) -> Iterator[tuple[str, RideType, RideType]]:
    """The name, the type said and the right one of what the person knew."""
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["type_right"] != "unsure":
                said = book.decide(row["park"], [row["ride"]], kind_named(row["ride"])).type
                yield row["ride"], said, RideType(row["type_right"])


def test_the_sample_is_two_hundred_attractions() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({(row["park"], row["ride"]) for row in rows}) == 200
    assert all(row["note"] for row in rows if row["type_right"] != row["type_said"])


def test_types_are_right() -> None:
    found = list(checked(load_type_book()))
    right = sum(said is wanted for _, said, wanted in found)
    assert len(found) >= LEAST_CHECKED
    assert right >= LEAST_RIGHT * len(found), [line for line in found if line[1] is not line[2]]


def test_no_ride_is_taken_for_a_non_ride_nor_the_other_way_round() -> None:
    turned = [
        line for line in checked(load_type_book()) if (line[1] in NON_RIDES) is not (line[2] in NON_RIDES)
    ]
    assert turned == []


def test_what_patterns_say_by_themselves_is_right() -> None:
    by_patterns = TypeBook([], [], load_type_book().patterns)
    answered = [line for line in checked(by_patterns) if line[1] is not RideType.UNKNOWN]
    right = sum(said is wanted for _, said, wanted in answered)
    assert len(answered) >= 20
    assert right >= LEAST_RIGHT_BY_PATTERNS * len(answered), [
        line for line in answered if line[1] is not line[2]
    ]
