"""Set up ``.venv``: what the program needs to run, or that and what developing it takes.

    python3 tools/set_up.py run    the program and its libraries
    python3 tools/set_up.py dev    and the tools for tests, types and style

The Makefile calls it, with any Python from 3.11 on; nothing has to be installed before. What it cannot
finish, the next call does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from stages import LOGS, ROOT, SetUpError, Stage, activity_of_pip, alone, finish

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BEGUN = VENV / ".installing"
"""There while packages are installed: what a killed installation left half-way is not to be trusted."""


WITHOUT_HOOKS = {"HATCH_BUILD_NO_HOOKS": "true"}
"""An editable install builds no pages; with the hook pip would fetch and unpack Node (206 MB) for it."""


@dataclass(frozen=True)
class Kind:
    """One of the two environments: what pip is asked for, how it is announced, the stamps it earns."""

    asked: str
    announced: str
    stamps: tuple[str, ...]


KINDS = {
    "run": Kind(".", "the program and its libraries (about 90 MB to fetch, 370 MB on disk)", (".ready-run",)),
    "dev": Kind(
        ".[dev]",
        "the program, its libraries and the tools to develop it (about 310 MB to fetch, 1.3 GB on disk)",
        (".ready-run", ".ready-dev"),
    ),
}


def set_up(kind: Kind) -> None:
    """Make the environment where it is missing or broken, and install what ``kind`` asks for."""
    with alone(ROOT):
        if not _is_whole():
            _make()
        BEGUN.touch()
        stage = Stage(f"Installing {kind.announced}", "pip", LOGS / "pip.txt", activity_of_pip)
        try:
            stage.run(
                [*_pip("install"), "--progress-bar", "off", "--editable", kind.asked],
                environment=os.environ | WITHOUT_HOOKS,
            )
        except SetUpError:
            BEGUN.unlink()  # pip came to an end of its own and took back what it had begun
            raise
        BEGUN.unlink()
        for stamp in kind.stamps:
            (VENV / stamp).touch()


def _is_whole() -> bool:
    """Whether the environment has a Python and a pip that run, and no killed installation in it."""
    if BEGUN.exists() or not PYTHON.exists():
        return False
    return subprocess.run(_pip("--version"), capture_output=True, check=False).returncode == 0


def _make() -> None:
    version = ".".join(str(part) for part in sys.version_info[:3])
    stage = Stage(f"Making the environment .venv with Python {version}", "venv", LOGS / "venv.txt")
    try:
        stage.run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    except SetUpError as problem:
        said = stage.log.read_text(encoding="utf-8", errors="replace")
        if "ensurepip" in said:
            raise SetUpError(
                f"this Python ({sys.executable}) cannot make environments; on Debian and Ubuntu run: "
                f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
            ) from problem
        raise


def _pip(*arguments: str) -> list[str]:
    return [str(PYTHON), "-m", "pip", *arguments, "--disable-pip-version-check"]


if __name__ == "__main__":
    sys.exit(finish("set-up", lambda: set_up(KINDS[sys.argv[1]])))
