"""Every door through which a feed's bytes come in, recorded bodies of each, and what may come out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import polars as pl

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import PublishedEntry, RideReading
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, Feed
from hallofshame.feeds import archive
from hallofshame.feeds.archive_columns import ParkEvents, read_file
from hallofshame.feeds.base import FeedAnswer, FeedContext
from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
from hallofshame.feeds.http import _Transient, decode_json
from hallofshame.feeds.parsing import (
    MAX_DETAIL_CHARACTERS,
    MAX_ENTRIES,
    MAX_FINDINGS,
    MAX_ID_CHARACTERS,
    MAX_PRICE_MINOR,
    MAX_TEXT_CHARACTERS,
    MAX_WHOLE,
)
from hallofshame.feeds.queue_times import QueueTimesFeed
from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed
from hallofshame.feeds.themeparks_wiki_parse import MAX_SCHEDULE_ENTRY
from hallofshame.replay import SHIPPED_RECORDINGS, HistoryPlan, HistoryPlans, ReplayServer, load_tapes
from support.hostile_bodies import BODIES, RECORDED, _short

NOW = dt.datetime(2026, 8, 20, 15, tzinfo=dt.UTC)
DAY = dt.date(2026, 8, 19)
ZONE = "Europe/Amsterdam"
WIKI_PARK, QUEUE_TIMES_PARK = "Efteling", "Gardaland"

Door = Callable[[bytes], object]


class _Says:
    """Answers every request with one body, decoded as the HTTP client decodes it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        try:
            return FeedAnswer(decode_json(self._content, url, 200), 200, 1, 1)
        except _Transient as cut_off:
            # After its tries the client raises what is inside.
            raise cut_off.error from cut_off


def _context(content: bytes) -> FeedContext:
    log = logging.getLogger("fuzz")
    log.setLevel(logging.CRITICAL)
    return FeedContext(_Says(content), FixedClock(NOW), log, "https://feed.test")


def _wiki(content: bytes) -> ThemeParksWikiFeed:
    return ThemeParksWikiFeed(_context(content))


def _history(content: bytes) -> HistoryApi:
    return HistoryApi(_context(content), HistoryAccess())


DOORS: dict[str, Door] = {
    "queue times: a park": lambda content: QueueTimesFeed(_context(content)).poll("12"),
    "queue times: the parks": lambda content: QueueTimesFeed(_context(content)).list_parks(),
    "wiki: live": lambda content: _wiki(content).poll("a"),
    "wiki: destinations": lambda content: _wiki(content).list_parks(),
    "wiki: a park": lambda content: _wiki(content).park("a"),
    "wiki: children": lambda content: _wiki(content).list_entities("a"),
    "wiki: schedule": lambda content: _wiki(content).schedule("a", ZONE),
    "history API: changes": lambda content: _history(content).day("a", DAY, ZONE),
    "history API: daily": lambda content: _history(content).daily("a", DAY, DAY),
    "archive: columns": read_file,
    "archive: events": lambda content: archive.parse_events(archive.decode(content)),
    "archive: by park": lambda content: archive.split_by_park(archive.decode(content)),
}
"""What each part of the program calls to read one answer or file."""


@cache
def recorded() -> dict[str, tuple[bytes, ...]]:
    """Recorded bodies by door: those of ``tests/feeds/bodies`` and answers of the replay server.

    Most are cut to a few entries per list, so that a change soon hits something; one of each is whole.
    """
    kept = {file.stem: json.loads(file.read_bytes()) for file in RECORDED.glob("*.json")}
    served = _served()
    events = kept["archive_events"]
    found: dict[str, list[Any]] = {
        "queue times: a park": [kept["queue_times_park_4"], kept["queue_times_park_9"], served["park"]],
        "queue times: the parks": [kept["queue_times_parks"], served["parks"]],
        "wiki: live": [*(kept[name] for name in kept if "_live_" in name), served["live"]],
        "wiki: destinations": [kept["themeparks_destinations"], served["destinations"]],
        "wiki: a park": [kept["themeparks_entity_magic_kingdom"], served["entity"]],
        "wiki: children": [kept["themeparks_children_magic_kingdom"], served["children"]],
        "wiki: schedule": [kept["themeparks_schedule_epcot"], served["schedule"]],
        "history API: changes": [BODIES[-1], served["changes"]],
        "history API: daily": [served["daily"]],
        "archive: columns": [events],
        "archive: events": [events],
        "archive: by park": [events],
    }
    return {
        door: tuple(json.dumps(body).encode() for body in (*map(_short, bodies), bodies[-1]))
        for door, bodies in found.items()
    }


def _served() -> dict[str, Any]:
    """What the replay server says of two recorded parks."""
    tapes = [tape for tape in load_tapes(SHIPPED_RECORDINGS) if tape.info.park_name in _PARKS]
    server = ReplayServer(
        clock=FixedClock(NOW), tapes=tapes, history=HistoryPlans(HistoryPlan(days=None, per_hour=None))
    )
    by_feed = {tape.info.feed: tape.info.park_external_id for tape in tapes}
    entity = f"/v1/entity/{by_feed[Feed.THEMEPARKS_WIKI]}"
    paths = {
        "park": f"/parks/{by_feed[Feed.QUEUE_TIMES]}/queue_times.json",
        "parks": "/parks.json",
        "destinations": "/v1/destinations",
        "entity": entity,
        "live": f"{entity}/live",
        "children": f"{entity}/children",
        "schedule": f"{entity}/schedule",
        "changes": f"{entity}/history?date={DAY}",
        "daily": f"{entity}/history/daily?from={DAY}&to={DAY}",
    }
    found, client = {}, server.app.test_client()
    for name, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.data[:200])
        found[name] = answer.json
    return found


_PARKS = (WIKI_PARK, QUEUE_TIMES_PARK)


def assert_fits(value: object) -> None:
    """Fail unless all that was read can be true and be stored: waits, numbers, instants, ids, texts."""
    if isinstance(value, dict):
        for part in value.values():
            assert_fits(part)
    elif isinstance(value, tuple | list):
        assert len(value) <= MAX_ENTRIES * 4, len(value)
        for part in value:
            assert_fits(part)
    elif isinstance(value, ParkEvents):
        _fits_columns(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _fits_field(field.name, getattr(value, field.name))
        _fits_whole(value)


def _fits_field(name: str, value: object) -> None:
    if isinstance(value, dt.datetime):
        assert value.tzinfo is dt.UTC, (name, value)
        assert value.microsecond == 0, (name, value)
    elif isinstance(value, str):
        value.encode()  # no half of a surrogate pair, which no store takes
        assert "\x00" not in value, name
        if name in ("external_id", "offer_id"):
            assert 0 < len(value) <= MAX_ID_CHARACTERS, (name, len(value))
        most = MAX_DETAIL_CHARACTERS if name in ("detail", "said") else MAX_TEXT_CHARACTERS
        assert len(value) <= most, (name, len(value))
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        least, most = _RANGES.get(name, (-MAX_WHOLE, MAX_WHOLE))
        assert least <= value <= most, (name, value)
    elif isinstance(value, float):
        limit = {"latitude": 90, "longitude": 180}[name]
        assert abs(value) <= limit, (name, value)
    elif name == "findings":
        assert isinstance(value, tuple)
        assert len(value) <= MAX_FINDINGS + 1, len(value)
        assert_fits(value)
    else:
        assert_fits(value)


_MINUTES_OF_A_DAY = 25 * 60
_RANGES = {
    "wait_minutes": (0, MAX_PLAUSIBLE_WAIT_MINUTES),
    "price_minor": (0, MAX_PRICE_MINOR),
    **{f"{what}_minutes": (0, _MINUTES_OF_A_DAY) for what in ("scheduled", "operating", "down", "unknown")},
}


def _fits_whole(value: object) -> None:
    if isinstance(value, RideReading):
        assert value.name, value
    elif isinstance(value, PublishedEntry):
        assert dt.timedelta(0) < value.closes_at - value.opens_at <= MAX_SCHEDULE_ENTRY, value


def _fits_columns(events: ParkEvents) -> None:
    for entity in events.entities:
        assert_fits(entity)
    for frame in (events.events, events.queues):
        for name, (least, most) in _of_columns(frame):
            found = frame[name]
            assert found.is_empty() or found.drop_nulls().is_between(least, most).all(), name
    assert events.events["entity"].max() is None or events.events["entity"].max() < len(events.entities)  # type: ignore[operator]
    assert_fits(events.findings)


def _of_columns(frame: pl.DataFrame) -> Iterator[tuple[str, Iterable[int]]]:
    first, last = dt.datetime(dt.MINYEAR, 1, 1, tzinfo=dt.UTC), dt.datetime(dt.MAXYEAR, 12, 31, tzinfo=dt.UTC)
    for name in frame.columns:
        if name in _RANGES:
            yield name, _RANGES[name]
        elif name in ("at", "return_start", "return_end"):
            yield name, (int(first.timestamp()), int(last.timestamp()) + 86_399)
