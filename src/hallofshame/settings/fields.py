"""What the groups of settings share: the form of a field, and checks that several need."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hallofshame.domain.hosts import host_name

PREFIX = "HALLOFSHAME_"


def setting(default: Any, meaning: str, accepts: str, **limits: Any) -> Any:
    """A field with its two texts for ``docs/settings.md`` and for errors."""
    return Field(default, description=meaning, json_schema_extra={"accepts": accepts}, **limits)


class Group(BaseSettings):
    """Settings of one subject. All groups together are :class:`~hallofshame.settings.Settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )


def variable(field: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{field.upper()}"


def _split_at_commas(value: object) -> object:
    """The parts of a text between commas; anything else as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def check_address(value: str) -> SplitResult:
    """The parts of an address with http:// or https:// and a host that can be one.

    :raises ValueError: for anything else.
    """
    if re.search(r"[\s\x00-\x1f]", value):
        raise ValueError("there is white space in it")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address")
    try:
        name = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
        host_name(name)
    except (ValueError, UnicodeError):
        raise ValueError(f"{parts.hostname!r} is no host") from None
    if parts.port == 0:
        raise ValueError("port 0 is none")
    return parts


def _base_address(value: str) -> str:
    """An address to which paths are added, as it is.

    :raises ValueError: for anything else.
    """
    parts = check_address(value)
    if parts.query or parts.fragment:
        raise ValueError("paths are added to it, which nothing can be after a ? or #")
    return value


BaseAddress = Annotated[str, AfterValidator(_base_address)]
"""An address with http:// or https:// and a host, to which paths are added."""

Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_at_commas)]
"""Several words, written with commas between them."""
