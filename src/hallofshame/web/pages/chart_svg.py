"""Where the marks of a park's chart go: pure geometry, drawn by a template, with a table behind it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from hallofshame.domain.bands import band_of
from hallofshame.web.envelope import Row

WIDTH = 760
LEFT = 44
RIGHT = 8
TOP = 28
SCORE_HEIGHT = 150
GAP = 34
WAIT_HEIGHT = 74
BOTTOM = 26
_STEPS = (0.5, 1, 2, 3, 4, 5, 6, 8, 10)
_MIN_SIGNED_WIDTH = 12.0
_WAIT_STEPS = (10, 20, 30, 60, 90, 120, 180, 300, 600)
_MAX_LABELS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One place on the axis. ``kind``: ``score``, ``zero``, ``no_data``, ``closed`` or ``to_come``."""

    x: float
    width: float
    y: float
    height: float
    kind: str
    level: int
    label: str
    title: str
    shows_label: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """One line across with its number."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template draws."""

    width: int
    height: int
    left: int
    right: int
    score_top: float
    score_base: float
    wait_top: float
    wait_base: float
    bars: tuple[Bar, ...]
    score_ticks: tuple[Tick, ...]
    wait_ticks: tuple[Tick, ...]
    wait_lines: tuple[str, ...]
    wait_dots: tuple[tuple[float, float], ...]
    shows_signs: bool
    is_empty: bool


def draw(points: Sequence[Row]) -> Drawing:
    """Score bars above, posted waits below, on one axis of time; closed hours at both ends are cut off."""
    points = _trimmed(points)
    scores = [point["shame_score"] for point in points]
    waits = [point["average_wait_minutes"] for point in points]
    score_top = _ceiling([value for value in scores if value is not None], _STEPS)
    wait_top = _ceiling([value for value in waits if value is not None], _WAIT_STEPS)
    base = TOP + SCORE_HEIGHT
    wait_base = base + GAP + WAIT_HEIGHT
    slot = (WIDTH - LEFT - RIGHT) / max(len(points), 1)
    every = math.ceil(len(points) / _MAX_LABELS) or 1
    bars = tuple(
        _bar(point, LEFT + slot * at, slot, score_top, at % every == 0) for at, point in enumerate(points)
    )
    heights = [None if wait is None else wait_base - WAIT_HEIGHT * min(wait / wait_top, 1) for wait in waits]
    dots = [
        None if y is None else (round(LEFT + slot * (at + 0.5), 1), round(y, 1))
        for at, y in enumerate(heights)
    ]
    return Drawing(
        width=WIDTH,
        height=wait_base + BOTTOM,
        left=LEFT,
        right=WIDTH - RIGHT,
        score_top=TOP,
        score_base=base,
        wait_top=wait_base - WAIT_HEIGHT,
        wait_base=wait_base,
        bars=bars,
        score_ticks=_ticks(score_top, base, SCORE_HEIGHT),
        wait_ticks=_ticks(wait_top, wait_base, WAIT_HEIGHT),
        wait_lines=_lines(dots),
        wait_dots=tuple(dot for dot in dots if dot is not None),
        shows_signs=slot >= _MIN_SIGNED_WIDTH,
        is_empty=all(score is None for score in scores),
    )


def _trimmed(points: Sequence[Row]) -> Sequence[Row]:
    """From the place before the first one that is not closed to the place after the last one."""
    busy = [at for at, point in enumerate(points) if point["state"] not in ("closed", "to_come")]
    return points[max(busy[0] - 1, 0) : busy[-1] + 2] if busy else points


def label_of(point: Row) -> str:
    """What stands under a point: an hour, a day or a month."""
    if "local_hour" in point:
        return str(point["local_hour"])
    if "date" in point:
        day = dt.date.fromisoformat(point["date"])
        return f"{day.day} {day:%b}"
    return f"{dt.date.fromisoformat(point['month'] + '-01'):%b %Y}"


def _bar(point: Row, x: float, slot: float, top: float, shows_label: bool) -> Bar:
    score = point["shame_score"]
    band = band_of(score)
    height = 0.0 if score is None else SCORE_HEIGHT * min(score / top, 1)
    if score is None:
        kind, words = point["state"], _EMPTY_WORDS.get(point["state"], "no rides to judge")
        height = SCORE_HEIGHT
    else:
        kind, words = ("zero" if score == 0 else "score"), f"score {score:.2f}"
        height = max(height, 4.0)
    margin = slot * 0.12
    return Bar(
        x=round(x + margin, 1),
        width=round(slot - 2 * margin, 1),
        y=round(TOP + SCORE_HEIGHT - height, 1),
        height=round(height, 1),
        kind=kind,
        level=band.level if band else 0,
        label=label_of(point),
        title=f"{label_of(point)}: {words}",
        shows_label=shows_label,
    )


_EMPTY_WORDS = {"no_data": "no data", "closed": "closed", "to_come": "still to come"}


def _ceiling(values: Sequence[float], steps: Sequence[float]) -> float:
    highest = max(values, default=0.0)
    return next((float(step) for step in steps if highest <= step), float(steps[-1]))


def _ticks(top: float, base: float, height: float) -> tuple[Tick, ...]:
    return tuple(Tick(round(base - height * share, 1), f"{top * share:g}") for share in (0.0, 0.5, 1.0))


def _lines(dots: Sequence[tuple[float, float] | None]) -> tuple[str, ...]:
    """Lines between neighbours only: a gap in the data is a gap in the line."""
    lines: list[list[str]] = [[]]
    for dot in dots:
        if dot is None:
            lines.append([])
        else:
            lines[-1].append(f"{dot[0]},{dot[1]}")
    return tuple(" ".join(line) for line in lines if len(line) > 1)
