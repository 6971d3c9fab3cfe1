"""Facts of rides, show times and tables of restaurants on their way into the store, good and bad."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.entity_facts import (
    AttractionFacts,
    FactBook,
    FactRule,
    FactSource,
    Setting,
    StatedFacts,
)
from hallofshame.domain.readings import DiningTable, ListedEntity, ShowTimeReading
from hallofshame.domain.ride_types import RideType, TypeBook, TypeRule
from hallofshame.domain.tiers import TierBook
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline import classifying
from hallofshame.pipeline.shipped import load_fact_book, load_type_book
from hallofshame.pipeline.show_times import judged
from hallofshame.pipeline.sync import classify, sync
from hallofshame.store.database import Database
from hallofshame.store.models import DiningAvailability, EntityMetadata, Park
from hallofshame.store.models import ShowTime as StoredShow
from hallofshame.store.reports.catalogue import load_catalogue
from pipeline.fakes import LOG, ROME, WIKI_IDS, FakeFeed, at, found, seed_parks, seed_rides
from pipeline.polls import Polled, collector, reading

NOON = at("2026-06-01 10:00")
NO_TYPES = TypeBook([], [], [])
BOOK = FactBook(
    [
        FactRule("park-1", "Alpha", StatedFacts(Setting.INDOOR, 112), "listed"),
        FactRule("park-1", "Bravo", StatedFacts(None, 0), "listed"),
    ]
)


def entity(name: str = "Alpha", *tags: str, place: tuple[float, float] = (41.9, 12.5)) -> ListedEntity:
    return ListedEntity(f"1-{name}", name, RideKind.ATTRACTION, *place, tags)


def facts(database: Database) -> dict[str, AttractionFacts]:
    with database.read() as connection:
        return {ride.name: ride.facts for ride in load_catalogue(connection).rides.values()}


def versions(database: Database) -> list[tuple[int | None, str, bool]]:
    table = EntityMetadata
    with database.read() as connection:
        rows = connection.execute(
            select(table.min_height_cm, table.setting, table.superseded_at).order_by(
                table.ride_id, table.seen_at
            )
        )
        return [(lowest, setting, until is None) for lowest, setting, until in rows]


@pytest.mark.both_databases
def test_the_feed_goes_before_the_list_and_the_list_before_the_type(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifying, "load_fact_book", lambda: BOOK)
    seed_parks(database, ROME)
    seed_rides(database, ROME, "Alpha", "Bravo", "Charlie")
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: [entity("Alpha", "minimumHeight=130", "OUTDOOR")]})
    clock = FixedClock(NOON)
    sync(database, {Feed.THEMEPARKS_WIKI: wiki}, clock, LOG)
    clock.sleep(60)
    types = TypeBook([], [TypeRule("park-1", "Charlie", RideType.DARK_RIDE, "listed")], [])
    assert classify(database, clock, TierBook([], [], []), types).facts_changed == 2
    assert facts(database) == {
        "Alpha": AttractionFacts(130, None, FactSource.FEED, Setting.OUTDOOR, FactSource.FEED),
        "Bravo": AttractionFacts(0, None, FactSource.CURATED, Setting.UNKNOWN, FactSource.UNKNOWN),
        "Charlie": AttractionFacts(None, None, FactSource.UNKNOWN, Setting.INDOOR, FactSource.TYPE),
    }
    assert classify(database, clock, TierBook([], [], []), types).facts_changed == 0
    wiki.entities[WIKI_IDS[ROME]] = [entity("Alpha")]
    clock.sleep(60)
    sync(database, {Feed.THEMEPARKS_WIKI: wiki}, clock, LOG)
    clock.sleep(60)
    classify(database, clock, TierBook([], [], []), NO_TYPES)
    assert facts(database)["Alpha"].height_source is FactSource.CURATED
    assert facts(database)["Charlie"] == AttractionFacts()
    assert versions(database) == [
        (130, "outdoor", False),
        (None, "unknown", False),
        (112, "indoor", True),
        (0, "unknown", True),
        (None, "indoor", False),
        (None, "unknown", True),
    ]


def test_an_entity_far_from_its_park_has_no_place_and_is_a_finding(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    with sqlite_database.write() as connection:
        connection.execute(Park.__table__.update().values(latitude=41.9, longitude=12.5))  # type: ignore[attr-defined]
    seed_rides(sqlite_database, ROME, "Alpha", "Bravo")
    listed = [entity("Alpha", place=(12.5, 41.9)), entity("Bravo", place=(41.91, 12.5))]
    sync(
        sqlite_database,
        {Feed.THEMEPARKS_WIKI: FakeFeed(entities={WIKI_IDS[ROME]: listed})},
        FixedClock(NOON),
        LOG,
    )
    with sqlite_database.read() as connection:
        places = {ride.name: ride.latitude for ride in load_catalogue(connection).rides.values()}
    assert places == {"Alpha": None, "Bravo": 41.91}
    [finding] = found(sqlite_database, "coordinates_far_from_park")
    assert finding.subject == "1-Alpha"
    assert "km from its park" in finding.detail


@pytest.mark.parametrize(
    ("known", "height", "admits"),
    [
        (AttractionFacts(), 110, None),
        (AttractionFacts(102, None, FactSource.FEED), 102, True),
        (AttractionFacts(102, None, FactSource.FEED), 101, False),
        (AttractionFacts(0, None, FactSource.CURATED), 60, True),
        (AttractionFacts(None, 120, FactSource.FEED), 120, True),
        (AttractionFacts(None, 120, FactSource.FEED), 121, False),
        (AttractionFacts(117, 195, FactSource.FEED), 196, False),
    ],
)
def test_a_height_fits_between_the_limits(known: AttractionFacts, height: int, admits: bool | None) -> None:
    assert known.admits(height) is admits


def test_the_shipped_list_knows_rides_by_the_names_of_the_type_list() -> None:
    book, types = load_fact_book(), load_type_book()
    space = book.facts("magic-kingdom", ["Space Mountain"], [], RideType.COASTER)
    assert space == AttractionFacts(112, None, FactSource.CURATED, Setting.INDOOR, FactSource.CURATED)
    raging = book.facts("tokyo-disneysea", ["レイジングスピリッツ"], [], RideType.COASTER)
    assert (raging.min_height_cm, raging.max_height_cm) == (117, 195)
    unknown = [key for key in book.keys if key not in types.curated]
    assert unknown == []
    assert len(book.keys) > 100


def show(
    start: dt.datetime, end: dt.datetime | None = None, kind: str = "Performance Time"
) -> ShowTimeReading:
    return ShowTimeReading(kind, start, end)


def test_show_times_of_another_date_are_findings_and_ends_that_are_none_are_left_out() -> None:
    hour = dt.timedelta(hours=1)
    shows = [
        show(NOON + hour, NOON + 2 * hour),
        show(NOON + 2 * hour, NOON + 2 * hour),
        show(NOON + 3 * hour, NOON + hour),
        show(NOON + 30 * hour),
        show(NOON + 60 * hour),
        show(NOON - 400 * 24 * hour),
        show(dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC)),
    ]
    said, problems = judged(7, "Gala", int(NOON.timestamp()), shows, "Europe/Rome")
    assert [one.ends_at for one in said.shows] == [NOON + 2 * hour, None, None, None]
    assert said.shows[-1].starts_at == NOON + 30 * hour
    assert [finding.kind for finding in problems] == [
        "show_time_backwards",
        *["show_time_of_another_date"] * 3,
    ]
    assert problems[1].subject == "Gala"
    assert "2026-06-04" in problems[1].detail
    assert "2026-06-01" in problems[1].detail


def stored(database: Database) -> tuple[list[tuple[int, bool]], list[tuple[str, bool]]]:
    """Hours at which shows start, tables that were said; each with whether it is in force."""
    with database.read() as connection:
        shows = connection.execute(
            select(StoredShow.starts_at, StoredShow.superseded_at).order_by(StoredShow.starts_at)
        ).all()
        tables = connection.execute(
            select(DiningAvailability.tables, DiningAvailability.superseded_at).order_by(
                DiningAvailability.seen_at
            )
        ).all()
    midnight = int(at("2026-06-01").timestamp())
    return (
        [((start - midnight) // 3600, until is None) for start, until in shows],
        [(text, until is None) for text, until in tables],
    )


@pytest.mark.both_databases
def test_cycles_follow_shows_that_move_and_tables_that_come_and_go(database: Database) -> None:
    seed_parks(database, ROME)
    hour = dt.timedelta(hours=1)
    tavern = reading("Tavern", kind=RideKind.RESTAURANT)
    gala = reading("Gala", kind=RideKind.SHOW)
    feed = Polled()
    live = collector(database, feed, now=NOON)
    clock = live._clock
    for shows, tables in (
        ([1, 3, 50], ()),
        ([1, 3, 50], (DiningTable(2, 10),)),
        ([1, 3, 50], (DiningTable(2, 10),)),
        ([1, 4], (DiningTable(2, 10),)),
        ([1, 4], ()),
    ):
        feed.says = {
            WIKI_IDS[ROME]: [
                replace(gala, showtimes=tuple(show(NOON + n * hour) for n in shows)),
                replace(tavern, dining=tables),
            ]
        }
        live.cycle()
        clock.sleep(300)
    live.close()
    assert stored(database) == ([(11, True), (13, False), (14, True)], [("[[2,10]]", False), ("[]", True)])
    [finding] = found(database, "show_time_of_another_date")
    assert finding.subject == "Gala"
