"""Lists that mix parks are ranked by what every source can tell (R8, R12)."""

from __future__ import annotations

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Evidence
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import NINE, ROME, SEEN_AT, YESTERDAY, Api

DAY = {"start": YESTERDAY, "end": YESTERDAY}


@pytest.fixture
def api(sqlite_database: Database, clock: FixedClock) -> Api:
    """Yesterday. Open Book: 600 s of each ride's hours in breakdowns, 1,800 s in rides that never reopened.

    Shut Book: 900 s in breakdowns, nothing else is told. Brief Look: two hours, none published.
    """
    world = World()
    opens = NINE - 24 * HOUR
    for park_id, name in ((1, "Open Book"), (2, "Shut Book"), (3, "Brief Look")):
        world.park(park_id, name, ROME)
        hours = 2 if park_id == 3 else 5
        evidence = Evidence.ACTIVITY if park_id == 3 else Evidence.SCHEDULE
        world.day(park_id, YESTERDAY, [(opens, opens + hours * HOUR)], evidence=evidence)
        for number in range(3):
            ride = 10 * park_id + number
            world.ride(ride, park_id, f"{name} {number}")
            for hour in range(hours):
                world.hour(ride, YESTERDAY, opens + hour * HOUR, operating=HOUR)
    for number in range(3):
        world.hours[world_hour(world, 10 + number)] |= {
            "operating": HOUR - 2400,
            "down": 2400,
            "downtime": 2400,
            "downtime_never_reopened": 1800,
        }
        world.hours[world_hour(world, 20 + number)] |= {
            "operating": HOUR - 900,
            "down": 900,
            "downtime": 900,
        }
    world.write(sqlite_database, SEEN_AT)
    return Api(create_app(sqlite_database, clock).test_client())


def world_hour(world: World, ride_id: int) -> int:
    """Where the first hour of a ride stands."""
    return next(at for at, hour in enumerate(world.hours) if hour["ride_id"] == ride_id)


def names(api: Api, path: str, **query: object) -> list[str]:
    """Names of the ranked rows, in order."""
    rows = api(path, **DAY, **query)["data"]
    return [row.get("ride_name", row["park_name"]) for row in rows if row["rank"] is not None]


def test_a_park_that_admits_more_does_not_rank_worse_for_it(api: Api) -> None:
    assert names(api, "/parks/downtime") == ["Shut Book", "Open Book"]
    assert names(api, "/parks/downtime", by="score") == ["Open Book", "Shut Book"]
    rows = {row["park_name"]: row for row in api("/parks/downtime", **DAY)["data"]}
    # 10 × 600 / (18,000 - 1,800), 10 × 2,400 / 18,000; 10 × 900 / 18,000 by both.
    assert (rows["Open Book"]["comparable_score"], rows["Open Book"]["shame_score"]) == (0.37, 1.33)
    assert (rows["Shut Book"]["comparable_score"], rows["Shut Book"]["shame_score"]) == (0.5, 0.5)


def test_rides_rank_by_time_in_breakdowns(api: Api) -> None:
    assert names(api, "/rides/downtime")[0] == "Shut Book 0"
    assert names(api, "/rides/downtime", by="score")[0] == "Open Book 0"
    row = api.row("/rides/downtime", "Open Book 0", **DAY)
    kinds = ("breakdown_seconds", "opening_delay_seconds", "never_reopened_seconds", "park_wide_seconds")
    assert [row[kind] for kind in kinds] == [600, 0, 1800, 0]
    assert row["downtime_seconds"] == 2400
    assert (row["uptime_percent"], row["comparable_uptime_percent"]) == (86.7, 96.3)
    assert names(api, "/rides/least-reliable")[0] == "Shut Book 0"
    assert names(api, "/rides/least-reliable", by="score")[0] == "Open Book 0"


@pytest.mark.parametrize("path", ["/parks/downtime", "/rides/downtime", "/rides/least-reliable"])
def test_the_list_says_what_it_is_ranked_by(api: Api, path: str) -> None:
    said = [api(path, **DAY, **query)["ranked_by"] for query in ({}, {"by": "score"})]
    assert said[0]["field"] != said[1]["field"]
    assert all(one["field"] in api(path, **DAY)["data"][0] for one in said)
    assert said[0]["sentence"] != said[1]["sentence"]


def test_short_inferred_days_have_no_rank(api: Api) -> None:
    row = api.row("/parks/downtime", "Brief Look", **DAY)
    assert (row["rank"], row["unranked_reason"]) == (None, "short_days")
    ride = api.row("/rides/downtime", "Brief Look 0", **DAY)
    assert (ride["rank"], ride["unranked_reason"]) == (None, "short_days")


def test_the_page_ranks_as_the_api_does(api: Api) -> None:
    page = api._client.get(f"/?start={YESTERDAY}&end={YESTERDAY}").text
    assert api("/parks/downtime", **DAY)["ranked_by"]["sentence"] in page
    assert page.index(">Shut Book</a>") < page.index(">Open Book</a>")
    assert "Seen open for less than four hours" in page


@pytest.mark.parametrize("path", ["/parks/1", "/rides/10"])
def test_chart_points_hold_the_kinds_of_the_row(api: Api, path: str) -> None:
    data = api(f"{path}/details", **DAY)["data"]
    for name in ("downtime", "breakdown", "opening_delay", "never_reopened", "park_wide"):
        points = [point[f"{name}_seconds"] or 0 for point in data["chart_data"]]
        assert sum(points) == data["summary"][f"{name}_seconds"], name
