"""The section by which a browser follows a ride or a park, and the page that ends it without a script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request

from hallofshame.domain.errors import NotFoundError
from hallofshame.store import following
from hallofshame.web.answer_context import AnswerContext, site
from hallofshame.web.answers.envelope import Row
from hallofshame.web.api.following import follow_rows, stop_following
from hallofshame.web.pages.view import page_assets
from hallofshame.web.posts import refuse_foreign

following_pages = Blueprint("following_pages", __name__, url_prefix="/following")

WAITS = (5, 10, 15, 20, 30, 45, 60)
"""Limits of waits to choose from, in minutes."""

_GONE = (
    "This browser follows nothing here any more, or the address is not whole. No message will come from it."
)


def follow_section(
    context: AnswerContext, name: str, api: str, *, park_id: int, ride_id: int | None = None
) -> Row:
    """What the section of a park, or of a ride, takes; ``key`` is null where browsers cannot follow here."""
    keys = following.keys(context.connection) if context.site.settings.push_browsers else None
    return {
        "key": None if keys is None else keys.public,
        "waits": WAITS,
        "name": name,
        "feed": f"{api}/outages.atom",
        "park_id": park_id,
        "ride_id": ride_id,
    }


@following_pages.get("/<token>")
def followed(token: str) -> Response:
    """What the browser of this token follows, with a button to stop each, and all."""
    with site().answer_context() as context:
        browser = following.by_token(context.connection, token)
        rows = None if browser is None else follow_rows(context, browser.subscription_id)
    if rows is None:
        raise NotFoundError(_GONE)
    return _page(token=token, rows=rows)


@following_pages.post("/<token>/stop")
def stopped(token: str) -> Response:
    """Stop following one place of the form, or all."""
    refuse_foreign("this form was sent by another site; open the page of the message and use its own")
    request.max_content_length = 4096
    park, ride = request.form.get("park_id", ""), request.form.get("ride_id", "")
    chosen = {(int(park), int(ride))} if park.isdecimal() and ride.isdecimal() else None
    done = stop_following(site(), token, chosen)
    if done["left"]:
        return _private(make_response(redirect(f"/following/{token}", 303)))
    return _page(token=token, rows=[])


def _page(**words: Any) -> Response:
    return _private(
        make_response(render_template("following.html", assets=page_assets().unscripted, **words))
    )


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    # The address is a secret of its reader: no other site is told of it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
