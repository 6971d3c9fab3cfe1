"""The present state: the latest cycle of each park and ride, and how the running system is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hallofshame.domain.words import Feed, Status
from hallofshame.store.models import AggregationLog, DirtyParkDay, Lease, ParkCurrent, RideCurrent


@dataclass(frozen=True, slots=True)
class ParkState:
    """One park at its latest cycle; the two weights are those of the live shame score (R8)."""

    park_id: int
    observed_at: int
    is_open: bool
    weight_down: int
    weight_eligible: int
    eligible: int
    observed: int
    rides_operating: int
    rides_down: int
    wait_sum: int
    wait_known: int
    wait_max: int | None


@dataclass(frozen=True, slots=True)
class RideState:
    """One ride at its latest observation; ``status`` is the kernel's reading of it, null = unknown."""

    ride_id: int
    park_id: int
    observed_at: int
    feed: Feed
    status: Status | None
    wait_minutes: int | None
    since: int
    counts_as_down: bool


@dataclass(frozen=True, slots=True)
class JobRun:
    """The latest run of one job."""

    job: str
    started_at: int
    finished_at: int | None
    outcome: str


@dataclass(frozen=True, slots=True)
class SystemState:
    """What the health answer reports."""

    last_cycle_at: int | None
    dirty_park_days: int
    oldest_mark_at: int | None
    leases: tuple[tuple[str, str, int], ...]
    jobs: tuple[JobRun, ...]


def park_states(connection: Connection) -> dict[int, ParkState]:
    """The latest cycle of every park that had one."""
    model = ParkCurrent
    query = select(
        model.park_id,
        model.observed_at,
        model.is_open,
        model.weight_down,
        model.weight_eligible,
        model.eligible,
        model.observed,
        model.rides_operating,
        model.rides_down,
        model.wait_sum,
        model.wait_known,
        model.wait_max,
    )
    return {
        row[0]: ParkState(*row[:2], bool(row[2]), *row[3:])  # type: ignore[call-arg]
        for row in connection.execute(query)
    }


def ride_states(connection: Connection, park_ids: Collection[int] | None = None) -> dict[int, RideState]:
    """The latest observation of every ride, or of the rides of ``park_ids``."""
    model = RideCurrent
    query = select(
        model.ride_id,
        model.park_id,
        model.observed_at,
        model.feed,
        model.effective_status,
        model.wait_minutes,
        model.since,
        model.counts_as_down,
    )
    if park_ids is not None:
        query = query.where(model.park_id.in_(park_ids))
    return {
        row[0]: RideState(
            row[0],
            row[1],
            row[2],
            Feed(row[3]),
            None if row[4] is None else Status(row[4]),
            row[5],
            row[6],
            bool(row[7]),
        )
        for row in connection.execute(query)
    }


def system_state(connection: Connection) -> SystemState:
    """Latest cycle, backlog, leases and the latest run of each job."""
    count, oldest = connection.execute(
        select(func.count(), func.min(DirtyParkDay.marked_at)).select_from(DirtyParkDay)
    ).one()
    last_cycle = connection.execute(select(func.max(ParkCurrent.observed_at))).scalar()
    leases = connection.execute(select(Lease.name, Lease.holder, Lease.expires_at).order_by(Lease.name))
    return SystemState(
        last_cycle_at=last_cycle,
        dirty_park_days=int(count),
        oldest_mark_at=oldest,
        leases=tuple((row[0], row[1], row[2]) for row in leases),
        jobs=_latest_runs(connection),
    )


def _latest_runs(connection: Connection) -> tuple[JobRun, ...]:
    log = AggregationLog
    latest = select(log.job, func.max(log.started_at).label("started_at")).group_by(log.job).subquery()
    query = (
        select(log.job, log.started_at, log.finished_at, log.outcome)
        .join(latest, (latest.c.job == log.job) & (latest.c.started_at == log.started_at))
        .order_by(log.job, log.run_id)
    )
    runs = {row[0]: JobRun(*row) for row in connection.execute(query)}
    return tuple(runs.values())
