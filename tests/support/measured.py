"""Which tests coverage is measured of: a measured test takes up to 1.8 times as long.

It is switched where the next test is of the other kind, not twice for each test, as that takes milliseconds.
What fixtures run through counts with the test that first asks for them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

NOT_COUNTED = ("browser", "crosscheck", "fuzz")
"""Folders of tests of whole pages and answers: measuring all they run through costs much and tells little."""

MEASURED_CASES = 3
"""Of a test with many cases so many are measured: the others go nearly the same way."""

_IS_MEASURED = pytest.StashKey[bool]()
_IS_PAUSED = pytest.StashKey[bool]()


def choose(items: list[pytest.Item]) -> None:
    """Note of each test whether it is measured."""
    cases: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        is_left_out = (
            item.get_closest_marker("slow") is not None
            or item.path.parent.name in NOT_COUNTED
            or _is_twin(item)
            or _repeats(item)
        )
        cases[test] += not is_left_out
        item.stash[_IS_MEASURED] = not is_left_out and cases[test] <= MEASURED_CASES


def _repeats(item: pytest.Item) -> bool:
    """Whether it goes the same way many times: for every example of a property, or after every kill."""
    is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return is_property or "killed" in item.nodeid


def _is_twin(item: pytest.Item) -> bool:
    """Whether the same test runs on SQLite, too. The store is measured on both, since it differs there."""
    of = getattr(item, "callspec", None)
    return (
        of is not None
        and item.path.parent.name != "store"
        and any(isinstance(value, str) and value == "mariadb" for value in of.params.values())
    )


def go_on(item: pytest.Item) -> None:
    """Measure from here on, or no more, as ``item`` asks."""
    _switch(item.config, is_measured=item.stash.get(_IS_MEASURED, True))


def go_on_to_the_end(config: pytest.Config) -> None:
    """Measure what follows the last test."""
    _switch(config, is_measured=True)


def _switch(config: pytest.Config, *, is_measured: bool) -> None:
    plugin: Any = config.pluginmanager.get_plugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    is_paused = config.stash.get(_IS_PAUSED, False)
    if controller is None or is_paused != is_measured:
        return
    if is_measured:
        controller.resume()
    else:
        controller.pause()
    config.stash[_IS_PAUSED] = not is_measured
