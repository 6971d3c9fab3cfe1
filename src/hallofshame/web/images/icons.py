"""App icons: the logo, the castle in its golden frame, in the sizes that browsers ask for."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image

from hallofshame.web.images.artwork import art, document, rendered
from hallofshame.web.tokens import tokens

SIZES = (180, 192, 512)
_FAVICON_SIZES = (16, 32, 48)
_LOGO = 64
"""The logo is laid out in a square of so much."""


@cache
def icon(size: int, *, maskable: bool = False) -> bytes:
    """The icon as PNG. A maskable one fills its square and keeps to the inner four fifths."""
    out = io.BytesIO()
    _drawn(size, maskable=maskable).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def favicon() -> bytes:
    """The icon as ICO, for browsers that ask for nothing else."""
    out = io.BytesIO()
    _drawn(96, maskable=False).save(out, "ICO", sizes=[(size, size) for size in _FAVICON_SIZES])
    return out.getvalue()


def _drawn(size: int, *, maskable: bool) -> Image.Image:
    seen = _LOGO / 0.8 if maskable else _LOGO
    edge = (_LOGO - seen) / 2
    picture = rendered(document(art("logo"), (edge, edge, seen, seen)), size)
    ground = Image.new("RGB", picture.size, tokens().colour("gold"))
    ground.paste(picture, mask=picture)
    return ground
