"""The design tokens as Python needs them: colours for badges, cards and icons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOKENS_FILE = Path(__file__).parent / "static" / "tokens.css"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARATION = re.compile(r"--([\w-]+)\s*:\s*([^;{}]+?)\s*(?:;|$)")
_REFERENCE = re.compile(r"var\(\s*--([\w-]+)\s*\)")
_HEX = re.compile(r"#[0-9a-f]{6}")
_SHORT_HEX = re.compile(r"#[0-9a-f]{3}")


class TokenError(LookupError):
    """A token that the file does not have, or that is no plain colour."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of the light theme, and those that the dark theme changes."""

    light: Mapping[str, str]
    dark: Mapping[str, str]

    def colour(self, name: str, *, dark: bool = False) -> str:
        """A colour as ``#rrggbb``; raises :class:`TokenError` where there is none."""
        values = {**self.light, **self.dark} if dark else self.light
        seen = {name}
        value = values.get(name)
        while value is not None and (reference := _REFERENCE.fullmatch(value)):
            if reference[1] in seen:
                raise TokenError(f"the token --{name} refers to itself")
            seen.add(reference[1])
            value = values.get(reference[1])
        if value is None:
            raise TokenError(f"there is no token --{name} in {TOKENS_FILE.name}")
        value = value.lower()
        if _SHORT_HEX.fullmatch(value):
            value = "#" + "".join(digit * 2 for digit in value[1:])
        if not _HEX.fullmatch(value):
            raise TokenError(f"the token --{name} is {value}, which is no #rrggbb colour")
        return value


def parse(sheet: str) -> Tokens:
    """Read a style sheet: what stands under a rule that names ``dark`` is the dark theme's."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    selectors: list[str] = []
    at = 0
    text = _COMMENT.sub("", sheet)
    for mark in re.finditer(r"[{}]", text):
        part = text[at : mark.start()]
        at = mark.end()
        head, _, tail = part.rpartition(";")
        own = part if mark[0] == "}" else head
        target = dark if any(_is_dark(selector) for selector in selectors) else light
        target.update(_DECLARATION.findall(own))
        if mark[0] == "{":
            selectors.append(tail)
        elif selectors:
            selectors.pop()
    return Tokens(light, dark)


def _is_dark(selector: str) -> bool:
    """Whether a rule is the dark theme's; ``:not(…)`` of a theme says nothing about it."""
    return "dark" in re.sub(r":not\([^)]*\)", "", selector)


@cache
def tokens() -> Tokens:
    """The tokens of the pages."""
    return parse(TOKENS_FILE.read_text(encoding="utf-8"))
