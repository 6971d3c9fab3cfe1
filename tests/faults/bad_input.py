"""Bad input at the door of the real site, and how long others wait meanwhile: ``python -m faults.bad_input``.

The requests are those of ``tests/test_web_server.py``, sent to ``hallofshame serve`` with one worker.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from faults import results
from support.clients import all_of, asked, connected, dripping, received, request
from test_web_server import HOSTILE

CLIENTS = 200
SECONDS = 3.0
"""How long the slow clients of a kind are there."""


def hostile(url: str) -> results.Result:
    """Every hostile request once; others are asked after each."""
    statuses: Counter[str] = Counter()
    slowest = 0.0
    for sent, _ in HOSTILE:
        with connected(url) as client:
            with suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(sent)
            status = received(client)[9:12].decode("latin-1")
        statuses[status or "closed"] += 1
        slowest = max(slowest, asked(url))
    assert not any(status.startswith("5") for status in statuses), statuses
    return {
        "tried": len(HOSTILE),
        "answers": dict(sorted(statuses.items())),
        "others_waited_ms": _ms(slowest),
    }


def slow(url: str, kind: str) -> results.Result:
    """200 slow clients of one kind at once; others are asked meanwhile."""
    clients = [connected(url, 4096 if kind == "readers" else None) for _ in range(CLIENTS)]
    with all_of(clients), _busy(kind, clients):
        began, waited = time.monotonic(), [0.0]
        while time.monotonic() - began < SECONDS:
            waited.append(asked(url))
    return {"tried": CLIENTS, "others_asked": len(waited) - 1, "others_waited_ms": _ms(max(waited))}


@contextmanager
def _busy(kind: str, clients: list) -> Iterator[None]:  # type: ignore[type-arg]
    heads = {
        "heads": request(),
        "bodies": request("/api/parks", "Content-Length: 100000", method="POST") + b"\r\n",
        "readers": request("/api/openapi.json") + b"\r\n",
    }
    for client in clients:
        client.sendall(heads[kind])
    if kind == "readers":
        yield
        return
    with dripping(clients, b"X-Slow: a\r\n" if kind == "heads" else b"a"):
        yield


@contextmanager
def _site(folder: Path, log: Path) -> Iterator[str]:
    """The address of ``hallofshame serve`` on an installation of its own, as anybody starts it."""
    called = [sys.executable, "-m", "hallofshame", "serve", "--port", "0", "--data", str(folder / "data")]
    environment = os.environ | {"HALLOFSHAME_PARKS": "gardaland", "HALLOFSHAME_WEB_WORKERS": "1"}
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            called, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=folder, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def main() -> None:
    """Try all of it and print, or keep, what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--result", type=Path, help="add what came of it to this file, as JSON")
    keep = parser.parse_args().result
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with _site(Path(folder), log) as url:
            asked(url)
            found = {"hostile requests": hostile(url)}
            found |= {f"clients that drip {kind}": slow(url, kind) for kind in ("heads", "bodies")}
            found["clients that take nothing of their answer"] = slow(url, "readers")
        assert " ERROR " not in log.read_text(), log.read_text()
    for name, result in found.items():
        print(f"{name}: {result}")
        if keep is not None:
            results.add(keep, name, result)


if __name__ == "__main__":
    main()
