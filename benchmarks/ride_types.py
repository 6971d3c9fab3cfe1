"""How much of what is tracked has a type, and who said so (R13).

Run as ``python -m benchmarks.ride_types``. Over the directory of Queue-Times rides and over the attractions
of every recording: the share typed by each source, and by the patterns alone, as for a park on no list.
Queues of rides (R2) are left out. How often the types are right is a test,
``tests/catalogue/test_type_sample.py``.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from hallofshame.domain.names import kind_named, normalise
from hallofshame.domain.queue_names import is_single_rider
from hallofshame.domain.ride_types import NON_RIDES, TypeBook, TypeSource
from hallofshame.domain.words import RideKind
from hallofshame.pipeline.shipped import load_parks, load_type_book

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
Names = Mapping[str, Iterable[tuple[str, RideKind]]]
"""Park slug → what it lists."""


def directory() -> Names:
    """Everything that the directory of rides names in parks of the catalogue."""
    by_number = {park.queue_times_id: park.slug for park in load_parks()}
    found: defaultdict[str, set[tuple[str, RideKind]]] = defaultdict(set)
    with (SHARED / "qt_ride_directory" / "rides.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["park_id"] in by_number:
                found[by_number[row["park_id"]]].add((row["ride_name"], kind_named(row["ride_name"])))
    return found


def recordings() -> Names:
    """The attractions of every recording whose parks the catalogue knows."""
    parks = load_parks()
    by_number = {park.queue_times_id: park.slug for park in parks}
    by_name = {normalise(name): park.slug for park in parks for name in park.names}
    by_name |= {str(park.themeparks_wiki_id): park.slug for park in parks}
    found: defaultdict[str, set[tuple[str, RideKind]]] = defaultdict(set)
    for file in SHARED.glob("qt_*/snapshots.parquet"):
        for number, ride in pl.read_parquet(file, columns=["park_id", "ride_name"]).unique().rows():
            found[by_number[str(number)]].add((ride, kind_named(ride)))
    for file in SHARED.glob("tpw_*/live_rows.parquet"):
        rows = pl.read_parquet(file)
        park = next((column for column in ("park_id", "park_name") if column in rows.columns), None)
        if park is None:
            rows, park = (
                rows.with_columns(park_name=pl.lit(file.parent.name.removeprefix("tpw_"))),
                "park_name",
            )
        kind = "entity_type" if "entity_type" in rows.columns else None
        for row in rows.select(park, "name", *([kind] if kind else [])).unique().iter_rows(named=True):
            slug = by_name.get(str(row[park])) or by_name.get(normalise(str(row[park])))
            if slug is not None and row.get("entity_type", "ATTRACTION") == "ATTRACTION":
                found[slug].add((row["name"], RideKind.ATTRACTION))
    return found


def shares(names: Names, book: TypeBook) -> tuple[int, Counter[TypeSource], int]:
    """How many there are, how many each source answers, how many are non-rides."""
    sources: Counter[TypeSource] = Counter()
    non_rides = 0
    for slug, listed in names.items():
        for name, kind in listed:
            if is_single_rider(name):
                continue
            said = book.decide(slug, [name], kind)
            sources[said.source] += 1
            non_rides += said.type in NON_RIDES
    return sources.total(), sources, non_rides


def main() -> None:
    """Print the shares."""
    if not SHARED.exists():
        print("types: the recordings do not lie beside this checkout")
        return
    book = load_type_book()
    for title, names in (("directory", directory()), ("recordings", recordings())):
        total, sources, non_rides = shares(names, book)
        _, alone, _ = shares(names, TypeBook([], [], book.patterns))
        typed = total - sources[TypeSource.UNKNOWN]
        parts = ", ".join(f"{source.value} {sources[source] / total:.1%}" for source in TypeSource)
        print(f"types, {title}: {len(names)} parks, {total} entries, {typed / total:.1%} typed ({parts})")
        by_name = 1 - alone[TypeSource.UNKNOWN] / total
        print(f"  {non_rides} of them non-rides; without the lists {by_name:.1%} typed")


if __name__ == "__main__":
    main()
