"""Cut the demonstration recording that ships with the package out of the full recordings.

Run from the checkout: ``python tools/make_recording.py --source ../shared/data``. Which park comes from which
recording, and which of its ISO weeks are kept, is :data:`CUTS`; nothing is altered but the choice of rows and
columns, and a park id and name where the source held none. Output is the same for the same input.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from hallofshame.domain.names import normalise, slugify
from hallofshame.domain.queue_names import is_single_rider
from hallofshame.domain.words import Feed
from hallofshame.replay.manifest import SHIPPED_RECORDINGS
from recorded_catalogue import Catalogue

QUEUE_TIMES_CREDIT = {"text": "Powered by Queue-Times.com", "url": "https://queue-times.com/"}
THEMEPARKS_WIKI_CREDIT = {"text": "Data provided by ThemeParks.wiki", "url": "https://themeparks.wiki"}

STANDSTILL = dt.timedelta(hours=3)
"""From then on a park that stands still counts as frozen (R2)."""

R_VECTORS = re.compile(r"(c\([^)]*\)|[0-9]+(?::[0-9]+)?), (c\([^)]*\)|[0-9]+(?::[0-9]+)?)")
"""``dining_raw``: the waits for a table, then the sizes of the parties."""

CLAIMS = 3
"""So many rides that run are taken for an open park (R4)."""

QUEUE_TIMES_KEPT = (
    "park_id",
    "park_name",
    "polled_at",
    "ride_id",
    "ride_name",
    "land",
    "is_open",
    "wait_time",
    "last_updated",
)
THEMEPARKS_WIKI_KEPT = (
    "park_id",
    "park_name",
    "polled_at",
    "entity_id",
    "name",
    "entity_type",
    "external_id",
    "status",
    "standby_wait",
    "single_rider_wait",
    "return_type",
    "return_state",
    "return_start",
    "paid_return_state",
    "paid_return_start",
    "paid_price_amount",
    "paid_price_formatted",
    "showtimes_json",
    "operating_hours_json",
    "dining_json",
    "last_updated",
    "queue_type",
    "wait_time",
)


@dataclass(frozen=True)
class Cut:
    """Parks of one recording: external id → name in the recording (``None``: it names no park).

    ``weeks`` are the Mondays (park-local) of the ISO weeks that are kept. ``weekdays`` restricts parks to
    some ISO weekdays (1 = Monday): where a park was recorded on both feeds, years apart, each local day comes
    from one of them, because a day put together from two years would show breakdowns that never were.
    ``thinned``: of a stretch in which the whole park stood still, the first poll at most is kept.
    """

    dataset: str
    repository: str
    feed: Feed
    timezone: str
    cadence_minutes: int
    parks: dict[str, str | None]
    weeks: tuple[str, ...]
    weekdays: dict[str, tuple[int, ...]] = field(default_factory=dict)
    thinned: bool = False


CUTS = (
    Cut(
        "qt_universal_orlando_160days",
        "MrMarz/universal-wait-times",
        Feed.QUEUE_TIMES,
        "America/New_York",
        60,
        {"64": None, "65": None, "334": None},
        (
            "2026-03-23",
            "2026-03-30",
            "2026-04-13",
            "2026-04-20",
            "2026-05-04",
            "2026-05-11",
            "2026-05-25",
            "2026-06-01",
            "2026-06-15",
            "2026-06-22",
            "2026-07-06",
            "2026-07-13",
            "2026-07-27",
            "2026-08-03",
        ),
        thinned=True,
    ),
    Cut(
        "qt_walt_disney_world_2h",
        "agentilcore589/wdw-demand-forecast",
        Feed.QUEUE_TIMES,
        "America/New_York",
        120,
        {"5": None, "6": None, "7": None, "8": None},
        ("2026-07-27", "2026-08-03", "2026-08-17"),
        weekdays={"6": (1, 2, 5, 6, 7), "5": (1, 2, 5, 6, 7), "8": (1, 2, 7)},
    ),
    Cut(
        "qt_gardaland_10min",
        "pseganti/gardaland-queue-times-test",
        Feed.QUEUE_TIMES,
        "Europe/Rome",
        15,
        {"12": None},
        ("2025-10-06", "2025-10-20", "2025-10-27", "2025-12-29", "2026-08-17"),
    ),
    Cut(
        "qt_six_flags_great_adventure_5min",
        "Santie-a/sixflags-data",
        Feed.QUEUE_TIMES,
        "America/New_York",
        5,
        {"37": None},
        ("2026-08-17",),
    ),
    Cut(
        "qt_disneyland_paris_5min",
        "maellepub3-dumbo/dlp-wait-times",
        Feed.QUEUE_TIMES,
        "Europe/Paris",
        5,
        {"4": None, "28": None},
        ("2026-04-13",),
    ),
    Cut(
        "qt_alton_towers_thorpe_park_30min",
        "harenarius/disneyland-queue-times-collector",
        Feed.QUEUE_TIMES,
        "Europe/London",
        30,
        {"1": None, "2": None},
        ("2025-06-16", "2025-06-23", "2025-07-07", "2025-07-14"),
    ),
    Cut(
        "qt_portaventura_15min",
        "MarcosOlivier12/Portaventura_Ferraliland_queue-study",
        Feed.QUEUE_TIMES,
        "Europe/Madrid",
        15,
        {"19": None, "277": None},
        ("2026-08-10",),
    ),
    Cut(
        "tpw_tokyo_disney_resort",
        "masa-dev0913/tdr-wait-tracker",
        Feed.THEMEPARKS_WIKI,
        "Asia/Tokyo",
        45,
        {
            "3cc919f1-d16d-43e0-8c3f-1dd269bd1a42": "Tokyo Disneyland",
            "67b290d5-3478-4f23-b601-2f8fb71ba803": "Tokyo DisneySea",
        },
        ("2026-08-10",),
    ),
    Cut(
        "tpw_walt_disney_world",
        "TheWaitTimes/park_data",
        Feed.THEMEPARKS_WIKI,
        "America/New_York",
        15,
        {
            "75ea578a-adc8-4116-a54d-dccb60765ef9": None,
            "47f90d2c-e191-4239-a466-5892ef59a88b": None,
            "1c84a229-8862-4648-9c71-378ddd2c7693": None,
        },
        ("2025-05-12",),
        weekdays={
            "75ea578a-adc8-4116-a54d-dccb60765ef9": (3, 4),
            "47f90d2c-e191-4239-a466-5892ef59a88b": (3, 4),
            "1c84a229-8862-4648-9c71-378ddd2c7693": (3, 4, 5, 6),
        },
    ),
    Cut(
        "tpw_efteling",
        "Brittvanhaaster/ODCM-Team2",
        Feed.THEMEPARKS_WIKI,
        "Europe/Amsterdam",
        20,
        {"30713cf6-69a9-47c9-a505-52bb965f01be": None},
        ("2025-11-10",),
    ),
)


def main() -> None:
    """Read the arguments, make the recording, print what it holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--source", type=Path, default=Path("../shared/data"), help="folder of full recordings"
    )
    parser.add_argument(
        "--target", type=Path, default=SHIPPED_RECORDINGS, help="folder to write the tapes to"
    )
    arguments = parser.parse_args()
    if not arguments.source.is_dir():
        parser.error(f"no folder {arguments.source}; give the folder of the full recordings with --source")
    source: Path = arguments.source
    target: Path = arguments.target
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    catalogue = Catalogue(source)
    tapes = [entry for cut in CUTS for entry in make_tapes(cut, source, target, catalogue)]
    write_json(target / "manifest.json", {"tapes": tapes}, indent=1)
    for entry in tapes:
        print(f"{entry['folder']:55} {entry['rows']:7} rows, {entry['polls']:4} polls, {entry['timezone']}")
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    print(f"{len(tapes)} tapes, {size:,} bytes")


def make_tapes(cut: Cut, source: Path, target: Path, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Write the tapes of one cut; returns their manifest entries."""
    file_name = "snapshots.parquet" if cut.feed is Feed.QUEUE_TIMES else "live_rows.parquet"
    kept = QUEUE_TIMES_KEPT if cut.feed is Feed.QUEUE_TIMES else THEMEPARKS_WIKI_KEPT
    rows = with_dining(pl.read_parquet(source / cut.dataset / file_name))
    local = pl.col("polled_at").dt.convert_time_zone(cut.timezone)
    rows = rows.filter(
        local.dt.date().dt.truncate("1w").is_in([dt.date.fromisoformat(week) for week in cut.weeks])
    )
    entries = []
    for park, name in cut.parks.items():
        of_park = rows_of_park(rows, park, name, catalogue, cut.feed)
        if park in cut.weekdays:
            of_park = of_park.filter(local.dt.weekday().is_in(cut.weekdays[park]))
        if cut.thinned:
            of_park = without_standstill(of_park)
        # No name of a column but those of the shape, and none that says nothing throughout.
        columns = [
            column
            for column in kept
            if column in of_park.columns and (column in ("land", "ride_id") or of_park[column].count())
        ]
        tape = of_park.select(columns).sort("polled_at", maintain_order=True)
        entries.append(write_tape(tape, cut, park, target, file_name, catalogue))
    return entries


def with_dining(rows: pl.DataFrame) -> pl.DataFrame:
    """Tables of restaurants in the form of ThemeParks.wiki, out of the text that R prints of them."""
    if "dining_raw" not in rows.columns:
        return rows
    texts = rows["dining_raw"].drop_nulls().unique().to_list()
    tables = {text: json.dumps(dining_tables(text), separators=(",", ":")) for text in texts}
    told = pl.col("dining_raw").replace_strict(tables, default=None, return_dtype=pl.String)
    return rows.with_columns(dining_json=told)


def dining_tables(text: str) -> list[dict[str, int]]:
    """``c(10, 45), 2:3``: parties of two wait 10 minutes, parties of three 45."""
    found = R_VECTORS.fullmatch(text)
    if found is None:
        raise ValueError(f"dining_raw {text!r} is not two vectors of R; look at how it was recorded")
    waits, sizes = (numbers(part) for part in found.groups())
    return [{"waitTime": wait, "partySize": size} for wait, size in zip(waits, sizes, strict=True)]


def numbers(vector: str) -> list[int]:
    """A vector as R prints it: ``c(1, 2)``, ``1:8`` or ``7``."""
    if vector.startswith("c("):
        return [int(part) for part in vector[2:-1].split(",")]
    first, _, last = vector.partition(":")
    return list(range(int(first), int(last or first) + 1))


def rows_of_park(
    rows: pl.DataFrame, park: str, name: str | None, catalogue: Catalogue, feed: Feed
) -> pl.DataFrame:
    """One park's rows, with a park id and name also where the source held none."""
    if "park_id" in rows.columns:
        return rows.filter(pl.col("park_id").cast(pl.String) == park)
    if "park_name" in rows.columns:
        return rows.filter(pl.col("park_name") == name).with_columns(park_id=pl.lit(park))
    listed = catalogue.describe(feed, park)
    shown = "Efteling" if listed["group_name"].startswith("Efteling") else listed["group_name"]
    return rows.with_columns(park_id=pl.lit(park), park_name=pl.lit(shown))


def without_standstill(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` of one park; of polls that say the same for three hours or more, only the first or none.

    The feed of some parks stands still all night with one ride at a posted wait. Every such reading counts as
    unknown (R2); without them a record of years takes a quarter of the time to compute. The first poll tells
    when the rides had closed. It is left out as well where :data:`CLAIMS` rides or more claim to run in it:
    alone it would not be recognised, and would count as opening hours (R4).
    """
    names = rows["ride_name"].unique().to_list()
    is_ride = ~pl.col("ride_name").is_in([name for name in names if is_single_rider(name)])
    # A ride that gains or loses its ™ has not moved.
    ride = pl.col("ride_name").replace_strict({name: normalise(name) for name in names})
    said = pl.struct(ride, "is_open", "wait_time").hash().filter(is_ride)
    polls = (
        rows.group_by("polled_at")
        .agg(said=said.sum(), claims=pl.col("is_open").filter(is_ride).sum())
        .sort("polled_at")
    )
    stretches = polls.with_columns(stretch=pl.col("said").rle_id()).with_columns(
        first=pl.col("polled_at").min().over("stretch"), last=pl.col("polled_at").max().over("stretch")
    )
    still = pl.col("last") - pl.col("first") >= STANDSTILL
    tells = (pl.col("polled_at") == pl.col("first")) & (pl.col("claims") < CLAIMS)
    return rows.join(stretches.filter(~still | tells), on="polled_at", how="semi", maintain_order="left")


def write_tape(
    tape: pl.DataFrame, cut: Cut, park: str, target: Path, file_name: str, catalogue: Catalogue
) -> dict[str, Any]:
    """Write one tape's folder; returns its manifest entry."""
    park_name = str(tape.get_column("park_name").last())
    folder = target / f"{slugify(park_name)}-{cut.feed.slug.replace('_', '-')}"
    folder.mkdir()
    tape.write_parquet(folder / file_name, compression="zstd", compression_level=19, statistics=False)
    if cut.feed is Feed.QUEUE_TIMES and tape.get_column("ride_id").null_count():
        unknown = tape.filter(pl.col("ride_id").is_null()).get_column("ride_name").unique().to_list()
        write_json(folder / "ride_ids.json", catalogue.ride_ids(park, unknown), indent=0)
    if cut.feed is Feed.QUEUE_TIMES and (lands := without_land(tape, park, catalogue)):
        write_json(folder / "lands.json", lands, indent=0)
    if schedule := catalogue.schedule(park, cut.timezone, recorded_weekdays(tape, cut.timezone)):
        write_json(folder / "schedule.json", schedule, indent=0)
    if locations := catalogue.locations(park):
        write_json(folder / "locations.json", locations)
    polls = tape.get_column("polled_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "folder": folder.name,
        "feed": cut.feed.slug,
        "park_external_id": park,
        "park_name": park_name,
        "timezone": cut.timezone,
        "cadence_seconds": cut.cadence_minutes * 60,
        **catalogue.describe(cut.feed, park),
        "dataset": cut.dataset,
        "repository": f"https://github.com/{cut.repository}",
        "attribution": QUEUE_TIMES_CREDIT if cut.feed is Feed.QUEUE_TIMES else THEMEPARKS_WIKI_CREDIT,
        "weeks": list(cut.weeks),
        "first_poll": polls.first(),
        "last_poll": polls.last(),
        "polls": polls.n_unique(),
        "rows": tape.height,
    }


def recorded_weekdays(tape: pl.DataFrame, timezone: str) -> set[int]:
    """The ISO weekdays (1 = Monday) with polls in at least three of their hours."""
    local = pl.col("polled_at").dt.convert_time_zone(timezone)
    days = tape.group_by(day=local.dt.date()).agg(hours=local.dt.hour().n_unique())
    return set(days.filter(pl.col("hours") >= 3)["day"].dt.weekday())


def without_land(tape: pl.DataFrame, park: str, catalogue: Catalogue) -> dict[str, str]:
    """The lands of the rides of which no poll of ``tape`` names one."""
    named = pl.col("land").is_not_null() & (pl.col("land") != "")
    rides = tape.group_by("ride_name").agg(has_land=named.any())
    return catalogue.lands(park, rides.filter(~pl.col("has_land"))["ride_name"])


def write_json(file: Path, body: Any, indent: int | None = None) -> None:
    """Write ``body`` so that the same content gives the same bytes."""
    file.write_text(json.dumps(body, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
