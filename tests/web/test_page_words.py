"""The words that the scripts share with the server are made on the server alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hallofshame.domain.bands import BANDS
from hallofshame.web import wording
from hallofshame.web.pages.script_words import script_words

SCRIPT = Path(__file__).resolve().parents[2] / "frontend" / "src" / "api" / "words.ts"


def constant(name: str) -> object:
    """A constant of the script as data."""
    found = re.search(
        rf"export const {name}[^=]*= (.*?)(?: as const)?;\n", SCRIPT.read_text("utf-8"), re.DOTALL
    )
    assert found is not None, name
    return json.loads(found[1])


def test_the_committed_words_are_those_of_the_server() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == script_words(), "run: python tools/build_pages.py --types"


def test_bands_and_states_reach_the_script_whole() -> None:
    assert constant("STATE_WORDS") == wording.STATE_WORDS
    bands = constant("BANDS")
    assert isinstance(bands, list)
    assert [(band["level"], band["name"], band["atLeast"]) for band in bands] == [
        (band.level, band.name, band.at_least) for band in BANDS
    ]
