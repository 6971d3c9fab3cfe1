"""Imports as jobs: what may be asked for, and the states that one goes through.

::

    queued ──► running ──► done
      ▲ │  ◄── (its process ends, or a budget is spent)
      │ ▼       │ at the next checkpoint
    paused ◄────┤
    cancelled ◄─┤
    failed ◄────┘          paused and failed ones may be resumed: queued again
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import zone
from hallofshame.domain.names import quoted


class ImportKind(StrEnum):
    """Which door to the past an import goes through."""

    ARCHIVE = "archive"
    HISTORY = "history"
    READINGS = "readings"
    BACKFILL = "backfill"


UNITS = {
    ImportKind.ARCHIVE: "file",
    ImportKind.HISTORY: "park-day",
    ImportKind.READINGS: "recording",
    ImportKind.BACKFILL: "park-day",
}
"""What the progress of each kind counts."""


class ImportState(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"


ACTIVE = (ImportState.QUEUED, ImportState.RUNNING, ImportState.PAUSED)
"""States of an import that has not ended."""


class ImportAction(StrEnum):
    """What a person may ask of an import."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


ALLOWED_IN = {
    ImportAction.PAUSE: (ImportState.QUEUED, ImportState.RUNNING),
    ImportAction.RESUME: (ImportState.RUNNING, ImportState.PAUSED, ImportState.FAILED),
    ImportAction.CANCEL: (ImportState.QUEUED, ImportState.RUNNING, ImportState.PAUSED, ImportState.FAILED),
}
"""In which states each action can be asked for; a running import is resumed by taking back a pause."""

BACKFILL_DAYS = (1, 30)
BACKFILL_DAYS_DEFAULT = 7
CADENCE_SECONDS = (1, 24 * 3600)

_MOST_LISTED = 500
_LONGEST_TEXT = 1_000
_DESTINATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FIELDS: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.ARCHIVE: ("source", "destinations", "parks", "start", "end", "region", "replace"),
    ImportKind.HISTORY: ("parks", "start", "end", "again", "replace"),
    ImportKind.READINGS: ("source", "cadence_seconds", "timezone", "replace"),
    ImportKind.BACKFILL: ("days",),
}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A checked request. ``parks`` are ids; none means all. Fields that the kind does not take are null.

    ``replace``: park-days with what is imported are computed from it, whatever covers them better (R15).
    """

    kind: ImportKind
    source: str | None = None
    destinations: tuple[str, ...] = ()
    parks: tuple[int, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    region: str | None = None
    again: bool = False
    replace: bool = False
    cadence_seconds: int | None = None
    timezone: str | None = None
    days: int | None = None

    def arguments(self) -> dict[str, Any]:
        """What was asked for, in the one order and form that equal requests share."""
        values: dict[str, Any] = {name: getattr(self, name) for name in sorted(_FIELDS[self.kind])}
        return {
            name: value.isoformat()
            if isinstance(value, dt.date)
            else list(value)
            if isinstance(value, tuple)
            else value
            for name, value in values.items()
            if value not in (None, (), False)
        }

    def fingerprint(self) -> str:
        """The same for equal requests, and for no others."""
        text = json.dumps([self.kind.value, self.arguments()], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def stored(cls, kind: str, arguments: Mapping[str, Any]) -> ImportRequest:
        """A request from its stored arguments."""
        return read_request({"kind": kind, **arguments}, park_id=int, source=str)


def read_request(
    body: Mapping[str, Any], *, park_id: Callable[[Any], int], source: Callable[[str], str]
) -> ImportRequest:
    """Check a request as it came in.

    ``park_id`` finds a park by what the request calls it, ``source`` makes a place of what it names; both
    raise for what they do not take.

    :raises InputError: for an unknown field, or a value that is not usable; names it.
    """
    kinds = {kind.value: kind for kind in ImportKind}
    name = body.get("kind")
    if not isinstance(name, str) or name not in kinds:
        raise InputError(f"kind {_shown(name)} is none; it is one of {', '.join(kinds)}", parameter="kind")
    kind = kinds[name]
    for field in body:
        if field != "kind" and field not in _FIELDS[kind]:
            takes = ", ".join(_FIELDS[kind])
            raise InputError(
                f"an import of kind {name} takes no {_shown(field)}; it takes {takes}",
                parameter=str(field)[:80],
            )
    given = {field: value for field, value in body.items() if value is not None}
    place = _text(given, "source")
    if "source" in _FIELDS[kind] and place is None:
        raise InputError("source is missing; name the folder to import from", parameter="source")
    start, end = _date(given, "start"), _date(given, "end")
    if start is not None and end is not None and start > end:
        raise InputError(f"start {start} lies after end {end}; swap them", parameter="start")
    days = _integer(given, "days", *BACKFILL_DAYS)
    timezone = _text(given, "timezone")
    if timezone is not None:
        zone(timezone)
    return ImportRequest(
        kind,
        source=None if place is None else source(place),
        destinations=tuple(
            sorted({_matching(_DESTINATION, "destinations", each) for each in _list(given, "destinations")})
        ),
        parks=tuple(sorted({park_id(each) for each in _list(given, "parks")})),
        start=start,
        end=end,
        region=None if "region" not in given else _matching(_REGION, "region", given["region"]),
        again=_flag(given, "again"),
        replace=_flag(given, "replace"),
        cadence_seconds=_integer(given, "cadence_seconds", *CADENCE_SECONDS),
        timezone=timezone,
        days=BACKFILL_DAYS_DEFAULT if kind is ImportKind.BACKFILL and days is None else days,
    )


def days_of(spans: Iterable[Iterable[str]]) -> tuple[int, int]:
    """Of a park's stretches of days: how many hold events, and how many between first and last hold none."""
    bounds = [(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) for first, last in spans]
    held = sum((last - first).days + 1 for first, last in bounds)
    return held, (bounds[-1][1] - bounds[0][0]).days + 1 - held if bounds else 0


def _shown(value: object) -> str:
    return quoted(str(value)[:80])


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT or "\0" in value:
        raise InputError(f"{name} {_shown(value)} is not usable; it takes a text", parameter=name)
    return value.strip()


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    value = given.get(name, [])
    if not isinstance(value, list | tuple) or len(value) > _MOST_LISTED:
        raise InputError(
            f"{name} {_shown(value)} is not usable; it takes a list of at most {_MOST_LISTED}", parameter=name
        )
    return list(value)


def _matching(form: re.Pattern[str], name: str, value: object) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise InputError(
            f"{name}: {_shown(value)} is not usable; it takes letters, digits and -", parameter=name
        )
    return value


def _date(given: Mapping[str, Any], name: str) -> dt.date | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        with suppress(ValueError):  # such as 2026-02-30; refused below, like all else that is no date
            return dt.date.fromisoformat(value)
    raise InputError(f"{name} {_shown(value)} is no date; write it like 2026-08-20", parameter=name)


def _integer(given: Mapping[str, Any], name: str, lowest: int, highest: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise InputError(
            f"{name} {_shown(value)} is not usable; it takes a whole number from {lowest} to {highest}",
            parameter=name,
        )
    return value


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise InputError(f"{name} {_shown(value)} is not usable; it takes true or false", parameter=name)
    return value
