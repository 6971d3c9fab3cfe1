"""Tapes made by hand, and plain HTTP calls."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import requests

from hallofshame.domain.localtime import UTC, zone
from hallofshame.domain.words import Feed
from hallofshame.replay import ReplayServer, Tape, TapeInfo

ROME = "Europe/Rome"
MONDAY = dt.date(2026, 6, 1)
"""The week that hand-made tapes are recorded in, unless a test says otherwise."""


def local(date: dt.date, hour: int, minute: int = 0, *, timezone: str = ROME, fold: int = 0) -> dt.datetime:
    """An instant by the park's clocks."""
    wall = dt.datetime.combine(date, dt.time(hour, minute), zone(timezone)).replace(fold=fold)
    return wall.astimezone(UTC)


def queue_times_tape(
    *polls: tuple[dt.datetime, int], park: str = "12", cadence: int = 600, **extra: Any
) -> Tape:
    """A park of two rides; each poll says when and how long the wait for the first one is."""
    rows = [
        {
            "polled_at": at,
            "ride_id": ride,
            "ride_name": name,
            "land": land,
            "is_open": True,
            "wait_time": wait + ride - 1,
            "last_updated": at - dt.timedelta(minutes=3),
        }
        for at, wait in polls
        for ride, name, land in ((1, "Raptor", "Hills"), (2, "Mammut", None))
    ]
    info = TapeInfo(
        feed=Feed.QUEUE_TIMES,
        park_external_id=park,
        park_name="Gardaland",
        timezone=ROME,
        cadence_seconds=cadence,
        group_id="6",
        group_name="Merlin",
        country="Italy",
        latitude=45.455,
        longitude=10.713,
    )
    return Tape(info, pl.DataFrame(rows), **extra)


def themeparks_wiki_tape(
    *polls: tuple[dt.datetime, str, int | None],
    cadence: int = 600,
    hours_json: str | None = None,
    **extra: Any,
) -> Tape:
    """A park of one ride; each poll gives its status and wait, and ``hours_json`` as its hours."""
    frame = pl.DataFrame(
        [
            {"polled_at": at, "entity_id": "ride-a", "name": "A", "status": status, "standby_wait": wait}
            for at, status, wait in polls
        ],
        schema_overrides={"standby_wait": pl.Int64},
    ).with_columns(operating_hours_json=pl.lit(hours_json, pl.String))
    info = TapeInfo(
        feed=Feed.THEMEPARKS_WIKI,
        park_external_id="park-1",
        park_name="Park One",
        timezone=ROME,
        cadence_seconds=cadence,
        group_id="resort-1",
        group_name="Resort One",
    )
    return Tape(info, frame, **extra)


def get(server: ReplayServer, path: str) -> Any:
    """The JSON at ``path``."""
    answer = requests.get(server.base_url + path, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def order(server: ReplayServer, park: str, fault: str, **options: Any) -> None:
    """Switch a fault on for ``feed/park``."""
    body = {"fault": fault, **options}
    answer = requests.put(f"{server.base_url}/_faults/{park}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
