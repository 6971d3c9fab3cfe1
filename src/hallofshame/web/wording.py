"""Stable slugs of the API, and the words in which the pages say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from hallofshame.domain.ride_types import RideType
from hallofshame.domain.rules import MINUTE_SECONDS, NOTABLE_SECONDS
from hallofshame.domain.words import EndedBy, Evidence, NotCounted, OutageKind, ScheduleKind, Status

DEMONSTRATION_NOTICE = (
    "Demonstration: real recordings of other weeks, repeated as if they were of today. "
    "Nothing here is a statement about a park today."
)
"""On every page and feed of a demonstration."""

DEMONSTRATION_RIBBON = "Demonstration: real recordings of other weeks, not of today"
"""On every social card of a demonstration; one line of it."""

DEMONSTRATION_MARK = "recordings of other weeks"
"""The same where there is room for a few words: badges, CSV files and downloads."""

TierLabel = Literal["flagship", "standard", "minor", "unrated"]
TIER_LABELS: dict[int | None, TierLabel] = {
    1: "flagship",
    2: "standard",
    3: "minor",
    None: "unrated",
}

TYPE_LABELS: dict[RideType, str] = {
    RideType.COASTER: "roller coaster",
    RideType.WATER_RIDE: "water ride",
    RideType.WATER_SLIDE: "water slide",
    RideType.DARK_RIDE: "dark ride",
    RideType.FLAT_RIDE: "flat ride",
    RideType.DROP_TOWER: "drop tower",
    RideType.TRACK_RIDE: "track ride",
    RideType.SIMULATOR: "simulator",
    RideType.TRANSPORT: "transport",
    RideType.SHOW: "film or show",
    RideType.WALKTHROUGH: "walkthrough",
    RideType.EXHIBIT: "exhibit",
    RideType.PLAYGROUND: "playground",
    RideType.POOL: "pool",
    RideType.GAME: "game",
    RideType.MEET_AND_GREET: "meet and greet",
    RideType.OTHER: "other",
    RideType.UNKNOWN: "type unknown",
}

TYPE_PLURALS: dict[RideType, str] = {
    RideType.COASTER: "Roller coasters",
    RideType.WATER_RIDE: "Water rides",
    RideType.WATER_SLIDE: "Water slides",
    RideType.DARK_RIDE: "Dark rides",
    RideType.FLAT_RIDE: "Flat rides",
    RideType.DROP_TOWER: "Drop towers",
    RideType.TRACK_RIDE: "Track rides",
    RideType.SIMULATOR: "Simulators",
    RideType.TRANSPORT: "Transport rides",
    RideType.SHOW: "Films and shows",
    RideType.WALKTHROUGH: "Walkthroughs",
    RideType.EXHIBIT: "Exhibits",
    RideType.PLAYGROUND: "Playgrounds",
    RideType.POOL: "Pools",
    RideType.GAME: "Games",
    RideType.MEET_AND_GREET: "Meet and greets",
    RideType.OTHER: "Other attractions",
    RideType.UNKNOWN: "Rides of unknown type",
}

UNRANKED_REASONS: dict[str, str] = {
    "not_watched": "Not watched",
    "no_data_yet": "No data yet",
    "not_open_yet": "Not open yet today",
    "closed": "Closed: no open hours",
    "too_few_rides": "Fewer than three rides to judge by",
    "low_coverage": "Watched for less than half of its open time",
    "short_days": "Seen open for less than four hours on an average day, and no hours are published",
    "did_not_run": "No ride ran",
    "no_waits_posted": "No waits posted",
    "not_down": "Not down right now",
    "not_a_ride": "Not a ride",
}
"""Why a row has no rank (R12). The first that holds is given."""

TREND_REASONS: dict[str, str] = {
    "no_period_before": "A moment has no period before it",
    "not_watched": "Not watched in this period",
    "few_days": "Recorded on less than half of the days of this period",
    "closed": "No open hours in this period, or none yet",
    "low_coverage": "Watched for less than half of the open time of this period",
    "not_watched_before": "Not watched in the period it is compared with",
    "few_days_before": "Recorded on less than half of the days of the period it is compared with",
    "closed_before": "No open hours in the period it is compared with",
    "low_coverage_before": "Watched for less than half of the open time of the period it is compared with",
    "did_not_run": "Did not run in one of the two periods",
}
"""Why a row is not compared with another period (R11). The first that holds is given."""

RANK_WORDS: dict[str, str] = {
    "comparable_score": "by the score of breakdowns that were over the same day (comparable score)",
    "shame_score": "by shame score",
    "breakdown_seconds": "by time in breakdowns that were over the same day",
    "downtime_seconds": "by time down",
    "comparable_uptime_percent": "by uptime, in which breakdowns that were over the same day count",
    "uptime_percent": "by uptime",
    "average_wait_minutes": "by average posted wait",
    "max_wait_minutes": "by the longest posted wait",
    "status_since": "that are down now, by how long",
}
"""What a rank is by, after "Rank 3 among all rides", by the field of a row that decides (R12)."""

RANKED_BY: dict[str, str] = {
    "comparable_score": (
        "Ranked by breakdowns that were over the same day, which every source can tell, so that a park whose "
        "source admits more does not rank worse for it. The shame score, which counts all downtime, stands "
        "beside it."
    ),
    "shame_score": (
        "Ranked by the shame score, which counts all downtime. Sources that know only open and closed do not "
        "tell all of it."
    ),
    "breakdown_seconds": (
        "Ranked by time in breakdowns that were over the same day, which every source can tell, so that a "
        "ride whose source admits more does not rank worse for it. All time down stands beside it."
    ),
    "downtime_seconds": (
        "Ranked by all time down. Sources that know only open and closed do not tell all of it."
    ),
    "comparable_uptime_percent": (
        "Ranked by uptime, the lowest first. Only breakdowns that were over the same day count, since every "
        "source can tell these."
    ),
    "uptime_percent": (
        "Ranked by uptime, the lowest first. Sources that know only open and closed do not tell all downtime."
    ),
    "average_wait_minutes": "Ranked by average posted wait.",
    "max_wait_minutes": "Ranked by the longest posted wait.",
    "status_since": "Rides that are down now, the longest first.",
}
"""What a list is ranked by, in a sentence, by the field of its rows that decides (R12)."""

TELLS: dict[str, str] = {
    "breakdowns": "source tells breakdowns",
    "open_closed": "source knows only open and closed: a lower bound",
}
"""What a source can tell, as it stands beside a rank (R12)."""

TELLS_SHORT: dict[str, str] = {"breakdowns": "tells breakdowns", "open_closed": "open/closed only"}
"""The same in a list, after the name of the source."""

AT_LEAST, AT_MOST = "at least", "at most"
"""Before downtime, and before uptime, where the source knows only open and closed."""


def is_lower_bound(row: Mapping[str, Any]) -> bool:
    """Whether the downtime of the row, and what follows from it, is a lower bound (R5, R12).

    Of this moment nothing is: there a closed ride counts, provisionally.
    """
    return row["tells"] == "open_closed" and row["downtime_seconds"] is not None


KIND_FIELDS: dict[str, str] = {
    "breakdown_seconds": "Broke down, over the same day",
    "opening_delay_seconds": "Opened late",
    "never_reopened_seconds": "Did not reopen",
    "park_wide_seconds": "Stopped with half of the park",
}
"""The kinds of downtime, by the field of a row (R7), in words; they add up to it."""

CHART_MEASURES: dict[str, tuple[str, str]] = {
    "score": ("Shame score", "Score"),
    "downtime": ("Ride-hours lost", "Time lost"),
    "uptime": ("Uptime, %", "Uptime"),
    "wait": ("Average wait, minutes", "Wait"),
    "rides_down": ("Rides that lost time", "Rides down"),
}
"""What charts show: on the axis and in tables, and in short on the switch between them."""

STATE_WORDS: dict[str, str] = {
    "open": "nothing to judge",
    "closed": "closed",
    "not_watched": "not watched",
    "no_data_yet": "no data yet",
}
"""What stands in a chart and its table where there is no value, by the state of the point."""

LOOK_WORDS: dict[str, str] = {
    "operating": "operating",
    "down": "down",
    "counted": "closed in open hours, counts as down",
    "closed": "closed",
    "refurbishment": "refurbishment",
    "unobserved": "not watched",
}
"""What a stretch of a timeline is called: its status, or that it counts as down though called closed."""

SCHEDULE_WORDS: dict[ScheduleKind, str] = {
    ScheduleKind.OPERATING: "Regular opening",
    ScheduleKind.TICKETED_EVENT: "Ticketed event",
    ScheduleKind.PRIVATE_EVENT: "Private event",
    ScheduleKind.EXTRA_HOURS: "Extra hours",
    ScheduleKind.INFO: "Note",
}
"""Kinds of published hours (R4)."""

NOT_WATCHED_NOW = "Not watched now"
"""Of a park or a ride that nobody has looked at lately."""

MISSING_WORDS: dict[str, str] = {
    "not_watched": "Not watched: nobody looked in this time.",
    "not_kept": "The raw record of this time is no longer kept; its totals are in the tables and charts.",
    "no_data_yet": "No data yet: this day has not come.",
}
"""Why a timeline has nothing to show."""

EXCLUDED_REASONS: dict[str, str] = {
    "not_attraction": "Not a ride (a show, a walkthrough, a playground, a meeting place and the like)",
    "inactive": "Has vanished from its source",
    "refurbishment": "Under refurbishment",
    "not_operated_7_days": "Did not run on these days or the six before",
    "not_watched": "Not watched in this period",
    "no_data_yet": "No data yet: these days have not come",
}
"""Why a ride does not count towards its park's score (R6). The first that holds is given."""

StatusSlug = Literal["operating", "down", "closed", "refurbishment"]
STATUS_SLUGS: dict[Status | None, StatusSlug | None] = {
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
    Evidence.NO_ACTIVITY: "closed: too few rides were seen running",
    Evidence.NO_DATA: "not watched, and no hours are known",
}

FEED_WORDS: dict[str, str] = {
    "queue_times": "Queue-Times.com",
    "themeparks_wiki": "ThemeParks.wiki",
    "archive": "its archive",
    "touring_plans": "TouringPlans",
}

OUTAGE_WORDS: dict[OutageKind, str] = {
    OutageKind.BREAKDOWN: "Breakdown",
    OutageKind.OPENING_DELAY: "Late opening",
    OutageKind.NEVER_REOPENED: "Did not reopen",
    OutageKind.PARK_WIDE: "Park-wide stop",
}

NO_RUN_AFTER_WORDS: dict[EndedBy, str] = {
    EndedBy.CLOSED: "ended by a planned closure, not by a run",
    EndedBy.LOST: "nothing more was heard of it",
}
"""How an outage ended after which the ride was not seen running (R9)."""

NOT_COUNTED_WORDS: dict[NotCounted, str] = {
    NotCounted.OUTSIDE_HOURS: "outside the hours published for the ride",
    NotCounted.PLANNED: "closed as planned",
    NotCounted.BEFORE_FIRST_RUN: "before its first run of the day",
    NotCounted.DID_NOT_COME_BACK: "it did not run again that day",
    NotCounted.PARK_WIDE: "half of the park stopped with it",
    NotCounted.HARDLY_RAN: "it had not run for 15 minutes yet",
}
"""Why a stretch in which a ride did not run is no downtime (R5)."""

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

CHANCE_REASONS = {
    "no_replay": "not tried out yet on its park's past outages",
    "few_outages": "too few outages so far lasted longer than this one",
    "closing": "the park is about to close",
    "seldom_looked": "its park is looked at less often than that",
    "few_forecasts": "too few past outages of its park to try it out on",
    "no_better": "tried out on its park's past outages, it did not surely beat a constant",
    "off": "tried out on its park's past outages, it may be off by more than 5 points",
}
"""Why no chance to reopen is shown, after "not shown:"."""


def judged_words(feed: str | None, other_percent: float | None, *, by_down: bool) -> str | None:
    """How a park-day was judged, in a sentence or two; ``None`` where nothing was observed."""
    if feed is None:
        return None
    signal = "breakdowns" if by_down else "what ran again after being closed"
    source = "the archive of ThemeParks.wiki" if feed == "archive" else FEED_WORDS[feed]
    other = FEED_WORDS["themeparks_wiki" if feed == "queue_times" else "queue_times"]
    if not other_percent:
        return f"Judged by {signal} ({source})."
    share = f"{other_percent:.0f} %" if other_percent >= 1 else "under 1 %"
    return f"Judged by {signal} ({source}); {share} of the day came through {other}."


def hours_words(
    late_seconds: int | None, early_seconds: int | None, correction: tuple[str, str] | None = None
) -> str | None:
    """That a park opened late or closed early, from half an hour on, and changed its hours on the day.

    ``None`` where it did none of these. ``correction``: its hours before and after, as written on its clocks.
    """
    said = [
        f"{what} {_about(seconds)} {how}"
        for what, seconds, how in (("opened", late_seconds, "late"), ("closed", early_seconds, "early"))
        if seconds is not None and seconds >= NOTABLE_SECONDS
    ]
    if correction is not None:
        before, after = correction
        said.append(f"changed its hours on the day, from {before} to {after}")
    return ", ".join(said) or None


def _about(seconds: int) -> str:
    """A length in hours and minutes, to five minutes: ``2 h``, ``1 h 20 min``, ``45 min``."""
    hours, minutes = divmod(5 * round(seconds / (5 * MINUTE_SECONDS)), 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0)
    return " ".join(parts)
