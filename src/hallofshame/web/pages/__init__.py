"""The server-rendered pages: their numbers are the API's answers, their whole state is in the address."""

from __future__ import annotations

from flask import Flask

from hallofshame.web.pages.assets import Build
from hallofshame.web.pages.awards import award_pages
from hallofshame.web.pages.changes import change_pages
from hallofshame.web.pages.comparing import compare_pages
from hallofshame.web.pages.data import data_pages
from hallofshame.web.pages.embeds import embed_pages, frame_html
from hallofshame.web.pages.following import following_pages
from hallofshame.web.pages.live import live_pages
from hallofshame.web.pages.mapping import map_pages
from hallofshame.web.pages.places import place_pages
from hallofshame.web.pages.plain import plain_pages
from hallofshame.web.pages.rankings import ranking_pages
from hallofshame.web.pages.search import search_pages
from hallofshame.web.pages.site_files import file_pages
from hallofshame.web.pages.status import status_pages
from hallofshame.web.pages.view import BUILD
from hallofshame.web.pages.words import template_words

PAGES = (
    ranking_pages,
    live_pages,
    change_pages,
    compare_pages,
    embed_pages,
    award_pages,
    data_pages,
    place_pages,
    map_pages,
    plain_pages,
    following_pages,
    search_pages,
    status_pages,
    file_pages,
)
"""The blueprints of everything here."""


def install_pages(app: Flask) -> None:
    """Serve the pages, with the page build that is there now."""
    app.extensions[BUILD] = Build.read()
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    app.jinja_env.globals |= template_words() | {"frame_html": frame_html}
