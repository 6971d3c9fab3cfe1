"""``/api/admin/quality``: findings, gaps, and how fresh and how well watched every park is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Literal

from sqlalchemy import Connection

from hallofshame.domain.access import Scope
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.metrics.scores import coverage_percent
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.findings import FindingRow, FindingState, counts, list_findings
from hallofshame.store.reports.quality import ParkFreshness, coverage, freshness
from hallofshame.web.admin.declared import AdminAnswer, Asking, admin_endpoint
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.admin import CoverageDayRow, FreshnessRow, IssueRow, QualitySummary
from hallofshame.web.answers.envelope import iso
from hallofshame.web.lookup import find_park
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import choice, integer, text
from hallofshame.web.parameters.shared import PAGE

GAP_KINDS = ("feed_gap", "not_collecting")
"""Findings that are gaps of more than 30 min: of one park, and of all of them."""

ANY = "any"
STATES = (FindingState.OPEN.value, FindingState.RESOLVED.value, ANY)

STATE = choice("state", STATES, "Open findings, those that were resolved, or any.")
PARK = text("park", "Only this park, by slug or id.", "epcot")
KIND = text("kind", "Only findings of this kind.", "frozen_readings")
DAYS = integer("days", 7, 1, 366, "How many days back, today included.")
_NO_PARK = {404: "There is no such park."}


@admin_endpoint("GET", "/quality/summary", scope=Scope.QUALITY_READ)
def quality_summary(asking: Asking) -> AdminAnswer[QualitySummary]:
    """How many findings there are of each kind, and how many parks are fresh, late and silent."""
    with asking.site.answer_context() as context:
        return AdminAnswer(summary(context))


def summary(context: AnswerContext) -> QualitySummary:
    """The summary, for the API and the page."""
    kinds = counts(context.connection)
    states = Counter(row["state"] for row in freshness_rows(context))
    return {
        "open": sum(kind.open for kind in kinds),
        "resolved": sum(kind.resolved for kind in kinds),
        "kinds": [
            {
                "kind": kind.kind,
                "open": kind.open,
                "resolved": kind.resolved,
                "last_seen_at": iso(kind.last_seen_at),
            }
            for kind in kinds
        ],
        "parks": sum(states.values()),
        "parks_fresh": states["fresh"],
        "parks_late": states["late"],
        "parks_silent": states["silent"],
    }


@admin_endpoint(
    "GET",
    "/quality/issues",
    scope=Scope.QUALITY_READ,
    parameters=(STATE, KIND, PARK, PAGE),
    statuses=_NO_PARK,
)
def quality_issues(asking: Asking) -> AdminAnswer[list[IssueRow]]:
    """Findings, the last seen first: what in the data deserves a person's eye."""
    kind = KIND.read(asking.asked)
    return _findings(asking, None if kind is None else (kind,))


@admin_endpoint(
    "GET",
    "/quality/gaps",
    scope=Scope.QUALITY_READ,
    parameters=(STATE, PARK, PAGE),
    statuses=_NO_PARK,
)
def quality_gaps(asking: Asking) -> AdminAnswer[list[IssueRow]]:
    """Times of over 30 min in which an open park, or all of them, gave nothing.

    `subject` is when one began.
    """
    return _findings(asking, GAP_KINDS)


@admin_endpoint("GET", "/quality/freshness", scope=Scope.QUALITY_READ)
def quality_freshness(asking: Asking) -> AdminAnswer[list[FreshnessRow]]:
    """When each active park was read last; the longest ago first."""
    with asking.site.answer_context() as context:
        return AdminAnswer(freshness_rows(context))


@admin_endpoint(
    "GET",
    "/quality/coverage",
    scope=Scope.QUALITY_READ,
    parameters=(PARK, DAYS, PAGE),
    statuses=_NO_PARK,
)
def quality_coverage(asking: Asking) -> AdminAnswer[list[CoverageDayRow]]:
    """How much of the open time of each park and day was watched, newest days first."""
    page = PAGE.read(asking.asked)
    days = DAYS.read(asking.asked)
    with asking.site.answer_context() as context:
        park = _park(context, asking.asked)
        # The newest date anywhere: that of the zone farthest east.
        last = max(context.dates)
        first = last - dt.timedelta(days=days - 1)
        found = coverage(context.connection, first, last, None if park is None else [park.park_id])
        rows: list[CoverageDayRow] = [
            {
                "park_id": day.park_id,
                "park_slug": day.park_slug,
                "day": day.day.isoformat(),
                "origin": day.origin.name.lower(),
                "evidence": day.evidence,
                "open_seconds": day.open_seconds,
                "observed_seconds": day.observed_seconds,
                "coverage_percent": coverage_percent(day.observed_seconds, day.open_seconds),
            }
            for day in sorted(found, key=lambda day: (-day.day.toordinal(), day.park_id))
        ]
    return AdminAnswer(page.of(rows), total=len(rows), page=page)


def freshness_rows(context: AnswerContext) -> list[FreshnessRow]:
    """Every active park with the time of its last reading, the longest ago first."""
    parks = context.catalogue.parks
    return [
        {
            "park_id": park.park_id,
            "park_slug": park.park_slug,
            "primary_feed": parks[park.park_id].primary_feed.slug,
            "last_read_at": iso(park.last_reading_at),
            "age_seconds": park.age_seconds,
            "state": _state(park),
        }
        for park in freshness(context.connection, context.now)
        if park.park_id in parks
    ]


def _state(park: ParkFreshness) -> Literal["fresh", "late", "silent"]:
    if park.is_fresh:
        return "fresh"
    return "silent" if park.age_seconds is None or park.age_seconds >= DAY_SECONDS else "late"


def issue_rows(
    connection: Connection,
    parks: dict[int, ParkProfile],
    *,
    kinds: tuple[str, ...] | None = None,
    park_id: int | None = None,
    state: FindingState | None = None,
) -> list[IssueRow]:
    """Findings as the API and the page show them."""
    found = list_findings(connection, kinds=kinds, park_id=park_id, state=state)
    return [_issue(row, parks) for row in found]


def _findings(asking: Asking, kinds: tuple[str, ...] | None) -> AdminAnswer[list[IssueRow]]:
    page = PAGE.read(asking.asked)
    name = STATE.read(asking.asked)
    state = None if name == ANY else FindingState(name)
    with asking.site.answer_context() as context:
        park = _park(context, asking.asked)
        rows = issue_rows(
            context.connection,
            dict(context.catalogue.parks),
            kinds=kinds,
            park_id=None if park is None else park.park_id,
            state=state,
        )
    return AdminAnswer(page.of(rows), total=len(rows), page=page)


def _issue(row: FindingRow, parks: dict[int, ParkProfile]) -> IssueRow:
    park = parks.get(row.park_id or 0)
    return {
        "kind": row.kind,
        "state": row.state.value,
        "park_id": row.park_id,
        "park_slug": None if park is None else park.slug,
        "subject": row.subject,
        "detail": row.detail,
        "first_seen_at": iso(row.first_seen_at),
        "last_seen_at": iso(row.last_seen_at),
        "resolved_at": iso(row.resolved_at),
        "occurrences": row.occurrences,
    }


def _park(context: AnswerContext, asked: Parameters) -> ParkProfile | None:
    name = PARK.read(asked)
    return None if name is None else find_park(context, name)
