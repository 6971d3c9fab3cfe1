"""How the rides that both feeds name find each other: matched, in doubt, and known to one feed alone (R14).

Run as ``python -m benchmarks.matches``; ``--pairs`` prints every match as CSV, ``--doubts`` every doubt.
The names and ids of ThemeParks.wiki are those of its recorded answers, those of Queue-Times are from its
answers and from the directory of its rides. What is known of a park enters the registry as two answers, one
per feed, ThemeParks.wiki first. Whether matches are right: ``tests/catalogue/test_match_sample.py``.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from hallofshame.clock import SystemClock
from hallofshame.domain.names import kind_named
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.reviewing import Matched, matched, refresh
from hallofshame.pipeline.seeding import seed_catalogue
from hallofshame.pipeline.shipped import load_parks
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database
from hallofshame.store.reviews import Review, reviews

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

_KINDS = {kind.value: kind for kind in RideKind}
_PARKS_OF_RECORDINGS = {"Tokyo DisneySea": "tokyo-disneysea", "Tokyo Disneyland": "tokyo-disneyland"}

Entries = Mapping[str, Mapping[str, Sighting]]
"""Park slug → id at the feed → how the feed names that entry."""


def themeparks_wiki() -> Entries:
    """Every entity of every recorded answer but the parks themselves, under its latest name."""
    slugs = {park.themeparks_wiki_id: park.slug for park in load_parks() if park.themeparks_wiki_id}
    found: defaultdict[str, dict[str, Sighting]] = defaultdict(dict)
    for park_id, entities in _answers():
        for entity in entities:
            kind = _KINDS.get(entity["entityType"])
            if park_id in slugs and kind is not None:
                found[slugs[park_id]][entity["id"]] = Sighting(entity["id"], entity["name"].strip(), kind)
    for folder in ("tpw_tokyo_disney_resort", "tpw_walt_disney_world", "tpw_efteling"):
        rows = pl.read_parquet(SHARED / folder / "live_rows.parquet").sort("polled_at")
        if "entity_id" not in rows.columns:
            rows = rows.with_columns(entity_id="name", park_name=pl.lit("Efteling"))
        if "entity_type" not in rows.columns:
            rows = rows.with_columns(entity_type=pl.lit("ATTRACTION"))
        names = {name: park.slug for park in load_parks() for name in park.names}
        latest = rows.unique(["park_name", "entity_id"], keep="last")
        columns = ("park_name", "entity_id", "name", "entity_type")
        for park, given, name, kind_name in latest.select(columns).sort(columns).iter_rows():
            kind = _KINDS.get(kind_name)
            slug = _PARKS_OF_RECORDINGS.get(park) or names.get(park)
            if slug is not None and kind is not None:
                found[slug].setdefault(given, Sighting(given, name.strip(), kind))
    return found


def _answers() -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    """Verbatim answers: the park's id and what it lists."""
    for file in sorted((SHARED / "tpw_verbatim_responses").glob("*_live_20*.json")):
        body = json.loads(file.read_text(encoding="utf-8"))
        yield body["id"], body["liveData"]
    with gzip.open(SHARED / "tpw_disneyland_resort_polls" / "responses.ndjson.gz", "rt") as stream:
        for line in stream:
            answer = json.loads(line)
            yield answer["park_id"], answer["body"]["liveData"]


def queue_times() -> Entries:
    """Every ride of the directory and of the verbatim answers, as Queue-Times names it."""
    slugs = {park.queue_times_id: park.slug for park in load_parks() if park.queue_times_id}
    found: defaultdict[str, dict[str, Sighting]] = defaultdict(dict)
    with (SHARED / "qt_ride_directory" / "rides.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["park_id"] in slugs:
                found[slugs[row["park_id"]]][row["ride_id"]] = _at_queue_times(
                    row["ride_id"], row["ride_name"]
                )
    for file in sorted((SHARED / "qt_verbatim_responses").glob("park_*.json")):
        body = json.loads(file.read_text(encoding="utf-8"))
        body = body.get("data", body)
        slug = slugs[file.name.split("_")[1]]
        for ride in [*body.get("rides", []), *(ride for land in body["lands"] for ride in land["rides"])]:
            given = str(ride["id"])
            found[slug].setdefault(given, _at_queue_times(given, ride["name"]))
    return found


def _at_queue_times(given: str, name: str) -> Sighting:
    return Sighting(given, name.strip(), kind_named(name))


def run() -> tuple[list[tuple[str, Matched]], list[tuple[str, Review]], list[tuple[str, str, str, str]]]:
    """Per park the counts, the doubts, and the matches: slug, both names and the rule."""
    wiki, times = themeparks_wiki(), queue_times()
    parks = sorted(wiki.keys() & times.keys())
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/matches.db")
        schema.upgrade(database)
        seed_catalogue(database, clock, only=parks)
        registry = Registry()
        with database.write() as connection:
            slugs = {park.park_id or 0: park.slug for park in catalogue.park_table(connection)}
            for park_id, slug in slugs.items():
                for feed, entries in ((Feed.THEMEPARKS_WIKI, wiki[slug]), (Feed.QUEUE_TIMES, times[slug])):
                    registry.identify(connection, park_id, feed, entries.values(), clock.now())
            refresh(connection, clock.now())
            counts = [(slugs[one.park_id], one) for one in matched(connection)]
            doubts = [(slugs[one.park_id], one) for one in reviews(connection)]
            pairs = list(_pairs(connection, slugs))
        database.dispose()
    return counts, doubts, pairs


def _pairs(connection: Any, slugs: Mapping[int, str]) -> Iterator[tuple[str, str, str, str]]:
    from hallofshame.pipeline.reviewing import _known

    entries, _, _ = _known(connection, None)
    for park_id, known in entries.items():
        at_wiki = {entry.ride_id: entry for entry in known if entry.feed is Feed.THEMEPARKS_WIKI}
        for entry in known:
            if entry.feed is Feed.QUEUE_TIMES and entry.ride_id in at_wiki:
                other = at_wiki[entry.ride_id]
                yield slugs[park_id], other.name or "", entry.name or "", entry.rule or ""


def main() -> None:
    """Print the counts, or with an option what they count."""
    if not SHARED.exists():
        sys.exit(f"the recordings are not at {SHARED}")
    counts, doubts, pairs = run()
    if "--pairs" in sys.argv:
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(("park", "themeparks_wiki", "queue_times", "rule"))
        out.writerows(sorted(pairs))
        return
    if "--doubts" in sys.argv:
        for slug, review in doubts:
            doubt = review.doubt
            best = ", ".join(f"{one.name} ({one.score})" for one in doubt.runners_up)
            print(f"{slug:32} {doubt.name:50} {doubt.rule:14} {doubt.score or '-':>4}  {best}")
        return
    print(f"{'park':32} matched  ambiguous  undecided  Queue-Times only  ThemeParks.wiki only")
    for slug, one in counts:
        alone = f"{one.only_queue_times:16}  {one.only_themeparks_wiki:20}"
        print(f"{slug:32} {one.both:7}  {one.ambiguous:9}  {one.undecided:9}  {alone}")


if __name__ == "__main__":
    main()
