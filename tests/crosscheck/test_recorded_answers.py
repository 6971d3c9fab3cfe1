"""Answers of the demonstration, field by field as they were recorded: no figure changes unseen.

A change that is meant is recorded anew: ``RECORD_ANSWERS=1 python -m pytest -n 0`` with this file, and the
difference in ``tests/data/answers.json`` is read before it is committed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from browser.addresses import PARK
from hallofshame.web.reference.examples import shortened

RECORDED = Path(__file__).parents[1] / "data" / "answers.json"
ADDRESSES = (
    "/api/parks",
    "/api/parks/downtime?period=30days",
    "/api/parks/downtime?period=last_month&by=score",
    "/api/parks/downtime?period=live",
    "/api/parks/waittimes?period=7days",
    "/api/rides/downtime?period=7days",
    "/api/rides/least-reliable?period=30days&type=coaster",
    "/api/rides/longest-waits?period=yesterday",
    "/api/operators?period=30days",
    "/api/trends?period=last_week",
    "/api/awards?year=2026&limit=1",
    "/api/live/status-summary",
    "/api/outages/now",
    f"/api/parks/{PARK}/details?period=yesterday",
    f"/api/parks/{PARK}/outages?period=7days",
    f"/api/parks/{PARK}/waits-by-hour?period=30days",
)
"""Lists are cut to their first entry, which has every field."""


def fields(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of an answer that is no list and no object, by its path."""
    if isinstance(value, dict | list):
        yield path, f"{type(value).__name__} of {len(value)}"
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, one in pairs:
            yield from fields(one, f"{path}.{name}")
    else:
        yield path, value


def test_answers_are_those_recorded(demo_app: Flask) -> None:
    client = demo_app.test_client()
    found = {}
    for address in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = shortened(answer.get_json())
    if os.environ.get("RECORD_ANSWERS"):
        RECORDED.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.skip(f"recorded {len(found)} answers")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert list(recorded) == list(ADDRESSES)
    for address in ADDRESSES:
        now, before = dict(fields(found[address])), dict(fields(recorded[address]))
        changed = {
            path: (before.get(path), now.get(path))
            for path in before | now
            if before.get(path) != now.get(path)
        }
        assert changed == {}, f"{address}: (recorded, now) {changed}"
