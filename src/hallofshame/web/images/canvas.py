"""A card in the making: shapes, which become one SVG, and words, which stand on top of them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import NamedTuple

from PIL import Image, ImageDraw

from hallofshame.web.images.artwork import document, rendered
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.images.signs import sign
from hallofshame.web.tokens import Tokens

_PALETTE_COLOURS = 200


class _Words(NamedTuple):
    x: float
    y: float
    text: str
    size: int
    colour: str


class Canvas:
    """Lengths are pixels of the card as served; colours are token names."""

    def __init__(self, width: int, height: int, tokens: Tokens, lettering: Lettering) -> None:
        self.width, self.height = width, height
        self._tokens, self._lettering = tokens, lettering
        self._shapes: list[str] = []
        self._words: list[_Words] = []
        self._colours: dict[str, str] = {}

    def png(self) -> bytes:
        """The card as PNG, in a palette of its own: flat colours need no more, and it is small."""
        svg = document("".join(self._shapes), (0, 0, self.width, self.height))
        picture = rendered(svg, self.width, self._colours).convert("RGB")
        draw = ImageDraw.Draw(picture)
        for x, y, text, size, colour in self._words:
            self._lettering.write(draw, x, y, text, size, colour)
        packed = picture.quantize(_PALETTE_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        packed.save(out, "PNG")
        return out.getvalue()

    def art(self, elements: str, colours: Mapping[str, str]) -> None:
        """Elements of an SVG, with the colours of their classes."""
        self._shapes.append(elements)
        self._colours |= colours

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0) -> None:
        """A filled rectangle."""
        self._shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
            f'fill="{self._tokens.colour(colour)}"/>'
        )

    def edge(self, inset: float, colour: str, thickness: float) -> None:
        """A line all around, ``inset`` from the edges to its middle."""
        self._shapes.append(
            f'<rect x="{inset:g}" y="{inset:g}" width="{self.width - 2 * inset:g}" '
            f'height="{self.height - 2 * inset:g}" fill="none" '
            f'stroke="{self._tokens.colour(colour)}" stroke-width="{thickness:g}"/>'
        )

    def sign(self, level: int, x: float, y: float, size: float, colour: str) -> None:
        """The sign of a band with its centre at (x, y)."""
        self._shapes.append(sign(level, x - size / 2, y - size / 2, size, self._tokens.colour(colour)))

    def text(self, x: float, y: float, text: str, size: int, colour: str, *, to_right: bool = False) -> float:
        """One line with its baseline at ``y``, or one that ends at ``x``; returns where it ends."""
        shown = self._lettering.drawable(text)
        length = self._lettering.width(shown, size)
        start = x - length if to_right else x
        self._words.append(_Words(start, y, shown, size, self._tokens.colour(colour)))
        return start + length

    def width_of(self, text: str, size: int) -> float:
        """How wide one line comes out."""
        return self._lettering.width(self._lettering.drawable(text), size)

    def block(
        self, x: float, y: float, text: str, width: float, sizes: tuple[int, ...], lines: int, colour: str
    ) -> float:
        """A text of several lines whose first baseline fits under ``y``; returns the last baseline."""
        broken, size = self._lettering.fitted(text, width, sizes, lines)
        baseline = y
        for line in broken:
            baseline += size * 1.02
            self._words.append(_Words(x, baseline, line, size, self._tokens.colour(colour)))
        return baseline
