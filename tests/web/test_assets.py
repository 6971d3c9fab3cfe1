"""What the pages take from the page build and from the token file."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from hallofshame.web.pages.assets import BOOT, Build, PageAssets
from hallofshame.web.tokens import TokenError, parse, tokens

LATIN = "assets/josefin-sans-latin-wght-normal-A1.woff2"
EXTENDED = "assets/josefin-sans-latin-ext-wght-normal-B2.woff2"
MANIFEST: dict[str, Any] = {
    "src/main.tsx": {
        "file": "assets/main-1.js",
        "isEntry": True,
        "imports": ["_react-2.js"],
        "dynamicImports": ["src/pages/MapPage.tsx", "src/pages/NowPage.tsx"],
        "css": ["assets/main-3.css"],
        "assets": [EXTENDED, LATIN],
    },
    "_react-2.js": {"file": "assets/react-2.js"},
    "_table-4.js": {"file": "assets/table-4.js", "imports": ["_react-2.js", "src/main.tsx"]},
    "src/pages/MapPage.tsx": {
        "file": "assets/MapPage-5.js",
        "imports": ["src/main.tsx", "_react-2.js", "_table-4.js"],
        "dynamicImports": ["_charts-6.js"],
        "css": ["assets/MapPage-7.css"],
    },
    "_charts-6.js": {"file": "assets/charts-6.js"},
    "src/pages/NowPage.tsx": {"file": "assets/NowPage-8.js", "imports": ["src/main.tsx"]},
}


def built(folder: Path, manifest: object) -> Build:
    (folder / ".vite").mkdir()
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / ".vite" / "manifest.json").write_text(text)
    (folder / ".vite" / "islands.json").write_text(json.dumps({BOOT: {"file": "assets/boot-9.js"}}))
    return Build.read(folder)


def test_a_page_loads_its_own_chunk_and_no_chart_before_it_is_wanted(tmp_path: Path) -> None:
    assert built(tmp_path, MANIFEST).page("src/pages/MapPage.tsx") == PageAssets(
        script="/static/app/assets/main-1.js",
        preloads=(
            "/static/app/assets/react-2.js",
            "/static/app/assets/MapPage-5.js",
            "/static/app/assets/table-4.js",
        ),
        styles=("/static/app/assets/main-3.css", "/static/app/assets/MapPage-7.css"),
        fonts=(f"/static/app/{LATIN}",),
        is_taken_over=True,
    )


def test_a_page_that_the_server_draws_loads_the_boot_script_and_no_view(tmp_path: Path) -> None:
    assert built(tmp_path, MANIFEST).page(None) == PageAssets(
        script="/static/app/assets/boot-9.js",
        styles=("/static/app/assets/main-3.css",),
        fonts=(f"/static/app/{LATIN}",),
    )


def test_a_page_the_build_does_not_know_loads_the_entry(tmp_path: Path) -> None:
    assets = built(tmp_path, MANIFEST).page("src/pages/Unheard.tsx")
    assert assets.script == "/static/app/assets/main-1.js"
    assert assets.preloads == ("/static/app/assets/react-2.js",)


def test_a_build_with_one_sheet_is_understood(tmp_path: Path) -> None:
    manifest = {
        "src/main.tsx": {"file": "assets/main-1.js"},
        "style.css": {"file": "assets/style-2.css", "src": "style.css"},
    }
    assert built(tmp_path, manifest).page(None).styles == ("/static/app/assets/style-2.css",)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"src/main.tsx": {}}', '{"src/main.tsx": 1}', "null"])
def test_a_manifest_that_cannot_be_used_is_no_crash(
    tmp_path: Path, manifest: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        build = built(tmp_path, manifest)
    assert not build.is_built
    assert build.page("src/pages/MapPage.tsx") == PageAssets()
    assert "served plain" in caplog.text


def test_half_a_build_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    built(tmp_path, MANIFEST)
    (tmp_path / ".vite" / "islands.json").unlink()
    with caplog.at_level(logging.WARNING):
        assert not Build.read(tmp_path).is_built
    assert "islands.json" in caplog.text


def test_no_build_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Build.read(tmp_path).fonts() == []
    assert len(caplog.records) == 1
    assert "have not been built" in caplog.text


SHEET = """
/* --paper: #000000; in a comment */
:root {
  color-scheme: light dark;
  --paper: #FBF2E1; --short: #abc; --face: "A", sans-serif; --also: var(--paper); --round: var(--round)
}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { --paper: #1c1230; } }
:root[data-theme="dark"] { --paper: #1c1230; --only: #111111 }
:root { --last: #222222; }
"""


def test_tokens_are_read_for_both_themes() -> None:
    read = parse(SHEET)
    assert read.colour("paper") == "#fbf2e1"
    assert read.colour("paper", dark=True) == "#1c1230"
    assert read.colour("also", dark=True) == "#1c1230"
    assert read.colour("short") == "#aabbcc"
    assert read.colour("last") == "#222222"
    assert "only" not in read.light


@pytest.mark.parametrize(
    ("name", "why"), [("nothing", "no token"), ("face", "no #rrggbb colour"), ("round", "itself")]
)
def test_a_token_that_is_no_colour_is_refused(name: str, why: str) -> None:
    with pytest.raises(TokenError, match=why):
        parse(SHEET).colour(name)


def test_the_token_file_has_every_colour_of_the_bands_in_both_themes() -> None:
    for level in range(1, 6):
        for name in (f"band-{level}", f"poster-{level}"):
            for dark in (False, True):
                assert tokens().colour(name, dark=dark).startswith("#")
