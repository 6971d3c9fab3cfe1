"""``/api/admin/import``: start imports, see how far they are, pause, resume and cancel them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from hallofshame.domain.access import Scope
from hallofshame.domain.errors import InputError
from hallofshame.domain.imports import (
    UNITS,
    ImportAction,
    ImportKind,
    ImportRequest,
    ImportState,
    days_of,
    read_request,
)
from hallofshame.pipeline import import_sources
from hallofshame.store import catalogue, import_jobs
from hallofshame.store.import_jobs import Job
from hallofshame.web.admin.declared import AdminAnswer, Asking, admin_endpoint
from hallofshame.web.answer_context import AppContext
from hallofshame.web.answers.admin import ImportAsked, ImportedPark, ImportQuality, ImportRow
from hallofshame.web.answers.envelope import iso
from hallofshame.web.errors import AccessError
from hallofshame.web.parameters.declared import choice
from hallofshame.web.parameters.shared import PAGE

NOBODY_WORKS = (
    "nothing works on imports at the moment; start `hallofshame run`, or let cron run "
    "`hallofshame imports work`"
)
ANY_STATE = "any"
STATE = choice("state", (ANY_STATE, *ImportState), "Only imports in this state.")

_MISSING = {404: "There is no import of that number."}
_STATE = {409: "Its state does not allow that."}


@admin_endpoint(
    "POST",
    "/import/start",
    scope=Scope.IMPORT,
    body=ImportAsked,
    status=202,
    statuses={
        404: "The folder is not there.",
        409: "The same import has not ended yet, or too many have not.",
        413: "The body is too long.",
        415: "The body is no JSON.",
    },
)
def import_start(asking: Asking) -> AdminAnswer[ImportRow]:
    """Start an import: it is queued, and worked on by the process that works on imports.

    The answer comes at once; `Location` is where its state is to be read. Without such a process the import
    waits, and `notice` says so.
    """
    job = start_import(asking.site, asking.body, asking.key.name)
    headers = {"Location": f"/api/admin/import/status/{job.import_id}"}
    return AdminAnswer(_row(asking.site, job), 202, headers=headers)


@admin_endpoint(
    "GET",
    "/import/list",
    scope=Scope.IMPORT_READ,
    parameters=(STATE, PAGE),
)
def import_list(asking: Asking) -> AdminAnswer[list[ImportRow]]:
    """Imports, newest first."""
    name = STATE.read(asking.asked)
    page = PAGE.read(asking.asked)
    states = None if name == ANY_STATE else [ImportState(name)]
    with asking.site.database.read() as connection:
        total, jobs = import_jobs.listed(connection, states, page.limit, page.offset)
        worker = import_jobs.worker(connection, asking.site.clock.now())
    return AdminAnswer([import_row(job, worker) for job in jobs], total=total, page=page)


@admin_endpoint("GET", "/import/status/<int:import_id>", scope=Scope.IMPORT_READ, statuses=_MISSING)
def import_status(asking: Asking, import_id: int) -> AdminAnswer[ImportRow]:
    """How far an import is."""
    with asking.site.database.read() as connection:
        job = import_jobs.get(connection, import_id)
    return AdminAnswer(_row(asking.site, job))


@admin_endpoint(
    "POST",
    "/import/pause/<int:import_id>",
    scope=Scope.IMPORT,
    statuses=_MISSING | _STATE,
)
def import_pause(asking: Asking, import_id: int) -> AdminAnswer[ImportRow]:
    """Pause an import: one that runs stops at its next checkpoint."""
    return _changed(asking, import_id, ImportAction.PAUSE)


@admin_endpoint(
    "POST",
    "/import/resume/<int:import_id>",
    scope=Scope.IMPORT,
    statuses=_MISSING | _STATE,
)
def import_resume(asking: Asking, import_id: int) -> AdminAnswer[ImportRow]:
    """Resume an import that is paused or has failed; it goes on at its last checkpoint."""
    return _changed(asking, import_id, ImportAction.RESUME)


@admin_endpoint(
    "POST",
    "/import/cancel/<int:import_id>",
    scope=Scope.IMPORT,
    statuses=_MISSING | _STATE,
)
def import_cancel(asking: Asking, import_id: int) -> AdminAnswer[ImportRow]:
    """Cancel an import: one that runs ends at its next checkpoint. What is in the record stays."""
    return _changed(asking, import_id, ImportAction.CANCEL)


@admin_endpoint(
    "GET",
    "/import/quality/<int:import_id>",
    scope=Scope.IMPORT_READ,
    statuses={
        404: "There is no import of that number.",
        409: "It has not been worked on yet, so there is no report.",
    },
)
def import_quality(asking: Asking, import_id: int) -> AdminAnswer[ImportQuality]:
    """The quality report of an import: what came in, what was left out and why."""
    with asking.site.database.read() as connection:
        job = import_jobs.get(connection, import_id)
    return AdminAnswer(import_report(job))


def start_import(here: AppContext, body: Any, started_by: str) -> Job:
    """Check and queue an import, for the API and the page.

    :raises InputError: for what is not usable, :raises ConflictError: where the same one has not ended.
    """
    with here.database.read() as connection:
        request = checked_request(here, connection, body)
    return here.database.run(
        lambda connection: import_jobs.start(connection, request, started_by, here.clock.now())
    )


def checked_request(here: AppContext, connection: Connection, body: Any) -> ImportRequest:
    """A request with its parks found and its source seen to lie where imports may read."""
    parks: dict[str, int] = {}
    for park in catalogue.park_table(connection):
        if park.park_id is not None:
            parks |= {park.slug: park.park_id, str(park.park_id): park.park_id}

    def park_id(named: Any) -> int:
        found = (
            parks.get(str(named)) if isinstance(named, str | int) and not isinstance(named, bool) else None
        )
        if found is None:
            raise InputError(
                f"there is no park {str(named)[:80]!r}; name parks by slug or id", parameter="parks"
            )
        return found

    def source(named: str) -> str:
        try:
            return import_sources.checked(named, here.settings.import_folders)
        except import_sources.NoImportFoldersError as error:
            raise AccessError(503, "no_import_folders", str(error)) from error

    return read_request(body, park_id=park_id, source=source)


def change_import(here: AppContext, import_id: int, action: ImportAction) -> Job:
    """Pause, resume or cancel, for the API and the page."""
    return here.database.run(
        lambda connection: import_jobs.ask(connection, import_id, action, here.clock.now())
    )


def _changed(asking: Asking, import_id: int, action: ImportAction) -> AdminAnswer[ImportRow]:
    return AdminAnswer(_row(asking.site, change_import(asking.site, import_id, action)))


def _row(here: AppContext, job: Job) -> ImportRow:
    with here.database.read() as connection:
        return import_row(job, import_jobs.worker(connection, here.clock.now()))


def import_row(job: Job, worker: str | None) -> ImportRow:
    """An import as the API and the page show it."""
    waits = worker is None and job.state in (ImportState.QUEUED, ImportState.RUNNING)
    percent = None
    if job.total_count is not None:
        percent = (
            100.0 if not job.total_count else round(min(100.0, 100 * job.done_count / job.total_count), 1)
        )
    return {
        "import_id": job.import_id,
        "kind": job.kind,
        "arguments": json.loads(job.arguments),
        "state": job.state.value,
        "wanted": job.wanted,
        "done": job.done_count,
        "total": job.total_count,
        "unit": UNITS[ImportKind(job.kind)],
        "percent": percent,
        "eta_seconds": job.eta_seconds if job.state is ImportState.RUNNING else None,
        "waits_until": iso(job.not_before),
        "started_by": job.started_by,
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at),
        "updated_at": iso(job.updated_at),
        "finished_at": iso(job.finished_at),
        "attempts": job.attempts,
        "error": job.error,
        "worker": worker,
        "notice": NOBODY_WORKS if waits else None,
    }


def import_report(job: Job) -> ImportQuality:
    """The report of an import as the API and the page show it.

    :raises AccessError: 409 where it has not been worked on yet.
    """
    if job.report is None:
        raise AccessError(
            409, "conflict", f"import {job.import_id} is {job.state.value} and has no report yet; ask later"
        )
    report = json.loads(job.report)
    parks: list[ImportedPark] = []
    for slug, park in sorted(report["parks"].items()):
        held, without = days_of(park["days"])
        parks.append(
            {
                "park_slug": slug,
                "events": park["events"],
                "new_rows": park["new_rows"],
                "first_day": park["days"][0][0] if park["days"] else None,
                "last_day": park["days"][-1][1] if park["days"] else None,
                "days": held,
                "days_without_events": without,
            }
        )
    return {
        "import_id": job.import_id,
        "state": job.state.value,
        "events": report["events"],
        "new_rows": report["new_rows"],
        "known": report["known"],
        "failed": report["failed"],
        "left": report["left"],
        "left_out_events": report["left_out_events"],
        "findings": report["findings"],
        "unknown_parks": report["unknown_parks"],
        "counts": report["counts"],
        "refused": [{"what": what, "why": why} for what, why in report["refused"].items()],
        "refused_more": report["refused_more"],
        "parks": parks,
    }
