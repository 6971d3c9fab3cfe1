"""What the page build made: the script, styles and fonts that a page links, as its manifest names them.

Without a build the pages still serve: complete, plain and without script. A warning says so once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

BUILD_FOLDER = Path(__file__).parents[1] / "static" / "app"
BASE = "/static/app/"
BOOT = "src/islands/boot.ts"
"""The script of every page, which loads its islands."""
STYLES = "src/styles/index.css"
"""The one sheet of every page."""
_PRELOADED_FONT = "latin-wght-normal"


@dataclass(frozen=True)
class PageAssets:
    """Addresses of what a page loads."""

    script: str | None = None
    style: str | None = None
    fonts: tuple[str, ...] = ()

    @property
    def unscripted(self) -> PageAssets:
        """The same for a page without script."""
        return replace(self, script=None)


@dataclass(frozen=True)
class Build:
    """One build of the pages. ``chunks`` is its manifest: source name to what became of it."""

    folder: Path = BUILD_FOLDER
    chunks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path = BUILD_FOLDER) -> Build:
        """The build in ``folder``; one without chunks, and a logged warning, where there is none."""
        path = folder / ".vite" / "manifest.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            script, style = found[BOOT]["file"], found[STYLES]["file"]
        except FileNotFoundError:
            log.warning("the pages have not been built (no %s): they are served plain", path)
            return cls(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the build's manifest %s cannot be used (%s): pages are served plain", path, error)
            return cls(folder)
        log.debug("the pages load %s and %s", script, style)
        return cls(folder, found)

    @property
    def is_built(self) -> bool:
        """Whether there is a script to load."""
        return BOOT in self.chunks

    @property
    def assets(self) -> PageAssets:
        """What every page loads."""
        if not self.is_built:
            return PageAssets()
        return PageAssets(
            script=BASE + self.chunks[BOOT]["file"],
            style=BASE + self.chunks[STYLES]["file"],
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
