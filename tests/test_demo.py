"""The demonstration end to end on loopback: recorded parks, a record of weeks, the live cycle, the site."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import requests

from hallofshame import demo
from hallofshame.clock import FixedClock
from hallofshame.domain.errors import RecordingError, SettingsError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.words import Feed
from hallofshame.feeds.replay import Tape, TapeInfo, load_tapes
from hallofshame.service import serve
from hallofshame.settings import Settings
from hallofshame.store.raw import observed_range
from hallofshame.web.wording import DEMONSTRATION_NOTICE

NOON = dt.datetime(2026, 8, 20, 10, 0, tzinfo=dt.UTC)
"""A Thursday, noon in Italy and early morning in Florida."""

GARDALAND = "12"
MAGIC_KINGDOM_AT_QUEUE_TIMES = "6"
MAGIC_KINGDOM_AT_THEMEPARKS_WIKI = "75ea578a-adc8-4116-a54d-dccb60765ef9"

pytestmark = pytest.mark.enable_socket


@contextmanager
def silent(_label: str) -> Iterator[demo.Progress]:
    yield lambda _done, _total: None


@pytest.fixture(scope="module")
def tapes() -> list[Tape]:
    wanted = {
        (Feed.QUEUE_TIMES, GARDALAND),
        (Feed.QUEUE_TIMES, MAGIC_KINGDOM_AT_QUEUE_TIMES),
        (Feed.THEMEPARKS_WIKI, MAGIC_KINGDOM_AT_THEMEPARKS_WIKI),
    }
    return [tape for tape in load_tapes() if (tape.info.feed, tape.info.park_external_id) in wanted]


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data=folder, port=0, **given)


def test_only_recorded_parks_are_known_and_only_at_their_recorded_feeds(
    tapes: list[Tape], tmp_path: Path
) -> None:
    with demo.Demo(settings(tmp_path), tapes=tapes, clock=FixedClock(NOON)) as show:
        assert show.prepare(threading.Event(), silent)
        lines = (tmp_path / demo.CATALOGUE_FILE).read_text(encoding="utf-8").splitlines()
        assert [line.split(",")[1] for line in lines[1:]] == ["magic-kingdom", "gardaland"]
        assert ",12,,queue_times,closed," in lines[2]


@pytest.mark.slow
def test_the_record_ends_now_and_last_week_and_yesterday_have_content(
    tapes: list[Tape], tmp_path: Path
) -> None:
    with demo.Demo(settings(tmp_path), tapes=tapes, clock=FixedClock(NOON), days=14) as show:
        assert show.prepare(threading.Event(), silent)
        with show.installation.database.read() as connection:
            known = observed_range(connection)
        assert all(to_unix(NOON) - 86_400 < last <= to_unix(NOON) for _, last in known.values())
        stopping, where = threading.Event(), []
        site = threading.Thread(
            target=serve,
            args=(show.installation, stopping),
            kwargs={"collect": True, "web": show.web, "announce": where.append},
        )
        site.start()
        try:
            url = _told(where)
            assert DEMONSTRATION_NOTICE in requests.get(url, timeout=20).text
            for period in ("yesterday", "last_week"):
                rows = requests.get(f"{url}api/parks/downtime?period={period}", timeout=20).json()["data"]
                gardaland = next(row for row in rows if row["park_slug"] == "gardaland")
                assert gardaland["shame_score"] is not None, period
                assert gardaland["coverage_percent"] > 50, period
            assert _collected(url)
        finally:
            stopping.set()
            site.join(20)
        assert not site.is_alive()


def test_a_fallback_is_heard_only_where_the_primary_feed_is_silent() -> None:
    parks = demo.recorded_parks([fallback_tape(14, 18), primary_tape(14)], Settings(_env_file=None))
    ((first, primary), (second, fallback)) = demo.heard(parks[0], NOON, NOON + dt.timedelta(days=1))
    assert (first.info.feed, second.info.feed) == (Feed.THEMEPARKS_WIKI, Feed.QUEUE_TIMES)
    assert primary.readings["observed_at"].to_list() == [to_unix(NOON.replace(hour=14))]
    assert fallback.readings["observed_at"].to_list() == [to_unix(NOON.replace(hour=18, minute=10))]


def primary_tape(*hours: int) -> Tape:
    """Magic Kingdom at ThemeParks.wiki, polled on the hour, each poll good for half an hour."""
    rows = [
        {"polled_at": NOON.replace(hour=hour), "entity_id": "a", "name": "A", "status": "DOWN"}
        for hour in hours
    ]
    frame = pl.DataFrame(rows).with_columns(standby_wait=pl.lit(None, pl.Int64))
    return Tape(magic_kingdom(Feed.THEMEPARKS_WIKI, MAGIC_KINGDOM_AT_THEMEPARKS_WIKI), frame)


def fallback_tape(*hours: int) -> Tape:
    """The same park at Queue-Times, polled ten minutes after the hour."""
    rows = [
        {
            "polled_at": NOON.replace(hour=hour, minute=10),
            "ride_id": 1,
            "ride_name": "A",
            "is_open": True,
            "wait_time": 5,
        }
        for hour in hours
    ]
    return Tape(magic_kingdom(Feed.QUEUE_TIMES, MAGIC_KINGDOM_AT_QUEUE_TIMES), pl.DataFrame(rows))


def magic_kingdom(feed: Feed, external_id: str) -> TapeInfo:
    return TapeInfo(
        feed=feed,
        park_external_id=external_id,
        park_name="Magic Kingdom",
        timezone="America/New_York",
        cadence_seconds=600,
    )


def test_a_second_demonstration_in_one_folder_is_refused(tapes: list[Tape], tmp_path: Path) -> None:
    with (
        demo.Demo(settings(tmp_path), tapes=tapes, clock=FixedClock(NOON)),
        pytest.raises(SettingsError, match="a demonstration is running in"),
        demo.Demo(settings(tmp_path), tapes=tapes, clock=FixedClock(NOON)),
    ):
        pass


def test_a_taken_port_is_told_before_the_last_record_is_thrown_away(
    tapes: list[Tape], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    (second / demo.DATABASE_FILE).write_text("the last record")
    with demo.Demo(settings(first), tapes=tapes, clock=FixedClock(NOON)) as show:
        port = int(show.web.url.rstrip("/").rsplit(":", 1)[1])
        taken = settings(second).model_copy(update={"port": port})
        with (
            pytest.raises(SettingsError, match=f"port {port} on 127.0.0.1 is taken"),
            demo.Demo(taken, tapes=tapes, clock=FixedClock(NOON)),
        ):
            pass
    assert (second / demo.DATABASE_FILE).read_text() == "the last record"


def test_a_kept_record_goes_on_and_a_fresh_one_begins_anew(tapes: list[Tape], tmp_path: Path) -> None:
    gardaland = [tape for tape in tapes if tape.info.park_external_id == GARDALAND]

    def ends(clock: FixedClock, *, keep: bool) -> tuple[int, int]:
        with demo.Demo(settings(tmp_path), tapes=gardaland, clock=clock, days=3, keep=keep) as show:
            assert show.prepare(threading.Event(), silent)
            with show.installation.database.read() as connection:
                (found,) = observed_range(connection).values()
            return found

    first = ends(FixedClock(NOON), keep=False)
    kept = ends(FixedClock(NOON + dt.timedelta(days=1)), keep=True)
    fresh = ends(FixedClock(NOON + dt.timedelta(days=1)), keep=False)
    assert kept[0] == first[0]
    assert kept[1] > first[1]
    assert fresh == (fresh[0], kept[1])
    assert fresh[0] > first[0]


def test_it_can_be_stopped_before_it_is_ready(tapes: list[Tape], tmp_path: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    with demo.Demo(settings(tmp_path), tapes=tapes, clock=FixedClock(NOON)) as show:
        assert not show.prepare(stopping, silent)


def test_recordings_of_unknown_parks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording is of a park in the catalogue"):
        demo.Demo(settings(tmp_path), tapes=[])


def _told(where: list[str], seconds: float = 20) -> str:
    end = time.monotonic() + seconds
    while not where:
        assert time.monotonic() < end
        time.sleep(0.05)
    return where[0]


def _collected(url: str, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if requests.get(f"{url}api/health", timeout=20).json()["data"]["last_cycle"]["observed_at"]:
            return True
        time.sleep(0.1)
    return False
