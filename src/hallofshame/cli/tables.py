"""What a command lists: a table with headings for people, JSON for programs."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import click

from hallofshame.cli.progress import be_quiet

json_option = click.option(
    "--json", "as_json", is_flag=True, callback=be_quiet, help="Print JSON for programs, and no table."
)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows below their headings in columns; nothing where there are no rows.

    Control characters, which a feed's name may hold, are shown as ``·``, so that no row tears the table.
    """
    if not rows:
        return
    texts = [[_printable(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(headings, *texts, strict=True)]
    rule = ["-" * width for width in widths]
    for line in (headings, rule, *texts):
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def print_json(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """A value as indented JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _printable(cell: object) -> str:
    text = "-" if cell is None else str(cell)
    return "".join(char if char.isprintable() else "·" for char in text)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)
