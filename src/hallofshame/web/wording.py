"""Stable slugs of the API, and the words in which the pages say them."""

from __future__ import annotations

from hallofshame.domain.words import Evidence, OutageKind, Status

DEMONSTRATION_NOTICE = (
    "Demonstration: real recordings of other weeks, repeated as if they were of today. "
    "Nothing here is a statement about a park today."
)
"""On every page and feed of a demonstration."""

DEMONSTRATION_RIBBON = "Demonstration: real recordings of other weeks, not of today"
"""On every social card of a demonstration; one line of it."""

DEMONSTRATION_MARK = "recordings of other weeks"
"""The same where there is room for a few words: badges, CSV files and downloads."""

TIER_LABELS: dict[int | None, str] = {1: "flagship", 2: "standard", 3: "minor", None: "unrated"}

UNRANKED_REASONS: dict[str, str] = {
    "no_data": "No data",
    "not_open_yet": "Not open yet today",
    "closed": "Closed: no open hours",
    "too_few_rides": "Fewer than three rides to judge by",
    "low_coverage": "Watched for less than half of its open time",
    "no_waits_posted": "No waits posted",
    "not_down": "Not down right now",
}
"""Why a row has no rank (R12). The first that holds is given."""

EXCLUDED_REASONS: dict[str, str] = {
    "not_attraction": "Not a ride (a show, a meeting place, a shop or a restaurant)",
    "inactive": "Has vanished from its source",
    "refurbishment": "Under refurbishment",
    "not_operated_7_days": "Did not run on these days or the six before",
    "no_data": "Never seen in this period",
}
"""Why a ride does not count towards its park's score (R6). The first that holds is given."""

STATUS_SLUGS: dict[Status | None, str | None] = {
    Status.OPERATING: "operating",
    Status.DOWN: "down",
    Status.CLOSED: "closed",
    Status.REFURBISHMENT: "refurbishment",
    None: None,
}

EVIDENCE_WORDS: dict[Evidence, str] = {
    Evidence.SCHEDULE: "published hours",
    Evidence.SCHEDULE_AND_ACTIVITY: "published hours, and rides seen running outside them",
    Evidence.ACTIVITY: "rides seen running (no hours published)",
    Evidence.NO_ACTIVITY: "closed: no ride ran",
    Evidence.NO_DATA: "nothing was seen and no hours are known",
}

OUTAGE_WORDS: dict[OutageKind, str] = {
    OutageKind.BREAKDOWN: "Breakdown",
    OutageKind.OPENING_DELAY: "Late opening",
    OutageKind.NEVER_REOPENED: "Did not reopen",
    OutageKind.PARK_WIDE: "Park-wide stop",
}
