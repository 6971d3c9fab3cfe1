"""How a process that reads archive files begins. Imports nothing, so that it comes before Polars does."""

from __future__ import annotations

import os


def one_thread() -> None:
    """Let Polars use one thread: processes share the cores already, and threads would only wait for them."""
    os.environ["POLARS_MAX_THREADS"] = "1"
