"""A feed that tells DOWN, read as if it knew only open and closed: what then counts was really DOWN (R5)."""

from __future__ import annotations

import pytest
from benchmarks.signals import LEAST_TRUE, RECORDINGS, both_readings, parks_of

from .recordings import recorded


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("folder", "timezone", "cadence"),
    [recording[1:] for recording in RECORDINGS],
    ids=[recording[0] for recording in RECORDINGS],
)
def test_what_counts_without_being_told_was_down(folder: str, timezone: str, cadence: int) -> None:
    recorded(folder, "live_rows.parquet")
    found = [both_readings(inputs) for _, inputs in parks_of(folder, timezone, cadence)]
    counted, down = sum(park.counted for park in found), sum(park.counted_down for park in found)
    assert counted > 10 * 3600
    assert down >= LEAST_TRUE * counted
    assert down <= sum(park.down for park in found)
