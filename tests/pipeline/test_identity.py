"""Which ride is this? Ids before names, nothing merged by mistake, nothing forgotten (R14)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.identity import KnownRide, Matcher, Sighting, in_order
from hallofshame.pipeline.registry import ManualMapping, Registry, load_mapping
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.similar_names import similar
from hallofshame.pipeline.sync import retire_vanished, seed_catalogue
from hallofshame.store import catalogue, dirty
from hallofshame.store.database import Database
from hallofshame.store.models import Park, ParkDailyStats, RideStatusSnapshot
from pipeline.fakes import (
    MONDAY,
    NEW_YORK,
    QUEUE_TIMES_IDS,
    ROME,
    TUESDAY,
    WIKI_IDS,
    a_day,
    at,
    found,
    observe,
    roll_up,
    seed_parks,
    seed_rides,
)
from pipeline.polls import (
    SHUT,
    UP,
    Polled,
    PolledQueueTimes,
    collector,
    cycle,
    reading,
    resolve,
    rides,
    rows,
)

NOON = at("2026-06-01 10:00")
LATER = at("2026-06-02 10:00")
QT, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI


def by_name(database: Database, *names: str | None, feed: Feed = QT, **options: object) -> list[int]:
    """Sightings without ids, each in an answer of its own."""
    return [
        resolve(database, Sighting(None, name or ""), feed=feed, seen_at=NOON, **options)[0]  # type: ignore[arg-type]
        for name in names
    ]


def names_of(database: Database, ride_id: int) -> set[str]:
    with database.read() as connection:
        return catalogue.ride_names(connection, ROME)[ride_id]


def shown(database: Database, ride_id: int) -> str:
    return next(ride.name for ride in rides(database) if ride.ride_id == ride_id)


# --- ids before names ---


def test_two_ids_with_one_name_stay_two_rides(database: Database) -> None:
    seed_parks(database, ROME)
    feed = PolledQueueTimes(
        says={QUEUE_TIMES_IDS[ROME]: [reading("Railroad", id="7"), reading("Railroad", id="8", wait=10)]}
    )
    for now in (NOON, LATER):
        cycle(database, feed, now=now)
    assert [(ride.name, ride.slug) for ride in rides(database)] == [
        ("Railroad", "railroad"),
        ("Railroad", "railroad-2"),
    ]
    with database.read() as connection:
        counts = connection.execute(
            select(func.count()).select_from(RideStatusSnapshot).group_by(RideStatusSnapshot.ride_id)
        ).scalars()
        assert list(counts) == [2, 2]


def test_equal_ids_of_two_feeds_are_not_one_ride(database: Database) -> None:
    seed_parks(database, ROME)
    (first,) = resolve(database, Sighting("5", "Carousel"), feed=QT, seen_at=NOON)
    (other,) = resolve(database, Sighting("5", "Log Flume"), feed=WIKI, seen_at=NOON)
    assert first != other


def test_one_ride_known_to_both_feeds_is_found_by_name(database: Database) -> None:
    seed_parks(database, ROME)
    (first,) = resolve(database, Sighting("5", "Raptor"), feed=QT, seen_at=NOON)
    (again,) = resolve(database, Sighting("a-b-c", "RAPTOR™"), feed=WIKI, seen_at=NOON)
    assert again == first
    with database.read() as connection:
        assert catalogue.external_ids(connection, QT, "ride") == {"5": first}
        assert catalogue.external_ids(connection, WIKI, "ride") == {"a-b-c": first}


def test_a_rename_to_a_neighbours_name_does_not_merge_them(database: Database) -> None:
    seed_parks(database, ROME)
    one, two = resolve(database, Sighting("1", "Jungle"), Sighting("2", "Canyon"), seen_at=NOON)
    again = resolve(database, Sighting("1", "Canyon"), Sighting("2", "Canyon"), seen_at=LATER)
    assert again == [one, two]
    assert len(rides(database)) == 2


def test_a_new_id_with_a_known_name_is_a_new_ride_while_the_old_id_is_there(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME)
    (old,) = resolve(sqlite_database, Sighting("1", "Raptor"), seen_at=NOON)
    beside = resolve(sqlite_database, Sighting("1", "Raptor"), Sighting("2", "Raptor"), seen_at=LATER)
    assert beside[0] == old
    assert beside[1] != old


@pytest.mark.parametrize("with_id_first", [True, False])
def test_readings_now_with_id_and_now_without_are_one_ride(database: Database, with_id_first: bool) -> None:
    seed_parks(database, ROME)
    sightings = [Sighting("7", "Big Thunder Mountain"), Sighting(None, "Big Thunder Mountain (12)")]
    if not with_id_first:
        sightings.reverse()
    found = [resolve(database, sighting, seen_at=NOON)[0] for sighting in [*sightings, *sightings]]
    assert len(set(found)) == 1
    assert len(rides(database)) == 1


def test_in_one_answer_the_readings_with_an_id_are_asked_first() -> None:
    bare, named = Sighting(None, "Raptor"), Sighting("7", "Raptor")
    assert in_order([bare, named, bare]) == [named, bare]


# --- names ---


def test_map_numbers_and_notices_do_not_make_a_new_ride(database: Database) -> None:
    seed_parks(database, ROME)
    found = by_name(database, "Space Trip", "Space Trip (155)", "SPACE TRIP - Now Open!", "Spàce Trip®")
    assert len(set(found)) == 1
    assert len(rides(database)) == 1


def test_a_name_within_two_edits_is_the_same_ride(database: Database) -> None:
    seed_parks(database, ROME)
    first, second = by_name(database, "Pirates of the Caribbean", "Pirate of the Caribean")
    assert second == first
    assert names_of(database, first) == {"Pirates of the Caribbean", "Pirate of the Caribean"}


def test_a_similar_name_that_fits_two_rides_is_a_new_one(database: Database) -> None:
    seed_parks(database, ROME)
    twins = resolve(database, Sighting(None, "Dragon Ride A"), Sighting(None, "Dragon Ride B"), seen_at=NOON)
    (third,) = by_name(database, "Dragon Ride C")
    assert len({*twins, third}) == 3


def test_two_similar_names_of_one_answer_are_two_rides(database: Database) -> None:
    seed_parks(database, ROME)
    sightings = [Sighting(None, "Tea Cups East"), Sighting(None, "Tea Cups West")]
    for now in (NOON, LATER):
        assert len(set(resolve(database, *sightings, seen_at=now))) == 2
    assert len(rides(database)) == 2


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("slide 1", "slide 2", False),
        ("slide 1", "slides 1", True),
        ("slide 1", "slide 01", False),
        ("star tours", "star tour", True),
        ("slides 1", "slidess 1", True),
        ("pirates", "parrots", False),
        ("jet", "jeu", False),
        ("hexen", "hexer", False),
        ("pirate", "pirates", False),
        ("pirates", "piratesx", True),
        ("wild river", "wold rover", True),
        ("ufo", "fox", False),
        ("no", "on", False),
        ("wild river", "wild rivers x", False),
    ],
)
def test_similar_names_are_close_and_differ_in_no_number(one: str, other: str, alike: bool) -> None:
    assert similar(one, other) is alike
    assert similar(other, one) is alike


def test_rides_of_two_parks_never_meet(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    (here,) = resolve(database, Sighting(None, "Raptor"), park_id=ROME, seen_at=NOON)
    (there,) = resolve(database, Sighting(None, "Raptor"), park_id=NEW_YORK, seen_at=NOON)
    assert here != there


# --- renames ---


@pytest.mark.both_databases
def test_a_rename_keeps_the_ride_and_remembers_the_old_name(database: Database) -> None:
    seed_parks(database, ROME)
    feed = Polled(says={WIKI_IDS[ROME]: [reading("Tower of Terror", id="t")]})
    collect = collector(database, feed, now=NOON)
    collect.cycle()
    feed.says = {WIKI_IDS[ROME]: [reading("Mission: Breakout!", id="t")]}
    cycle(database, feed, now=LATER)
    (ride,) = rides(database)
    assert (ride.name, ride.slug) == ("Mission: Breakout!", "tower-of-terror")
    assert names_of(database, ride.ride_id) == {"Tower of Terror", "Mission: Breakout!"}


def test_a_ride_that_takes_its_old_name_back_is_shown_under_it(database: Database) -> None:
    """An overlay for a season: Mansion, Mansion Holiday, Mansion; within one process and over several."""
    seed_parks(database, ROME)
    registry = Registry()
    for name in ("Mansion", "Mansion Holiday", "Mansion", "Mansion Holiday"):
        (ride,) = resolve(database, Sighting("m", name), feed=WIKI, registry=registry, seen_at=NOON)
        assert shown(database, ride) == name
    resolve(database, Sighting("m", "Mansion"), feed=WIKI, seen_at=LATER)
    assert shown(database, ride) == "Mansion"


def test_a_recording_of_the_past_does_not_bring_an_old_name_back(database: Database) -> None:
    seed_parks(database, ROME)
    (ride,) = resolve(database, Sighting("m", "New name"), feed=WIKI, seen_at=LATER)
    resolve(database, Sighting("m", "Name of old"), feed=WIKI, seen_at=NOON)
    assert shown(database, ride) == "New name"
    assert names_of(database, ride) == {"New name", "Name of old"}


def test_an_old_name_still_finds_its_ride(database: Database) -> None:
    seed_parks(database, ROME)
    (ride,) = resolve(database, Sighting("m", "Old Mill"), feed=WIKI, seen_at=NOON)
    resolve(database, Sighting("m", "Grand Cascade"), feed=WIKI, seen_at=LATER)
    assert by_name(database, "Old Mill", feed=QT) == [ride]


def test_only_the_primary_feed_names_a_ride(database: Database) -> None:
    seed_parks(database, ROME)
    (ride,) = resolve(database, Sighting("m", "The Mill"), feed=WIKI, seen_at=NOON)
    resolve(database, Sighting("9", "THE MILL (14)"), feed=QT, seen_at=LATER)
    assert shown(database, ride) == "The Mill"
    assert names_of(database, ride) == {"The Mill", "THE MILL (14)"}


@pytest.mark.both_databases
def test_a_renamed_park_keeps_its_id_and_its_old_name(database: Database, tmp_path: Path) -> None:
    """The catalogue renames it and keeps the old name as an alias; its feeds' ids lead to it as before."""
    row = "9001,my-park,{name},Independent,Italy,Europe,Europe/Rome,,,9999,,queue_times,closed,0,{alias}\n"
    head = (
        "park_id,slug,name,operator,country,region,timezone,latitude,longitude,queue_times_id,"
        "themeparks_wiki_id,primary_feed,breakdown_signal,is_water_park,aliases\n"
    )
    file = tmp_path / "more.csv"
    clock = FixedClock(NOON)
    for name, alias in (("Marineland", ""), ("Ocean World", "Marineland")):
        file.write_text(head + row.format(name=name, alias=alias))
        seed_catalogue(database, clock, only={(QT, "9999")}, extra=file)
        with database.read() as connection:
            assert connection.execute(select(Park.park_id, Park.slug, Park.name)).all() == [
                (9001, "my-park", name)
            ]
            assert catalogue.external_ids(connection, QT, "park") == {"9999": 9001}
    (park,) = (row for row in load_parks(file) if row.queue_times_id == "9999")
    assert set(park.names) >= {"Ocean World", "Marineland"}


# --- the manual mapping ---


def test_the_manual_mapping_answers_after_all_names(database: Database) -> None:
    seed_parks(database, ROME)
    (ride,) = resolve(database, Sighting("m", "The Mill"), feed=WIKI, seen_at=NOON)
    mapping = [
        ManualMapping("park-1", QT, "77", "The Mill"),
        ManualMapping("park-1", QT, "Le Moulin", "The Mill"),
    ]
    by_id = resolve(database, Sighting("77", "Something else"), seen_at=NOON, mapping=mapping)
    named = resolve(database, Sighting(None, "LE MOULIN"), seen_at=NOON, mapping=mapping)
    other_feed = resolve(database, Sighting("77", "Something new"), feed=WIKI, seen_at=NOON, mapping=mapping)
    assert by_id == named == [ride]
    assert other_feed != [ride]


def test_the_mapping_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mapping.csv"
    file.write_text("park,feed,ride_at_feed,ride\n park-1 , queue_times , 77 , The Mill \n")
    assert load_mapping(file) == [ManualMapping("park-1", QT, "77", "The Mill")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("park,feed,ride\na,b,c\n", "line 1: column 'ride_at_feed' missing; add it to that line"),
        (
            "park,feed,ride_at_feed,ride\na,wiki,1,b\n",
            "line 2: feed 'wiki' is not one of queue_times, ",
        ),
    ],
)
def test_an_unusable_mapping_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mapping.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        load_mapping(file)


def test_the_rules_are_asked_in_their_order() -> None:
    known = [
        KnownRide(1, "Alpha Coaster", external_ids={QT: frozenset({"1"})}),
        KnownRide(2, "Bravo Coaster", old_names=frozenset({"Zulu Flume"})),
        KnownRide(3, "Zulu Flume"),
    ]
    matcher = Matcher(known, QT, {"hotel": 1, "9": 1})

    def answer(external_id: str | None, name: str) -> tuple[int | None, str]:
        match = matcher.match(Sighting(external_id, name))
        return match.ride_id, match.rule

    assert answer("1", "Zulu Flume") == (1, "external_id")
    assert answer("8", "Zulu Flume") == (3, "name")
    assert answer(None, "Bravo Coasters") == (2, "similar_name")
    assert answer("9", "Nothing like it") == (1, "manual_mapping")
    assert answer(None, "Hotel") == (1, "manual_mapping")
    assert answer("10", "Alpha Coaster") == (None, "new")
    assert Matcher(known[:2], QT).match(Sighting("8", "Zulu Flume")).rule == "old_name"


# --- kinds ---


@pytest.mark.both_databases
def test_themeparks_wiki_corrects_what_kind_a_ride_is_and_back(database: Database) -> None:
    seed_parks(database, ROME)
    registry = Registry()
    resolve(database, Sighting("1", "Stage"), feed=QT, registry=registry, seen_at=NOON)
    for kind in (RideKind.SHOW, RideKind.ATTRACTION, RideKind.SHOW):
        resolve(database, Sighting("s", "Stage", kind), feed=WIKI, registry=registry, seen_at=NOON)
        assert [ride.kind for ride in rides(database)] == [kind.value]
    resolve(database, Sighting("1", "Stage"), feed=QT, registry=registry, seen_at=NOON)
    assert [ride.kind for ride in rides(database)] == [RideKind.SHOW.value]


@pytest.mark.both_databases
def test_a_corrected_kind_marks_the_days_of_the_ride(database: Database) -> None:
    seed_parks(database, ROME)
    feed = Polled(says={WIKI_IDS[ROME]: [reading(name, wait=5) for name in "ABC"]})
    cycle(database, feed, now=NOON)
    roll_up(database)
    feed.says = {WIKI_IDS[ROME]: [reading("A", wait=5, kind=RideKind.SHOW)]}
    cycle(database, feed, now=at("2026-06-04 10:00"))
    with database.read() as connection:
        marked = set(dirty.dirty(connection)["day"])
    assert dt.date(2026, 6, 1) in marked


# --- rides that leave ---


def test_a_vanished_ride_becomes_inactive_and_keeps_its_record(database: Database) -> None:
    seed_parks(database, ROME)
    everything = [reading(name, wait=5) for name in ("Alpha", "Bravo", "Charlie", "Delta")]
    feed = Polled(says={WIKI_IDS[ROME]: everything})
    cycle(database, feed, now=NOON)
    feed.says = {WIKI_IDS[ROME]: everything[1:]}
    for day in range(1, 33):
        cycle(database, feed, now=NOON + dt.timedelta(days=day))
    result = retire_vanished(database, FixedClock(NOON + dt.timedelta(days=32, hours=1)))
    active = {ride.name: ride.is_active for ride in rides(database)}
    assert active == {"Alpha": False, "Bravo": True, "Charlie": True, "Delta": True}
    (gone,) = result.retired
    with database.read() as connection:
        kept = connection.scalar(
            select(func.count()).select_from(RideStatusSnapshot).where(RideStatusSnapshot.ride_id == gone)
        )
    assert kept == 1


@pytest.mark.both_databases
def test_a_ride_that_returns_is_the_same_ride(database: Database) -> None:
    seed_parks(database, ROME)
    (ride, *_) = resolve(database, *(Sighting(name, name) for name in ("Alpha", "Bravo")), seen_at=NOON)
    with database.write() as connection:
        catalogue.set_active(connection, [ride], active=False)
    back = NOON + dt.timedelta(days=200)
    cycle(database, PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: [reading("Alpha")]}), now=back)
    assert retire_vanished(database, FixedClock(back)).returned == [ride]
    assert [row.is_active for row in rides(database)] == [True, True]


def test_a_whole_park_vanishing_is_a_finding_not_a_retirement(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    feed = Polled(says={WIKI_IDS[ROME]: [reading(name, SHUT) for name in ("Alpha", "Bravo", "Charlie")]})
    cycle(sqlite_database, feed, now=NOON)
    feed.says = {WIKI_IDS[ROME]: [reading("Something else", UP)]}
    for day in range(1, 33):
        cycle(sqlite_database, feed, now=NOON + dt.timedelta(days=day))
    result = retire_vanished(sqlite_database, FixedClock(NOON + dt.timedelta(days=32, hours=1)))
    assert result.retired == []
    assert result.vanished_parks == [ROME]
    assert [finding.park_id for finding in found(sqlite_database, "park_vanished")] == [ROME]
    assert all(ride.is_active for ride in rides(sqlite_database))


def test_a_show_found_to_be_an_attraction_counts_on_the_days_after_it_was_last_seen(
    database: Database,
) -> None:
    """It operated on Monday and left: nothing was said of it on Tuesday, but Tuesday's E holds it (R6)."""
    seed_parks(database, ROME)
    known = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie")
    parade = seed_rides(database, ROME, "Parade", kind=RideKind.SHOW)
    observe(database, a_day(ROME, MONDAY, known + parade), a_day(ROME, TUESDAY, known))
    roll_up(database)
    assert rows(database, ParkDailyStats, "eligible") == [(3,), (3,)]
    seen = Sighting(f"{ROME}-Parade", "Parade", RideKind.ATTRACTION)
    resolve(database, seen, feed=WIKI, seen_at=at("2026-06-10"))
    roll_up(database)
    assert rows(database, ParkDailyStats, "eligible") == [(4,), (4,)]
