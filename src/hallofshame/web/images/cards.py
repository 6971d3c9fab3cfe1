"""Social cards: 1200 × 630 pictures that stand beside a shared link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hallofshame.web.images.artwork import art
from hallofshame.web.images.canvas import Canvas
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.images.schemes import SCHEMES, Scheme
from hallofshame.web.tokens import Tokens

WIDTH, HEIGHT = 1200, 630
_FRAME, _PLATE, _RIBBON = 16, 76, 36
LEFT, RIBBON_SIZE = 64, 24
_COLUMN, _TITLE = 560, 640
_FIGURE, _WIDEST_FIGURE = 30, 150
_SITE = "Theme Park Hall of Shame"


@dataclass(frozen=True)
class Verdict:
    """The large figure of a card: ``figure`` with its ``unit``, the band's ``level`` and its ``label``."""

    figure: str
    unit: str
    level: int
    label: str


@dataclass(frozen=True)
class Card:
    """What a card says. ``lines`` are (figure, words, band level or 0) of a short list.

    ``ribbon`` is a warning across the top, ``sources`` are whose data it shows.
    """

    title: str
    kicker: str
    period: str
    verdict: Verdict | None = None
    note: str | None = None
    lines: Sequence[tuple[str, str, int]] = ()
    ribbon: str | None = None
    sources: Sequence[str] = ()


def draw(card: Card, tokens: Tokens, lettering: Lettering) -> bytes:
    """The card as PNG."""
    level = card.verdict.level if card.verdict else 0
    scheme = SCHEMES[level]
    canvas = Canvas(WIDTH, HEIGHT, tokens, lettering)
    canvas.box(0, 0, WIDTH, HEIGHT, scheme.sky)
    canvas.art(art("card"), scheme.colours(tokens))
    canvas.text(LEFT, 82, card.kicker, 27, scheme.ink)
    below = canvas.block(LEFT, 98, card.title, _TITLE, (64, 56, 48, 42, 36), 2, scheme.ink)
    if card.verdict is not None:
        _verdict(canvas, card.verdict, below, scheme)
    elif card.note is not None:
        canvas.block(LEFT, below + 34, card.note, _COLUMN - 20, (40, 34, 30), 3, scheme.ink)
    _lines(canvas, card.lines, below + (34 if card.note is None else 140))
    _plate(canvas, card, HEIGHT - _FRAME - _PLATE)
    if card.ribbon is not None:
        canvas.box(0, 0, WIDTH, _FRAME + _RIBBON, "poster-dark")
        canvas.text(LEFT, _FRAME + 27, card.ribbon, RIBBON_SIZE, "poster-light")
    _frame(canvas)
    return canvas.png()


def _verdict(canvas: Canvas, verdict: Verdict, below: float, scheme: Scheme) -> None:
    size = 150
    base = below + 40 + size * 0.76
    end = canvas.text(LEFT - 5, base, verdict.figure, size, scheme.ink)
    canvas.text(end + 14, base, verdict.unit, 32, scheme.ink)
    canvas.sign(verdict.level, LEFT + 24, base + 54, 48, scheme.ink)
    canvas.text(LEFT + 64, base + 68, verdict.label, 42, scheme.ink)


def _lines(canvas: Canvas, lines: Sequence[tuple[str, str, int]], top: float) -> None:
    """Figure and words side by side; above each other where the figure is a name of its own."""
    widest = max((canvas.width_of(figure, _FIGURE) for figure, _words, _level in lines), default=0)
    y = top
    for figure, words, level in lines:
        canvas.box(LEFT, y, _COLUMN - 10, 58, "art-paper", 10)
        if level:
            canvas.sign(level, LEFT + 32, y + 29, 28, f"poster-{level}")
        left = LEFT + (62 if level else 22)
        right = LEFT + _COLUMN - 26
        if widest > _WIDEST_FIGURE:
            canvas.text(left, y + 22, figure, 18, "poster-dark")
            canvas.block(left, y + 22, words, right - left, (26, 23), 1, "poster-dark")
        else:
            canvas.text(left, y + 39, figure, _FIGURE, "poster-dark")
            beside = left + widest + 20
            canvas.block(beside, y + 12, words, right - beside, (26, 23), 1, "poster-dark")
        y += 68


def _plate(canvas: Canvas, card: Card, top: float) -> None:
    canvas.box(0, top, WIDTH, _PLATE + _FRAME, "art-paper")
    canvas.text(LEFT, top + 34, _SITE, 27, "poster-dark")
    canvas.text(LEFT, top + 62, card.period, 21, "poster-dark")
    # There is room for two lines.
    for at, words in enumerate((" · ".join(card.sources[:-1]), *card.sources[-1:])):
        canvas.text(WIDTH - LEFT, top + 34 + 28 * at, words, 21, "poster-dark", to_right=True)


def _frame(canvas: Canvas) -> None:
    canvas.edge(_FRAME / 2, "gold", _FRAME)
    canvas.edge(_FRAME - 4, "poster-5", 4)
