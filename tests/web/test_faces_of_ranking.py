"""Pages and images show the figure that decides the order, mark lower bounds, and draw kinds of downtime."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.periods import Period, PeriodName
from hallofshame.domain.words import Evidence
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.images.cards import Card
from hallofshame.web.pages import card_pages
from hallofshame.web.pages.kinds import kinds_of, weighted_kinds_of
from hallofshame.web.pages.words import lost_of
from hallofshame.web.wording import KIND_FIELDS
from support.readers import reader_of
from web.builders import HOUR, World
from web.conftest import NINE, ROME, SEEN_AT, YESTERDAY, Api

DAYS = 24 * HOUR
ASKED = f"start={YESTERDAY}&end={YESTERDAY}"
ADMITS, HIDES = 1, 2


def days_before(number: int) -> str:
    """The date so many days before yesterday."""
    return (date.fromisoformat(YESTERDAY) - timedelta(days=number)).isoformat()


@pytest.fixture
def client(sqlite_database: Database, clock: FixedClock) -> FlaskClient:
    """Of each ride's five hours a day, in Admits 600 s were breakdowns and 1,800 s not reopened.

    In Hides, whose source knows only open and closed, 900 s were breakdowns.
    """
    world = World()
    world.park(ADMITS, "Admits", ROME)
    world.park(HIDES, "Hides", ROME)
    for back in range(1, 15):
        day, opens = days_before(back - 1), NINE - back * DAYS
        for park_id in (ADMITS, HIDES):
            by_down = park_id == ADMITS
            world.day(
                park_id,
                day,
                [(opens, opens + 5 * HOUR)],
                evidence=Evidence.SCHEDULE,
                judged_by_down=by_down,
            )
            for number in range(3):
                ride = 10 * park_id + number
                if back == 1:
                    world.ride(ride, park_id, f"Ride {ride}")
                lost = 2400 if by_down else 900
                world.hour(ride, day, opens, operating=HOUR - lost, down=lost, downtime=lost)
                if by_down:
                    world.hours[-1]["downtime_never_reopened"] = 1800
                for hour in range(1, 5):
                    world.hour(ride, day, opens + hour * HOUR, operating=HOUR)
    world.write(sqlite_database, SEEN_AT)
    return reader_of(create_app(sqlite_database, clock))


def text(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.text


def wall(page: str) -> list[str]:
    return re.findall(r'<b class="big">(.*?)</b>', page)


def test_the_wall_of_parks_shows_the_score_that_decides(client: FlaskClient) -> None:
    rows = Api(client)("/parks/downtime", start=YESTERDAY, end=YESTERDAY)["data"]
    assert [row["park_name"] for row in rows] == ["Hides", "Admits"]
    assert rows[0]["comparable_score"] > rows[1]["comparable_score"]
    assert rows[0]["shame_score"] < rows[1]["shame_score"]
    page = text(client, f"/?{ASKED}")
    assert wall(page) == [f"{row['comparable_score']:.2f}" for row in rows]
    assert f"<b>{rows[0]['comparable_score']:.2f}</b>" in page.split("answer-figure", 1)[1][:400]


def row_of(page: str, name: str) -> str:
    """The line of a park in the ranking."""
    [row] = [row for row in re.findall(r'<tr role="row".*?</tr>', page, re.DOTALL) if f">{name}</a>" in row]
    return row


def test_a_row_says_the_share_of_ride_time_lost_and_splits_it_by_kind(client: FlaskClient) -> None:
    page = text(client, f"/?{ASKED}")
    uptimes = {
        row["park_name"]: row["uptime_percent"]
        for row in Api(client)("/parks/downtime", start=YESTERDAY, end=YESTERDAY)["data"]
    }
    admits, hides = row_of(page, "Admits"), row_of(page, "Hides")
    for row, name in ((admits, "Admits"), (hides, "Hides")):
        assert f"<b>{100 - uptimes[name]:.0f}\u00a0%</b> of ride time lost" in row
    assert re.findall(r'<rect class="part-(\w+)"', admits) == ["breakdown", "never_reopened"]
    assert re.findall(r'<rect class="part-(\w+)"', hides) == ["breakdown"]
    assert "early ends 1\u00a0h\u00a030\u00a0min" in admits
    assert "early ends" not in hides
    assert "tells breakdowns" in admits
    assert "open/closed only" in hides
    key = page.split('class="kinds-key"', 1)[1].split("</caption>", 1)[0]
    assert re.findall(r"part-(\w+)", key) == ["breakdown", "never_reopened"]


def test_what_was_lost_and_the_uptime_beside_it_make_100_percent_whatever_the_rides_weigh() -> None:
    row = {"shame_score": 0.36, "uptime_percent": 97.8}
    periods = {name: Period(name) for name in (PeriodName.YESTERDAY, PeriodName.LIVE)}
    assert lost_of(row, periods[PeriodName.YESTERDAY]) == pytest.approx(2.2)
    assert lost_of(row, periods[PeriodName.LIVE]) == pytest.approx(3.6)  # of the rides now, by weight
    assert lost_of({"shame_score": None, "uptime_percent": None}, periods[PeriodName.LIVE]) is None


def test_the_news_names_the_park_that_leads_and_its_worst_ride(client: FlaskClient) -> None:
    news = text(client, f"/?{ASKED}").split('class="news"', 1)[1].split("</p>", 1)[0]
    said = re.sub(r"<[^>]*>", "", news).replace("\u00a0", " ")
    assert "Hides lost at least 0.8 ride-hours" in said
    assert re.search(r"Ride 2\d the worst", said)


def test_the_wall_of_rides_shows_the_time_that_decides(client: FlaskClient) -> None:
    assert wall(text(client, f"/rides?{ASKED}"))[0] == "15\u00a0min"


def test_only_figures_of_a_source_that_hides_are_marked_as_bounds(client: FlaskClient) -> None:
    page = text(client, f"/?{ASKED}")
    marked = {
        name: 'class="bound"' in row
        for name in ("Admits", "Hides")
        for row in re.findall(r'<tr role="row".*?</tr>', page, re.DOTALL)
        if f">{name}</a>" in row
    }
    assert marked == {"Admits": False, "Hides": True}
    for path, figure in (("parks/hides", "at least"), ("parks/admits", None)):
        badge = text(client, f"/api/badges/{path}.svg?{ASKED}")
        assert ("at least" in badge) == (figure is not None)


def test_cards_of_lists_show_the_score_that_decides(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Card] = []

    def note(card: Card, *_: object) -> bytes:
        drawn.append(card)
        return b"\x89PNG"

    monkeypatch.setattr(card_pages, "draw", note)
    client.get(f"/cards/rankings.png?{ASKED}")
    client.get(f"/cards/rides.png?{ASKED}")
    client.get(f"/cards/parks/hides.png?{ASKED}")
    parks, rides, park = drawn
    rows = Api(client)("/parks/downtime", start=YESTERDAY, end=YESTERDAY)["data"]
    assert [figure for figure, _name, _level in parks.lines] == [
        f"{row['comparable_score']:.2f}" for row in rows
    ]
    assert rides.lines[0][0] == "15\u00a0min"
    assert park.verdict is not None
    assert park.verdict.unit == "of 10, at least"


def test_places_say_what_their_rank_is_by(client: FlaskClient) -> None:
    page = text(client, f"/rides/20-ride-20?{ASKED}")
    assert "among all rides by time in breakdowns that were over the same day" in page
    park = text(client, f"/parks/hides?{ASKED}")
    assert "Rank 1 among all parks by the score of breakdowns that were over the same day" in park


def test_kinds_of_downtime_are_drawn_as_far_as_they_occur(client: FlaskClient) -> None:
    for path, kinds in (
        ("/parks/admits", ["breakdown", "never_reopened"]),
        ("/parks/hides", ["breakdown"]),
        ("/rides/10-ride-10", ["breakdown", "never_reopened"]),
    ):
        page = text(client, f"{path}?{ASKED}")
        start = page.rindex("<section", 0, page.index('id="kinds"'))
        section = page[start : page.index("</section>", start)]
        assert 'data-drawn="server"' in section
        assert re.findall(r'<rect class="part-(\w+)"', section) == kinds
        assert re.findall(r'kinds-swatch part-(\w+)"', section) == kinds
    assert 'id="kinds"' in text(client, f"/?{ASKED}")
    assert 'id="kinds"' not in text(client, "/?period=live")


def test_shares_of_kinds_add_up_to_the_bar() -> None:
    rows = [dict.fromkeys(KIND_FIELDS, None), {name: at for at, name in enumerate(KIND_FIELDS)}]
    shares = kinds_of(rows)
    assert [share.seconds for share in shares] == [1, 2, 3]
    assert shares[-1].x + shares[-1].percent == pytest.approx(100)
    assert kinds_of([dict.fromkeys(KIND_FIELDS, 0)]) == []


def test_the_bar_of_a_park_is_split_by_weight_as_its_score_is() -> None:
    seconds = dict(zip(KIND_FIELDS, (100, 30, 10, 0), strict=True))
    # A flagship broke down for 100 s, minor rides opened late and ended early for 40.
    shares = weighted_kinds_of(seconds | {"weighted_downtime": 340, "weighted_breakdown": 300})
    assert [(share.slug, round(share.percent, 1)) for share in shares] == [
        ("breakdown", 88.2),
        ("opening_delay", 8.8),
        ("never_reopened", 2.9),
    ]
    assert [share.seconds for share in shares] == [100, 30, 10]
    nothing = dict.fromkeys([*KIND_FIELDS, "weighted_downtime", "weighted_breakdown"], 0)
    assert weighted_kinds_of(nothing) == []


def test_the_example_of_a_comparison_can_be_compared(client: FlaskClient) -> None:
    hrefs = re.findall(r'For example <a href="([^"]+)"', text(client, "/compare"))
    assert len(hrefs) == 2
    for href in hrefs:
        rows = client.get("/api" + href.replace("&amp;", "&")).get_json()["data"]["rows"]
        assert [row["change_reason"] for row in rows] == [None, None]


def test_an_empty_comparison_says_what_to_do_and_not_that_there_is_no_data(
    sqlite_database: Database, clock: FixedClock
) -> None:
    world = World()
    world.park(1, "New", ROME)
    world.park(2, "Newer", ROME)
    world.write(sqlite_database, SEEN_AT)
    reader = reader_of(create_app(sqlite_database, clock))
    page = text(reader, "/compare")
    assert "Choose up to six parks above" in page
    [href] = re.findall(r'For example <a href="([^"]+)"', page)
    assert reader.get(href).status_code == 200
    assert "recorded" not in page.split('id="example"', 1)[1].split("</section>", 1)[0]


def test_days_of_a_chart_say_how_the_park_kept_its_hours(client: FlaskClient) -> None:
    details = Api(client)("/parks/hides/details", start=days_before(6), end=YESTERDAY)["data"]
    by_date = {day["date"]: day for day in details["days"]}
    for point in details["chart_data"]:
        for name in ("opened_late_seconds", "closed_early_seconds"):
            assert point[name] == by_date[point["date"]][name]


@pytest.mark.parametrize("path", ["/waits", "/now", "/trends", "/awards", "/rides"])
def test_lists_with_rides_let_a_type_be_chosen(client: FlaskClient, path: str) -> None:
    page = text(client, f"{path}?type=coaster")
    assert '<option value="coaster" selected>Roller coasters</option>' in page
    assert ('name="non_rides"' in page) == (path in ("/waits", "/rides"))
    assert "type=coaster" in page.split('rel="canonical"', 1)[1][:200]


def test_trends_say_in_words_what_is_not_compared_and_why(client: FlaskClient) -> None:
    compared = Api(client)("/trends", period="30days")["compared"]
    page = text(client, "/trends?period=30days").split('id="compared"', 1)[1].split("</section>", 1)[0]
    for kind in ("parks", "rides"):
        counts = compared[kind]
        assert counts["total"] == counts["compared"] + sum(line["count"] for line in counts["not_compared"])
        assert f"{counts['compared']} of {counts['total']}" in re.sub(r"<[^>]+>|&nbsp;|\xa0", " ", page)
    lines = [line for kind in compared for line in compared[kind]["not_compared"]]
    assert lines
    assert all(line["words"] in page for line in lines)
