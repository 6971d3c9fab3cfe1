"""Queries over the raw tables open the months that they need and no others (MariaDB's EXPLAIN PARTITIONS).

Every statement that pages, jobs and moves send is caught on its way to the server and explained again. One
that opens all months has to be on the list of those that cannot know which month they need.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import event

from hallofshame.clock import FixedClock
from hallofshame.domain.months import first_second, plus_months
from hallofshame.domain.words import Feed, Origin
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.calibration import calibrate
from hallofshame.pipeline.quality import check_quality
from hallofshame.pipeline.record import QUEUES, write_observations
from hallofshame.pipeline.repair import repair_gaps
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.vanished import retire_vanished
from hallofshame.pipeline.vanished_blocks import watch_rides
from hallofshame.store import bulk, catalogue, chances, heard_ids, partitions, raw, ride_moves, schema
from hallofshame.store.database import Database
from hallofshame.store.decisions import Move
from hallofshame.store.exclusive import run_alone
from hallofshame.store.models import FeedPoll
from hallofshame.store.observations import ObservationCache
from hallofshame.store.reports.quality import freshness
from hallofshame.store.reports.running_day import seen_until
from hallofshame.web.app import create_app
from pipeline.fakes import LOG, FakeFeed
from store.samples import seed
from support.mariadb import MariaDBServer
from web.paths import JSON_RULES, address

NOW = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)
MONTHS = 14
RAW = {table.__tablename__ for table in partitions.RAW_TABLES}

CANNOT_PRUNE = {
    "the first and last row of a park": r"ORDER BY ride_status_snapshots\.observed_at (ASC|DESC)",
    "the newest poll by its number": r"ORDER BY feed_polls\.poll_id DESC",
}
"""What is looked for, and how its statement is told."""

Caught = list[tuple[str, Any]]


@pytest.fixture
def server_database(mariadb_server: MariaDBServer, tmp_path: Path) -> Database:
    """A park with readings in each of fourteen months and every five minutes of the last hours.

    Another park is silent.
    """
    database = Database(mariadb_server.create_schema(f"pruning_{tmp_path.name}"[:64]))
    schema.upgrade(database)
    seed(database, {1: 14, 2: 1})
    end = int(NOW.timestamp())
    months = [first_second(plus_months(NOW.date().replace(day=1), -back)) for back in range(1, MONTHS)]
    run_alone(database, lambda connection: partitions.keep_months(connection, NOW, months[-1]))
    instants = pl.DataFrame({"observed_at": [*months, *range(end - 36 * 3600, end, 300)]})
    told = instants.join(pl.DataFrame({"ride_id": range(1, 13)}), how="cross").with_columns(
        park_id=pl.lit(1),
        origin=pl.lit(int(Origin.LIVE)),
        status=pl.lit(1),
        wait_minutes=pl.col("observed_at") // 300 % 12 * 5,
        feed=pl.lit(int(Feed.THEMEPARKS_WIKI)),
        stale=pl.lit(value=False),
        cadence_seconds=pl.lit(300),
    )
    nothing = [pl.lit(None).alias(name) for name in QUEUES.names() if name not in told.columns]
    priced = told.with_columns(*nothing).with_columns(queue_type=pl.lit(3), price_minor=pl.lit(900))
    polls = instants.select(
        "observed_at",
        park_id=pl.lit(1),
        feed=pl.lit(int(Feed.THEMEPARKS_WIKI)),
        outcome=pl.lit("ok"),
        attempts=pl.lit(1),
        readings=pl.lit(12),
    )
    with database.write() as connection:
        write_observations(
            connection,
            told.select(OBSERVATIONS.names()).cast(OBSERVATIONS),
            priced.select(QUEUES.names()).cast(QUEUES),
            {1: "Europe/Rome"},
            NOW,
        )
        bulk.insert(connection, FeedPoll, polls)
        catalogue.add_external_ids(
            connection, [catalogue.NewExternalId(Feed.THEMEPARKS_WIKI, "park", "one", 1)], NOW
        )
    return database


def caught_during(database: Database) -> Caught:
    """Statements about raw tables that the whole program sends, each once."""
    caught: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        plain = " ".join(statement.split())
        if plain.split(" ", 1)[0] in ("SELECT", "UPDATE", "DELETE") and any(name in plain for name in RAW):
            caught.setdefault(plain, parameters)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        _everything(database)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return list(caught.items())


def _everything(database: Database) -> None:
    clock = FixedClock(NOW)
    Rollup(database, clock, LOG, ObservationCache()).run()
    client = create_app(database, clock).test_client()
    for rule in JSON_RULES:
        answer = client.get(address(rule, **({"parks": "1"} if rule == "/api/compare" else {})))
        assert answer.status_code == 200, f"{rule}: {answer.text}"
    for path in ("/", "/now", "/data", "/parks/park-1"):
        assert client.get(path, follow_redirects=True).status_code == 200, path
    check_quality(database, clock)
    retire_vanished(database, clock)
    watch_rides(database, clock)
    calibrate(database, clock)
    repair_gaps(database, {Feed.THEMEPARKS_WIKI: FakeFeed()}, clock, LOG)
    end = int(NOW.timestamp())
    with database.read() as connection:
        freshness(connection, NOW)
        raw.observed_range(connection)
        assert chances.looked_every(connection, [1]) == {1: 300}
        assert list(seen_until(connection, 600)) == [1]
    with database.write() as connection:
        ride_moves.move_readings(connection, 1, [Move(int(Feed.THEMEPARKS_WIKI), 3, 13, end - 7200, end)])
        heard_ids.recorded_instants(connection, 1, Feed.THEMEPARKS_WIKI, [5], end - 7200)


@pytest.mark.mariadb
def test_every_query_opens_only_the_months_that_it_needs(server_database: Database) -> None:
    caught = caught_during(server_database)
    all_months = {
        table.__tablename__: len(names)
        for table in partitions.RAW_TABLES
        for names in [_names(server_database, table)]
    }
    assert set(all_months.values()) == {MONTHS + 5}
    assert {name for name in RAW if any(name in statement for statement, _ in caught)} == RAW
    everywhere, used = [], set()
    for statement, parameters in caught:
        opened = _opened(server_database, statement, parameters)
        if all(count < all_months[table] for table, count in opened):
            continue
        reasons = [reason for reason, form in CANNOT_PRUNE.items() if re.search(form, statement)]
        used.update(reasons)
        if not reasons:
            everywhere.append(statement)
    assert not everywhere, "\n\n".join(everywhere)
    assert used == set(CANNOT_PRUNE)
    assert len(caught) > 25


def _names(database: Database, table: Any) -> list[str]:
    with database.read() as connection:
        return [part.name for part in partitions.layout(connection, table)]


def _opened(database: Database, statement: str, parameters: Any) -> list[tuple[str, int]]:
    """The raw tables of a statement, each with how many of its partitions would be opened."""
    # To explain an update takes a transaction that may write.
    with database.write() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN PARTITIONS {statement}", parameters).mappings().all()
        aliases = dict(re.findall(r"(\w+) AS (\w+)", statement))
    of_alias = {alias: table for table, alias in aliases.items()}
    return [
        (table, len(row["partitions"].split(",")))
        for row in plan
        if row["partitions"] and (table := of_alias.get(row["table"], row["table"])) in RAW
    ]
