"""The page of the search, and that it finds what the search of the script finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from hallofshame.web.answers.name_search import entries_of, find_entries, is_near

SHARED = json.loads((Path(__file__).parents[1] / "data" / "search_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("typed", SHARED["cases"])
def test_the_page_finds_what_the_script_finds(typed: str) -> None:
    """``names.test.ts`` holds the script to the same file."""
    found = find_entries(entries_of(SHARED["index"]), typed)
    assert [entry.path for entry in found] == SHARED["cases"][typed]


@settings(max_examples=60)
@given(st.text(alphabet="abcde", min_size=4, max_size=9), st.data())
def test_one_slip_is_forgiven_and_the_beginning_is_enough(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert is_near(word, word + "xyz")
    assert is_near(word[:at] + "z" + word[at + 1 :], word)
    assert is_near(word[:at] + word[at + 1 :], word)
    assert is_near(word[:at] + "z" + word[at:], word)
    assert not is_near("zz" + word[2:], "yy" + word[2:])


def test_the_page_lists_what_is_called_so(client: FlaskClient) -> None:
    page = client.get("/search?q=raptr").text
    assert '<a href="/rides/11-raptor">Raptor</a>' in page
    assert 'value="raptr"' in page and 'name="robots" content="noindex"' in page
    assert "Nothing is called “qqqq”" in client.get("/search?q=qqqq").text
    assert client.get("/search?q=%3Cb%3E").text.count("&lt;b&gt;") >= 2
    assert 'href="/waits"' in client.get("/search").text
    assert client.get(f"/search?q={'x' * 5000}").status_code == 200
    assert 'href="/search"' in client.get("/").text
