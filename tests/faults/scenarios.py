"""The faults, each with what it does to a world; what must hold afterwards is the same for all (checks)."""

from __future__ import annotations

import datetime as dt
import math
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from faults.copies import Copies
from faults.system import PARKS, START, Program, World, kill
from hallofshame.domain.following import Asked
from hallofshame.domain.jobs import JobType
from hallofshame.store import following, joblog
from hallofshame.store.database import Database
from hallofshame.store.engines import PAGE_CACHE_KILOBYTES
from hallofshame.store.instants import CLOCK_TOLERANCE_SECONDS
from hallofshame.store.models import NewsMessage, Ride
from support.clients import open_files, processor_seconds, started_at
from support.feed_faults import Fault, FaultOrder
from support.mariadb import MariaDBServer
from support.push_service import Browser, push_service

Figures = dict[str, Any]
"""What a scenario did, for the table."""


@dataclass(frozen=True)
class Scenario:
    """One kind of fault.

    ``play`` does it to a world and returns what it did; ``size``: how often, or how long. ``store`` and
    ``disk``: what it needs.
    """

    title: str
    play: Callable[[World, int, random.Random], Figures]
    size: int
    start: dt.datetime = START
    settings: Mapping[str, str] = field(default_factory=dict)
    parks: Collection[str] = PARKS
    reader_seconds: float = 0.05
    store: str = "sqlite"
    disk: bool = False
    may_refuse: bool = False
    """Whether readers may be told that the site fails meanwhile."""


def kills_of_the_collector(world: World, number: int, chance: random.Random) -> Figures:
    """kill -9 of the process that collects and rolls up, at random moments; the site stands beside it.

    It is started again at once, so no cycle may be missing at all.
    """
    collector = world.program("run", "--no-web")
    world.await_cycle()
    world.cycles(3)
    world.await_site(world.program("serve"))
    copies, while_starting = Copies(world), 0
    for _ in range(number):
        # A third of them at any moment of its start, the others in the middle of cycles and roll-ups.
        asked = len(world.feeds.served)
        if chance.random() > 1 / 3:
            world.await_cycle()
            collector.works(processor_seconds(collector.pid) + chance.uniform(0.0, CYCLES_SECONDS))
        else:
            collector.works(chance.uniform(0.0, START_SECONDS))
        while_starting += len(world.feeds.served) == asked
        collector.kill()
        copies.take()
        collector.start()
    world.await_cycle()
    copies.check()
    world.cycles(4)
    return {"kills": number, "before its first request": while_starting}


START_SECONDS, CYCLES_SECONDS = 0.6, 0.8
"""Processor time of a start up to its first cycle, and of the work after it in which a kill may fall."""


def kills_of_the_whole(world: World, number: int, chance: random.Random) -> Figures:
    """kill -9 of the process that started all others; a start right afterwards has its port."""
    program = _begun(world)
    with world.disturbance():
        for _ in range(number):
            time.sleep(chance.uniform(0.0, 1.0))
            program.kill()
            program.start()
            world.await_site(program)
    assert program.starts == number + 1, f"a start ended by itself: {world.logs()[-3000:]}"
    world.cycles(4)
    return {"kills": number}


def kills_of_the_web(world: World, number: int, chance: random.Random) -> Figures:
    """kill -9 of a web worker or of the first web process; others go on, and it is replaced.

    Mostly the oldest worker: one that dies soon after its start is, by design, started again after growing
    pauses of up to a minute, as is the first process.
    """
    program = _begun(world)
    done: Counter[str] = Counter()
    with world.held_time():
        while done.total() < number:
            time.sleep(chance.uniform(0.5, 4.0))
            first, workers = program.web_processes()
            lot = chance.random()
            what, pids = ("first process", first) if lot < 0.03 else ("workers", workers)
            if pids:
                chosen = chance.choice(pids) if lot < 0.08 else min(pids, key=started_at)
                done[what] += kill(chosen)
            world.cycles(1)
    world.cycles(2)
    world.await_site(program)
    return {"kills": done.total(), "of the first process": done["first process"]}


def every_fault_of_the_feeds(world: World, number: int, chance: random.Random) -> Figures:
    """Each fault of the feeds by itself for two cycles at every park, then all mixed at random."""
    _begun(world)
    keys = list(world.feeds.tapes)
    faults = list(Fault)
    with world.disturbance():
        for fault in faults:
            for key in keys:
                world.feeds.faults.put(key, _order(fault, chance), world.feeds.clock.now())
            world.cycles(2)
        for _ in range(number):
            for key in keys:
                world.feeds.faults.clear(key)
                if chance.random() < 0.7:
                    world.feeds.faults.put(
                        key, _order(chance.choice(faults), chance), world.feeds.clock.now()
                    )
            world.cycles(1)
        for key in keys:
            world.feeds.faults.clear(key)
        world.feeds_away()
        world.cycles(3)
        world.feeds_back()
    world.cycles(4)
    return {"faults alone": len(faults) + 1, "cycles with faults mixed": number}


def store_locked(world: World, number: int, chance: random.Random) -> Figures:
    """Another program holds the database's write lock, for a moment and for longer than anybody waits."""
    _begun(world)
    with world.disturbance():
        for turn in range(number):
            with sqlite3.connect(world.data / "hallofshame.sqlite", isolation_level=None) as other:
                other.execute("PRAGMA busy_timeout = 60000")
                other.execute("BEGIN IMMEDIATE")
                time.sleep(chance.uniform(0.3, 2.0) if turn % 3 else 12.0)
                other.execute("ROLLBACK")
            other.close()
            world.cycles(1)
    world.cycles(4)
    return {"times": number}


def disk_fails(world: World, number: int, chance: random.Random) -> Figures:
    """The disk is full, read-only, broken or slow for some cycles, in the middle of whatever is going on."""
    _begun(world)
    assert world.disk is not None
    figures: Figures = {}
    with world.disturbance():
        for how in (*world.disk.HOW,) * number:
            with world.disk.failing(how):
                time.sleep(chance.uniform(0.2, 1.0))
                world.cycles(2)
            world.cycles(1)
            figures[how] = figures.get(how, 0) + 1
    world.cycles(4)
    return figures


def clock_jumps(world: World, number: int, chance: random.Random) -> Figures:
    """The machine's clock is set forward and back, by minutes, hours and days, and set right again."""
    _begun(world)
    jumps = [-7200.0, 7200.0, -120.0, 120.0, -3 * 86_400.0, 3 * 86_400.0, 86_400.0 * 400, -1.0]
    while len(jumps) < number:
        jumps.append(chance.choice((-1, 1)) * chance.uniform(1, 4 * 3600))
    for seconds in jumps[:number]:
        # A clock that is wrong by less than the feeds can tell shows some moments twice.
        with world.disturbance(wider=abs(seconds) if abs(seconds) < CLOCK_TOLERANCE_SECONDS else 0.0):
            world.time.error = seconds
            world.cycles(3)
            world.time.error = 0.0
        # Had it waited for what it had planned under the wrong clock, nothing would come for hours.
        world.cycles(4)
    return {"jumps": len(jumps[:number])}


def hours_pass(world: World, number: int, _chance: random.Random) -> Figures:
    """So many hours without any fault, for days that are longer or shorter than others."""
    _begun(world)
    world.run(number * 3600)
    return {"hours": number}


def two_schedulers(world: World, number: int, chance: random.Random) -> Figures:
    """Two whole programs on one database: one collects; when it is killed the other takes over."""
    programs = [_begun(world), world.program()]
    world.await_site(programs[1])
    world.cycles(4)
    with world.disturbance():
        for _ in range(number):
            victim = chance.choice(programs)
            time.sleep(chance.uniform(0.0, 1.5))
            victim.kill()
            world.cycles(3)
            victim.start()
            world.await_site(victim)
    world.cycles(4)
    return {"kills": number}


def messages_to_followers(world: World, number: int, _chance: random.Random) -> Figures:
    """A browser that follows every park has each cycle's news within a minute, in real time.

    Timed from the moment at which a cycle is due to the message's arrival at a push service on this machine.
    """
    with push_service() as service:
        world.settings["PUSH_SERVICES"] = service.origin
        _begun(world)
        _follow_all(world, Browser(f"{service.origin}/browser"))
        took: list[float] = []
        with world.held_time():
            for _ in range(4 * number):
                heard = len(service.received)
                began = world.until_next_cycle()
                while len(service.received) == heard and world.time.true() < began + NEWS_SECONDS:
                    if _nothing_to_tell(world, began):
                        break
                    time.sleep(0.05)
                if len(service.received) > heard:
                    took.append(world.time.true() - began)
                if len(took) == number:
                    break
    assert len(took) == number, f"{len(took)} cycles had a message within {NEWS_SECONDS} s"
    return {"cycles with messages": number, "slowest seconds": math.ceil(max(took))}


NEWS_SECONDS = 60
"""Within so many seconds of its cycle a message is with the push service."""


def _nothing_to_tell(world: World, began: float) -> bool:
    """Whether the cycle that was due at ``began`` is rolled up and left no message that waits."""
    database = Database(world.url)
    try:
        with database.read() as connection:
            rollup = joblog.latest(connection, JobType.ROLLUP)
            waits = connection.scalar(select(func.count()).where(NewsMessage.outcome.is_(None)))
    finally:
        database.dispose()
    return rollup is not None and rollup.finished_at is not None and rollup.started_at >= began and not waits


def _follow_all(world: World, browser: Browser) -> None:
    database = Database(world.url)
    keys = browser.subscription["keys"]

    def work(connection: Connection) -> None:
        found, _ = following.subscribe(connection, browser.endpoint, keys["p256dh"], keys["auth"], 100, 0)
        for park_id in connection.scalars(select(Ride.park_id).distinct()).all():
            following.follow(connection, found.subscription_id, Asked(park_id, 0, True, True, None))

    try:
        database.run(work)
    finally:
        database.dispose()


def weeks(world: World, number: int, _chance: random.Random) -> Figures:
    """So many days of cycles; memory and file handles of every process stay where they were.

    But for page caches: each connection keeps pages of the database file, which grows, up to a bound.
    """
    program = _begun(world)
    world.run(86_400 / 8)
    before = _used(program)
    world.run(86_400 * 7 / 8)
    daily = [_used(program)]
    for _ in range(number - 1):
        world.run(86_400)
        daily.append(_used(program))
    return {"days": number, "at first": before, "after each day": daily} | _grown(before, daily[-1])


def _grown(before: Figures, after: Figures) -> Figures:
    caches = after["page caches at most"] - before["page caches at most"]
    grown = after["megabytes"] - before["megabytes"] - max(0, caches)
    assert grown < MOST_GROWN_MEGABYTES, f"memory grew by {grown} MB: {before}, {after}"
    assert after["handles"] - before["handles"] < MOST_GROWN_HANDLES, f"file handles: {before}, {after}"
    return {
        "grown megabytes": grown,
        "and in page caches at most": caches,
        "grown handles": after["handles"] - before["handles"],
    }


MOST_GROWN_MEGABYTES = 60
"""Room for the copies of two days in memory, which are there after two days and bounded from then on."""

MOST_GROWN_HANDLES = 12


def _used(program: Program) -> Figures:
    """Memory (proportional set size) and file handles of a program's processes."""
    first, workers = program.web_processes()
    pids = [program.pid, *first, *workers]
    megabytes = [round(proportional_megabytes(pid)) for pid in pids]
    return {
        "megabytes": sum(megabytes),
        "of each process": megabytes,
        "page caches at most": sum(map(page_cache_megabytes, pids)),
        "handles": sum(map(open_files, pids)),
        "processes": len(pids),
    }


def page_cache_megabytes(pid: int) -> int:
    """What the connections of a process to a SQLite file may keep of it in memory, at most."""
    files = [file.resolve() for file in Path(f"/proc/{pid}/fd").iterdir()]
    sizes = [file.stat().st_size for file in files if file.suffix == ".sqlite"]
    return round(sum(min(size / 1e6, PAGE_CACHE_KILOBYTES / 1e3) for size in sizes))


def proportional_megabytes(pid: int) -> float:
    """Memory of a process, what it shares with others counted in parts."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    [pss] = [line.split()[1] for line in lines if line.startswith("Pss:")]
    return int(pss) / 1024


def store_restarted(world: World, number: int, chance: random.Random) -> Figures:
    """The MariaDB server is killed or stopped at any moment and started again."""
    server = SERVERS[world.url]
    _begun(world)
    with world.disturbance():
        for _ in range(number):
            time.sleep(chance.uniform(0.0, 3.0))
            if chance.random() < 0.5:
                server.kill()
            else:
                server.stop()
            time.sleep(chance.uniform(0.0, 1.0))
            server.start_again()
            world.cycles(2)
    world.cycles(4)
    return {"restarts": number}


SERVERS: dict[str, MariaDBServer] = {}
"""The servers of the worlds being played, by the address of their databases."""


def _begun(world: World) -> Program:
    """A program that has collected for a few cycles."""
    program = world.program()
    world.await_site(program)
    world.cycles(3)
    return program


def _order(fault: Fault, chance: random.Random) -> FaultOrder:
    return FaultOrder(
        fault=fault,
        retry_after_seconds=chance.choice((0, 1, 3)),
        retry_after_form=chance.choice(("seconds", "date")),
        delay_seconds=0.05 if fault is Fault.DRIP else 1.5,
        content_length=chance.choice(("correct", "too_long")),
    )


def a_bit_of_all(world: World, number: int, chance: random.Random) -> Figures:
    """A few kills and faults of the feeds, as many as the tests have time for."""
    program = _begun(world)
    keys = list(world.feeds.tapes)
    with world.disturbance():
        for _ in range(number):
            for key in keys:
                fault = chance.choice([Fault.ABSURD_VALUES, Fault.TRUNCATED_JSON, Fault.SERVER_ERROR])
                world.feeds.faults.put(key, replace(_order(fault, chance), count=2), world.feeds.clock.now())
            program.works(chance.uniform(0.1, 0.8))
            program.kill()
            program.start()
        world.await_site(program)
    world.cycles(3)
    return {"kills": number}


FEW = ("epcot", "efteling", "six-flags-great-adventure")
"""Of both feeds, so that more kills fit into the time."""

SCENARIOS = {
    "sample": Scenario("a bit of all, for the tests", a_bit_of_all, 2, parks=FEW),
    "collector": Scenario(
        "kill -9 of the collector, at random moments", kills_of_the_collector, 200, parks=FEW
    ),
    "whole": Scenario(
        "kill -9 of the whole program, started again at once", kills_of_the_whole, 20, parks=FEW
    ),
    "web": Scenario(
        "kill -9 of web workers and of their first process",
        kills_of_the_web,
        200,
        parks=FEW,
        settings={"WEB_WORKERS": "4"},
    ),
    "feeds": Scenario("every fault of the feeds alone and mixed", every_fault_of_the_feeds, 60),
    "locked": Scenario("the database locked by another program (SQLite)", store_locked, 6, may_refuse=True),
    "disk": Scenario(
        "the disk full, read-only, broken, slow (SQLite)", disk_fails, 4, disk=True, may_refuse=True
    ),
    "mariadb": Scenario("MariaDB killed or restarted", store_restarted, 12, store="mariadb", may_refuse=True),
    "clock": Scenario("the clock set forward and back", clock_jumps, 16),
    **{
        f"spring-{place}": Scenario(
            f"the start of summer time in {place.capitalize()}, with the whole day around it",
            hours_pass,
            30,
            start=start,
            parks=("efteling", "six-flags-great-adventure"),
            reader_seconds=0.5,
        )
        for place, start in (
            ("america", dt.datetime(2027, 3, 14, 2, 3, tzinfo=dt.UTC)),
            ("europe", dt.datetime(2027, 3, 27, 20, 3, tzinfo=dt.UTC)),
        )
    },
    "followers": Scenario(
        "messages to browsers, from the moment a cycle is due to the push service", messages_to_followers, 20
    ),
    "schedulers": Scenario("two schedulers at once, each killed in turn", two_schedulers, 10),
    "weeks": Scenario(
        "days of five-minute cycles run fast; memory and file handles",
        weeks,
        14,
        start=dt.datetime(2026, 10, 19, 20, 3, tzinfo=dt.UTC),
        settings={"LEASE_SECONDS": "3600", "WEB_WORKERS": "1"},
        parks=("efteling", "six-flags-great-adventure"),
        reader_seconds=2.0,
    ),
}
