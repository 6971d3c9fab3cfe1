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
    "wait_known",
    "wait_sum",
    "samples",
)
"""Counters that add up. Seconds inside open windows, but for ``wait_sum`` (minutes × seconds) and
``samples`` (observations of known status)."""

RIDE_MAXIMA: tuple[str, ...] = ("wait_max",)
"""Counters of which the larger grain is the maximum; minutes, null where no wait was known."""

RIDE_COUNTERS: tuple[str, ...] = RIDE_SUMS + RIDE_MAXIMA

PARK_WEIGHTED: tuple[str, ...] = ("weighted_downtime", "weighted_exposure")
"""Σ over the eligible rides of weight × seconds (R7)."""

PARK_SUMS: tuple[str, ...] = RIDE_SUMS + PARK_WEIGHTED

PARK_COUNTERS: tuple[str, ...] = PARK_SUMS + RIDE_MAXIMA
