"""The review list: what is in doubt, what a person decides, and what becomes of both."""

from __future__ import annotations

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import NotFoundError
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline import reviewing
from hallofshame.pipeline.deciding import EntryId
from hallofshame.pipeline.doubts import FeedEntry, RideSeen, alike, doubts
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.merging import merge
from hallofshame.pipeline.splitting import split
from hallofshame.store import decisions
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.reviews import Review, ReviewState, reviews
from pipeline.fakes import QUEUE_TIMES_IDS, ROME, WIKI_IDS, at, seed_parks
from pipeline.polls import Polled, PolledQueueTimes, cycle, reading, resolve

QT, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI
NOON = at("2026-06-01 10:00")
CLOCK = FixedClock(at("2026-06-02 10:00"))


@pytest.fixture
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return History(FolderShelf(tmp_path_factory.mktemp("history")))


def listed(database: Database) -> list[Review]:
    with database.write() as connection:
        reviewing.refresh(connection, CLOCK.now())
    with database.read() as connection:
        return reviews(connection)


def a_park(database: Database) -> dict[str, int]:
    """Both feeds name the flume alike, the mill by a slip, the carousel by other words, a tower alone."""
    seed_parks(database, ROME)
    wiki = ("Log Flume", "Old Watermill", "King Ludwig Carousel", "Tower of Terror")
    times = ("Log Flume", "Old Watermil", "Carousel", "Bumper Cars")
    found = {}
    for feed, names in ((WIKI, wiki), (QT, times)):
        sightings = [Sighting(f"{feed.slug}-{name}", name) for name in names]
        for name, ride in zip(names, resolve(database, *sightings, feed=feed, seen_at=NOON), strict=True):
            found[f"{feed.slug}-{name}"] = ride
    return found


@pytest.mark.both_databases
def test_entries_in_doubt_are_listed_with_their_runners_up(database: Database) -> None:
    rides = a_park(database)
    found = {one.doubt.name: one for one in listed(database)}
    assert set(found) == {"Old Watermil", "Carousel"}
    mill, carousel = found["Old Watermil"].doubt, found["Carousel"].doubt
    assert (mill.rule, mill.score, mill.runners_up) == ("similar_name", 96, ())
    assert mill.ride_id == rides["themeparks_wiki-Old Watermill"]
    assert (carousel.rule, carousel.score, carousel.ride_id) == ("new", None, rides["queue_times-Carousel"])
    (runner_up,) = carousel.runners_up
    assert (runner_up.ride_id, runner_up.score) == (rides["themeparks_wiki-King Ludwig Carousel"], 95)
    assert {one.state for one in found.values()} == {ReviewState.OPEN}
    with database.read() as connection:
        (counts,) = reviewing.matched(connection)
    assert (counts.both, counts.ambiguous, counts.undecided) == (2, 1, 1)
    assert (counts.only_queue_times, counts.only_themeparks_wiki) == (2, 2)


@pytest.mark.both_databases
def test_an_accepted_entry_stays_accepted_until_its_ride_is_another(
    database: Database, history: History
) -> None:
    a_park(database)
    number = next(one.review_id for one in listed(database) if one.doubt.rule == "similar_name")
    for _ in range(2):
        reviewing.accept(database, CLOCK, number, by="me", note="a slip")
    (review,) = (one for one in listed(database) if one.review_id == number)
    assert (review.state, review.decided_by) == (ReviewState.ACCEPTED, "me")
    with database.read() as connection:
        assert [one.action for one in decisions.decisions(connection)] == ["accept"]
    with pytest.raises(NotFoundError, match="the review list has no entry 99"):
        reviewing.accept(database, CLOCK, 99, by="me")


@pytest.mark.both_databases
def test_a_merge_and_a_split_are_seen_in_the_list(database: Database, history: History) -> None:
    rides = a_park(database)
    listed(database)
    carousel, king = rides["queue_times-Carousel"], rides["themeparks_wiki-King Ludwig Carousel"]
    merge(database, CLOCK, history, carousel, king, by="me")
    states = {one.doubt.name: (one.state, one.doubt.ride_id) for one in listed(database)}
    assert states["Carousel"] == (ReviewState.MERGED, king)
    entry = EntryId(QT, "queue_times-Old Watermil")
    other = split(
        database, CLOCK, history, rides["themeparks_wiki-Old Watermill"], entry, by="me"
    ).other_ride_id
    states = {one.doubt.name: (one.state, one.doubt.ride_id) for one in listed(database)}
    assert states["Old Watermil"] == (ReviewState.SPLIT, other)
    assert [one for one in listed(database) if one.state is ReviewState.OPEN] == []


def test_what_is_no_longer_in_doubt_leaves_the_list(sqlite_database: Database) -> None:
    a_park(sqlite_database)
    assert len(listed(sqlite_database)) == 2
    sighting = Sighting("queue_times-Another", "King Ludwig Carousel")
    resolve(sqlite_database, sighting, feed=QT, seen_at=NOON)
    assert [one.doubt.name for one in listed(sqlite_database)] == ["Old Watermil"]


def test_two_ids_that_a_rule_tells_apart_are_a_decision(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    answers = (["1"], ["2"], ["1", "2"])
    for number, ids in enumerate(answers):
        said = [reading("Railroad", id=given) for given in ids]
        feed = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: said})
        cycle(sqlite_database, feed, Polled(says={WIKI_IDS[ROME]: []}), now=at(f"2026-06-01 1{number}:00"))
    with sqlite_database.read() as connection:
        (decision,) = decisions.decisions(connection)
    assert (decision.action, decision.external_id) == ("split", "2")
    assert decision.decided_by == "rule: both ids in one answer"


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("The Mill", "THE MILL™", 100),
        ("Slide 1", "Slide 2", 0),
        ("★★★", "☆☆☆", 0),
        ("Carousel", "King Ludwig Carousel", 95),
        ("Mill, Old", "Old Mill", 100),
    ],
)
def test_names_are_scored(one: str, other: str, score: int) -> None:
    assert alike(one, other) == alike(other, one) == score


def seen(*names: str, kind: RideKind = RideKind.ATTRACTION) -> dict[int, RideSeen]:
    return {number: RideSeen(name, kind, True, 100, 200) for number, name in enumerate(names, start=1)}


def test_of_two_namesakes_the_one_that_was_not_matched_is_the_runner_up() -> None:
    entries = [
        FeedEntry(WIKI, "a", "Railroad", 1, "new"),
        FeedEntry(WIKI, "b", "Railroad", 2, "new"),
        FeedEntry(QT, "7", "Railroad", 1, "name"),
    ]
    (doubt,) = doubts(entries, seen("Railroad", "Railroad"), WIKI)
    assert (doubt.ride_id, doubt.score, [one.ride_id for one in doubt.runners_up]) == (1, 100, [2])


def test_a_ride_under_the_name_of_one_that_left_before_it_came_is_in_doubt() -> None:
    rides = {
        1: RideSeen("Raptor", RideKind.ATTRACTION, False, 0, 50),
        2: RideSeen("Raptor", RideKind.ATTRACTION, True, 60, 200),
    }
    entries = [FeedEntry(QT, "1", "Raptor", 1, "new"), FeedEntry(QT, "2", "Raptor", 2, "new")]
    (doubt,) = doubts(entries, rides, QT)
    assert (doubt.ride_id, [one.ride_id for one in doubt.runners_up]) == (2, [1])


def test_a_restaurant_is_no_runner_up_of_a_ride() -> None:
    entries = [FeedEntry(WIKI, "a", "Pony Grill", 1, "new"), FeedEntry(QT, "7", "Pony", 2, "new")]
    rides = seen("Pony Grill", kind=RideKind.RESTAURANT) | {
        2: RideSeen("Pony", RideKind.ATTRACTION, True, 0, 0)
    }
    assert doubts(entries, rides, WIKI) == []
