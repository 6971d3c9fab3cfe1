"""How often the types are right: twice 200 attractions drawn at random, told by hand.

Both samples were drawn with the seed 20261128 out of the directory of rides beside the checkout, the second
out of what the first had left. ``type_sample.csv`` was checked by whoever wrote the curated list, so that its
share is of slips, not of an outsider's opinion. ``type_sample_blind.csv`` was told by somebody else from
names and parks alone, without a look at the list: of 185 told, 175 agreed with it. The ten others were then
looked up: four times the list was right, once it was wrong (and is mended), five could not be confirmed. What
was not known is ``unsure`` and left out; notes say what was told blind.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallofshame.domain.names import kind_named
from hallofshame.domain.ride_types import NON_RIDES, RideType, TypeBook
from hallofshame.pipeline.shipped import load_type_book

SAMPLES = [Path(__file__).parent / name for name in ("type_sample.csv", "type_sample_blind.csv")]
LEAST_RIGHT = 0.97
LEAST_RIGHT_BY_PATTERNS = 0.9
"""Of what the patterns answer by themselves, as for a park that is on no list."""
LEAST_CHECKED = 170


def checked(book: TypeBook, sample: Path) -> Iterator[tuple[str, RideType, RideType]]:
    """The name, the type said and the right one of what the person knew."""
    with sample.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["type_right"] != "unsure":
                said = book.decide(row["park"], [row["ride"]], kind_named(row["ride"])).type
                yield row["ride"], said, RideType(row["type_right"])


def of_all(book: TypeBook) -> list[tuple[str, RideType, RideType]]:
    return [line for sample in SAMPLES for line in checked(book, sample)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_is_two_hundred_attractions(sample: Path) -> None:
    with sample.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({(row["park"], row["ride"]) for row in rows}) == 200
    assert all(row["note"] for row in rows if row["type_right"] != row["type_said"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_types_are_right(sample: Path) -> None:
    found = list(checked(load_type_book(), sample))
    right = sum(said is wanted for _, said, wanted in found)
    assert len(found) >= LEAST_CHECKED
    assert right >= LEAST_RIGHT * len(found), [line for line in found if line[1] is not line[2]]


def test_no_ride_is_taken_for_a_non_ride_nor_the_other_way_round() -> None:
    turned = [
        line for line in of_all(load_type_book()) if (line[1] in NON_RIDES) is not (line[2] in NON_RIDES)
    ]
    assert turned == []


def test_what_patterns_say_by_themselves_is_right() -> None:
    by_patterns = TypeBook([], [], load_type_book().patterns)
    answered = [line for line in of_all(by_patterns) if line[1] is not RideType.UNKNOWN]
    right = sum(said is wanted for _, said, wanted in answered)
    assert len(answered) >= 20
    assert right >= LEAST_RIGHT_BY_PATTERNS * len(answered), [
        line for line in answered if line[1] is not line[2]
    ]
