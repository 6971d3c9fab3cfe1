"""A recording's rows as rows of the raw record, and what they show of the rides."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, update

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import match_key, normalise
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import Status
from hallofshame.feeds.parsing import Findings
from hallofshame.feeds.recordings import Recording
from hallofshame.feeds.themeparks_wiki_parse import parse_dining_text, parse_hours_text, parse_shows_text
from hallofshame.pipeline.identity import Company, Sighting
from hallofshame.pipeline.queue_entries import HOST_KINDS
from hallofshame.pipeline.record import QUEUES
from hallofshame.pipeline.ride_hours import HoursSaid, said_together
from hallofshame.pipeline.shipped import CatalogueRow
from hallofshame.pipeline.show_times import judged
from hallofshame.store import catalogue
from hallofshame.store.dining import DiningSaid
from hallofshame.store.models import Ride
from hallofshame.store.show_times import ShowsSaid


def first_seen(ways: pl.DataFrame) -> dict[str, int]:
    """When a recording shows each id for the first time."""
    known = ways.filter(pl.col("ride_external_id").is_not_null())
    return dict(known.group_by("ride_external_id").agg(pl.col("first").min()).iter_rows())


def heard(readings: pl.DataFrame, rides: Iterable[Sighting]) -> dict[str, list[int]]:
    """The instants of a recording at which rides were named by their ids."""
    ids = pl.col("ride_external_id")
    named = readings.filter(ids.is_in([one.external_id for one in rides if one.external_id is not None]))
    return dict(named.group_by("ride_external_id").agg("observed_at").iter_rows())


def company(readings: pl.DataFrame) -> Company:
    """Which names and ids of a recording ever stand in one poll."""
    by_name: dict[str, set[int]] = defaultdict(set)
    for spelling, times in readings.group_by("ride_name").agg("observed_at").iter_rows():
        by_name[match_key(spelling)].update(times)
    known = readings.filter(pl.col("ride_external_id").is_not_null())
    by_id = {
        given: set(times)
        for given, times in known.group_by("ride_external_id").agg("observed_at").iter_rows()
    }
    nowhere: set[int] = set()

    def name(sighting: Sighting, other: str) -> bool:
        return not by_name[match_key(sighting.name)].isdisjoint(by_name.get(other, nowhere))

    def external_id(sighting: Sighting, other: str) -> bool:
        mine = by_id.get(sighting.external_id or "", nowhere)
        return not mine.isdisjoint(by_id.get(other, nowhere))

    return Company(name, external_id)


def entries(placed: pl.DataFrame, park_id: int) -> pl.DataFrame:
    """The readings of entries that are queues of other rides, as rows of ``queue_data``."""
    states = {int(status): status.name for status in Status}
    return (
        placed.filter(pl.col("queue_type").is_not_null())
        .with_columns(
            pl.lit(park_id).alias("park_id"),
            state=pl.col("status").replace_strict(states, default=None, return_dtype=pl.String),
            return_start=pl.lit(None),
            return_end=pl.lit(None),
            price_minor=pl.lit(None),
            currency=pl.lit(None),
            group_start=pl.lit(None),
            group_end=pl.lit(None),
        )
        .select(QUEUES.names())
        .cast(QUEUES)
    )


def note_seen(connection: Connection, observations: pl.DataFrame, created: set[int]) -> None:
    """Move the rides' first and last sight to what the recording shows; those just created have no other."""
    edges = observations.group_by("ride_id").agg(
        first=pl.col("observed_at").min(), last=pl.col("observed_at").max()
    )
    for (first, last), rides in edges.partition_by("first", "last", as_dict=True).items():
        ids = rides["ride_id"].to_list()
        seen = {"first_seen_at": first, "last_seen_at": last}
        connection.execute(update(Ride).where(Ride.ride_id.in_(created & set(ids))).values(seen))
        earlier = Ride.ride_id.in_(ids) & (Ride.first_seen_at > first)
        connection.execute(update(Ride).where(earlier).values(first_seen_at=first))
        catalogue.touch_rides(connection, ids, last)


def queue_frame(queues: pl.DataFrame, rides: pl.DataFrame, park_id: int) -> pl.DataFrame:
    """The recording's queues as rows of ``queue_data``: shape ``record.QUEUES``."""
    named = (
        rides.filter(pl.col("queue_type").is_null())
        .select("ride_external_id", "ride_name", "ride_id")
        .unique(["ride_external_id", "ride_name"])
    )
    joined = queues.join(named, on=["ride_external_id", "ride_name"], nulls_equal=True)
    return (
        joined.with_columns(
            pl.lit(park_id).alias("park_id"),
            return_end=pl.lit(None),
            group_start=pl.lit(None),
            group_end=pl.lit(None),
        )
        .select(QUEUES.names())
        .cast(QUEUES)
    )


def hours_said(hours: pl.DataFrame, rides: pl.DataFrame) -> list[HoursSaid]:
    """The recording's hours of rides, each time that those of a ride changed."""
    named = rides.filter(pl.col("queue_type").is_null() & pl.col("ride_id").is_not_null())
    placed = (
        hours.filter(pl.col("kind").is_in([kind.value for kind in HOST_KINDS]))
        .join(named, on=["ride_external_id", "ride_name", "kind"], nulls_equal=True)
        .group_by("ride_id", "observed_at")
        .agg(pl.col("ride_name").first(), pl.col("hours_json").unique().sort())
        .sort("ride_id", "observed_at")
    )
    last = pl.col("hours_json").shift().over("ride_id")
    changed = placed.filter((pl.col("hours_json") != last).fill_null(value=True))
    slots = {text: parse_hours_text(text) for text in changed["hours_json"].explode().unique()}
    return said_together(
        HoursSaid(ride_id, name, at, slots[text])
        for ride_id, at, name, texts in changed.iter_rows()
        for text in texts
    )


def shows_said(
    shows: pl.DataFrame, rides: pl.DataFrame, timezone: str
) -> tuple[list[ShowsSaid], list[Finding]]:
    """The recording's show times, each time that those of an entity changed, and what cannot be."""
    said: list[ShowsSaid] = []
    found = Findings()
    odd: list[Finding] = []
    for ride_id, at, name, texts in _changes(shows, rides):
        times = [time for text in texts if text for time in parse_shows_text(text, name, found)]
        good, problems = judged(ride_id, name, at, times, timezone)
        said.append(good)
        odd += problems
    return said, _once([*found.as_tuple(), *odd])


def dining_said(dining: pl.DataFrame, rides: pl.DataFrame) -> tuple[list[DiningSaid], list[Finding]]:
    """The recording's tables of restaurants, each time that those of one changed, and what cannot be."""
    found = Findings()
    said = [
        DiningSaid(ride_id, at, parse_dining_text(texts[0], name, found))
        for ride_id, at, name, texts in _changes(dining, rides)
    ]
    return said, _once(found.as_tuple())


def _changes(offers: pl.DataFrame, rides: pl.DataFrame) -> Iterator[tuple[int, int, str, list[str | None]]]:
    """Ride, instant, name and texts wherever the texts of a ride differ from those before."""
    named = rides.filter(pl.col("queue_type").is_null() & pl.col("ride_id").is_not_null())
    placed = (
        offers.join(named, on=["ride_external_id", "ride_name", "kind"], nulls_equal=True)
        .group_by("ride_id", "observed_at")
        .agg(pl.col("ride_name").first(), pl.col("json").unique().sort(nulls_last=True))
        .sort("ride_id", "observed_at")
    )
    last = pl.col("json").shift().over("ride_id")
    return placed.filter((pl.col("json") != last).fill_null(value=True)).iter_rows()


def _once(found: Iterable[Finding]) -> list[Finding]:
    """One finding per kind and subject: a recording says the same thing at many instants."""
    return list({(one.kind, one.subject): one for one in found}.values())


def park_of(path: Path, recording: Recording, known: Sequence[CatalogueRow]) -> str | None:
    """The one park whose name stands in the folder of ``path``; ``None`` if the recording names its parks.

    :raises InputError: where neither does.
    """
    nameless = pl.col("park_external_id").is_null() & pl.col("park_name").is_null()
    if recording.readings.filter(nameless).is_empty():
        return None
    folder = path if path.is_dir() else path.parent
    words = f" {normalise(folder.resolve().name.replace('_', ' '))} "
    found = {row.slug for row in known if any(f" {normalise(name)} " in words for name in row.names)}
    if len(found) != 1:
        raise InputError(
            f"the recording {path} names no park and its folder does not either; say which with --park NAME",
            parameter="park",
        )
    return found.pop()


def local_days(observations: pl.DataFrame, timezone: str) -> list[dt.date]:
    """The park-local days of observations."""
    at = pl.from_epoch("observed_at", "s").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
    return observations.select(at.dt.date()).to_series().unique().sort().to_list()
