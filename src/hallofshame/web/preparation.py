"""While an installation is being prepared, its site answers how far it is, and nothing else.

The state is a small file, so that the process that prepares and those that serve need not be the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask, request

from hallofshame import private_files
from hallofshame.domain.errors import HallOfShameError

RETRY_AFTER_SECONDS = 5
REFRESH_SECONDS = 2
"""How often a browser asks again by itself."""

_OPEN = ("/static/", "/icons/", "/favicon.ico", "/robots.txt")
"""What needs no data and is served all the same."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far it is: the name of what is being done, and 0 to 100 of the whole."""

    stage: str
    percent: int


class PreparingError(HallOfShameError):
    """Asked for something that is still being prepared."""

    def __init__(self, found: Preparation) -> None:
        super().__init__(f"preparing, {found.percent} % ({found.stage}); ask again in a few seconds")
        self.preparation = found


class PreparationFile:
    """The state in a file, which is there only as long as the preparation lasts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, preparation: Preparation) -> None:
        """Say how far it is. Readers see the old state or the new one, never a part."""
        private_files.write_text(self._path, json.dumps(asdict(preparation)))

    def remove(self) -> None:
        """Say that it is done."""
        self._path.unlink(missing_ok=True)

    def read(self) -> Preparation | None:
        """How far it is, null when it is done."""
        try:
            return Preparation(**json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None


def hold_back(app: Flask, path: Path) -> None:
    """Let the app raise :class:`PreparingError` for every request about data while the file is there.

    Once it is gone, it is not looked for again.
    """
    file = PreparationFile(path)
    ready = False

    def refuse_while_preparing() -> None:
        nonlocal ready
        if ready or request.path.startswith(_OPEN):
            return
        found = file.read()
        if found is not None:
            raise PreparingError(found)
        ready = True

    app.before_request(refuse_while_preparing)
