"""The first answer of a park with very many rides: recognising names through an index, and all with all.

Run as ``python -m benchmarks.matching``; ``--all`` compares all with all at every size (many minutes).
"""

from __future__ import annotations

import random
import string
import sys
import tempfile
import time

from benchmarks.machine import describe
from hallofshame.clock import SystemClock
from hallofshame.domain.names import normalise
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.pipeline.identity import Matcher, Sighting
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.similar_names import similar
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database

SIZES = (5_000, 10_000, 50_000)
PARK = 1


def names(number: int) -> list[str]:
    """Names of three words out of 3,000, so that many share one or two."""
    chance = random.Random(7)
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(4, 9))) for _ in range(3_000)]
    return [" ".join(chance.sample(words, 3)) for _ in range(number)]


def with_index(sightings: list[Sighting]) -> float:
    """Seconds of processor time that the matcher takes for sightings of rides that nobody knows yet."""
    start = time.process_time()
    matcher = Matcher([], Feed.QUEUE_TIMES)
    for number, sighting in enumerate(sightings):
        found = matcher.match(sighting).ride_id
        matcher.learn(number if found is None else found, sighting)
    return time.process_time() - start


def all_with_all(sightings: list[Sighting]) -> float:
    """Seconds of processor time for the same when each name is compared with every one before it."""
    start = time.process_time()
    known: list[str] = []
    for sighting in sightings:
        name = normalise(sighting.name)
        alike = [other for other in known if other != name and similar(name, other)]
        if len(alike) != 1:
            known.append(name)
    return time.process_time() - start


def stored(sightings: list[Sighting]) -> tuple[float, float]:
    """Processor seconds before and inside the writing transaction that makes rides of sightings."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        schema.upgrade(database)
        row = catalogue.StoredPark(
            slug="bench",
            name="Bench",
            timezone="UTC",
            primary_feed=int(Feed.QUEUE_TIMES),
            breakdown_signal=BreakdownSignal.CLOSED.value,
            park_id=PARK,
        )
        with database.write() as connection:
            catalogue.upsert_parks(connection, [row])
        registry, now = Registry(), SystemClock().now()
        start = time.process_time()
        with database.read() as connection:
            registry.prepare(connection, [(PARK, Feed.QUEUE_TIMES, sightings)])
        prepared = time.process_time()
        database.run(lambda connection: registry.resolve(connection, PARK, Feed.QUEUE_TIMES, sightings, now))
        written = time.process_time()
        database.dispose()
    return prepared - start, written - prepared


def main() -> None:
    """Print processor seconds for each size, with and without ids, and how many times faster the index is."""
    describe("First answer of a park with very many rides")
    for size in SIZES:
        bare = [Sighting(None, name) for name in names(size)]
        numbered = [Sighting(str(number), sighting.name) for number, sighting in enumerate(bare)]
        fast = with_index(bare)
        line = f"{size:,} rides without ids: index {fast:.2f} s"
        if size == SIZES[0] or "--all" in sys.argv:
            slow = all_with_all(bare)
            line += f", all with all {slow:.1f} s ({slow / fast:.0f} times as long)"
        print(line)
        before, inside = stored(numbered)
        print(f"{size:,} rides with ids: {before:.2f} s before and {inside:.2f} s inside the transaction")


if __name__ == "__main__":
    main()
