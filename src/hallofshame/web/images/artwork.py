"""Our SVG art as pictures of a size, in colours of the token file; resvg draws it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import resvg_py
from PIL import Image

from hallofshame.web.tokens import Tokens, tokens

ART = Path(__file__).parents[1] / "templates" / "art"
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_CLASSES = {
    **{name: name for name in ("teal", "coral", "gold", "pink", "plum", "night", "sun", "sky")},
    "hill1": "hill-1",
    "hill2": "hill-2",
    "paper": "art-paper",
    "ink": "poster-dark",
}
"""What fills (``f-…``) and strokes (``s-…``) of the art are called, with their tokens, as ``art.css`` has
them."""


@cache
def art(name: str) -> str:
    """The elements of the picture ``art/<name>.svg``, without the ``svg`` around them."""
    source = (ART / f"{name}.svg").read_text("utf-8")
    return source[source.index(">") + 1 : source.rindex("</svg>")]


def document(elements: str, box: tuple[float, float, float, float]) -> str:
    """An SVG of these elements; ``box`` is what of them is seen: left, top, width and height."""
    return f'<svg {_NAMESPACE} viewBox="{" ".join(f"{value:g}" for value in box)}">{elements}</svg>'


def rendered(svg: str, width: int, colours: Mapping[str, str] | None = None) -> Image.Image:
    """The picture in RGBA, so wide, its height by its box. ``colours``: those of further classes."""
    known = _own_colours(tokens()) | dict(colours or {})
    sheet = "".join(
        f".f-{name}{{fill:{colour}}}"
        f".s-{name}{{fill:none;stroke:{colour};stroke-linecap:round;stroke-linejoin:round}}"
        for name, colour in known.items()
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, style_sheet=sheet, width=width, skip_system_fonts=True)
    return Image.open(io.BytesIO(png)).convert("RGBA")


def known_classes() -> frozenset[str]:
    """The names of the classes, without ``f-`` and ``s-``, that have a colour of their own."""
    return frozenset(_CLASSES)


def _own_colours(known: Tokens) -> dict[str, str]:
    return {name: known.colour(token) for name, token in _CLASSES.items()}
