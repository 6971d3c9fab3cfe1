"""The shipped tier lists against the ride names that the feeds really use."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest

from hallofshame.domain.names import normalise
from hallofshame.pipeline.shipped import load_parks, load_tier_book, load_type_book

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data"
BEST_KNOWN = [
    "universal-islands-of-adventure",
    "universal-studios-florida",
    "epic-universe",
    "magic-kingdom",
    "epcot",
    "disneys-hollywood-studios",
    "disneys-animal-kingdom",
    "disneyland-park-paris",
    "disney-adventure-world",
    "disneyland",
    "disney-california-adventure",
    "gardaland",
    "six-flags-great-adventure",
    "alton-towers",
    "thorpe-park",
    "portaventura-park",
    "ferrari-land",
    "tokyo-disneyland",
    "tokyo-disneysea",
    "efteling",
]


def recorded_ride_names() -> dict[str, set[str]]:
    """Park slug → normalised names of everything the recordings list there."""
    parks = load_parks()
    by_number = {park.queue_times_id: park.slug for park in parks}
    by_uuid = {park.themeparks_wiki_id: park.slug for park in parks}
    by_name = {normalise(name): park.slug for park in parks for name in park.names}
    names: defaultdict[str, set[str]] = defaultdict(set)
    with (RECORDINGS / "qt_ride_directory" / "rides.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["park_id"] in by_number:
                names[by_number[row["park_id"]]].add(normalise(row["ride_name"]))
    for file in RECORDINGS.glob("qt_*/snapshots.parquet"):
        for number, ride in pl.read_parquet(file, columns=["park_id", "ride_name"]).unique().rows():
            names[by_number[str(number)]].add(normalise(ride))
    walt_disney_world = RECORDINGS / "tpw_walt_disney_world" / "live_rows.parquet"
    for uuid, ride in pl.read_parquet(walt_disney_world, columns=["park_id", "name"]).unique().rows():
        names[by_uuid[uuid]].add(normalise(ride))
    for folder, column in (
        ("tpw_tokyo_disney_resort/live_rows", "name"),
        ("tdr_fan_site_20months/waits", "ride_name"),
    ):
        frame = pl.read_parquet(RECORDINGS / f"{folder}.parquet", columns=["park_name", column])
        for park, ride in frame.unique().rows():
            names[by_name[normalise(park)]].add(normalise(ride))
    efteling = RECORDINGS / "tpw_efteling" / "live_rows.parquet"
    names["efteling"] |= {normalise(ride) for ride in pl.read_parquet(efteling)["name"].unique()}
    with gzip.open(
        RECORDINGS / "tpw_disneyland_resort_polls" / "responses.ndjson.gz", "rt", encoding="utf-8"
    ) as lines:
        polls = [json.loads(line) for line in lines]
    polls += [
        {"body": json.loads(file.read_text("utf-8"))}
        for file in (RECORDINGS / "tpw_verbatim_responses").glob("*_live_*.json")
    ]
    for poll in polls:
        for entity in poll["body"]["liveData"]:
            if entity.get("parkId") in by_uuid:
                names[by_uuid[entity["parkId"]]].add(normalise(entity["name"]))
    return names


@pytest.mark.recordings
def test_every_curated_ride_is_named_as_the_feeds_name_it() -> None:
    if not RECORDINGS.exists():
        pytest.skip("the recordings do not lie beside this checkout")
    known = recorded_ride_names()
    unknown = [rule for rule in load_tier_book().curated.values() if rule.key[1] not in known[rule.park_slug]]
    assert unknown == []


@pytest.mark.recordings
def test_every_attraction_of_the_type_list_is_named_as_the_feeds_name_it() -> None:
    if not RECORDINGS.exists():
        pytest.skip("the recordings do not lie beside this checkout")
    known = recorded_ride_names()
    unknown = [rule for rule in load_type_book().curated.values() if rule.key[1] not in known[rule.park_slug]]
    assert unknown == []


def test_the_type_list_covers_the_best_known_parks() -> None:
    parks = Counter(rule.park_slug for rule in load_type_book().curated.values())
    assert set(BEST_KNOWN) <= set(parks)
    assert len([park for park, lines in parks.items() if lines >= 10]) >= 60


@pytest.mark.parametrize("slug", BEST_KNOWN)
def test_best_known_parks_have_flagships_and_minor_rides(slug: str) -> None:
    tiers = Counter(rule.says for rule in load_tier_book().curated.values() if rule.park_slug == slug)
    assert tiers[1] >= 3
    assert tiers[3] >= 1


def test_every_curated_park_is_in_the_catalogue() -> None:
    slugs = {park.slug for park in load_parks()}
    assert {rule.park_slug for rule in load_tier_book().curated.values()} <= slugs


def test_patterns_are_written_for_normalised_names() -> None:
    for rule in load_tier_book().patterns:
        literal = re.sub(r"\\.|\(\?[:=!<]+", "", rule.pattern.pattern)
        assert literal == literal.casefold(), rule
        assert not re.search(r"['’™&-]", literal), rule


@pytest.mark.parametrize("name", ["", "Taron", "Baron 1898", "Silver Star", "The Smiler", "Mine Train"])
def test_patterns_leave_ordinary_rides_alone(name: str) -> None:
    assert not any(rule.pattern.search(normalise(name)) for rule in load_tier_book().patterns)
