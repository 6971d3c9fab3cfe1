"""What the outages of a ride say of how often it stops and how long that lasts (R9)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """Figures over a set of counted outages; null where there is nothing to take them from.

    Durations are of those that ended with the ride running again; ``without_duration`` did not.
    """

    count: int
    without_duration: int
    median_seconds: float | None
    p90_seconds: float | None
    longest_seconds: int | None
    mean_time_between_failures_seconds: float | None
    mean_time_to_recover_seconds: float | None


def outage_statistics(
    reopened_seconds: Sequence[int], without_duration: int, operating_seconds: int
) -> OutageFigures:
    """Count, median, 90th percentile (nearest rank), longest, MTBF and MTTR of counted outages (R9).

    ``reopened_seconds``: open seconds lost in each outage that the ride was seen to come back from;
    ``without_duration``: how many others there are. MTBF = operating time ÷ number of outages, MTTR = mean of
    the durations.
    """
    ordered = sorted(reopened_seconds)
    known = len(ordered)
    count = known + without_duration
    return OutageFigures(
        count=count,
        without_duration=without_duration,
        median_seconds=float(statistics.median(ordered)) if known else None,
        p90_seconds=float(ordered[math.ceil(0.9 * known) - 1]) if known else None,
        longest_seconds=ordered[-1] if known else None,
        mean_time_between_failures_seconds=operating_seconds / count if count else None,
        mean_time_to_recover_seconds=sum(ordered) / known if known else None,
    )
