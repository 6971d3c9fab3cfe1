"""Where the marks of a sparkline go: a small line of daily values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, INSET = 96, 28, 3


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``lines``: the points of each stretch of days with data; ``dots``: lone days; ``end``: the last."""

    lines: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    end: tuple[str, str]
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(values: Sequence[float | None], top: float) -> Sparkline | None:
    """One value per day, None where there was no data: a gap stays a gap. None where nothing is known.

    ``top`` is drawn at the upper edge, unless a value lies above it.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    highest = max(top, *known)
    step = (WIDTH - 2 * INSET) / (len(values) - 1) if len(values) > 1 else 0.0
    runs = [
        [
            (f"{INSET + at * step:.1f}", f"{HEIGHT - INSET - value / highest * (HEIGHT - 2 * INSET):.1f}")
            for at, value in run
        ]
        for run in _runs(values)
    ]
    return Sparkline(
        lines=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        end=runs[-1][-1],
    )


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The stretches of days with data, as (index, value)."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate(values):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
