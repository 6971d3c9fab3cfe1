"""What the pages take from the page build and from the token file."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from hallofshame.web.pages.assets import BOOT, STYLES, Build, PageAssets
from hallofshame.web.tokens import TokenError, parse, tokens

LATIN = "assets/josefin-sans-latin-wght-normal-A1.woff2"
EXTENDED = "assets/josefin-sans-latin-ext-wght-normal-B2.woff2"
MANIFEST: dict[str, Any] = {
    BOOT: {"file": "assets/boot-1.js", "isEntry": True, "dynamicImports": ["src/islands/parts/map.ts"]},
    "src/islands/parts/map.ts": {"file": "assets/map-2.js", "imports": ["_d3-3.js"]},
    "_d3-3.js": {"file": "assets/d3-3.js"},
    STYLES: {"file": "assets/styles-4.css", "isEntry": True},
    "latin.woff2": {"file": LATIN},
    "latin-ext.woff2": {"file": EXTENDED},
    "src/sw.ts": {"file": "sw.js", "isEntry": True},
}


def built(folder: Path, manifest: object = MANIFEST) -> Build:
    (folder / ".vite").mkdir()
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / ".vite" / "manifest.json").write_text(text)
    return Build.read(folder)


def test_a_page_loads_the_boot_script_and_no_island_before_it_is_wanted(tmp_path: Path) -> None:
    assert built(tmp_path).assets == PageAssets(
        script="/static/app/assets/boot-1.js",
        style="/static/app/assets/styles-4.css",
        fonts=(f"/static/app/{LATIN}",),
    )


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "{}",
        f'{{"{BOOT}": {{}}}}',
        f'{{"{BOOT}": 1}}',
        "null",
        f'{{"{BOOT}": {{"file": "boot.js"}}}}',
    ],
)
def test_a_manifest_that_cannot_be_used_is_no_crash(
    tmp_path: Path, manifest: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        build = built(tmp_path, manifest)
    assert not build.is_built
    assert build.assets == PageAssets()
    assert "served plain" in caplog.text


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
