"""Flat shapes in token colours, drawn large and made smaller, so that edges come out smooth."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from hallofshame.web.images.lettering import Lettering
from hallofshame.web.tokens import Tokens

SCALE = 2
"""How many times larger a picture is drawn than it is served."""

Point = tuple[float, float]
_PALETTE_COLOURS = 200


class Canvas:
    """A picture in the making. Lengths are pixels of the picture as served; colours are token names."""

    def __init__(self, width: int, height: int, tokens: Tokens, lettering: Lettering, ground: str) -> None:
        self.width, self.height = width, height
        self._tokens, self._lettering = tokens, lettering
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), tokens.colour(ground))
        self._draw = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        """The picture as PNG, in a palette of its own: flat colours need no more, and it is small."""
        small = self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        packed = small.quantize(_PALETTE_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        out = io.BytesIO()
        packed.save(out, "PNG", optimize=True)
        return out.getvalue()

    def image(self) -> Image.Image:
        """The picture at the size in which it is served."""
        return self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)

    def _ink(self, colour: str) -> str:
        return self._tokens.colour(colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=self._ink(colour))

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0) -> None:
        """A filled rectangle."""
        corners = (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=self._ink(colour))

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle."""
        self._draw.ellipse(self._around(x, y, radius), fill=self._ink(colour))

    def ring(self, x: float, y: float, radius: float, colour: str, thickness: float) -> None:
        """A circle's line."""
        self._draw.ellipse(
            self._around(x, y, radius), outline=self._ink(colour), width=round(thickness * SCALE)
        )

    def slice(self, x: float, y: float, radius: float, start: float, end: float, colour: str) -> None:
        """A part of a disc between two angles in degrees, clockwise from three o'clock."""
        self._draw.pieslice(self._around(x, y, radius), start, end, fill=self._ink(colour))

    def line(self, points: Sequence[Point], colour: str, thickness: float) -> None:
        """A line with round ends and joints."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=self._ink(colour), width=round(thickness * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, thickness / 2, colour)

    def text(self, x: float, y: float, text: str, size: int, colour: str, *, to_right: bool = False) -> float:
        """One line with its baseline at ``y``, or one that ends at ``x``; returns where it ends."""
        shown = self._lettering.drawable(text)
        start = x * SCALE
        if to_right:
            start -= self._lettering.width(shown, size * SCALE)
        return (
            self._lettering.write(self._draw, start, y * SCALE, shown, size * SCALE, self._ink(colour))
            / SCALE
        )

    def width_of(self, text: str, size: int) -> float:
        """How wide one line comes out."""
        return self._lettering.width(self._lettering.drawable(text), size * SCALE) / SCALE

    def block(
        self, x: float, y: float, text: str, width: float, sizes: tuple[int, ...], lines: int, colour: str
    ) -> float:
        """A text of several lines whose first baseline fits under ``y``; returns the last baseline."""
        scaled = tuple(size * SCALE for size in sizes)
        broken, size = self._lettering.fitted(text, width * SCALE, scaled, lines)
        baseline = y
        for line in broken:
            baseline += size / SCALE * 1.02
            self._lettering.write(self._draw, x * SCALE, baseline * SCALE, line, size, self._ink(colour))
        return baseline

    def _around(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        return tuple(value * SCALE for value in (x - radius, y - radius, x + radius, y + radius))  # type: ignore[return-value]


def around(x: float, y: float, radii: Sequence[float], count: int, turn: float = -90) -> list[Point]:
    """Corners of a star or polygon: ``count`` points on each of the radii in turn."""
    steps = count * len(radii)
    return [
        (
            x + radii[step % len(radii)] * math.cos(math.radians(turn + 360 * step / steps)),
            y + radii[step % len(radii)] * math.sin(math.radians(turn + 360 * step / steps)),
        )
        for step in range(steps)
    ]


def band_sign(canvas: Canvas, level: int, x: float, y: float, size: float, colour: str) -> None:
    """The sign of a band: disc, half disc, triangle, diamond, star. Its centre is (x, y)."""
    half = size / 2
    if level == 1:
        canvas.disc(x, y, half * 0.8, colour)
    elif level == 2:
        canvas.slice(x, y + half * 0.3, half * 0.9, 180, 360, colour)
    elif level == 3:
        canvas.shape(
            [(x, y - half * 0.85), (x + half * 0.95, y + half * 0.8), (x - half * 0.95, y + half * 0.8)],
            colour,
        )
    elif level == 4:
        canvas.shape([(x, y - half), (x + half * 0.95, y), (x, y + half), (x - half * 0.95, y)], colour)
    else:
        canvas.shape(around(x, y + half * 0.05, (half, half * 0.42), 5), colour)
