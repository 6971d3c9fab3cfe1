"""What every benchmark prints first, and the MariaDB server that some of them start for themselves."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from pathlib import Path

from tests.support.mariadb import MariaDBServer


def describe(title: str) -> None:
    """Print the title, the machine and the versions that matter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    usable = len(os.sched_getaffinity(0))
    print(
        f"{title}\n machine: {usable} cores usable, {memory:.0f} GiB, {platform.machine()}, "
        f"Python {platform.python_version()}, Polars {version('polars')}, SQLAlchemy {version('sqlalchemy')}"
    )


@contextmanager
def mariadb_url(buffer_megabytes: int = 64, kept: Path | None = None) -> Iterator[str]:
    """A private MariaDB server with an empty schema; gone afterwards.

    :param kept: a folder in which its data stay; where they are there already, they are served again.
    """
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(str(kept)) as folder:
        server = MariaDBServer(Path(folder), buffer_megabytes=buffer_megabytes)
        is_new = not (Path(folder) / "data").exists()
        if is_new:
            server.start()
        else:
            server.start_again()
        try:
            yield server.create_schema("bench") if is_new else server.url("bench")
        finally:
            server.stop()


def processor_ms(pid: int) -> float:
    """Milliseconds of processor time that the threads of a process have used that still run."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e6
