"""Published hours of another site, taken over where ours are silent (R4, R5)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.errors import BodyError
from hallofshame.domain.localtime import from_unix
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import ScheduleKind
from hallofshame.pipeline.mirror_identity import WhoIsWho
from hallofshame.pipeline.ride_hours import DAYS_TOUCHED
from hallofshame.store import bulk, data_version, dirty, ride_hours, schedules
from hallofshame.store.models import ParkSchedule
from hallofshame.store.ride_hours import HoursSeen

ONE_DAY = dt.timedelta(days=1)

_INSTANTS = ("opens_at", "closes_at", "seen_at", "superseded_at")
_PARKS = {
    "park_id",
    "date",
    "kind",
    "opens_at",
    "closes_at",
    "description",
    "seen_at",
    "superseded_at",
}
_RIDES = {"park_id", "date", "ride_id", "seen_at", "opens_at", "closes_at", "kind", "superseded_at"}


def take_hours_of_parks(
    connection: Connection, path: Path, who: WhoIsWho, now: dt.datetime, *, replace: bool
) -> None:
    """Take hours of park-local dates with all their versions: of dates of which we know none.

    :param replace: of the others, too, what is in force at the site becomes what is in force here.
    :raises BodyError: for a file in other columns.
    """
    rows = _mapped(_read(path, _PARKS), "park_id", who.parks)
    table = ParkSchedule
    parks = rows["park_id"].unique().to_list()
    query = select(table.park_id, table.date).where(
        table.park_id.in_(parks), table.date.between(rows["date"].min(), rows["date"].max())
    )
    known = {(park, date) for park, date in connection.execute(query)} if parks else set()
    changed: set[tuple[int, dt.date]] = set()
    fresh: list[pl.DataFrame] = []
    for (park, date), of_date in rows.partition_by("park_id", "date", as_dict=True).items():
        if (park, date) not in known:
            fresh.append(of_date)
            changed.add((park, date))
        elif replace:
            entries = [
                PublishedEntry(
                    date,
                    ScheduleKind(row["kind"]),
                    from_unix(row["opens_at"]),
                    from_unix(row["closes_at"]),
                    row["description"],
                )
                for row in of_date.filter(pl.col("superseded_at").is_null()).iter_rows(named=True)
            ]
            if schedules.publish(connection, park, entries, now, date, date):
                changed.add((park, date))
    if fresh:
        bulk.insert(connection, ParkSchedule, pl.concat(fresh))
    if changed:
        days = {(park, date + offset * ONE_DAY) for park, date in changed for offset in (0, 1)}
        dirty.mark_existing(connection, sorted(days), "schedule", now)
        data_version.bump(connection, None)


def take_hours_of_rides(connection: Connection, path: Path, who: WhoIsWho, now: dt.datetime) -> None:
    """Put the versions of hours of rides among ours, each at its instant; the latest is in force.

    :raises BodyError: for a file in other columns.
    """
    rows = _mapped(_mapped(_read(path, _RIDES), "park_id", who.parks), "ride_id", who.rides)
    changed: set[tuple[int, dt.date]] = set()
    for (park,), of_park in rows.partition_by("park_id", as_dict=True).items():
        slots: defaultdict[tuple[int, dt.date, int], set[tuple[str, int, int]]] = defaultdict(set)
        for row in of_park.iter_rows(named=True):
            key = row["ride_id"], row["date"], row["seen_at"]
            slots[key].add((row["kind"], row["opens_at"], row["closes_at"]))
        seen = [HoursSeen(ride, date, at, frozenset(said)) for (ride, date, at), said in slots.items()]
        changed |= {(park, date) for date in ride_hours.publish(connection, park, seen)}
    if changed:
        days = {(park, date + offset * ONE_DAY) for park, date in changed for offset in DAYS_TOUCHED}
        dirty.mark_existing(connection, sorted(days), "ride_hours", now)
        data_version.bump(connection, None)


def _read(path: Path, columns: set[str]) -> pl.DataFrame:
    """Rows with instants in Unix seconds."""
    try:
        rows = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise BodyError(f"{path.name} of the site is no Parquet file ({error}); try again later") from error
    if not columns <= set(rows.columns):
        raise BodyError(
            f"{path.name} of the site lacks {', '.join(sorted(columns - set(rows.columns)))}; run the same "
            "version on both sides"
        )
    instants = [name for name in _INSTANTS if name in rows.columns]
    return rows.select(sorted(columns)).with_columns(pl.col(instants).dt.epoch("s"))


def _mapped(rows: pl.DataFrame, column: str, numbers: dict[int, int]) -> pl.DataFrame:
    """Rows with our numbers in a column; those of which we have none are left out."""
    ours = pl.col(column).replace_strict(numbers, default=None, return_dtype=pl.Int64)
    return rows.with_columns(ours).filter(pl.col(column).is_not_null())
