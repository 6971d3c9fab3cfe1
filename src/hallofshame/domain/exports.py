"""What can be exported and as what, by name; the writing is in :mod:`hallofshame.pipeline.export`."""

from __future__ import annotations

DATASETS = ("park-days", "ride-days", "park-hours", "ride-hours", "outages")
FORMATS = ("csv", "excel", "json", "parquet")
"""``excel`` is CSV that begins with a byte order mark, without which Excel misreads accents."""
STDOUT = "-"
"""The output that is no file."""
