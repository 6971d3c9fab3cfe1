"""The SELECT statements of the views, as migrations make them.

They hold for every migration that was written with them: a later one passes the columns that its views have
more, or has statements of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from hallofshame.store.migrations import operations as op

COARSE = ("weekly", "monthly", "yearly")
GRAINS = ("hourly", "daily", *COARSE)
SECONDS = (
    "open",
    "observed",
    "operating",
    "down",
    "closed",
    "refurbishment",
    "downtime",
    "downtime_opening_delay",
    "downtime_never_reopened",
    "downtime_park_wide",
    "wait_known",
)
WEIGHTED = ("weighted_downtime", "weighted_breakdown", "weighted_exposure")
COMPARABLE_EXPOSURE = "(s.weighted_exposure - s.weighted_downtime + s.weighted_breakdown)"

# No rounding and no integer division: the same doubles as in Python, on every database.
RATIOS = {
    "uptime_percent": (
        "CASE WHEN s.operating + s.downtime > 0 THEN 100e0 * s.operating / (s.operating + s.downtime) END"
    ),
    "avg_wait_time_minutes": (
        "CASE WHEN s.wait_known > 0 AND s.wait_max > 0 THEN 1e0 * s.wait_sum / s.wait_known END"
    ),
    "max_wait_time_minutes": "CASE WHEN s.wait_max > 0 THEN s.wait_max END",
    "downtime_hours": "CASE WHEN s.observed > 0 THEN s.downtime / 3600e0 END",
    "coverage_percent": "CASE WHEN s.open > 0 THEN 100e0 * s.observed / s.open END",
}
SCORE = {
    "shame_score": (
        "CASE WHEN s.weighted_exposure > 0 THEN 10e0 * s.weighted_downtime / s.weighted_exposure END"
    ),
    "comparable_score": (
        f"CASE WHEN {COMPARABLE_EXPOSURE} > 0 THEN 10e0 * s.weighted_breakdown / {COMPARABLE_EXPOSURE} END"
    ),
}


def park_view(grain: str) -> str:
    """The view of the parks' counters at one grain."""
    return _select(_park_columns(grain), _park_source(grain))


def ride_view(grain: str, more: Mapping[str, str] | None = None, joins: str = "") -> str:
    """The view of the rides' counters at one grain, with ``more`` columns (name: expression) of ``joins``."""
    return _select(_ride_columns(grain) | dict(more or {}), f"{_ride_source(grain)} {joins}".rstrip())


def _select(columns: dict[str, str], source: str) -> str:
    listed = ", ".join(f"{expression} AS {column}" for column, expression in columns.items())
    return " ".join(["SELECT", listed, "FROM", source])


def _park_columns(grain: str) -> dict[str, str]:
    own = {
        "hourly": {},
        "daily": {
            "evidence": "s.evidence",
            "judged_by_down": "s.judged_by_down",
            "observed_queue_times_seconds": "s.observed_queue_times",
            "open_window_seconds": "s.window_seconds",
            "rides_eligible": "s.eligible",
            "rides_operated": "s.rides_operated",
            "rides_down": "s.rides_down",
        },
    }.get(grain, {"open_days": "s.open_days", "open_window_seconds": "s.window_seconds"})
    park = {"park_id": "s.park_id", "park_name": "p.name", "timezone": "p.timezone"}
    weighted = {name: f"s.{name}" for name in WEIGHTED}
    return park | _time(grain) | SCORE | _figures() | weighted | own


def _ride_columns(grain: str) -> dict[str, str]:
    eligible = (
        {"eligible_days": "s.eligible_days"}
        if grain in COARSE
        else {"eligible": "d.eligible" if grain == "hourly" else "s.eligible"}
    )
    ride = {
        "ride_id": "s.ride_id",
        "ride_name": "r.name",
        "tier": "c.tier",
        "park_id": "s.park_id",
        "park_name": "p.name",
        "timezone": "p.timezone",
    }
    return ride | _time(grain) | _figures() | eligible


def _time(grain: str) -> dict[str, str]:
    if grain == "hourly":
        return {"hour_start_utc": _datetime("s.hour"), "hour": "s.hour", "day": "s.day"}
    return {"period_start": "s.period_start"} if grain in COARSE else {"day": "s.day"}


def _figures() -> dict[str, str]:
    seconds = {f"{name}_seconds": f"s.{name}" for name in SECONDS}
    return (
        RATIOS
        | {"snapshot_count": "s.samples"}
        | seconds
        | {"wait_sum": "s.wait_sum", "metrics_version": "s.metrics_version"}
    )


def _park_source(grain: str) -> str:
    return f"park_{grain}_stats s JOIN parks p ON p.park_id = s.park_id"


def _ride_source(grain: str) -> str:
    source = (
        f"ride_{grain}_stats s JOIN rides r ON r.ride_id = s.ride_id JOIN parks p ON p.park_id = s.park_id "
        "LEFT JOIN ride_classifications c ON c.ride_id = s.ride_id"
    )
    if grain != "hourly":
        return source
    same = " AND ".join(f"d.{column} = s.{column}" for column in ("park_id", "day", "ride_id"))
    return f"{source} LEFT JOIN ride_daily_stats d ON {same}"


def _datetime(seconds: str) -> str:
    if op.dialect() == "sqlite":
        return f"datetime({seconds}, 'unixepoch')"
    # Not FROM_UNIXTIME, which speaks in the time zone of who asks.
    return f"CAST('1970-01-01 00:00:00' AS DATETIME) + INTERVAL {seconds} SECOND"
