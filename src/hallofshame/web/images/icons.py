"""App icons: the logo's castle in its golden frame, in the sizes that browsers ask for."""

from __future__ import annotations

import io
from functools import cache

from hallofshame.web.images.canvas import Canvas
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.tokens import tokens

SIZES = (180, 192, 512)
_FAVICON_SIZES = (16, 32, 48)


@cache
def icon(size: int, *, maskable: bool = False) -> bytes:
    """The icon as PNG. A maskable one fills its square and keeps to the inner four fifths."""
    return _drawn(size, maskable=maskable).png()


@cache
def favicon() -> bytes:
    """The icon as ICO, for browsers that ask for nothing else."""
    out = io.BytesIO()
    _drawn(96, maskable=False).image().save(out, "ICO", sizes=[(size, size) for size in _FAVICON_SIZES])
    return out.getvalue()


def _drawn(size: int, *, maskable: bool) -> Canvas:
    """The logo, which is laid out in a square of 64."""
    canvas = Canvas(size, size, tokens(), Lettering(), "gold")
    unit = size / 64 * (0.8 if maskable else 1)
    edge = size * 0.1 if maskable else 0

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + x * unit, edge + y * unit

    def box(x: float, y: float, width: float, height: float, colour: str) -> None:
        canvas.box(*at(x, y), width * unit, height * unit, colour)

    box(6, 6, 52, 52, "sky")
    canvas.shape([at(6, 58), at(6, 44), at(18, 39), at(32, 43), at(46, 38), at(58, 42), at(58, 58)], "teal")
    for x in (13, 42):
        box(x, 38, 9, 20, "pink")
        canvas.shape([at(x - 2, 38), at(x + 4.5, 27), at(x + 11, 38)], "plum")
    box(24, 31, 16, 27, "coral")
    canvas.shape([at(21.5, 31), at(32, 14), at(42.5, 31)], "plum")
    canvas.slice(*at(32, 48), 4 * unit, 180, 360, "night")
    box(28, 47.8, 8, 10.2, "night")
    canvas.shape([at(32, 15), at(32, 8), at(41, 10.5), at(32, 13)], "coral")
    return canvas
