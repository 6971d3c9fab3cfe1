"""TouringPlans' files in the record: whose ride they are, a record of their own, credited by the figures."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.words import Feed, Origin, QueueType
from hallofshame.pipeline.import_readings import import_readings
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.touring_plans import dataset_of
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History, sql_rows
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.observations import ObservationCache
from hallofshame.web.app import create_app
from pipeline.fakes import LOG

CLOCK = FixedClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
DAY = "2019-02-22"
PARKS = load_parks()


def write(folder: Path, name: str, down_minutes: int, day: str = DAY) -> Path:
    """A day from 9:00 to 17:00, every 6 minutes: down in the first minutes after noon."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["date,datetime,SACTMIN,SPOSTMIN"]
    for minute in range(0, 8 * 60 + 1, 6):
        hour, rest = divmod(9 * 60 + minute, 60)
        posted = -999 if 180 <= minute < 180 + down_minutes else 5 + 5 * (minute % 4)
        lines.append(f"02/22/2019,{day} {hour:02}:{rest:02}:00,,{posted}")
    lines.append(f"02/22/2019,{day} 10:01:00,17,")
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> tuple[Database, Path]:
    """Two rides of a park imported, and rolled up."""
    folder, history = tmp_path / "waits", tmp_path / "history"
    write(folder, "dinosaur", 60), write(folder, "AK07", 0)
    (folder / "entities.csv").write_text("code,name\nAK07,Kilimanjaro Safaris\n")
    (folder / "metadata.csv").write_text("DATE,WDW_TICKET_SEASON\n02/22/2019,\n")
    result = import_readings(sqlite_database, folder, CLOCK, LOG, history=FolderShelf(history))
    assert set(result.refused) == {"metadata.csv"}
    assert {key: cadence for key, (_, cadence) in result.taken.items()} == {"AK07.csv, dinosaur.csv": 360}
    again = import_readings(sqlite_database, folder, CLOCK, LOG, history=FolderShelf(history))
    assert (again.known, again.taken) == (2, {})
    cache = ObservationCache(History(FolderShelf(history)))
    Rollup(sqlite_database, CLOCK, LOG, cache).run()
    return sqlite_database, history


def test_readings_go_into_history_files_as_a_record_of_their_own(site: tuple[Database, Path]) -> None:
    database, history = site
    with database.read() as connection:
        park, rides = connection.exec_driver_sql("SELECT park_id, COUNT(*) FROM rides GROUP BY park_id").one()
        rows = History(FolderShelf(history)).rows(connection, DATASETS["snapshots"], [park], 0, None)
        queues = History(FolderShelf(history)).rows(connection, DATASETS["queues"], [park], 0, None)
        assert sql_rows(connection, DATASETS["snapshots"], [park], 0, None).is_empty()
        names = connection.exec_driver_sql("SELECT name FROM rides ORDER BY name").scalars().all()
    assert (rides, list(names)) == (2, ["DINOSAUR", "Kilimanjaro Safaris"])
    assert rows.height == 2 * 81
    assert set(rows["feed"]) == {int(Feed.TOURING_PLANS)}
    assert set(rows["origin"]) == {int(Origin.SURVEY)}
    assert set(queues["queue_type"]) == {int(QueueType.ACTUAL_STANDBY)}
    assert queues["wait_minutes"].to_list() == [17, 17]
    assert 17 not in rows["wait_minutes"]


def test_minus_999_counts_as_downtime_and_actual_waits_in_no_average(site: tuple[Database, Path]) -> None:
    database, _ = site
    with database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT r.name, d.downtime, d.wait_max FROM ride_daily_stats d "
            "JOIN rides r ON r.ride_id = d.ride_id ORDER BY r.name"
        ).all()
        origin = connection.exec_driver_sql("SELECT origin FROM park_daily_stats").scalar()
    assert [tuple(row) for row in found] == [("DINOSAUR", 3600, 15), ("Kilimanjaro Safaris", 0, 15)]
    assert origin == int(Origin.SURVEY)


def test_their_name_stands_wherever_figures_are_shown(site: tuple[Database, Path]) -> None:
    database, _ = site
    client = create_app(database, CLOCK).test_client()
    body = json.loads(client.get(f"/api/parks/downtime?start={DAY}&end={DAY}").data)
    assert [source["url"] for source in body["attribution"]][-1] == "https://touringplans.com/"
    table = client.get(f"/api/parks/downtime?start={DAY}&end={DAY}&format=csv").text
    assert "TouringPlans.com (https://touringplans.com/)" in table.splitlines()[1]
    for path in ("/", "/about", "/parks/disneys-animal-kingdom"):
        assert 'href="https://touringplans.com/"' in client.get(path).text
    day = json.loads(client.get(f"/api/parks/disneys-animal-kingdom/details?start={DAY}&end={DAY}").data)
    assert day["data"]["days"][0]["feed"] == "touring_plans"
    assert day["data"]["days"][0]["origin"] == "survey"


def test_nobody_is_named_whose_data_is_not_there(sqlite_database: Database) -> None:
    client = create_app(sqlite_database, CLOCK).test_client()
    assert b"touringplans" not in client.get("/api/parks").data


def test_live_samples_of_the_same_day_are_never_mixed_with_theirs(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Queue-Times saw half of the day and would have seen no downtime: the better covered record counts."""
    path = write(tmp_path / "waits", "dinosaur", 60)
    start = dt.datetime(2019, 2, 22, 14, tzinfo=dt.UTC)
    rows = [
        {
            "park_id": "8",
            "park_name": "Animal Kingdom",
            "polled_at": start + dt.timedelta(minutes=5 * poll),
            "ride_id": "111",
            "ride_name": "DINOSAUR",
            "is_open": True,
            "wait_time": 5 + poll % 40,
        }
        for poll in range(48)
    ]
    pl.DataFrame(rows).write_parquet(tmp_path / "snapshots.parquet")
    history = FolderShelf(tmp_path / "history")
    for where, feed, cadence in (
        (tmp_path / "snapshots.parquet", Feed.QUEUE_TIMES, 300),
        (path, Feed.TOURING_PLANS, 360),
    ):
        ingest(sqlite_database, where, feed, cadence_seconds=cadence, clock=CLOCK, log=LOG, history=history)
    Rollup(sqlite_database, CLOCK, LOG, ObservationCache(History(history))).run()
    with sqlite_database.read() as connection:
        rides = connection.exec_driver_sql("SELECT COUNT(*) FROM rides").scalar()
        day = connection.exec_driver_sql("SELECT origin, observed, downtime FROM park_daily_stats").one()
    assert rides == 1
    assert tuple(day) == (int(Origin.SURVEY), 8 * 3600 + 3 * 360, 3600)


def test_ride_and_park_are_told_by_the_list_the_code_or_the_name(tmp_path: Path) -> None:
    def told(name: str, park: str | None = None) -> tuple[str, str]:
        found = dataset_of(tmp_path / f"{name}.csv", PARKS, park)
        return found.park, found.ride

    assert told("7_dwarfs_train") == ("Magic Kingdom", "Seven Dwarfs Mine Train")
    assert told("haunted_mansion", "magic-kingdom") == ("Magic Kingdom", "Haunted Mansion")
    with pytest.raises(InputError, match=r"entities\.csv"):
        told("AK18")
    (tmp_path / "entities.csv").write_text("name,code\nDINOSAUR,AK18\n")
    assert told("AK18") == ("Disney's Animal Kingdom", "DINOSAUR")
    with pytest.raises(InputError, match="--park"):
        told("haunted_mansion")
    with pytest.raises(InputError, match="--timezone"):
        told("haunted_mansion", "A park of mine")


def test_every_listed_file_is_of_a_park_of_the_catalogue() -> None:
    from hallofshame.pipeline.touring_plans import _listed

    slugs = {row.slug for row in PARKS}
    assert {slug for slug, _ in _listed().values()} <= slugs
    assert len(_listed()) == 14
