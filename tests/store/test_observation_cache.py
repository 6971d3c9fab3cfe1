"""The cache gives what the store holds, whoever wrote it and in whatever order."""

from __future__ import annotations

import random
import threading

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hallofshame.store import observations as module
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.observations import KEEP_SECONDS, SLACK_SECONDS, ObservationCache
from store.samples import CYCLE, NOON, cycles, observations

DAY = 86_400


class Reads:
    """Counts what the cache reads from the store."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parks: list[list[int]] = []
        real = module.read_observations

        def counted(connection, park_ids, start, end):  # type: ignore[no-untyped-def]
            self.parks.append(list(park_ids))
            return real(connection, park_ids, start, end)

        monkeypatch.setattr(module, "read_observations", counted)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def write(database: Database, frame: pl.DataFrame, cache: ObservationCache | None = None) -> None:
    with database.write() as connection:
        written = raw.write_snapshots(connection, frame)
    if cache is not None:
        cache.append(frame, written.revisions)


def check(
    database: Database, cache: ObservationCache, parks: list[int], start: int, end: int
) -> pl.DataFrame:
    with database.read() as connection:
        found = cache.load(connection, parks, start, end)
        assert_frame_equal(found, raw.read_observations(connection, parks, start, end))
    return found


def test_a_second_load_reads_nothing(database: Database, reads: Reads) -> None:
    write(database, cycles(parks=3, rides=4, count=5))
    cache = ObservationCache()
    assert check(database, cache, [1, 2, 3], NOON, NOON + DAY).height == 60
    assert check(database, cache, [2, 1], NOON + CYCLE, NOON + 3 * CYCLE).height == 16
    assert reads.parks == [[1, 2, 3]]


def test_own_cycles_are_added_without_reading(database: Database, reads: Reads) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=3, rides=4, count=2))
    check(database, cache, [1, 2, 3], NOON, NOON + DAY)
    for cycle in range(2, 6):
        write(database, cycles(parks=3, rides=4, count=1, first=cycle), cache)
        check(database, cache, [1, 2, 3], NOON, NOON + DAY)
    assert reads.parks == [[1, 2, 3]]


def test_another_process_writing_makes_only_its_parks_be_read(database: Database, reads: Reads) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=3, rides=2, count=2))
    check(database, cache, [1, 2, 3], NOON, NOON + DAY)
    write(database, observations((2, 2000, -600, 1, 5)))
    check(database, cache, [1, 2, 3], NOON - DAY, NOON + DAY)
    write(database, observations((2, 2000, 7 * CYCLE, 1, 5)))
    check(database, cache, [1, 2, 3], NOON, NOON + DAY)
    assert reads.parks[0] == [1, 2, 3]
    assert reads.parks[-1] == [2]


def test_own_rows_after_another_processs_are_not_mistaken_for_all(database: Database) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=1, rides=2, count=2))
    check(database, cache, [1], NOON, NOON + DAY)
    write(database, cycles(parks=1, rides=2, count=1, first=2))
    write(database, cycles(parks=1, rides=2, count=1, first=3), cache)
    assert check(database, cache, [1], NOON, NOON + DAY).height == 8


def test_late_repeated_and_archive_rows_end_in_their_places(database: Database, reads: Reads) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=2, rides=3, count=4))
    check(database, cache, [1, 2], NOON, NOON + DAY)
    late = observations((1, 1001, 450, 2, None), (1, 1001, 300, 4, 77), (1, 1001, 450, 3, None))
    archive = observations((1, 1001, 300, 3, None)).with_columns(origin=pl.lit(1, pl.UInt8))
    write(database, pl.concat([late, archive]), cache)
    assert check(database, cache, [1, 2], NOON, NOON + DAY).height == 24 + 2
    assert reads.parks == [[1, 2]]


def test_asking_further_back_reads_the_rest(database: Database) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=2, rides=2, count=10))
    check(database, cache, [1], NOON + 8 * CYCLE, NOON + DAY)
    check(database, cache, [1, 2], NOON, NOON + DAY)
    check(database, cache, [1, 2], NOON - 30 * DAY, NOON + DAY)
    check(database, cache, [1, 2], NOON - 30 * DAY, NOON - 29 * DAY)


def test_times_long_gone_are_read_and_not_kept(database: Database, reads: Reads) -> None:
    cache = ObservationCache()
    write(database, observations((1, 10, -40 * DAY, 1, 5), (1, 10, -39 * DAY, 1, 5), (1, 10, 0, 1, 5)))
    for _ in range(2):
        assert check(database, cache, [1], NOON - 41 * DAY, NOON - 38 * DAY).height == 2
    assert reads.parks == [[1], [1]]
    assert check(database, cache, [1], NOON - 41 * DAY, NOON + 1).height == 3


def test_memory_stays_bounded_and_answers_stay_right(database: Database, reads: Reads) -> None:
    cache = ObservationCache()
    write(database, observations((1, 10, 0, 1, 5)))
    check(database, cache, [1], NOON, NOON + DAY)
    for hour in range(3, 24 * 6, 3):
        write(database, observations((1, 10, hour * 3600, 1, 5)), cache)
    held = cache._parks[1]
    span = held.rows["observed_at"].max() - held.rows["observed_at"].min()  # type: ignore[operator]
    assert span <= KEEP_SECONDS + SLACK_SECONDS
    latest = NOON + 24 * 6 * 3600
    check(database, cache, [1], latest - 2 * DAY, latest)
    assert reads.parks == [[1]]
    assert check(database, cache, [1], NOON, latest).height == 48


def test_trimmed_times_are_read_again(database: Database) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=1, rides=2, count=6))
    check(database, cache, [1], NOON, NOON + DAY)
    cache.trim(NOON + 3 * CYCLE)
    assert cache._parks[1].rows.height == 6
    check(database, cache, [1], NOON + 4 * CYCLE, NOON + DAY)
    check(database, cache, [1], NOON, NOON + DAY)


def test_rows_of_a_write_that_was_rolled_back_are_never_kept(database: Database) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=1, rides=2, count=1))

    def fail() -> None:
        with database.write() as connection:
            raw.write_snapshots(connection, cycles(parks=1, rides=2, count=1, first=1))
            assert cache.load(connection, [1], NOON, NOON + DAY).height == 4
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    write(database, observations((1, 1000, 900, 2, None)))
    assert check(database, cache, [1], NOON, NOON + DAY).height == 3


def test_an_older_reader_gets_its_own_state_and_does_not_spoil_the_newer(database: Database) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=1, rides=2, count=1))
    check(database, cache, [1], NOON, NOON + DAY)
    with database.read() as early:
        assert raw.raw_revisions(early, [1]) == {1: 1}
        write(database, cycles(parks=1, rides=2, count=1, first=1), cache)
        assert cache.load(early, [1], NOON, NOON + DAY).height == 2
    assert cache._parks[1].revision == 2
    assert check(database, cache, [1], NOON, NOON + DAY).height == 4


def test_parks_without_rows_and_no_parks(database: Database) -> None:
    cache = ObservationCache()
    check(database, cache, [5], NOON, NOON + DAY)
    check(database, cache, [], NOON, NOON + DAY)
    write(database, observations((5, 50, 0, 1, 5)), cache)
    assert check(database, cache, [5], NOON, NOON + DAY).height == 1


def test_any_order_of_writes_and_reads_agrees_with_the_store(database: Database) -> None:
    dice = random.Random(5)
    cache = ObservationCache()
    for _ in range(40):
        rows = [
            (
                dice.randint(1, 3),
                dice.randint(1, 4),
                dice.randrange(-5 * DAY, 0, 3600),
                dice.randint(1, 4),
                None,
            )
            for _ in range(dice.randint(1, 12))
        ]
        write(database, observations(*rows), cache if dice.random() < 0.6 else None)
        if dice.random() < 0.7:
            start = NOON - dice.randrange(0, 6 * DAY, 3600)
            parks = dice.sample([1, 2, 3, 4], dice.randint(1, 4))
            check(database, cache, parks, start, start + dice.randrange(3600, 4 * DAY, 3600))
        if dice.random() < 0.1:
            cache.trim(NOON - dice.randrange(0, 4 * DAY, 3600))


def test_threads_reading_while_one_writes_see_whole_states(database: Database) -> None:
    cache = ObservationCache()
    write(database, cycles(parks=2, rides=5, count=1))
    errors: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                check(database, cache, [1, 2], NOON, NOON + DAY)
        except Exception as error:  # noqa: BLE001 - whatever a thread meets is the test's to see
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for cycle in range(1, 13):
        write(database, cycles(parks=2, rides=5, count=1, first=cycle), cache)
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert check(database, cache, [1, 2], NOON, NOON + DAY).height == 130
