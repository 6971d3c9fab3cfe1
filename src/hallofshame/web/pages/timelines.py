"""A timeline in words: what a ride did, stretch after stretch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from hallofshame.domain.localtime import zone
from hallofshame.domain.periods import ONE_DAY
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.web.answers.envelope import Row
from hallofshame.web.formatting import clock_time, day_of_week
from hallofshame.web.pages.addresses import api_url
from hallofshame.web.pages.place_state import ALL_RIDES, DATE, PlaceState
from hallofshame.web.pages.view import View
from hallofshame.web.wording import LOOK_WORDS, NOT_COUNTED_WORDS


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
    return f"{day_of_week(local)}, {clock_time(local)}" if with_day else clock_time(local)


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


def park_day(view: View, state: PlaceState, park: ParkProfile, last_day: str, today: str) -> Row:
    """What every ride of a park did on one day: the one asked for, else the period's last with data."""
    day = state.choices.get(DATE) or last_day
    asked = {**state.kept, "date": None if day == today else day}
    address = f"/api/parks/{park.slug}/timeline"
    found = view.read(address, asked)["data"]
    shows_all = ALL_RIDES in state.choices
    counted = [ride for ride in found["rides"] if ride["eligible"]]
    rides = found["rides"] if shows_all else counted
    rides = sorted(
        rides,
        key=lambda ride: (
            not ride["eligible"],
            -lost_seconds(ride["segments"]),
            ride["ride_name"].casefold(),
        ),
    )
    is_closed = not found["windows"] and found["missing_reason"] is None
    date = dt.date.fromisoformat(found["date"])
    before, after = (date + days * ONE_DAY for days in (-1, 1))
    return {
        "date": found["date"],
        "today": today,
        "last_day": last_day,
        "is_closed": is_closed,
        "missing_reason": found["missing_reason"],
        "has_rows": not is_closed and any(ride["segments"] for ride in rides),
        "rides": [
            {
                "ride": ride,
                "lost_seconds": int(lost_seconds(ride["segments"])),
                "rows": stretches(
                    [one for one in ride["segments"] if one["in_window"]], found["timezone"], with_day=False
                ),
            }
            for ride in rides
        ],
        "others": len(found["rides"]) - len(counted),
        "shows_all": shows_all,
        "all_href": state.href("timeline", all=None if shows_all else "1"),
        "before": state.href("timeline", date=before.isoformat()),
        "after": state.href("timeline", date=after.isoformat()) if found["date"] < today else None,
        "data": {"src": api_url(address, asked)} | ({"all": "yes"} if shows_all else {}),
    }


def nearest_with_data(days: Sequence[Row], date: str) -> str | None:
    """Of days with data the one nearest to a date; the later one of two as near."""
    wanted = dt.date.fromisoformat(date)
    known = [
        dt.date.fromisoformat(day["date"]) for day in days if day["coverage_percent"] and day["date"] != date
    ]
    found = min(known, key=lambda day: (abs(day - wanted), -day.toordinal()), default=None)
    return None if found is None else found.isoformat()
