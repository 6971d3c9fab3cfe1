"""What can go wrong upstream, switched on per park: transport faults and bodies that lie."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from hallofshame.domain.errors import InputError
from hallofshame.replay.playback import ParkKey


class Fault(StrEnum):
    """Ways in which an upstream fails."""

    RATE_LIMITED = "rate_limited"
    """429 with ``Retry-After``, as seconds or (``retry_after_form`` = ``date``) as an HTTP date."""
    SERVER_ERROR = "server_error"
    """500 with a short text."""
    TIMEOUT = "timeout"
    """The answer comes ``delay_seconds`` late."""
    DRIP = "drip"
    """The body comes byte by byte, ``delay_seconds`` apart."""
    HTML_BODY = "html_body"
    """200 with a web page in the place of JSON."""
    TRUNCATED_JSON = "truncated_json"
    """Half the body; ``content_length`` says whether the header promises the half or (``too_long``) all."""
    EMPTY_LISTS = "empty_lists"
    """Valid JSON that lists no ride."""
    FROZEN = "frozen"
    """The body of the moment at which the fault was switched on, for ever."""
    VANISHED_RIDES = "vanished_rides"
    """Every second ride is missing."""
    ABSURD_VALUES = "absurd_values"
    """Waits of 9999 and -5, a status nobody knows, ids of another JSON type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOrder:
    """One fault for one park; ``count`` limits it to that many answers, ``None`` keeps it until cleared."""

    fault: Fault
    count: int | None = None
    retry_after_seconds: int = 2
    retry_after_form: str = "seconds"
    delay_seconds: float = 60.0
    content_length: str = "correct"

    @classmethod
    def parse(cls, body: Any) -> FaultOrder:
        """From the JSON of a ``PUT``; raises :class:`InputError` naming the value and the choices."""
        if not isinstance(body, Mapping):
            raise InputError('send a JSON object such as {"fault": "server_error", "count": 3}')
        unknown = sorted(set(body) - set(cls.__dataclass_fields__))
        if unknown:
            choices = ", ".join(cls.__dataclass_fields__)
            raise InputError(f"unknown field {unknown[0]!r}; choose from {choices}", parameter=unknown[0])
        given = dict(body)
        given["fault"] = _choice("fault", body.get("fault"), Fault)
        _choice("retry_after_form", body.get("retry_after_form", "seconds"), ("seconds", "date"))
        _choice("content_length", body.get("content_length", "correct"), ("correct", "too_long"))
        _number("count", body.get("count"), least=1, whole=True)
        _number("retry_after_seconds", body.get("retry_after_seconds"), least=0, whole=True)
        _number("delay_seconds", body.get("delay_seconds"), least=0, whole=False)
        given["fault"] = Fault(given["fault"])
        kept = {name: value for name, value in given.items() if value is not None}
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        """The order as :meth:`parse` reads it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """An order in force since ``since``."""

    order: FaultOrder
    since: dt.datetime


class FaultBoard:
    """The faults in force; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: dict[ParkKey, ActiveFault] = {}

    def put(self, key: ParkKey, order: FaultOrder, now: dt.datetime) -> None:
        """Switch ``order`` on for the park ``key``, in the place of an earlier one."""
        with self._lock:
            self._active[key] = ActiveFault(order, now)

    def clear(self, key: ParkKey) -> bool:
        """Switch off; tells whether there was anything."""
        with self._lock:
            return self._active.pop(key, None) is not None

    def listed(self) -> list[dict[str, Any]]:
        """All faults in force, as JSON; ``count`` is what is left of it."""
        with self._lock:
            active = sorted(self._active.items())
        return [
            {"feed": feed.slug, "park_external_id": park, **fault.order.as_json()}
            for (feed, park), fault in active
        ]

    def take(self, key: ParkKey) -> ActiveFault | None:
        """The fault that the next answer of park ``key`` has to show; counts it down."""
        with self._lock:
            active = self._active.get(key)
            if active is not None and active.order.count is not None:
                left = active.order.count - 1
                if left:
                    self._active[key] = replace(active, order=replace(active.order, count=left))
                else:
                    del self._active[key]
            return active


def spoil_rides(rides: list[dict[str, Any]], fault: Fault) -> list[dict[str, Any]]:
    """The rides of a body as a lying body has them (both wire formats); unchanged for other faults."""
    if fault is Fault.EMPTY_LISTS:
        return []
    if fault is Fault.VANISHED_RIDES:
        return rides[::2]
    if fault is Fault.ABSURD_VALUES:
        return [_absurd(ride, place) for place, ride in enumerate(rides)]
    return rides


def _absurd(ride: dict[str, Any], place: int) -> dict[str, Any]:
    spoilt = dict(ride)
    wait = 9999 if place % 2 == 0 else -5
    if "is_open" in ride:
        spoilt["wait_time"] = wait
    else:
        spoilt["queue"] = {**ride.get("queue", {}), "STANDBY": {"waitTime": wait}}
    if place % 3 == 1:
        spoilt["is_open" if "is_open" in ride else "status"] = "ON_FIRE"
    if place % 3 == 2:
        identity = ride["id"]
        spoilt["id"] = str(identity) if isinstance(identity, int) else place
    return spoilt


def _choice(name: str, value: Any, choices: Iterable[str]) -> str:
    known = [str(choice) for choice in choices]
    if value not in known:
        raise InputError(f"unknown {name} {value!r}; choose one of {', '.join(known)}", parameter=name)
    return str(value)


def _number(name: str, value: Any, *, least: int, whole: bool) -> None:
    if value is None:
        return
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not fits or value < least:
        raise InputError(f"{name} {value!r} is not a number of at least {least}", parameter=name)
