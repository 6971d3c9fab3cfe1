"""Works on the imports that were started through the admin API: one at a time, by one process of all.

The service does it beside the cycles, ``hallofshame imports work`` where cron runs the jobs. At every
checkpoint what is done is in the record, so that the process may end in whatever way: the next goes on there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hallofshame.domain.errors import HallOfShameError, InputError, StoreError
from hallofshame.domain.imports import ImportAction, ImportKind, ImportRequest, ImportState
from hallofshame.domain.jobs import JobStopped
from hallofshame.domain.localtime import to_unix
from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.installation import Installation
from hallofshame.logs import log_failure
from hallofshame.pipeline import import_sources
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.history_request import HistoryImported, HistoryRange
from hallofshame.pipeline.import_archive import ImportResult, import_archive
from hallofshame.pipeline.import_history import import_history
from hallofshame.pipeline.import_readings import ReadingsResult, import_readings
from hallofshame.pipeline.import_reports import Report, Result, joined, report_of
from hallofshame.pipeline.jobrun import brief
from hallofshame.pipeline.repair import RepairResult, repair_gaps
from hallofshame.processes import is_gone
from hallofshame.store import import_jobs, leases
from hallofshame.store.import_jobs import Job

Progress = Callable[[int, int], None]

TELL_SECONDS = 1.0
"""How often an import says how far it is, and looks whether it is to pause or end."""

LEAST_PAUSE_SECONDS = 5
UNREACHED_PAUSE_SECONDS = 600
"""Pause of an import whose source cannot be asked at the moment."""

_LONGEST_ERROR = 1_000


def hold(parts: Installation, holder: str, seconds: int) -> bool:
    """Take or keep the duty to work on imports for so long; whether ``holder`` has it."""
    return parts.database.run(
        lambda connection: leases.acquire(
            connection,
            import_jobs.LEASE,
            holder,
            leases.present(connection, parts.clock.now()),
            seconds,
        )
    )


def take_over(parts: Installation, holder: str, seconds: int) -> bool:
    """As :func:`hold`, at once also where a process of this machine had it that is gone."""
    with parts.database.read() as connection:
        before = leases.holder(connection, import_jobs.LEASE)
    if before is not None and is_gone(before):
        let_go(parts, before)
    return hold(parts, holder, seconds)


def let_go(parts: Installation, holder: str) -> None:
    """Leave the duty to others."""
    parts.database.run(partial(leases.release, name=import_jobs.LEASE, holder=holder))


def work_on_next(parts: Installation, holder: str, watched: Progress) -> Job | None:
    """Work on one import until it ends or has to wait; returns it as it is then, ``None`` if there was none.

    ``watched`` is called at every checkpoint; what it raises ends the work, and a :class:`JobStopped` leaves
    the import queued for the next process. Only the holder of the duty (:func:`hold`) may call this.
    """
    job = parts.database.run(lambda connection: import_jobs.take(connection, holder, parts.clock.now()))
    if job is None:
        return None
    attempt = _Attempt(parts, job, watched)
    attempt.run()
    with parts.database.read() as connection:
        return import_jobs.get(connection, job.import_id)


class _Attempt:
    """One stretch of work on an import."""

    def __init__(self, parts: Installation, job: Job, watched: Progress) -> None:
        self._parts = parts
        self._job = job
        self._watched = watched
        self._log = parts.log("imports")
        self._before: Report | None = None if job.report is None else json.loads(job.report)
        self._result: Result | None = None
        self._wanted: str | None = None
        self._began = parts.clock.elapsed()
        self._first: int | None = None
        self._told_at: float | None = None
        self._count: dict[str, int] = {}

    def run(self) -> None:
        """Work, and leave the import in the state that follows."""
        job = self._job
        self._log.info("import %d (%s) begins, attempt %d", job.import_id, job.kind, job.attempts)
        try:
            waits = self._work(job.request)
        except JobStopped:
            stopped = {ImportAction.PAUSE: ImportState.PAUSED, ImportAction.CANCEL: ImportState.CANCELLED}
            state = stopped.get(ImportAction(self._wanted)) if self._wanted in stopped else None
            self._leave(state or ImportState.QUEUED)
        except FAILURES as error:
            if isinstance(error, StoreError):
                # Nothing can be noted; the next attempt goes on once the database is back.
                raise
            if not isinstance(error, HallOfShameError):
                log_failure(self._log, f"import {job.import_id} failed", error)
            said = str(error) if isinstance(error, HallOfShameError) else brief(error)
            self._leave(ImportState.FAILED, error=said)
        else:
            if waits is None:
                self._leave(ImportState.DONE)
            else:
                self._leave(ImportState.QUEUED, error=waits[0], not_before=waits[1])

    def _work(self, request: ImportRequest) -> tuple[str, int] | None:
        """Do it; where it has to wait in between: why, and until when (Unix seconds).

        :raises HallOfShameError: where it cannot be done.
        """
        work = {
            ImportKind.ARCHIVE: self._archive,
            ImportKind.HISTORY: self._history,
            ImportKind.READINGS: self._readings,
            ImportKind.BACKFILL: self._backfill,
        }
        return work[request.kind](request)

    def _archive(self, request: ImportRequest) -> None:
        parts, result = self._parts, ImportResult()
        self._result = result
        place = import_sources.checked(request.source or "", parts.settings.import_folders)
        import_archive(
            parts.database,
            ArchiveShelf(place, region=request.region),
            parts.clock,
            self._log,
            destinations=request.destinations,
            park_ids=request.parks or None,
            start=request.start,
            end=request.end,
            replace_live=request.replace,
            registry=parts.registry(),
            history=parts.shelf,
            progress=self._checkpoint,
            into=result,
        )

    def _readings(self, request: ImportRequest) -> None:
        parts, result = self._parts, ReadingsResult()
        self._result = result
        folder = import_sources.folder(request.source or "", parts.settings.import_folders)
        import_readings(
            parts.database,
            folder,
            parts.clock,
            self._log,
            cadence_seconds=request.cadence_seconds,
            timezone=request.timezone,
            replace_others=request.replace,
            registry=parts.registry(),
            catalogue_file=parts.settings.catalogue_file,
            history=parts.shelf,
            progress=self._checkpoint,
            into=result,
        )

    def _backfill(self, request: ImportRequest) -> None:
        parts, result = self._parts, RepairResult()
        self._result = result
        self._asked_source()
        repair_gaps(
            parts.database,
            parts.feeds,
            parts.clock,
            self._log,
            max_days=request.days or 1,
            registry=parts.registry(),
            progress=self._checkpoint,
            into=result,
        )

    def _history(self, request: ImportRequest) -> tuple[str, int] | None:
        parts, result = self._parts, HistoryImported()
        self._result = result
        api = parts.history_api
        if api is None:
            raise InputError("this installation has no feed of ThemeParks.wiki to ask for history")
        import_history(
            parts.database,
            api,
            parts.clock,
            self._log,
            # Without waiting: a budget that is spent must not keep other imports from going on.
            HistoryRange(
                request.parks or None,
                request.start,
                request.end,
                again=request.again,
                replace=request.replace,
                wait=False,
            ),
            history=parts.history,
            registry=parts.registry(),
            progress=self._checkpoint,
            into=result,
        )
        if result.is_refused:
            raise InputError(f"{result.stopped}")
        if result.stopped is None or not result.left:
            return None
        pause = api.budget.seconds_for(1) or UNREACHED_PAUSE_SECONDS
        return result.stopped, to_unix(self._parts.clock.now()) + max(LEAST_PAUSE_SECONDS, round(pause + 0.5))

    def _asked_source(self) -> None:
        if self._parts.history_api is None:
            raise InputError("this installation has no feed of ThemeParks.wiki to ask for history")

    def _checkpoint(self, done: int, total: int) -> None:
        """Give way, say how far it is, and stop where that is wanted."""
        self._watched(done, total)
        now = self._parts.clock.elapsed()
        self._count = {"done_count": done, "total_count": total}
        if self._first is None:
            self._first = done
        if self._told_at is not None and now - self._told_at < TELL_SECONDS and done < total:
            return
        self._told_at = now
        said = {**self._count, "eta_seconds": self._eta(done, total, now), "report": self._report()}
        self._wanted = self._parts.database.run(
            lambda connection: import_jobs.tell(connection, self._job, said, self._parts.clock.now())
        )
        if self._wanted is not None:
            raise JobStopped

    def _eta(self, done: int, total: int, now: float) -> int | None:
        """Seconds until the end at the pace so far, or by the budget of requests if that is slower."""
        first, seconds = self._first or 0, now - self._began
        by_pace = None if done <= first else round((total - done) * seconds / (done - first))
        api = self._parts.history_api if self._job.kind == ImportKind.HISTORY else None
        if api is None:
            return by_pace
        return max(by_pace or 0, round(api.budget.seconds_for(total - done)))

    def _report(self) -> str | None:
        if self._result is None:
            return self._job.report
        return json.dumps(joined(self._before, report_of(self._result)), ensure_ascii=False)

    def _leave(self, state: ImportState, *, error: str | None = None, not_before: int | None = None) -> None:
        said: Mapping[str, Any] = {
            **self._count,
            "report": self._report(),
            "error": None if error is None else error[:_LONGEST_ERROR],
            "not_before": not_before,
        }
        self._parts.database.run(
            lambda connection: import_jobs.leave(connection, self._job, state, self._parts.clock.now(), said)
        )
        self._log.info("import %d is %s%s", self._job.import_id, state.value, f": {error}" if error else "")
