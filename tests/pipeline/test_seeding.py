"""Seeding: the parks of the catalogue in the store, once, with what a change of them marks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import update

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.words import Feed
from hallofshame.pipeline.seeding import park_names, seed_catalogue
from hallofshame.pipeline.shipped import load_parks
from hallofshame.store import catalogue, dirty
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Park,
    ParkSignal,
)
from pipeline.fakes import (
    MONDAY,
    TUESDAY,
    at,
    dirty_days,
    settled,
)

CLOCK = FixedClock(at("2026-06-10 04:20"))


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_whole_catalogue_is_seeded_once(database: Database) -> None:
    parks = load_parks()
    assert seed_catalogue(database, CLOCK) == len(parks)
    assert seed_catalogue(database, CLOCK) == 0
    with database.read() as connection:
        stored = {park.park_id: park.slug for park in catalogue.park_table(connection)}
        ids = {feed: catalogue.external_ids(connection, feed, "park") for feed in Feed}
    assert stored == {park.park_id: park.slug for park in parks}
    for park in parks:
        for feed in Feed:
            external_id = park.external_id(feed)
            assert external_id is None or ids[feed][external_id] == park.park_id


@pytest.mark.both_databases
def test_several_hosts_may_seed_at_once(database: Database) -> None:
    hosts = [Database(database.engine.url.render_as_string(hide_password=False)) for _ in range(3)]
    start = threading.Barrier(len(hosts))

    def seed(own: Database) -> int:
        start.wait()
        return seed_catalogue(own, CLOCK)

    with ThreadPoolExecutor(len(hosts)) as pool:
        done = sorted(pool.map(seed, hosts))
    for own in hosts:
        own.dispose()
    assert done == [0, 0, len(load_parks())]


def test_the_archive_knows_parks_by_their_themeparks_wiki_ids(sqlite_database: Database) -> None:
    seed_catalogue(sqlite_database, CLOCK)
    with sqlite_database.read() as connection:
        wiki = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park")
        assert catalogue.external_ids(connection, Feed.ARCHIVE, "park") == wiki


def test_only_the_parks_asked_for_are_seeded(sqlite_database: Database) -> None:
    chosen = next(park for park in load_parks() if park.queue_times_id == "64")
    assert seed_catalogue(sqlite_database, CLOCK, only={(Feed.QUEUE_TIMES, "64")}) == 1
    assert seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom",)) == 1
    with sqlite_database.read() as connection:
        slugs = {park.slug for park in catalogue.park_table(connection)}
    assert slugs == {chosen.slug, "magic-kingdom"}


def test_an_unknown_slug_is_refused(sqlite_database: Database) -> None:
    with pytest.raises(InputError, match="no park atlantis"):
        seed_catalogue(sqlite_database, CLOCK, only=("atlantis",))


@pytest.mark.both_databases
def test_a_changed_breakdown_signal_marks_the_park_days_that_it_judges(database: Database) -> None:
    seed_catalogue(database, CLOCK, only=("magic-kingdom",))
    park_id = _one_park(database)
    _give_days(database, park_id)
    with database.write() as connection:
        connection.execute(update(Park).values(breakdown_signal="closed"))
        connection.execute(update(ParkSignal).values(signal="closed"))
    assert seed_catalogue(database, CLOCK, only=("magic-kingdom",)) == 1
    assert dirty_days(database) == {(park_id, MONDAY), (park_id, TUESDAY)}


def test_a_changed_name_marks_nothing(sqlite_database: Database) -> None:
    seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom",))
    _give_days(sqlite_database, _one_park(sqlite_database))
    with sqlite_database.write() as connection:
        connection.execute(update(Park).values(name="Old name"))
    assert seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom",)) == 1
    assert not dirty_days(sqlite_database)


def test_a_park_that_was_put_to_rest_stays_so(sqlite_database: Database) -> None:
    seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom",))
    with sqlite_database.write() as connection:
        connection.execute(update(Park).values(is_active=False, name="Old name"))
    seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom",))
    with sqlite_database.read() as connection:
        (park,) = catalogue.park_table(connection)
    assert (park.name, park.is_active) == ("Magic Kingdom", False)


def test_a_park_met_before_it_was_in_the_catalogue_keeps_its_number(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.write() as connection:
        row = catalogue.StoredPark(
            park_id=1,
            slug="met-first",
            name="Met first",
            timezone="UTC",
            primary_feed=1,
            breakdown_signal="closed",
        )
        catalogue.upsert_parks(connection, [row])
        new = catalogue.NewExternalId(Feed.QUEUE_TIMES, "park", "9999", 1)
        catalogue.add_external_ids(connection, [new], 0)
    extra = tmp_path / "more.csv"
    extra.write_text(
        "park_id,slug,name,operator,country,region,timezone,latitude,longitude,queue_times_id,"
        "themeparks_wiki_id,primary_feed,breakdown_signal,is_water_park,aliases\n"
        "9001,my-park,My Park,Independent,Italy,Europe,Europe/Rome,,,9999,,queue_times,closed,0,\n"
    )
    seed_catalogue(sqlite_database, CLOCK, extra=extra)
    with sqlite_database.read() as connection:
        parks = {park.slug: park for park in catalogue.park_table(connection)}
    assert (parks["met-first"].park_id, parks["met-first"].name) == (1, "My Park")
    assert parks["met-first"].timezone == "Europe/Rome"
    shipped = load_parks()
    assert len(parks) == len(shipped) + 1
    assert parks[shipped[0].slug].park_id != 1
    assert seed_catalogue(sqlite_database, CLOCK, extra=extra) == 0


def test_names_and_aliases_find_their_park_unless_two_have_them(sqlite_database: Database) -> None:
    seed_catalogue(sqlite_database, CLOCK)
    with sqlite_database.write() as connection:
        twin = {"slug": "epcot-twin", "name": "EPCOT", "timezone": "UTC", "primary_feed": 1}
        catalogue.upsert_parks(connection, [{**twin, "breakdown_signal": "closed"}])
        names = park_names(connection)
        slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
    assert slugs[names["parc disneyland"]] == "disneyland-park-paris"
    assert "epcot" not in names


def _one_park(database: Database) -> int:
    with database.read() as connection:
        (park,) = catalogue.park_table(connection)
    assert park.park_id is not None
    return park.park_id


def _give_days(database: Database, park_id: int) -> None:
    """Park-days without anything in them."""
    with database.write() as connection:
        dirty.mark(connection, [(park_id, MONDAY), (park_id, TUESDAY)], "test", 0)
    settled(database)
