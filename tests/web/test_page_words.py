"""What pages say in words is the same in the page script and on the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hallofshame.domain.ride_types import NON_RIDES, RideType
from hallofshame.web import wording

UNKNOWN = RideType.UNKNOWN
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


def test_the_script_names_the_types_of_rides_as_the_server_does() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    found = re.search(r"const TYPE_PLURALS: Record<string, string> = \{(.*?)\n\};", text, re.DOTALL)
    others = re.search(r"const OTHERS = \[(.*?)\];", text)
    assert found is not None
    assert others is not None
    said = dict(re.findall(r'^  (\w+): "(.*)",$', found[1], re.MULTILINE))
    assert said == {kind.value: words for kind, words in wording.TYPE_PLURALS.items() if kind is not UNKNOWN}
    assert set(re.findall(r'"(\w+)"', others[1])) == {kind.value for kind in NON_RIDES}
