"""What can be exported and as what, by name; the writing is in :mod:`hallofshame.pipeline.export`."""

from __future__ import annotations

DATASETS = ("park-days", "ride-days", "park-hours", "ride-hours", "outages")
FORMATS = ("csv", "json", "parquet")
STDOUT = "-"
"""The output that is no file."""
