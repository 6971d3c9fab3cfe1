"""Under which of its ids a ride was heard when: a step function of time (R14)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

Step = tuple[int, str]
"""From this instant (Unix seconds) on, until the next step, a ride is heard under this id."""

Steps = Sequence[Step]
"""The steps of one ride at one feed, in order of time. Before the first one its id counts, too."""

END_OF_TIME = 2**62


def heard_at(steps: Steps, at: int) -> str | None:
    """The id that a reading of the instant ``at`` was heard under; ``None`` without any step."""
    if not steps:
        return None
    place = bisect_right(steps, at, key=lambda step: step[0])
    return steps[max(place - 1, 0)][1]


def spells(steps: Steps, external_id: str) -> Iterator[tuple[int, int]]:
    """From when until when, until excluded, a ride was heard under one id; without end where it still is."""
    ends = [since for since, _ in steps[1:]] + [END_OF_TIME]
    for place, ((since, given), until) in enumerate(zip(steps, ends, strict=True)):
        if given == external_id:
            yield (since if place else 0), until


def with_heard(steps: Steps, said: Mapping[str, Iterable[int]], others: Collection[int]) -> list[Step]:
    """The steps once it is known that a ride was heard under ids at some instants.

    ``said``: by id the instants; one at which a ride was heard under two ids tells nothing. ``others``: the
    instants of its readings in the record, which keep their ids, also where ``said`` names one of them.
    """
    kept = set(others)
    told: dict[int, set[str]] = {}
    for given, instants in said.items():
        for at in instants:
            if at not in kept:
                told.setdefault(at, set()).add(given)
    clear = {at: given for at, (given, *more) in told.items() if not more}
    if not clear:
        return list(steps)
    first, last = min(clear), max(clear)
    inside = {
        at: before for at in kept if first <= at <= last and (before := heard_at(steps, at)) is not None
    }
    changed = sorted((clear | inside).items())
    # What comes after belongs to whom it did, unless nothing does.
    follows = [step for step in steps if step[0] > last]
    after = heard_at(steps, last + 1)
    if after is not None and any(at > last for at in kept):
        follows = [(last + 1, after), *follows]
    return _without_repeats([*(step for step in steps if step[0] < first), *changed, *follows])


def without_ids(steps: Steps, gone: Collection[str], since: int = 0) -> list[Step]:
    """The steps of a ride whose readings under the ids ``gone`` went to another one, from ``since`` on."""
    left = [step for step in steps if step[0] < since or step[1] not in gone]
    place = bisect_left(left, since, key=lambda step: step[0])
    if since and place and left[place - 1][1] in gone:
        # The last of them before goes no further; the ride's own id goes on.
        own = next((given for _, given in reversed(steps) if given not in gone), None)
        if own is not None:
            left.insert(place, (since, own))
    return _without_repeats(left)


def only_ids(steps: Steps, ids: Collection[str]) -> list[Step]:
    """The steps of a ride that gets the readings of another one under ``ids``."""
    return _without_repeats([step for step in steps if step[1] in ids])


def _without_repeats(steps: Iterable[Step]) -> list[Step]:
    found: list[Step] = []
    for step in steps:
        if not found or found[-1][1] != step[1]:
            found.append(step)
    return found
