"""What pages say in words is the same in the page script and on the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hallofshame.web import wording

SCRIPT = Path(__file__).resolve().parents[2] / "frontend" / "src" / "lib" / "wording.ts"


@pytest.mark.parametrize(
    ("name", "words"), [("UNRANKED", wording.UNRANKED_REASONS), ("TREND", wording.TREND_REASONS)]
)
def test_the_script_gives_the_reasons_in_the_words_of_the_server(name: str, words: dict[str, str]) -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    found = re.search(rf"const {name}: Record<string, string> = \{{(.*?)\n\}};", text, re.DOTALL)
    assert found is not None
    said = dict(re.findall(r'^  (\w+): "(.*)",$', found[1], re.MULTILINE))
    assert said == words
