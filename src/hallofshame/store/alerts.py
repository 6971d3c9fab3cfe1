"""The book of alerts: one per cause while it lasts, and its messages, each sent once to each address.

All state is in the store, so a restart repeats nothing, and of several hosts one sends each message.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from hallofshame.domain.names import clipped
from hallofshame.domain.problems import SystemProblem
from hallofshame.store.models import Alert, AlertMessage

CALM_SECONDS = 600
"""How long a problem has to be gone before its alert ends, so that one that comes and goes is one alert."""

RECOVERY_REACH_SECONDS = 7 * 86_400
"""Alerts that ended longer ago are told to nobody."""

CLAIM_SECONDS = 120
"""How long a message is one host's to send; longer than any sending takes."""

_CAUSE_LENGTH = 160
_DETAIL_LENGTH = 2_000


class MessageKind(StrEnum):
    """What a message is about."""

    PROBLEM = "problem"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """One alert; instants in Unix seconds."""

    alert_id: int
    cause: str
    detail: str
    first_seen_at: int
    last_seen_at: int
    opened_at: int | None
    closed_at: int | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message with its alert; ``attempts`` counts how often it was tried to send it."""

    alert: StoredAlert
    kind: MessageKind
    channel: str
    attempts: int
    delivered_at: int | None
    dropped_at: int | None
    error: str | None


_ALERT = tuple(getattr(Alert, name) for name in StoredAlert.__slots__)
_STATE = (
    AlertMessage.kind,
    AlertMessage.channel,
    AlertMessage.attempts,
    AlertMessage.delivered_at,
    AlertMessage.dropped_at,
    AlertMessage.error,
)
_IS_WAITING = (AlertMessage.delivered_at.is_(None), AlertMessage.dropped_at.is_(None))


def follow(connection: Connection, problems: Sequence[SystemProblem], now: int) -> None:
    """Open, keep and end alerts by the problems that there are ``now`` (Unix seconds).

    One that went away before it was told of leaves no trace. One that is not worth telling opens none, but
    keeps that which it was before. Let one process at a time do this.
    """
    known = {row.cause: row for row in _alerts(connection, Alert.closed_at.is_(None))}
    current = {
        cause: problem
        for problem in problems
        if (cause := clipped(problem.cause, _CAUSE_LENGTH))
        and (problem.tell_after_seconds is not None or _opened(known.get(cause)) is not None)
    }
    for cause, problem in current.items():
        row = known.get(cause)
        first = now if row is None else row.first_seen_at
        is_due = now - first >= (problem.tell_after_seconds or 0)
        values = {
            "detail": clipped("; ".join(filter(None, (problem.text, problem.remedy))), _DETAIL_LENGTH),
            "last_seen_at": now,
            "opened_at": now if is_due and (row is None or row.opened_at is None) else _opened(row),
        }
        if row is None:
            connection.execute(insert(Alert).values(cause=cause, first_seen_at=now, **values))
        else:
            connection.execute(update(Alert).where(Alert.alert_id == row.alert_id).values(**values))
    for cause, row in known.items():
        if cause in current:
            continue
        if row.opened_at is None:
            connection.execute(delete(Alert).where(Alert.alert_id == row.alert_id))
        elif now - row.last_seen_at >= CALM_SECONDS:
            ended = update(Alert).where(Alert.alert_id == row.alert_id).values(closed_at=now)
            connection.execute(ended)


def enqueue(connection: Connection, channels: Collection[str], now: int) -> None:
    """Note the messages that are to go to these channels: of open alerts, and of the end of those told of.

    A message of a begin that has not gone out when the alert ends is dropped: the one of its end tells both.
    """
    since = now - RECOVERY_REACH_SECONDS
    alerts = _alerts(
        connection, Alert.opened_at.is_not(None), or_(Alert.closed_at.is_(None), Alert.closed_at > since)
    )
    if not alerts or not channels:
        return
    query = select(AlertMessage.alert_id, *_STATE).where(
        AlertMessage.alert_id.in_([alert.alert_id for alert in alerts])
    )
    known = {(row[0], row[1], row[2]): row for row in connection.execute(query)}
    for alert in alerts:
        for channel in channels:
            begun = known.get((alert.alert_id, MessageKind.PROBLEM, channel))
            if alert.closed_at is None:
                if begun is None:
                    _add(connection, alert.alert_id, MessageKind.PROBLEM, channel, now)
            elif begun is not None and (alert.alert_id, MessageKind.RECOVERY, channel) not in known:
                _add(connection, alert.alert_id, MessageKind.RECOVERY, channel, now)
                if begun.delivered_at is None:
                    drop(connection, alert.alert_id, MessageKind.PROBLEM, channel, now)


def waiting(connection: Connection, channels: Collection[str], now: int) -> list[MessageRow]:
    """Messages to these channels whose time to be sent has come, the oldest alert first."""
    return _messages(
        connection,
        AlertMessage.channel.in_(list(channels)),
        AlertMessage.next_try_at <= now,
        or_(AlertMessage.claimed_until.is_(None), AlertMessage.claimed_until <= now),
        *_IS_WAITING,
    )


def claim(connection: Connection, message: MessageRow, now: int) -> bool:
    """Take a message for :data:`CLAIM_SECONDS`; returns whether this process is to send it."""
    taken = connection.execute(
        update(AlertMessage)
        .where(
            *_is(message.alert.alert_id, message.kind, message.channel),
            or_(AlertMessage.claimed_until.is_(None), AlertMessage.claimed_until <= now),
            *_IS_WAITING,
        )
        .values(claimed_until=now + CLAIM_SECONDS)
    )
    return taken.rowcount == 1


def delivered(connection: Connection, message: MessageRow, now: int) -> None:
    """Note that a message went out."""
    _note(
        connection, message, attempts=message.attempts + 1, delivered_at=now, claimed_until=None, error=None
    )


def failed(connection: Connection, message: MessageRow, error: str, next_try_at: int) -> None:
    """Note why a message did not go out, and when it is tried again."""
    _note(
        connection,
        message,
        attempts=message.attempts + 1,
        error=clipped(error, _DETAIL_LENGTH),
        next_try_at=next_try_at,
        claimed_until=None,
    )


def drop(connection: Connection, alert_id: int, kind: MessageKind, channel: str, now: int) -> None:
    """Note that a message is not sent any more."""
    connection.execute(update(AlertMessage).where(*_is(alert_id, kind, channel)).values(dropped_at=now))


def recent(connection: Connection, limit: int) -> list[StoredAlert]:
    """The latest alerts that people were told of, those that last first."""
    query = (
        select(*_ALERT)
        .where(Alert.opened_at.is_not(None))
        .order_by(Alert.closed_at.is_not(None), Alert.opened_at.desc(), Alert.alert_id.desc())
        .limit(limit)
    )
    return [StoredAlert(*row) for row in connection.execute(query)]


def messages_of(connection: Connection, alert_ids: Collection[int]) -> Mapping[int, list[MessageRow]]:
    """The messages of alerts."""
    found: dict[int, list[MessageRow]] = {}
    for message in _messages(connection, AlertMessage.alert_id.in_(list(alert_ids))):
        found.setdefault(message.alert.alert_id, []).append(message)
    return found


def _add(connection: Connection, alert_id: int, kind: MessageKind, channel: str, now: int) -> None:
    # Two hosts may come to this at once; the key keeps one row.
    statement = insert(AlertMessage).values(
        alert_id=alert_id, kind=kind.value, channel=channel, attempts=0, next_try_at=now
    )
    is_server = connection.dialect.name != "sqlite"
    connection.execute(statement.prefix_with("IGNORE" if is_server else "OR IGNORE"))


def _note(connection: Connection, message: MessageRow, **values: int | str | None) -> None:
    where = _is(message.alert.alert_id, message.kind, message.channel)
    connection.execute(update(AlertMessage).where(*where).values(**values))


def _is(alert_id: int, kind: MessageKind, channel: str) -> tuple[ColumnElement[bool], ...]:
    return (
        AlertMessage.alert_id == alert_id,
        AlertMessage.kind == kind.value,
        AlertMessage.channel == channel,
    )


def _opened(row: StoredAlert | None) -> int | None:
    return None if row is None else row.opened_at


def _alerts(connection: Connection, *where: object) -> list[StoredAlert]:
    query = select(*_ALERT).where(*where).order_by(Alert.alert_id)  # type: ignore[arg-type]
    return [StoredAlert(*row) for row in connection.execute(query)]


def _messages(connection: Connection, *where: object) -> list[MessageRow]:
    query = (
        select(*_ALERT, *_STATE)
        .join(Alert, Alert.alert_id == AlertMessage.alert_id)
        .where(*where)  # type: ignore[arg-type]
        .order_by(AlertMessage.alert_id, AlertMessage.kind, AlertMessage.channel)
    )
    width = len(_ALERT)
    return [
        MessageRow(StoredAlert(*row[:width]), MessageKind(row[width]), *row[width + 1 :])
        for row in connection.execute(query)
    ]
