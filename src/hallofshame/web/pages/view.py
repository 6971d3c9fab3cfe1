"""One page in the making: what it asks of the API, what its head says, and how it becomes HTML.

A page shows the bodies of the API's answers, so that no number can differ between the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request
from werkzeug.datastructures import MultiDict

from hallofshame.pipeline.jobhealth import LATE_CADENCES
from hallofshame.web import endpoints
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row, attribution, iso
from hallofshame.web.answers.lateness import late_notices
from hallofshame.web.page_registry import BY_NAME, Page
from hallofshame.web.pages.assets import Build, PageAssets
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.shared import FILTER_PARAMETERS, PERIOD_PARAMETERS
from hallofshame.web.public_address import site_root

BUILD = "hallofshame_build"


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

    context: AnswerContext

    def read(self, path: str, parameters: Mapping[str, Any] | None = None) -> Row:
        """The body that the API answers."""
        given = {name: str(value) for name, value in (parameters or {}).items() if value not in (None, "")}
        return endpoints.body(self.context, path, given)

    def page(self, template: str, head: Head, *, refreshes: bool = False, **words: Any) -> str:
        """The page as HTML; one that ``refreshes`` asks for itself each minute and takes in what changed."""
        return render_template(
            template,
            head=head,
            assets=page_assets(),
            data_as_of=iso(self.context.data_as_of),
            attribution=attribution(self.context),
            refreshes=refreshes,
            late_notices=late_notices(self.context),
            late_after=LATE_CADENCES * self.context.site.settings.cadence_seconds,
            **words,
        )


def the_build() -> Build:
    """The page build that the running app serves."""
    found: Build = current_app.extensions[BUILD]
    return found


def has_styles() -> bool:
    """Whether pages are styled; artwork without its styles would be black and as wide as the window."""
    return the_build().is_built


def page_assets() -> PageAssets:
    """What every page loads."""
    return the_build().assets


CATALOGUE = ("/api/parks", {"limit": "500"})
"""What the filters of every list are made of."""


class PageQuery(Parameters):
    """The parameters of the page that the server has a use for; what the page does not take is absent.

    Others are left alone: they are the script's, or were added to a shared link on its way.
    """

    def __init__(self, values: MultiDict[str, str], names: Iterable[str]) -> None:
        allowed = frozenset(names)
        super().__init__(MultiDict(pair for pair in values.items(multi=True) if pair[0] in allowed), allowed)

    def text(self, name: str) -> str | None:
        """The value; null where it is absent, empty, or nothing that this page takes."""
        return super().text(name) if name in self.allowed else None


def known(*names: str) -> Parameters:
    """Those of the parameters of the running request that have these names."""
    return PageQuery(request.args, names)


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
