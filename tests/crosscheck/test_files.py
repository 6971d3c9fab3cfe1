"""Exports and downloads hold what the API shows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from crosscheck.conftest import Api, Row
from crosscheck.ledger import Ledger
from hallofshame.pipeline.export import export
from hallofshame.web.answer_context import site
from support.demo_world import NOW

FIRST, LAST = dt.date(2026, 8, 3), dt.date(2026, 8, 12)
RANGE = {"start": str(FIRST), "end": str(LAST)}
PARK_SUMS = {
    "weighted_downtime": "weighted_downtime",
    "weighted_exposure": "weighted_exposure",
    "downtime": "downtime_seconds",
}
RIDE_SUMS = {"downtime": "downtime_seconds", "operating": "operating_seconds"}


def exported(app: Flask, what: str, folder: Path, first: dt.date = FIRST, last: dt.date = LAST) -> list[Row]:
    """The rows of an export as JSON."""
    file = folder / f"{what}.json"
    export(site(app).database, what, first, last, "json", str(file), now=NOW, cadence_seconds=300)
    rows: list[Row] = json.loads(file.read_text(encoding="utf-8"))
    return rows


@pytest.mark.parametrize(
    ("what", "key", "sums", "path"),
    [
        ("park-days", "park_id", PARK_SUMS, "/parks/downtime"),
        ("park-hours", "park_id", PARK_SUMS, "/parks/downtime"),
        ("ride-days", "ride_id", RIDE_SUMS, "/rides/downtime"),
        ("ride-hours", "ride_id", RIDE_SUMS, "/rides/downtime"),
    ],
)
def test_an_export_adds_up_to_the_rows(
    demo_app: Flask,
    api: Api,
    ledger: Ledger,
    tmp_path: Path,
    what: str,
    key: str,
    sums: dict[str, str],
    path: str,
) -> None:
    added: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in exported(demo_app, what, tmp_path):
        for name in sums:
            added[row[key]][name] += row[name] or 0
    for row in api.every(path, **RANGE):
        for name, field in sums.items():
            ledger.say(path, row[field] or 0, row[key], row.get("ride_name") or row["park_name"], field)
            ledger.say(what, added[row[key]][name], row[key], row.get("ride_name") or row["park_name"], field)
    ledger.check(at_least=3 * 18)


def test_days_of_an_export_are_those_of_the_charts(
    demo_app: Flask, api: Api, ledger: Ledger, tmp_path: Path
) -> None:
    today = NOW.date()
    for row in exported(demo_app, "park-days", tmp_path, FIRST, today):
        for name in ("shame_score", "uptime_percent", "coverage_percent", "average_wait_minutes"):
            ledger.say("export", row.get(name), row["park_id"], row["day"], name)
    for park in api.parks:
        query = {"start": str(FIRST), "end": str(today), "grain": "day"}
        for point in api(f"/parks/{park['park_id']}/series", **query)["data"]["points"]:
            if point["state"] == "open":
                for name in ("shame_score", "uptime_percent", "coverage_percent", "average_wait_minutes"):
                    ledger.say("series", point[name], park["park_id"], point["date"], name)
    ledger.check(at_least=500)


def test_hours_of_an_export_are_those_of_the_charts(
    demo_app: Flask, api: Api, ledger: Ledger, tmp_path: Path
) -> None:
    """The hours of the running day too, with what its latest look goes on to stand for."""
    today = NOW.date()
    names = {"downtime": "downtime_seconds", "weighted_exposure": "weighted_exposure"}
    for row in exported(demo_app, "park-hours", tmp_path, today - dt.timedelta(days=1), today):
        for name, field in names.items():
            if row["observed"] > 0:
                ledger.say("export", row[name], row["park_id"], row["hour"], field)
    for park in api.parks:
        query = {"start": str(today - dt.timedelta(days=1)), "end": str(today), "grain": "hour"}
        for point in api(f"/parks/{park['park_id']}/series", **query)["data"]["points"]:
            for field in names.values():
                if point["state"] == "open":
                    ledger.say("series", point[field], park["park_id"], point["hour"], field)
    assert all(len(said) == 2 for said in ledger.said.values())
    ledger.check(at_least=400)


def test_an_export_of_outages_is_the_list(demo_app: Flask, api: Api, ledger: Ledger, tmp_path: Path) -> None:
    for row in exported(demo_app, "outages", tmp_path):
        ledger.say("export", row["downtime"], row["ride_id"], row["started_at"], "downtime")
        ledger.say("export", row["ended_at"], row["ride_id"], row["started_at"], "ended_at")
    for row in api.every("/outages", **RANGE):
        ledger.say("/outages", row["downtime_seconds"], row["ride_id"], row["started_at"], "downtime")
        ledger.say("/outages", row["ended_at"], row["ride_id"], row["started_at"], "ended_at")
    assert all(len(said) == 2 for said in ledger.said.values())
    ledger.check(at_least=500)


def test_downloads_are_the_exports(demo_app: Flask, api: Api, ledger: Ledger, tmp_path: Path) -> None:
    files = api("/downloads")["data"]
    assert {file["dataset"] for file in files} >= {"park-days", "ride-days", "park-hours", "outages"}
    [url] = [file["url"] for file in files if file["url"].endswith("park-days-2026-08.csv")]
    lines = list(csv.DictReader(io.StringIO(api.text(url))))
    rows = exported(demo_app, "park-days", tmp_path, dt.date(2026, 8, 1), dt.date(2026, 8, 31))
    ledger.say("export", len(rows), "rows")
    ledger.say("download", len(lines), "rows")
    for row, line in zip(rows, lines, strict=False):
        for name in ("park_id", "day", "weighted_downtime", "shame_score", "coverage_percent", "operating"):
            ledger.say(
                "export", "" if row[name] is None else str(row[name]), row["park_id"], row["day"], name
            )
            ledger.say("download", line[name], row["park_id"], row["day"], name)
    ledger.check(at_least=1_000)
