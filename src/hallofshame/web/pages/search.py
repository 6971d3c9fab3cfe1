"""``/search``: everything by name, for those without a script and for long lists of what was found."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.names import clipped
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.name_search import Entry, entries_of, find_entries
from hallofshame.web.page_registry import PAGES
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.view import Head, View, known
from hallofshame.web.responses import answered

search_pages = Blueprint("search_pages", __name__)

MOST = 60
"""So many of what was found are listed."""
_MAX_TYPED = 80


@search_pages.get("/search")
@answered()
def search(context: AnswerContext) -> str:
    """What is called like ``q``."""
    typed = clipped(known("q").text("q") or "", _MAX_TYPED)
    view = View(context)
    found = find_entries(_entries(view), typed) if typed else []
    return view.page(
        "search.html",
        Head(
            title=f"Search: {typed}" if typed else "Search",
            description="Parks, rides, operators and pages by name, also by former names.",
            path="/search",
            query=page_url("", {"q": typed}),
            crumbs=(("All parks", "/"),),
            is_indexed=False,
        ),
        typed=typed,
        found=found[:MOST],
        found_in_all=len(found),
        places=PAGES,
        api_href="/api/search-index",
    )


def _entries(view: View) -> list[Entry]:
    """The names of the API's index; kept for each version of the catalogue."""

    def build() -> list[Entry]:
        return entries_of(view.read("/api/search-index")["data"])

    return view.context.of_catalogue("search entries", build)
