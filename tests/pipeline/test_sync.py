"""Seeding, the daily sync, tiers and retirement: what they store and report, and that they repeat."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select, update

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, ListedEntity, ListedPark, ParkSchedule
from hallofshame.domain.tiers import RideRule, TierBook
from hallofshame.domain.words import Feed, PollOutcome, RideKind
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.sync import (
    classify,
    park_names,
    retire_vanished,
    review_list,
    seed_catalogue,
    sync,
)
from hallofshame.store import bulk, catalogue, dirty, raw
from hallofshame.store.database import Database
from hallofshame.store.models import (
    AggregationLog,
    EntityMetadata,
    Park,
    ParkActivitySnapshot,
    Ride,
    RideDailyStats,
)
from hallofshame.store.models import (
    ParkSchedule as StoredSchedule,
)
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    QUEUE_TIMES_IDS,
    ROME,
    TUESDAY,
    WEDNESDAY,
    WIKI_IDS,
    FakeFeed,
    FakeQueueTimes,
    at,
    found,
    hours,
    refused,
    roll_up,
    seed_parks,
    seed_rides,
    small_world,
)

CLOCK = FixedClock(at("2026-06-10 04:20"))
NOTHING = TierBook([], [], [])
ONE_DAY = dt.timedelta(days=1)


def dirty_days(database: Database) -> set[tuple[int, dt.date]]:
    with database.read() as connection:
        return set(dirty.dirty(connection).select("park_id", "day").iter_rows())


def settled(database: Database) -> None:
    """Empty the dirty list."""
    roll_up(database)
    assert not dirty_days(database)


# --- seeding ---


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


def test_a_changed_breakdown_signal_marks_all_park_days(database: Database) -> None:
    seed_catalogue(database, CLOCK, only=("magic-kingdom",))
    park_id = _one_park(database)
    _give_days(database, park_id)
    with database.write() as connection:
        connection.execute(update(Park).values(breakdown_signal="closed"))
    assert seed_catalogue(database, CLOCK, only=("magic-kingdom",)) == 1
    around = {MONDAY - dt.timedelta(days=1), MONDAY, TUESDAY, WEDNESDAY}
    assert dirty_days(database) == {(park_id, day) for day in around}


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
        row = catalogue.ParkRow(
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


# --- sync ---


def listed(feed: Feed, ids: dict[int, str]) -> list[ListedPark]:
    return [ListedPark(feed, external_id, f"Park {park_id}") for park_id, external_id in ids.items()]


def feeds_of(wiki: FakeFeed) -> dict[Feed, FakeFeed]:
    queue_times = FakeQueueTimes(parks=listed(Feed.QUEUE_TIMES, QUEUE_TIMES_IDS))
    if not wiki.parks:
        wiki.parks = listed(Feed.THEMEPARKS_WIKI, WIKI_IDS)
    return {Feed.QUEUE_TIMES: queue_times, Feed.THEMEPARKS_WIKI: wiki}


def test_published_hours_are_stored_and_mark_the_days_they_change(database: Database) -> None:
    small_world(database)
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ParkSchedule((hours(MONDAY, 7, 20),))})
    result = sync(database, feeds_of(wiki), CLOCK, LOG)
    assert (result.parks, result.failed, result.dates_changed) == (2, 0, 1)
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    settled(database)
    again = sync(database, feeds_of(wiki), CLOCK, LOG)
    assert again.dates_changed == 0
    assert not dirty_days(database)


def test_dates_that_are_no_longer_listed_keep_their_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ParkSchedule((hours(MONDAY, 7, 20), hours(TUESDAY, 7, 20)))})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    wiki.schedules[WIKI_IDS[ROME]] = ParkSchedule((hours(TUESDAY, 7, 20),))
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    with sqlite_database.read() as connection:
        in_force = select(StoredSchedule.date).where(StoredSchedule.superseded_at.is_(None))
        assert set(connection.scalars(in_force)) == {MONDAY, TUESDAY}


def test_one_old_entry_does_not_void_the_hours_of_the_days_between(sqlite_database: Database) -> None:
    """What is over was published and stays (R4); what is to come and no longer listed is taken back."""
    seed_parks(sqlite_database, ROME)
    known = [hours(CLOCK.now().date() + number * ONE_DAY, 7, 20) for number in range(-3, 4)]
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ParkSchedule(tuple(known))})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    long_ago = hours(MONDAY - 400 * ONE_DAY, 7, 20)
    wiki.schedules[WIKI_IDS[ROME]] = ParkSchedule((long_ago, known[3], known[6]))
    assert sync(sqlite_database, feeds_of(wiki), CLOCK, LOG).dates_changed == 3
    with sqlite_database.read() as connection:
        in_force = select(StoredSchedule.date).where(StoredSchedule.superseded_at.is_(None))
        kept = {long_ago.date, *(entry.date for entry in known[:4]), known[6].date}
        assert set(connection.scalars(in_force)) == kept


def test_a_corrected_date_supersedes_the_old_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    wiki = FakeFeed(schedules={WIKI_IDS[ROME]: ParkSchedule((hours(MONDAY, 7, 20),))})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    wiki.schedules[WIKI_IDS[ROME]] = ParkSchedule((hours(MONDAY, 8, 22),))
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    with sqlite_database.read() as connection:
        rows = connection.execute(select(StoredSchedule.opens_at, StoredSchedule.superseded_at)).all()
    assert sorted(superseded is None for _, superseded in rows) == [False, True]


def test_one_parks_failure_touches_no_other(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    wiki = FakeFeed(
        schedules={
            WIKI_IDS[ROME]: refused(PollOutcome.SERVER_ERROR),
            WIKI_IDS[NEW_YORK]: ParkSchedule((hours(MONDAY, 13, 23),), (Finding("odd", "x", "y"),)),
        },
        entities={WIKI_IDS[ROME]: refused(PollOutcome.TIMEOUT)},
    )
    result = sync(database, feeds_of(wiki), CLOCK, LOG)
    assert (result.parks, result.failed, result.dates_changed) == (2, 1, 1)
    assert {(row.park_id, row.subject) for row in found(database, "sync_failed")} == {
        (ROME, "schedule"),
        (ROME, "entities"),
    }
    assert [row.park_id for row in found(database, "odd")] == [NEW_YORK]
    with database.read() as connection:
        assert connection.scalar(select(AggregationLog.outcome).where(AggregationLog.job == "sync")) == "ok"


def test_a_sync_without_any_answer_is_logged_as_failed(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    down = refused(PollOutcome.CONNECTION_ERROR)
    rome = WIKI_IDS[ROME]
    wiki = FakeFeed(parks=down, schedules={rome: down}, entities={rome: down})
    sync(sqlite_database, {Feed.THEMEPARKS_WIKI: wiki}, CLOCK, LOG)
    with sqlite_database.read() as connection:
        assert connection.scalars(select(AggregationLog.outcome)).all() == ["failed"]
    assert [row.subject for row in found(sqlite_database, "park_list_missing")] == ["themeparks_wiki"]


def test_an_unlisted_park_is_a_finding_that_says_how_to_add_it(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    parks = [*listed(Feed.THEMEPARKS_WIKI, WIKI_IDS), ListedPark(Feed.THEMEPARKS_WIKI, "new-id", "Atlantis")]
    result = sync(sqlite_database, feeds_of(FakeFeed(parks=parks)), CLOCK, LOG)
    assert result.unlisted_parks == 1
    (finding,) = found(sqlite_database, "unlisted_park")
    assert (finding.subject, finding.park_id) == ("themeparks_wiki new-id", None)
    assert "Atlantis" in finding.detail
    assert "docs/catalogue.md" in finding.detail


def test_a_shipped_park_that_is_not_watched_is_not_unlisted(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    shipped = next(park for park in load_parks() if park.themeparks_wiki_id)
    parks = [
        *listed(Feed.THEMEPARKS_WIKI, WIKI_IDS),
        ListedPark(Feed.THEMEPARKS_WIKI, str(shipped.themeparks_wiki_id), shipped.name),
    ]
    assert sync(sqlite_database, feeds_of(FakeFeed(parks=parks)), CLOCK, LOG).unlisted_parks == 0


def test_a_park_gone_upstream_is_a_finding_and_stays(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    only_rome = listed(Feed.THEMEPARKS_WIKI, {ROME: WIKI_IDS[ROME]})
    sync(sqlite_database, feeds_of(FakeFeed(parks=only_rome)), CLOCK, LOG)
    assert [row.park_id for row in found(sqlite_database, "park_gone_upstream")] == [NEW_YORK]
    with sqlite_database.read() as connection:
        assert all(park.is_active for park in catalogue.park_table(connection))


def test_an_unreadable_park_list_says_nothing_about_parks(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    wiki = FakeFeed(parks=refused(PollOutcome.BAD_BODY))
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    assert not found(sqlite_database, "park_gone_upstream", "unlisted_park")


def test_metadata_is_versioned(database: Database) -> None:
    seed_parks(database, ROME)
    seed_rides(database, ROME, "Alpha")
    alpha = ListedEntity("1-Alpha", "Alpha", RideKind.ATTRACTION, 41.9, 12.5, ("water", "indoor"))
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: [alpha]})
    clock = FixedClock(at("2026-06-10"))
    assert sync(database, feeds_of(wiki), clock, LOG).metadata_changed == 1
    clock.sleep(86_400)
    assert sync(database, feeds_of(wiki), clock, LOG).metadata_changed == 0
    moved = ListedEntity("1-Alpha", "Alpha", RideKind.ATTRACTION, 41.95, 12.5, ("water", "indoor"))
    wiki.entities[WIKI_IDS[ROME]] = [moved]
    assert sync(database, feeds_of(wiki), clock, LOG).metadata_changed == 1
    with database.read() as connection:
        table = EntityMetadata
        rows = connection.execute(
            select(table.latitude, table.tags, table.superseded_at).order_by(table.seen_at)
        ).all()
    assert rows == [
        (41.9, '["indoor", "water"]', to_unix(at("2026-06-11"))),
        (41.95, '["indoor", "water"]', None),
    ]


def test_an_entity_that_was_never_observed_makes_no_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    shop = ListedEntity("shop", "A shop", RideKind.SHOP)
    sync(sqlite_database, feeds_of(FakeFeed(entities={WIKI_IDS[ROME]: [shop]})), CLOCK, LOG)
    with sqlite_database.read() as connection:
        assert catalogue.rides(connection) == []


def test_a_ride_of_the_other_feed_learns_its_kind_by_name(database: Database) -> None:
    rides = small_world(database)
    with database.write() as connection:
        (show,) = catalogue.create_rides(
            connection, [catalogue.NewRide(ROME, "The Big Show!", "ATTRACTION", None, 0)]
        )
    entities = [
        ListedEntity("s", "The Big Show", RideKind.SHOW),
        ListedEntity("r", "Echo", RideKind.RESTAURANT),
    ]
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: entities})
    assert sync(database, feeds_of(wiki), CLOCK, LOG).rides_linked == 1
    with database.read() as connection:
        kinds = {ride.ride_id: ride.kind for ride in catalogue.rides(connection, ROME)}
        assert catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "ride")["s"] == show
    assert kinds == {**dict.fromkeys(rides[ROME], "ATTRACTION"), show: "SHOW"}
    assert sync(database, feeds_of(wiki), CLOCK, LOG).rides_linked == 0


def test_a_corrected_kind_marks_the_days_of_the_ride(sqlite_database: Database) -> None:
    small_world(sqlite_database)
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: [ListedEntity("1-Alpha", "Alpha", RideKind.SHOW)]})
    sync(sqlite_database, feeds_of(wiki), CLOCK, LOG)
    assert dirty_days(sqlite_database) >= {(ROME, MONDAY), (ROME, TUESDAY)}
    assert not any(park_id == NEW_YORK for park_id, _ in dirty_days(sqlite_database))


# --- tiers ---


def test_a_changed_weight_marks_every_day_of_its_park(database: Database) -> None:
    small_world(database)
    book = TierBook([RideRule("park-1", "Alpha", 1, "because")], [], [])
    result = classify(database, CLOCK, book)
    assert (result.rides, result.changed, result.reweighted) == (8, 8, 1)
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    settled(database)
    again = classify(database, CLOCK, book)
    assert (again.changed, again.reweighted, again.park_days) == (0, 0, 0)
    assert not dirty_days(database)


def test_a_tier_of_the_same_weight_marks_nothing(sqlite_database: Database) -> None:
    small_world(sqlite_database)
    classify(sqlite_database, CLOCK, TierBook([RideRule("park-1", "Alpha", 2, "standard")], [], []))
    assert not dirty_days(sqlite_database)


def test_typical_waits_rank_the_rides_of_a_park(database: Database) -> None:
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, *(f"Ride {number}" for number in range(10)))
    _give_waits(database, ROME, {ride: 10 * place for place, ride in enumerate(rides)}, days=20)
    classify(database, CLOCK, NOTHING)
    with database.read() as connection:
        tiers = catalogue.classifications(connection)
    assert tiers[rides[9]].tier == 1
    assert tiers[rides[5]].tier == 2
    assert tiers[rides[1]].tier == 3
    # The first ride only ever posted 0, which says nothing.
    assert (tiers[rides[0]].tier, tiers[rides[0]].source) == (None, "unrated")
    assert all(tiers[ride].source == "typical_wait" for ride in rides[1:])


def test_too_little_history_ranks_nothing(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *(f"Ride {number}" for number in range(10)))
    _give_waits(sqlite_database, ROME, {ride: 10 * place for place, ride in enumerate(rides)}, days=13)
    classify(sqlite_database, CLOCK, NOTHING)
    with sqlite_database.read() as connection:
        assert {row.source for row in catalogue.classifications(connection).values()} == {"unrated"}


def test_the_review_list_names_attractions_of_unsure_tier(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    sure, unsure = seed_rides(sqlite_database, ROME, "Sure", "Unsure")
    seed_rides(sqlite_database, ROME, "Snack bar", kind=RideKind.RESTAURANT)
    classify(sqlite_database, CLOCK, TierBook([RideRule("park-1", "Sure", 1, "because")], [], []))
    with sqlite_database.read() as connection:
        assert [line.ride_id for line in review_list(connection)] == [unsure]
    assert sure != unsure


def _give_waits(database: Database, park_id: int, waits: dict[int, int], days: int) -> None:
    """Daily rows with a wait of so many minutes, up to the day before the clock's."""
    rows = [
        {
            "park_id": park_id,
            "day": dt.date(2026, 6, 9) - dt.timedelta(days=number),
            "ride_id": ride,
            "eligible": 1,
            "operated_any": 1,
            "open": 36_000,
            "observed": 36_000,
            "operating": 36_000,
            "down": 0,
            "closed": 0,
            "refurbishment": 0,
            "downtime": 0,
            "wait_known": 36_000,
            "wait_sum": 36_000 * wait,
            "samples": 120,
            "wait_max": wait,
            "metrics_version": 1,
        }
        for ride, wait in waits.items()
        for number in range(days)
    ]
    with database.write() as connection:
        bulk.insert(connection, RideDailyStats, pl.DataFrame(rows))


# --- retirement ---

LAST_SEEN = to_unix(at("2026-04-01"))


def test_a_ride_its_park_answered_without_for_thirty_days_becomes_inactive(database: Database) -> None:
    gone, *_rest = _park_with_a_vanished_ride(database, answered_days=31)
    result = retire_vanished(database, CLOCK)
    assert (result.retired, result.returned, result.vanished_parks) == ([gone], [], [])
    with database.read() as connection:
        assert {ride.ride_id for ride in catalogue.rides(connection) if not ride.is_active} == {gone}
    assert retire_vanished(database, CLOCK).retired == []


def test_days_without_an_answer_do_not_count(sqlite_database: Database) -> None:
    _park_with_a_vanished_ride(sqlite_database, answered_days=29)
    assert retire_vanished(sqlite_database, CLOCK).retired == []


def test_a_returning_ride_is_active_again(sqlite_database: Database) -> None:
    gone, *_rest = _park_with_a_vanished_ride(sqlite_database, answered_days=31)
    retire_vanished(sqlite_database, CLOCK)
    with sqlite_database.write() as connection:
        catalogue.touch_rides(connection, [gone], CLOCK.now())
    assert retire_vanished(sqlite_database, CLOCK).returned == [gone]
    with sqlite_database.read() as connection:
        assert all(ride.is_active for ride in catalogue.rides(connection))


def test_a_whole_park_vanishing_at_once_is_a_finding_and_no_retirement(sqlite_database: Database) -> None:
    rides = _park_with_a_vanished_ride(sqlite_database, answered_days=31)
    with sqlite_database.write() as connection:
        connection.execute(update(Ride).values(last_seen_at=LAST_SEEN))
    result = retire_vanished(sqlite_database, CLOCK)
    assert (result.retired, result.vanished_parks) == ([], [ROME])
    (finding,) = found(sqlite_database, "park_vanished")
    assert f"{len(rides)} of {len(rides)} active rides" in finding.detail


def test_most_rides_taking_new_ids_at_once_are_not_retired(sqlite_database: Database) -> None:
    rides = _park_with_a_vanished_ride(sqlite_database, answered_days=31)
    now = to_unix(CLOCK.now())
    with sqlite_database.write() as connection:
        connection.execute(update(Ride).where(Ride.ride_id.in_(rides)).values(last_seen_at=LAST_SEEN))
    seed_rides(sqlite_database, ROME, "One", "Two", "Three", "Four", "Five", seen_at=now)
    assert retire_vanished(sqlite_database, CLOCK).retired == []
    assert found(sqlite_database, "park_vanished")


def test_a_park_nobody_asks_for_loses_no_ride(sqlite_database: Database) -> None:
    _park_with_a_vanished_ride(sqlite_database, answered_days=31, asked=False)
    result = retire_vanished(sqlite_database, CLOCK)
    assert (result.retired, result.vanished_parks) == ([], [])


def _park_with_a_vanished_ride(database: Database, *, answered_days: int, asked: bool = True) -> list[int]:
    """Five rides, the first unseen since 1 April; the park answered once a day up to the clock's day."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "Gone", "Alpha", "Bravo", "Charlie", "Delta", seen_at=LAST_SEEN)
    now = to_unix(CLOCK.now())
    polls = {"park_id": [ROME], "observed_at": [now - 600], "feed": [2], "outcome": ["ok"], "attempts": [1]}
    answers = pl.DataFrame({"observed_at": [now - 600 - 86_400 * number for number in range(answered_days)]})
    with database.write() as connection:
        catalogue.touch_rides(connection, rides[1:], now - 600)
        if asked:
            raw.insert_polls(connection, pl.DataFrame(polls).with_columns(readings=pl.lit(4)))
        bulk.insert(
            connection,
            ParkActivitySnapshot,
            answers.with_columns(
                park_id=pl.lit(ROME),
                feed=pl.lit(2),
                cadence_seconds=pl.lit(300),
                operating=pl.lit(4),
                down=pl.lit(0),
                closed=pl.lit(0),
                refurbishment=pl.lit(0),
                unknown=pl.lit(0),
            ),
        )
    return rides


def test_every_job_leaves_a_line_in_the_job_log(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    sync(sqlite_database, feeds_of(FakeFeed()), CLOCK, LOG)
    classify(sqlite_database, CLOCK, NOTHING)
    retire_vanished(sqlite_database, CLOCK)
    with sqlite_database.read() as connection:
        log = AggregationLog
        rows = connection.execute(select(log.job, log.outcome).order_by(log.run_id)).all()
        assert connection.scalar(select(func.count()).where(log.finished_at.is_(None))) == 0
    assert rows == [("sync", "ok"), ("classify", "ok"), ("retire", "ok")]
