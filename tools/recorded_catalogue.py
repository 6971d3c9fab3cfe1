"""What the full recordings say of parks beside their polls: place, ride ids, lands, published hours."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed

SAME_PARK_ON_QUEUE_TIMES = {
    "3cc919f1-d16d-43e0-8c3f-1dd269bd1a42": 274,
    "67b290d5-3478-4f23-b601-2f8fb71ba803": 275,
    "75ea578a-adc8-4116-a54d-dccb60765ef9": 6,
    "47f90d2c-e191-4239-a466-5892ef59a88b": 5,
    "1c84a229-8862-4648-9c71-378ddd2c7693": 8,
    "30713cf6-69a9-47c9-a505-52bb965f01be": 160,
}
"""Where ThemeParks.wiki's recorded catalogue gives no place, Queue-Times' entry of the same park does."""

SCHEDULES = {
    "75ea578a-adc8-4116-a54d-dccb60765ef9": "mk_schedule_2026-04-14.json",
    "47f90d2c-e191-4239-a466-5892ef59a88b": "epcot_schedule_2026-04-15.json",
}
SIX_FLAGS_HOURS = {"37": (5, "2025-08-11")}
"""Queue-Times id → the operator's id and the week (Monday) of hours: the complete one nearest to a year
before the recorded week."""
EFTELING_HOURS = {"30713cf6-69a9-47c9-a505-52bb965f01be": "2024-11-11"}
"""The week of Efteling's hours, as Queue-Times lists them, that is a year before the recorded one."""
CHILDREN = {"75ea578a-adc8-4116-a54d-dccb60765ef9": "mk_children_2026-04-14.json"}


class Catalogue:
    """What the recorded upstream catalogues say about parks."""

    def __init__(self, source: Path) -> None:
        bodies = source / "qt_verbatim_responses"
        self._queue_times: dict[int, dict[str, Any]] = {}
        for group in json.loads((bodies / "parks_2025-11-16.json").read_text(encoding="utf-8")):
            for park in group["parks"]:
                self._queue_times[park["id"]] = park | {
                    "group_id": str(group["id"]),
                    "group_name": group["name"],
                }
        self.bodies = source / "tpw_verbatim_responses"
        self._destinations: dict[str, dict[str, Any]] = {}
        for destination in self._read("destinations_2026-04-14.json")["destinations"]:
            for park in destination["parks"]:
                self._destinations[park["id"]] = destination
        self._ids = known_ids(source)
        self._lands = known_lands(source)
        self._source = source

    def describe(self, feed: Feed, park: str) -> dict[str, Any]:
        """Group, country, continent and coordinates of a park."""
        listed = self._queue_times[int(park) if feed is Feed.QUEUE_TIMES else SAME_PARK_ON_QUEUE_TIMES[park]]
        place = {
            "country": listed["country"],
            "continent": listed["continent"],
            "latitude": float(listed["latitude"]),
            "longitude": float(listed["longitude"]),
        }
        if feed is Feed.QUEUE_TIMES:
            return {"group_id": listed["group_id"], "group_name": listed["group_name"], **place}
        destination = self._destinations[park]
        return {"group_id": destination["id"], "group_name": destination["name"], **place}

    def ride_ids(self, park: str, names: list[str]) -> dict[str, str]:
        """Queue-Times ids of ``names`` where the directory or another recording knows exactly one."""
        known = self._ids.get(park, {})
        return {name: known[name] for name in sorted(names) if name in known}

    def lands(self, park: str, names: Iterable[str]) -> dict[str, str]:
        """The lands of ``names`` as Queue-Times had them, for rides recorded without.

        Names that normalise alike are one (``™`` and ``®`` come and go), unless they stand in two lands.
        """
        known = self._lands.get(park, {})
        alike: dict[str, set[str]] = {}
        for name, land in known.items():
            alike.setdefault(normalise(name), set()).add(land)
        found = {}
        for name in sorted(names):
            lands = {known[name]} if name in known else alike.get(normalise(name), set())
            if len(lands) == 1:
                [found[name]] = lands
        return found

    def schedule(self, park: str, timezone: str, weekdays: set[int]) -> list[dict[str, Any]]:
        """The published hours in the form of ThemeParks.wiki, with what is sold for their dates.

        Hours of a single week are given for the recorded ``weekdays`` (1 = Monday) alone: a day with hours
        and without polls would count as one on which nobody looked (R4).
        """
        if park in SCHEDULES:
            return list(self._read(SCHEDULES[park])["schedule"])
        if park in SIX_FLAGS_HOURS:
            operator_id, week = SIX_FLAGS_HOURS[park]
            week_of_hours = six_flags_hours(self._source, operator_id, dt.date.fromisoformat(week), timezone)
        elif park in EFTELING_HOURS:
            week_of_hours = efteling_hours(
                self._source, dt.date.fromisoformat(EFTELING_HOURS[park]), timezone
            )
        else:
            return []
        return [
            entry for entry in week_of_hours if dt.date.fromisoformat(entry["date"]).isoweekday() in weekdays
        ]

    def locations(self, park: str) -> dict[str, tuple[float, float]]:
        """Coordinates of a park's entities."""
        if park not in CHILDREN:
            return {}
        places = {child["id"]: child.get("location") for child in self._read(CHILDREN[park])["children"]}
        return {
            entity: (place["latitude"], place["longitude"])
            for entity, place in places.items()
            if place and place["latitude"] is not None and place["longitude"] is not None
        }

    def _read(self, name: str) -> Any:
        return json.loads((self.bodies / name).read_text(encoding="utf-8"))


def known_ids(source: Path) -> dict[str, dict[str, str]]:
    """Queue-Times park id → exact ride name → ride id; names with two ids are left out.

    The ride directory goes first, then the recordings that kept ids.
    """
    pairs: list[dict[str, set[tuple[str, str]]]] = []
    with (source / "qt_ride_directory" / "rides.csv").open(encoding="utf-8", newline="") as file:
        listed: dict[str, set[tuple[str, str]]] = {}
        for row in csv.DictReader(file):
            listed.setdefault(row["park_id"], set()).add((row["ride_name"], row["ride_id"]))
        pairs.append(listed)
    for recording in sorted(source.glob("qt_*/snapshots.parquet")):
        rows = pl.read_parquet(recording, columns=["park_id", "ride_name", "ride_id"]).drop_nulls().unique()
        recorded: dict[str, set[tuple[str, str]]] = {}
        for park, name, ride in rows.iter_rows():
            recorded.setdefault(str(park), set()).add((name, str(ride)))
        pairs.append(recorded)
    known: dict[str, dict[str, str]] = {}
    for source_pairs in pairs:
        for park, named in source_pairs.items():
            names = [name for name, _ in named]
            for name, ride in named:
                if names.count(name) == 1:
                    known.setdefault(park, {}).setdefault(name, ride)
    return known


def known_lands(source: Path) -> dict[str, dict[str, str]]:
    """Queue-Times park id → exact ride name → land, from the directory; names in two lands are left out."""
    with (source / "qt_ride_directory" / "rides.csv").open(encoding="utf-8", newline="") as file:
        listed: dict[str, dict[str, set[str]]] = {}
        for row in csv.DictReader(file):
            listed.setdefault(row["park_id"], {}).setdefault(row["ride_name"], set()).add(row["land"])
    return {
        park: {name: min(lands) for name, lands in named.items() if len(lands) == 1 and "" not in lands}
        for park, named in listed.items()
    }


def six_flags_hours(source: Path, operator_id: int, week: dt.date, timezone: str) -> list[dict[str, Any]]:
    """One week of hours from the operator's own list."""
    rows = (
        pl.read_parquet(source / "six_flags_park_hours" / "park_hours.parquet")
        .filter(
            pl.col("operator_park_id") == operator_id,
            pl.col("opens_local").dt.date().is_between(week, week + dt.timedelta(days=6)),
        )
        .sort("opens_local")
    )
    return [
        open_hours(opens, closes, timezone)
        for opens, closes in rows.select("opens_local", "closes_local").iter_rows()
    ]


def efteling_hours(source: Path, week: dt.date, timezone: str) -> list[dict[str, Any]]:
    """One week of hours as Queue-Times lists them by day, such as ``🎄 11:00-18:00``."""
    found = []
    with (source / "tpw_efteling" / "queue_times_daily_park.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            date = dt.date.fromisoformat(row["date"])
            if week <= date <= week + dt.timedelta(days=6):
                edges = row["opening_hours"].split()[-1].split("-")
                opens, closes = (dt.datetime.combine(date, dt.time.fromisoformat(edge)) for edge in edges)
                found.append(open_hours(opens, closes, timezone))
    return found


def open_hours(opens: dt.datetime, closes: dt.datetime, timezone: str) -> dict[str, Any]:
    """One entry of published hours, given in park-local time."""
    zone = ZoneInfo(timezone)
    return {
        "date": opens.date().isoformat(),
        "type": "OPERATING",
        "closingTime": closes.replace(tzinfo=zone).isoformat(),
        "openingTime": opens.replace(tzinfo=zone).isoformat(),
    }
