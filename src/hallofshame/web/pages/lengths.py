"""Outages by length and kind, as bars of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hallofshame.domain.words import OutageKind
from hallofshame.web.answers.envelope import Row
from hallofshame.web.wording import OUTAGE_WORDS

_BINS: tuple[tuple[str, float], ...] = (
    ("under 10 min", 600),
    ("10 to 30 min", 1800),
    ("30 to 60 min", 3600),
    ("1 to 2 h", 7200),
    ("2 to 4 h", 14_400),
    ("4 to 8 h", 28_800),
    ("8 h and more", math.inf),
)
"""Names of the lengths, and the seconds under which they are."""


def by_length(outages: Sequence[Row]) -> list[Row]:
    """How many outages are how long, by kind; a part of a bar is ``percent`` of the longest bar wide."""
    rows: list[Row] = []
    above = 0.0
    for label, under in _BINS:
        within = [outage for outage in outages if above <= outage["downtime_seconds"] < under]
        rows.append({"label": label, "total": len(within), "kinds": _kinds(within)})
        above = under
    most = max((row["total"] for row in rows), default=0)
    for row in rows:
        x = 0.0
        for kind in row["kinds"]:
            kind |= {"x": x, "percent": 100 * kind["count"] / most}
            x += kind["percent"]
    return rows


def _kinds(outages: Sequence[Row]) -> list[Row]:
    counts = [(kind, sum(outage["kind"] == kind.value for outage in outages)) for kind in OutageKind]
    return [
        {"slug": kind.value, "words": OUTAGE_WORDS[kind], "count": count} for kind, count in counts if count
    ]
