"""The fairground behind a card's words: hills, a castle, a wheel, a sun; other colours for every band."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from hallofshame.web.images.canvas import Canvas, Point, around


@dataclass(frozen=True)
class Scheme:
    """Token names of one scene: its sky, its two rows of hills, and what stands between them."""

    sky: str
    far: str
    near: str
    sun: str
    wheel: str
    walls: tuple[str, str, str]
    roofs: tuple[str, str, str]
    ink: str


_DARK, _LIGHT = "poster-dark", "poster-light"

SCHEMES: dict[int, Scheme] = {
    0: Scheme(
        "sky", "hill-1", "teal", "gold", "plum",
        ("pink", "art-paper", "gold"), ("plum", "coral", "coral"), _DARK,
    ),
    1: Scheme(
        "poster-1", "teal", "plum", "gold", "plum",
        ("pink", "art-paper", "gold"), ("coral", "plum", "coral"), _DARK,
    ),
    2: Scheme(
        "poster-2", "coral", "plum", "art-paper", "plum",
        ("pink", "art-paper", "teal"), ("plum", "coral", "plum"), _DARK,
    ),
    3: Scheme(
        "poster-3", "poster-4", "plum", "gold", "plum",
        ("teal", "art-paper", "pink"), ("gold", "plum", "gold"), _DARK,
    ),
    4: Scheme(
        "poster-4", "plum", "poster-dark", "gold", "pink",
        ("coral", "art-paper", "teal"), ("gold", "coral", "gold"), _LIGHT,
    ),
    5: Scheme(
        "poster-5", "poster-4", "poster-dark", "gold", "pink",
        ("teal", "art-paper", "coral"), ("pink", "coral", "gold"), _LIGHT,
    ),
}  # fmt: skip
"""By band; 0 is for cards without a score."""

_CABINS = ("coral", "gold", "teal", "pink")


def fairground(canvas: Canvas, scheme: Scheme, ground: float) -> None:
    """Draw the scene into the right half; ``ground`` is where the land ends."""
    _diamonds(canvas, scheme)
    _sun(canvas, 1085, 118, 52, scheme)
    _hills(
        canvas, scheme.far, ground, ((0, 505), (250, 462), (560, 508), (800, 420), (1010, 470), (1200, 400))
    )
    _wheel(canvas, 790, 352, 118, scheme, ground)
    _castle(canvas, 985, 440, scheme)
    _hills(
        canvas, scheme.near, ground, ((0, 530), (330, 505), (640, 532), (900, 470), (1090, 500), (1200, 470))
    )
    for x, y, radius, colours in (
        (1146, 446, 30, ("pink", "gold", "coral")),
        (1096, 476, 19, ("teal", "art-paper", "coral")),
        (662, 486, 20, ("coral", "pink", "gold")),
        (708, 500, 14, ("gold", "coral", "art-paper")),
    ):
        _tree(canvas, x, y, radius, colours, scheme, ground)


def _hills(canvas: Canvas, colour: str, ground: float, tops: tuple[Point, ...]) -> None:
    """Rolling land through the given tops."""
    points: list[Point] = []
    for (x0, y0), (x1, y1) in pairwise(tops):
        for step in range(24):
            share = step / 24
            points.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * (1 - math.cos(math.pi * share)) / 2))
    canvas.shape([*points, tops[-1], (tops[-1][0], ground), (0, ground)], colour)


def _sun(canvas: Canvas, x: float, y: float, radius: float, scheme: Scheme) -> None:
    canvas.shape(
        around(x, y, (radius * 1.75, radius * 1.2), 12), "coral" if scheme.sky != "poster-3" else "art-paper"
    )
    canvas.disc(x, y, radius * 1.12, scheme.sun)
    canvas.disc(x, y, radius * 0.9, "sun")
    for side in (-1, 1):
        canvas.slice(x + side * radius * 0.36, y - radius * 0.12, radius * 0.19, 0, 180, "poster-dark")
        canvas.disc(x + side * radius * 0.58, y + radius * 0.26, radius * 0.13, "pink")
    mouth = [
        (
            x + radius * 0.3 * math.cos(math.radians(angle)),
            y + radius * (0.58 + 0.2 * math.sin(math.radians(angle))),
        )
        for angle in range(180, 361, 12)
    ]
    canvas.line(mouth, "poster-dark", radius * 0.07)


def _wheel(canvas: Canvas, x: float, y: float, radius: float, scheme: Scheme, ground: float) -> None:
    for side in (-1, 1):
        canvas.line([(x, y), (x + side * radius * 0.55, ground)], scheme.wheel, 9)
    canvas.ring(x, y, radius, scheme.wheel, 6)
    canvas.ring(x, y, radius * 0.62, scheme.wheel, 3)
    rim = around(x, y, (radius,), 12, 15)
    for at in range(6):
        canvas.line([rim[at], rim[at + 6]], scheme.wheel, 3)
    cabins = [colour for colour in _CABINS if colour not in (scheme.sky, scheme.far)]
    for at, (cabin_x, cabin_y) in enumerate(rim):
        canvas.slice(cabin_x, cabin_y, 15, 0, 180, cabins[at % len(cabins)])
        canvas.slice(cabin_x, cabin_y, 15, 180, 360, "art-paper")
    canvas.disc(x, y, 20, "coral")
    canvas.disc(x, y, 10, "gold")


def _castle(canvas: Canvas, x: float, y: float, scheme: Scheme) -> None:
    """A castle about x, its foot at y + 80."""
    left, middle, right = scheme.walls
    roof_left, roof_middle, roof_right = scheme.roofs
    foot = y + 80
    for side, wall, roof in ((-1, left, roof_left), (1, right, roof_right)):
        _tower(canvas, x + side * 104, y - 10, 44, 76, foot, wall, roof)
        _tower(canvas, x + side * 58, y - 60, 50, 96, foot, wall, roof_middle)
    _tower(canvas, x, y - 110, 78, 128, foot, middle, roof_middle)
    for row in range(3):
        for column in range(5):
            if (row + column) % 2 == 0:
                canvas.box(x - 39 + column * 15.6, y - 110 + row * 15.6, 15.6, 15.6, left)
    canvas.disc(x, y - 26, 20, "gold")
    canvas.disc(x, y - 26, 13, "art-paper")
    canvas.line([(x, y - 35), (x, y - 26), (x + 7, y - 21)], "poster-dark", 3)
    canvas.slice(x, y + 46, 24, 180, 360, "poster-dark")
    canvas.box(x - 24, y + 46, 48, 40, "poster-dark")


def _tower(
    canvas: Canvas, x: float, y: float, width: float, roof: float, foot: float, wall: str, top: str
) -> None:
    half = width / 2
    canvas.box(x - half, y, width, foot - y, wall)
    canvas.shape([(x - half - 7, y), (x, y - roof), (x + half + 7, y)], top)
    canvas.line([(x, y - roof), (x, y - roof - 22)], "poster-dark", 3)
    canvas.shape(
        [(x, y - roof - 22), (x + 20, y - roof - 14), (x, y - roof - 6)], "gold" if top != "gold" else "pink"
    )
    canvas.slice(x, y + 30, width * 0.15, 180, 360, "poster-dark")
    canvas.box(x - width * 0.15, y + 29, width * 0.3, 20, "poster-dark")


def _tree(
    canvas: Canvas,
    x: float,
    y: float,
    radius: float,
    colours: tuple[str, ...],
    scheme: Scheme,
    ground: float,
) -> None:
    trunk = "art-paper" if scheme.near == "poster-dark" else "poster-dark"
    canvas.line([(x, y), (x, ground)], trunk, 4)
    for share, colour in zip((1.0, 0.66, 0.33), colours, strict=True):
        canvas.disc(x, y, radius * share, colour)


def _diamonds(canvas: Canvas, scheme: Scheme) -> None:
    sky = scheme.sky
    shown = [name for name in ("pink", "gold", "teal", "coral", "art-paper") if name != sky]
    # Colours too close to the sky would read as smudges.
    near = {"poster-1": "teal", "poster-2": "gold", "poster-3": "coral"}.get(sky)
    shown = [name for name in shown if name != near]
    for at, (x, y, size) in enumerate(
        (
            (705, 92, 9),
            (772, 168, 7),
            (864, 84, 10),
            (948, 196, 7),
            (1160, 236, 9),
            (640, 200, 7),
            (900, 150, 6),
        )
    ):
        canvas.shape(
            [(x, y - size * 1.4), (x + size, y), (x, y + size * 1.4), (x - size, y)], shown[at % len(shown)]
        )
