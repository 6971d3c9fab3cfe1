"""R15: live and archive never mix on a park-day, and a day is the same alone and in any batch."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from hallofshame.domain.words import Origin
from hallofshame.metrics.compute import PREFERRED, compute, history_of
from hallofshame.metrics.parkday import ParkDayInputs

from .build import CLOSED, DAY, DOWN, OPERATING, Hours, Ride, World, clock, held, inputs, log

NEXT = DAY + dt.timedelta(days=1)
SCHEDULE = [Hours(day, clock("10:00", day), clock("12:00", day)) for day in (DAY, NEXT)]
RIDES = {1: Ride()}

FULL_LIVE = held(1, "10:00", "12:00", OPERATING) + held(1, "12:00", "12:01", CLOSED)
HALF_LIVE = held(1, "10:00", "10:50", OPERATING)
FULL_LOG = log(1, ("10:00", OPERATING), ("11:00", DOWN), ("12:00", CLOSED))
LATE_LOG = log(1, ("11:00", OPERATING), ("12:00", CLOSED))


def both(live: list, archive: list, days: tuple[dt.date, ...] = (DAY,)) -> ParkDayInputs:
    """One park with a live and an archived record."""
    first = inputs(World(live, RIDES, days=days, schedule=SCHEDULE))
    second = inputs(World(archive, RIDES, days=days, origin=Origin.ARCHIVE))
    observations = pl.concat([first.observations, second.observations])
    return replace(first, observations=observations.sort("park_id", "ride_id", "observed_at"))


def chosen(given: ParkDayInputs, *preferred: tuple[int, dt.date, Origin]) -> list[tuple[int, int]]:
    """(origin, downtime) per day."""
    result = compute(given, pl.DataFrame(list(preferred), schema=PREFERRED, orient="row"))
    days = result.rows.park_days.join(result.origin, on=["park_id", "day"]).sort("day")
    return list(days.select("origin", "downtime").iter_rows())


def test_live_alone_is_live() -> None:
    assert chosen(both(FULL_LIVE, [])) == [(Origin.LIVE, 0)]


def test_archive_alone_is_archive() -> None:
    assert chosen(both([], FULL_LOG)) == [(Origin.ARCHIVE, 3600)]


def test_better_covered_record_is_used_alone() -> None:
    assert chosen(both(HALF_LIVE, FULL_LOG)) == [(Origin.ARCHIVE, 3600)]
    assert chosen(both(FULL_LIVE, LATE_LOG)) == [(Origin.LIVE, 0)]


def test_live_is_used_on_a_tie() -> None:
    assert chosen(both(FULL_LIVE, FULL_LOG)) == [(Origin.LIVE, 0)]


def test_replacing_import_prefers_the_archive() -> None:
    assert chosen(both(FULL_LIVE, FULL_LOG), (1, DAY, Origin.ARCHIVE)) == [(Origin.ARCHIVE, 3600)]


def test_preferred_archive_that_knows_nothing_of_the_day_yields_to_live() -> None:
    assert chosen(both(FULL_LIVE, []), (1, DAY, Origin.ARCHIVE)) == [(Origin.LIVE, 0)]


def test_neither_record_leaves_the_day_to_live() -> None:
    assert chosen(both([], [])) == [(Origin.LIVE, 0)]


def test_each_day_chooses_for_itself() -> None:
    tomorrow = log(1, ("10:00", OPERATING), ("11:30", DOWN), ("12:00", CLOSED), day=NEXT)
    given = both(FULL_LIVE, [*FULL_LOG, *tomorrow], days=(DAY, NEXT))
    assert chosen(given) == [(Origin.LIVE, 0), (Origin.ARCHIVE, 1800)]


def with_survey(given: ParkDayInputs, readings: list) -> ParkDayInputs:
    """The same park with a third record."""
    third = inputs(World(readings, RIDES, days=[DAY], origin=Origin.SURVEY))
    observations = pl.concat([given.observations, third.observations])
    return replace(given, observations=observations.sort("park_id", "ride_id", "observed_at"))


def test_survey_is_used_where_it_covers_the_day_best_and_comes_last_on_a_tie() -> None:
    survey = held(1, "10:00", "11:30", OPERATING) + held(1, "11:30", "12:00", DOWN)
    assert chosen(with_survey(both([], []), survey)) == [(Origin.SURVEY, 1800)]
    assert chosen(with_survey(both(HALF_LIVE, LATE_LOG), survey)) == [(Origin.SURVEY, 1800)]
    assert chosen(with_survey(both([], FULL_LOG), survey)) == [(Origin.ARCHIVE, 3600)]
    assert chosen(with_survey(both(FULL_LIVE, []), survey)) == [(Origin.LIVE, 0)]


def test_preference_is_of_single_park_days() -> None:
    tomorrow = log(1, ("10:00", OPERATING), ("11:30", DOWN), ("12:00", CLOSED), day=NEXT)
    live = FULL_LIVE + held(1, "34:00", "36:01", OPERATING)
    given = both(live, [*FULL_LOG, *tomorrow], days=(DAY, NEXT))
    assert chosen(given) == [(Origin.LIVE, 0), (Origin.LIVE, 0)]
    assert chosen(given, (1, NEXT, Origin.ARCHIVE)) == [(Origin.LIVE, 0), (Origin.ARCHIVE, 1800)]
    assert chosen(given, (2, NEXT, Origin.ARCHIVE)) == [(Origin.LIVE, 0), (Origin.LIVE, 0)]


def test_survey_of_one_ride_that_stays_as_it_is_for_hours_is_no_frozen_feed() -> None:
    same = held(1, "10:00", "15:00", OPERATING, 20)
    given = inputs(World(same, RIDES, days=[DAY], origin=Origin.SURVEY))
    assert compute(given).rows.park_days["operating"].to_list() == [5 * 3600 + 600]
    assert compute(inputs(World(same, RIDES, days=[DAY]))).rows.park_days["operating"].to_list() == [0]


def test_park_frozen_across_midnight_comes_out_the_same_day_by_day() -> None:
    """From 22:00 to 05:00 nothing moves: either day alone sees three hours of it."""
    stuck = [
        *held(1, "20:00", "21:00", OPERATING, 5),
        *held(1, "21:00", "22:00", OPERATING, 10),
        *held(1, "22:00", "29:00", OPERATING, 20),
        *held(1, "29:00", "29:30", OPERATING, 25),
    ]
    given = inputs(World(stuck, RIDES, days=[DAY, NEXT]))
    together = compute(given).rows
    history = given.history
    for day in (DAY, NEXT):
        alone = compute(replace(given, days=given.days.filter(pl.col("day") == day), history=history)).rows
        history = pl.concat([history, history_of(alone, given.rides)])
        assert alone.ride_days.equals(together.ride_days.filter(pl.col("day") == day))
    assert together.park_days["operating"].to_list() == [7200, 2400]
