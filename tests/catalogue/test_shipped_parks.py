"""The shipped park catalogue: every row valid, every upstream park in exactly one row."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from hallofshame.domain.localtime import zone
from hallofshame.domain.names import normalise, slugify
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.pipeline.shipped import CatalogueRow, load_parks

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data"

RECORDED_PARKS = {
    "1": ("Alton Towers", "0d8ea921-37b1-4a9a-b8ef-5b45afea847b", "Europe/London"),
    "2": ("Thorpe Park", "b08d9272-d070-4580-9fcd-375270b191a7", "Europe/London"),
    "4": ("Disneyland Park Paris", "dae968d5-630d-4719-8b06-3d107e944401", "Europe/Paris"),
    "5": ("EPCOT", "47f90d2c-e191-4239-a466-5892ef59a88b", "America/New_York"),
    "6": ("Magic Kingdom", "75ea578a-adc8-4116-a54d-dccb60765ef9", "America/New_York"),
    "7": ("Disney's Hollywood Studios", "288747d1-8b4f-4a64-867e-ea7c9b27bad8", "America/New_York"),
    "8": ("Disney's Animal Kingdom", "1c84a229-8862-4648-9c71-378ddd2c7693", "America/New_York"),
    "9": ("Parc Astérix", "9e938687-fd99-46f3-986a-1878210378f8", "Europe/Paris"),
    "12": ("Gardaland", "043211c0-76f2-4456-89f8-4001be01018d", "Europe/Rome"),
    "16": ("Disneyland", "7340550b-c14d-4def-80bb-acdb51d49a66", "America/Los_Angeles"),
    "17": ("Disney California Adventure", "832fcd51-ea19-4e77-85c7-75d5843b127c", "America/Los_Angeles"),
    "19": ("PortAventura Park", "32608bdc-b3fa-478e-a8c0-9dde197a4212", "Europe/Madrid"),
    "28": ("Disney Adventure World", "ca888437-ebb4-4d50-aed2-d227f7096968", "Europe/Paris"),
    "37": ("Six Flags Great Adventure", "556f0126-8082-4b66-aeee-1e3593fed188", "America/New_York"),
    "39": ("Six Flags Fiesta Texas", "8be1e984-1e5f-40d0-a750-ce8e4dc2e87c", "America/Chicago"),
    "50": ("Cedar Point", "c8299e1a-0098-4677-8ead-dd0da204f8dc", "America/New_York"),
    "57": ("California's Great America", "bdf9b533-144c-4b78-aa2f-5173c5ce5e85", "America/Los_Angeles"),
    "64": ("Universal Islands of Adventure", "267615cc-8943-4c2a-ae2c-5da728ca591f", "America/New_York"),
    "65": ("Universal Studios Florida", "eb3f4560-2383-4a36-9152-6b3e5ed6bc57", "America/New_York"),
    "160": ("Efteling", "30713cf6-69a9-47c9-a505-52bb965f01be", "Europe/Amsterdam"),
    "274": ("Tokyo Disneyland", "3cc919f1-d16d-43e0-8c3f-1dd269bd1a42", "Asia/Tokyo"),
    "275": ("Tokyo DisneySea", "67b290d5-3478-4f23-b601-2f8fb71ba803", "Asia/Tokyo"),
    "277": ("Ferrari Land", "d06d91b8-7702-42c3-a8af-7d0161d471bf", "Europe/Madrid"),
    "334": ("Epic Universe", "12dbb85b-265f-44e6-bccf-f1faa17211fc", "America/New_York"),
}

LONGITUDES = {
    "Africa": (-20, 55),
    "Asia": (25, 180),
    "Europe": (-12, 45),
    "North America": (-170, -50),
    "Oceania": (110, 180),
    "South America": (-85, -30),
}


@pytest.fixture(scope="module")
def parks() -> list[CatalogueRow]:
    return load_parks()


def recorded(*parts: str) -> Path:
    path = RECORDINGS.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the recording {'/'.join(parts)} does not lie beside this checkout")
    return path


def test_park_ids_run_from_one_without_gap(parks: list[CatalogueRow]) -> None:
    assert [park.park_id for park in parks] == list(range(1, len(parks) + 1))


@pytest.mark.parametrize("field", ["slug", "queue_times_id", "themeparks_wiki_id"])
def test_identifiers_belong_to_one_park(parks: list[CatalogueRow], field: str) -> None:
    counted = Counter(getattr(park, field) for park in parks if getattr(park, field) is not None)
    assert {value: count for value, count in counted.items() if count > 1} == {}


def test_no_spelling_means_two_parks(parks: list[CatalogueRow]) -> None:
    counted = Counter(normalise(name) for park in parks for name in park.names)
    assert {name: count for name, count in counted.items() if count > 1} == {}
    assert "disneyland park" not in counted, "that name means Anaheim and Paris"


def test_slugs_zones_and_places_are_plausible(parks: list[CatalogueRow]) -> None:
    for park in parks:
        assert park.slug == slugify(park.name)
        assert zone(park.timezone).key == park.timezone
        low, high = LONGITUDES[park.region]
        assert park.longitude is None or low < park.longitude < high, park
        area = park.timezone.split("/")[0]
        expected = {"North America": "America", "South America": "America", "Oceania": "Australia"}
        assert area == expected.get(park.region, park.region), park


def test_disney_and_universal_on_themeparks_wiki_tell_breakdowns_and_nobody_else(
    parks: list[CatalogueRow],
) -> None:
    for park in parks:
        tells = park.operator in {"Disney", "Universal"} and park.themeparks_wiki_id is not None
        assert (park.breakdown_signal is BreakdownSignal.DOWN) == tells, park


def test_a_park_is_read_from_themeparks_wiki_wherever_it_is_listed_there(parks: list[CatalogueRow]) -> None:
    for park in parks:
        expected = Feed.THEMEPARKS_WIKI if park.themeparks_wiki_id else Feed.QUEUE_TIMES
        assert park.primary_feed is expected, park
    assert sum(park.primary_feed is Feed.QUEUE_TIMES for park in parks) == 22


@pytest.mark.parametrize("queue_times_id", RECORDED_PARKS)
def test_recorded_park_has_its_ids(parks: list[CatalogueRow], queue_times_id: str) -> None:
    (park,) = [park for park in parks if park.queue_times_id == queue_times_id]
    assert (park.name, park.themeparks_wiki_id, park.timezone) == RECORDED_PARKS[queue_times_id]


@pytest.mark.parametrize(
    ("spelling", "slug"),
    [
        ("Disney Magic Kingdom", "magic-kingdom"),
        ("Magic Kingdom Park", "magic-kingdom"),
        ("Epcot", "epcot"),
        ("Animal Kingdom", "disneys-animal-kingdom"),
        ("Islands of Adventure", "universal-islands-of-adventure"),
        ("Universal Studios At Universal Orlando", "universal-studios-florida"),
        ("Walt Disney Studios Park", "disney-adventure-world"),
        ("Disneyland Park (Paris)", "disneyland-park-paris"),
        ("PortAventura", "portaventura-park"),
    ],
)
def test_other_spellings_find_the_park(parks: list[CatalogueRow], spelling: str, slug: str) -> None:
    found = [park.slug for park in parks for name in park.names if normalise(name) == normalise(spelling)]
    assert found == [slug]


def test_corrections_of_the_upstream_list_hold(parks: list[CatalogueRow]) -> None:
    zones = {park.slug: park.timezone for park in parks}
    assert zones["seaworld-san-antonio"] == zones["aquatica-san-antonio"] == "America/Chicago"
    assert zones["six-flags-mexico"] == "America/Mexico_City"
    epic = next(park for park in parks if park.slug == "epic-universe")
    assert epic.longitude == pytest.approx(-81.4487, abs=0.001)


@pytest.mark.recordings
def test_every_park_of_the_queue_times_list_is_there(parks: list[CatalogueRow]) -> None:
    groups = json.loads(recorded("qt_verbatim_responses", "parks_2025-11-16.json").read_text("utf-8"))
    listed = {str(park["id"]): park["name"] for group in groups for park in group["parks"]}
    shipped = {park.queue_times_id: park for park in parks if park.queue_times_id}
    assert listed.keys() <= shipped.keys()
    assert shipped.keys() - listed.keys() == {"335", "339"}, "known from the ride directory"


@pytest.mark.recordings
def test_every_park_of_the_themeparks_wiki_list_is_there(parks: list[CatalogueRow]) -> None:
    path = recorded("tpw_verbatim_responses", "destinations_2026-04-14.json")
    destinations = json.loads(path.read_text("utf-8"))["destinations"]
    listed = {park["id"] for destination in destinations for park in destination["parks"]}
    assert {park.themeparks_wiki_id for park in parks if park.themeparks_wiki_id} == listed


@pytest.mark.recordings
def test_zones_agree_with_the_reference_table_except_its_known_error(parks: list[CatalogueRow]) -> None:
    path = recorded("hall_of_shame_reference", "parks.csv")
    shipped = {park.queue_times_id: park for park in parks}
    with path.open(encoding="utf-8", newline="") as stream:
        reference = {row["queue_times_id"].strip(): row["timezone"].strip() for row in csv.DictReader(stream)}
    differing = {key for key, name in reference.items() if shipped[key].timezone != name}
    assert differing == {"22", "70"}, "San Antonio is not in Mountain Time; Michigan has a zone of its own"
