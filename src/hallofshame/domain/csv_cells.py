"""How a text stands in a cell of a CSV file: never as a formula, quoted where a spreadsheet might split it.

Names come from others. A spreadsheet computes a cell that begins with ``=``, ``+``, ``-`` or ``@`` and may
run what it says. The remedy is that of OWASP ("CSV Injection"): an apostrophe before such a text, which a
spreadsheet shows as text. Numbers are no texts and stay numbers, negative ones too.

:func:`plain_text` takes the apostrophe away again: it is exact for every text.
"""

from __future__ import annotations

import re

APOSTROPHE = "'"

FORMULA = (
    r"^[\x00-\x20\x22'`\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2018-\u201f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*"
    r"[=+\-@\t\r\n\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]"
)
"""A text that a spreadsheet may take for a formula: one of the signs, also full-width, at its start or after
white space, invisible characters and quotes. For Python and for Polars alike."""

NUMBER = r"^[+\-][0-9]+(?:[.:][0-9]+)*$"
"""A number or an offset of a time zone (``+02:00``): nothing is to be computed there."""

QUOTED = r"[\x00-\x1f\",;|\x7f\u2028\u2029]"
"""A text that stands in double quotes: it holds what some spreadsheet splits cells or lines at."""

BYTE_ORDER_MARK = "\ufeff"
"""Begins a file for Excel, which would else take UTF-8 for something else."""

_FORMULA = re.compile(FORMULA)
_NUMBER = re.compile(rf"{NUMBER[:-1]}\Z")
_QUOTED = re.compile(QUOTED)


def cell(value: object) -> str:
    """The cell of a value: empty for ``None``, numbers as they are, texts safe and quoted where need be."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return text_cell(value) if isinstance(value, str) else str(value)


def text_cell(text: str) -> str:
    """The cell of a text; an empty text is ``""``, so that it differs from nothing."""
    safe = safe_text(text)
    if safe and not _QUOTED.search(safe):
        return safe
    doubled = safe.replace('"', '""')
    return f'"{doubled}"'


def safe_text(text: str) -> str:
    """The text, with an apostrophe before it where it could be taken for a formula."""
    return APOSTROPHE + text if _FORMULA.match(text) and not _NUMBER.match(text) else text


def plain_text(text: str) -> str:
    """The text as it was before :func:`safe_text`."""
    return text[1:] if text.startswith(APOSTROPHE) and _FORMULA.match(text) else text
