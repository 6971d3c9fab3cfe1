"""The colours of the fairground behind a card's words: others for every band."""

from __future__ import annotations

from dataclasses import dataclass

from hallofshame.web.tokens import Tokens


@dataclass(frozen=True)
class Scheme:
    """Token names of one scene: its sky, its two rows of hills, and what stands between them."""

    sky: str
    far: str
    near: str
    disc: str
    wheel: str
    walls: tuple[str, str, str]
    roofs: tuple[str, str, str]
    ink: str

    def colours(self, tokens: Tokens) -> dict[str, str]:
        """The colour of each class of ``art/card.svg`` that the scheme decides."""
        names = {
            "far": self.far,
            "near": self.near,
            "disc": self.disc,
            "wheel": self.wheel,
            "rays": "art-paper" if self.sky == "poster-3" else "coral",
            "trunk": "art-paper" if self.near == _DARK else _DARK,
            **{f"wall-{at}": name for at, name in enumerate(self.walls, 1)},
            **{f"roof-{at}": name for at, name in enumerate(self.roofs, 1)},
            **{f"flag-{at}": "pink" if name == "gold" else "gold" for at, name in enumerate(self.roofs, 1)},
            **_in_turn("cabin", _CABIN_COUNT, self._seen(_CABINS)),
            **_in_turn("gem", _GEM_COUNT, self._seen(_GEMS)),
        }
        return {place: tokens.colour(name) for place, name in names.items()}

    def _seen(self, names: tuple[str, ...]) -> list[str]:
        """Those of some colours that are no smudge on the sky or the hills behind."""
        alike = {"poster-1": "teal", "poster-2": "gold", "poster-3": "coral"}.get(self.sky)
        return [name for name in names if name not in (self.sky, self.far, alike)]


_DARK, _LIGHT = "poster-dark", "poster-light"
_CABINS, _CABIN_COUNT = ("coral", "gold", "teal", "pink"), 4
_GEMS, _GEM_COUNT = ("pink", "gold", "teal", "coral", "art-paper"), 7

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


def _in_turn(name: str, count: int, colours: list[str]) -> dict[str, str]:
    return {f"{name}-{at + 1}": colours[at % len(colours)] for at in range(count)}
