"""One page in the making: what it asks of the API, what its head says, and how it becomes HTML.

A page shows the bodies of the API's answers, so that no number can differ between the two. Where a script
still takes the page over, they travel along as the seed that it begins with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, render_template, request
from werkzeug.datastructures import MultiDict

from hallofshame.pipeline.jobhealth import LATE_CADENCES
from hallofshame.web import endpoints
from hallofshame.web.envelope import Row, attribution, iso
from hallofshame.web.pages.addresses import api_url
from hallofshame.web.pages.assets import Build, PageAssets
from hallofshame.web.pages.registry import BY_NAME, Page, chunk_source
from hallofshame.web.parameters import FILTER_PARAMETERS, PERIOD_PARAMETERS, Parameters
from hallofshame.web.public_address import site_root
from hallofshame.web.reading import Reading
from hallofshame.web.rows.lateness import late_notices

BUILD = "hallofshame_build"
MAX_SEED_BYTES = 200 * 1024
"""Answers beyond this are left to the script to ask for."""


@dataclass(frozen=True)
class Head:
    """What the page says of itself to browsers, search engines and those who show a link to it.

    ``query`` is the part of the state that makes it another page; ``card`` the path of its social card;
    ``crumbs`` the pages above it as (name, path); ``alternates`` other forms of it as (type, title, path).
    """

    title: str
    description: str
    path: str
    query: str = ""
    card: str = "/cards/rankings.png"
    crumbs: tuple[tuple[str, str], ...] = ()
    alternates: tuple[tuple[str, str, str], ...] = ()
    is_indexed: bool = True

    @property
    def canonical(self) -> str:
        """The address under which the page is to be known."""
        return absolute(self.path + self.query)

    @property
    def breadcrumbs(self) -> str:
        """The crumbs as JSON-LD."""
        items = [*self.crumbs, (self.title, self.path)]
        return in_script(
            {
                "@context": "https://schema.org",
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": at, "name": name, "item": absolute(path)}
                    for at, (name, path) in enumerate(items, start=1)
                ],
            }
        )


def absolute(path: str) -> str:
    """The address of a path of this site, relative where the site has none for this request."""
    return site_root() + path


def in_script(value: Any) -> str:
    """JSON that may stand inside a ``script`` element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


@dataclass
class View:
    """One page being made for one state of the store."""

    reading: Reading
    seeds: dict[str, Row] = field(default_factory=dict)

    def ask(self, path: str, parameters: Mapping[str, Any] | None = None) -> Row:
        """The body that the API answers, which also becomes part of the seed."""
        given = parameters or {}
        url = api_url(path, given)
        if url not in self.seeds:
            self.seeds[url] = self.read(path, given)
        return self.seeds[url]

    def read(self, path: str, parameters: Mapping[str, Any] | None = None) -> Row:
        """The body that the API answers, for this page alone."""
        given = {name: str(value) for name, value in (parameters or {}).items() if value not in (None, "")}
        return endpoints.body(self.reading, path, given)

    def page(
        self, template: str, head: Head, chunk: str | None, *, refreshes: bool = False, **words: Any
    ) -> str:
        """The page as HTML; ``chunk`` of the script takes it over, without one the server alone draws it.

        ``refreshes``: a page that the server draws asks for itself each minute, and takes over what changed.
        """
        build = the_build()
        return render_template(
            template,
            head=head,
            assets=build.page(None if chunk is None else chunk_source(chunk)),
            seed=self._seed() if build.is_built and chunk is not None else None,
            data_as_of=iso(self.reading.data_as_of),
            attribution=attribution(self.reading),
            refreshes=refreshes,
            late_notices=late_notices(self.reading),
            late_after=LATE_CADENCES * self.reading.site.settings.cadence_seconds,
            **words,
        )

    def _seed(self) -> str:
        """The answers asked for, first come first served, as far as the limit goes."""
        parts: list[str] = []
        room = MAX_SEED_BYTES
        for url, body in self.seeds.items():
            part = f"{in_script(url)}:{in_script(body)}"
            size = len(part.encode())
            if size <= room:
                parts.append(part)
                room -= size
        return "{" + ",".join(parts) + "}"


def the_build() -> Build:
    """The page build that the running app serves."""
    found: Build = current_app.extensions[BUILD]
    return found


def has_styles() -> bool:
    """Whether pages are styled; artwork without its styles would be black and as wide as the window."""
    return the_build().is_built


def plain_assets() -> PageAssets:
    """What a page loads that asks nothing of the API, such as one about an error."""
    return the_build().page(None)


CATALOGUE = ("/api/parks", {"limit": "500"})
"""What the filters of every list are made of."""


def known(*names: str) -> Parameters:
    """The parameters of the page that the server has a use for.

    Others are left alone: they are the script's, or were added to a shared link on its way.
    """
    allowed = set(names)
    kept = MultiDict(pair for pair in request.args.items(multi=True) if pair[0] in allowed)
    return Parameters(kept, names)


def asked_for(asked: Parameters, names: Iterable[str]) -> dict[str, str]:
    """Those of the named parameters that the address gives."""
    return {name: value for name in names if (value := asked.text(name)) is not None}


def list_parameters(*more: str) -> Parameters:
    """The parameters of a page with periods and filters."""
    return known(*PERIOD_PARAMETERS, *FILTER_PARAMETERS, *more)


def head_of(page: Page | str, title: str | None = None, **more: Any) -> Head:
    """The head of a page with one address."""
    found = BY_NAME[page] if isinstance(page, str) else page
    query = more.pop("query", "")
    crumbs = () if found.path == "/" else (("All parks", "/"),)
    return Head(
        title=title or found.title,
        description=more.pop("description", found.lead),
        path=found.path,
        query=query,
        card=more.pop("card", f"/cards/{found.name}.png"),
        crumbs=crumbs,
        **more,
    )
