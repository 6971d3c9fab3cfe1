"""What a park and a ride are doing now, beside what is usual; and days to come: on pages and in the API."""

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
from hallofshame.web.answers.usual_hours import same_weekdays
from hallofshame.web.app import create_app
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
    event = {"park_id": NIGHT_PARK, "date": dt.date(2026, 8, 21), "kind": "TICKETED_EVENT"}
    event |= {"opens_at": at("2026-08-21 22:30", ROME), "closes_at": at("2026-08-21 23:30", ROME)}
    event |= {"description": "Owl Night", "seen_at": NINE, "superseded_at": None}
    world.rows.append((models.ParkSchedule, event))
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
    for period in ("", "?period=live", "?start=2026-08-01&end=2026-08-02"):
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


def words_of(client: FlaskClient, path: str) -> str:
    """The words of the main part of a page."""
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\xa0", " ").split())


def test_a_day_to_come_shows_what_is_usual_on_its_weekday(world_now: FlaskClient) -> None:
    """The Thursday in a week: eight Thursdays before today, of which Mammut ran on two."""
    api = Api(world_now)
    park = api("/parks/gardaland/outlook", date="2026-08-27")["data"]
    usual = park["usual"]
    assert (usual["days"], usual["first_date"], usual["last_date"]) == (8, "2026-06-25", "2026-08-13")
    # Raptor 4 × 30 + 4 × 60, Mammut 2 × 90, and Raptor's 600 at 13:00 of one of them
    assert usual["average_wait_minutes"] == round((120 + 240 + 180 + 600) / 11, 1)
    assert usual["uptime_percent"] == 100.0
    assert [(hour["hour"], hour["average_wait_minutes"], hour["days"]) for hour in usual["hours"]] == [
        ("13:00", None, 1),
        ("14:00", 54.0, 8),
    ]
    assert [(ride["ride_name"], ride["days"], ride["uptime_percent"]) for ride in park["rides"]] == [
        ("Raptor", 8, 100.0),
        ("Mammut", 2, None),
    ]
    ride = api(f"/rides/{RAPTOR}/outlook", date="2026-08-27")["data"]
    assert ride["usual"]["average_wait_minutes"] == park["rides"][0]["average_wait_minutes"]
    words = words_of(world_now, "/parks/gardaland?start=2026-08-27&end=2026-08-27")
    assert "Over 8 Thursdays from 25 Jun 2026 to 13 Aug 2026." in words
    assert "Right now: Open : 2 rides run" in words
    assert "No data yet: this day has not come." in words
    assert "no data" not in words
    assert "Usual on Thursdays" in words_of(world_now, f"/rides/{RAPTOR}?start=2026-08-27&end=2026-08-27")


def test_what_is_usual_is_kept_quiet_where_too_few_days_are_recorded(world_now: FlaskClient) -> None:
    words = words_of(world_now, f"/rides/{MAMMUT}?start=2026-08-27&end=2026-08-27")
    assert (
        "Only 2 Thursdays of the last 8 weeks have a record of Mammut: too few to say what is usual." in words
    )
    words = words_of(world_now, "/parks/gardaland?start=2026-08-24&end=2026-08-24")
    assert "No Monday of the last 8 weeks has a record of Gardaland" in words


@pytest.mark.parametrize(
    ("park", "day", "state", "words"),
    [
        (NIGHT_PARK, "2026-08-21", "published", "Regular opening 10:30 22:00 CEST"),
        (NIGHT_PARK, "2026-08-21", "published", "Ticketed event Owl Night 22:30 23:30 CEST"),
        (
            NIGHT_PARK,
            "2026-08-23",
            "none_on_the_day",
            "up to Monday 24 August 2026: the park may stay closed",
        ),
        (NIGHT_PARK, "2026-08-25", "beyond", "published up to Monday 24 August 2026; this day lies beyond."),
        (2, "2026-08-21", "never", "publishes no opening hours at the sources we read"),
    ],
)
def test_a_day_to_come_says_what_is_published_of_it(
    world_now: FlaskClient, park: int, day: str, state: str, words: str
) -> None:
    assert Api(world_now)(f"/parks/{park}/outlook", date=day)["data"]["hours_state"] == state
    assert words in words_of(world_now, f"/parks/{park}?start={day}&end={day}")


def test_tomorrow_is_linked_from_the_pages_and_the_default_of_the_api(world_now: FlaskClient) -> None:
    for path in ("/parks/gardaland", f"/rides/{RAPTOR}-raptor"):
        assert f'href="{path}?end=2026-08-21&amp;start=2026-08-21"' in world_now.get(path).text
    assert Api(world_now)("/parks/gardaland/outlook")["data"]["date"] == "2026-08-21"


def test_several_days_to_come_show_their_hours_each_with_its_page(world_now: FlaskClient) -> None:
    page = world_now.get("/parks/night-park?start=2026-08-21&end=2026-08-24").text
    for day in ("2026-08-21", "2026-08-24"):
        assert f"?end={day}&amp;start={day}" in page


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/api/parks/gardaland/outlook?date=2026-08-19", "lies before the park&#39;s own today"),
        ("/api/parks/gardaland/outlook?date=2029-01-01", "out of range"),
        ("/api/parks/gardaland/outlook?date=tomorrow", "is no date"),
        ("/parks/gardaland?start=2029-01-01&end=2029-01-01", "out of range"),
    ],
)
def test_a_day_that_cannot_be_shown_is_refused_by_its_name(
    world_now: FlaskClient, path: str, says: str
) -> None:
    answer = world_now.get(path)
    assert answer.status_code == 400
    assert says.lower() in answer.text.replace("'", "&#39;").lower()
