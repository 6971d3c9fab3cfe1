"""The five bands of the shame scale: one place for their borders, names and signs.

A score is ten times the share of ride time lost, weighted by how much a ride matters (R8). Real parks lose
a few percent, so the borders lie close together at the bottom: 2.5, 5, 10 and 20 % of weighted time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """One band: scores from ``at_least`` up to the next band's border. ``level`` runs from 1 (good) to 5."""

    level: int
    slug: str
    name: str
    at_least: float
    meaning: str


BANDS: tuple[Band, ...] = (
    Band(1, "smooth-sailing", "Smooth sailing", 0.0, "under 2.5 % of ride time lost"),
    Band(2, "hiccups", "Hiccups", 0.25, "2.5 to 5 % of ride time lost"),
    Band(3, "grumbles", "Grumbles", 0.5, "5 to 10 % of ride time lost"),
    Band(4, "shameful", "Shameful", 1.0, "10 to 20 % of ride time lost"),
    Band(5, "hall-of-shame", "Hall of Shame", 2.0, "20 % of ride time lost, or more"),
)


def band_of(score: float | None) -> Band | None:
    """The band a shown score falls in; null for a null score, which is in no band."""
    if score is None:
        return None
    return next(band for band in reversed(BANDS) if score >= band.at_least)


def band_of_loss(down_percent: float | None) -> Band | None:
    """The band of a ride that was down for that share of its time, as if it were all of its park."""
    return band_of(None if down_percent is None else round(down_percent / 10, 2))
