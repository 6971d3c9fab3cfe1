"""An import killed at random moments and gone on with leaves the rows of an undisturbed one."""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.pipeline.rollup import Rollup
from hallofshame.replay import SHIPPED_RECORDINGS, HistoryPlan, HistoryPlans, ReplayServer
from hallofshame.store import catalogue, raw, schema
from hallofshame.store.catalogue import NewExternalId, StoredPark
from hallofshame.store.database import Database
from pipeline.fakes import LOG, at
from pipeline.worlds import assert_same_rows, derived_rows
from support import history_child
from support.children import Child

pytestmark = pytest.mark.enable_socket

NOW = at("2026-09-25 12:00")
FIRST, LAST = dt.date(2026, 9, 14), dt.date(2026, 9, 17)
KILLS = int(os.environ.get("HISTORY_KILLS", "2"))


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    plans = HistoryPlans(by_key={"key": HistoryPlan(days=None, per_hour=None)}, page_entities=20)
    with ReplayServer(SHIPPED_RECORDINGS, FixedClock(NOW), latency_ms=15, history=plans) as running:
        yield running


def made(file: Path, server: ReplayServer) -> Database:
    database = Database(f"sqlite:///{file}")
    schema.upgrade(database)
    infos = [tape.info for key, tape in server.tapes.items() if key[0] is Feed.THEMEPARKS_WIKI]
    with database.write() as connection:
        for number, info in enumerate(infos, start=1):
            park = StoredPark(
                slug=f"park-{number}",
                name=info.park_name,
                timezone=info.timezone,
                primary_feed=int(Feed.THEMEPARKS_WIKI),
                breakdown_signal="down",
                park_id=number,
            )
            catalogue.upsert_parks(connection, [park])
            known = NewExternalId(Feed.THEMEPARKS_WIKI, "park", info.park_external_id, number)
            catalogue.add_external_ids(connection, [known], 0)
    return database


def child(file: Path, server: ReplayServer) -> Child:
    days = [FIRST.isoformat(), LAST.isoformat()]
    running = Child(history_child.live, str(file), server.base_url, NOW.isoformat(), *days)
    assert running.hear() == "begun"
    return running


@pytest.mark.slow
def test_killed_at_random_moments_the_record_is_that_of_an_undisturbed_import(
    tmp_path: Path, server: ReplayServer
) -> None:
    whole = made(tmp_path / "whole.sqlite", server)
    with child(tmp_path / "whole.sqlite", server) as undisturbed:
        began = time.monotonic()
        assert undisturbed.hear().startswith("ended 0 ")
        takes = time.monotonic() - began
    killed = made(tmp_path / "killed.sqlite", server)
    chance = random.Random(7)
    died = 0
    for _ in range(KILLS):
        with child(tmp_path / "killed.sqlite", server) as running:
            time.sleep(chance.uniform(0, takes / 2))
            died += running.kill() == -9
    assert died
    with child(tmp_path / "killed.sqlite", server) as running:
        last = running.hear()
    assert last.startswith("ended 0 ")
    print(f"{died} of {KILLS} were killed at work; the last one: {last}")
    found = []
    for database in (whole, killed):
        Rollup(database, FixedClock(NOW), LOG).run()
        with database.read() as connection:
            parks = [park.park_id for park in catalogue.park_table(connection) if park.park_id is not None]
            rows = raw.read_observations(connection, parks, 0, None)
        found.append((rows, derived_rows(database)))
        database.dispose()
    assert found[0][0].height > 1000
    assert_frame_equal(found[1][0], found[0][0])
    assert_same_rows(found[1][1], found[0][1])
