"""Text on pictures: which font draws which letter, how wide it comes out, and how it is made to fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont

_PLAIN = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "÷": "/", "×": "x", "·": "-", "…": "...", "’": "'", "‘": "'",
    "“": '"', "”": '"', "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "\u00a0": " ", "\u202f": " ",
    "™": "", "®": "", "©": "",
}  # fmt: skip
"""What stands for a sign that no font at hand can draw."""

_HEAVIEST = 700
_MISSING = "\uffff"
_CACHED_FONTS = 64


@lru_cache(_CACHED_FONTS)
def _font(path: str | None, size: int) -> Font:
    if path is None:
        found = ImageFont.load_default(size)
        if not isinstance(found, ImageFont.FreeTypeFont):
            raise TypeError("Pillow was built without FreeType, which cards need")
        return found
    font = ImageFont.truetype(path, size)
    axes = font.get_variation_axes()
    font.set_variation_by_axes([min(_HEAVIEST, int(axis["maximum"] or _HEAVIEST)) for axis in axes])
    return font


@lru_cache(4_096)
def _draws(path: str | None, letter: str) -> bool:
    """Whether the font has the letter: what it lacks looks like what no font has."""
    if letter == " ":
        return True
    font = _font(path, 32)
    mask = font.getmask(letter)
    return mask.size[0] > 0 and (mask.size, bytes(mask)) != _nothing(path)


@lru_cache(16)
def _nothing(path: str | None) -> tuple[tuple[int, int], bytes]:
    mask = _font(path, 32).getmask(_MISSING)
    return mask.size, bytes(mask)


@dataclass(frozen=True)
class Lettering:
    """Fonts to draw with, the first that has a letter drawing it; after them the one Pillow brings along."""

    files: tuple[Path, ...] = field(default=())

    @property
    def _paths(self) -> tuple[str | None, ...]:
        return (*(str(path) for path in self.files), None)

    def drawable(self, text: str) -> str:
        """The text in letters that some font has: as it is, without accents, spelled out, or left away."""
        return " ".join("".join(self._spelled(letter) for letter in text).split())

    def _spelled(self, letter: str) -> str:
        if self._path_of(letter) != "":
            return letter
        if letter in _PLAIN:
            return _PLAIN[letter]
        parts = unicodedata.normalize("NFKD", letter)
        return "".join(
            _PLAIN.get(part, part) for part in parts if part in _PLAIN or self._path_of(part) != ""
        )

    def _path_of(self, letter: str) -> str | None:
        """The font that draws the letter: null is Pillow's own, "" is none."""
        return next((path for path in self._paths if _draws(path, letter)), "")

    def _runs(self, text: str, size: int) -> Iterator[tuple[str, Font]]:
        for path, letters in groupby(text, key=self._path_of):
            if path != "":
                yield "".join(letters), _font(path, size)

    def width(self, text: str, size: int) -> float:
        """Width in pixels."""
        return sum(font.getlength(run) for run, font in self._runs(text, size))

    def write(
        self, draw: ImageDraw.ImageDraw, x: float, y: float, text: str, size: int, colour: str
    ) -> float:
        """Draw one line with its baseline at ``y``; returns where it ends."""
        for run, font in self._runs(text, size):
            draw.text((x, y), run, font=font, fill=colour, anchor="ls")
            x += font.getlength(run)
        return x

    def fitted(self, text: str, width: float, sizes: tuple[int, ...], lines: int) -> tuple[list[str], int]:
        """The text broken into at most so many lines, in the largest size that fits; else cut."""
        shown = self.drawable(text)
        for size in sizes:
            broken = self._broken(shown, width, size)
            if len(broken) <= lines and all(self.width(line, size) <= width for line in broken):
                return broken, size
        size = sizes[-1]
        kept = self._broken(shown, width, size)[:lines]
        last = kept[-1]
        dots = self.drawable("…")
        while last and self.width(last + dots, size) > width:
            last = last[:-1].rstrip()
        return [*kept[:-1], last + dots], size

    def _broken(self, text: str, width: float, size: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            if lines and self.width(f"{lines[-1]} {word}", size) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines or [""]
