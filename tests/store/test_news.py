"""News and their messages on both databases: noted once, claimed once, ended once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, select

from hallofshame.domain.errors import ConflictError
from hallofshame.domain.following import FRESH_SECONDS, Asked, Channel, News, ObservedChange
from hallofshame.pushing import new_keys
from hallofshame.store import following, news, webhooks
from hallofshame.store.database import Database
from hallofshame.store.models import NewsMessage
from hallofshame.store.news import CLAIM_SECONDS, Message

NOW = 1_787_000_000
PARK, RIDE = 1, 11


def follow(database: Database, name: str, wait: int | None = None) -> int:
    def work(connection: Connection) -> int:
        made, _ = following.subscribe(connection, f"https://push.example/{name}", "k", "a", 10, NOW)
        following.follow(connection, made.subscription_id, Asked(PARK, 0, True, True, wait))
        return made.subscription_id

    return database.run(work)


def note(database: Database, *changes: ObservedChange, now: int = NOW) -> int:
    return database.run(
        lambda connection: news.note(connection, changes, news.followers(connection, [PARK]), now)
    )


def claim(database: Database, now: int = NOW, limit: int = 100) -> list[Message]:
    return database.run(lambda connection: news.claim(connection, now, limit))


def down(ride: int = RIDE, at: int = NOW) -> ObservedChange:
    return ObservedChange(News.DOWN, PARK, ride, at)


def outcomes(database: Database) -> list[str | None]:
    with database.read() as connection:
        return list(connection.scalars(select(NewsMessage.outcome).order_by(NewsMessage.target_id)))


def test_a_change_is_noted_once_and_its_messages_claimed_and_ended_once(database: Database) -> None:
    first, second = follow(database, "one"), follow(database, "two")
    assert note(database, down(), down(12)) == 4
    assert note(database, down()) == 0, "a roll-up that is run again"
    mine = claim(database, limit=1)
    assert [(message.channel, message.target_id) for message in mine] == [(Channel.PUSH, first)] * 2
    assert [message.target_id for message in claim(database)] == [second] * 2
    assert claim(database) == []
    assert len(claim(database, NOW + CLAIM_SECONDS)) == 4, "of a process that was killed"
    database.run(lambda connection: news.settle(connection, mine, "delivered", NOW + 1))
    assert claim(database, NOW + 2 * CLAIM_SECONDS)[0].target_id == second
    assert outcomes(database) == ["delivered", "delivered", None, None]


def test_two_processes_at_the_same_moment_share_the_messages(database: Database) -> None:
    for name in ("one", "two", "three", "four"):
        follow(database, name)
    note(database, down())
    start = Barrier(2)

    def process(_number: int) -> list[Message]:
        own = Database(database.engine.url.render_as_string(hide_password=False))
        start.wait()
        try:
            return claim(own)
        finally:
            own.dispose()

    with ThreadPoolExecutor(2) as pool:
        both = [message.key for found in pool.map(process, range(2)) for message in found]
    both += [message.key for message in claim(database)]
    assert len(both) == len(set(both)) == 4


def test_failed_messages_wait_are_given_up_or_grow_old(database: Database) -> None:
    follow(database, "one")
    note(database, down(), down(12))
    one, two = claim(database)
    database.run(lambda connection: news.failed(connection, [one], "answered 503", NOW + 30, NOW))
    database.run(lambda connection: news.failed(connection, [two], "answered 403", None, NOW))
    assert outcomes(database) == [None, "refused"]
    assert claim(database, NOW + 29) == []
    [again] = claim(database, NOW + 30)
    assert (again.attempts, again.item.ride_id) == (1, RIDE)
    late = NOW + FRESH_SECONDS + 1
    database.run(lambda connection: news.failed(connection, [again], "answered 503", late, NOW + 31))
    assert outcomes(database) == ["refused", "refused"]
    note(database, down(13))
    assert database.run(lambda connection: news.drop_stale(connection, late)) == 1
    with database.read() as connection:
        counts = news.outcomes(connection, NOW - 1)
        assert (counts["push", "refused"], counts["push", "stale"]) == (2, 1)
        assert news.latest_error(connection, Channel.PUSH) == "answered 403", "of the newest news"
    assert database.run(lambda connection: news.trim(connection, NOW + 8 * 86_400)) == 3
    assert outcomes(database) == []


def test_keys_and_subscriptions_are_kept_once(database: Database) -> None:
    first = database.run(lambda connection: following.keep_keys(connection, new_keys(), NOW))
    second = database.run(lambda connection: following.keep_keys(connection, new_keys(), NOW))
    assert first == second
    assert follow(database, "one") == follow(database, "one")
    with pytest.raises(ConflictError, match="1 browser"):
        database.run(lambda connection: following.subscribe(connection, "https://x/2", "k", "a", 1, NOW))
    note(database, down())
    browser = claim(database)[0].target_id
    assert database.run(lambda connection: following.remove(connection, [browser])) == 1
    assert outcomes(database) == []


def test_webhooks_are_told_of_their_places_alone(database: Database) -> None:
    def add(name: str, parks: tuple[int, ...] = (), rides: tuple[int, ...] = ()) -> int:
        return database.run(
            lambda connection: webhooks.add(
                connection,
                name=name,
                url="https://hook.example/x",
                events=[News.DOWN, News.WAIT],
                parks=parks,
                rides=rides,
                wait_minutes=20,
                created_by="a test",
                now=NOW,
            )
        ).webhook_id

    everything, here, ride, other = (
        add("all"),
        add("here", (PARK,)),
        add("ride", rides=(RIDE,)),
        add("other", (2,)),
    )
    note(database, down(), down(12), ObservedChange(News.REOPENED, PARK, RIDE, NOW))
    note(
        database,
        ObservedChange(News.WAIT, PARK, RIDE, NOW + 1, 20, 45),
        ObservedChange(News.WAIT, PARK, 12, NOW + 1, 21, 45),
    )
    told = [
        (message.target_id, message.item.news, message.item.ride_id) for message in claim(database, NOW + 1)
    ]
    assert sorted(told) == sorted(
        [(target, News.DOWN, RIDE) for target in (everything, here, ride)]
        + [(target, News.DOWN, 12) for target in (everything, here)]
        + [(target, News.WAIT, RIDE) for target in (everything, here, ride)]
    )
    assert other not in {target for target, *_ in told}
