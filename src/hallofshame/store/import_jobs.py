"""Imports as jobs: the queue, what a person asks of them, and what the one who works on them says.

Of all processes the holder of the lease :data:`LEASE` works on them, one import at a time. An import that is
``running`` while that process takes up its next one was left by a process that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hallofshame.domain.errors import ConflictError, NotFoundError
from hallofshame.domain.imports import (
    ACTIVE,
    ALLOWED_IN,
    ImportAction,
    ImportRequest,
    ImportState,
)
from hallofshame.store import leases
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import ImportJob, Lease

LEASE = "imports"
"""The duty to work on imports."""

MOST_ACTIVE = 50
"""Imports that may wait, run or be paused at a time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One import; see the columns of ``import_jobs``."""

    import_id: int
    kind: str
    arguments: str
    state: ImportState
    wanted: str | None
    started_by: str
    created_at: int
    started_at: int | None
    updated_at: int
    finished_at: int | None
    attempts: int
    holder: str | None
    done_count: int
    total_count: int | None
    eta_seconds: int | None
    not_before: int | None
    error: str | None
    report: str | None

    @property
    def request(self) -> ImportRequest:
        """What is to be imported."""
        return ImportRequest.stored(self.kind, json.loads(self.arguments))


_COLUMNS = tuple(getattr(ImportJob, name) for name in Job.__slots__)


def start(connection: Connection, request: ImportRequest, started_by: str, now: Instant) -> Job:
    """Queue an import.

    :raises ConflictError: where the same one has not ended yet, or too many have not.
    """
    print_ = request.fingerprint()
    _refuse_second(connection, print_)
    table = ImportJob
    active = select(func.count()).where(table.state.in_([state.value for state in ACTIVE]))
    if (connection.scalar(active) or 0) >= MOST_ACTIVE:
        raise ConflictError(f"{MOST_ACTIVE} imports have not ended yet; cancel some, or wait for them")
    moment = unix(now)
    values = {
        "kind": request.kind.value,
        "arguments": json.dumps(request.arguments(), ensure_ascii=False, sort_keys=True),
        "state": ImportState.QUEUED.value,
        "active_key": print_,
        "started_by": started_by,
        "created_at": moment,
        "updated_at": moment,
        "attempts": 0,
        "done_count": 0,
    }
    try:
        import_id = connection.execute(insert(table).values(**values)).lastrowid
    except IntegrityError as error:
        # On a server another process may have started the same one between the look and the row.
        raise ConflictError("the same import was started at this moment") from error
    return get(connection, import_id)


def get(connection: Connection, import_id: int) -> Job:
    """One import.

    :raises NotFoundError: where there is none of that number.
    """
    row = connection.execute(select(*_COLUMNS).where(ImportJob.import_id == import_id)).first()
    if row is None:
        raise NotFoundError(f"there is no import {import_id}; /api/admin/import/list has them all")
    return _job(row)


def listed(
    connection: Connection, states: Collection[ImportState] | None, limit: int, offset: int
) -> tuple[int, list[Job]]:
    """How many imports there are in these states (null: any), and a part of them, newest first."""
    query = select(*_COLUMNS)
    count = select(func.count()).select_from(ImportJob)
    if states is not None:
        chosen = ImportJob.state.in_([state.value for state in states])
        query, count = query.where(chosen), count.where(chosen)
    rows = connection.execute(query.order_by(ImportJob.import_id.desc()).limit(limit).offset(offset))
    return connection.scalar(count) or 0, [_job(row) for row in rows]


def worker(connection: Connection, now: Instant) -> str | None:
    """The process that works on imports; null where there is none."""
    query = select(Lease.holder, Lease.expires_at).where(Lease.name == LEASE)
    row = connection.execute(query).first()
    alive = row is not None and row.holder and row.expires_at > leases.present(connection, now)
    return str(row.holder) if row is not None and alive else None


def ask(connection: Connection, import_id: int, action: ImportAction, now: Instant) -> Job:
    """Pause, resume or cancel. A running import follows at its next checkpoint.

    :raises NotFoundError: where there is none of that number.
    :raises ConflictError: where its state does not allow it.
    """
    job = get(connection, import_id)
    if job.state not in ALLOWED_IN[action] or (
        action is ImportAction.RESUME and job.state is ImportState.RUNNING and job.wanted != "pause"
    ):
        allowed = " or ".join(state.value for state in ALLOWED_IN[action])
        raise ConflictError(
            f"import {import_id} is {job.state.value}, so there is nothing to {action.value}; that takes one "
            f"that is {allowed}"
        )
    is_worked_on = job.state is ImportState.RUNNING and worker(connection, now) is not None
    values: dict[str, Any]
    if action is ImportAction.RESUME and job.state is ImportState.RUNNING:
        values = {"wanted": None}
    elif action is ImportAction.RESUME:
        values = {"state": ImportState.QUEUED.value, "finished_at": None, "error": None, "not_before": None}
        if job.state is ImportState.FAILED:
            values["active_key"] = job.request.fingerprint()
            _refuse_second(connection, values["active_key"])
    elif is_worked_on:
        values = {"wanted": action.value}
    elif action is ImportAction.PAUSE:
        values = {"state": ImportState.PAUSED.value, "wanted": None, "eta_seconds": None}
    else:
        values = _ended(ImportState.CANCELLED, now)
    _change(connection, import_id, values, now)
    return get(connection, import_id)


def take(connection: Connection, holder: str, now: Instant) -> Job | None:
    """Take up the next import: first one that a process left, then the one that waits longest.

    Only the holder of :data:`LEASE` may, and only while it works on no other.
    """
    table = ImportJob
    left = table.state == ImportState.RUNNING.value
    due = or_(table.not_before.is_(None), table.not_before <= unix(now))
    query = (
        select(*_COLUMNS)
        .where(or_(left, (table.state == ImportState.QUEUED.value) & due))
        .order_by(case((left, 0), else_=1), table.import_id)
    )
    for row in connection.execute(query).all():
        job = _job(row)
        if job.wanted is not None:  # asked of a process that is gone
            is_pause = job.wanted == ImportAction.PAUSE.value
            values = (
                {"state": ImportState.PAUSED.value, "wanted": None}
                if is_pause
                else _ended(ImportState.CANCELLED, now)
            )
            _change(connection, job.import_id, values, now)
            continue
        values = {
            "state": ImportState.RUNNING.value,
            "holder": holder,
            "attempts": job.attempts + 1,
            "started_at": unix(now) if job.started_at is None else job.started_at,
            "not_before": None,
            "error": None,
            "eta_seconds": None,
        }
        _change(connection, job.import_id, values, now)
        return get(connection, job.import_id)
    return None


def tell(connection: Connection, job: Job, said: Mapping[str, Any], now: Instant) -> str | None:
    """Note how far an import is, if this attempt still goes on; returns what is wanted of it.

    ``lost``: another process has taken it up since, or it was ended; this one has to let go.
    """
    table = ImportJob
    own = (
        table.import_id == job.import_id,
        table.state == ImportState.RUNNING.value,
        table.attempts == job.attempts,
        table.holder == job.holder,
    )
    changed = connection.execute(update(table).where(*own).values(**said, updated_at=unix(now)))
    if changed.rowcount == 0:
        return "lost"
    return connection.scalar(select(table.wanted).where(table.import_id == job.import_id))


def leave(
    connection: Connection, job: Job, state: ImportState, now: Instant, said: Mapping[str, Any]
) -> None:
    """End this attempt in ``state``; does nothing where another process has taken the import up since."""
    if tell(connection, job, said, now) == "lost":
        return
    ended = state not in ACTIVE
    values: dict[str, Any] = _ended(state, now) if ended else {"state": state.value, "wanted": None}
    _change(connection, job.import_id, values | {"eta_seconds": None} | dict(said), now)


def _ended(state: ImportState, now: Instant) -> dict[str, Any]:
    return {
        "state": state.value,
        "wanted": None,
        "active_key": None,
        "finished_at": unix(now),
        "eta_seconds": None,
        "not_before": None,
    }


def _change(connection: Connection, import_id: int, values: Mapping[str, Any], now: Instant) -> None:
    connection.execute(
        update(ImportJob).where(ImportJob.import_id == import_id).values(**values, updated_at=unix(now))
    )


def _refuse_second(connection: Connection, print_: str) -> None:
    query = select(ImportJob.import_id, ImportJob.state).where(ImportJob.active_key == print_)
    same = connection.execute(query).first()
    if same is not None:
        raise ConflictError(
            f"import {same.import_id} is the same and {same.state}; wait for it, or cancel it first"
        )


def _job(row: Row[Any]) -> Job:
    values = row._asdict()
    return Job(**values | {"state": ImportState(values["state"])})
