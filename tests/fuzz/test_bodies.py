"""Damaged bodies at every door of the feeds: a value that can be true, or the feeds' own error."""

from __future__ import annotations

import random

import pytest

from fuzz import doors
from fuzz.bodies import BrokenDoorError, fuzz
from fuzz.mutations import damaged

PARTS, BODIES = 4, 2_500
"""10,000 bodies, in parts that two test processes share."""


@pytest.mark.parametrize("seed", range(PARTS))
def test_no_damaged_body_gets_more_out_of_a_door_than_a_true_value_or_an_error_of_its_own(seed: int) -> None:
    tally = fuzz(BODIES, seed)
    assert tally.bodies == BODIES
    for door in doors.DOORS:
        assert tally.read[door] > 0, f"no body was ever read by {door}, so nothing was tried there"
        assert tally.refused[door] > 0, f"{door} refused nothing"


def test_every_recorded_body_is_read_at_its_door() -> None:
    for name, bodies in doors.recorded().items():
        for body in bodies:
            doors.assert_fits(doors.DOORS[name](body))


def test_a_door_that_lets_a_mistake_through_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzer itself: one that cannot fail would prove nothing."""
    monkeypatch.setitem(doors.DOORS, "wiki: live", lambda content: int(content))
    with pytest.raises(BrokenDoorError, match="wiki: live: it raised ValueError"):
        fuzz(50, 0)


def test_damage_is_the_same_for_the_same_seed() -> None:
    bodies = [body for of_door in doors.recorded().values() for body in of_door]
    made = [[damaged(random.Random(3), body, bodies) for body in bodies] for _ in range(2)]
    assert made[0] == made[1]
    assert made[0] != bodies
