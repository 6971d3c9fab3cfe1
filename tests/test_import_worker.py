"""Imports started as jobs: worked on by one process, paused, cancelled, killed and gone on with."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from hallofshame import import_worker
from hallofshame.cli import cli
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.imports import ImportAction, ImportState
from hallofshame.domain.jobs import JobStopped
from hallofshame.domain.words import Origin
from hallofshame.installation import Installation
from hallofshame.pipeline import import_sources
from hallofshame.scheduler import Scheduler
from hallofshame.store import import_jobs
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.import_jobs import Job
from hallofshame.store.models import PreferredRecord, RideStatusSnapshot
from support import import_job_child
from support.children import Child
from support.import_jobs import FIRST, PARK, installed, queue, write_archive

ARCHIVE = {"kind": "archive", "source": "archive"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "imports" / "archive").mkdir(parents=True)
    return tmp_path / "imports"


@pytest.fixture
def parts(tmp_path: Path, root: Path, _migrated_sqlite: Path) -> Iterator[Installation]:
    (tmp_path / "data").mkdir()
    shutil.copy(_migrated_sqlite, tmp_path / "data" / "hallofshame.sqlite")
    with installed(tmp_path / "data", root) as made:
        yield made


def work(parts: Installation, watched: Callable[[int, int], None] = lambda _d, _t: None) -> Job:
    assert import_worker.take_over(parts, "here", 120)
    job = import_worker.work_on_next(parts, "here", watched)
    assert job is not None
    return job


def ask(parts: Installation, job: Job, action: ImportAction) -> None:
    parts.database.run(
        lambda connection: import_jobs.ask(connection, job.import_id, action, parts.clock.now())
    )


def report(job: Job) -> dict[str, Any]:
    assert job.report is not None
    found: dict[str, Any] = json.loads(job.report)
    return found


def test_an_archive_is_imported_with_its_progress_and_report(parts: Installation, root: Path) -> None:
    write_archive(parts, root / "archive", 5)
    (root / "archive" / "resort" / "2026" / "03" / "04.json.gz").write_bytes(b"no archive file")
    queue(parts, ARCHIVE)
    seen: list[tuple[int, int]] = []
    job = work(parts, lambda done, total: seen.append((done, total)))
    assert (job.state, job.error, job.done_count, job.total_count) == (ImportState.DONE, None, 5, 5)
    assert seen == [(number, 5) for number in range(1, 6)]
    found = report(job)
    assert found["counts"]["files"] == 4
    # Two events of Alpha and Charlie each day, four of Bravo.
    assert found["events"] == 4 * 10
    assert list(found["refused"]) == ["resort/2026/03/04.json.gz"]
    park = found["parks"][PARK]
    assert park["days"] == [["2026-03-02", "2026-03-03"], ["2026-03-05", "2026-03-06"]]
    assert park["new_rows"] == found["new_rows"] > 0
    assert import_worker.work_on_next(parts, "here", lambda _d, _t: None) is None


def test_a_second_import_of_the_same_changes_nothing(parts: Installation, root: Path) -> None:
    write_archive(parts, root / "archive", 3)
    queue(parts, ARCHIVE)
    assert report(work(parts))["known"] == 0
    queue(parts, ARCHIVE)
    again = report(work(parts))
    assert (again["known"], again["new_rows"], again["events"]) == (3, 0, 0)


def test_an_import_that_replaces_takes_known_files_again_and_prefers_their_days(
    parts: Installation, root: Path
) -> None:
    write_archive(parts, root / "archive", 3)
    queue(parts, ARCHIVE)
    work(parts)

    def preferred_days() -> list[tuple[dt.date, int]]:
        with parts.database.read() as connection:
            rows = connection.execute(select(PreferredRecord.day, PreferredRecord.origin))
            return sorted(tuple(row) for row in rows)

    assert preferred_days() == []
    queue(parts, ARCHIVE | {"replace": True})
    found = report(work(parts))
    assert (found["known"], found["counts"]["files"], found["new_rows"]) == (0, 3, 0)
    assert preferred_days() == [(FIRST + dt.timedelta(days=n), int(Origin.ARCHIVE)) for n in range(3)]


@pytest.mark.parametrize(
    ("action", "state"),
    [(ImportAction.PAUSE, ImportState.PAUSED), (ImportAction.CANCEL, ImportState.CANCELLED)],
)
def test_a_running_import_follows_at_the_next_checkpoint(
    parts: Installation, root: Path, monkeypatch: pytest.MonkeyPatch, action: ImportAction, state: ImportState
) -> None:
    monkeypatch.setattr(import_worker, "TELL_SECONDS", 0.0)
    write_archive(parts, root / "archive", 6)
    job = queue(parts, ARCHIVE)

    def ask_at_two(done: int, _total: int) -> None:
        if done == 2:
            ask(parts, job, action)

    left = work(parts, ask_at_two)
    assert (left.state, left.wanted, left.done_count, left.eta_seconds) == (state, None, 2, None)
    assert import_worker.work_on_next(parts, "here", lambda _d, _t: None) is None
    if action is ImportAction.PAUSE:
        ask(parts, job, ImportAction.RESUME)
        done = work(parts)
        assert (done.state, done.attempts, done.done_count) == (ImportState.DONE, 2, 6)
        assert report(done)["parks"][PARK]["days"] == [[str(FIRST), "2026-03-07"]]


def test_an_import_stopped_with_its_service_is_queued_and_goes_on(parts: Installation, root: Path) -> None:
    write_archive(parts, root / "archive", 4)
    queue(parts, ARCHIVE)

    def stop(_done: int, _total: int) -> None:
        raise JobStopped

    assert work(parts, stop).state is ImportState.QUEUED
    assert work(parts).state is ImportState.DONE


def test_a_failure_is_told_and_can_be_resumed(parts: Installation, root: Path) -> None:
    job = queue(parts, ARCHIVE)
    failed = work(parts)
    assert failed.state is ImportState.FAILED
    assert "holds no archive file" in (failed.error or "")
    write_archive(parts, root / "archive", 1)
    ask(parts, job, ImportAction.RESUME)
    assert work(parts).state is ImportState.DONE


def test_a_fault_of_the_program_is_told_in_one_line_and_logged(
    parts: Installation, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def burn(*_given: object, **_more: object) -> None:
        raise RuntimeError("it burns")

    monkeypatch.setattr(import_worker, "import_archive", burn)
    queue(parts, ARCHIVE)
    assert work(parts).error == "RuntimeError: it burns"
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.slow
def test_an_import_killed_again_and_again_ends_with_the_same_record(
    parts: Installation, root: Path, tmp_path: Path, _migrated_sqlite: Path
) -> None:
    write_archive(parts, root / "archive", 30)
    job = queue(parts, ARCHIVE)
    folder = tmp_path / "data"
    for kill_at in (1, 11):
        with Child(import_job_child.live, folder, root) as child:
            while child.hear() < kill_at:
                pass
            assert child.kill() == -9
        with parts.database.read() as connection:
            assert import_jobs.get(connection, job.import_id).state is ImportState.RUNNING
    done = work(parts)
    assert (done.state, done.attempts, done.done_count) == (ImportState.DONE, 3, 30)
    (tmp_path / "other").mkdir()
    shutil.copy(_migrated_sqlite, tmp_path / "other" / "hallofshame.sqlite")
    with installed(tmp_path / "other", root) as undisturbed:
        queue(undisturbed, ARCHIVE)
        work(undisturbed)
        assert stored(parts) == stored(undisturbed)


def stored(parts: Installation) -> object:
    """The raw rows in the database, and the digests of the history files."""
    with parts.database.read() as connection:
        files = {(file.dataset, file.period): file.sha256 for file in sealed_files(connection)}
        rows = connection.execute(RideStatusSnapshot.__table__.select()).all()
    assert files
    return files, sorted(map(tuple, rows), key=str)


def test_the_service_works_on_imports_while_it_has_the_duty(parts: Installation, root: Path) -> None:
    write_archive(parts, root / "archive", 2)
    queue(parts, ARCHIVE)
    scheduler = Scheduler(parts)
    scheduler.run_imports()
    with parts.database.read() as connection:
        assert import_jobs.worker(connection, parts.clock.now()) is None
        assert import_jobs.listed(connection, [ImportState.QUEUED], 9, 0)[0] == 1
    assert scheduler.renew_lease()
    scheduler.run_imports()
    with parts.database.read() as connection:
        assert import_jobs.worker(connection, parts.clock.now()) == parts.settings.holder_name
        assert import_jobs.listed(connection, [ImportState.DONE], 9, 0)[0] == 1
    assert scheduler.stop(5)
    with parts.database.read() as connection:
        assert import_jobs.worker(connection, parts.clock.now()) is None


def test_cron_works_on_what_waits_and_lists_it(
    parts: Installation, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HALLOFSHAME_PARKS", PARK)
    monkeypatch.setenv("HALLOFSHAME_IMPORT_FOLDERS", str(root))
    write_archive(parts, root / "archive", 2)
    queue(parts, ARCHIVE)
    listed = command("list")
    assert "queued" in listed.stdout
    assert "nothing works on them" in listed.stderr
    assert import_worker.take_over(parts, "elsewhere:1#aa", 120)
    assert "Another process works on the imports already." in command("work").stdout
    import_worker.let_go(parts, "elsewhere:1#aa")
    worked = command("work")
    assert "Import 1 (archive) is done" in worked.stdout
    # Park-days before the first and after the last one depend on them.
    assert "park-days computed" in worked.stdout
    [row] = json.loads(command("list", "--json").stdout)
    assert (row["state"], row["done"], row["of"]) == ("done", 2, 2)
    assert "No import waits." in command("work").stdout


def command(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["imports", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_only_one_process_has_the_duty_until_it_lets_go(parts: Installation) -> None:
    assert import_worker.take_over(parts, "elsewhere:1#aa", 120)
    assert not import_worker.take_over(parts, "here", 120)
    import_worker.let_go(parts, "elsewhere:1#aa")
    assert import_worker.take_over(parts, "here", 120)


def test_recordings_and_gaps_are_jobs_too(parts: Installation, root: Path) -> None:
    queue(parts, {"kind": "readings", "source": str(root / "archive")})
    readings = work(parts)
    assert readings.state is ImportState.FAILED
    assert "holds no parquet or CSV file" in (readings.error or "")
    for kind in ("backfill", "history"):
        queue(parts, {"kind": kind})
        assert "no feed of ThemeParks.wiki" in (work(parts).error or "")


@pytest.mark.parametrize(
    "source", ["/etc", "..", "archive/../..", "outside", "https://host/x", "s3://bucket/x", "file:///etc"]
)
def test_nothing_outside_of_the_folders_of_the_settings_is_read(root: Path, source: str) -> None:
    (root / "outside").symlink_to("/")
    with pytest.raises(InputError, match="lies outside of what may be imported from"):
        import_sources.checked(source, [str(root)])


def test_a_folder_inside_is_found_by_its_path_or_below_a_root(root: Path) -> None:
    wanted = str((root / "archive").resolve())
    for source in ("archive", "./archive", str(root / "archive")):
        assert import_sources.checked(source, [str(root)]) == wanted
    with pytest.raises(NotFoundError, match="is no folder here"):
        import_sources.checked("nothing", [str(root)])
    with pytest.raises(import_sources.NoImportFoldersError):
        import_sources.checked("archive", [])


def test_a_bucket_may_be_named_with_all_below_it_and_no_other(root: Path) -> None:
    roots = [str(root), "s3://themeparks/archive"]
    assert import_sources.checked("s3://themeparks/archive/eu/", roots) == "s3://themeparks/archive/eu"
    for source in (
        "s3://themeparks",
        "s3://themeparks/archive2",
        "s3://themeparks/archive/../x",
        "s3://other",
    ):
        with pytest.raises(InputError, match="lies outside"):
            import_sources.checked(source, roots)
    with pytest.raises(InputError, match="not from a bucket"):
        import_sources.folder("s3://themeparks/archive", roots)
