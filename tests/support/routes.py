"""Compiled builders of addresses are shared by all applications of a test process.

Werkzeug compiles two functions for each route of each application. A process that serves has one application;
tests make hundreds, and compiling the same builders for each took a sixth of the processor time of tests/web.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule

_BUILDERS: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class _Shared(Rule):
    """Knows a builder by all that is compiled into it: the route, its variables, what is done with others."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:  # their values are compiled into it as well
            return super()._compile_builder(append_unknown)
        key = (self.rule, *self._trace, append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]


def share() -> None:
    """Let every application of this process use one set."""
    Flask.url_rule_class = _Shared
