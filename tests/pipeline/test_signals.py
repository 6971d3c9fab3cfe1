"""From which date on a park is judged by DOWN: by the catalogue, by what its feed said, by a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.words import BreakdownSignal
from hallofshame.pipeline.preparation import prepare
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.signals import judge_signals
from hallofshame.store import signals
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, ParkSignal
from pipeline.fakes import (
    MONDAY,
    ROME,
    a_day,
    at,
    dirty_days,
    found,
    observe,
    roll_up,
    seed_parks,
    seed_rides,
)
from pipeline.worlds import derived_rows

ONE_DAY = dt.timedelta(days=1)
CLOCK = FixedClock(at("2026-06-10 04:20"))
NOON = (720, 780)


def days_after(*offsets: int) -> list[dt.date]:
    return [MONDAY + offset * ONE_DAY for offset in offsets]


def recorded(database: Database, *told: dict[int, int], signal: str = "closed") -> list[int]:
    """Rome, a day for each of ``told``, which says how many rides were DOWN at noon on which day."""
    seed_parks(database, ROME, signal=signal)
    rides = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie", "Delta")
    (down,) = told
    observe(
        database,
        *(
            a_day(ROME, MONDAY + day * ONE_DAY, rides, down=dict.fromkeys(rides[:count], NOON))
            for day, count in down.items()
        ),
    )
    roll_up(database)
    return rides


def judged(database: Database) -> dict[dt.date, bool]:
    """Which days are judged by DOWN."""
    with database.read() as connection:
        rows = connection.execute(select(ParkDailyStats.day, ParkDailyStats.judged_by_down))
        return {day: bool(by_down) for day, by_down in rows}


def stored(database: Database) -> list[tuple[dt.date, str, str]]:
    table = ParkSignal
    with database.read() as connection:
        rows = connection.execute(
            select(table.valid_from, table.source, table.signal).order_by(table.valid_from)
        )
        return [tuple(row) for row in rows]


@pytest.mark.both_databases
def test_the_catalogues_word_is_the_first_row(database: Database) -> None:
    seed_parks(database, ROME, signal="down")
    with database.read() as connection:
        (row,) = connection.execute(select(ParkSignal)).scalars().all() or [None]
    assert stored(database) == [(dt.date(1970, 1, 1), "catalogue", "down")]
    with database.read() as connection:
        assert signals.histories(connection)[ROME].on(dt.date(2000, 1, 1)) is BreakdownSignal.DOWN
    assert row is not None


@pytest.mark.slow
def test_a_feed_that_says_down_on_three_days_is_judged_by_it_from_the_first_of_them_on(
    database: Database,
) -> None:
    recorded(database, {0: 0, 1: 2, 2: 0, 3: 3, 4: 2, 5: 0})
    assert not any(judged(database).values())
    first, later = days_after(1)[0], days_after(1, 2, 3, 4, 5)
    assert judge_signals(database, CLOCK).parks == [ROME]
    assert dirty_days(database) == {(ROME, day) for day in later}
    roll_up(database)
    assert judged(database) == {MONDAY: False} | dict.fromkeys(later, True)
    assert stored(database)[1:] == [(first, "observed", "down")]
    (finding,) = found(database, "signal_changed")
    assert (finding.park_id, finding.occurrences) == (ROME, 1)
    assert "themeparks_wiki said DOWN of 2 rides on 2026-06-02, 3 rides on 2026-06-04" in finding.detail
    # Running anything twice changes nothing, and a rebuild comes to the same rows.
    rows = derived_rows(database)
    assert judge_signals(database, CLOCK).parks == []
    assert not dirty_days(database)
    mark_range(database, CLOCK)
    roll_up(database)
    assert all(after.equals(rows[name]) for name, after in derived_rows(database).items())
    assert len(found(database, "signal_changed")) == 1


@pytest.mark.parametrize(
    "down",
    [
        pytest.param({0: 2, 1: 2}, id="two days"),
        pytest.param({0: 2, 1: 2, 2: 1, 3: 1}, id="one ride on the third"),
        pytest.param({-30: 2, -1: 2, 0: 2}, id="thirty-one days"),
    ],
)
def test_less_than_that_moves_nothing(sqlite_database: Database, down: dict[int, int]) -> None:
    recorded(sqlite_database, down)
    assert judge_signals(sqlite_database, CLOCK).parks == []
    assert [source for _, source, _ in stored(sqlite_database)] == ["catalogue"]
    assert not dirty_days(sqlite_database)


def test_three_days_within_thirty_are_enough(sqlite_database: Database) -> None:
    recorded(sqlite_database, {-29: 2, -1: 2, 0: 2})
    assert judge_signals(sqlite_database, CLOCK).parks == [ROME]


def test_down_outside_open_hours_shows_nothing(sqlite_database: Database) -> None:
    rides = recorded(sqlite_database, {-1: 0})
    night = dict.fromkeys(rides[:2], (120, 180))
    observe(sqlite_database, *(a_day(ROME, day, rides, down=night) for day in days_after(0, 1, 2, 3)))
    roll_up(sqlite_database)
    assert judge_signals(sqlite_database, CLOCK).parks == []


def test_when_the_job_first_ran_makes_no_difference(sqlite_database: Database) -> None:
    """Earlier days that are imported later move the date to where it would have been (design §1)."""
    rides = recorded(sqlite_database, {6: 2, 7: 2, 8: 2})
    judge_signals(sqlite_database, CLOCK)
    roll_up(sqlite_database)
    earlier = dict.fromkeys(rides[:2], NOON)
    observe(sqlite_database, *(a_day(ROME, day, rides, down=earlier) for day in days_after(0, 1, 2)))
    roll_up(sqlite_database)
    assert judge_signals(sqlite_database, CLOCK).parks == [ROME]
    roll_up(sqlite_database)
    assert all(judged(sqlite_database).values())


def test_a_park_does_not_move_back_when_its_feed_falls_silent(sqlite_database: Database) -> None:
    rides = recorded(sqlite_database, {-52: 2, -51: 2, -50: 2})
    judge_signals(sqlite_database, CLOCK)
    observe(sqlite_database, *(a_day(ROME, day, rides) for day in days_after(0, 1, 2)))
    roll_up(sqlite_database)
    judge_signals(sqlite_database, CLOCK)
    assert judged(sqlite_database)[MONDAY]


def signals_file(folder: Path, *lines: str) -> Path:
    file = folder / "my_signals.csv"
    file.write_text("\n".join(["park,feed,valid_from,signal,evidence", *lines]) + "\n", encoding="utf-8")
    return file


def follow(database: Database, file: Path | None) -> None:
    prepare(database, CLOCK, migrate=True, only=("efteling", "epcot"), signals=file)


def effective(database: Database, slug: str, day: str) -> str:
    with database.read() as connection:
        park_id = {"efteling": 134, "epcot": 9}[slug]
        return signals.histories(connection)[park_id].on(dt.date.fromisoformat(day)).value


@pytest.mark.slow
def test_a_persons_file_goes_before_what_is_catalogued_and_observed(
    empty_database: Database, tmp_path: Path
) -> None:
    database = empty_database
    lines = (
        "Efteling,themeparks_wiki,2026-05-01,down,its feed has a word for breakdowns",
        "epcot,themeparks_wiki,2026-03-01,closed,DOWN meant the night here",
    )
    follow(database, signals_file(tmp_path, *lines))
    assert [effective(database, "efteling", day) for day in ("2026-04-30", "2026-05-01")] == [
        "closed",
        "down",
    ]
    assert [effective(database, "epcot", day) for day in ("2026-02-28", "2026-03-01")] == ["down", "closed"]
    with database.write() as connection:
        observed = signals.SignalRow(
            dt.date(2026, 4, 1), BreakdownSignal.DOWN, signals.SignalSource.OBSERVED, "said so"
        )
        signals.put(connection, [signals.NewSignal(9, signals.SIGNAL_FEED, observed)], CLOCK.now())
    assert effective(database, "epcot", "2026-05-01") == "closed"
    # A line that is taken out of the file is no longer said.
    follow(database, signals_file(tmp_path, lines[0]))
    assert effective(database, "epcot", "2026-05-01") == "down"
    follow(database, None)
    assert effective(database, "efteling", "2026-05-01") == "closed"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "atlantis,themeparks_wiki,2026-05-01,down,x",
            "park 'atlantis' is no park of the catalogue; write its",
        ),
        ("epcot,wiki,2026-05-01,down,x", "feed 'wiki' is not one of queue_times, themeparks_wiki"),
        ("epcot,themeparks_wiki,1.5.2026,down,x", "valid_from '1.5.2026' is no date; write one such as"),
        ("epcot,themeparks_wiki,2026-02-30,down,x", "valid_from '2026-02-30' is not in the calendar"),
        ("epcot,themeparks_wiki,2026-07-01,down,x", "valid_from '2026-07-01' is still to come"),
        ("epcot,themeparks_wiki,2026-05-01,broken,x", "signal 'broken' is not one of down, closed"),
        ("epcot,themeparks_wiki,2026-05-01,down,", "evidence '' is empty; fill it in"),
        ("epcot,queue_times,2026-05-01,down,x", "signal 'down' cannot be of queue_times, which knows only"),
        ("efteling,themeparks_wiki,2026-05-01,closed,x", "valid_from '2026-05-01' is there for efteling on"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_half_written(
    sqlite_database: Database, tmp_path: Path, line: str, message: str
) -> None:
    good = "efteling,themeparks_wiki,2026-05-01,down,its feed has a word for breakdowns"
    with pytest.raises(InputError) as refused:
        follow(sqlite_database, signals_file(tmp_path, good, line))
    assert "my_signals.csv, line 3: " in str(refused.value)
    assert message in str(refused.value)
    with sqlite_database.read() as connection:
        assert not connection.execute(select(ParkSignal)).all()
