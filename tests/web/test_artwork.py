"""Our SVG art as resvg draws it: every class of it has a colour, and what it shows is not empty."""

from __future__ import annotations

import re

import pytest

from hallofshame.web.images.artwork import art, document, known_classes, rendered
from hallofshame.web.images.schemes import SCHEMES
from hallofshame.web.tokens import tokens

CLASS = re.compile(r'class="([^"]+)"')


@pytest.mark.parametrize("level", SCHEMES)
def test_every_class_of_the_card_has_a_colour_in_every_scheme(level: int) -> None:
    colours = SCHEMES[level].colours(tokens())
    used = {name.split("-", 1)[1] for name in CLASS.findall(art("card"))}
    assert used <= known_classes() | set(colours)
    assert set(colours) <= used


def test_a_class_without_a_colour_would_be_black() -> None:
    # So that the test above is about something.
    drawn = rendered(document('<rect class="f-nothing" width="4" height="4"/>', (0, 0, 4, 4)), 4)
    assert drawn.getpixel((1, 1)) == (0, 0, 0, 255)


def test_the_art_takes_its_height_from_its_box() -> None:
    assert rendered(document(art("card"), (0, 0, 1200, 630)), 240, SCHEMES[0].colours(tokens())).size == (
        240,
        126,
    )
