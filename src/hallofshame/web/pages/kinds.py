"""Downtime by kind as a bar: what of the time lost were breakdowns, late openings and the like (R7, R9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hallofshame.web.answers.envelope import Row
from hallofshame.web.wording import KIND_FIELDS

BREAKDOWN = "breakdown_seconds"


@dataclass(frozen=True, slots=True)
class KindShare:
    """One part of the bar: ``seconds`` of downtime, ``percent`` of all, drawn from ``x`` percent on."""

    field: str
    slug: str
    words: str
    seconds: int
    percent: float
    x: float


def kinds_of(rows: Iterable[Row]) -> list[KindShare]:
    """The kinds that occur in rows of parks, rides or chart points, added up; none where nothing was lost."""
    seconds = dict.fromkeys(KIND_FIELDS, 0)
    for row in rows:
        for field in seconds:
            seconds[field] += row[field] or 0
    return _shares(seconds, seconds)


def weighted_kinds_of(row: Row) -> list[KindShare]:
    """The kinds in a park's row, split as its score is.

    Breakdowns have their share by weight; late openings and the like share the rest by their hours, since
    their weights are not counted each by itself.
    """
    seconds = {field: row[field] or 0 for field in KIND_FIELDS}
    whole, broken = row["weighted_downtime"] or 0, row["weighted_breakdown"] or 0
    rest = sum(seconds.values()) - seconds[BREAKDOWN]
    parts = {field: (whole - broken) * lost / rest if rest else 0.0 for field, lost in seconds.items()}
    return _shares(seconds, parts | {BREAKDOWN: float(broken)})


def _shares(seconds: Mapping[str, int], parts: Mapping[str, float]) -> list[KindShare]:
    total = sum(parts.values())
    shares, x = [], 0.0
    for field, part in parts.items():
        if part > 0:
            percent = 100 * part / total
            slug = field.removesuffix("_seconds")
            shares.append(KindShare(field, slug, KIND_FIELDS[field], seconds[field], percent, x))
            x += percent
    return shares
