"""Bytecode that is kept, so that not every process of a run compiles the program and the tests anew."""

from __future__ import annotations

import os
import sys


def keep() -> None:
    """Write bytecode beside the sources, in this process and those that it starts.

    ``PYTHONDONTWRITEBYTECODE``, which many container images set, would let each worker spend most of its
    collection on compiling, and each program that a test starts a fifth of its start. Git ignores the files.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
