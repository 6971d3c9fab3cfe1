"""The Flask application: what it is given, what it serves, and the headers on everything it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

from flask import Flask, Response, request, url_for
from jinja2 import StrictUndefined

from hallofshame.clock import Clock
from hallofshame.domain.plurals import place_range
from hallofshame.metrics.rank_ranges import FEWEST_CLUSTERS
from hallofshame.sponsor import Sponsor
from hallofshame.store.database import Database
from hallofshame.web import formatting
from hallofshame.web.admin.access import install_access, is_of_admin
from hallofshame.web.admin.api import api_admin
from hallofshame.web.admin.page import admin_page
from hallofshame.web.answer_context import EXTENSION, AppContext
from hallofshame.web.api.awards import api_awards
from hallofshame.web.api.compare import api_compare
from hallofshame.web.api.data import api_data
from hallofshame.web.api.following import api_following
from hallofshame.web.api.history import api_history
from hallofshame.web.api.live import api_live
from hallofshame.web.api.offers import api_offers
from hallofshame.web.api.operators import api_operators
from hallofshame.web.api.outages import api_outages
from hallofshame.web.api.outlook import api_outlook
from hallofshame.web.api.parks import api_parks
from hallofshame.web.api.rides import api_rides
from hallofshame.web.api.timelines import api_timelines
from hallofshame.web.cache import LeastRecentlyUsed
from hallofshame.web.errors import install_errors, is_of_the_api
from hallofshame.web.images.badge_answers import api_badges
from hallofshame.web.measuring import install_measuring
from hallofshame.web.metrics import metrics_page
from hallofshame.web.pages import install_pages
from hallofshame.web.pages.card_pages import card_pages
from hallofshame.web.pages.embeds import embed_headers
from hallofshame.web.preparation import hold_back
from hallofshame.web.public_address import install_public_address
from hallofshame.web.rate_limits import install_rate_limits
from hallofshame.web.ready import install_ready_answers
from hallofshame.web.reference.docs import api_docs
from hallofshame.web.request_limits import install_request_limits
from hallofshame.web.settings import WebSettings
from hallofshame.web.sources import ATTRIBUTION
from hallofshame.web.sponsors import install_sponsor
from hallofshame.web.static_files import install_static_files
from hallofshame.web.wording import DEMONSTRATION_NOTICE

BLUEPRINTS = (
    api_operators,
    api_parks,
    api_rides,
    api_history,
    api_outages,
    api_timelines,
    api_outlook,
    api_offers,
    api_compare,
    api_awards,
    api_data,
    api_live,
    api_following,
    api_docs,
    api_badges,
    api_admin,
    admin_page,
    card_pages,
    metrics_page,
)
"""Everything that is served beside the pages; one line each."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Everything comes from here: nothing is asked of others, and nothing inline runs."""

CROSS_ORIGIN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, Content-Disposition, X-Request-Id",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""The API is there for everyone's pages; they may read its tag, too."""

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
"""What a browser asks before it sends a tag back, or a key."""

WHOLE_BYTES = 1024 * 1024
"""Answers up to this length go to the server whole: a piece by piece one keeps a thread until it is read."""

_STATIC = Path(__file__).parent / "static"


def create_app(database: Database, clock: Clock, settings: WebSettings | None = None) -> Flask:
    """Build the application. Its only state is three bounded memories, so hosts can be many."""
    given = settings or WebSettings()
    app = Flask(__name__)
    app.extensions[EXTENSION] = here = AppContext(
        database,
        clock,
        given,
        LeastRecentlyUsed(given.cache_entries, given.cache_bytes),
        LeastRecentlyUsed(given.memo_entries, given.memo_rows),
    )
    install_static_files(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for name in (
        "figure",
        "money",
        "signed",
        "duration",
        "minutes",
        "local_time",
        "long_date",
        "day_words",
        "clock_hour",
        "clocks",
        "day_of_week",
        "short_date",
        "span_of",
        "counted",
    ):
        app.jinja_env.filters[name] = getattr(formatting, name)
    app.jinja_env.globals |= {
        "place_range": place_range,
        "fewest_days": FEWEST_CLUSTERS,
        "asset": asset,
        "attribution": ATTRIBUTION,
        "demonstration_notice": DEMONSTRATION_NOTICE if given.demonstration else None,
    }
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    install_pages(app)
    install_access(app)
    install_errors(app)
    install_request_limits(app)
    install_sponsor(app, given.sponsor)
    app.after_request(partial(_finish, security=_security(given.sponsor)))
    # Inside the address of the site, which is part of what an answer is kept by.
    by_flask = app.wsgi_app
    install_ready_answers(app, here, given.version_seconds)
    install_rate_limits(app, by_flask, here)
    install_public_address(app, given.public_url, given.allowed_hosts)
    if given.preparing_file is not None:
        hold_back(app, given.preparing_file)
    # Around everything, so that what is refused and what is ready counts as well.
    install_measuring(app)
    return app


def asset(name: str) -> str:
    """Address of a static file; it changes with the content, so that it may be kept for a year."""
    return url_for("static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.blake2b((_STATIC / name).read_bytes(), digest_size=6).hexdigest()


def _security(sponsor: Sponsor | None) -> Mapping[str, str]:
    """The headers of this installation: a sponsor's picture alone may come from another host."""
    origin = None if sponsor is None else sponsor.foreign_origin
    if origin is None:
        return SECURITY_HEADERS
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    return SECURITY_HEADERS | {
        "Content-Security-Policy": policy.replace("img-src 'self' data:", f"img-src 'self' data: {origin}")
    }


def _finish(response: Response, security: Mapping[str, str]) -> Response:
    of_frame = embed_headers(request.path, response.status_code)
    for name, value in (of_frame or security).items():
        response.headers.setdefault(name, value)
    if is_of_admin(request.path):
        # For nobody's pages but ours, kept by nobody, found by no search engine.
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
    else:
        if response.mimetype == "text/html" and of_frame is None:
            # Browsers fetch the pages that a reader points at ahead; a header, since nothing inline runs.
            response.headers["Speculation-Rules"] = f'"{asset("links.speculationrules")}"'
        if is_of_the_api(request.path) and not request.path.startswith(f"{api_following.url_prefix}/"):
            response.headers.update(CROSS_ORIGIN_HEADERS)
            if request.method == "OPTIONS":
                response.headers.update(PREFLIGHT_HEADERS)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if response.is_streamed and 0 < (response.content_length or 0) <= WHOLE_BYTES:
        response.direct_passthrough = False
        response.make_sequence()
    return response
