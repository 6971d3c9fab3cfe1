"""What stands in for the program in tests of ``deploy/manage.py``: its commands on a file of a few bytes.

Packed into a wheel together with ``stub_version.py``: ``SCHEMA``, ``IS_BROKEN``, ``IS_REAL``. Where it
is real the commands are the program's own, from this checkout; only what is broken is played.
"""

from __future__ import annotations

import http.server
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import stub_version as version  # type: ignore[import-not-found]

STATE = Path("data/state.json")


def main() -> None:
    if version.IS_REAL:
        _real(sys.argv[1:])
    else:
        _stub(sys.argv[1:])


def _stub(arguments: list[str]) -> None:
    state = json.loads(STATE.read_text()) if STATE.exists() else {"schema": "base", "rows": []}
    match arguments:
        case ["db", "current"]:
            print(f"{state['schema']} (this program: {version.SCHEMA})")
        case ["db", "upgrade"]:
            _write(state | {"schema": version.SCHEMA})
            print(f"schema at {version.SCHEMA}, 1 park")
        case ["db", "downgrade", revision, "--yes"]:
            _write(state | {"schema": revision})
            print(f"schema at {revision}")
        case ["backup", target, "--quiet"]:
            made = Path(target) / f"{time.time_ns()}Z"
            made.mkdir()
            shutil.copy(STATE, made)
            print(f"{made}: the database and no history files")
        case ["restore", "--replace", source, "--quiet"]:
            shutil.copy(Path(source) / STATE.name, STATE)
            print("Restored the state.")
        case ["run"]:
            _run(state)
        case _:
            sys.exit(f"no such command: {arguments}")


def _write(state: dict[str, Any]) -> None:
    STATE.parent.mkdir(exist_ok=True)
    STATE.write_text(json.dumps(state))


def _run(state: dict[str, Any]) -> None:
    if version.IS_BROKEN or state["schema"] != version.SCHEMA:
        sys.exit("broken")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"data": {"status": "degraded", "version": version.SCHEMA}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    port = int(Path(".env").read_text().partition("HALLOFSHAME_PORT=")[2].split()[0])
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def _real(arguments: list[str]) -> None:
    if version.IS_BROKEN and arguments == ["run"]:
        sys.exit("broken")
    from hallofshame.cli import main as real

    try:
        real()
    finally:
        if version.IS_BROKEN and arguments == ["db", "upgrade"]:
            import sqlite3

            with sqlite3.connect("data/hallofshame.sqlite") as connection:
                connection.execute("CREATE TABLE newer (thing INT)")
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
