"""The events of an archive file as typed objects, decoded without the fields that nobody reads.

An event of the usual shape costs a few look-ups. Whatever is unusual in one goes through
:meth:`hallofshame.feeds.archive_gathering.GatheredFile.add`, which reads any shape, so that both say the same
of every event.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import orjson
from msgspec import UNSET, Raw, Struct, UnsetType

from hallofshame.domain.errors import BodyError
from hallofshame.domain.words import Status
from hallofshame.feeds import archive
from hallofshame.feeds.archive_gathering import GatheredFile, Seen, usual_instant

_STATUS = {status.name: int(status) for status in Status}


class _UnusualEventError(Exception):
    """An event is not of the usual shape after all."""


class _Data(Struct, gc=False):
    """What an event says of its entity."""

    status: str | None = None
    queue: Raw = Raw()
    showtimes: Raw = Raw()
    entity_type: str | UnsetType | None = msgspec.field(default=UNSET, name="entityType")


class _Event(Struct, gc=False, rename="camel"):
    """An event of the usual shape."""

    entity_id: str
    event_time: str
    data: _Data
    park_id: str | None = None
    name: str | None = None
    internal_id: str | None = None
    entity_type: str | UnsetType | None = UNSET


class _File(Struct, gc=False):
    events: list[_Event]


class _RawFile(Struct, gc=False):
    events: list[Raw]


_FILE, _EVENTS = msgspec.json.Decoder(_File), msgspec.json.Decoder(list[_Event])
_RAW_FILE, _RAW_EVENTS = msgspec.json.Decoder(_RawFile), msgspec.json.Decoder(list[Raw])
_EVENT = msgspec.json.Decoder(_Event)

_NO_TYPED_JSON = (msgspec.DecodeError, RecursionError, UnicodeError)
"""What is wrong with a text that is no JSON, or not of these types; another reader may still take it."""


def gathered(text: bytes, seen: Seen) -> GatheredFile:
    """The columns of a file; whether its times are readable is not looked at yet.

    :raises BodyError: for a text that is not JSON or has no list of events.
    """
    try:
        _check_text(text)
        events = _EVENTS.decode(text) if _is_list(text) else _FILE.decode(text).events
    except _NO_TYPED_JSON:
        return gathered_one_by_one(text, seen)
    file = GatheredFile(seen)
    try:
        for event in events:
            _add(file, event, None)
    except (_UnusualEventError, ValueError):
        return gathered_one_by_one(text, seen)
    return file


def gathered_one_by_one(text: bytes, seen: Seen) -> GatheredFile:
    """The same of a file with some events of another shape, or times that are none: each by itself.

    :raises BodyError: for a text that is not JSON or has no list of events.
    """
    try:
        _check_text(text)
        events = _RAW_EVENTS.decode(text) if _is_list(text) else _RAW_FILE.decode(text).events
    except _NO_TYPED_JSON:
        return _gathered_from_any(text, seen)
    file = GatheredFile(seen)
    for text_of_one in events:
        try:
            event = _EVENT.decode(text_of_one)
            _add(file, event, _usual_time(event))
        except (*_NO_TYPED_JSON, _UnusualEventError, ValueError):
            file.add(_decoded(bytes(text_of_one)))
    return file


def _usual_time(event: _Event) -> int:
    at = usual_instant(event.event_time)
    if at is None:
        raise _UnusualEventError
    return at


def _gathered_from_any(text: bytes, seen: Seen) -> GatheredFile:
    file = GatheredFile(seen)
    for event in archive.events_of(_decoded(text)):
        file.add(event)
    return file


def _check_text(text: bytes) -> None:
    """Raise ``UnicodeDecodeError`` for what is not UTF-8, also in fields that are not decoded."""
    if not text.isascii():
        text.decode()


def _is_list(text: bytes) -> bool:
    return text[:64].lstrip()[:1] == b"["


def _decoded(text: bytes) -> Any:
    """The JSON of a text. What the fast reader refuses (``NaN``, broken surrogates) gets a second chance."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BodyError(f"archive file cannot be read ({error}); fetch it again") from error


def _add(file: GatheredFile, event: _Event, at: int | None) -> None:
    """Take in one event of the usual shape. ``at``: its time in Unix seconds, if that is known already.

    :raises _UnusualEventError: for one that is not, before any of its columns are taken in.
    :raises ValueError: where its queues are no JSON to the other readers.
    """
    data = event.data
    park = file.park(event.park_id)
    entity_type = event.entity_type
    if entity_type is UNSET:
        entity_type = data.entity_type
        if entity_type is UNSET:
            entity_type = None
    shows = orjson.loads(data.showtimes) if data.showtimes else None
    key = event.entity_id, event.name, event.internal_id, entity_type, bool(shows)
    try:
        number = park.known[key]
    except KeyError:
        try:
            number = park.number_of(key, shows)
        except LookupError as error:
            raise _UnusualEventError from error
    if number is None:
        return
    said = data.status
    status = None if said is None else _STATUS.get(said)
    if status is None:
        park.note_status(said, number)
    wait = None
    if data.queue:
        queues = bytes(data.queue)
        plain = park.seen.queues.get(queues) or park.seen.queues_of(queues)
        if plain is None:
            wait = park.waits(orjson.loads(queues), number)
        else:
            wait, places = plain
            if places:
                park.keep_queues(places)
    if at is not None:
        park.instants[len(park.entity)] = at
    park.entity.append(number)
    park.stamps.append(event.event_time if at is None else None)
    park.status.append(status)
    park.wait.append(wait)
