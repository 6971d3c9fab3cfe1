"""A park that fails in a recording or in a history costs no other, either."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import StatusChange
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.repair import repair_gaps
from hallofshame.store.database import Database
from hallofshame.store.models import RideStatusSnapshot
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    ROME,
    TUESDAY,
    WIKI_IDS,
    FakeFeed,
    a_day,
    at,
    found,
    observe,
    seed_parks,
    seed_rides,
)
from pipeline.one_park import (
    NOON,
    OTHERS,
    ForgetsRome,
)
from pipeline.polls import UP, rows


@pytest.mark.both_databases
def test_a_park_of_a_recording_that_cannot_be_written_costs_no_other(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_parks(database, ROME, *OTHERS)
    row = {"polled_at": NOON, "ride_id": 1, "ride_name": "Alpha", "is_open": True, "wait_time": 10}
    path = tmp_path / "snapshots.parquet"
    ids = [("101", "Park 1"), ("102", "Park 2"), ("103", "Park 3")]
    pl.DataFrame([{**row, "park_id": park, "park_name": name} for park, name in ids]).write_parquet(path)
    result = ingest(
        database,
        path,
        Feed.QUEUE_TIMES,
        cadence_seconds=300,
        clock=FixedClock(NOON),
        log=LOG,
        registry=ForgetsRome(),
    )
    assert (result.parks, result.failed, result.new_observations) == (2, 1, 2)
    assert {park for (park,) in rows(database, RideStatusSnapshot, "park_id")} == set(OTHERS)
    (finding,) = found(database)
    assert (finding.kind, finding.subject) == ("park_failed", "Park 1")


def test_a_recording_whose_only_park_fails_raises_its_error(
    sqlite_database: Database, tmp_path: Path
) -> None:
    seed_parks(sqlite_database, ROME)
    path = tmp_path / "snapshots.parquet"
    row = {"polled_at": NOON, "ride_id": 1, "ride_name": "Alpha", "is_open": True, "wait_time": 10}
    pl.DataFrame([{**row, "park_id": "101"}]).write_parquet(path)
    with pytest.raises(KeyError, match="Rome"):
        ingest(
            sqlite_database,
            path,
            Feed.QUEUE_TIMES,
            cadence_seconds=300,
            clock=FixedClock(NOON),
            log=LOG,
            registry=ForgetsRome(),
        )


class BrokenHistory(FakeFeed):
    """Raises over the history of Rome, or gives one that cannot be stored."""

    raises = True

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> Any:
        """As ever for the other parks."""
        page = super().history(park_external_id, start, end)
        if park_external_id != WIKI_IDS[ROME]:
            return page
        if self.raises:
            raise RecursionError("too deep")
        return replace(
            page, changes=(StatusChange("x", "X", RideKind.ATTRACTION, at("2026-06-01 12:00"), UP, 10**30),)
        )


@pytest.mark.parametrize("raises", [True, False], ids=["reading", "storing"])
def test_a_history_that_breaks_the_program_costs_no_other_park(
    sqlite_database: Database, raises: bool
) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    for park in (ROME, NEW_YORK):
        ride = seed_rides(sqlite_database, park, "Alpha", "Bravo", "Charlie")
        frame = pl.concat([a_day(park, day, ride) for day in (MONDAY, TUESDAY)])
        lost = pl.col("observed_at").is_between(
            to_unix(at("2026-06-01 15:00")), to_unix(at("2026-06-01 19:00"))
        )
        observe(sqlite_database, frame.filter(~lost))
    change = StatusChange(f"{NEW_YORK}-Alpha", "Alpha", RideKind.ATTRACTION, at("2026-06-01 16:00"), UP, 10)
    wiki = BrokenHistory(changes={WIKI_IDS[NEW_YORK]: [change]})
    wiki.raises = raises
    result = repair_gaps(sqlite_database, {wiki.feed: wiki}, FixedClock(at("2026-06-03 04:00")), LOG)
    assert result.park_days == 1
    assert result.failed >= 1
    failed = found(sqlite_database, "park_failed")
    assert {finding.park_id for finding in failed} == {ROME}
