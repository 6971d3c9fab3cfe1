"""When the storage needs a person: disks that fill up, months not sealed, rows that do not leave."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from hallofshame.domain.disks import Disk, StorageAlert, disk_alerts
from hallofshame.domain.months import first_second, plus_months
from hallofshame.domain.plurals import counted
from hallofshame.domain.retention import Retention
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.domain.storage import GIGABYTE, KEEPING, Keeping, MonthSize, StorageLimits
from hallofshame.store import sizes, space
from hallofshame.store.history import ledger

GRACE_DAYS = 7
"""How long after a month could have been sealed, or its rows dropped, that is a problem."""

SETTLED_DAYS = 2
"""A day is sealed so long after its end (docs/history.md)."""

REUSABLE_SHARE = 0.25
"""Free pages of a SQLite file that cannot give them back, from which on making it anew is worth it."""

REUSABLE_BYTES = GIGABYTE
"""Below this nobody need care."""


def storage_alerts(
    connection: Connection,
    now: int,
    keep: Retention,
    limits: StorageLimits,
    disks: Sequence[Disk],
    bytes_per_day: Mapping[str, int],
    months: Sequence[MonthSize],
) -> list[StorageAlert]:
    """Everything that is a problem now, by these limits.

    :param bytes_per_day: growth of ``database`` and of ``history``.
    """
    return [
        *disk_alerts(disks, limits, bytes_per_day),
        *_not_sealed(connection, now, months),
        *_overdue(now, keep, months),
        *_not_given_back(connection),
    ]


def _not_sealed(connection: Connection, now: int, months: Sequence[MonthSize]) -> Iterator[StorageAlert]:
    """Months with rows in the database that ended long enough ago and have no month file."""
    limit = now - (SETTLED_DAYS + GRACE_DAYS) * DAY_SECONDS
    with_rows = sorted({each.month for each in months if each.place == "database" and each.rows})
    for name in with_rows:
        month = _month(name)
        if month is None or first_second(plus_months(month, 1)) > limit:
            continue
        reason = ledger.why_not_sealed(connection, month)
        if reason is not None:
            yield StorageAlert("month_not_sealed", name, f"{name} is over and not sealed: {reason}")


def _overdue(now: int, keep: Retention, months: Sequence[MonthSize]) -> Iterator[StorageAlert]:
    """Months whose raw rows should have left by the settings."""
    if keep.raw_days is None:
        return
    limit = now - (keep.raw_days + GRACE_DAYS) * DAY_SECONDS
    overdue: dict[str, int] = {}
    for each in months:
        month = _month(each.month)
        if each.place != "database" or not each.rows or month is None:
            continue
        if KEEPING.get(each.name) is not Keeping.RAW:
            continue
        if first_second(plus_months(month, 1)) <= limit:
            overdue[each.month] = overdue.get(each.month, 0) + each.rows
    if overdue:
        first = min(overdue)
        yield StorageAlert(
            "rows_overdue",
            first,
            f"{sum(overdue.values())} raw rows of {counted(len(overdue), 'month')} from {first} on are older "
            f"than {keep.raw_days} days after the end of their month and still in the database; see why: "
            "hallofshame retain --dry-run",
        )


def _not_given_back(connection: Connection) -> Iterator[StorageAlert]:
    free = space.reusable_bytes(connection)
    if free < REUSABLE_BYTES or space.gives_back(connection):
        return
    size = sizes.file_bytes(connection) or 0
    if free >= REUSABLE_SHARE * size:
        yield StorageAlert(
            "space_not_given_back",
            "database",
            f"{free / GIGABYTE:.1f} of the {size / GIGABYTE:.1f} GB of the database file are free pages that "
            "this file cannot give back; docs/history.md says how to make it smaller",
        )


def _month(name: str) -> dt.date | None:
    """The month of a name such as ``2026-10``; none for the partition at an end of a table."""
    return dt.date.fromisoformat(f"{name}-01") if re.fullmatch(r"\d{4}-\d{2}", name) else None
