"""The names of the exact counters (R7), in the order in which tables, frames and exports show them."""

from __future__ import annotations

RIDE_SUMS: tuple[str, ...] = (
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
    "wait_sum",
    "samples",
)
"""Counters that add up. Seconds inside open windows, but for ``wait_sum`` (minutes × seconds) and
``samples`` (observations of known status)."""

RIDE_MAXIMA: tuple[str, ...] = ("wait_max",)
"""Counters of which the larger grain is the maximum; minutes, null where no wait was known."""

RIDE_COUNTERS: tuple[str, ...] = RIDE_SUMS + RIDE_MAXIMA

DOWNTIME_KINDS: tuple[str, ...] = (
    "downtime_opening_delay",
    "downtime_never_reopened",
    "downtime_park_wide",
)
"""The named kinds of ``downtime``; the rest of it is breakdown (R7)."""

PARK_WEIGHTED: tuple[str, ...] = ("weighted_downtime", "weighted_breakdown", "weighted_exposure")
"""Σ over the eligible rides of weight × seconds down, of breakdown, and operating or down (R7)."""

PARK_SUMS: tuple[str, ...] = RIDE_SUMS + PARK_WEIGHTED

PARK_COUNTERS: tuple[str, ...] = PARK_SUMS + RIDE_MAXIMA
