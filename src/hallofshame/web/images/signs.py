"""The signs of the bands, which tell them apart without colours: disc, half disc, triangle, diamond, star."""

from __future__ import annotations

_SIGNS = {
    1: '<circle cx="10" cy="10" r="8"/>',
    2: '<path d="M1 13a9 9 0 0 1 18 0z"/>',
    3: '<path d="M10 1.5 19.5 18H.5z"/>',
    4: '<path d="M10 .5 19 10l-9 9.5L1 10z"/>',
    5: '<path d="m10 .5 2.6 6.3 6.9.5-5.3 4.4 1.7 6.7L10 14.8l-5.9 3.6 1.7-6.7L.5 7.3l6.9-.5z"/>',
}
"""In a box of 20, as on the pages."""
_BOX = 20


def sign(level: int, x: float, y: float, size: float, colour: str) -> str:
    """The sign of a band as an SVG element in a square of ``size`` at (x, y); nothing of level 0."""
    if not level:
        return ""
    return f'<g transform="translate({x:g} {y:g}) scale({size / _BOX:g})" fill="{colour}">{_SIGNS[level]}</g>'
