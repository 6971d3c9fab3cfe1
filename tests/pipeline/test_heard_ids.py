"""Under which id a ride was heard when: the step function against a dictionary of instants."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hallofshame.domain.heard_ids import (
    END_OF_TIME,
    Step,
    heard_at,
    only_ids,
    spells,
    with_heard,
    without_ids,
)

BATCHES = st.lists(
    st.dictionaries(st.integers(1, 12), st.sampled_from("ABC"), min_size=1, max_size=6),
    min_size=1,
    max_size=6,
)
"""Batches of readings in the order in which they are taken in: instant → the id that said it."""


def taken(batches: list[dict[int, str]]) -> tuple[list[Step], dict[int, str]]:
    """The steps after all batches, and what each reading of the record was heard under: the first says."""
    steps: list[Step] = []
    record: dict[int, str] = {}
    for batch in batches:
        said: dict[str, list[int]] = {}
        for at, external_id in batch.items():
            said.setdefault(external_id, []).append(at)
        steps = with_heard(steps, said, record.keys())
        record = batch | record
    return steps, record


@given(BATCHES)
def test_each_reading_keeps_the_id_that_said_it_whatever_comes_before_after_or_between(
    batches: list[dict[int, str]],
) -> None:
    steps, record = taken(batches)
    assert {at: heard_at(steps, at) for at in record} == record
    assert all(before[0] < after[0] and before[1] != after[1] for before, after in pairwise(steps))


@given(BATCHES, st.sets(st.sampled_from("ABC"), min_size=1, max_size=2), st.integers(0, 13))
def test_ids_that_leave_take_their_readings_along_and_no_others(
    batches: list[dict[int, str]], gone: set[str], since: int
) -> None:
    steps, record = taken(batches)
    of_gone = {at for at, external_id in record.items() if external_id in gone}
    spoken = [spell for one in gone for spell in spells(steps, one)]
    assert {at for at in record if any(first <= at < until for first, until in spoken)} == of_gone
    left, along = without_ids(steps, gone, since), only_ids(steps, gone)
    moved = {at for at in of_gone if at >= since}
    own = record.keys() - of_gone
    assert {at: heard_at(left, at) for at in own} == {at: record[at] for at in own}
    assert {at: heard_at(along, at) for at in moved} == {at: record[at] for at in moved}
    if own:
        stays = of_gone - moved
        assert {at: heard_at(left, at) for at in stays} == {at: record[at] for at in stays}


def test_an_instant_at_which_two_ids_stand_beside_each_other_tells_nothing() -> None:
    assert with_heard([(0, "A")], {"A": [5], "B": [5]}, ()) == [(0, "A")]


def test_the_last_id_goes_on_until_another_one_is_heard() -> None:
    steps = with_heard([(0, "A")], {"B": [5]}, [1, 3])
    assert steps == [(0, "A"), (5, "B")]
    assert list(spells(steps, "B")) == [(5, END_OF_TIME)]
    assert list(spells(steps, "A")) == [(0, 5)]
