"""Downtime by kind as a bar: what of the time lost were breakdowns, late openings and the like (R7, R9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hallofshame.web.envelope import Row
from hallofshame.web.wording import KIND_FIELDS


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
    total = sum(seconds.values())
    shares, x = [], 0.0
    for field, lost in seconds.items():
        if lost > 0:
            percent = 100 * lost / total
            slug = field.removesuffix("_seconds")
            shares.append(KindShare(field, slug, KIND_FIELDS[field], lost, percent, x))
            x += percent
    return shares
