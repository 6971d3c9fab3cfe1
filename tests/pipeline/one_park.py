"""Three parks of which one breaks the program, and the check that it alone failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from hallofshame.domain.words import Feed
from hallofshame.feeds.base import Poll
from hallofshame.pipeline.collect import CycleResult
from hallofshame.pipeline.registry import Registry
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll, Ride, RideCurrent, RideStatusSnapshot
from pipeline.fakes import (
    NEW_YORK,
    OSAKA,
    ROME,
    THREE_WIKI_IDS,
    WIKI_IDS,
    at,
    found,
)
from pipeline.polls import FOUR, Polled, rows

NOON = at("2026-06-03 10:00")
WIKI = int(Feed.THEMEPARKS_WIKI)
OTHERS = (NEW_YORK, OSAKA)
FIVE_MINUTES = dt.timedelta(minutes=5)


def three_parks(**said: Any) -> Polled:
    """Three parks with four rides each; ``rome`` is what the first of them says instead."""
    says: dict[str, Any] = dict.fromkeys(THREE_WIKI_IDS.values(), FOUR)
    says[WIKI_IDS[ROME]] = said.get("rome", FOUR)
    return Polled(says=says)


@dataclass
class Raises(Polled):
    """Raises ``error`` when it is asked for Rome."""

    error: BaseException = field(default_factory=lambda: RuntimeError("no idea"))

    def poll(self, park_external_id: str) -> Poll:
        """As ever for the other parks."""
        if park_external_id == WIKI_IDS[ROME]:
            raise self.error
        return super().poll(park_external_id)


@dataclass
class Garbles(Polled):
    """Answers for Rome with something that is no poll."""

    change: Callable[[Poll], Any] = lambda poll: poll

    def poll(self, park_external_id: str) -> Poll:
        """As ever for the other parks."""
        poll = super().poll(park_external_id)
        if park_external_id == WIKI_IDS[ROME]:
            changed: Poll = self.change(poll)
            return changed
        return poll


class ForgetsRome(Registry):
    """Raises over Rome in the middle of a cycle, after it has created its rides."""

    def resolve(self, connection: Connection, park_id: int, *rest: Any, **options: Any) -> Any:
        """As ever for the other parks."""
        answers = super().resolve(connection, park_id, *rest, **options)
        if park_id == ROME:
            raise KeyError("Rome")
        return answers


def assert_only_rome_failed(database: Database, result: CycleResult) -> None:
    """The other parks' rows are all there, Rome has none, and its failure is on record."""
    assert (result.parks, result.answered, result.failed, result.readings) == (3, 2, 1, 8)
    assert {park for (park,) in rows(database, RideStatusSnapshot, "park_id")} == set(OTHERS)
    assert {park for (park,) in rows(database, RideCurrent, "park_id")} == set(OTHERS)
    assert {park for (park,) in rows(database, Ride, "park_id")} == set(OTHERS)
    polls = {park: rest for park, *rest in rows(database, FeedPoll, "park_id", "feed", "outcome", "readings")}
    assert polls == {
        ROME: [WIKI, "internal_error", 0],
        NEW_YORK: [WIKI, "ok", 4],
        OSAKA: [WIKI, "ok", 4],
    }
    (finding,) = found(database)
    assert (finding.kind, finding.park_id, finding.occurrences) == ("park_failed", ROME, 1)
    assert finding.detail.startswith("park-1: ")
    assert finding.detail.endswith("The log has the traceback.")
