"""How the reader writes numbers, dates and clocks: one of three ways, by the browser's language.

Few ways, because every page is kept in memory once for each. Answers of the API and pictures have one form
for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from flask import has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header


class Writing(StrEnum):
    """A way of writing, named by the language tag that stands in the page.

    ``PLAIN``: 13:05, 20 Aug 2026, thousands set apart by a thin space, which readers of every language
    understand. ``US``: 1:05 PM, Aug 20, 2026, a comma. ``UK``: 13:05, 20 Aug 2026, a comma.
    """

    PLAIN = "en"
    US = "en-US"
    UK = "en-GB"


_WRITTEN_AS = {
    "en-us": Writing.US,
    "en-ph": Writing.US,
    "en-gb": Writing.UK,
    "en-ie": Writing.UK,
    "en-au": Writing.UK,
    "en-nz": Writing.UK,
}
_ONE_FORM = ("/api/", "/cards/", "/static/", "/icons/", "/admin")
"""Paths whose answers are the same for everybody."""


def writing_of(environ: Mapping[str, Any]) -> Writing:
    """The way of writing of a request."""
    if str(environ.get("PATH_INFO", "")).startswith(_ONE_FORM):
        return Writing.PLAIN
    return writing_for(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))


@lru_cache(maxsize=512)
def writing_for(header: str) -> Writing:
    """The way of writing of whoever sends this ``Accept-Language``: that of the language liked best."""
    liked = parse_accept_header(header, LanguageAccept)
    return _WRITTEN_AS.get(str(liked.best).lower(), Writing.PLAIN)


def writing() -> Writing:
    """The way of writing of the running request; outside of any the plain one."""
    return writing_of(request.environ) if has_request_context() else Writing.PLAIN


def varies(path: str) -> bool:
    """Whether the answers of a path depend on the language that is asked for."""
    return not path.startswith(_ONE_FORM)
