"""Every job of an installation by its type, so that tests can say what holds for all of them.

``python -m support.every_job FOLDER`` begins each in a thread of its own and never ends one: a process to be
killed. It prints a line per run that is in the job log.
"""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from hallofshame.clock import SystemClock
from hallofshame.daily import daily_steps
from hallofshame.domain.jobs import JobType
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import Feed, ScheduleKind
from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.installation import Installation
from hallofshame.pipeline import jobrun
from hallofshame.pipeline.agreement import check_agreement
from hallofshame.pipeline.import_archive import import_archive
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.published import ScheduleRefresh
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.vanished_blocks import watch_rides
from hallofshame.replay import SHIPPED_RECORDINGS
from hallofshame.settings import Settings
from hallofshame.store import catalogue, schedules
from support.installations import GARDALAND, MemoryFeed

RECORDING = SHIPPED_RECORDINGS / "gardaland-queue-times"


def installed(folder: Path, clock: object | None = None) -> Installation:
    """Gardaland in ``folder``, with both feeds in memory."""
    made = Installation(
        Settings(_env_file=None, data=folder, parks=(GARDALAND,)),
        clock=clock or SystemClock(),  # type: ignore[arg-type]
        feeds={feed: MemoryFeed(feed) for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)},  # type: ignore[arg-type]
    )
    made.make_ready(migrate=True)
    return made


def step(job: JobType) -> Callable[[Installation], object]:
    """One step of the daily sequence, with its errors."""

    def run(parts: Installation) -> object:
        (found,) = [step for step in daily_steps(parts) if step.job is job]
        return found.work(lambda _done, _total: None)

    return run


def _ingest(parts: Installation) -> object:
    return ingest(
        parts.database,
        RECORDING,
        Feed.QUEUE_TIMES,
        cadence_seconds=900,
        clock=parts.clock,
        log=parts.log("ingest"),
    )


def _schedules(parts: Installation) -> object:
    """The hours of a park that is open by what was published of it."""
    now = parts.clock.now()
    with parts.database.write() as connection:
        (park_id,) = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park").values()
        hours = PublishedEntry(
            now.date(), ScheduleKind.OPERATING, now - dt.timedelta(hours=1), now + dt.timedelta(hours=1)
        )
        schedules.publish(connection, park_id, [hours], now, hours.date, hours.date)
    return ScheduleRefresh(parts.database, parts.feeds, parts.clock, parts.log("schedules")).run()


def _import(parts: Installation) -> object:
    file = parts.settings.data / "archive" / "resort" / "2026" / "06" / "01.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"events": []}')
    shelf = ArchiveShelf(str(parts.settings.data / "archive"))
    return import_archive(parts.database, shelf, parts.clock, parts.log("import"))


def _agreement(parts: Installation) -> object:
    return check_agreement(parts.database, NoDays(), parts.clock, parts.log("agreement"))


class NoDays:
    """A source without daily figures of any park."""

    def daily(self, park: str, first: dt.date, last: dt.date) -> tuple[list[object], list[object]]:
        """None."""
        return [], []


JOBS: Mapping[JobType, tuple[Callable[[Installation], object], str]] = {
    JobType.CYCLE: (lambda parts: parts.collector.cycle(), "collect.polled_parks"),
    JobType.ROLLUP: (step(JobType.ROLLUP), "rollup.dirty.dirty"),
    JobType.SYNC: (step(JobType.SYNC), "sync._compare"),
    JobType.REPAIR: (step(JobType.REPAIR), "repair._holes"),
    JobType.RETIRE: (step(JobType.RETIRE), "vanished._retire"),
    JobType.CLASSIFY: (step(JobType.CLASSIFY), "classifying._classify"),
    JobType.SIGNALS: (step(JobType.SIGNALS), "signals._looked_at"),
    JobType.SCHEDULES: (_schedules, "published.ScheduleRefresh._refresh"),
    JobType.QUALITY: (step(JobType.QUALITY), "quality._look"),
    JobType.SEAL: (step(JobType.SEAL), "sealing._due"),
    JobType.RETAIN: (step(JobType.RETAIN), "retention._Retaining.work"),
    JobType.WATCH: (
        lambda parts: watch_rides(parts.database, parts.clock),
        "vanished_blocks.vanished_blocks",
    ),
    JobType.STORAGE: (step(JobType.STORAGE), "storage._measure"),
    JobType.AGREEMENT: (_agreement, "agreement.outside.last_compared"),
    JobType.CALIBRATE: (step(JobType.CALIBRATE), "calibration.everywhere"),
    JobType.PARTITION: (step(JobType.PARTITION), "partitioning.run_alone"),
    JobType.TRIM: (step(JobType.TRIM), "jobrun.joblog.trim"),
    JobType.SEED: (lambda parts: parts.make_ready(migrate=True), "preparation.seed"),
    JobType.INGEST: (_ingest, "ingest.read_recording"),
    JobType.IMPORT: (_import, "import_archive._within"),
    JobType.REBUILD: (lambda parts: mark_range(parts.database, parts.clock), "rebuild._observed"),
}
"""How to run each job, and what in it to break."""

KILLABLE = tuple(job for job in JOBS if job is not JobType.SEED)
"""Those whose begin is in the log. Seeding is logged in its own transaction: killed, it leaves nothing."""


def begin_all(folder: Path) -> None:
    """Begin every job and end none."""
    with installed(folder) as parts:
        begun = jobrun._begin

        def begin(*given: object) -> int | None:
            run_id = begun(*given)  # type: ignore[arg-type]
            print(f"{given[2]}\n", end="", flush=True)  # in one piece: the threads take turns
            time.sleep(600)
            return run_id

        jobrun._begin = begin  # type: ignore[assignment]
        for job in KILLABLE:
            run, _ = JOBS[job]
            threading.Thread(target=run, args=(parts,), daemon=True).start()
        time.sleep(600)


if __name__ == "__main__":
    begin_all(Path(sys.argv[1]))
