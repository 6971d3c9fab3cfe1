"""A timeline in words: what a ride did, stretch after stretch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from hallofshame.domain.localtime import zone
from hallofshame.web.envelope import Row
from hallofshame.web.pages.view import View
from hallofshame.web.wording import LOOK_WORDS, NOT_COUNTED_WORDS

_HOUR = dt.timedelta(hours=1)


def look_of(segment: Row) -> str:
    """Its status; but time that counts as a breakdown though it is called closed has a look of its own."""
    is_counted = segment["counts_as_down"] and segment["status"] != "down"
    return "counted" if is_counted else str(segment["status"])


def stretches(segments: Sequence[Row], timezone: str, *, with_day: bool) -> list[Row]:
    """The segments as a reader takes them in: those that differ only in the posted wait are one."""
    found = []
    for (look, in_window, not_counted), group in groupby(
        segments, key=lambda one: (look_of(one), one["in_window"], one["not_counted"])
    ):
        members = list(group)
        waits = [one["wait_minutes"] for one in members if one["wait_minutes"] is not None]
        found.append(
            {
                "from": clock(members[0]["start"], timezone, with_day=with_day),
                "to": clock(members[-1]["end"], timezone, with_day=with_day),
                "look": look,
                "words": LOOK_WORDS[look],
                "in_window": in_window,
                "why": None if not_counted is None else NOT_COUNTED_WORDS[not_counted],
                "waits": _span(waits),
            }
        )
    return found


def _span(waits: Sequence[int]) -> str | None:
    if not waits:
        return None
    low, high = min(waits), max(waits)
    return f"{low}\u00a0min" if low == high else f"{low} to {high}\u00a0min"


def clock(iso: str, timezone: str, *, with_day: bool) -> str:
    """An instant on the park's clock: ``09:40``, ``Thu 20 Aug, 09:40``."""
    local = dt.datetime.fromisoformat(iso).astimezone(zone(timezone))
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}" if with_day else f"{local:%H:%M}"


def lost_seconds(segments: Iterable[Row]) -> float:
    """Downtime among the segments."""
    return sum(
        (dt.datetime.fromisoformat(one["end"]) - dt.datetime.fromisoformat(one["start"])).total_seconds()
        for one in segments
        if one["counts_as_down"] and one["in_window"]
    )


def ride_lately(view: View, api: str, ride: Row) -> Row:
    """What a ride did in the last 48 hours."""
    found = view.read(f"{api}/timeline")["data"]
    return {
        "rows": stretches(found["segments"], found["timezone"], with_day=True),
        "missing_reason": found["missing_reason"],
        "data": {"src": f"{api}/timeline", "ride": ride["ride_name"]},
    }
