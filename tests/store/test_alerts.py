"""The book of alerts: one per cause while it lasts, one message per begin and end and address."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select

from hallofshame.domain.problems import SystemProblem
from hallofshame.store import alerts
from hallofshame.store.alerts import CALM_SECONDS, CLAIM_SECONDS, MessageKind, MessageRow, StoredAlert
from hallofshame.store.database import Database
from hallofshame.store.models import Alert
from store.samples import NOON

DISK = SystemProblem("disk", "the disk has 3 GB left", "make room")
FEED = SystemProblem("feed:queue_times", "the feed is silent", "wait", tell_after_seconds=900)
HERE, THERE = "aaaa", "bbbb"


def turn(
    connection: Connection, now: int, *problems: SystemProblem, channels: tuple[str, ...] = (HERE,)
) -> None:
    alerts.follow(connection, problems, now)
    alerts.enqueue(connection, channels, now)


def sent(connection: Connection, now: int, channel: str = HERE) -> list[str]:
    """Send what waits, and say what that was."""
    found = []
    for message in alerts.waiting(connection, [channel], now):
        assert alerts.claim(connection, message, now)
        alerts.delivered(connection, message, now)
        found.append(f"{message.kind} {message.alert.cause}")
    return found


def known(connection: Connection) -> list[StoredAlert]:
    return alerts.recent(connection, 100)


def test_a_problem_is_told_once_while_it_lasts_and_once_when_it_ends(database: Database) -> None:
    with database.write() as connection:
        for minute in range(30):
            turn(connection, NOON + 60 * minute, DISK)
            assert sent(connection, NOON + 60 * minute) == (["problem disk"] if minute == 0 else [])
        last = NOON + 60 * 29
        turn(connection, last + CALM_SECONDS - 1)
        assert sent(connection, last + CALM_SECONDS - 1) == [], "it may come back"
        turn(connection, last + CALM_SECONDS)
        assert sent(connection, last + CALM_SECONDS) == ["recovery disk"]
        turn(connection, last + 3600)
        assert sent(connection, last + 3600) == []
        (row,) = known(connection)
    assert (row.first_seen_at, row.opened_at, row.last_seen_at) == (NOON, NOON, last)
    assert row.closed_at == last + CALM_SECONDS
    assert row.detail == "the disk has 3 GB left; make room"


def test_one_that_comes_and_goes_is_one_alert(database: Database) -> None:
    with database.write() as connection:
        told = []
        for minute in range(0, 60, 5):
            turn(connection, NOON + 60 * minute, *([DISK] if minute % 10 == 0 else []))
            told += sent(connection, NOON + 60 * minute)
    assert told == ["problem disk"]


def test_what_is_over_before_its_time_is_told_to_nobody(database: Database) -> None:
    with database.write() as connection:
        turn(connection, NOON, FEED)
        turn(connection, NOON + 899, FEED)
        assert sent(connection, NOON + 899) == []
        turn(connection, NOON + 905)
        turn(connection, NOON + 1000, FEED)
        turn(connection, NOON + 1899, FEED)
        assert sent(connection, NOON + 1899) == [], "it began anew"
        turn(connection, NOON + 1900, FEED)
        assert sent(connection, NOON + 1900) == ["problem feed:queue_times"]
        assert connection.scalar(select(func.count()).select_from(Alert)) == 1


def test_what_is_not_to_be_told_leaves_no_trace(database: Database) -> None:
    with database.write() as connection:
        turn(connection, NOON, SystemProblem("job:seal", "it failed once", "", tell_after_seconds=None))
        assert connection.scalar(select(func.count()).select_from(Alert)) == 0


def test_a_cause_that_returns_after_its_end_is_told_again(database: Database) -> None:
    with database.write() as connection:
        told = []
        for begin in (NOON, NOON + 7200):
            turn(connection, begin, DISK)
            told += sent(connection, begin)
            turn(connection, begin + CALM_SECONDS)
            told += sent(connection, begin + CALM_SECONDS)
    assert told == ["problem disk", "recovery disk"] * 2


def test_every_address_gets_each_message_and_one_that_fails_is_tried_again_alone(database: Database) -> None:
    with database.write() as connection:
        turn(connection, NOON, DISK, channels=(HERE, THERE))
        assert sent(connection, NOON, HERE) == ["problem disk"]
        (message,) = alerts.waiting(connection, [HERE, THERE], NOON)
        assert (message.channel, message.attempts) == (THERE, 0)
        assert alerts.claim(connection, message, NOON)
        alerts.failed(connection, message, "no answer", NOON + 60)
        assert alerts.waiting(connection, [HERE, THERE], NOON + 59) == []
        (message,) = alerts.waiting(connection, [HERE, THERE], NOON + 60)
        assert (message.channel, message.attempts, message.error) == (THERE, 1, "no answer")
        assert sent(connection, NOON + 60, THERE) == ["problem disk"]
        (row,) = known(connection)
        states = {each.channel: each for each in alerts.messages_of(connection, [row.alert_id])[row.alert_id]}
    assert (states[HERE].delivered_at, states[THERE].delivered_at) == (NOON, NOON + 60)
    assert (states[THERE].attempts, states[THERE].error) == (2, None)


def test_of_two_processes_one_sends_a_message(database: Database) -> None:
    with database.write() as connection:
        turn(connection, NOON, DISK)
        (message,) = alerts.waiting(connection, [HERE], NOON)
        assert alerts.claim(connection, message, NOON)
        assert not alerts.claim(connection, message, NOON)
        assert alerts.waiting(connection, [HERE], NOON) == []
        later = NOON + CLAIM_SECONDS
        assert alerts.waiting(connection, [HERE], later), "the one that took it was killed"
        assert alerts.claim(connection, message, later)
        alerts.delivered(connection, message, later)
        assert not alerts.claim(connection, message, later + CLAIM_SECONDS)


def test_where_the_begin_never_got_out_the_end_alone_is_told(database: Database) -> None:
    with database.write() as connection:
        turn(connection, NOON, DISK)
        (message,) = alerts.waiting(connection, [HERE], NOON)
        alerts.failed(connection, message, "no network", NOON + 60)
        turn(connection, NOON + CALM_SECONDS)
        assert sent(connection, NOON + CALM_SECONDS) == ["recovery disk"]
        assert sent(connection, NOON + 86_400) == []


def test_a_new_address_is_told_of_what_lasts_and_not_of_what_is_over(database: Database) -> None:
    with database.write() as connection:
        turn(connection, NOON, DISK, FEED)
        sent(connection, NOON)
        turn(connection, NOON + CALM_SECONDS, FEED)
        turn(connection, NOON + 900, FEED, channels=(HERE, THERE))
        assert sent(connection, NOON + 900, THERE) == ["problem feed:queue_times"]


@pytest.mark.parametrize("kind", list(MessageKind))
def test_a_dropped_message_waits_no_more(database: Database, kind: MessageKind) -> None:
    with database.write() as connection:
        turn(connection, NOON, DISK)
        (message,) = alerts.waiting(connection, [HERE], NOON)
        alerts.drop(connection, message.alert.alert_id, kind, HERE, NOON)
        left: list[MessageRow] = alerts.waiting(connection, [HERE], NOON)
        assert [each.kind for each in left] == ([] if kind is MessageKind.PROBLEM else [MessageKind.PROBLEM])
