"""What the page build made: the script, styles and fonts that a page links, as its manifest names them.

Without a build the pages still serve: complete, plain and without script. A warning says so once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

BUILD_FOLDER = Path(__file__).parents[1] / "static" / "app"
BASE = "/static/app/"
ENTRY = "src/main.tsx"
"""The script of pages that it takes over."""
BOOT = "src/islands/boot.ts"
"""The script of pages that the server alone draws, in a manifest of its own."""
_ONE_SHEET = "style.css"
"""How the manifest names the sheet of a build that makes a single one."""
_PRELOADED_FONT = "latin-wght-normal"


@dataclass(frozen=True)
class PageAssets:
    """Addresses of what one page loads, in the order in which it asks for them."""

    script: str | None = None
    preloads: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    is_taken_over: bool = False
    """Whether the script draws the page anew."""

    @property
    def unscripted(self) -> PageAssets:
        """The same for a page without script."""
        return replace(self, script=None, preloads=(), is_taken_over=False)


@dataclass(frozen=True)
class Build:
    """One build of the pages. ``chunks`` is its manifest: source name to what became of it.

    ``boot`` is the file of the script of pages that the server alone draws.
    """

    folder: Path = BUILD_FOLDER
    chunks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    boot: str | None = None

    @classmethod
    def read(cls, folder: Path = BUILD_FOLDER) -> Build:
        """The build in ``folder``; one without chunks, and a logged warning, where there is none."""
        path = folder / ".vite" / "manifest.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            script = found[ENTRY]["file"]
            boot = json.loads((path.parent / "islands.json").read_text(encoding="utf-8"))[BOOT]["file"]
        except FileNotFoundError as error:
            log.warning("the pages have not been built (no %s): they are served plain", error.filename)
            return cls(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the build's manifest %s cannot be used (%s): pages are served plain", path, error)
            return cls(folder)
        log.debug("the pages' scripts are %s and %s", script, boot)
        return cls(folder, found, boot)

    @property
    def is_built(self) -> bool:
        """Whether there is a script to load."""
        return ENTRY in self.chunks

    def page(self, source: str | None) -> PageAssets:
        """What the page loads whose own chunk is made of ``source`` (``src/pages/Park.tsx``).

        One without a source is drawn by the server alone.
        """
        if not self.is_built:
            return PageAssets()
        if source is None and self.boot is not None:
            return replace(self.page(ENTRY), script=BASE + self.boot, preloads=(), is_taken_over=False)
        entry = list(self._static(ENTRY))
        own = [name for name in self._static(source) if name not in entry] if source in self.chunks else []
        script = self.chunks[ENTRY]["file"]
        files = dict.fromkeys(self.chunks[name]["file"] for name in (*entry, *own))
        styles = dict.fromkeys(style for name in (*entry, *own) for style in self.chunks[name].get("css", ()))
        if _ONE_SHEET in self.chunks:
            styles[self.chunks[_ONE_SHEET]["file"]] = None
        return PageAssets(
            is_taken_over=True,
            script=BASE + script,
            preloads=tuple(BASE + name for name in files if name != script and name.endswith(".js")),
            styles=tuple(BASE + name for name in styles),
            fonts=tuple(
                BASE + name for name in self.fonts() if _PRELOADED_FONT in name and "-ext" not in name
            ),
        )

    def fonts(self) -> list[str]:
        """Every font file of the build, by name."""
        found = {
            name
            for chunk in self.chunks.values()
            for name in (chunk["file"], *chunk.get("assets", ()))
            if name.endswith(".woff2")
        }
        return sorted(found)

    def _static(self, source: str | None) -> Iterator[str]:
        """The chunk and everything it imports outright, each once, the chunk first."""
        seen: set[str] = set()
        waiting = [source] if source is not None else []
        while waiting:
            name = waiting.pop(0)
            if name in seen or name not in self.chunks:
                continue
            seen.add(name)
            yield name
            waiting.extend(self.chunks[name].get("imports", ()))
