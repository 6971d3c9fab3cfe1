"""The page of the awards: moves between two years, in words."""

from __future__ import annotations

import pytest

from hallofshame.web.pages.awards import move_words

BEFORE = [{"park_id": 1, "place": 1}, {"park_id": 2, "place": 2}, {"park_id": 3, "place": 4}]


@pytest.mark.parametrize(
    ("park", "place", "words"),
    [
        (1, 1, ("=", "same place as in")),
        (2, 1, ("▲", "1 place up from")),
        (3, 1, ("▲", "3 places up from")),
        (1, 2, ("▼", "1 place down from")),
        (9, 2, ("★", "not among the first in")),
    ],
)
def test_a_winner_is_held_to_its_place_in_the_other_year(
    park: int, place: int, words: tuple[str, str]
) -> None:
    assert move_words({"park_id": park, "place": place}, BEFORE) == words


def test_a_ride_is_not_taken_for_a_park_of_the_same_number() -> None:
    assert move_words(
        {"ride_id": 1, "park_id": 1, "place": 1}, [{"ride_id": 2, "park_id": 1, "place": 1}]
    ) == (
        "★",
        "not among the first in",
    )
