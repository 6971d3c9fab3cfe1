"""Feed damaged bodies into every door: a value that can be true comes out, or the project's own error.

``python -m fuzz.bodies [--bodies 100000] [--seed 7] [--result FILE]`` in the folder ``tests``; without a seed
it takes another one each time, and says which. A body that breaks something is written beside the result.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from faults.results import add
from fuzz.doors import DOORS, assert_fits, recorded
from fuzz.mutations import damaged
from hallofshame.domain.errors import BodyError

LONGEST_SECONDS = 2.0
"""Processor time that one body may cost; the costliest take a tenth of it."""

MOST_GROWTH_MEGABYTES = 300
"""How much the process may grow over a run: a single body is below half a megabyte."""

_ANOTHER_DOOR = 0.1
"""Share of the bodies that come to a door that they were not recorded at."""


@dataclass
class Tally:
    """What came of the bodies of one run."""

    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    longest_seconds: float = 0.0
    longest_at: str = ""
    grown_megabytes: float = 0.0

    @property
    def bodies(self) -> int:
        """How many were fed."""
        return self.read.total() + self.refused.total()


class BrokenDoorError(AssertionError):
    """A door let something through that it must not; ``body`` does it again."""

    def __init__(self, door: str, body: bytes, why: str) -> None:
        super().__init__(f"{door}: {why}; the body begins {body[:120]!r}")
        self.body = body


def fuzz(bodies: int, seed: int) -> Tally:
    """Feed so many bodies; the same ones for the same ``seed``.

    :raises BrokenDoorError: at the first that gets anything else out of a door than it may.
    """
    chance, tally = random.Random(seed), Tally()
    by_door = recorded()
    everything = [body for of_door in by_door.values() for body in of_door]
    before = _peak_megabytes()
    for number in range(bodies):
        door = list(DOORS)[number % len(DOORS)]
        of_door = by_door[door]
        # The whole body at the end of each list is taken now and then: it costs more and finds less.
        source = of_door[-1] if chance.random() < 0.01 else chance.choice(of_door[:-1])
        if chance.random() < _ANOTHER_DOOR:
            source = chance.choice(everything)
        _feed(door, damaged(chance, source, everything), tally)
    tally.grown_megabytes = _peak_megabytes() - before
    if tally.grown_megabytes > MOST_GROWTH_MEGABYTES:
        raise AssertionError(f"{bodies} bodies made the process grow by {tally.grown_megabytes:.0f} MB")
    return tally


def _feed(door: str, body: bytes, tally: Tally) -> None:
    began = time.thread_time()
    try:
        found = DOORS[door](body)
    except BodyError:
        tally.refused[door] += 1
        found = None
    except Exception as error:
        raise BrokenDoorError(door, body, f"it raised {error!r}") from error
    else:
        tally.read[door] += 1
    took = time.thread_time() - began
    if took > tally.longest_seconds:
        tally.longest_seconds, tally.longest_at = took, door
    if took > LONGEST_SECONDS:
        raise BrokenDoorError(door, body, f"it took {took:.1f} s")
    try:
        assert_fits(found)
    except (AssertionError, UnicodeEncodeError) as error:
        raise BrokenDoorError(door, body, f"what was read cannot be: {error!r}") from error


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Fuzz as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bodies", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--result", type=Path, help="write what came of it here, as JSON")
    asked = parser.parse_args()
    print(f"{asked.bodies:,} bodies from seed {asked.seed}", flush=True)
    began = time.monotonic()
    try:
        tally = fuzz(asked.bodies, asked.seed)
    except BrokenDoorError as broken:
        Path("broken-body").write_bytes(broken.body)
        sys.exit(f"{broken}\nThe body is in the file broken-body.")
    for door in DOORS:
        print(f"  {door:24} {tally.read[door]:8,} read {tally.refused[door]:8,} refused")
    print(
        f"the costliest took {tally.longest_seconds * 1000:.0f} ms of processor time "
        f"({tally.longest_at}); the process grew by {tally.grown_megabytes:.0f} MB; "
        f"{time.monotonic() - began:.0f} s in all"
    )
    if asked.result is not None:
        result = {
            "bodies": tally.bodies,
            "doors": len(DOORS),
            "read": tally.read.total(),
            "refused": tally.refused.total(),
            "longest_ms": round(tally.longest_seconds * 1000),
            "grown_megabytes": round(tally.grown_megabytes),
            "seed": asked.seed,
        }
        add(asked.result, "bodies", result)


if __name__ == "__main__":
    main()
