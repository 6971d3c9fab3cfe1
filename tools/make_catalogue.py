"""Merge both upstream park lists into ``src/hallofshame/data/catalogue/parks.csv``.

Run from a checkout that has the recordings beside it: ``python tools/make_catalogue.py``. Three sources, the
later wins: the Queue-Times list (names, groups, countries, zones, coordinates), the ThemeParks.wiki list
(names, UUIDs), and ``tools/catalogue_supplements.csv`` (pairs whose names differ, corrections, facts).

Two entries are one park when the supplements pair them or when their normalised names are equal and occur
once in each list; nothing is guessed. A ``park_id`` already in the output stays with its park (recognised by
either external id); new parks get the next free number.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hallofshame.domain.names import normalise, slugify
from hallofshame.pipeline.shipped import PARK_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS = ROOT.parent / "shared" / "data"
QUEUE_TIMES_LIST = RECORDINGS / "qt_verbatim_responses" / "parks_2025-11-16.json"
THEMEPARKS_WIKI_LIST = RECORDINGS / "tpw_verbatim_responses" / "destinations_2026-04-14.json"
SUPPLEMENTS = ROOT / "tools" / "catalogue_supplements.csv"
OUTPUT = ROOT / "src" / "hallofshame" / "data" / "catalogue" / "parks.csv"

FACTS = ("name", "operator", "country", "region", "timezone", "is_water_park")

OPERATORS = {
    "Cedar Fair Entertainment Company": "Six Flags",  # merged into Six Flags in July 2024
    "Chimelong Group": "Chimelong",
    "Herschend Family Entertainment": "Herschend",
    "Merlin Entertainments": "Merlin",
    "Other": "Independent",
    "SeaWorld Parks & Entertainment": "United Parks & Resorts",  # SeaWorld's company since 2024
    "Samsung C&T Corporation": "Samsung C&T",
    "Six Flags Entertainment Corporation": "Six Flags",
    "Universal Parks & Resorts": "Universal",
    "Walt Disney Attractions": "Disney",
}
COUNTRIES = {"England": "United Kingdom"}
TELLS_BREAKDOWNS = ("Disney", "Universal")
"""Operators whose ThemeParks.wiki entries say DOWN for a breakdown (R5)."""

AMBIGUOUS_NAMES = {"disneyland park", "great america", "sea world", "universal studios"}
"""Names an upstream list uses that mean several parks to a reader; never an alias."""


@dataclass
class Park:
    """One row in the making."""

    queue_times_id: str = ""
    themeparks_wiki_id: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    latitude: str = ""
    longitude: str = ""
    names: list[str] = field(default_factory=list)
    primary_feed: str = ""


def read_queue_times() -> dict[str, Park]:
    parks = {}
    for group in json.loads(QUEUE_TIMES_LIST.read_text(encoding="utf-8")):
        for item in group["parks"]:
            facts = {
                "name": item["name"],
                "operator": OPERATORS.get(group["name"], group["name"]),
                "country": COUNTRIES.get(item["country"], item["country"]),
                "region": item["continent"],
                "timezone": item["timezone"],
            }
            key = str(item["id"])
            parks[key] = Park(
                key,
                facts=facts,
                latitude=item["latitude"],
                longitude=item["longitude"],
                names=[item["name"]],
            )
    return parks


def read_themeparks_wiki() -> dict[str, Park]:
    destinations = json.loads(THEMEPARKS_WIKI_LIST.read_text(encoding="utf-8"))["destinations"]
    return {
        item["id"]: Park(themeparks_wiki_id=item["id"], facts={"name": item["name"]}, names=[item["name"]])
        for destination in destinations
        for item in destination["parks"]
    }


def read_supplements() -> list[dict[str, str]]:
    with SUPPLEMENTS.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def merge() -> list[Park]:
    """Every park of both lists and of the supplements, once."""
    queue_times, wiki = read_queue_times(), read_themeparks_wiki()
    merged: list[Park] = []
    for extra in read_supplements():
        park = queue_times.pop(extra["queue_times_id"], Park(extra["queue_times_id"]))
        if extra["themeparks_wiki_id"]:
            park.names += wiki.pop(extra["themeparks_wiki_id"]).names
            park.themeparks_wiki_id = extra["themeparks_wiki_id"]
        park.facts.update({key: extra[key] for key in FACTS if extra[key]})
        if extra["coordinates"]:
            park.latitude, park.longitude = (
                ("", "") if extra["coordinates"] == "none" else extra["coordinates"].split()
            )
        park.primary_feed = extra["primary_feed"]
        park.names += [alias for alias in extra["aliases"].split("|") if alias]
        merged.append(park)

    left = Counter(normalise(park.facts["name"]) for park in queue_times.values())
    right = Counter(normalise(park.facts["name"]) for park in wiki.values())
    by_name = {normalise(park.facts["name"]): park for park in queue_times.values()}
    for uuid, listed in wiki.items():
        key = normalise(listed.facts["name"])
        if left[key] != 1 or right[key] != 1:
            sys.exit(
                f"ThemeParks.wiki park {listed.facts['name']!r} ({uuid}) has no single namesake; "
                f"add it to {SUPPLEMENTS.name}, with its pair or with its facts"
            )
        by_name[key].themeparks_wiki_id = uuid
        by_name[key].names += listed.names
    return merged + list(queue_times.values())


def read_park_ids() -> dict[str, int]:
    """External id → the park_id it was given before."""
    if not OUTPUT.exists():
        return {}
    with OUTPUT.open(encoding="utf-8", newline="") as stream:
        return {
            external_id: int(row["park_id"])
            for row in csv.DictReader(stream)
            for external_id in (row["queue_times_id"], row["themeparks_wiki_id"])
            if external_id
        }


def order(park: Park) -> tuple[int, str, str]:
    """Order in which new parks are numbered: Disney, Universal, other groups, parks on their own."""
    operator = park.facts["operator"]
    ranks = {"Disney": 0, "Universal": 1, "Independent": 3}
    return ranks.get(operator, 2), normalise(operator), normalise(park.facts["name"])


def aliases(park: Park, taken: Counter[str]) -> str:
    """The park's other names that mean no other park, in the order in which they were met."""
    kept: dict[str, str] = {}
    for name in park.names:
        key = normalise(name)
        if key != normalise(park.facts["name"]) and key not in AMBIGUOUS_NAMES and taken[key] == 1:
            kept.setdefault(key, name)
    return "|".join(kept.values())


def build() -> list[dict[str, object]]:
    parks = sorted(merge(), key=order)
    known = read_park_ids()
    taken = Counter(
        key for park in parks for key in {normalise(name) for name in [*park.names, park.facts["name"]]}
    )
    next_id = max(known.values(), default=0) + 1
    rows: list[dict[str, object]] = []
    for park in parks:
        park_id = known.get(park.queue_times_id) or known.get(park.themeparks_wiki_id)
        if park_id is None:
            park_id, next_id = next_id, next_id + 1
        tells = park.facts["operator"] in TELLS_BREAKDOWNS and park.themeparks_wiki_id
        rows.append(
            {
                **park.facts,
                "park_id": park_id,
                "slug": slugify(park.facts["name"]),
                "latitude": park.latitude,
                "longitude": park.longitude,
                "queue_times_id": park.queue_times_id,
                "themeparks_wiki_id": park.themeparks_wiki_id,
                "primary_feed": park.primary_feed
                or ("themeparks_wiki" if park.themeparks_wiki_id else "queue_times"),
                "breakdown_signal": "down" if tells else "closed",
                "is_water_park": park.facts.get("is_water_park", "0"),
                "aliases": aliases(park, taken),
            }
        )
    return sorted(rows, key=lambda row: int(str(row["park_id"])))


def main() -> None:
    rows = build()
    with OUTPUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, PARK_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    both = sum(1 for row in rows if row["queue_times_id"] and row["themeparks_wiki_id"])
    print(f"{len(rows)} parks, {both} of them on both feeds, written to {OUTPUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
