"""Static files as readers can take them: scripts, styles and drawings are gzipped once and kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request
from werkzeug.security import safe_join

from hallofshame.web.cache import CachedAnswer
from hallofshame.web.responses import send

FILES_KEPT = 256
MAX_AGE_SECONDS = 365 * 24 * 3600
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".speculationrules": "application/speculationrules+json",
    ".svg": "image/svg+xml; charset=utf-8",
}
"""What is worth compressing; fonts and pictures are compressed in themselves."""


def install_static_files(app: Flask) -> None:
    """Serve the static folder; addresses change with the content, so that files may be kept for a year."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = MAX_AGE_SECONDS
    app.view_functions["static"] = _static_file


def _static_file(filename: str) -> Response:
    folder = str(current_app.static_folder)
    found = safe_join(folder, filename)
    mimetype = None if found is None else TYPES.get(Path(found).suffix)
    if found is None or mimetype is None or "Range" in request.headers or not Path(found).is_file():
        return current_app.send_static_file(filename)
    return send(_packed(found, Path(found).stat().st_mtime_ns, mimetype), MAX_AGE_SECONDS)


@lru_cache(maxsize=FILES_KEPT)
def _packed(path: str, changed_ns: int, mimetype: str) -> CachedAnswer:
    del changed_ns  # part of what the answer is kept under
    return CachedAnswer.of(Path(path).read_bytes(), mimetype)
