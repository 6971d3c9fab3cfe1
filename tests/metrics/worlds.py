"""Generated worlds: parks, rides, calendars and readings that are hard on the rules.

Hypothesis draws the shape of a world; its many readings come from a seed, which keeps examples quick.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from hypothesis import strategies as st

from hallofshame.domain.words import Feed, Origin, ScheduleKind, Status

from .build import Hours, Operated, Reading, Ride, RideHours, World, clock, midnight

ONE_DAY = dt.timedelta(days=1)

CALENDARS = [
    ("Europe/Rome", dt.date(2025, 10, 25)),  # 25-hour day follows
    ("Europe/Rome", dt.date(2026, 3, 28)),  # 23-hour day follows
    ("America/New_York", dt.date(2025, 11, 1)),
    ("America/New_York", dt.date(2026, 3, 7)),
    ("Asia/Kolkata", dt.date(2026, 6, 10)),
    ("Australia/Adelaide", dt.date(2026, 4, 4)),
    ("Asia/Kathmandu", dt.date(2026, 6, 10)),
    ("Asia/Tokyo", dt.date(2026, 8, 15)),
]
CADENCES = [60, 300, 900, 2880]
STATUSES = [*Status, None]
MOODS = ["calm", "flapping", "asleep", "frozen", "sketchy", "night"]


@st.composite
def worlds(draw: st.DrawFn, *, park: int = 1, archive: bool = False, max_days: int = 3) -> World:
    """One park of up to five rides on up to ``max_days`` days in a row."""
    timezone, first = draw(st.sampled_from(CALENDARS))
    days = [first + dt.timedelta(days=n) for n in range(draw(st.integers(1, max_days)))]
    cadence = None if archive else draw(st.sampled_from(CADENCES))
    mood = draw(st.sampled_from(MOODS))
    count = draw(st.sampled_from([3, 4, 5, 2, 1, 0]))
    base = 100 * park
    rides = {
        base + n: Ride(attraction=draw(st.integers(0, 4)) > 0, weight=draw(st.integers(1, 3)))
        for n in range(count)
    }
    dice = random.Random(draw(st.integers(0, 2**32)))
    make = _event_log if cadence is None else _sampled
    world = World(
        readings=make(dice, list(rides), days, timezone, cadence, mood),
        rides=rides,
        days=days,
        timezone=timezone,
        schedule=_schedule(dice, days, timezone) if draw(st.booleans()) else [],
        ride_hours=_ride_hours(dice, list(rides), days, timezone) if draw(st.booleans()) else [],
        history=_history(dice, list(rides), first) if draw(st.booleans()) else [],
        tells_down=draw(st.booleans()),
        park=park,
        origin=Origin.ARCHIVE if cadence is None else Origin.LIVE,
    )
    if archive or draw(st.integers(0, 3)) == 0:
        return world
    return _in_one_feed(world)


@st.composite
def batches(draw: st.DrawFn, *, most: int = 10) -> list[World]:
    """Several parks for one call of the kernel, which takes one origin at a time (R15)."""
    archive = draw(st.integers(0, 3)) == 0
    count = draw(st.integers(1, most))
    return [draw(worlds(park=1 + n, archive=archive)) for n in range(count)]


def _in_one_feed(world: World) -> World:
    feed = Feed.THEMEPARKS_WIKI if world.tells_down else Feed.QUEUE_TIMES
    return replace(world, readings=[replace(r, feed=feed) for r in world.readings])


def _moves(dice: random.Random, mood: str, hour: int) -> tuple[Status | None, int | None]:
    """A status and wait as a ride might take on at that local hour."""
    awake = 8 <= hour < 23 or hour < 2
    if mood == "asleep":
        awake = 10 <= hour < 12
    if mood == "night":
        awake = hour >= 17 or hour < 4
    weights = [8, 2, 2, 1, 1] if awake else [1, 1, 12, 1, 1]
    status = dice.choices(STATUSES, weights)[0]
    operating = status is Status.OPERATING
    wait = dice.choice([None, 0, 5, 20, 600]) if operating or dice.random() < 0.05 else None
    return status, wait


def _sampled(
    dice: random.Random, rides: list[int], days: list[dt.date], timezone: str, cadence: int, mood: str
) -> list[Reading]:
    """Cycles at a cadence with gaps; rides drop out of single cycles."""
    start = midnight(days[0], timezone) - dice.choice([0, 3600, 7 * 3600])
    stop = midnight(days[-1] + ONE_DAY, timezone) + 3 * 3600
    at = start + dice.choice([0, 7, 60, 299]) + dice.choice([0, 8, 9, 9, 10, 20]) * 3600
    now: dict[int, tuple[Status | None, int | None]] = {}
    change = {"calm": 0.03, "flapping": 0.5, "asleep": 0.1, "frozen": 0.0, "sketchy": 0.15, "night": 0.08}[
        mood
    ]
    readings = []
    while at < stop and len(readings) < 1000:
        hour = (at - start) // 3600 % 24
        thaw = mood == "frozen" and dice.random() < 0.02
        for ride in rides:
            if ride not in now or thaw or dice.random() < change:
                now[ride] = _moves(dice, mood, hour)
            if mood == "sketchy" and dice.random() < 0.1:
                continue
            status, wait = now[ride]
            feed = dice.choice([Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI])
            stale = mood == "sketchy" and dice.random() < 0.1
            readings.append(Reading(ride, at, status, wait, feed, stale, cadence))
        if not rides:
            break
        at += cadence if dice.random() > 0.05 else cadence * dice.choice([2, 3, 4, 7, 40])
        if mood == "sketchy":
            at += dice.choice([0, 0, 1, -59])
    return readings


def _event_log(
    dice: random.Random, rides: list[int], days: list[dt.date], timezone: str, cadence: None, mood: str
) -> list[Reading]:
    """Changes to the second, from a day before to three hours after."""
    start = midnight(days[0], timezone) - 24 * 3600
    stop = midnight(days[-1] + ONE_DAY, timezone) + 3 * 3600
    readings = []
    steps = [120, 3600, 7200] if mood == "calm" else [60, 90, 180, 181, 400, 600, 601, 1800, 9000, 90_000]
    for ride in rides:
        at = start + dice.randrange(0, 40_000)
        for _ in range(60):
            if at >= stop:
                break
            status, wait = _moves(dice, mood, (at - start) // 3600 % 24)
            readings.append(Reading(ride, at, status, wait, Feed.ARCHIVE, cadence=cadence))
            at += dice.choice(steps)
    return readings


def _schedule(dice: random.Random, days: list[dt.date], timezone: str) -> list[Hours]:
    """Published hours of most dates, some past midnight, some in two parts, with events around them."""
    entries = []
    for date in [days[0] - ONE_DAY, *days]:
        if dice.random() < 0.2:
            continue
        opens = clock(dice.choice(["09:00", "10:30", "11:59", "18:00"]), date, timezone)
        closes = clock(dice.choice(["18:30", "22:00", "24:00", "25:00", "26:15"]), date, timezone)
        entries.append(Hours(date, opens, closes))
        if dice.random() < 0.2:
            entries.append(Hours(date, closes + 1800, closes + 5400))
        if dice.random() < 0.5:
            kind = dice.choice([kind for kind in ScheduleKind if kind is not ScheduleKind.OPERATING])
            begins = dice.choice([opens - 3600, closes - 1800, closes])
            entries.append(Hours(date, begins, begins + dice.choice([1800, 10_800]), kind))
    return entries


def _ride_hours(dice: random.Random, rides: list[int], days: list[dt.date], timezone: str) -> list[RideHours]:
    """Hours of their own for some rides on some dates, some past midnight, some in two parts."""
    found = []
    for ride in rides:
        if dice.random() < 0.5:
            continue
        for date in [days[0] - ONE_DAY, *days, days[-1] + ONE_DAY]:
            if dice.random() < 0.3:
                continue
            opens = clock(dice.choice(["08:00", "11:00", "13:30"]), date, timezone)
            closes = clock(dice.choice(["16:00", "21:30", "24:00", "25:30"]), date, timezone)
            found.append(RideHours(ride, date, opens, closes))
            if dice.random() < 0.3:
                found.append(RideHours(ride, date, closes + 600, closes + 5400))
    return found


def _history(dice: random.Random, rides: list[int], first: dt.date) -> list[Operated]:
    return [
        Operated(first - dt.timedelta(days=back), ride, dice.random() < 0.7, dice.random() < 0.5)
        for ride in rides
        for back in sorted(dice.sample(range(1, 9), 2))
    ]
