"""Problems of the storage: what was measured last, and the disks of this machine as they are now."""

from __future__ import annotations

from sqlalchemy import Connection

from hallofshame.domain.disks import Disk, StorageAlert, disk_alerts
from hallofshame.domain.problems import SystemProblem
from hallofshame.domain.storage import StorageLimits
from hallofshame.pipeline.disks import disks_of
from hallofshame.store.database import Database
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.history.shelves import Shelf
from hallofshame.store.reports.findings import FindingState, list_findings

LEAST_BYTES = 200_000_000
"""With less than this left on a disk of ours, the next hours may not find room."""


def storage_problems(
    connection: Connection, database: Database, shelf: Shelf, limits: StorageLimits
) -> list[SystemProblem]:
    """What of the storage is a problem, each cause once."""
    disks = disks_on_this_machine(connection, database, shelf)
    noted = list_findings(connection, kinds=StorageAlert.KINDS, state=FindingState.OPEN)
    texts = {(each.kind, each.subject): each.detail for each in noted}
    # A disk that was nearly full at the last measurement may have room again.
    texts = {key: text for key, text in texts.items() if key[0] != _NEARLY_FULL}
    texts |= {(each.kind, each.subject): each.text for each in disk_alerts(disks, limits, {})}
    full = {disk.path for disk in disks if disk.free_bytes < LEAST_BYTES}
    return [
        _problem(kind, subject, text, is_failing=kind == _NEARLY_FULL and subject in full)
        for (kind, subject), text in texts.items()
    ]


def disks_on_this_machine(connection: Connection, database: Database, shelf: Shelf) -> list[Disk]:
    """The disks that hold the database file and the history folder."""
    return disks_of(database, shelf, sum(file.bytes for file in sealed_files(connection)))


_NEARLY_FULL = "disk_nearly_full"


def _problem(kind: str, subject: str, text: str, *, is_failing: bool) -> SystemProblem:
    found, _, remedy = text.partition("; ")
    return SystemProblem(f"storage:{kind}:{subject}", found, remedy, is_failing=is_failing)
