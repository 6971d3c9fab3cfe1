"""News for followers: noted once by the roll-up that saw it, and its messages, each sent once.

All state is in the store: a killed process repeats nothing, and of several hosts one sends each message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, tuple_, update

from hallofshame.domain.following import FRESH_SECONDS, QUIET_SECONDS, Channel, News, ObservedChange
from hallofshame.domain.names import clipped
from hallofshame.store.instants import latest_believable
from hallofshame.store.models import NewsItem, NewsMessage, PushFollow, Ride, RideStop, Webhook

if TYPE_CHECKING:
    import polars as pl

CLAIM_SECONDS = 120
"""How long a message is one process's to send; longer than any sending takes."""

KEEP_DAYS = 7
"""How long news and what became of their messages are kept."""

_ERROR_LENGTH = 500
_AT_ONCE = 500

_Key = tuple[int, str, int]
"""News, channel, target."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of news; instants in Unix seconds."""

    news_id: int
    news: News
    park_id: int
    ride_id: int
    observed_at: int
    wait_minutes: int | None
    wait_before: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one follower; ``attempts``: how often it was tried to send it."""

    item: Item
    channel: Channel
    target_id: int
    attempts: int

    @property
    def key(self) -> _Key:
        """Its key in the table."""
        return (self.item.news_id, self.channel.value, self.target_id)


@dataclass(frozen=True, slots=True)
class Follower:
    """Who is to be told of what. ``ride_id`` 0: of every ride of the park; ``park_id`` 0: of every park."""

    channel: Channel
    target_id: int
    park_id: int
    ride_id: int
    down: bool
    reopened: bool
    wait_minutes: int | None
    wait_told_at: int | None = None

    def wants(self, change: ObservedChange) -> bool:
        """Whether this change is among what it asked for."""
        if self.ride_id and self.ride_id != change.ride_id:
            return False
        if not self.ride_id and self.park_id not in (0, change.park_id):
            return False
        if change.news is News.DOWN:
            return self.down
        if change.news is News.REOPENED:
            return self.reopened
        limit, now, before = self.wait_minutes, change.wait_minutes, change.wait_before
        if change.news is not News.WAIT or limit is None or now is None or before is None:
            return False
        is_quiet = self.wait_told_at is None or change.observed_at - self.wait_told_at >= QUIET_SECONDS
        return now <= limit < before and is_quiet


def stops(connection: Connection, park_ids: Collection[int]) -> pl.DataFrame:
    """The known stops of parks: ``park_id, ride_id``."""
    query = select(RideStop.park_id, RideStop.ride_id).where(RideStop.park_id.in_(park_ids))
    from hallofshame.store import bulk

    return bulk.read_numbers(connection, query)


def keep_stops(connection: Connection, begun: pl.DataFrame, over: pl.DataFrame) -> None:
    """Remember stops (``park_id, ride_id, observed_at``) and forget others (``ride_id``)."""
    import polars as pl

    from hallofshame.store import bulk

    if begun.height:
        rows = begun.select("ride_id", "park_id", since="observed_at").cast(pl.Int64)
        bulk.insert_ignore(connection, RideStop, rows)
    if over.height:
        connection.execute(delete(RideStop).where(RideStop.ride_id.in_(over["ride_id"].to_list())))


def followers(connection: Connection, park_ids: Collection[int]) -> list[Follower]:
    """Everybody who may have to be told of something in these parks.

    A follower of a ride that was merged into another one follows that one (R14).
    """
    query_merged = select(Ride.ride_id, Ride.merged_into).where(
        Ride.merged_into.is_not(None), Ride.park_id.in_(park_ids)
    )
    merged = {row[0]: row[1] for row in connection.execute(query_merged)}
    table = PushFollow
    query = select(
        table.subscription_id,
        table.park_id,
        table.ride_id,
        table.down,
        table.reopened,
        table.wait_minutes,
        table.wait_told_at,
    ).where(table.park_id.in_(park_ids))
    found = [
        Follower(
            Channel.PUSH,
            row[0],
            row[1],
            merged.get(row[2]) or row[2],
            bool(row[3]),
            bool(row[4]),
            row[5],
            row[6],
        )
        for row in connection.execute(query)
    ]
    for hook in connection.execute(select(Webhook.__table__)):
        wanted = set(hook.events.split(","))
        wait = hook.wait_minutes if News.WAIT in wanted else None
        places = [(int(park), 0) for park in hook.parks.split(",") if park]
        places += [(0, merged.get(int(ride)) or int(ride)) for ride in hook.rides.split(",") if ride]
        found += [
            Follower(
                Channel.WEBHOOK,
                hook.webhook_id,
                park,
                ride,
                News.DOWN in wanted,
                News.REOPENED in wanted,
                wait,
            )
            for park, ride in places or [(0, 0)]
        ]
    return found


def note(
    connection: Connection, changes: Iterable[ObservedChange], following: Sequence[Follower], now: int
) -> int:
    """Note what somebody follows, with a message for each who does; returns the number of new messages.

    A change that was noted before, by a run before or another process, is told no second time. One older than
    :data:`FRESH_SECONDS` at ``now`` (Unix seconds) is left out.
    """
    messages = 0
    for change in changes:
        if not now - FRESH_SECONDS <= change.observed_at <= latest_believable(now):
            continue
        wanting = [follower for follower in following if follower.wants(change)]
        if not wanting:
            continue
        news_id = _add(connection, change, now)
        if news_id is None:
            continue
        targets = sorted({(follower.channel.value, follower.target_id) for follower in wanting})
        connection.execute(
            insert(NewsMessage),
            [
                {
                    "news_id": news_id,
                    "channel": channel,
                    "target_id": target_id,
                    "attempts": 0,
                    "next_try_at": now,
                }
                for channel, target_id in targets
            ],
        )
        messages += len(targets)
        if change.news is News.WAIT:
            _quiet(connection, wanting, change.observed_at)
    return messages


def note_for(
    connection: Connection, change: ObservedChange, channel: Channel, target_id: int, now: int
) -> int | None:
    """Note a message to one follower about itself (``welcome``); returns its number of news."""
    news_id = _add(connection, change, now, subject=f"{channel.value}-{target_id}")
    if news_id is not None:
        values = {"channel": channel.value, "target_id": target_id, "attempts": 0, "next_try_at": now}
        connection.execute(insert(NewsMessage).values(news_id=news_id, **values))
    return news_id


def is_any_waiting(connection: Connection, now: int) -> bool:
    """Whether there is a message whose time has come; as cheap as it can be."""
    return connection.scalar(select(NewsMessage.news_id).where(*_is_due(now)).limit(1)) is not None


def claim(connection: Connection, now: int, limit: int) -> list[Message]:
    """Take messages whose time has come for :data:`CLAIM_SECONDS`, the oldest news first.

    All waiting messages of one follower are taken together, so that they can be one notification.
    """
    due = (
        select(NewsMessage.channel, NewsMessage.target_id)
        .where(*_is_due(now))
        .group_by(NewsMessage.channel, NewsMessage.target_id)
        .order_by(func.min(NewsMessage.news_id), NewsMessage.channel, NewsMessage.target_id)
        .limit(limit)
    )
    targets = [tuple(row) for row in connection.execute(due)]
    taken: list[Message] = []
    for at in range(0, len(targets), _AT_ONCE):
        some = targets[at : at + _AT_ONCE]
        where = (tuple_(NewsMessage.channel, NewsMessage.target_id).in_(some), *_is_due(now))
        keys = select(NewsMessage.news_id, NewsMessage.channel, NewsMessage.target_id).where(*where)
        if connection.dialect.name != "sqlite":
            # Another process's claim on the same rows waits here, and then finds them taken.
            keys = keys.with_for_update(skip_locked=True)
        mine = [(row[0], row[1], row[2]) for row in connection.execute(keys)]
        taken += _take(connection, mine, now)
    return taken


def settle(connection: Connection, messages: Iterable[Message], outcome: str, now: int) -> None:
    """Note that messages have ended: ``delivered``, ``gone``, ``stale`` or ``refused``."""
    for some in _in_lots(messages):
        connection.execute(
            update(NewsMessage)
            .where(_are(some))
            .values(
                ended_at=now,
                outcome=outcome,
                claimed_until=None,
                attempts=NewsMessage.attempts + 1,
                error=None,
            )
        )


def failed(
    connection: Connection, messages: Iterable[Message], error: str, next_try_at: int | None, now: int
) -> None:
    """Note why messages did not go out, and when they are tried again; null = not at all.

    Those that will be too old by then are given up.
    """
    text = clipped(error, _ERROR_LENGTH)
    again: list[Message] = []
    over: list[Message] = []
    for message in messages:
        is_late = next_try_at is None or next_try_at - message.item.observed_at > FRESH_SECONDS
        (over if is_late else again).append(message)
    for some, values in (
        (again, {"next_try_at": next_try_at}),
        (over, {"ended_at": now, "outcome": "refused"}),
    ):
        for keys in _in_lots(some):
            connection.execute(
                update(NewsMessage)
                .where(_are(keys))
                .values(claimed_until=None, attempts=NewsMessage.attempts + 1, error=text, **values)
            )


def drop_stale(connection: Connection, now: int) -> int:
    """End what waits and is about something older than :data:`FRESH_SECONDS`; returns how many."""
    old = select(NewsItem.news_id).where(NewsItem.observed_at < now - FRESH_SECONDS)
    ended = connection.execute(
        update(NewsMessage)
        .where(
            NewsMessage.ended_at.is_(None),
            NewsMessage.news_id.in_(old),
            or_(NewsMessage.claimed_until.is_(None), NewsMessage.claimed_until <= now),
        )
        .values(ended_at=now, outcome="stale", claimed_until=None)
    )
    return ended.rowcount


def trim(connection: Connection, now: int) -> int:
    """Remove news and messages older than :data:`KEEP_DAYS`; returns how many items went."""
    before = now - KEEP_DAYS * 86_400
    old = select(NewsItem.news_id).where(NewsItem.observed_at < before)
    connection.execute(delete(NewsMessage).where(NewsMessage.news_id.in_(old)))
    return connection.execute(delete(NewsItem).where(NewsItem.observed_at < before)).rowcount


def outcomes(connection: Connection, since: int) -> dict[tuple[str, str], int]:
    """Messages that ended after ``since``, by channel and outcome."""
    query = (
        select(NewsMessage.channel, NewsMessage.outcome, func.count())
        .where(NewsMessage.ended_at > since)
        .group_by(NewsMessage.channel, NewsMessage.outcome)
    )
    return {(row[0], row[1] or ""): int(row[2]) for row in connection.execute(query)}


def latest_error(connection: Connection, channel: Channel) -> str | None:
    """Why a message of this channel did not go out, of the latest one that did not."""
    query = (
        select(NewsMessage.error)
        .where(NewsMessage.channel == channel.value, NewsMessage.error.is_not(None))
        .order_by(NewsMessage.news_id.desc())
        .limit(1)
    )
    return connection.scalar(query)


def _add(connection: Connection, change: ObservedChange, now: int, subject: str = "") -> int | None:
    """Note one item; returns its number, or null where it was noted before."""
    row = {
        "kind": change.news.value,
        "park_id": change.park_id,
        "ride_id": change.ride_id,
        "observed_at": change.observed_at,
        "subject": subject,
        "wait_minutes": change.wait_minutes,
        "wait_before": change.wait_before,
        "noted_at": now,
    }
    statement = insert(NewsItem).values(**row)
    is_server = connection.dialect.name != "sqlite"
    made = connection.execute(statement.prefix_with("IGNORE" if is_server else "OR IGNORE"))
    if made.rowcount != 1:
        return None
    return connection.execute(
        select(NewsItem.news_id).where(
            NewsItem.kind == change.news.value,
            NewsItem.ride_id == change.ride_id,
            NewsItem.observed_at == change.observed_at,
            NewsItem.subject == subject,
        )
    ).scalar_one()


def _quiet(connection: Connection, told: Iterable[Follower], at: int) -> None:
    for follower in told:
        if follower.channel is Channel.PUSH:
            connection.execute(
                update(PushFollow)
                .where(
                    PushFollow.subscription_id == follower.target_id,
                    PushFollow.park_id == follower.park_id,
                    PushFollow.ride_id == follower.ride_id,
                )
                .values(wait_told_at=at)
            )


def _take(connection: Connection, keys: Sequence[_Key], now: int) -> list[Message]:
    if not keys:
        return []
    where = _are(keys)
    connection.execute(update(NewsMessage).where(where).values(claimed_until=now + CLAIM_SECONDS))
    query = (
        select(
            NewsItem.news_id,
            NewsItem.kind,
            NewsItem.park_id,
            NewsItem.ride_id,
            NewsItem.observed_at,
            NewsItem.wait_minutes,
            NewsItem.wait_before,
            NewsMessage.channel,
            NewsMessage.target_id,
            NewsMessage.attempts,
        )
        .join(NewsItem, NewsItem.news_id == NewsMessage.news_id)
        .where(where)
        .order_by(NewsItem.news_id)
    )
    return [
        Message(Item(row[0], News(row[1]), *row[2:7]), Channel(row[7]), row[8], row[9])
        for row in connection.execute(query)
    ]


def _is_due(now: int) -> tuple[ColumnElement[bool], ...]:
    return (
        NewsMessage.ended_at.is_(None),
        NewsMessage.next_try_at <= now,
        or_(NewsMessage.claimed_until.is_(None), NewsMessage.claimed_until <= now),
    )


def _in_lots(messages: Iterable[Message]) -> Iterable[Sequence[_Key]]:
    keys = [message.key for message in messages]
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


def _are(keys: Sequence[_Key]) -> ColumnElement[bool]:
    return tuple_(NewsMessage.news_id, NewsMessage.channel, NewsMessage.target_id).in_(keys)
