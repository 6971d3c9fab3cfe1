"""When which job runs, who may collect, and what a failure leaves untouched."""

from __future__ import annotations

import datetime as dt
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hallofshame.clock import FixedClock
from hallofshame.daily import DailyStep, Done
from hallofshame.domain.jobs import JobType
from hallofshame.installation import Installation
from hallofshame.processes import host_and_pid, is_gone
from hallofshame.scheduler import COLLECT_LEASE, Scheduler, aligned
from hallofshame.store import leases
from hallofshame.store.import_jobs import LEASE
from hallofshame.store.reports.current import SystemState, system_state
from support.installations import NOON, MemoryFeed, gardaland
from support.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def installation(tmp_path: Path, feed: MemoryFeed, clock: FixedClock) -> Iterator[Installation]:
    with gardaland(tmp_path, feed, clock, holder="here") as made:
        yield made


@pytest.fixture
def scheduler(installation: Installation) -> Scheduler:
    return Scheduler(installation)


def state(installation: Installation) -> SystemState:
    with installation.database.read() as connection:
        return system_state(connection, installation.clock.now())


@pytest.mark.parametrize(
    ("cadence", "now", "fires_at"),
    [
        (300, "10:02:13", "10:05:00"),
        (300, "10:05:00", "10:05:00"),
        (420, "00:00:01", "00:07:00"),
        (1800, "23:45:00", "00:00:00"),
    ],
)
def test_cycles_fall_on_whole_multiples_of_the_cadence(cadence: int, now: str, fires_at: str) -> None:
    moment = dt.datetime.combine(NOON.date(), dt.time.fromisoformat(now), dt.UTC)
    fires = aligned(cadence).get_next_fire_time(None, moment)
    assert int(fires.timestamp()) % cadence == 0
    assert fires.time() == dt.time.fromisoformat(fires_at)


@pytest.mark.slow
def test_a_cycle_is_rolled_up_at_once(
    scheduler: Scheduler, installation: Installation, feed: MemoryFeed
) -> None:
    scheduler.run_cycle()
    found = state(installation)
    assert feed.polls == 1
    assert found.last_cycle_at == int(NOON.timestamp())
    assert found.dirty_park_days == 0


@pytest.mark.slow
def test_the_first_cycle_syncs_and_the_next_ones_do_not(
    scheduler: Scheduler, clock: FixedClock, feed: MemoryFeed
) -> None:
    scheduler.run_cycle()
    assert feed.syncs == 1
    for _ in range(3):
        clock.sleep(300)
        scheduler.run_cycle()
    assert feed.syncs == 1


@pytest.mark.slow
def test_a_sync_that_is_a_day_old_is_made_up_for(
    scheduler: Scheduler, clock: FixedClock, feed: MemoryFeed
) -> None:
    scheduler.run_cycle()
    clock.sleep(25 * 3600)
    scheduler.run_cycle()
    assert feed.syncs == 2


@pytest.mark.slow
def test_a_failed_cycle_is_logged_with_its_traceback_and_the_next_goes_on(
    scheduler: Scheduler,
    installation: Installation,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def burn(*_given: object) -> None:
        raise RuntimeError("the machine burns")

    with monkeypatch.context() as patched:
        patched.setattr(installation.collector, "cycle", burn)
        scheduler.run_cycle()
    (failure,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "cycle failed" in failure.getMessage()
    assert failure.exc_info is not None
    assert str(failure.exc_info[1]) == "the machine burns"
    clock.sleep(300)
    scheduler.run_cycle()
    assert state(installation).last_cycle_at == int(NOON.timestamp()) + 300


@pytest.mark.slow
def test_who_does_not_hold_the_lease_does_not_collect(
    scheduler: Scheduler, installation: Installation, clock: FixedClock, feed: MemoryFeed
) -> None:
    installation.database.run(
        lambda connection: leases.acquire(connection, COLLECT_LEASE, "elsewhere", clock.now(), 120)
    )
    scheduler.run_cycle()
    scheduler.run_daily()
    assert (feed.polls, feed.syncs) == (0, 0)
    clock.sleep(121)
    scheduler.run_cycle()
    assert feed.polls == 1
    until = int(clock.now().timestamp()) + 120
    assert state(installation).leases == ((COLLECT_LEASE, "here", until), (LEASE, "here", until))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lease_ends_after", "last_cycle_before", "cycles"),
    [(121, 300, 1), (121, None, 1), (121, 0, 0), (250, 300, 0)],
    ids=["in its middle", "before any", "after its end", "next one near"],
)
def test_the_cycle_that_a_killed_collector_left_out_is_taken_by_who_takes_over(
    scheduler: Scheduler,
    installation: Installation,
    clock: FixedClock,
    feed: MemoryFeed,
    lease_ends_after: int,
    last_cycle_before: int | None,
    cycles: int,
) -> None:
    """Its lease runs out so many seconds after the multiple of the cadence at which it began."""
    begins = clock.instant
    assert int(begins.timestamp()) % 300 == 0
    if last_cycle_before is not None:
        clock.instant = begins - dt.timedelta(seconds=last_cycle_before)
        installation.collector.cycle()
    installation.database.run(
        lambda connection: leases.acquire(connection, COLLECT_LEASE, "elsewhere", begins, lease_ends_after)
    )
    before = feed.polls
    clock.instant = begins + dt.timedelta(seconds=1)
    scheduler.keep_lease()
    assert scheduler._scheduler.get_job("missed cycle") is None, "the other may be alive"
    clock.instant = begins + dt.timedelta(seconds=lease_ends_after + 1)
    scheduler.keep_lease()
    planned = scheduler._scheduler.get_job("missed cycle")
    planned.func()
    planned.func()
    assert feed.polls == before + cycles


@pytest.mark.slow
def test_two_processes_take_turns(tmp_path: Path, clock: FixedClock) -> None:
    feeds = [MemoryFeed(), MemoryFeed()]
    with (
        gardaland(tmp_path, feeds[0], clock, holder="one") as first,
        gardaland(tmp_path, feeds[1], clock, holder="two") as second,
    ):
        one, two = Scheduler(first), Scheduler(second)
        one.run_cycle()
        two.run_cycle()
        assert [feed.polls for feed in feeds] == [1, 0]
        assert one.stop(1)
        clock.sleep(300)
        two.run_cycle()
        assert [feed.polls for feed in feeds] == [1, 1]


@pytest.mark.slow
def test_a_lease_of_a_host_whose_clock_ran_ahead_is_not_waited_for(
    scheduler: Scheduler, installation: Installation, clock: FixedClock, feed: MemoryFeed
) -> None:
    ahead = clock.now() + dt.timedelta(days=3)
    installation.database.run(
        lambda connection: leases.acquire(connection, COLLECT_LEASE, "elsewhere", ahead, 120)
    )
    scheduler.run_cycle()
    assert feed.polls == 1


@pytest.mark.slow
def test_a_host_whose_clock_is_wrong_makes_room_for_another(tmp_path: Path, clock: FixedClock) -> None:
    right = clock.now()
    wrong = FixedClock(right + dt.timedelta(hours=2))
    feeds = [MemoryFeed(served_at=right), MemoryFeed(served_at=right)]
    with (
        gardaland(tmp_path, feeds[0], wrong, holder="one") as first,
        gardaland(tmp_path, feeds[1], clock, holder="two") as second,
    ):
        one, two = Scheduler(first), Scheduler(second)
        one.run_cycle()
        assert (feeds[0].polls, state(first).leases, state(first).last_cycle_at) == (1, (), None)
        assert not one.renew_lease()
        two.run_cycle()
        assert state(second).last_cycle_at == int(right.timestamp())
        assert two.stop(1)
        wrong.sleep(301)
        assert one.renew_lease(), "after a cycle's time it may try again"


@pytest.mark.slow
def test_a_sync_noted_under_a_clock_that_ran_ahead_does_not_put_off_the_next(
    scheduler: Scheduler, clock: FixedClock, feed: MemoryFeed
) -> None:
    right = clock.instant
    clock.instant = right + dt.timedelta(days=30)
    scheduler.run_cycle()
    clock.instant = right
    scheduler.run_cycle()
    assert feed.syncs == 2


@pytest.mark.slow
def test_a_database_that_is_away_is_survived(
    scheduler: Scheduler,
    installation: Installation,
    feed: MemoryFeed,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(_work: object) -> None:
        raise RuntimeError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(installation.database, "run", away)
        scheduler.run_cycle()
    assert feed.polls == 0
    assert "lease cannot be renewed" in caplog.text
    scheduler.run_cycle()
    assert feed.polls == 1


@pytest.mark.slow
def test_a_full_disk_is_one_line_of_the_log_and_the_next_cycle_goes_on(
    installation: Installation,
    scheduler: Scheduler,
    feed: MemoryFeed,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fill_up(*_given: object) -> None:
        with installation.database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.exec_driver_sql("CREATE TABLE much AS SELECT zeroblob(1000000) AS filler")

    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr(installation.collector, "cycle", fill_up)
        scheduler.run_cycle()
    (failure,) = [record for record in caplog.records if record.name == "hallofshame.scheduler"]
    assert failure.getMessage().startswith("cycle failed; the next run goes on: the database sqlite:///")
    assert "the disk is full" in failure.getMessage()
    assert "free some space" in failure.getMessage()
    assert "CREATE TABLE" not in failure.getMessage()
    assert failure.exc_info is None
    installation.database.dispose()
    scheduler.run_cycle()
    assert feed.polls == 1


def test_only_a_process_of_this_machine_that_no_longer_runs_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    here = host_and_pid().rpartition(":")[0]
    assert is_gone(f"{here}:{process.pid}")
    assert not is_gone(host_and_pid())
    assert not is_gone(f"elsewhere:{process.pid}")
    assert not is_gone("a name of its own")


PARKS = 100_000
"""More than any machine replays while the test looks."""


@pytest.mark.slow
def test_what_takes_long_stands_still_while_a_cycle_runs_and_holds_no_cycle_up(
    scheduler: Scheduler, installation: Installation, feed: MemoryFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chances are replayed park by park on a thread of their own, between the cycles."""
    parks, polling, poll_on, chances_on = [], threading.Event(), threading.Event(), threading.Event()
    polled = feed.poll

    def replay(_database: object, _clock: object, progress: Callable[[int, int], None]) -> tuple[int, int]:
        for number in range(PARKS):
            progress(number, PARKS)
            parks.append(number)
            chances_on.wait(PATIENCE_SECONDS)
            time.sleep(0.005)
        return 0, 0

    def slow_poll(park: str) -> object:
        polling.set()
        poll_on.wait(PATIENCE_SECONDS)
        return polled(park)

    monkeypatch.setattr("hallofshame.daily.calibrate", replay)
    scheduler.start()
    until("the first park", lambda: len(parks) == 1)
    assert feed.polls == 1, "the first cycle has been, and the next one finds its thread free"
    monkeypatch.setattr(feed, "poll", slow_poll)
    scheduler._scheduler.add_job(scheduler._alone(scheduler.run_cycle), executor="jobs")
    assert polling.wait(PATIENCE_SECONDS), "a cycle begins while the replay is under way"
    chances_on.set()
    time.sleep(0.1)
    assert len(parks) == 1, "the park that was begun is the last until the cycle has ended"
    poll_on.set()
    until("more parks after the cycle", lambda: len(parks) > 3)
    assert feed.polls == 2
    assert scheduler.stop(PATIENCE_SECONDS)
    assert len(parks) < PARKS, "a stop does not wait for all parks"


@pytest.mark.slow
def test_the_lease_of_a_killed_process_is_not_waited_for(
    tmp_path: Path, feed: MemoryFeed, clock: FixedClock
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    killed = f"{host_and_pid().rpartition(':')[0]}:{process.pid}"
    with gardaland(tmp_path, feed, clock) as installation:
        installation.database.run(
            lambda connection: leases.acquire(connection, COLLECT_LEASE, killed, clock.now(), 120)
        )
        scheduler = Scheduler(installation)
        scheduler.start()
        until("a cycle", lambda: feed.polls > 0)
        assert scheduler.stop(PATIENCE_SECONDS)


@pytest.mark.slow
def test_it_starts_with_a_cycle_and_stops_cleanly(
    scheduler: Scheduler, installation: Installation, feed: MemoryFeed
) -> None:
    scheduler.start()
    until("a sync", lambda: feed.syncs == 1)
    assert scheduler.stop(PATIENCE_SECONDS)
    found = state(installation)
    assert found.last_cycle_at is not None
    assert found.leases == ()


@pytest.mark.slow
def test_a_stop_waits_for_the_running_cycle_but_not_for_ever(
    scheduler: Scheduler, installation: Installation, feed: MemoryFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    polling, go_on = threading.Event(), threading.Event()

    def slow(_park: str) -> None:
        polling.set()
        go_on.wait(PATIENCE_SECONDS)
        raise RuntimeError("given up")

    monkeypatch.setattr(feed, "poll", slow)
    scheduler.start()
    assert polling.wait(PATIENCE_SECONDS)
    assert not scheduler.stop(0.1)
    assert state(installation).leases == ()
    go_on.set()
    assert scheduler.stop(PATIENCE_SECONDS)
    assert state(installation).last_cycle_at is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "at_second", "slices"),
    [(True, 0, [240.0]), (True, 200, [40.0]), (True, 250, []), (False, 0, [])],
)
def test_history_is_imported_after_a_cycle_and_leaves_time_before_the_next(
    tmp_path: Path,
    feed: MemoryFeed,
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool,
    at_second: int,
    slices: list[float],
) -> None:
    found = []

    def step(_parts: Installation, seconds: float) -> DailyStep:
        found.append(seconds)
        return DailyStep(
            JobType.HISTORY, "History import", lambda _progress: Done("1 park-day taken, 7 left")
        )

    monkeypatch.setattr("hallofshame.scheduler.history_step", step)
    clock = FixedClock(NOON + dt.timedelta(seconds=at_second))
    with gardaland(tmp_path, feed, clock, holder="here", history_import=wanted) as made:
        Scheduler(made).run_cycle()
    assert found == slices
