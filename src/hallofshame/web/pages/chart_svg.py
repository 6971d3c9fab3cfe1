"""Where the marks of small charts go that share their axes: pure geometry, drawn by a template."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from hallofshame.domain.bands import BANDS, band_of
from hallofshame.web.answers.envelope import Row
from hallofshame.web.formatting import clocks, day_of_month
from hallofshame.web.pages.place_charts import FIGURES, shown

WIDTH, HEIGHT = 440, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 6, 26, 24
BASE = HEIGHT - BOTTOM
THINNEST_BAR = 4.0
"""Places narrower than this are joined by a line."""

TOPS: dict[str, tuple[float, ...]] = {
    "score": (0.5, 1, 2, 3, 4, 5, 6, 8, 10),
    "downtime": (0.5, 1, 2, 4, 6, 10, 20, 40, 60, 100, 200, 400, 800, 1600, 4000, 10000),
    "uptime": (100,),
    "wait": (10, 20, 30, 60, 90, 120, 180, 300, 600),
    "rides_down": (4, 8, 12, 20, 30, 40, 60, 80, 120),
}
"""Where the axis of a measure may end."""

UPTIME_FLOORS = (90, 75, 50)
"""Where the axis of uptime may begin: 0 is far below what happens."""

_LOWEST_BAR = 3.0
_MIN_SIGNED_WIDTH = 13.0
_MAX_LABELS = 8
_IDLE = ("closed", "no_data_yet")
_UNITS = {"uptime": "\u00a0%", "wait": "\u00a0min", "downtime": "\u00a0h"}


@dataclass(frozen=True, slots=True)
class Axes:
    """What several charts share: the range of the figures, and how many places lie beside each other."""

    measure: str
    floor: float
    top: float
    places: int

    @property
    def slot(self) -> float:
        """The width of a place."""
        return (WIDTH - LEFT - RIGHT) / max(self.places, 1)

    @property
    def is_line(self) -> bool:
        """Whether bars would be too thin."""
        return self.slot < THINNEST_BAR

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Heights of the lines across, and their numbers."""
        values = [self.floor + (self.top - self.floor) * share for share in (0.0, 0.5, 1.0)]
        return [(self.y(value), f"{value:g}") for value in values]

    @property
    def rail(self) -> list[tuple[int, float, float]]:
        """The bands along the axis of a score: level, y and height of each that lies within."""
        if self.measure != "score":
            return []
        ends = [*(band.at_least for band in BANDS[1:]), self.top]
        return [
            (band.level, self.y(end), round(self.y(band.at_least) - self.y(end), 1))
            for band, end in zip(BANDS, ends, strict=True)
            if band.at_least < self.top
        ]

    def y(self, value: float) -> float:
        """The height of a value; what lies beyond the axis stands at its end."""
        share = (value - self.floor) / (self.top - self.floor)
        return round(BASE - (BASE - TOP) * min(max(share, 0.0), 1.0), 1)


@dataclass(frozen=True, slots=True)
class AxisMark:
    """One place on the axis. ``kind``: ``value``, ``nothing``, or the state of a place without a value.

    ``level`` is the band of a score, 0 for other measures; ``label`` is empty where there is no room.
    """

    x: float
    width: float
    y: float
    height: float
    kind: str
    level: int
    label: str
    title: str
    has_sign: bool

    @property
    def middle(self) -> float:
        """Where its label and its sign stand."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. ``lines`` and ``dots`` replace the bars where those would be too thin."""

    axes: Axes
    marks: tuple[AxisMark, ...]
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    words: str
    """The chart in a sentence."""

    @property
    def is_empty(self) -> bool:
        """Whether no place has a value."""
        return all(mark.kind != "value" for mark in self.marks)


def in_common(series: Sequence[Sequence[Row]]) -> list[Sequence[Row]]:
    """The same hours of each, from one before the first busy hour of any to one after the last.

    Days and months stay as they are.
    """
    busy = [_hour(point) for points in series for point in points if point["state"] not in _IDLE]
    if not busy or any("local_hour" not in point for points in series for point in points):
        return list(series)
    first, last = min(busy) - 1, max(busy) + 1
    return [[point for point in points if first <= _hour(point) <= last] for points in series]


def axes_of(series: Sequence[Sequence[Row]], measure: str) -> Axes:
    """Axes on which the charts of all ``series`` fit."""
    field, _ = FIGURES[measure]
    values = [point[field] for points in series for point in points if point[field] is not None]
    places = max((len(points) for points in series), default=0)
    if measure == "uptime":
        lowest = min(values, default=0.0)
        return Axes(measure, next((floor for floor in UPTIME_FLOORS if lowest > floor), 0), 100, places)
    highest = max(values, default=0.0)
    return Axes(measure, 0, next((top for top in TOPS[measure] if highest <= top), highest), places)


def draw(points: Sequence[Row], axes: Axes) -> Chart:
    """The chart of ``points`` on ``axes``."""
    every = math.ceil(axes.places / _MAX_LABELS) or 1
    marks = tuple(_mark(point, at, axes, at % every == 0) for at, point in enumerate(points))
    runs = _runs(marks) if axes.is_line else []
    return Chart(
        axes,
        marks,
        tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        tuple(run[0] for run in runs if len(run) == 1),
        _words(points, axes.measure),
    )


def label_of(point: Row) -> str:
    """What stands under a point: an hour, a day or a month."""
    if "local_hour" in point:
        return clocks(str(point["local_hour"]))
    if "date" in point:
        return day_of_month(dt.date.fromisoformat(point["date"]))
    return f"{dt.date.fromisoformat(point['month'] + '-01'):%b %Y}"


def _hour(point: Row) -> int:
    return int(point.get("local_hour", "0")[:2])


def _mark(point: Row, at: int, axes: Axes, shows_label: bool) -> AxisMark:
    field, _ = FIGURES[axes.measure]
    value = point[field]
    level = 0
    if value is None:
        kind = "nothing" if point["state"] == "open" else point["state"]
        y: float = TOP
    else:
        kind, y = "value", min(axes.y(value), BASE - _LOWEST_BAR)
        band = band_of(value) if axes.measure == "score" else None
        level = band.level if band else 0
    margin = min(axes.slot * 0.12, 4)
    return AxisMark(
        x=round(LEFT + axes.slot * at + margin, 1),
        width=round(axes.slot - 2 * margin, 1),
        y=y,
        height=round(BASE - y, 1),
        kind=kind,
        level=level,
        label=label_of(point) if shows_label else "",
        title=f"{label_of(point)}: {_said(point, axes.measure)}",
        has_sign=level > 0 and axes.slot >= _MIN_SIGNED_WIDTH,
    )


def _said(point: Row, measure: str) -> str:
    """A value with its unit; without one the word for why."""
    has_value = point[FIGURES[measure][0]] is not None
    return f"{shown(measure, point)}{_UNITS.get(measure, '') if has_value else ''}"


def _runs(marks: Sequence[AxisMark]) -> list[list[tuple[float, float]]]:
    """Neighbours that have a value: a gap in the data is a gap in the line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for mark in marks:
        if mark.kind == "value":
            runs[-1].append((mark.middle, mark.y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _words(points: Sequence[Row], measure: str) -> str:
    """From when to when, and the worst of it."""
    field, _ = FIGURES[measure]
    known = [point for point in points if point[field] is not None]
    if not points or not known:
        return "No place has a value."
    pick, words = (min, "lowest") if measure == "uptime" else (max, "highest")
    worst = pick(known, key=lambda point: point[field])
    missing = sum(point["state"] == "not_watched" for point in points)
    gaps = f" {missing} of {len(points)} not watched." if missing else ""
    span = f"{label_of(points[0])} to {label_of(points[-1])}"
    return f"{span}; the {words} {_said(worst, measure)} ({label_of(worst)}).{gaps}"
