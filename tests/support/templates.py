"""Compiled templates are shared by all applications of a test process.

Jinja compiles a template once per application. A process that serves has one; tests have many, and compiling
was a third of the processor time of tests of pages.
"""

from __future__ import annotations

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _Shared(BytecodeCache):
    """Knows a template by its place and its text."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


def share() -> None:
    """Let every application of this process use one cache."""
    Flask.jinja_options = Flask.jinja_options | {"bytecode_cache": _Shared()}
