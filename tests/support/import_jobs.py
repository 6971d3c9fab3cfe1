"""An installation of one park with archive files that imports may be started from."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hallofshame.clock import SystemClock
from hallofshame.domain.imports import read_request
from hallofshame.domain.words import Feed
from hallofshame.installation import Installation
from hallofshame.settings import Settings
from hallofshame.store import catalogue, import_jobs
from hallofshame.store.import_jobs import Job
from support.installations import MemoryFeed

PARK = "efteling"
FIRST = dt.date(2026, 3, 2)


def installed(folder: Path, root: Path, **given: Any) -> Installation:
    """Efteling in ``folder``; imports may be started from ``root``."""
    settings = Settings(_env_file=None, data=folder, parks=(PARK,), import_folders=(str(root),), **given)
    made = Installation(settings, clock=SystemClock(), feeds={Feed.QUEUE_TIMES: MemoryFeed()})
    made.make_ready(migrate=True)
    return made


def write_archive(parts: Installation, folder: Path, days: int) -> None:
    """So many days of three rides that run from 10 to 16 UTC; one is down for an hour."""
    with parts.database.read() as connection:
        [park] = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park")
    for day in (FIRST + dt.timedelta(days=number) for number in range(days)):
        events = [
            {
                "entityId": f"id-{name}",
                "name": name,
                "internalId": f"x;entityType=Attraction;{name}",
                "parkId": park,
                "eventTime": f"{day}T{time}:00.000Z",
                "data": {"status": status, "queue": {"STANDBY": {"waitTime": 10}}},
            }
            for name in ("Alpha", "Bravo", "Charlie")
            for time, status in (
                ("10:00", "OPERATING"),
                ("12:07", "DOWN"),
                ("13:07", "OPERATING"),
                ("16:00", "CLOSED"),
            )
            if status != "DOWN" or name == "Bravo"
        ]
        path = folder / "resort" / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zlib.compress(json.dumps({"events": events}).encode()))


def queue(parts: Installation, body: Mapping[str, Any]) -> Job:
    """Start an import as the API would."""
    request = read_request(body, park_id=int, source=str)
    return parts.database.run(
        lambda connection: import_jobs.start(connection, request, "ops", parts.clock.now())
    )
