"""The OpenAPI description as text: the shipped file, which loads nothing, and what the endpoints declare now.

``tools/build_pages.py --types`` writes the file, with the types of the pages; a test compares the two.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

SHIPPED = Path(__file__).with_name("openapi.json")


def shipped() -> str:
    """The description that came with the program, without its last line end."""
    return SHIPPED.read_text(encoding="utf-8").removesuffix("\n")


def declared_now() -> str:
    """The description of the endpoints; needs neither settings nor tables, but all of the web's imports."""
    from hallofshame.clock import SystemClock
    from hallofshame.store.database import Database
    from hallofshame.web.app import create_app
    from hallofshame.web.openapi import describe

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'none.sqlite'}")
        described = describe(create_app(database, SystemClock()))
        database.dispose()
    return json.dumps(described, ensure_ascii=False, indent=1)
