"""The status strip: what a park and a ride are doing now, beside what is usual, on pages and in the API."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.periods import ONE_DAY
from hallofshame.domain.words import Status
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.rows.usual_hours import same_weekdays
from web.builders import HOUR, World, at
from web.conftest import MAMMUT, NINE, NOW, RAPIDS, RAPTOR, ROME, SEEN_AT, TODAY, Api, gardaland, others

CLOSED_RIDE, WORKS, NIGHT_PARK, NIGHT_RIDE, LATE_RIDE = 17, 18, 7, 71, 19
THURSDAYS = [dt.date.fromisoformat(TODAY) - 7 * weeks * ONE_DAY for weeks in range(1, 9)]


def strip_of(client: FlaskClient, path: str) -> str:
    """The words of the strip on a page."""
    page = client.get(path, follow_redirects=True).text
    found = re.search(r'<p class="now-strip".*?</p>', page, re.DOTALL)
    assert found is not None, f"{path} has no status strip"
    words = re.sub(r"<[^>]+>", "", found[0]).replace("&nbsp;", " ").replace("\xa0", " ")
    return " ".join(words.replace("&#39;", "'").split())


@pytest.fixture(scope="module")
def world_now(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The small world at 14:00 of a Thursday, with eight Thursdays before it."""
    file = tmp_path_factory.mktemp("now") / "world.db"
    shutil.copy(_migrated_sqlite, file)
    world = World()
    gardaland(world)
    others(world)
    # Raptor posted 30 min at 14:00 on the last four Thursdays and 60 in the four before; Mammut on two alone.
    for number, day in enumerate(THURSDAYS):
        two = at(f"{day} 14:00", ROME)
        world.day(1, day.isoformat(), [(two, two + HOUR)])
        world.hour(RAPTOR, day.isoformat(), two, operating=HOUR, wait=30 if number < 4 else 60)
        if number < 2:
            world.hour(MAMMUT, day.isoformat(), two, operating=HOUR, wait=90)
    # Out of reach: the Thursday nine weeks ago, the Wednesday, and another hour of the clock.
    for day, hour in (
        ((THURSDAYS[-1] - 7 * ONE_DAY).isoformat(), "14:00"),
        ("2026-08-12", "14:00"),
        (THURSDAYS[0].isoformat(), "13:00"),
    ):
        world.hour(RAPTOR, day, at(f"{day} {hour}", ROME), operating=HOUR, wait=600)
    world.ride(CLOSED_RIDE, 1, "Rope Walk")
    world.ride_now(CLOSED_RIDE, SEEN_AT, Status.CLOSED, since=NINE)
    world.ride(WORKS, 1, "Old Works")
    world.ride_now(WORKS, SEEN_AT, Status.REFURBISHMENT, since=NINE)
    world.ride(LATE_RIDE, 1, "Night Flight")
    world.ride_now(LATE_RIDE, SEEN_AT, Status.CLOSED, since=NINE)
    hours = {"park_id": 1, "date": dt.date.fromisoformat(TODAY), "ride_id": LATE_RIDE, "kind": "Operating"}
    hours |= {"opens_at": at(f"{TODAY} 18:00", ROME), "closes_at": at(f"{TODAY} 23:00", ROME)}
    world.rows.append((models.RideHours, hours | {"seen_at": NINE, "superseded_at": None}))
    # Closed now; opens on Friday, and was open until half past midnight.
    world.park(NIGHT_PARK, "Night Park", ROME)
    world.ride(NIGHT_RIDE, NIGHT_PARK, "Owl")
    world.published(NIGHT_PARK, "2026-08-19", at("2026-08-19 10:00", ROME), at("2026-08-20 00:30", ROME))
    world.published(NIGHT_PARK, "2026-08-21", at("2026-08-21 10:30", ROME), at("2026-08-21 22:00", ROME))
    world.published(NIGHT_PARK, "2026-08-24", at("2026-08-24 09:00", ROME), at("2026-08-24 20:00", ROME))
    world.park_now(NIGHT_PARK, SEEN_AT, is_open=0, eligible=1)
    world.ride_now(NIGHT_RIDE, SEEN_AT, Status.CLOSED, since=NINE)
    database = Database(f"sqlite:///{file}")
    world.write(database, SEEN_AT)
    yield create_app(database, FixedClock(NOW)).test_client()
    database.dispose()


def test_a_park_that_is_open_says_its_rides_its_wait_and_its_close(world_now: FlaskClient) -> None:
    api = Api(world_now)
    now, row = api("/parks/gardaland/now")["data"], api.row("/parks/downtime", "Gardaland", period="live")
    assert now["state"] == "open"
    for name in ("rides_operating", "rides_down", "average_wait_minutes", "observed_at"):
        assert now[name] == row[name]
    # (4 × 30 + 4 × 60 + 2 × 90) ÷ 10 hours in which a wait was known
    assert (now["usual_wait_minutes"], now["usual_days"], now["usual_weeks"]) == (54.0, 8, 8)
    assert (now["usual_hour"], now["usual_weekday"]) == ("14:00", 4)
    for period in ("", "?period=live", "?period=30days", "?start=2026-08-01&end=2026-08-02"):
        assert strip_of(world_now, f"/parks/gardaland{period}") == (
            "Right now: Open: 2 rides run, 1 down · average wait 38 min; usual on Thursdays at this hour "
            "54 min (8 days) · closes at 18:00 CEST"
        )


def test_a_ride_that_runs_says_its_wait_beside_the_usual_one(world_now: FlaskClient) -> None:
    now = Api(world_now)(f"/rides/{RAPTOR}/now")["data"]
    assert (now["state"], now["wait_minutes"], now["usual_wait_minutes"]) == ("operating", 50.0, 45.0)
    assert strip_of(world_now, f"/rides/{RAPTOR}?period=30days") == (
        "Right now: Running, wait 50 min; usual on Thursdays at this hour 45 min (8 days) "
        "· the park closes at 18:00 CEST"
    )


def test_what_rests_on_two_days_is_not_called_usual(world_now: FlaskClient) -> None:
    now = Api(world_now)(f"/rides/{MAMMUT}/now")["data"]
    assert (now["usual_wait_minutes"], now["usual_days"]) == (None, 2)
    assert "usual" not in strip_of(world_now, f"/rides/{MAMMUT}")


def test_a_ride_that_is_down_says_since_when_and_its_chance_as_the_board_does(world_now: FlaskClient) -> None:
    api = Api(world_now)
    now = api(f"/rides/{RAPIDS}/now")["data"]
    [row] = [row for row in api("/outages/now")["data"]["down"] if row["ride_id"] == RAPIDS]
    assert now["state"] == "down"
    assert now["since"] == row["started_at"]
    for name in ("down_seconds", "is_provisional", "chance_60_percent", "chance_60_reason"):
        assert now[name] == row[name]
    assert strip_of(world_now, f"/rides/{RAPIDS}") == (
        "Right now: Down since 10:00 CEST · its chance to reopen is not known: "
        "not tried out yet on its park's past outages"
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/parks/night-park", "Closed · opens tomorrow at 10:30 CEST"),
        (f"/rides/{NIGHT_RIDE}", "Closed with its park · opens tomorrow at 10:30 CEST"),
        ("/parks/closed-park", "Closed · its sources publish no opening hours"),
        ("/parks/silent-park", "Not watched now: nobody has looked yet"),
        ("/rides/41", "Not watched now: nobody has looked yet"),
        (f"/rides/{CLOSED_RIDE}", "Closed in an open park, since Thu 20 Aug, 09:00"),
        (
            f"/rides/{LATE_RIDE}",
            "Closed in an open park, since Thu 20 Aug, 09:00 · opens today at 18:00 CEST",
        ),
        (f"/rides/{WORKS}", "Under refurbishment since Thu 20 Aug, 09:00"),
    ],
)
def test_every_other_state_has_its_words(world_now: FlaskClient, path: str, words: str) -> None:
    assert strip_of(world_now, path) == f"Right now: {words}"


def test_the_next_opening_is_named_by_its_day_unless_it_is_near(
    world_now: FlaskClient,
) -> None:
    now = Api(world_now)("/parks/night-park/now")["data"]
    assert (now["next_opening_date"], now["next_opening_at"]) == ("2026-08-21", "2026-08-21T08:30:00Z")
    assert (now["closes_at"], now["published_until"]) == (None, "2026-08-24")


def test_a_strip_grows_stale_though_nothing_is_written(world_now: FlaskClient, clock: FixedClock) -> None:
    """The page is made anew once the last look no longer stands."""
    site = world_now.application.extensions["hallofshame"]
    app = create_app(site.database, clock)
    client = app.test_client()
    assert "Open: 2 rides run" in strip_of(client, "/parks/gardaland")
    clock.sleep(HOUR)
    assert strip_of(client, "/parks/gardaland") == (
        "Right now: Not watched now: the last look was on Thu 20 Aug, 13:58 "
        "· published hours 09:00 to 18:00 CEST"
    )


@pytest.mark.parametrize("path", ["/api/parks/gardalnd/now", "/api/rides/99999/now"])
def test_the_status_of_what_does_not_exist_is_404_with_near_matches(
    world_now: FlaskClient, path: str
) -> None:
    answer = world_now.get(path)
    assert answer.status_code == 404
    assert answer.get_json()["error"]["code"] == "not_found"


def test_same_weekdays_are_eight_days_over_and_done() -> None:
    thursday = dt.date(2026, 8, 20)
    assert same_weekdays(thursday, thursday) == THURSDAYS
    assert same_weekdays(dt.date(2026, 8, 22), thursday)[0] == dt.date(2026, 8, 15)
    assert same_weekdays(dt.date(2026, 12, 31), thursday)[0] == dt.date(2026, 8, 13)
    assert {day.isoweekday() for day in same_weekdays(dt.date(2026, 8, 23), thursday)} == {7}
