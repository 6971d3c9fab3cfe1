"""Build hook: a wheel carries the built pages. An editable install is served from what was built here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    """Builds the pages before a standard wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless the wheel is an editable one."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "tools"))
        from build_pages import build

        build(quiet=True)
