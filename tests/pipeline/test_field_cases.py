"""Situations that people reported of other trackers, with the right values worked out by hand.

They lie beside the checkout. Each is fed to the real ingest, sync and roll-up.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hallofshame.metrics import scores
from hallofshame.store.models import Park, ParkDailyStats, Ride, RideOutage
from support.field_cases import FIELD_CASES, right_of, run

CASES = (
    "breakdown-of-three-days",
    "closing-at-midnight",
    "every-id-renumbered",
    "hours-end-later-than-the-park",
    "rides-with-hours-of-their-own",
    "virtual-line-entries",
    "zero-wait-night-with-hours",
)


@pytest.mark.slow
@pytest.mark.recordings
@pytest.mark.parametrize("name", CASES)
def test_a_reported_situation_comes_out_right(tmp_path: Path, name: str) -> None:
    with run(FIELD_CASES / name, tmp_path) as database, database.read() as connection:
        right = right_of(FIELD_CASES / name)
        zone = ZoneInfo(connection.execute(select(Park.timezone)).scalar_one())
        days = {row.day.isoformat(): row for row in connection.execute(select(ParkDailyStats.__table__))}
        outages = connection.execute(
            select(RideOutage.__table__, Ride.name).join(Ride, Ride.ride_id == RideOutage.ride_id)
        ).all()

    def clock(instant: int) -> str:
        return dt.datetime.fromtimestamp(instant, zone).strftime("%m-%d %H:%M")

    for date, wanted in right["park_days"].items():
        row = days[date]
        windows = [f"{clock(start)[6:]}-{clock(end)[6:]}" for start, end in json.loads(row.windows)]
        found = {
            "open_hours": row.window_seconds / 3600,
            "eligible": row.eligible,
            "downtime_hours": round(row.downtime / 3600, 2),
            "score": scores.shame_score(row.weighted_downtime, row.weighted_exposure),
            "uptime": scores.uptime_percent(row.operating, row.downtime),
            "coverage": round(scores.coverage_percent(row.observed, row.open) or 0),
            "windows": ",".join(windows),
            "evidence": row.evidence,
        }
        assert found == {name: wanted[name] for name in found}, date
    listed = {
        (
            row.name,
            clock(row.started_at),
            None if row.ended_at is None else clock(row.ended_at),
            row.kind,
            bool(row.counted),
            row.ended_by,
            round(row.downtime / 3600, 2),
        )
        for row in outages
    }
    names = ("ride", "start", "end", "kind", "counted", "ended_by", "hours")
    assert listed == {tuple(outage[name] for name in names) for outage in right["outages"]}
