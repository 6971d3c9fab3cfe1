"""Messages to followers: encrypted, signed, sent once and in time; what is gone or old is dropped."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from hallofshame.clock import FixedClock
from hallofshame.domain.following import FRESH_SECONDS, Asked, News, ObservedChange
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import ScheduleKind, Status
from hallofshame.installation import Installation
from hallofshame.messenger import MOST_REFUSALS, SILENT_TIMES, Messenger, Sent
from hallofshame.store import following, news, schedules, webhooks
from hallofshame.store.models import NewsItem, NewsMessage, PushSubscription, Ride
from hallofshame.store.news import CLAIM_SECONDS, Follower
from hallofshame.store.webhooks import Hook
from support.installations import NOON, MemoryFeed, gardaland
from support.push_service import Browser, PushService, push_service, vapid_claims
from support.waiting import until

SITE = "https://hall.example"

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def _service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def service(_service: PushService) -> PushService:
    _service.forget()
    return _service


class World:
    """Gardaland after two cycles, with a messenger; followers are added by each test, and gone after it."""

    def __init__(self, folder: Path, service: PushService) -> None:
        self.clock = FixedClock(NOON)
        self.feed = MemoryFeed()
        self.service = service
        self.parts = gardaland(
            folder,
            self.feed,
            self.clock,
            push_services=(service.origin,),
            webhook_private=True,
            public_url=SITE,
        )
        self.database = self.parts.database
        for _ in range(2):
            self.cycle()
        with self.database.read() as connection:
            self.park = connection.scalar(select(Ride.park_id).limit(1)) or 0
            rides = connection.execute(select(Ride.name, Ride.ride_id).order_by(Ride.name))
            self.rides = {row[0]: row[1] for row in rides}
            keys = following.keys(connection)
        assert keys is not None
        # Only where the day of a ride is known, a stop is no end of it.
        day, opened = NOON.date(), NOON - dt.timedelta(hours=2)
        entry = PublishedEntry(day, ScheduleKind.OPERATING, opened, opened + dt.timedelta(hours=12))
        with self.database.write() as connection:
            schedules.publish(connection, self.park, [entry], opened, day, day)
        self.public_key = keys.public
        self.messenger = Messenger(self.parts)

    def cycle(self, *statuses: Status) -> None:
        """One cycle with its roll-up."""
        if statuses:
            self.feed.statuses = list(statuses)
        self.parts.collector.cycle()
        self.parts.rollup.run()

    def browser(self, name: str, ride: int = 0, wait: int | None = None) -> tuple[Browser, int]:
        """A browser that follows a ride, or the park."""
        made = Browser(f"{self.service.origin}/{name}")
        keys = made.subscription["keys"]

        def work(connection: Connection) -> int:
            found, _ = following.subscribe(connection, made.endpoint, keys["p256dh"], keys["auth"], 100, 0)
            following.follow(connection, found.subscription_id, Asked(self.park, ride, True, True, wait))
            return found.subscription_id

        return made, self.database.run(work)

    def hook(self, name: str, *events: News, wait: int | None = None) -> Hook:
        """A webhook of every park."""
        return self.database.run(
            lambda connection: webhooks.add(
                connection,
                name=name,
                url=f"{self.service.origin}/{name}",
                events=events or (News.DOWN, News.REOPENED),
                parks=(),
                rides=(),
                wait_minutes=wait,
                created_by="a test",
                now=to_unix(self.clock.now()),
            )
        )

    def note(self, *changes: ObservedChange) -> None:
        """Note changes as the roll-up does."""

        def work(connection: Connection) -> None:
            everybody: list[Follower] = news.followers(connection, [self.park])
            news.note(connection, changes, everybody, to_unix(self.clock.now()))

        self.database.run(work)

    def change(self, name: str = "Ride 1", kind: News = News.DOWN, age: int = 0) -> ObservedChange:
        """A change of one ride, seen so many seconds ago."""
        return ObservedChange(kind, self.park, self.rides[name], to_unix(self.clock.now()) - age)

    def outcomes(self) -> list[str | None]:
        """What became of each message, oldest first."""
        with self.database.read() as connection:
            query = select(NewsMessage.outcome).order_by(NewsMessage.news_id, NewsMessage.target_id)
            return list(connection.scalars(query))

    def empty(self) -> None:
        """Nobody follows, nothing waits, nothing is kept; the clock goes on."""
        with self.database.write() as connection:
            for table in ("news_messages", "news", "push_follows", "push_subscriptions", "webhooks"):
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self.clock.sleep(1)


@pytest.fixture(scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory, _service: PushService) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("followers"), _service)
    yield made
    made.messenger.close()
    made.parts.close()


@pytest.fixture
def world(_world: World, service: PushService) -> World:
    _world.empty()
    return _world


def test_a_message_is_encrypted_for_its_browser_and_signed_for_its_push_service(world: World) -> None:
    browser, _ = world.browser("one", world.rides["Ride 1"])
    world.note(world.change())
    assert world.messenger.turn() == Sent(delivered=1)
    [sent] = world.service.received
    assert b"Ride 1" not in sent.body
    message = browser.read(sent)
    assert (message["title"], message["body"]) == (
        "Ride 1 is down",
        f"Gardaland, seen at {noon(world)} park time.",
    )
    assert message["url"] == f"/rides/{world.rides['Ride 1']}-ride-1#follow"
    assert message["places"] == [{"park_id": world.park, "ride_id": world.rides["Ride 1"]}]
    claims = vapid_claims(sent, world.public_key)
    now = to_unix(world.clock.now())
    assert claims["aud"] == world.service.origin
    assert claims["sub"] == SITE
    assert now < claims["exp"] <= now + 86_400
    assert sent.headers["content-encoding"] == "aes128gcm"
    assert 0 < int(sent.headers["ttl"]) <= FRESH_SECONDS
    assert len(sent.headers["topic"]) <= 32


def noon(world: World) -> str:
    return f"{world.clock.now() + dt.timedelta(hours=2):%H:%M}"


def test_from_the_cycle_that_sees_a_stop_to_its_message_and_not_twice(world: World) -> None:
    """The whole way: cycle, roll-up, message; and the same roll-up run again says nothing more."""
    browser, _ = world.browser("all")
    for _ in range(3):
        world.clock.sleep(300)
        world.cycle(*[Status.OPERATING] * 3)
    world.clock.sleep(300)
    world.cycle(Status.CLOSED, Status.OPERATING, Status.OPERATING)
    world.parts.rollup.run()
    assert world.messenger.turn() == Sent(delivered=1)
    assert browser.read(world.service.received[-1])["title"] == "Ride 1 is down"
    assert world.messenger.turn() == Sent()
    world.clock.sleep(300)
    world.cycle(*[Status.OPERATING] * 3)
    assert world.messenger.turn() == Sent(delivered=1)
    assert browser.read(world.service.received[-1])["title"] == "Ride 1 is running again"


@pytest.mark.slow
def test_a_message_is_with_the_push_service_within_a_minute_of_its_cycle(world: World) -> None:
    """In real time, sent by the thread of a long-running process. ``make faults`` times the whole program."""
    world.browser("all")
    for _ in range(3):
        world.clock.sleep(300)
        world.cycle(*[Status.OPERATING] * 3)
    messenger = Messenger(world.parts)
    messenger.start()
    try:
        world.clock.sleep(300)
        began = time.monotonic()
        world.cycle(Status.CLOSED, Status.OPERATING, Status.OPERATING)
        until("the message is there", lambda: world.service.of("/all"))
        assert time.monotonic() - began < 60
        until("it is noted", lambda: world.outcomes() == ["delivered"])
    finally:
        messenger.stop()


def test_what_several_rides_of_a_park_do_at_once_is_one_message(world: World) -> None:
    browser, _ = world.browser("all", wait=20)
    world.note(world.change(), world.change("Ride 2"))
    world.note(
        *(replace(world.change(name, News.WAIT), wait_minutes=15, wait_before=40) for name in world.rides)
    )
    assert world.messenger.turn() == Sent(delivered=5)
    messages = [browser.read(sent) for sent in world.service.received]
    assert {message["title"] for message in messages} == {
        "2 rides down at Gardaland",
        "Shorter waits at Gardaland",
    }
    assert {message["url"] for message in messages} == {"/parks/gardaland#follow"}
    bodies = sorted(message["body"] for message in messages)
    assert bodies[0].startswith("Ride 1 15 min, Ride 2 15 min, Ride 3 15 min; seen at ")
    assert bodies[1].startswith("Ride 1, Ride 2; seen at ")


def test_what_a_killed_process_had_claimed_is_sent_by_another(world: World) -> None:
    world.browser("one")
    world.note(world.change())
    now = to_unix(world.clock.now())
    claimed = world.database.run(lambda connection: news.claim(connection, now, 10))
    assert len(claimed) == 1, "a process took it, and was killed before it sent it"
    other = Messenger(world.parts)
    assert other.turn() == Sent(), "it may still be at it"
    world.clock.sleep(CLAIM_SECONDS)
    assert other.turn() == Sent(delivered=1)
    other.close()
    assert len(world.service.received) == 1


def test_two_processes_at_once_send_each_message_once(world: World) -> None:
    for name in ("one", "two", "three"):
        world.browser(name)
    world.note(world.change(), world.change("Ride 2"))
    now = to_unix(world.clock.now())
    first = world.database.run(lambda connection: news.claim(connection, now, 2))
    second = world.database.run(lambda connection: news.claim(connection, now, 10))
    assert len(first) == 4, "both messages of two browsers"
    assert len(second) == 2
    assert {message.key for message in first} & {message.key for message in second} == set()


def test_a_browser_that_is_gone_is_removed(world: World) -> None:
    _, gone = world.browser("gone")
    _, stays = world.browser("stays")
    world.service.statuses["/gone"] = 410
    world.note(world.change())
    assert world.messenger.turn() == Sent(delivered=1, refused=1)
    with world.database.read() as connection:
        left = list(connection.scalars(select(PushSubscription.subscription_id)))
    assert left == [stays]
    assert gone not in left
    assert sorted(filter(None, world.outcomes())) == ["delivered", "gone"]


def test_a_push_service_that_is_away_is_tried_again_until_the_news_are_old(world: World) -> None:
    world.browser("one")
    world.service.status = 503
    world.note(world.change())
    assert world.messenger.turn() == Sent(again=1)
    world.clock.sleep(30)
    world.service.status = 201
    assert world.messenger.turn() == Sent(delivered=1)
    world.note(world.change("Ride 2"))
    world.service.status = 503
    world.messenger.turn()
    world.clock.sleep(FRESH_SECONDS + 1)
    world.service.status = 201
    assert world.messenger.turn() == Sent(stale=1)
    assert world.outcomes() == ["delivered", "stale"]


def test_an_outage_of_ours_spills_no_old_news(world: World) -> None:
    world.browser("one")
    world.note(world.change())
    world.clock.sleep(FRESH_SECONDS + 1)
    assert Messenger(world.parts).turn() == Sent(stale=1)
    assert world.service.received == []
    world.note(world.change("Ride 2", age=FRESH_SECONDS + 1))
    assert world.outcomes() == ["stale"], "what is old already is not even noted"


def test_a_push_service_that_asks_to_wait_is_obeyed(world: World) -> None:
    world.browser("one")
    world.service.status, world.service.headers["Retry-After"] = 429, "300"
    world.note(world.change())
    world.messenger.turn()
    world.service.status = 201
    world.clock.sleep(200)
    assert world.messenger.turn() == Sent()
    world.clock.sleep(100)
    assert world.messenger.turn() == Sent(delivered=1)


def test_a_browser_is_given_up_when_its_push_service_refuses_time_after_time(world: World) -> None:
    world.browser("one")
    world.service.status = 403
    for _ in range(MOST_REFUSALS - 1):
        world.clock.sleep(1)
        world.note(world.change())
        assert world.messenger.turn() == Sent(refused=1)
    with world.database.read() as connection:
        assert following.count(connection) == 1
    world.clock.sleep(1)
    world.note(world.change())
    world.messenger.turn()
    with world.database.read() as connection:
        assert following.count(connection) == 0


def test_a_host_that_does_not_answer_keeps_nobody_else_waiting(world: World, free_port: int) -> None:
    dead = f"http://127.0.0.1:{free_port}"
    for number in range(SILENT_TIMES * 8):
        world.database.run(
            lambda connection, number=number: webhooks.add(  # type: ignore[misc]
                connection,
                name=f"dead {number}",
                url=f"{dead}/{number}",
                events=(News.DOWN,),
                parks=(),
                rides=(),
                wait_minutes=None,
                created_by="",
                now=0,
            )
        )
    world.browser("one")
    world.note(world.change())
    done = world.messenger.turn()
    assert (done.delivered, done.again) == (1, SILENT_TIMES * 8)
    with world.database.read() as connection:
        errors = {hook.error for hook in webhooks.every(connection)}
    assert "its host did not answer a moment ago" in errors
    assert all(str(free_port) not in (error or "") for error in errors), "an address is a secret"


def test_a_webhook_is_signed_as_the_standard_has_it(world: World) -> None:
    hook = world.hook("here")
    world.note(world.change(kind=News.REOPENED))
    assert world.messenger.turn() == Sent(delivered=1)
    [sent] = world.service.of("/here")
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    signed = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}.".encode() + sent.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert sent.headers["webhook-signature"] == f"v1,{expected}"
    assert int(sent.headers["webhook-timestamp"]) == to_unix(world.clock.now())
    body = json.loads(sent.body)
    assert body["event_id"] == sent.headers["webhook-id"]
    assert body["event"] == "reopened"
    assert body["park"]["park_slug"] == "gardaland"
    assert body["ride"]["ride_name"] == "Ride 1"
    assert body["url"] == f"{SITE}/rides/{world.rides['Ride 1']}-ride-1"
    assert body["attribution"]


def test_a_failing_webhook_is_tried_again_recorded_and_given_up_with_its_reason(world: World) -> None:
    world.hook("here")
    world.service.status = 500
    world.note(world.change())
    tries = 0
    while None in world.outcomes():
        world.messenger.turn()
        world.clock.sleep(20)
    tries = len(world.service.of("/here"))
    assert 3 < tries < 12, "growing pauses"
    assert len({sent.headers["webhook-id"] for sent in world.service.of("/here")}) == 1
    with world.database.read() as connection:
        hook = webhooks.by_name(connection, "here")
        kept = connection.execute(select(NewsMessage.outcome, NewsMessage.error, NewsMessage.attempts)).one()
    assert (hook.failures, hook.error) == (tries, "answered 500")
    assert tuple(kept)[1:] == ("answered 500", tries)
    assert kept[0] in ("refused", "stale")
    world.service.status = 204
    world.note(world.change("Ride 2"))
    world.messenger.turn()
    with world.database.read() as connection:
        assert webhooks.by_name(connection, "here").failures == 0


def test_a_redirect_is_followed_nowhere(world: World) -> None:
    world.hook("here")
    world.service.status, world.service.headers["Location"] = 302, f"{world.service.origin}/elsewhere"
    world.note(world.change())
    assert world.messenger.turn() == Sent(refused=1)
    assert [sent.path for sent in world.service.received] == ["/here"]


def test_old_news_are_removed_after_a_week(world: World) -> None:
    world.hook("here")
    world.note(world.change())
    world.messenger.turn()
    later = to_unix(world.clock.now()) + news.KEEP_DAYS * 86_400 + 1
    assert world.database.run(lambda connection: news.trim(connection, later)) == 1
    with world.database.read() as connection:
        assert list(connection.scalars(select(NewsItem.news_id))) == []
    assert world.outcomes() == []


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_the_key_pair_is_made_once_and_shared(world: World) -> None:
    world.parts.make_ready(migrate=False)
    with Installation(world.parts.settings, clock=world.clock) as second:
        second.make_ready(migrate=False)
        with second.database.read() as connection:
            keys = following.keys(connection)
    assert keys is not None
    assert keys.public == world.public_key
    assert "PRIVATE" not in repr(keys)
