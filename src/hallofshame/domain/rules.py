"""The constants of the rules (design §3), each once. Lengths are seconds unless the name says otherwise."""

from __future__ import annotations

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS

STALE_SECONDS = 24 * HOUR_SECONDS
"""A claim to operate under an upstream stamp older than this is unknown (R2)."""

FROZEN_SECONDS = 3 * HOUR_SECONDS
"""A park whose every reading stays identical for this long is frozen, if a ride claims what it cannot
(R2)."""

NIGHT_ENDS_AT_HOUR = 6
"""From local midnight to this hour a ride that claims to operate is enough for a park to be frozen (R2)."""

HOLD_CADENCES = 3
MAX_HOLD_SECONDS = 90 * MINUTE_SECONDS
EVENT_LOG_HOLD_SECONDS = 24 * HOUR_SECONDS
"""How long a reading holds: so many cadences, never longer than this; an entry of the event log (R3)."""


def hold_seconds(cadence_seconds: int) -> int:
    """How long a reading of a source asked every ``cadence_seconds`` stands for what came after it (R3)."""
    return min(HOLD_CADENCES * cadence_seconds, MAX_HOLD_SECONDS)


FLAP_SECONDS = 3 * MINUTE_SECONDS
"""A change of this length or less between identical states is merged; an operation ends a stop only if it
lasts longer (R9)."""

LOOKBACK_DAYS = 6
"""Sets A and E hold the rides of the day and of this many days before it (R4, R6)."""

POSTING_RIDES = 3
POSTING_SHARE = 4
"""Set A is the rides that posted a wait, where they are so many, and one in so many of all (R4)."""

MAX_PUBLISHED_SECONDS = 20 * HOUR_SECONDS
"""Published hours longer than this are refused (R4)."""

CLOSED_AFTER_SECONDS = 15 * MINUTE_SECONDS
"""A published window in which nothing operated is closed if more than this of it was observed (R4)."""

MIN_EXTENSION_SECONDS = 15 * MINUTE_SECONDS
"""Activity outside the published hours opens the park only if it lasts longer (R4)."""

ACTIVITY_GAP_SECONDS = 3 * HOUR_SECONDS
"""Gaps in activity shorter than this do not close a park (R4)."""

RUN_BEFORE_STOP_SECONDS = 15 * MINUTE_SECONDS
"""Where a feed knows only open and closed, a ride must have run this long before a stop counts (R5)."""

AFTER_MIDNIGHT_SECONDS = 3 * HOUR_SECONDS
"""A stop across midnight counts if the ride ran again within this time after it (R5)."""

SIGNAL_RIDES = 2
SIGNAL_DAYS = 3
SIGNAL_WITHIN_DAYS = 30
"""A feed that said DOWN of so many rides on so many days, all within so many, tells breakdowns (R5)."""

STOPPED_MARGIN_SECONDS = HOUR_SECONDS
USUAL_DAYS = 14
"""A stopped ride counts live unless less than this is left of its usual day, the median of so many days on
which it ran (R5)."""

BRIDGED_SECONDS = 10 * MINUTE_SECONDS
"""Stops this far apart or less are one outage (R9)."""

BRIDGED_NIGHTS_SECONDS = 7 * DAY_SECONDS
"""An outage goes on across closed nights at most this long (R9)."""

PARK_WIDE_SECONDS = 15 * MINUTE_SECONDS
PARK_WIDE_SHARE = 2
PARK_WIDE_RIDES = 2
"""Park-wide: so many rides, and one in so many of those that operated, stopped within this time (R9)."""

NOTABLE_SECONDS = 30 * MINUTE_SECONDS
"""A park that opened or closed so long off its published hours is said to have (R4)."""

LOOKS_APART_SECONDS = 15 * MINUTE_SECONDS
"""When a park opened or closed is known if the looks before and after it are no further apart (R4)."""

LEFT_OVER_SECONDS = 3 * HOUR_SECONDS
"""What ran so long before the published opening is left over from the night, not an early opening (R4)."""

SECONDS_BEFORE = DAY_SECONDS
SECONDS_AFTER = AFTER_MIDNIGHT_SECONDS
"""A park-day depends on the observations from this long before it to this long after it (design §1)."""

HORIZON_MINUTES = (15, 30, 60)
"""A chance to reopen is given for so many minutes from now (R9b)."""

EVIDENCE_DAYS = 365
REPLAY_DAYS = 90
"""Chances rest on the outages of so many days. They are tried out on the last so many on which their park was
open and watched, none of them older than the outages that they rest on (R9b)."""

CLOSING_DAYS = 14
"""Where no hours are published, a park's close is the mean of its last so many open days (R9b)."""

FEWEST_COMPARABLE = 20
PARK_PRIOR, CLASS_PRIOR, RIDE_PRIOR = 2, 5, 8
"""Outages that the wider group counts for in the chance of the narrower (R9b)."""

CORRECTION_PRIOR = 20
CORRECTION_HALF_LIFE_DAYS = 30
"""A chance is corrected by the errors of past ones, as if so many without error had gone before; an error
counts half after so many days (R9b)."""

FEWEST_FORECASTS = 100
FEWEST_FORECAST_DAYS = 14
MAX_CALIBRATION_ERROR = 0.05
CERTAINTY = 1.64
"""Chances are shown where the replay has so many forecasts on so many days, errs by no more, and beats the
constant: both with so many standard errors (from day to day) to spare, which is a certainty of 95 % (R9b)."""

BINS = 10
"""Bins of the reliability table: tenths of the chance."""

FORECAST_MINUTES = 15
"""The replay judges an outage at its first look and once in so many of its open minutes (R9b)."""

AGREEMENT_DAYS = 30
"""The outside check shows the days of so many before today."""

AGREEMENT_TOLERANCE_SECONDS = 180
"""A ride's day agrees with the source's own figures within so much, beyond what either does not know."""
