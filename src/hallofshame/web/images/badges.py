"""Badges: one line of text in a small SVG, to be embedded on other sites as an image.

A badge names its thing on the left and the figure on the right, on the colour and with the sign of its band.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from hallofshame.domain.bands import Band
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.images.signs import sign
from hallofshame.web.tokens import Tokens
from hallofshame.web.xml_text import xml_text

_HEIGHT, _PAD, _SIZE, _SIGN = 24, 9, 13, 12
_BASELINE = 16.5
_LONGEST_NAME = 60
_FACES = "Verdana,'DejaVu Sans',Geneva,sans-serif"
_WIDENING = 1.16
"""Verdana is that much wider than the font that measures the text."""


@dataclass(frozen=True)
class Badge:
    """``name``, what is said of it (``down 14 % this month``), and its band; null without data."""

    name: str
    says: str
    band: Band | None

    @property
    def text(self) -> str:
        """The whole badge in words, as a screen reader says it."""
        label = f", {self.band.name}" if self.band else ""
        return f"{self.name}: {self.says}{label}"


def draw(badge: Badge, tokens: Tokens) -> str:
    """The badge as SVG, without style, script or reference, so that it may stand anywhere."""
    name, text = xml_text(badge.name), xml_text(badge.text)
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1].rstrip() + "…"
    name_width, says_width = _width(name), _width(badge.says)
    left = round(name_width + 2 * _PAD)
    room = _SIGN + 6 if badge.band else 0
    width = left + round(says_width + room + 2 * _PAD)
    level = badge.band.level if badge.band else 0
    ground = tokens.colour(f"poster-{level}") if level else tokens.colour("ink-soft")
    # The two darkest bands, and the grey of no data, take light text.
    ink = tokens.colour("poster-dark" if level in (1, 2, 3) else "poster-light")
    title = quoteattr(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" '
        f'viewBox="0 0 {width} {_HEIGHT}" role="img" aria-label={title}>'
        f"<title>{escape(text)}</title>"
        f'<rect width="{width}" height="{_HEIGHT}" rx="5" fill="{tokens.colour("poster-dark")}"/>'
        f'<path d="M{left} 0H{width - 5}a5 5 0 0 1 5 5V{_HEIGHT - 5}a5 5 0 0 1-5 5H{left}z" fill="{ground}"/>'
        f'<g font-family="{_FACES}" font-size="{_SIZE}">'
        + _text(name, _PAD, name_width, tokens.colour("poster-light"))
        + sign(level, left + _PAD, (_HEIGHT - _SIGN) / 2, _SIGN, ink)
        + _text(badge.says, left + _PAD + room, says_width, ink)
        + "</g></svg>\n"
    )


def _width(text: str) -> float:
    lettering = Lettering()
    return round(lettering.width(lettering.drawable(text), _SIZE) * _WIDENING, 1)


def _text(text: str, x: float, width: float, colour: str) -> str:
    """One piece of text held to its width, whatever font the reader has."""
    return (
        f'<text x="{x}" y="{_BASELINE}" textLength="{width}" lengthAdjust="spacingAndGlyphs" '
        f'fill="{colour}">{escape(text)}</text>'
    )
