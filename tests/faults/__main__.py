"""Play the faults and say what came of them: ``python -m faults [NAME …] [--size N] [--seed N]``.

Run in the folder ``tests``; ``make faults`` does. Every failure is told with the seed that plays it again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from faults.playing import play
from faults.results import add
from faults.scenarios import SCENARIOS


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*SCENARIOS, []], default=[], metavar="NAME")
    parser.add_argument(
        "--size", type=int, help="how often, or how many days or hours, in place of the full size"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--result", type=Path, help="add what came of it to this file, as JSON")
    parser.add_argument("--keep", action="store_true", help="keep the folders of worlds that failed")
    asked = parser.parse_args()
    failed = 0
    for name in asked.names or [name for name in SCENARIOS if name != "sample"]:
        folder = Path(tempfile.mkdtemp(prefix="hallofshame-faults-", dir=_memory()))
        began = time.monotonic()
        try:
            result = play(name, folder, asked.size, asked.seed)
        except Exception:  # noqa: BLE001 - told, and the next one is played
            failed += 1
            print(f"{name}: FAILED (--seed {asked.seed})\n{traceback.format_exc()}", flush=True)
            if asked.keep:
                print(f"its folder is {folder}", flush=True)
                continue
        else:
            result |= {"seconds": round(time.monotonic() - began), "seed": asked.seed}
            print(f"{name}: {json.dumps(result)}", flush=True)
            if asked.result is not None and "left out" not in result:
                add(asked.result, name, result)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own in it


if __name__ == "__main__":
    main()
