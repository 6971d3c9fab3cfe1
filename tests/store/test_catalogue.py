"""Parks, rides, names, tiers and outside ids."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, false, select, update

from hallofshame.domain.errors import InputError, NotFoundError, StoreError
from hallofshame.domain.words import Feed
from hallofshame.store import catalogue, data_version
from hallofshame.store.catalogue import Classification, NewExternalId, NewRide, StoredPark
from hallofshame.store.catalogue_changes import WATCHED
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    EntityMetadata,
    ExternalId,
    Park,
    ParkSignal,
    Ride,
    RideClassification,
    RideDailyStats,
    RideTypeDecision,
)
from hallofshame.store.reports.catalogue import load_catalogue
from store.samples import NOON, NOW, park, seed


def test_parks_get_ids_and_keep_them(database: Database) -> None:
    with database.write() as connection:
        ids = catalogue.upsert_parks(
            connection, [park("efteling"), park("gardaland", 40), park("phantasialand")]
        )
        assert ids == {"efteling": 1, "gardaland": 40, "phantasialand": 41}
        again = [park("phantasialand", name="Phantasialand!"), park("efteling", latitude=51.65)]
        assert catalogue.upsert_parks(connection, again) == {"phantasialand": 41, "efteling": 1}
        rows = catalogue.park_table(connection)
    assert [(row.park_id, row.slug, row.name) for row in rows] == [
        (1, "efteling", "Efteling"),
        (40, "gardaland", "Gardaland"),
        (41, "phantasialand", "Phantasialand!"),
    ]
    assert rows[0] == park("efteling", 1, latitude=51.65)
    assert isinstance(rows[0], StoredPark)


def test_a_mapping_changes_only_its_columns(database: Database) -> None:
    with database.write() as connection:
        catalogue.upsert_parks(connection, [park("efteling", country="NL")])
        catalogue.upsert_parks(connection, [{"slug": "efteling", "is_active": False}])
        (row,) = catalogue.park_table(connection)
    assert (row.country, row.is_active) == ("NL", False)


def test_a_park_can_change_its_slug_but_not_take_anothers(database: Database) -> None:
    with database.write() as connection:
        catalogue.upsert_parks(connection, [park("a", 1), park("b", 2)])
        catalogue.upsert_parks(connection, [park("c", 1), park("a", 2)])
        assert [row.slug for row in catalogue.park_table(connection)] == ["c", "a"]
        with pytest.raises(StoreError, match="'a' belongs to park 2"):
            catalogue.upsert_parks(connection, [park("a", 1)])
        with pytest.raises(StoreError, match="no column planet"):
            catalogue.upsert_parks(connection, [{"slug": "a", "planet": "Earth"}])


def test_rides_get_slugs_that_are_unique_in_their_park(database: Database) -> None:
    with database.write() as connection:
        catalogue.upsert_parks(connection, [park("a", 1), park("b", 2)])
        names = ["Space Mountain", "Space Mountain™", "!!!", "宇宙", "x" * 400]
        rides = [NewRide(1, name, "ATTRACTION", "Tomorrowland", NOW) for name in names]
        ids = catalogue.create_rides(connection, [*rides, NewRide(2, "Space Mountain", "SHOW", None, NOON)])
        more = catalogue.create_rides(connection, [NewRide(1, "space mountain", "ATTRACTION", None, NOON)])
        first = catalogue.rides(connection, 1)
        everything = {row.ride_id: row for row in catalogue.rides(connection)}
    assert [everything[ride_id].slug for ride_id in ids + more] == [
        "space-mountain",
        "space-mountain-2",
        "ride",
        "宇宙",
        "x" * 180,
        "space-mountain",
        "space-mountain-3",
    ]
    assert [row.ride_id for row in first] == [*ids[:5], *more]
    assert everything[ids[0]] == catalogue.StoredRide(
        ids[0], 1, "space-mountain", "Space Mountain", "ATTRACTION", "Tomorrowland", is_active=True
    )
    assert everything[ids[5]].kind == "SHOW"


def test_a_rename_keeps_id_and_slug_and_remembers_all_names(database: Database) -> None:
    (ride_id,) = seed(database, {1: 1})[1]
    with database.write() as connection:
        catalogue.rename_rides(connection, {ride_id: "Baron 1898 "}, NOW)
        catalogue.rename_rides(connection, {ride_id: "Ride 0"}, NOW)
        catalogue.rename_rides(connection, {ride_id: "Baron 1898"}, NOW)
        (row,) = catalogue.rides(connection)
        assert (row.ride_id, row.slug, row.name) == (ride_id, "ride-0", "Baron 1898")
        assert catalogue.ride_names(connection, 1) == {ride_id: {"Ride 0", "Baron 1898"}}
        assert catalogue.ride_names(connection, 2) == {}
        with pytest.raises(NotFoundError, match="no ride 999"):
            catalogue.rename_rides(connection, {999: "x"}, NOW)


def test_rides_are_touched_and_turned_inactive_in_any_number(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_IDS_AT_ONCE", 2)
    ids = seed(database, {1: 5})[1]
    with database.write() as connection:
        catalogue.touch_rides(connection, ids[:3], NOON + 300)
        catalogue.touch_rides(connection, ids[:3], NOON - 300)
        catalogue.touch_rides(connection, [], NOON)
        catalogue.set_active(connection, ids[2:], active=False)
        catalogue.set_active(connection, ids[4:], active=True)
        seen = list(connection.scalars(select(Ride.last_seen_at).order_by(Ride.ride_id)))
        assert seen == [NOON + 300] * 3 + [NOON] * 2
        active = [row.is_active for row in catalogue.rides(connection)]
        assert active == [True, True, False, False, True]


def test_tiers_replace_those_there_were(database: Database) -> None:
    one, two = seed(database, {1: 2})[1]
    with database.write() as connection:
        flagship = Classification(1, "curated", 1.0, "the park's icon")
        guess = Classification(None, "keywords", 0.25, "r" * 900)
        catalogue.set_classifications(connection, [(one, flagship), (two, guess)], NOW)
        catalogue.set_classifications(connection, [(two, flagship)], NOW)
        catalogue.set_classifications(connection, [], NOW)
        assert catalogue.classifications(connection) == {one: flagship, two: flagship}
        catalogue.set_classifications(connection, [(two, guess)], NOW)
        found = catalogue.classifications(connection)[two]
    assert (found.tier, found.source, found.confidence, len(found.reason)) == (None, "keywords", 0.25, 250)


def test_outside_ids_mean_one_thing_per_feed_and_kind(database: Database) -> None:
    wiki, queue = Feed.THEMEPARKS_WIKI, Feed.QUEUE_TIMES
    with database.write() as connection:
        rows = [
            NewExternalId(wiki, "park", "abc", 1),
            NewExternalId(wiki, "ride", "abc", 7),
            NewExternalId(queue, "park", "160", 1),
            NewExternalId(wiki, "park", "ABC ", 2),
        ]
        assert catalogue.add_external_ids(connection, rows, NOW) == 4
        assert catalogue.add_external_ids(connection, [NewExternalId(wiki, "park", "abc", 9)], NOW) == 0
        assert catalogue.add_external_ids(connection, [], NOW) == 0
        assert catalogue.external_ids(connection, wiki, "park") == {"abc": 1, "ABC": 2}
        assert catalogue.external_ids(connection, wiki, "ride") == {"abc": 7}
        assert catalogue.external_ids(connection, queue, "park") == {"160": 1}
        catalogue.move_external_id(connection, wiki, "park", "abc", 9)
        assert catalogue.external_ids(connection, wiki, "park") == {"abc": 9, "ABC": 2}


def test_every_table_that_the_catalogue_is_read_from_is_watched(sqlite_database: Database) -> None:
    seen: list[str] = []
    engine = sqlite_database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with sqlite_database.read() as connection:
        load_catalogue(connection)
    tables = {name for text in seen for name in re.findall(r"(?:FROM|JOIN) (\w+)", text)}
    assert tables == set(WATCHED)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (Park, {"name": "Another name"}),
        (Ride, {"last_seen_at": 7}),
        (ExternalId, {"external_id": "other"}),
        (RideClassification, {"tier": 1}),
        (RideTypeDecision, {"type": "coaster"}),
        (ParkSignal, {"signal": "down"}),
        (EntityMetadata, {"min_height_cm": 120}),
    ],
)
def test_every_write_to_the_catalogue_moves_its_version(
    database: Database, table: type[Base], columns: dict[str, Any]
) -> None:
    def version() -> int:
        with database.read() as connection:
            return data_version.versions(connection).catalogue

    before = version()
    database.run(lambda connection: connection.execute(update(table).values(columns)))
    after = version()
    assert after > before
    database.run(lambda connection: connection.execute(delete(table).where(false())))
    assert version() > after


def test_other_writes_and_those_rolled_back_leave_the_version_of_the_catalogue(database: Database) -> None:
    def version() -> int:
        with database.read() as connection:
            return data_version.versions(connection).catalogue

    def fails(connection: Connection) -> None:
        connection.execute(update(Park).values(name="never"))
        raise InputError("no")

    before = version()
    with pytest.raises(InputError):
        database.run(fails)
    database.run(lambda connection: data_version.bump(connection, None))
    database.run(lambda connection: connection.execute(delete(RideDailyStats)))
    assert version() == before
