"""The present state: the latest cycle of each park and ride, and how the running system is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from hallofshame.domain.jobs import JobType
from hallofshame.domain.words import Feed, Status
from hallofshame.store import joblog
from hallofshame.store.instants import Instant, latest_believable
from hallofshame.store.joblog import JobHistory
from hallofshame.store.leases import OF_CLAIMS, OF_JOBS, present
from hallofshame.store.models import DirtyParkDay, Lease, Park, ParkCurrent, RideCurrent


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


class RideState(NamedTuple):
    """One ride at its latest observation; ``status`` is the kernel's reading of it, null = unknown.

    ``is_stopped``: closed after it had run, where the feed knows only open and closed (R5).
    """

    ride_id: int
    park_id: int
    observed_at: int
    feed: Feed
    status: Status | None
    wait_minutes: int | None
    since: int
    counts_as_down: bool
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class SystemState:
    """How the running system is.

    ``oldest_mark_at``: since when a park-day has been waiting for its roll-up. ``present``: the time that all
    hosts share.
    """

    last_cycle_at: int | None
    dirty_park_days: int
    oldest_mark_at: int | None
    leases: tuple[tuple[str, str, int], ...]
    jobs: tuple[JobHistory, ...]
    present: int


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
    # Here, as frames take long to load: commands that only look do without.
    from hallofshame.store import bulk

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
        model.is_stopped,
    )
    if park_ids is not None:
        query = query.where(model.park_id.in_(park_ids))
    # Looked up: of thousands of rides, calling an enumeration costs more than the rest.
    feeds, statuses = {each.value: each for each in Feed}, {each.value: each for each in Status}
    return {
        row[0]: RideState(
            row[0],
            row[1],
            row[2],
            feeds[row[3]],
            None if row[4] is None else statuses[row[4]],
            row[5],
            row[6],
            bool(row[7]),
            bool(row[8]),
        )
        for row in bulk.NumberQuery(query).rows(connection)
    }


def down_rides(connection: Connection) -> list[tuple[int, int]]:
    """``(park_id, ride_id)`` of every ride that counts as down at its latest observation."""
    model = RideCurrent
    query = select(model.park_id, model.ride_id).where(model.counts_as_down == 1)
    return [(row[0], row[1]) for row in connection.execute(query)]


def system_state(connection: Connection, now: Instant) -> SystemState:
    """Latest cycle, backlog, leases and the history of each job."""
    count, oldest = connection.execute(
        select(func.count(), func.min(DirtyParkDay.first_marked_at)).select_from(DirtyParkDay)
    ).one()
    duties = and_(Lease.name.not_like(f"{OF_JOBS}%"), Lease.name.not_like(f"{OF_CLAIMS}%"))
    leases = connection.execute(
        select(Lease.name, Lease.holder, Lease.expires_at).where(duties).order_by(Lease.name)
    )
    jobs = tuple(joblog.histories(connection))
    return SystemState(
        last_cycle_at=_last_cycle(connection, jobs, now),
        dirty_park_days=int(count),
        oldest_mark_at=oldest,
        leases=tuple((row[0], row[1], row[2]) for row in leases),
        jobs=jobs,
        present=present(connection, now),
    )


def _last_cycle(connection: Connection, jobs: Iterable[JobHistory], now: Instant) -> int | None:
    """The latest cycle that gave readings, whether or not the roll-up has come to it."""
    known = [connection.execute(select(func.max(ParkCurrent.observed_at))).scalar()]
    known += [
        job.success.started_at
        for job in jobs
        if job.job_type == JobType.CYCLE and job.success and job.success.rows_written
    ]
    believable = [at for at in known if at is not None and at <= latest_believable(now)]
    return max(believable, default=None)


def lacks_parks(connection: Connection, wanted: Collection[str] | None) -> bool:
    """Whether the store has no park at all, or not all of those ``wanted``, by slug.

    One that has some parks was seeded: with all of the catalogue, or with those that its operator chose.
    """
    slugs = set(connection.scalars(select(Park.slug)))
    return not slugs or not slugs.issuperset(wanted or ())
