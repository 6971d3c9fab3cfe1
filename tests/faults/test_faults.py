"""A small sample of the faults; ``make faults`` plays all of them, as often as it takes."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from faults import proof
from faults.checks import _difference
from faults.playing import play
from faults.scenarios import SCENARIOS
from faults.served import Served
from faults.system import START
from faults.virtual import VirtualTime
from hallofshame.domain.words import Feed, Status

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

UP, DOWN = int(Status.OPERATING), int(Status.DOWN)
BODY = (
    b'{"lands": [], "rides": [{"id": 1, "name": "A", "is_open": true, "wait_time": 5},'
    b' {"id": 2, "name": "B", "is_open": true, "wait_time": 0}]}'
)


def test_a_collector_that_is_killed_and_feeds_that_fail_lose_nothing(tmp_path: Path) -> None:
    found = play("sample", tmp_path / "world", SCENARIOS["sample"].size, seed=3)
    assert found["did"]["kills"] == 2
    assert found["observations"] > 500
    assert found["derived rows"] > 500
    assert found["answers"]["answered"] > 0


@pytest.mark.parametrize(
    ("stored", "problem"),
    [
        ({1: (UP, 5), 2: (UP, 0)}, None),
        ({1: (UP, 5)}, "2 (B), ride {2}, is lost"),
        ({1: (UP, 5), 2: (UP, 0), 3: (UP, 0)}, "rides [3] were not served"),
        ({1: (UP, 10), 2: (UP, 0)}, "wrong: {1:"),
        ({1: (DOWN, 5), 2: (UP, 0)}, "wrong: {1:"),
    ],
)
def test_what_is_lost_made_up_or_wrong_is_seen(
    stored: dict[int, tuple[int, int]], problem: str | None
) -> None:
    """The check itself: one that cannot fail would prove nothing."""
    answer = Served(0.0, Feed.QUEUE_TIMES, "1", 200, BODY)
    found = _difference(answer, stored, lambda external_id, _name: {int(external_id)}, {1, 2, 3})  # type: ignore[arg-type]
    assert found is None if problem is None else (found or "").startswith(problem)


def test_the_page_of_proof_is_what_the_results_say() -> None:
    assert proof.PAGE.read_text(encoding="utf-8") == proof.page(), "run make proof"
    for name in SCENARIOS.keys() - {"sample"}:
        assert SCENARIOS[name].title in proof.page(), f"no result of {name}: make faults RESULT=faults"


def test_time_leaps_only_while_nobody_works_and_to_the_first_moment_that_anybody_waits_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "time"
    mine = VirtualTime.made(file, START)
    theirs = VirtualTime(file)
    mine.takes_part(0)
    theirs.takes_part(1)
    done, began = threading.Event(), mine.true()
    waiting = threading.Thread(target=theirs.wait, args=(1, done, 6000.0, lambda: True))
    waiting.start()
    time.sleep(0.2)
    assert mine.true() - began < 300, "one of the two works"
    mine.wait(0, threading.Event(), 300.0, lambda: True)
    assert 300 <= mine.true() - began < 6000
    done.set()
    waiting.join()
    theirs.close()
    mine.close()
