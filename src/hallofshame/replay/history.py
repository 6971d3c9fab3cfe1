"""ThemeParks.wiki's history API played from tapes and recorded answers: windows, budgets, keys and pages.

Budgets count any 3600 s (and any 60 s), the strictest form that the published words allow. As upstream, only
answers to a key carry the meters.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import polars as pl

from hallofshame.domain.localtime import ONE_DAY, UTC, day_bounds, from_unix, to_unix
from hallofshame.feeds.base import Now
from hallofshame.replay import wire
from hallofshame.replay.tape import Tape

HOUR_SECONDS, MINUTE_SECONDS = 3600, 60
_MAX_DAILY_DAYS = 366
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the history API, as JSON."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """What a caller gets: days back, history requests an hour, all requests a minute; ``None``: no limit."""

    days: int | None = 7
    per_hour: int | None = 60
    per_minute: int | None = None


@dataclass(frozen=True)
class HistoryPlans:
    """The plan without a key, the plans by key, and the rides told on one page.

    ``retry_after_header``: whether a 429 says its pause in a header, too. ``recorded``: bodies by path and
    query below ``/v1/entity/``, which go before what the tapes tell.
    """

    without_key: HistoryPlan = HistoryPlan()
    by_key: Mapping[str, HistoryPlan] = field(default_factory=dict)
    page_entities: int = 200
    retry_after_header: bool = True
    recorded: Mapping[str, Any] = field(default_factory=dict)


class HistoryDesk:
    """Answers the history endpoints; ``outcomes`` counts what it said by HTTP status."""

    def __init__(self, plans: HistoryPlans, clock: Now) -> None:
        self.plans = plans
        self._clock = clock
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self.outcomes: Counter[int] = Counter()

    def answer(
        self, tape: Tape | None, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]
    ) -> Reply:
        """The reply to ``path`` (``<id>/history``, ``…/daily``, ``…/coverage``); headers in lower case."""
        reply = self._answer(tape, path, query, headers)
        with self._lock:
            self.outcomes[int(reply.status)] += 1
        return reply

    def _answer(
        self, tape: Tape | None, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]
    ) -> Reply:
        key = headers.get("x-api-key")
        plan = self.plans.without_key if key is None else self.plans.by_key.get(key)
        if plan is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "This API key is not known.")
        meters, wait = self._meter(key or "", plan)
        if wait > 0:
            return self._limited(plan, wait)
        reply = self._body(tape, path, query, key, plan)
        return replace(reply, headers=(*reply.headers, *meters)) if key is not None else reply

    def _meter(self, owner: str, plan: HistoryPlan) -> tuple[list[tuple[str, str]], int]:
        """Book a request; the headers that tell of it, or the seconds to wait for the next one."""
        now = self._clock.now().timestamp()
        with self._lock:
            asked = self._asked.setdefault(owner, deque())
            while asked and asked[0] <= now - HOUR_SECONDS:
                asked.popleft()
            waits, shown = [0.0], []
            for name, limit, window in (
                ("RateLimit-History", plan.per_hour, HOUR_SECONDS),
                ("RateLimit", plan.per_minute, MINUTE_SECONDS),
            ):
                if limit is None:
                    continue
                inside = [at for at in asked if at > now - window]
                if len(inside) >= limit:
                    waits.append(inside[-limit] + window - now)
                reset = (inside[0] if inside else now) + window - now
                shown += [
                    (f"{name}-Limit", f"{limit}"),
                    (f"{name}-Remaining", f"{max(0, limit - len(inside) - 1)}"),
                    (f"{name}-Reset", f"{_up(reset)}"),
                    (f"{name}-Policy", f"{limit};w={window}"),
                ]
            if max(waits) <= 0:
                asked.append(now)
        return shown, _up(max(waits))

    def _limited(self, plan: HistoryPlan, wait: int) -> Reply:
        message = f"This caller gets {plan.per_hour} history requests an hour."
        reply = _refusal(HTTPStatus.TOO_MANY_REQUESTS, "HISTORY_RATE_LIMITED", message, retryAfter=wait)
        headers = (("Retry-After", f"{wait}"),) if self.plans.retry_after_header else ()
        return replace(reply, headers=headers)

    def _body(
        self,
        tape: Tape | None,
        path: str,
        query: Mapping[str, list[str]],
        key: str | None,
        plan: HistoryPlan,
    ) -> Reply:
        asked = "&".join(f"{name}={values[0]}" for name, values in sorted(query.items()))
        recorded = self.plans.recorded.get(f"{path}?{asked}" if asked else path)
        if tape is None and recorded is None:
            return _refusal(HTTPStatus.NOT_FOUND, "NOT_FOUND", f"nothing recorded for {path}")
        zone = "UTC" if tape is None else tape.info.timezone
        now = self._clock.now()
        try:
            first, last = _days_asked(query, now, zone)
        except ValueError as error:
            return _refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", f"{error} is not a date like 2026-08-20")
        floor = None if plan.days is None else now.astimezone(UTC).date() - plan.days * ONE_DAY
        if floor is not None and first < floor and not path.endswith("/coverage"):
            who = "without an API key" if key is None else "with this key"
            return _refusal(
                HTTPStatus.FORBIDDEN,
                "HISTORY_WINDOW_EXCEEDED",
                f"Requests {who} can see history back to {floor} ({plan.days} days).",
                earliestAllowedDate=floor.isoformat(),
            )
        if recorded is not None or tape is None:
            return _json(recorded)
        if path.endswith("/coverage"):
            return _json(_coverage(tape, now))
        if path.endswith("/daily"):
            if (last - first).days >= _MAX_DAILY_DAYS:
                return _refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "at most 366 days in one request")
            return self._page(daily_body(tape, first, last, now), path, query)
        start, end = from_unix(day_bounds(first, zone)[0]), from_unix(day_bounds(last, zone)[1])
        return self._page(wire.history_body(tape, start, end, now), path, query)

    def _page(self, body: wire.Json, path: str, query: Mapping[str, list[str]]) -> Reply:
        """The rides of one page, and the address of the next one under an opaque cursor."""
        try:
            cursor = query.get("cursor", [""])[0]
            begin = int(base64.urlsafe_b64decode(cursor.encode())) if cursor else 0
        except ValueError:
            return _refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "this cursor is none of ours")
        end = begin + self.plans.page_entities
        following = None
        if end < len(body["entities"]):
            rest = "".join(f"{name}={values[0]}&" for name, values in query.items() if name != "cursor")
            token = base64.urlsafe_b64encode(str(end).encode()).decode()
            following = f"/v1/entity/{path}?{rest}cursor={token}"
        return _json(body | {"entities": body["entities"][begin:end], "next": following})


def daily_body(tape: Tape, first: dt.date, last: dt.date, now: dt.datetime) -> wire.Json:
    """``/v1/entity/{park}/history/daily`` of the days that are over: minutes within published hours."""
    entities: dict[str, wire.Json] = {}
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        if from_unix(day_bounds(day, tape.info.timezone)[1]) > now:
            break
        hours = _published(tape, day)
        for row in _ride_days(tape, day, hours):
            entity = entities.setdefault(
                row.pop("entity_id"),
                {
                    "id": row["id"],
                    "name": row["name"],
                    "entityType": row["entityType"],
                    "days": [],
                },
            )
            entity["days"].append({"date": day.isoformat(), **row["day"]})
    listed = sorted(entities.values(), key=lambda entity: str(entity["id"]))
    return wire.park_envelope(tape) | {"entities": listed, "next": None}


def _published(tape: Tape, day: dt.date) -> list[tuple[int, int]]:
    """The park's published operating hours of a date, Unix seconds."""
    found = []
    for entry in tape.schedule_between(day, day):
        opens, closes = entry.get("openingTime"), entry.get("closingTime")
        if entry.get("type") == "OPERATING" and opens and closes:
            begin = to_unix(dt.datetime.fromisoformat(opens).astimezone(UTC))
            end = to_unix(dt.datetime.fromisoformat(closes).astimezone(UTC))
            found.append((begin, end if end > begin else end + 86_400))
    return found


def _ride_days(tape: Tape, day: dt.date, hours: list[tuple[int, int]]) -> list[wire.Json]:
    """One row per entity: how long each status held inside the published hours."""
    start, end = day_bounds(day, tape.info.timezone)
    until = max([end, *(closes for _, closes in hours)])
    rows = tape.rows_between(from_unix(start), from_unix(until)).sort("entity_id", "polled_at")
    if rows.is_empty():
        return []
    lasts = pl.min_horizontal(
        pl.col("polled_at").shift(-1).over("entity_id").fill_null(until),
        pl.col("polled_at") + tape.info.hold_seconds,
    )
    spans = rows.select("entity_id", "name", "entity_type", "status", begin="polled_at", end=lasts)
    scheduled = sum(closes - opens for opens, closes in hours)
    found = []
    for (entity_id,), part in spans.group_by(["entity_id"], maintain_order=True):
        seconds: Counter[str] = Counter()
        for status, begin, stop in part.select("status", "begin", "end").iter_rows():
            inside = sum(max(0, min(stop, closes) - max(begin, opens)) for opens, closes in hours)
            seconds[status or "UNKNOWN"] += inside
        known = sum(seconds.values()) - seconds["UNKNOWN"]
        told = {
            "scheduledMinutes": scheduled // _MINUTE,
            "operatingMinutes": seconds["OPERATING"] // _MINUTE,
            "downMinutes": seconds["DOWN"] // _MINUTE,
            "unknownMinutes": (scheduled - known) // _MINUTE,
        }
        found.append(
            {
                "entity_id": entity_id,
                "id": entity_id,
                "name": part["name"][-1],
                "entityType": part["entity_type"][-1],
                "day": {"inParkHours": told if hours else None, "changes": part.height},
            }
        )
    return found


def _coverage(tape: Tape, now: dt.datetime) -> wire.Json:
    last = now.astimezone(tape.zone).date() - ONE_DAY
    summary = {
        "entitiesWithData": tape.rows["entity_id"].n_unique(),
        "archiveFrom": (last - 400 * ONE_DAY).isoformat(),
        "recordedTo": last.isoformat(),
        "retrievableThrough": last.isoformat(),
        "measuredOn": last.isoformat(),
    }
    return wire.park_envelope(tape) | {"summary": summary}


def _days_asked(query: Mapping[str, list[str]], now: dt.datetime, zone: str) -> tuple[dt.date, dt.date]:
    """The first and last day of a request; without any, yesterday and today."""
    del zone
    if "date" in query:
        day = _date(query["date"][0])
        return day, day
    today = now.astimezone(UTC).date()
    first = _date(query["from"][0]) if "from" in query else today - ONE_DAY
    last = _date(query["to"][0]) if "to" in query else today
    return first, last


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"date {text!r}") from None


def _up(seconds: float) -> int:
    return max(0, -int(-seconds // 1))


def _json(body: Any, status: int = HTTPStatus.OK) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def _refusal(status: int, kind: str, message: str, **more: Any) -> Reply:
    return _json({"error": {"type": kind, "message": message, **more}}, status)
