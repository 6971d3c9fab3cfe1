"""What browsers, search engines and home screens ask a site for: manifest, icons, worker, sitemap, robots."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, abort, make_response, send_file

from hallofshame.domain.localtime import isoformat
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.cache import CachedAnswer
from hallofshame.web.errors import UnknownError
from hallofshame.web.images import icons
from hallofshame.web.page_registry import BY_NAME, PAGES, SITE_NAME
from hallofshame.web.pages.view import absolute, the_build
from hallofshame.web.public_address import site_root
from hallofshame.web.responses import answered, send
from hallofshame.web.tokens import tokens

file_pages = Blueprint("file_pages", __name__)

MAX_SITEMAP_ADDRESSES = 50_000
"""What one file of a sitemap may hold, by its protocol."""

_DAY_SECONDS = 24 * 3600
_MAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML_TYPE = "application/xml; charset=utf-8"


@file_pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a home screen needs to know."""
    icon_rows = [
        {"src": f"/icons/{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    masked = [
        {
            "src": f"/icons/{size}-maskable.png",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "maskable",
        }
        for size in (192, 512)
    ]
    body = {
        "id": "/",
        "name": SITE_NAME,
        "short_name": "Hall of Shame",
        "description": BY_NAME["rankings"].lead,
        "lang": "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": tokens().colour("paper"),
        "background_color": tokens().colour("paper"),
        "icons": [*icon_rows, *masked],
        "shortcuts": [
            {"name": BY_NAME[name].title, "url": BY_NAME[name].path} for name in ("now", "rides", "awards")
        ],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return send(CachedAnswer.of(text.encode(), "application/manifest+json; charset=utf-8"), _DAY_SECONDS)


@file_pages.get("/icons/<int:size>.png")
def icon(size: int) -> Response:
    """The icon in one of its sizes."""
    return _picture(size, lambda: icons.icon(size))


@file_pages.get("/icons/<int:size>-maskable.png")
def maskable_icon(size: int) -> Response:
    """The icon with room around it, for systems that cut it to a shape."""
    return _picture(size, lambda: icons.icon(size, maskable=True))


def _picture(size: int, draw: Callable[[], bytes]) -> Response:
    if size not in icons.SIZES:
        abort(404)
    return send(CachedAnswer.of(draw(), "image/png"), _DAY_SECONDS)


@file_pages.get("/favicon.ico")
def favicon() -> Response:
    """The icon for browsers that ask for nothing else."""
    return send(CachedAnswer.of(icons.favicon(), "image/x-icon"), _DAY_SECONDS)


@file_pages.get("/sw.js")
def service_worker() -> Response:
    """The service worker of the page build; 404 where the pages have not been built."""
    path = the_build().folder / "sw.js"
    if not path.is_file():
        abort(404)
    response = send_file(path, mimetype="text/javascript; charset=utf-8", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@file_pages.get("/robots.txt")
def robots() -> Response:
    """Everything may be read but the administrator's part and the many forms of one answer."""
    text = "User-agent: *\nDisallow: /api/admin/\nDisallow: /admin\nDisallow: /compare?\nAllow: /\n"
    if site_root():
        text += f"\nSitemap: {absolute('/sitemap.xml')}\n"
    response = make_response(text)
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    return response


@file_pages.get("/sitemap.xml")
@answered(mimetype=_XML_TYPE)
def sitemap(context: AnswerContext) -> bytes:
    """Every address of pages, parks and rides; a list of maps where they are too many for one."""
    _require_address()
    entries = _entries(context)
    if len(entries) <= MAX_SITEMAP_ADDRESSES:
        return _urls(entries)
    parts = -(-len(entries) // MAX_SITEMAP_ADDRESSES)
    root = Element("sitemapindex", xmlns=_MAPS)
    for part in range(1, parts + 1):
        SubElement(SubElement(root, "sitemap"), "loc").text = absolute(f"/sitemap-{part}.xml")
    return _document(root)


@file_pages.get("/sitemap-<int:part>.xml")
@answered(mimetype=_XML_TYPE)
def sitemap_part(context: AnswerContext, part: int) -> bytes:
    """One of several maps."""
    _require_address()
    entries = _entries(context)
    start = (part - 1) * MAX_SITEMAP_ADDRESSES
    if part < 1 or start >= len(entries):
        abort(404)
    return _urls(entries[start : start + MAX_SITEMAP_ADDRESSES])


def _require_address() -> None:
    """A sitemap may hold whole addresses only, so there is none where the site has none for this request."""
    if not site_root():
        raise UnknownError(
            "a sitemap needs the address of the site; set HALLOFSHAME_PUBLIC_URL, or put this host into "
            "HALLOFSHAME_ALLOWED_HOSTS"
        )


def _entries(context: AnswerContext) -> list[tuple[str, int | None]]:
    """(path, instant of the last change) of every page: a ride changes when it was last seen."""
    catalogue = context.catalogue
    seen: dict[int, int] = {}
    for ride in catalogue.rides.values():
        seen[ride.park_id] = max(seen.get(ride.park_id, 0), ride.last_seen_at)
    return [
        *((page.path, context.data_as_of if page.name != "about" else None) for page in PAGES),
        *((f"/parks/{park.slug}", seen.get(park.park_id)) for park in catalogue.parks.values()),
        *((f"/rides/{ride.ride_id}-{ride.slug}", ride.last_seen_at) for ride in catalogue.rides.values()),
    ]


def _urls(entries: Iterable[tuple[str, int | None]]) -> bytes:
    root = Element("urlset", xmlns=_MAPS)
    for path, changed_at in entries:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = absolute(path)
        if changed_at is not None:
            SubElement(url, "lastmod").text = isoformat(changed_at)
    return _document(root)


def _document(root: Element) -> bytes:
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
