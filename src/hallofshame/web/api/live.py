"""``/api/live/status-summary`` and ``/api/health``: the present, of the parks and of the system."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from flask import Blueprint

from hallofshame.domain.errors import StoreError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.periods import Period, PeriodName
from hallofshame.domain.words import RideKind
from hallofshame.pipeline.jobhealth import LATE_CADENCES, JobState, backlog_problem, job_states, problems
from hallofshame.store import partitions, schema
from hallofshame.store.reports.catalogue import ParkInfo
from hallofshame.store.reports.current import (
    ParkState,
    RideState,
    SystemState,
    park_states,
    ride_states,
    system_state,
)
from hallofshame.web.endpoints import endpoint
from hallofshame.web.envelope import Row, envelope, iso, period_body
from hallofshame.web.parameters import Parameters, RideFilter
from hallofshame.web.reading import Reading
from hallofshame.web.rows.present import park_now, ride_now
from hallofshame.web.schema.live import Health, StatusSummary
from hallofshame.web.takes import FILTERS, RIDES
from hallofshame.web.wording import STATUS_SLUGS

api_live = Blueprint("api_live", __name__, url_prefix="/api")


@endpoint(
    api_live,
    "/live/status-summary",
    takes=(FILTERS, RIDES),
    answers=StatusSummary,
    tables=("operators", "parks", "rides", "freshness"),
    is_live=True,
)
def status_summary(reading: Reading, asked: Parameters) -> Row:
    """How many parks are open and what their rides are doing."""
    parks = [park for park in asked.parks(reading).choose(reading.catalogue.parks.values()) if park.is_active]
    states = park_states(reading.connection)
    rides = ride_states(reading.connection)
    operators = sorted({park.operator for park in parks if park.operator})
    seen = [states[park.park_id].observed_at for park in parks if park.park_id in states]
    rides_asked = asked.rides()
    data = _counts(reading, parks, rides_asked, states, rides) | {
        "operators": [
            {"operator": operator}
            | _counts(
                reading, [park for park in parks if park.operator == operator], rides_asked, states, rides
            )
            for operator in operators
        ],
        "freshness": {
            "newest_observed_at": iso(max(seen, default=None)),
            "oldest_observed_at": iso(min(seen, default=None)),
            "holds_for_seconds": reading.site.settings.live_hold_seconds,
        },
    }
    return envelope(reading, data, period=period_body(Period(PeriodName.LIVE), ()))


def _counts(
    reading: Reading,
    parks: Iterable[ParkInfo],
    rides_asked: RideFilter,
    states: dict[int, ParkState],
    rides: dict[int, RideState],
) -> Row:
    """Parks by whether they are open; attractions by status. What is not known lately is ``no_data``."""
    park_counts = dict.fromkeys(("total", "open", "closed", "no_data"), 0)
    ride_counts = dict.fromkeys(
        ("total", "operating", "down", "closed", "refurbishment", "no_data", "counted_as_down"), 0
    )
    for park in parks:
        state = states.get(park.park_id)
        park_counts["total"] += 1
        park_counts[park_now(reading, state).value] += 1
        for ride in reading.catalogue.rides_of[park.park_id]:
            if ride.kind is not RideKind.ATTRACTION or not ride.is_active or not rides_asked.admits(ride):
                continue
            now = ride_now(reading, rides.get(ride.ride_id), state)
            ride_counts["total"] += 1
            ride_counts[STATUS_SLUGS[now.status] or "no_data"] += 1
            ride_counts["counted_as_down"] += int(bool(now.is_down))
    return {"parks": park_counts, "rides": ride_counts}


@endpoint(
    api_live, "/health", answers=Health, tables=("jobs", "leases", "last_cycle", "backlog"), is_kept=False
)
def health(reading: Reading, asked: Parameters) -> Row:
    """Whether the system is well; 503 only when the database cannot be read."""
    return envelope(reading, _health(reading, system_state(reading.connection, reading.now)))


def _health(reading: Reading, state: SystemState) -> Row:
    now = to_unix(reading.now)
    revision = schema.current(reading.site.database)
    age = None if state.last_cycle_at is None else now - state.last_cycle_at
    stale_after = LATE_CADENCES * reading.site.settings.cadence_seconds
    findings = []
    if revision != _head():
        findings.append(f"the schema is at {revision}, this program needs {_head()}")
    if age is None:
        findings.append("no cycle has been collected yet")
    elif age > stale_after:
        findings.append(f"the last cycle is {age} s old, more than {LATE_CADENCES} cadences")
    jobs = job_states(state, now)
    findings += problems(jobs)
    if (backlog := backlog_problem(state, jobs, now, stale_after)) is not None:
        findings.append(backlog)
    if (lacks_months := partitions.problem(reading.connection, now)) is not None:
        findings.append(lacks_months)
    return {
        "status": "degraded" if findings else "ok",
        "findings": findings,
        "database": {"reachable": True, "schema_revision": revision, "data_version": reading.version},
        "last_cycle": {
            "observed_at": iso(state.last_cycle_at),
            "age_seconds": age,
            "stale_after_seconds": stale_after,
        },
        "backlog": {
            "dirty_park_days": state.dirty_park_days,
            "oldest_mark_at": iso(state.oldest_mark_at),
            "oldest_mark_age_seconds": None if state.oldest_mark_at is None else now - state.oldest_mark_at,
        },
        "leases": [
            {"name": name, "holder": holder, "expires_at": iso(expires), "is_held": expires > now}
            for name, holder, expires in state.leases
        ],
        "jobs": [_job(job) for job in jobs],
    }


def _job(job: JobState) -> Row:
    run = job.latest
    return {
        "job": job.job_type,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "seconds": run.seconds,
        "outcome": job.outcome,
        "target_from": None if run.target_from is None else run.target_from.isoformat(),
        "target_to": None if run.target_to is None else run.target_to.isoformat(),
        "parks_processed": run.parks_processed,
        "rides_processed": run.rides_processed,
        "rows_written": run.rows_written,
        "last_success_at": iso(job.last_success_at),
        "failures": job.failures,
        "failing_since": iso(job.failing_since),
        "error": job.reason,
    }


@cache
def _head() -> str | None:
    try:
        return schema.head()
    except StoreError:
        return None
