"""One park-day of the history API as a part of the record: what gap repair and ``import-history`` share.

A day is stored whole and in one transaction with its checkpoint: broken off at any moment, it is either all
there or not at all. Storing it again changes nothing; where the API has recorded it anew since, the new
recording takes the place of the old one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.domain.readings import HistoryPage, StatusChange
from hallofshame.domain.words import Feed, Origin
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.event_log import EventsStored, store_events
from hallofshame.pipeline.record import rewrite_observations
from hallofshame.pipeline.registry import Registry
from hallofshame.store import checkpoints, findings, raw
from hallofshame.store.history.reading import History
from hallofshame.store.models import ImportCheckpoint

SOURCE = "themeparks_wiki/history"
"""Under this name checkpoints keep which park-days of the history API are in the record."""

EMPTY, REFUSED = "empty", "refused"
"""Versions of days that hold no event, and whose answer could not be used."""

OUTSIDE_KEY = "outside"
"""Key of the checkpoint that is no day: the API does not have the park."""

SETTLED_AFTER = dt.timedelta(days=3)
"""How long after its end a day may still grow: the API's archive is written two to three days behind."""


@dataclass(frozen=True, slots=True)
class DayStored:
    """What storing a park-day did. ``is_corrected``: it was in the record already and said something else."""

    new_rows: int
    rides: frozenset[int]
    is_corrected: bool = False


def changes_within(page: HistoryPage, day: dt.date, timezone: str) -> list[StatusChange]:
    """The changes of a page that lie in the park-local day."""
    start, end = day_bounds(day, timezone)
    return [change for change in page.changes if start <= to_unix(change.at) < end]


def store_day(
    connection: Connection,
    registry: Registry,
    history: History | None,
    park: tuple[int, str],
    day: dt.date,
    changes: Sequence[StatusChange],
    now: dt.datetime,
) -> DayStored:
    """Write the changes of a park's local day, and the checkpoint that says so.

    Every ride is closed by an unknown observation at the day's last second: whether the next day comes, and
    in which order days are asked for, makes no difference to what is stored.

    :param history: reads rows of the day that only sealed files hold; ``None``: there are no such files.
    :param park: our id and time zone of the park.
    :param changes: at least one, all of that day.
    """
    park_id, timezone = park
    start, end = day_bounds(day, timezone)
    version, before = version_of(changes), _version_before(connection, park_id, day)
    stored = store_events(connection, registry, park, changes, now, closes_at=end - 1)
    is_corrected = before not in (None, EMPTY, REFUSED, version)
    if is_corrected:
        _supersede(connection, history, park, (start, end), stored, now)
    checkpoints.note(connection, SOURCE, day.isoformat(), version, [park_id], now)
    return DayStored(stored.new_rows, stored.rides, is_corrected)


def version_of(changes: Sequence[StatusChange]) -> str:
    """A digest of what changes say, the same for the same changes."""
    return hashlib.sha256(repr(sorted(changes, key=_order)).encode("utf-8", "surrogatepass")).hexdigest()


def _order(change: StatusChange) -> tuple[dt.datetime, str]:
    return change.at, change.external_id


def _version_before(connection: Connection, park_id: int, day: dt.date) -> str | None:
    table = ImportCheckpoint
    return connection.scalar(
        select(table.version).where(
            table.source == SOURCE, table.file_key == day.isoformat(), table.park_id == park_id
        )
    )


def _supersede(
    connection: Connection,
    history: History | None,
    park: tuple[int, str],
    bounds: tuple[int, int],
    stored: EventsStored,
    now: dt.datetime,
) -> None:
    """Let the rows of an earlier recording say what the new one says of their instants.

    Nothing is deleted (sealed files could not follow): a row whose event is gone repeats the state that the
    ride is in by the new recording, or says unknown where that has none, and so changes nothing.
    """
    park_id, timezone = park
    start, end = bounds
    if history is None:
        known = raw.read_observations(connection, [park_id], start, end)
    else:
        known = history.observations(connection, [park_id], start, end)
    old = known.filter(pl.col("origin") == int(Origin.ARCHIVE)).select(OBSERVATIONS.names())
    said = stored.observations.select(
        pl.col("ride_id").cast(old.schema["ride_id"]),
        pl.col("observed_at").cast(old.schema["observed_at"]),
        told_status=pl.col("status").cast(old.schema["status"]),
        told_wait=pl.col("wait_minutes").cast(old.schema["wait_minutes"]),
    ).sort("observed_at")
    corrected = (
        old.sort("observed_at")
        .join_asof(said, on="observed_at", by="ride_id", strategy="backward", check_sortedness=False)
        .filter(
            pl.col("status").ne_missing(pl.col("told_status"))
            | pl.col("wait_minutes").ne_missing(pl.col("told_wait"))
        )
        .with_columns(
            status="told_status", wait_minutes="told_wait", feed=pl.lit(int(Feed.ARCHIVE), old.schema["feed"])
        )
        .select(OBSERVATIONS.names())
    )
    rewrite_observations(
        connection,
        pl.concat([corrected.cast(OBSERVATIONS), stored.observations.cast(OBSERVATIONS)]).unique(
            ["park_id", "observed_at", "ride_id", "origin"], keep="last"
        ),
        stored.queues.unique(
            ["park_id", "observed_at", "ride_id", "queue_type"], keep="first", maintain_order=True
        ),
        {park_id: timezone},
        now,
    )


def note_findings(connection: Connection, park_id: int, page: HistoryPage, now: dt.datetime) -> None:
    """Keep what was odd in a page."""
    findings.record(connection, [(park_id, finding) for finding in page.findings], now)


def taken_days(
    connection: Connection,
) -> tuple[dict[tuple[int, dt.date], tuple[str, int]], dict[int, int]]:
    """The version of each park-day and when it was taken (Unix seconds); when the API lacked a park."""
    days, outside = {}, {}
    for key, park_id, version, at in checkpoints.noted(connection, SOURCE):
        if key == OUTSIDE_KEY:
            outside[park_id] = at
        elif park_id != checkpoints.ALL_PARKS:
            days[park_id, dt.date.fromisoformat(key)] = version, at
    return days, outside
