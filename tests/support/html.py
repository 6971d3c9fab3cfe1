"""Served HTML as tables of texts and links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

_APART = (
    "address|article|aside|body|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|main|meta|nav|ol|optgroup|option|p|script|"
    "section|select|style|summary|svg|table|tbody|td|template|tfoot|th|thead|title|tr|ul"
)
"""Elements that stand in lines of their own: white space beside their tags is not seen."""

_SPACES = re.compile(r"[ \t\r\n]+")
_SPACE_BESIDE = re.compile(rf" ?(</?(?:{_APART})\b[^>]*>) ?")

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


def as_read(html: str) -> str:
    """``html`` with the white space that a browser sees: runs of it are one space, or none."""
    return _SPACE_BESIDE.sub(r"\1", _SPACES.sub(" ", html)).replace(" >", ">")


@dataclass
class Cell:
    """One cell: what it says, what screen readers alone hear left out, and where it leads."""

    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    span: int = 1

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join("".join(self.words).split())


@dataclass
class Table:
    """One table: its caption, its column headings, its rows of cells."""

    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)

    def cells(self) -> list[dict[str, Cell]]:
        """Every row by its headings; rows with cells over several columns are left out."""
        return [
            dict(zip(self.head, row, strict=True))
            for row in self.rows
            if len(row) == len(self.head) and all(cell.span == 1 for cell in row)
        ]


class _Open(NamedTuple):
    """An element that has not ended yet; ``is_hidden``: nothing in it is seen."""

    tag: str
    is_hidden: bool


class Page(HTMLParser):
    """A page that was read: its tables, its links, its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.links: list[str] = []
        self.words = ""
        self._open: list[_Open] = []
        self._cell: Cell | None = None
        self._is_heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        given = dict(attrs)
        if tag not in _VOID:
            is_hidden = tag == "script" or "visually-hidden" in (given.get("class") or "")
            self._open.append(_Open(tag, is_hidden or (bool(self._open) and self._open[-1].is_hidden)))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
            if self._cell is not None:
                self._cell.links.append(str(given["href"]))
        elif tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and self.tables:
            self.tables[-1].rows.append([])
        elif tag in ("td", "th") and self.tables:
            self._cell = Cell(span=int(given.get("colspan") or 1))
            self.tables[-1].rows[-1].append(self._cell)
            self._is_heading = any(one.tag == "thead" for one in self._open)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        while self._open and self._open.pop().tag != tag:
            pass
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "thead" and self.tables:
            table = self.tables[-1]
            table.head = [cell.text.rstrip(" ▴▾") for cell in table.rows.pop()]
        elif tag == "tfoot" and self.tables and self.tables[-1].rows:
            self.tables[-1].rows.pop()

    def handle_data(self, data: str) -> None:
        """Note words where they stand."""
        if self._open and self._open[-1].is_hidden:
            return
        data = data.replace("\u202f", "")  # between thousands
        self.words += data
        if self._cell is not None:
            self._cell.words.append(data)
        elif any(one.tag == "caption" for one in self._open):
            self.tables[-1].caption += data


def number(text: str) -> float | None:
    """The first number in a text, as pages write numbers; null where there is none or it is a dash alone."""
    plain = text.replace("\u00a0", " ").replace("−", "-").replace("±", "")
    found = re.search(r"[-+]?\d+(?:\.\d+)?", plain)
    return float(found[0]) if found else None


_UNITS = {"h": 3600, "min": 60, "s": 1}


def seconds(text: str) -> float | None:
    """A span as pages write it (``2 h 05 min``, ``40 s``) in seconds; null where there is none."""
    found = re.findall(r"(\d+)\s*(h|min|s)\b", text.replace("\u00a0", " "))
    return float(sum(int(count) * _UNITS[unit] for count, unit in found)) if found else None
