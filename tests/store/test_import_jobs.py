"""Imports as jobs: the queue, what may be asked in which state, and what a process that is gone leaves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from hallofshame.domain.errors import ConflictError, InputError, NotFoundError
from hallofshame.domain.imports import ImportAction, ImportRequest, ImportState, read_request
from hallofshame.store import import_jobs, leases
from hallofshame.store.database import Database
from hallofshame.store.import_jobs import Job

NOW = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)
AT = int(NOW.timestamp())


def asked(**body: Any) -> ImportRequest:
    return read_request({"kind": "history"} | body, park_id=int, source=str)


def start(database: Database, **body: Any) -> Job:
    return database.run(lambda connection: import_jobs.start(connection, asked(**body), "ops", NOW))


def ask(database: Database, job: Job, action: str, now: int = AT) -> Job:
    return database.run(
        lambda connection: import_jobs.ask(connection, job.import_id, ImportAction(action), now)
    )


def take(database: Database, holder: str = "one", now: int = AT) -> Job | None:
    return database.run(lambda connection: import_jobs.take(connection, holder, now))


def taken(database: Database, holder: str = "one", now: int = AT) -> Job:
    job = take(database, holder, now)
    assert job is not None
    return job


def tell(database: Database, job: Job, **said: Any) -> str | None:
    return database.run(lambda connection: import_jobs.tell(connection, job, said, AT))


def leave(database: Database, job: Job, state: ImportState, **said: Any) -> None:
    database.run(lambda connection: import_jobs.leave(connection, job, state, AT, said))


def now_of(database: Database, job: Job) -> Job:
    with database.read() as connection:
        return import_jobs.get(connection, job.import_id)


def at_work(database: Database, holder: str = "one") -> None:
    """A process has the duty to work on imports."""
    assert database.run(
        lambda connection: leases.acquire(
            connection, import_jobs.LEASE, holder, leases.present(connection, NOW), 120
        )
    )


def test_the_same_import_is_started_once_until_it_has_ended(database: Database) -> None:
    first = start(database, parks=[2, 1], start="2026-01-01")
    with pytest.raises(ConflictError, match=f"import {first.import_id} is the same and queued"):
        start(database, parks=[1, 2, 2], start="2026-01-01", again=False)
    assert start(database, parks=[1, 2]).import_id > first.import_id
    ask(database, first, "cancel")
    again = start(database, parks=[1, 2], start="2026-01-01")
    assert again.state is ImportState.QUEUED
    assert again.request == first.request


def test_imports_are_taken_up_in_their_order_and_one_left_by_a_dead_process_first(database: Database) -> None:
    first, second = start(database, parks=[1]), start(database, parks=[2])
    one = taken(database, "one")
    assert (one.import_id, one.attempts, one.holder, one.started_at) == (first.import_id, 1, "one", AT)
    # "one" is killed: whoever has the duty next finds its import running.
    again = taken(database, "two", AT + 60)
    assert (again.import_id, again.attempts, again.holder, again.started_at) == (
        first.import_id, 2, "two", AT,
    )  # fmt: skip
    leave(database, again, ImportState.DONE, done_count=3)
    assert taken(database).import_id == second.import_id
    assert now_of(database, first).done_count == 3
    assert now_of(database, first).finished_at == AT


def test_a_process_that_was_taken_for_dead_changes_nothing_any_more(database: Database) -> None:
    start(database)
    slow = taken(database, "one")
    fresh = taken(database, "one")
    assert tell(database, slow, done_count=99) == "lost"
    leave(database, slow, ImportState.DONE)
    assert now_of(database, slow).state is ImportState.RUNNING
    assert tell(database, fresh, done_count=5, total_count=9) is None
    assert now_of(database, fresh).done_count == 5


@pytest.mark.parametrize(
    ("action", "state"), [("pause", ImportState.PAUSED), ("cancel", ImportState.CANCELLED)]
)
def test_what_waits_follows_at_once_what_runs_at_its_next_checkpoint(
    database: Database, action: str, state: ImportState
) -> None:
    waiting = start(database, parks=[1])
    assert ask(database, waiting, action).state is state
    start(database, parks=[2])
    at_work(database)
    job = taken(database)
    asked_for = ask(database, job, action)
    assert (asked_for.state, asked_for.wanted) == (ImportState.RUNNING, action)
    assert tell(database, job, done_count=1) == action
    leave(database, job, state)
    assert (now_of(database, job).state, now_of(database, job).wanted) == (state, None)


def test_a_pause_can_be_taken_back_and_a_paused_or_failed_import_resumed(database: Database) -> None:
    start(database)
    at_work(database)
    job = taken(database)
    ask(database, job, "pause")
    assert ask(database, job, "resume").wanted is None
    assert tell(database, job, done_count=1) is None
    with pytest.raises(ConflictError, match="is running, so there is nothing to resume"):
        ask(database, job, "resume")
    leave(database, job, ImportState.FAILED, error="no disk")
    failed = now_of(database, job)
    assert (failed.state, failed.error, failed.finished_at) == (ImportState.FAILED, "no disk", AT)
    resumed = ask(database, job, "resume")
    assert (resumed.state, resumed.error, resumed.finished_at) == (ImportState.QUEUED, None, None)
    with pytest.raises(ConflictError, match="is the same"):
        start(database)


def test_a_failed_import_is_not_resumed_beside_another_start_of_the_same(database: Database) -> None:
    start(database)
    job = taken(database)
    leave(database, job, ImportState.FAILED)
    other = start(database)
    with pytest.raises(ConflictError, match=f"import {other.import_id} is the same"):
        ask(database, job, "resume")


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (ImportState.DONE, ("pause", "resume", "cancel")),
        (ImportState.CANCELLED, ("pause", "resume", "cancel")),
        (ImportState.PAUSED, ("pause",)),
        (ImportState.FAILED, ("pause",)),
    ],
)
def test_what_a_state_does_not_allow_is_refused_with_its_name(
    sqlite_database: Database, state: ImportState, refused: tuple[str, ...]
) -> None:
    start(sqlite_database)
    job = taken(sqlite_database)
    leave(sqlite_database, job, state)
    for action in refused:
        with pytest.raises(ConflictError, match=f"is {state.value}, so there is nothing to {action}"):
            ask(sqlite_database, job, action)


def test_what_was_asked_of_a_dead_process_is_done_without_it(database: Database) -> None:
    start(database, parks=[1])
    start(database, parks=[2])
    at_work(database)
    first = taken(database)
    ask(database, first, "cancel")
    second = taken(database, "two")
    assert now_of(database, first).state is ImportState.CANCELLED
    # The lease has run out: nobody works, so a pause has nobody to wait for.
    database.run(lambda connection: leases.release(connection, import_jobs.LEASE, "one"))
    assert ask(database, second, "pause").state is ImportState.PAUSED
    assert take(database) is None


def test_an_import_that_waits_for_a_budget_lets_others_go_first(database: Database) -> None:
    start(database, parks=[1])
    start(database, parks=[2])
    first = taken(database)
    leave(database, first, ImportState.QUEUED, not_before=AT + 100, error="the budget is spent")
    second = taken(database)
    assert second.import_id != first.import_id
    leave(database, second, ImportState.DONE)
    assert take(database) is None
    again = taken(database, now=AT + 100)
    assert (again.import_id, again.error, again.not_before) == (first.import_id, None, None)


def test_there_is_an_end_to_what_may_wait(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs, "MOST_ACTIVE", 2)
    start(sqlite_database, parks=[1])
    start(sqlite_database, parks=[2])
    with pytest.raises(ConflictError, match="2 imports have not ended yet"):
        start(sqlite_database, parks=[3])


def test_imports_are_listed_newest_first_by_state_and_in_parts(database: Database) -> None:
    jobs = [start(database, parks=[number]) for number in (1, 2, 3)]
    ask(database, jobs[0], "cancel")
    with database.read() as connection:
        total, found = import_jobs.listed(connection, None, 2, 1)
        assert (total, [job.import_id for job in found]) == (3, [jobs[1].import_id, jobs[0].import_id])
        total, found = import_jobs.listed(connection, [ImportState.CANCELLED], 10, 0)
        assert (total, [job.import_id for job in found]) == (1, [jobs[0].import_id])
        with pytest.raises(NotFoundError, match="there is no import 99"):
            import_jobs.get(connection, 99)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"kind": None}, "kind"),
        ({"kind": "everything"}, "kind"),
        ({"kind": "archive"}, "source"),
        ({"kind": "history", "source": "/x"}, "source"),
        ({"kind": "history", "start": "2026-02-30"}, "start"),
        ({"kind": "history", "start": 20260101}, "start"),
        ({"kind": "history", "start": "2026-02-01", "end": "2026-01-01"}, "start"),
        ({"kind": "history", "again": "yes"}, "again"),
        ({"kind": "history", "parks": "epcot"}, "parks"),
        ({"kind": "history", "parks": list(range(501))}, "parks"),
        ({"kind": "backfill", "days": 0}, "days"),
        ({"kind": "backfill", "days": True}, "days"),
        ({"kind": "readings", "source": "x", "timezone": "Mars/Base"}, "timezone"),
        ({"kind": "readings", "source": "x", "cadence_seconds": 1.5}, "cadence_seconds"),
        ({"kind": "archive", "source": "a\0b"}, "source"),
        ({"kind": "archive", "source": "x", "destinations": ["../y"]}, "destinations"),
        ({"kind": "archive", "source": "x", "region": "evil.example/"}, "region"),
        ({"kind": "archive", "source": "x" * 2000}, "source"),
    ],
)
def test_a_value_that_is_not_usable_is_refused_by_name(body: dict[str, Any], parameter: str) -> None:
    with pytest.raises(InputError) as refused:
        read_request(body, park_id=int, source=str)
    assert refused.value.parameter == parameter
