"""Settings of the alerts: who is told of problems."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from hallofshame.settings.fields import Group, setting

_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*://\S+", re.IGNORECASE)


def _split_at_blanks(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _check(value: tuple[str, ...]) -> tuple[str, ...]:
    for url in value:
        if not _SCHEME.fullmatch(url):
            raise ValueError("not an address")
    return value


class AlertSettings(Group):
    """Where messages about problems go."""

    alert_urls: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_split_at_blanks), AfterValidator(_check)
    ] = setting(
        (),
        "Where alerts go, as addresses of Apprise: mail, Slack, a webhook and many more "
        "(`docs/operations.md`). Unset: nobody is told. `hallofshame alerts test` tries them.",
        "addresses such as `mailtos://user:password@host?to=me@example.org` or `json://host/path`, with "
        "blanks between them",
        repr=False,
    )
