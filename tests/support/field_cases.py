"""Cases from the field: recordings with the values that are right for them."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import HistoryPage, ParkReading, ScheduleReading
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import Poll
from hallofshame.feeds.themeparks_wiki_parse import parse_schedule
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import seed_catalogue
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.sync import sync
from hallofshame.store import schema
from hallofshame.store.database import Database
from support.suites import leave_out

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data"
FIELD_CASES = RECORDINGS / "field_cases"
LOG = logging.getLogger("tests")


def right_of(case: Path) -> Any:
    """The values that are right."""
    return json.loads((case / "right.json").read_text("utf-8"))


class _Published:
    """ThemeParks.wiki, telling nothing but the hours it was given."""

    feed = Feed.THEMEPARKS_WIKI

    def __init__(self) -> None:
        self.hours: dict[str, ScheduleReading] = {}

    def list_parks(self) -> list[Any]:
        return []

    def list_entities(self, park: str) -> list[Any]:
        return []

    def poll(self, park: str) -> Poll:
        return Poll(ParkReading(self.feed, park, ()), 200, 1, 1)

    def schedule(self, park: str, timezone: str) -> ScheduleReading:
        return self.hours.get(park, ScheduleReading(()))

    def history(self, park: str, start: dt.datetime, end: dt.datetime) -> HistoryPage:
        return HistoryPage(())


def _publish(database: Database, step: dict[str, str], case: Path) -> None:
    """The hours of a step, by the real sync at its instant."""
    [park] = [row for row in load_parks() if row.slug == step["park"]]
    known = park.external_id(Feed.THEMEPARKS_WIKI) or ""
    wiki = _Published()
    body = json.loads((case / step["file"]).read_text("utf-8"))
    wiki.hours[known] = parse_schedule(body, known, park.timezone)
    sync(database, {wiki.feed: wiki}, FixedClock(dt.datetime.fromisoformat(step["at"])), LOG)


@contextmanager
def run(case: Path, folder: Path, files: list[str] | None = None) -> Iterator[Database]:
    """The database after the recordings and hours of a case (or ``files``, in that order) were rolled up."""
    if not case.is_dir():
        leave_out(f"no recording at {case}")
    told = json.loads((case / "case.json").read_text("utf-8"))
    clock = FixedClock(dt.datetime.fromisoformat(told["now"]))
    database = Database(f"sqlite:///{folder / 'case.db'}")
    schema.upgrade(database)
    seed_catalogue(database, clock, only=set(told["parks"]))
    steps = {step["file"]: step for step in told["steps"]}
    for file in files or list(steps):
        step = steps[file]
        if step["do"] == "schedule":
            _publish(database, step, case)
            continue
        ingest(
            database,
            case / file,
            Feed.from_slug(step["feed"]),
            cadence_seconds=step["cadence_seconds"],
            clock=clock,
            log=LOG,
            park=step["park"],
            timezone=step["timezone"],
        )
    Rollup(database, clock, LOG).run()
    yield database
    database.dispose()
