"""Today's published hours that lie ahead do not count against coverage.

It is 14:00 in Rome, the latest look was at 13:58 and speaks for 15 minutes, to 14:13. The park is open from
09:00 to 18:00, so 5 h 13 min = 18,780 s of its day have come, all watched, and 3 h 47 min lie ahead.
"""

from __future__ import annotations

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.words import Evidence
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World, at
from web.conftest import NINE, ROME, SEEN_AT, TODAY, Api

COME = 18_780


@pytest.fixture
def api(sqlite_database: Database, clock: FixedClock) -> Api:
    """One park in the middle of its day, and one that opens this evening."""
    world = World()
    world.park(1, "Gardaland", ROME)
    world.day(1, TODAY, [(NINE, NINE + 9 * HOUR)])
    for ride_id, name in ((11, "Raptor"), (12, "Mammut"), (13, "Jungle Rapids")):
        world.ride(ride_id, 1, name)
        for place in range(9):
            watched = max(0, min(HOUR, COME - place * HOUR))
            world.hour(ride_id, TODAY, NINE + place * HOUR, operating=watched)
    world.park_now(1, SEEN_AT)
    evening = at(f"{TODAY} 19:00", ROME)
    world.park(2, "Nocturnia", ROME)
    world.ride(21, 2, "Bat")
    world.day(2, TODAY, [(evening, evening + 2 * HOUR)], Evidence.SCHEDULE)
    world.hour(21, TODAY, evening)
    world.hour(21, TODAY, evening + HOUR)
    world.write(sqlite_database, SEEN_AT)
    return Api(create_app(sqlite_database, clock).test_client())


def test_what_the_latest_look_stands_for_is_counted_where_it_lies(api: Api) -> None:
    """The look at 13:58 holds to 14:13: no hour has more than 3,600 s, and the points add up."""
    hours = {point["local_hour"]: point for point in api("/rides/11/details")["data"]["chart_data"]}
    assert (hours["13:00"]["operating_seconds"], hours["14:00"]["operating_seconds"]) == (3_600, 780)
    assert sum(point["operating_seconds"] or 0 for point in hours.values()) == COME


@pytest.mark.parametrize(
    ("evidence", "stored", "published", "shown"),
    [
        (Evidence.ACTIVITY, [("09:00", "14:13")], [], [("09:00", "13:58")]),
        (Evidence.ACTIVITY, [("13:58", "14:13")], [], [("13:58", "13:58")]),
        (Evidence.ACTIVITY, [("09:00", "11:00")], [], [("09:00", "11:00")]),
        (Evidence.SCHEDULE, [("09:00", "18:00")], [("09:00", "18:00")], [("09:00", "18:00")]),
        (
            Evidence.SCHEDULE_AND_ACTIVITY,
            [("09:00", "14:13")],
            [("09:00", "12:00")],
            [("09:00", "13:58")],
        ),
        (
            Evidence.SCHEDULE_AND_ACTIVITY,
            [("09:00", "14:13"), ("19:00", "22:00")],
            [("09:00", "12:00"), ("19:00", "22:00")],
            [("09:00", "13:58"), ("19:00", "22:00")],
        ),
        (
            Evidence.SCHEDULE_AND_ACTIVITY,
            [("12:00", "18:00")],
            [("14:05", "18:00")],
            [("12:00", "13:58"), ("14:05", "18:00")],
        ),
    ],
)
def test_a_window_that_no_hours_are_published_for_ends_with_the_latest_look(
    sqlite_database: Database,
    clock: FixedClock,
    evidence: Evidence,
    stored: list[tuple[str, str]],
    published: list[tuple[str, str]],
    shown: list[tuple[str, str]],
) -> None:
    def instants(pairs: list[tuple[str, str]]) -> list[tuple[int, int]]:
        return [(at(f"{TODAY} {start}", ROME), at(f"{TODAY} {end}", ROME)) for start, end in pairs]

    world = World()
    world.park(1, "Gardaland", ROME)
    world.ride(11, 1, "Raptor")
    world.day(1, TODAY, instants(stored), evidence)
    for start, end in instants(published):
        world.published(1, TODAY, start, end)
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    wanted = [{"start": isoformat(start), "end": isoformat(end)} for start, end in instants(shown)]
    details = api("/parks/1/details")["data"]
    assert details["windows"] == wanted
    assert details["days"][0]["window_seconds"] == sum(end - start for start, end in instants(shown))
    assert api("/parks/1/timeline")["data"]["windows"] == wanted


@pytest.mark.parametrize("period", ["today", "7days", "this_year"])
def test_open_time_ahead_is_not_missing(api: Api, period: str) -> None:
    row = api.row("/parks/downtime", "Gardaland", period=period)
    assert (row["coverage_percent"], row["rank"]) == (100.0, 1)
    assert api.row("/rides/downtime", "Raptor", period=period)["coverage_percent"] == 100.0


def test_the_chart_tells_what_is_to_come_from_what_is_missing(api: Api) -> None:
    details = api("/parks/1/details")["data"]
    states = {point["local_hour"]: point["state"] for point in details["chart_data"]}
    assert (states["13:00"], states["14:00"], states["15:00"]) == ("open", "open", "no_data_yet")
    by_hour = {point["local_hour"]: point["coverage_percent"] for point in details["chart_data"]}
    assert (by_hour["13:00"], by_hour["14:00"], by_hour["15:00"]) == (100.0, 100.0, None)
    assert details["days"][0]["coverage_percent"] == 100.0
    hours = api("/rides/11/details")["data"]["chart_data"]
    assert sum(point["unobserved_seconds"] or 0 for point in hours) == 0


def test_a_park_that_has_not_opened_yet_says_so(api: Api) -> None:
    row = api.row("/parks/downtime", "Nocturnia")
    assert (row["unranked_reason"], row["coverage_percent"]) == ("not_open_yet", None)


def test_a_day_that_is_over_counts_in_full(api: Api, clock: FixedClock) -> None:
    clock.instant = clock.instant.replace(day=21)
    row = api.row("/parks/downtime", "Gardaland", period="yesterday")
    # 18,780 of 32,400 s
    assert row["coverage_percent"] == 58.0
