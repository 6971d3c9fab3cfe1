"""Atom 1.0 feeds (RFC 4287) with tag URIs (RFC 4151) as ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from hallofshame.domain.localtime import UTC, isoformat
from hallofshame.web.xml_text import xml_text

ATOM_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """One entry; ``updated`` (Unix seconds) is when what it tells of happened, ``page`` where it leads."""

    id: str
    title: str
    updated: int
    summary: str
    page: str
    category: str


@dataclass(frozen=True, slots=True)
class AtomFeed:
    """A feed. ``address`` is its own, ``sources`` are (words, address) of those whose data it shows.

    ``updated`` (Unix seconds) is when it was last brought up to date (RFC 4287, 4.2.15). It must not step
    back where the latest entry was revised or has dropped out, so it cannot be taken from the entries.
    """

    id: str
    title: str
    subtitle: str
    author: str
    address: str
    page: str
    updated: int
    sources: Sequence[tuple[str, str]]
    entries: Sequence[AtomEntry]


IDS_SINCE = dt.date(2026, 1, 1)
"""The date in ids that belong to no day of their own; it stays, so that they do."""


def tag_uri(root: str, day: dt.date, path: str) -> str:
    """A tag URI: the host on that day, and a path that is unique there. It never changes.

    ``root`` is the address of the site; where it is empty the host is ``localhost``.
    """
    host = (urlsplit(root).hostname or "localhost").replace(":", "-")
    return f"tag:{host},{day.isoformat()}:{path}"


def day_of(instant: int) -> dt.date:
    """The date in UTC of Unix seconds."""
    return dt.datetime.fromtimestamp(instant, UTC).date()


def write(feed: AtomFeed) -> bytes:
    """The feed as a UTF-8 document."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_name("feed"))
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", isoformat(feed.updated))
    _text(ET.SubElement(root, _name("author")), "name", feed.author)
    _link(root, "self", feed.address, ATOM_TYPE.partition(";")[0])
    _link(root, "alternate", feed.page, "text/html")
    for words, address in feed.sources:
        _link(root, "via", address, "text/html", words)
    _text(root, "rights", " ".join(f"{words} ({address})." for words, address in feed.sources))
    for entry in feed.entries:
        item = ET.SubElement(root, _name("entry"))
        _text(item, "id", entry.id)
        _text(item, "title", entry.title)
        _text(item, "updated", isoformat(entry.updated))
        _text(item, "published", isoformat(entry.updated))
        _link(item, "alternate", entry.page, "text/html")
        ET.SubElement(item, _name("category"), {"term": entry.category})
        _text(item, "summary", entry.summary)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, _name(tag)).text = xml_text(text)


def _link(parent: ET.Element, rel: str, address: str, mimetype: str, title: str | None = None) -> None:
    values = {"rel": rel, "href": xml_text(address), "type": mimetype}
    ET.SubElement(parent, _name("link"), values if title is None else values | {"title": xml_text(title)})
