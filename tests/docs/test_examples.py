"""The examples in the docstrings of the classes that one meets first say what happens."""

from __future__ import annotations

import doctest
import sys

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.periods import Period
from hallofshame.domain.tiers import TierBook
from hallofshame.installation import Installation
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.rollup import Rollup
from hallofshame.replay.server import ReplayServer
from hallofshame.settings.everything import Settings
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History

MET_FIRST = [
    Collector,
    Database,
    FixedClock,
    History,
    Installation,
    Period,
    ReplayServer,
    Rollup,
    Settings,
    TierBook,
]


@pytest.mark.parametrize("met", MET_FIRST)
def test_an_example_says_what_happens(met: type, own_machine: None) -> None:
    names = vars(sys.modules[met.__module__])
    (example,) = doctest.DocTestFinder(recurse=False).find(met, met.__name__, globs=dict(names))
    assert example.examples
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=told.append)
    assert not told, "".join(told)
