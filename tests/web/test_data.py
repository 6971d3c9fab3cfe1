"""The data itself: names, the record of each park, and files that agree with the pages."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import gzip
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from hallofshame.clock import FixedClock
from hallofshame.domain.csv_cells import BYTE_ORDER_MARK
from hallofshame.domain.words import Evidence, Origin
from hallofshame.pipeline.export import KINDS
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web import downloads, sending
from hallofshame.web.app import create_app
from web.builders import HOUR, World, at, touch
from web.conftest import NINE, ROME, SEEN_AT, TODAY, YESTERDAY, Api

MONTH = "2026-08"
DATASETS = ("park-days", "ride-days", "park-hours", "outages")


def finding(world: World, park_id: int, subject: str, seen_at: int) -> None:
    """A finding about a park."""
    row = {
        "kind": "never_down",
        "park_id": park_id,
        "subject": subject,
        "detail": f"{subject} was never down",
        "first_seen_at": seen_at - HOUR,
        "last_seen_at": seen_at,
        "occurrences": 2,
    }
    world.rows.append((models.DataQualityLog, row))


def test_the_search_index_holds_every_name(api: Api) -> None:
    data = api("/search-index")["data"]
    assert {
        "park_id": 1,
        "name": "Gardaland",
        "slug": "gardaland",
        "operator": "Merlin",
        "country": "Italy",
        "former": [],
    } in (data["parks"])
    raptor = {"ride_id": 11, "name": "Raptor", "slug": "raptor", "park_id": 1, "kind": "ATTRACTION"}
    assert raptor | {"former": []} in data["rides"]
    assert len(data["parks"]) == 6
    assert {"name": "Merlin", "parks": 1, "path": "/?operator=Merlin"} in data["operators"]
    pages = {page["path"]: page["name"] for page in data["pages"]}
    assert (pages["/waits"], pages["/operators"]) == ("Waits", "Operators")
    assert pages["/?period=last_month"] == "Last month"


def test_the_search_index_has_the_names_that_parks_and_rides_went_by(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    world.park(9, "Kings Island", "America/New_York", "Six Flags")
    names = (("Raptor", 1), ("RAPTOR™", 2), ("Old Raptor", 3))
    world.rows += [
        (models.NameSeen, {"ride_id": 11, "name": name, "first_seen_at": at}) for name, at in names
    ]
    world.write(sqlite_database)
    data = Api(create_app(sqlite_database, clock).test_client())("/search-index")["data"]
    assert [park["former"] for park in data["parks"] if park["park_id"] == 9] == [["Cedar Fair"]]
    assert [ride["former"] for ride in data["rides"] if ride["ride_id"] == 11] == [["Old Raptor"]]


def test_the_search_index_has_the_same_tag_after_a_cycle(
    client: FlaskClient, sqlite_database: Database
) -> None:
    tag = client.get("/api/search-index").headers["ETag"]
    touch(sqlite_database, 1, latitude=46.0)
    assert client.get("/api/search-index", headers={"If-None-Match": tag}).status_code == 304
    touch(sqlite_database, 1, name="Gardaland Resort")
    assert client.get("/api/search-index", headers={"If-None-Match": tag}).status_code == 200


def coverage(api: Api, name: str, **query: Any) -> dict[str, Any]:
    """A park's row."""
    return api.row("/coverage", name, **query)


def test_coverage_is_about_the_whole_record_unless_asked_otherwise(api: Api) -> None:
    answer = api("/coverage")
    assert (answer["period"]["name"], answer["period"]["start"]) == ("record", YESTERDAY)
    row = coverage(api, "Gardaland")
    assert (row["first_day"], row["last_day"]) == (YESTERDAY, TODAY)
    assert (row["days_recorded"], row["days_live"], row["days_archive"], row["open_days"]) == (2, 2, 0, 2)
    assert (row["coverage_percent"], row["primary_feed"], row["findings"]) == (100.0, "queue_times", [])
    today = coverage(api, "Gardaland", period="today")
    assert (today["first_day"], today["days_recorded"]) == (YESTERDAY, 1)


@pytest.mark.parametrize("period", ["today", "7days", "this_year"])
def test_coverage_of_a_period_is_that_of_the_list(api: Api, period: str) -> None:
    for row in api("/coverage", period=period)["data"]:
        listed = api.row("/parks/downtime", row["park_name"], period=period)
        assert row["coverage_percent"] == listed["coverage_percent"]


def test_a_park_never_observed_has_no_days(api: Api) -> None:
    row = coverage(api, "Silent Park")
    assert (row["first_day"], row["last_day"], row["coverage_percent"]) == (None, None, None)
    assert (row["days_recorded"], row["open_days"]) == (0, 0)


def test_findings_come_last_seen_first_and_days_by_origin(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    for number in range(60):
        finding(world, 1, f"Ride {number}", NINE + number)
    finding(world, 0, "all parks", NINE)
    world.write(sqlite_database, SEEN_AT)
    with sqlite_database.write() as connection:
        changed = update(models.ParkDailyStats).where(
            models.ParkDailyStats.day == dt.date.fromisoformat(YESTERDAY)
        )
        connection.execute(changed.values(origin=int(Origin.ARCHIVE)))
    row = coverage(Api(create_app(sqlite_database, clock).test_client()), "Gardaland")
    assert len(row["findings"]) == 50
    first = row["findings"][0]
    assert (first["kind"], first["detail"], first["occurrences"]) == (
        "never_down",
        "Ride 59 was never down",
        2,
    )
    assert (row["days_live"], row["days_archive"]) == (1, 1)


def test_every_month_of_the_record_has_its_files(api: Api, client: FlaskClient) -> None:
    rows = [row for row in api("/downloads")["data"] if row["dataset"] in DATASETS]
    assert {(row["dataset"], row["format"]) for row in rows} == {
        (dataset, form) for dataset in DATASETS for form in ("parquet", "csv", "excel")
    }
    assert {(row["month"], row["is_partial"]) for row in rows} == {(MONTH, True)}
    assert {client.get(row["url"]).status_code for row in rows} == {200}


def test_a_csv_file_is_there_for_excel_too(client: FlaskClient) -> None:
    path = f"/api/downloads/park-days-{MONTH}.csv"
    plain, excel = client.get(path), client.get(f"{path}?format=excel")
    assert excel.data == BYTE_ORDER_MARK.encode() + plain.data
    assert excel.content_type == plain.content_type
    assert excel.headers["Content-Disposition"] == plain.headers["Content-Disposition"]
    assert excel.headers["ETag"] != plain.headers["ETag"]
    again = client.get(f"{path}?format=excel", headers={"If-None-Match": excel.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(path).data == plain.data
    refused = client.get(f"/api/downloads/park-days-{MONTH}.parquet?format=excel")
    assert refused.status_code == 400
    assert "CSV only" in refused.get_json()["error"]["message"]


def csv_rows(client: FlaskClient, dataset: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    response = client.get(f"/api/downloads/{dataset}-{MONTH}.csv")
    assert response.content_type == "text/csv; charset=utf-8"
    assert int(response.headers["Content-Length"]) == len(response.data)
    return list(csv.DictReader(io.StringIO(response.text)))


@pytest.mark.parametrize("dataset", DATASETS)
def test_files_have_the_columns_of_the_export_and_say_whose_data_it_is(
    client: FlaskClient, dataset: str
) -> None:
    rows = csv_rows(client, dataset)
    assert list(rows[0]) == [*KINDS[dataset].columns, "attribution"]
    assert {row["attribution"] for row in rows} == {
        "Powered by Queue-Times.com (https://queue-times.com/); "
        "Data provided by ThemeParks.wiki (https://themeparks.wiki/)"
    }
    body = client.get(f"/api/downloads/{dataset}-{MONTH}.parquet").data
    frame = pl.read_parquet(io.BytesIO(body))
    assert frame.columns == list(KINDS[dataset].columns)
    assert frame.height == len(rows)
    said = pl.read_parquet_metadata(io.BytesIO(body))
    assert (said["dataset"], said["month"]) == (dataset, MONTH)
    assert "https://queue-times.com/" in said["attribution"]


@pytest.fixture
def midday(sqlite_database: Database, clock: FixedClock) -> FlaskClient:
    """A park in the middle of its day: it opened at 09:00, closes at 18:00, and was watched until 13:00."""
    world = World()
    world.park(1, "Gardaland", ROME)
    world.day(1, TODAY, [(NINE, NINE + 9 * HOUR)])
    world.day(1, YESTERDAY, evidence=Evidence.NO_ACTIVITY)
    for ride_id, name in ((11, "Raptor"), (12, "Mammut"), (13, "Jungle Rapids")):
        world.ride(ride_id, 1, name)
        for place in range(9):
            watched = HOUR if place < 4 else 0
            world.hour(
                ride_id, TODAY, NINE + place * HOUR, operating=max(0, watched - 600), down=min(watched, 600)
            )
    world.park_now(1, at(f"{TODAY} 13:58", ROME))
    world.write(sqlite_database, SEEN_AT)
    return create_app(sqlite_database, clock).test_client()


def test_a_running_day_is_exported_as_the_pages_show_it(midday: FlaskClient) -> None:
    """4 of the 5 h 13 min that have come by 14:13 were watched: 14,400 of 18,780 s."""
    api = Api(midday)
    [today] = [row for row in csv_rows(midday, "park-days") if row["day"] == TODAY]
    park = api.row("/parks/downtime", "Gardaland")
    assert today["open"] == str(3 * 18_780)
    assert float(today["coverage_percent"]) == park["coverage_percent"] == 76.7
    assert float(today["shame_score"]) == park["shame_score"]
    assert float(today["uptime_percent"]) == park["uptime_percent"]
    for row in csv_rows(midday, "ride-days"):
        ride = api.row("/rides/downtime", row["ride_name"])
        assert float(row["coverage_percent"]) == ride["coverage_percent"] == 76.7
        assert int(row["downtime"]) == ride["downtime_seconds"]
    points = {point["hour"]: point for point in api("/parks/1/series")["data"]["points"]}
    hours = csv_rows(midday, "park-hours")
    assert len(hours) == 9
    for row in hours:
        point = points[row["hour"]]
        said = None if row["coverage_percent"] == "" else float(row["coverage_percent"])
        assert said == point["coverage_percent"]
        assert (row["shame_score"] or None) == (
            None if point["shame_score"] is None else str(point["shame_score"])
        )


def test_a_file_is_asked_for_again_only_when_it_changed(
    client: FlaskClient, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/downloads/park-days-{MONTH}.parquet"
    first = client.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    touch(sqlite_database, 1, latitude=46.0)
    again = client.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")

    def refuse(*_args: object, **_named: object) -> int:
        raise AssertionError("made again")

    monkeypatch.setattr(downloads, "export", refuse)
    assert client.get(path, headers=tag).status_code == 304
    monkeypatch.undo()
    touch(sqlite_database, 1, name="Gardaland Resort")
    changed = client.get(path, headers=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_closed_month_may_be_kept_for_longer(app: Flask, clock: FixedClock) -> None:
    path = f"/api/downloads/outages-{MONTH}.csv"
    assert "max-age=60" in app.test_client().get(path).headers["Cache-Control"]
    clock.instant = clock.instant.replace(month=9)
    assert "max-age=3600" in app.test_client().get(path).headers["Cache-Control"]
    assert {row["is_partial"] for row in Api(app.test_client())("/downloads")["data"]} == {False}


@pytest.mark.parametrize(
    "file",
    ["park-days-2026-07.csv", "park-days-2026-08.xlsx", "ride-hours-2026-08.csv", "nonsense", "..%2fx"],
)
def test_an_unknown_file_comes_with_near_matches(client: FlaskClient, file: str) -> None:
    response = client.get(f"/api/downloads/{file}")
    error = response.get_json()["error"]
    assert response.status_code == 404
    if "2026" in file:
        assert error["near_matches"][0]["path"].startswith("/api/downloads/")


@pytest.mark.parametrize(
    "path", ["/api/downloads?limit=1", f"/api/downloads/park-days-{MONTH}.csv?table=csv"]
)
def test_what_takes_no_parameters_says_so(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "unknown_parameter")


def test_before_the_first_day_there_is_nothing_to_download(
    sqlite_database: Database, clock: FixedClock
) -> None:
    world = World()
    world.park(1, "Gardaland", ROME)
    world.write(sqlite_database)
    api = Api(create_app(sqlite_database, clock).test_client())
    assert api("/downloads")["data"] == []
    answer = api("/coverage")
    assert (answer["period"]["start"], answer["coverage"]["percent"]) == (None, None)


def test_a_csv_file_is_packed_on_its_way_for_readers_who_take_it(client: FlaskClient) -> None:
    path = f"/api/downloads/ride-days-{MONTH}.csv"
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    parquet = client.get(path.replace(".csv", ".parquet"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in parquet.headers


def test_the_head_of_a_file_that_is_known_needs_no_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/downloads/ride-days-{MONTH}.csv"
    whole = client.get(path)
    monkeypatch.setattr(downloads, "export", None)
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Content-Disposition"):
        assert head.headers[name] == whole.headers[name]


def test_those_who_would_wait_for_too_many_files_are_asked_to_come_back(client: FlaskClient) -> None:
    path = f"/api/downloads/ride-days-{MONTH}.csv"
    places = [sending.SendSlot() for _ in range(sending.PLACES)]
    try:
        busy = client.get(path)
    finally:
        for place in places:
            place.give_back()
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "10")
    assert busy.get_json()["error"]["code"] == "service_unavailable"
    assert client.get(path).status_code == 200


def test_findings_are_a_table_of_their_own(sqlite_database: Database, clock: FixedClock) -> None:
    world = World()
    world.park(1, "Gardaland", ROME)
    finding(world, 1, "Raptor", SEEN_AT)
    world.write(sqlite_database)
    client = create_app(sqlite_database, clock).test_client()
    [row] = csv.DictReader(io.StringIO(client.get("/api/coverage?format=csv&table=data.findings").text))
    assert (row["park_name"], row["kind"], row["occurrences"]) == ("Gardaland", "never_down", "2")
    assert "findings" not in next(csv.reader(io.StringIO(client.get("/api/coverage?format=csv").text)))


def test_a_download_that_cannot_be_written_is_503_and_tells_no_path(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next(row["url"] for row in client.get("/api/downloads").get_json()["data"])
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert answer.get_json()["error"]["code"] == "storage_failed"
    assert "/" not in answer.get_json()["error"]["message"]
