"""Event files of the ThemeParks.wiki archive: unpacking and reading. Fetching them is the importer's work.

One file holds one destination's changes of one day, so usually several parks. Known from one printed
example event only; everything beyond it is read tolerantly.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from hallofshame.domain.errors import BodyError
from hallofshame.domain.readings import HistoryPage, StatusChange
from hallofshame.domain.words import RideKind
from hallofshame.feeds.parsing import Findings, as_list, as_object, id_of, shown, text_of, word_of
from hallofshame.feeds.themeparks_wiki_parse import NOT_RIDES, read_kind, read_queues, read_status

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Unpacked size up to which a file is read: a resort's day has a tenth of it, and memory stays bounded."""

_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_TYPE_IN_ID = re.compile(r";entityType=(\w+)")


def decode(content: bytes) -> Any:
    """The JSON in an archive file: a zlib stream (despite the name ``.gz``), a gzip stream or plain text.

    Raises :class:`BodyError` for anything cut off, oversized or not JSON.
    """
    try:
        return json.loads(unpacked(content))
    except (ValueError, RecursionError) as error:
        raise BodyError(f"archive file cannot be read ({error}); fetch it again") from error


def unpacked(content: bytes) -> bytes:
    """The text of a file; raises :class:`BodyError` for one that is cut off, oversized or no such stream."""
    if content[:1] in (b"{", b"["):
        return content
    unpacker = zlib.decompressobj(_ZLIB_OR_GZIP)
    try:
        text = unpacker.decompress(content, MAX_FILE_BYTES)
    except zlib.error as error:
        raise BodyError(f"archive file cannot be read ({error}); fetch it again") from error
    if unpacker.unconsumed_tail:
        raise BodyError(f"archive file holds more than {MAX_FILE_BYTES} bytes; it is refused")
    if not unpacker.eof:
        raise BodyError("archive file is cut off; fetch it again")
    return text


def split_by_park(body: object) -> dict[str, list[Any]]:
    """The events of a file by ``parkId``, each list readable by :func:`parse_events`; ``""`` without one."""
    parks: dict[str, list[Any]] = {}
    for event in events_of(body):
        parks.setdefault(id_of(as_object(event).get("parkId")) or "", []).append(event)
    return parks


def parse_events(body: object) -> HistoryPage:
    """All changes of a file in order of time; ``body`` is ``{"events": [...]}`` or the bare list.

    Events name no entity type. The kind is a guess from the operator's id and from show times (texts or
    objects); where the catalogue knows the entity, the catalogue's kind is to be preferred.
    Raises :class:`BodyError` if there is no list of events.
    """
    findings = Findings()
    changes = [_change(as_object(event), findings) for event in events_of(body)]
    known = (change for change in changes if change is not None)
    return HistoryPage(tuple(sorted(known, key=lambda change: change.at)), findings.as_tuple())


def events_of(body: object) -> list[Any]:
    """The list of events of a file; raises :class:`BodyError` if there is none."""
    events = body.get("events") if isinstance(body, dict) else body
    if not isinstance(events, list):
        raise BodyError(f"archive file holds no list of events: {shown(body)}")
    return events


def _change(event: dict[str, Any], findings: Findings) -> StatusChange | None:
    data = as_object(event.get("data"))
    entity_type = event.get("entityType", data.get("entityType"))
    external_id = id_of(event.get("entityId"))
    if word_of(entity_type, NOT_RIDES):
        return None
    at = findings.instant(event.get("eventTime"), external_id or "event", "eventTime")
    if external_id is None or at is None:
        findings.add(
            "entry_unreadable", external_id or "event", f"Event lacks id or time: {shown(event)}; left out."
        )
        return None
    wait, queues = read_queues(data.get("queue"), external_id, findings)
    return StatusChange(
        external_id=external_id,
        name=text_of(event.get("name")) or external_id,
        kind=kind_of(entity_type, event, data, findings),
        at=at,
        status=read_status(data.get("status"), external_id, findings),
        wait_minutes=wait,
        queues=queues,
    )


def kind_of(entity_type: object, event: dict[str, Any], data: dict[str, Any], findings: Findings) -> RideKind:
    """The kind of an event's entity: as it says, else guessed."""
    if entity_type is not None:
        return read_kind(entity_type, str(event.get("entityId")), findings)
    named = _TYPE_IN_ID.search(str(event.get("internalId")))
    guess = {
        "attraction": RideKind.ATTRACTION,
        "entertainment": RideKind.SHOW,
        "restaurant": RideKind.RESTAURANT,
    }
    if named and named[1].lower() in guess:
        return guess[named[1].lower()]
    return RideKind.SHOW if as_list(data.get("showtimes")) else RideKind.ATTRACTION
