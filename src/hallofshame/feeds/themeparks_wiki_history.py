"""How the history answers of ThemeParks.wiki are read: full-state rows, one per change, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hallofshame.domain.errors import BodyError
from hallofshame.domain.readings import DayTold, StatusChange
from hallofshame.feeds.parsing import Findings, as_list, as_object, shown, word_of
from hallofshame.feeds.themeparks_wiki_parse import NOT_RIDES, read_identity, read_queues, read_status

_MINUTES = ("scheduledMinutes", "operatingMinutes", "downMinutes", "unknownMinutes")
_LONGEST_DAY_MINUTES = 2 * 24 * 60


def parse_history(body: object, findings: Findings) -> tuple[list[StatusChange], str | None]:
    """All changes of one ``/history`` answer, and the address of its next page.

    A PARK answers with ``entities[]``, anything else with its own ``history[]``; each entity also states the
    ``opening`` it was in when the range began. Raises :class:`BodyError` if there is neither form.
    """
    entities, following = _page(body, "history", "history")
    return [change for entity in entities for change in _changes(entity, findings)], following


def parse_daily(body: object, findings: Findings) -> tuple[list[DayTold], str | None]:
    """The daily figures of one ``/history/daily`` answer, and the address of its next page.

    Days without ``inParkHours`` (no published hours) are left out: there is nothing to compare them with. A
    day without data is absent, not zero. Raises :class:`BodyError` if there is neither form.
    """
    entities, following = _page(body, "days", "daily history")
    return [day for entity in entities for day in _days(entity, findings)], following


def _page(body: object, own: str, what: str) -> tuple[list[dict[str, Any]], str | None]:
    """The entities of an answer of a park, or the one that holds its list as ``own``; and its next page."""
    answer = as_object(body)
    if isinstance(answer.get("entities"), list):
        entities = [as_object(entity) for entity in as_list(answer["entities"])]
    elif isinstance(answer.get(own), list):
        entities = [answer]
    else:
        raise BodyError(f"holds no {what}: {shown(body)}")
    following = answer.get("next")
    return entities, following if isinstance(following, str) else None


def _days(entity: dict[str, Any], findings: Findings) -> Iterable[DayTold]:
    if word_of(entity.get("entityType"), NOT_RIDES):
        return
    identity = read_identity(entity, findings)
    if identity is None:
        return
    external_id, name, kind = identity
    for row in map(as_object, as_list(entity.get("days"))):
        told = as_object(row.get("inParkHours"))
        if not told:
            continue
        minutes = [_minutes(told.get(field), external_id, field, findings) for field in _MINUTES]
        scheduled, operating, down, unknown = minutes
        day = _day(row.get("date"))
        if day is None or scheduled is None or operating is None or down is None:
            findings.add(
                "entry_unreadable", external_id, f"A daily row cannot be read: {shown(row)}; left out."
            )
            continue
        yield DayTold(external_id, name, kind, day, scheduled, operating, down, unknown or 0)


def _minutes(value: object, external_id: str, field: str, findings: Findings) -> int | None:
    minutes = findings.whole(value, external_id, field)
    return minutes if minutes is not None and 0 <= minutes <= _LONGEST_DAY_MINUTES else None


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _changes(entity: dict[str, Any], findings: Findings) -> Iterable[StatusChange]:
    if word_of(entity.get("entityType"), NOT_RIDES):
        return
    identity = read_identity(entity, findings)
    if identity is None:
        return
    external_id, name, kind = identity
    rows = [as_object(row) for row in as_list(entity.get("history"))]
    opening = as_object(entity.get("opening"))
    # An opening without a status means that nothing is known about it, not that something changed.
    for row in [opening, *rows] if opening.get("status") is not None else rows:
        at = findings.instant(row.get("time"), external_id, "time of a history row")
        if at is None:
            findings.add(
                "entry_unreadable", external_id, f"A history row has no time: {shown(row)}; left out."
            )
            continue
        wait, queues = read_queues(row.get("queue"), external_id, findings)
        # Here a null status is documented as "unknown"; only a strange word is worth a finding.
        said = row.get("status")
        status = None if said is None else read_status(said, external_id, findings)
        yield StatusChange(external_id, name, kind, at, status, wait, queues)


def clip(changes: Sequence[StatusChange], start: dt.datetime, end: dt.datetime) -> tuple[StatusChange, ...]:
    """The changes in ``[start, end)`` in order of time, each entity opened by its state at ``start``.

    That state is the entity's last change up to ``start``, dated ``start``. Rows that repeat the state
    before them (every day's answer opens with one) are left out, so that they lend no age to an old state.
    """
    latest: dict[str, StatusChange] = {}
    inside: list[StatusChange] = []
    for change in sorted(changes, key=lambda row: row.at):
        if change.at >= end:
            break
        before = latest.get(change.external_id)
        latest[change.external_id] = change
        if before is not None and replace(before, at=change.at) == change:
            continue
        if change.at >= start:
            inside.append(change)
    in_force = _in_force(changes, start)
    opened = {change.external_id for change in inside if change.at == start}
    openings = [replace(change, at=start) for key, change in in_force.items() if key not in opened]
    return (*openings, *inside)


def _in_force(changes: Sequence[StatusChange], start: dt.datetime) -> dict[str, StatusChange]:
    ordered = sorted((change for change in changes if change.at < start), key=lambda row: row.at)
    return {change.external_id: change for change in ordered}
