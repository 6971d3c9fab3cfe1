"""Disks that fill up, and what any problem of the storage looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hallofshame.domain.plurals import counted
from hallofshame.domain.storage import GIGABYTE, StorageLimits


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of this machine: ``holds`` says what of ours is on it, ``own_bytes`` how much that is."""

    path: str
    holds: tuple[str, ...]
    total_bytes: int
    free_bytes: int
    own_bytes: int

    @property
    def free_percent(self) -> float:
        """Free share in percent."""
        return 100 * self.free_bytes / self.total_bytes if self.total_bytes else 0.0

    def holding(self, what: str, own_bytes: int) -> Disk:
        """The same disk with one more thing on it."""
        return replace(self, holds=(*self.holds, what), own_bytes=self.own_bytes + own_bytes)


@dataclass(frozen=True, slots=True)
class StorageAlert:
    """One problem of the storage; ``text`` is a sentence with the value and the remedy."""

    kind: str
    subject: str
    text: str

    KINDS: ClassVar[tuple[str, ...]] = (
        "disk_nearly_full",
        "disk_fills_up",
        "storage_limit",
        "month_not_sealed",
        "rows_overdue",
        "space_not_given_back",
    )
    """Every kind there is: as findings those are resolved that no longer hold."""


def disk_alerts(
    disks: Sequence[Disk], limits: StorageLimits, bytes_per_day: Mapping[str, int]
) -> list[StorageAlert]:
    """Disks with too little left, or that will be full too soon.

    :param bytes_per_day: growth of ``database`` and of ``history``; what it lacks is not reckoned with.
    """
    return [*_of_disks(disks, limits, bytes_per_day), *_of_limit(disks, limits, bytes_per_day)]


def _of_disks(
    disks: Sequence[Disk], limits: StorageLimits, growth: Mapping[str, int]
) -> Iterator[StorageAlert]:
    for disk in disks:
        where = f"{disk.path} ({' and '.join(disk.holds)})"
        free = f"{disk.free_bytes / GIGABYTE:.1f} GB ({disk.free_percent:.0f} %)"
        if disk.free_percent < limits.free_percent:
            yield StorageAlert(
                "disk_nearly_full",
                disk.path,
                f"the disk of {where} has {free} left, less than {limits.free_percent} %; make room, or see "
                "what takes it: hallofshame storage",
            )
        bytes_per_day = sum(growth.get(what, 0) for what in disk.holds)
        days = disk.free_bytes / bytes_per_day if bytes_per_day > 0 else None
        if days is not None and days < limits.days_left:
            yield StorageAlert(
                "disk_fills_up",
                disk.path,
                f"the disk of {where} has {free} left, which lasts {days:.0f} days at the present growth of "
                f"{bytes_per_day / 1e6:.1f} MB a day; make room, or keep rows for a shorter time",
            )


def _of_limit(
    disks: Sequence[Disk], limits: StorageLimits, growth: Mapping[str, int]
) -> Iterator[StorageAlert]:
    if limits.total_bytes is None:
        return
    own = sum(disk.own_bytes for disk in disks)
    bytes_per_day = sum(growth.get(what, 0) for disk in disks for what in disk.holds)
    left = limits.total_bytes - own
    taken = f"database and history take {own / GIGABYTE:.2f} of {limits.total_bytes / GIGABYTE:.2f} GB"
    if left <= 0:
        yield StorageAlert("storage_limit", "all", f"{taken}; keep rows for a shorter time, or allow more")
    elif bytes_per_day > 0 and left / bytes_per_day < limits.days_left:
        yield StorageAlert(
            "storage_limit",
            "all",
            f"{taken}, which lasts {counted(round(left / bytes_per_day), 'day')} at the present growth; keep "
            "rows for a shorter time, or allow more",
        )
