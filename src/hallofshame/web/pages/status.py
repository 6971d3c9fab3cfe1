"""``/status``: how the system itself is, for those who run it."""

from __future__ import annotations

from flask import Blueprint, Response

from hallofshame.store.reports.current import park_states
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row, iso
from hallofshame.web.answers.health import health_row
from hallofshame.web.answers.present import ParkNow, park_now
from hallofshame.web.pages.view import Head, View
from hallofshame.web.responses import HTML_TYPE, Raw, respond

status_pages = Blueprint("status_pages", __name__)

PARKS_LISTED = 20
"""So many parks that nobody has looked at lately are named."""


@status_pages.get("/status")
def status() -> Response:
    """Problems, freshness, feeds, jobs and disks, as ``/api/health`` tells them. Kept by nobody."""
    answer = respond(
        lambda context: Raw(_page(context).encode(), HTML_TYPE), is_live=True, is_cacheable=False
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _page(context: AnswerContext) -> str:
    view = View(context)
    behind = _not_watched(context)
    return view.page(
        "status.html",
        Head(
            title="Status of the system",
            description="Problems, freshness, feeds, jobs and disks of this installation.",
            path="/status",
            crumbs=(("All parks", "/"),),
            is_indexed=False,
        ),
        refreshes=True,
        health=health_row(context),
        parks=sum(park.is_active for park in context.catalogue.parks.values()),
        behind=behind[:PARKS_LISTED],
        behind_in_all=len(behind),
        api_href="/api/health",
    )


def _not_watched(context: AnswerContext) -> list[Row]:
    """Active parks whose latest look no longer stands, the longest ago first."""
    states = park_states(context.connection)
    found = []
    for park in context.catalogue.parks.values():
        state = states.get(park.park_id)
        if park.is_active and park_now(context, state) is ParkNow.NOT_WATCHED:
            seen = None if state is None else state.observed_at
            found.append(
                (seen or 0, park.name, {"park_name": park.name, "park_slug": park.slug, "seen_at": iso(seen)})
            )
    return [row for _seen, _name, row in sorted(found, key=lambda one: one[:2])]
