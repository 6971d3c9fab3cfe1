"""The budgets of the history API: every allowed request is used, and none beyond."""

from __future__ import annotations

import pytest

from hallofshame.clock import FixedClock
from hallofshame.feeds.history_budget import HOUR, MINUTE, Meter, meters_of
from hallofshame.pipeline.history_budget import StoredBudget
from hallofshame.store.database import Database
from pipeline.fakes import at

CLOCK = "2026-07-01 00:00"


@pytest.mark.parametrize(
    ("headers", "meters"),
    [
        ({}, []),
        ({"content-type": "x", "ratelimit": "abc"}, []),
        (
            {"ratelimit-limit": "300", "ratelimit-remaining": "299", "ratelimit-reset": "60"},
            [Meter(MINUTE, 300, 299, 60)],
        ),
        (
            {"X-RateLimit-History-Remaining": "5", "X-RateLimit-History-Reset": "1200.5"},
            [Meter(HOUR, None, 5, 1201)],
        ),
        (
            {"ratelimit-policy": "600;w=3600", "ratelimit-remaining": "9", "ratelimit-reset": "2"},
            [Meter(HOUR, 600, 9, 2)],
        ),
        (
            {"history-ratelimit-remaining": "0", "history-ratelimit-reset": "1790000000"},
            [Meter(HOUR, None, 0, 3600)],
        ),
        (
            {"ratelimit-remaining-history": "lots", "ratelimit-limit-history": "-4"},
            [Meter(HOUR, None, None, None)],
        ),
    ],
)
def test_the_meters_of_an_answer_are_read_in_every_known_spelling(
    headers: dict[str, str], meters: list[Meter]
) -> None:
    assert meters_of(headers) == meters


@pytest.mark.slow
def test_without_headers_the_documented_budget_holds_in_any_hour(database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    budget = StoredBudget(database, clock, "")
    sent = []
    while clock.elapsed() < 3 * 3600:
        if (wait := budget.take()) > 0:
            clock.sleep(wait)
            continue
        sent.append(clock.elapsed())
        clock.sleep(13)
    busiest = max(sum(1 for other in sent if begin <= other < begin + 3600) for begin in sent)
    assert busiest == 60
    assert len(sent) >= 0.99 * 3 * 60


@pytest.mark.slow
def test_a_free_key_has_ten_times_the_budget_and_its_own(sqlite_database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    anonymous, keyed = StoredBudget(sqlite_database, clock, ""), StoredBudget(sqlite_database, clock, "a key")
    while anonymous.take() == 0:
        pass
    assert sum(1 for _ in range(700) if keyed.take() == 0) == 600
    assert "a key" not in keyed.owner


def test_a_restart_does_not_forget_what_was_sent(sqlite_database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    assert [StoredBudget(sqlite_database, clock, "").take() for _ in range(61)][60] == pytest.approx(3602)


def test_what_the_headers_say_goes_before_our_count(sqlite_database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    budget = StoredBudget(sqlite_database, clock, "k")
    headers = {
        "ratelimit-history-limit": "2000",
        "ratelimit-history-remaining": "2",
        "ratelimit-history-reset": "100",
    }
    budget.note(headers)
    assert [budget.take() for _ in range(3)] == [0, 0, 102]
    # An answer that was overtaken does not give requests back.
    budget.note(headers)
    assert budget.take() == 102
    clock.sleep(102)
    assert budget.take() == 0
    assert budget.seconds_for(1999) < 3600 < budget.seconds_for(4000)


def test_the_minute_has_a_meter_of_its_own(sqlite_database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    budget = StoredBudget(sqlite_database, clock, "k")
    budget.note({"ratelimit-limit": "300", "ratelimit-remaining": "1", "ratelimit-reset": "20"})
    assert [budget.take(), budget.take()] == [0, 22]


def test_a_pause_is_kept_to_the_second_and_across_restarts(sqlite_database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    StoredBudget(sqlite_database, clock, "").pause(2900)
    budget = StoredBudget(sqlite_database, clock, "")
    assert budget.take() == 2900
    clock.sleep(2899)
    assert budget.take() == 1
    clock.sleep(1)
    assert budget.take() == 0


def test_how_long_the_rest_takes_follows_the_budget(sqlite_database: Database) -> None:
    clock = FixedClock(at(CLOCK))
    budget = StoredBudget(sqlite_database, clock, "")
    assert [budget.seconds_for(number) for number in (0, 60, 61, 120, 121)] == [0, 0, 3600, 3600, 7200]
    while budget.take() == 0:
        pass
    clock.sleep(600)
    assert budget.seconds_for(1) == 3000
    assert budget.state() == "60 of 60 requests of this hour used"
