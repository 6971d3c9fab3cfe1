"""``/about``: why this exists."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.view import View, head_of
from hallofshame.web.responses import answered

plain_pages = Blueprint("plain_pages", __name__)


@plain_pages.get("/about")
@answered()
def about(context: AnswerContext) -> str:
    """Why this exists."""
    view = View(context)
    summary = view.read("/api/live/status-summary")["data"]
    return view.page(
        "about.html",
        head_of("about", "About", description=BY_NAME["about"].lead),
        page=BY_NAME["about"],
        summary=summary,
        api_href="/api/docs",
    )
