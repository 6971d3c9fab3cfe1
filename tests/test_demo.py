"""The demonstration end to end on loopback: recorded parks, a record of weeks, the live cycle, the site."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import requests
import sqlalchemy as sa

from hallofshame import demo, web_server
from hallofshame.clock import FixedClock
from hallofshame.demo_parks import heard, recorded_parks
from hallofshame.demo_record import RECORD_FILE, DemoRecord
from hallofshame.domain.errors import RecordingError, SettingsError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.words import Feed
from hallofshame.replay import Tape, TapeInfo, load_tapes
from hallofshame.service import serve
from hallofshame.settings import Settings
from hallofshame.store.models import RideDailyStats, RideStatusSnapshot
from hallofshame.store.raw import observed_range
from hallofshame.web.wording import DEMONSTRATION_NOTICE
from support.waiting import PATIENCE_SECONDS, until

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
    with demo.Demo(settings(tmp_path), tapes=tapes, clock=FixedClock(NOON)):
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
            until("the site is announced", lambda: where)
            (url,) = where
            assert DEMONSTRATION_NOTICE in requests.get(url, timeout=20).text
            for period in ("yesterday", "last_week"):
                rows = requests.get(f"{url}api/parks/downtime?period={period}", timeout=20).json()["data"]
                gardaland = next(row for row in rows if row["park_slug"] == "gardaland")
                assert gardaland["shame_score"] is not None, period
                assert gardaland["coverage_percent"] > 50, period
            until("a cycle", lambda: _has_collected(url))
        finally:
            stopping.set()
            site.join(PATIENCE_SECONDS)
        assert not site.is_alive()


def test_a_fallback_is_heard_only_where_the_primary_feed_is_silent() -> None:
    parks = recorded_parks([fallback_tape(14, 18), primary_tape(14)], Settings(_env_file=None))
    ((first, primary), (second, fallback)) = heard(parks[0], NOON, NOON + dt.timedelta(days=1))
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


def small_tapes() -> list[Tape]:
    """A week of hourly polls: Magic Kingdom at both feeds, the primary silent at times, and Gardaland.

    The rides wait, break down and come back by the hour, so that any lost poll shows in the counters.
    """
    monday = dt.datetime(2026, 8, 17, tzinfo=dt.UTC)
    hours = [monday + dt.timedelta(hours=hour) for hour in range(7 * 24) if 6 <= hour % 24 <= 22]
    wiki = [
        {
            "polled_at": at,
            "entity_id": ride,
            "name": f"Ride {ride}",
            "status": "DOWN" if at.hour % 7 == place else "OPERATING",
            "standby_wait": 10 * place + at.hour,
        }
        for at in hours
        if at.hour not in (16, 17, 18)
        for place, ride in enumerate("abcd")
    ]
    queue_times = [
        {
            "polled_at": at,
            "ride_id": place,
            "ride_name": f"Ride {ride}",
            "is_open": at.hour % 5 != place,
            "wait_time": at.hour if at.hour % 5 != place else 0,
        }
        for at in hours
        for place, ride in enumerate("abcd")
    ]
    gardaland = TapeInfo(
        feed=Feed.QUEUE_TIMES,
        park_external_id=GARDALAND,
        park_name="Gardaland",
        timezone="Europe/Rome",
        cadence_seconds=3600,
    )
    primary = replace(
        magic_kingdom(Feed.THEMEPARKS_WIKI, MAGIC_KINGDOM_AT_THEMEPARKS_WIKI), cadence_seconds=1200
    )
    fallback = replace(magic_kingdom(Feed.QUEUE_TIMES, MAGIC_KINGDOM_AT_QUEUE_TIMES), cadence_seconds=1200)
    return [
        Tape(primary, pl.DataFrame(wiki)),
        Tape(fallback, pl.DataFrame(queue_times)),
        Tape(gardaland, pl.DataFrame(queue_times)),
    ]


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
    tapes: list[Tape], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_server, "PORT_SECONDS", 0.0)
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    (second / demo.DATABASE_FILE).write_text("the last record")
    with demo.Demo(settings(first), tapes=tapes, clock=FixedClock(NOON)) as show:
        port = int(show.web.url.rstrip("/").rsplit(":", 1)[1])
        taken = settings(second).model_copy(update={"port": port})
        with (
            pytest.raises(SettingsError, match=f"port {port} on 127.0.0.1 is taken"),
            demo.Demo(taken, tapes=tapes, clock=FixedClock(NOON), fresh=True),
        ):
            pass
    assert (second / demo.DATABASE_FILE).read_text() == "the last record"


@dataclass(frozen=True)
class Outcome:
    """What one demonstration found and left."""

    goes_on: bool
    why_anew: str | None
    first: int
    last: int
    statistics: list[tuple[Any, ...]]


DAY = dt.timedelta(days=1)


class Folder:
    """A data folder in which one demonstration of small tapes follows the other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def demo(self, now: dt.datetime, **given: Any) -> demo.Demo:
        return demo.Demo(settings(self.path), tapes=small_tapes(), clock=FixedClock(now), days=3, **given)

    def run(self, now: dt.datetime, **given: Any) -> Outcome:
        with self.demo(now, **given) as show:
            assert show.prepare(threading.Event(), silent)
            with show.installation.database.read() as connection:
                ranges = observed_range(connection).values()
                first, last = min(first for first, _ in ranges), max(last for _, last in ranges)
                counters = sa.select(
                    RideDailyStats.ride_id,
                    RideDailyStats.day,
                    RideDailyStats.open,
                    RideDailyStats.observed,
                    RideDailyStats.downtime,
                    RideDailyStats.wait_sum,
                ).order_by(RideDailyStats.ride_id, RideDailyStats.day)
                statistics = [tuple(row) for row in connection.execute(counters)]
            return Outcome(show.goes_on, show.why_anew, first, last, statistics)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@dataclass(frozen=True)
class Made:
    """A folder with a record up to :data:`NOON`, and what its demonstration found and left."""

    folder: Folder
    outcome: Outcome

    def copied(self, path: Path) -> Folder:
        shutil.copytree(self.folder.path, path)
        return Folder(path)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    own = Folder(tmp_path_factory.mktemp("made") / "first")
    return Made(own, own.run(NOON))


@pytest.fixture
def made(_made: Made, tmp_path: Path) -> Made:
    """A copy of its own, so that the record is made once."""
    return Made(_made.copied(tmp_path / "made"), _made.outcome)


@pytest.mark.slow
def test_the_record_is_kept_and_goes_on_up_to_now(made: Made) -> None:
    folder, first = made.folder, made.outcome
    second = folder.run(NOON + DAY)
    assert (first.goes_on, second.goes_on) == (False, True)
    assert second.first == first.first
    assert second.last > first.last
    assert to_unix(NOON + DAY) - second.last < 86_400
    days = {row[1] for row in second.statistics}
    assert (NOON + DAY).date() in days
    assert days > {row[1] for row in first.statistics}


@pytest.mark.slow
def test_a_record_that_went_on_has_the_statistics_of_one_made_at_once(made: Made, tmp_path: Path) -> None:
    went_on = made.folder.run(NOON + DAY)
    at_once = Folder(tmp_path / "once").run(NOON + DAY)
    compared = {row[1] for row in at_once.statistics} & {NOON.date(), (NOON + DAY).date()}
    assert len(compared) == 2
    found, wanted = (
        [row for row in outcome.statistics if row[1] in compared] for outcome in (went_on, at_once)
    )
    assert found == wanted


@pytest.mark.slow
def test_fresh_begins_anew_without_an_excuse(made: Made) -> None:
    first = made.outcome
    fresh = made.folder.run(NOON + DAY, fresh=True)
    assert (fresh.goes_on, fresh.why_anew) == (False, None)
    assert fresh.first > first.first
    with made.folder.demo(NOON + DAY) as show:
        assert show.goes_on


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("recordings", "the recordings have changed"),
        ("metrics", "its statistics are of version"),
        ("schema", "the database has another schema now"),
        ("parks", "the recorded parks have changed in the catalogue"),
        ("unknown", "nothing says what it was made of"),
        ("unreadable", "its database cannot be read"),
    ],
)
def test_a_record_of_something_else_is_made_anew_and_told_why(
    made: Made, monkeypatch: pytest.MonkeyPatch, change: str, why: str
) -> None:
    folder = made.folder
    given: dict[str, Any] = {}
    kept = DemoRecord.read(folder.path)
    assert kept is not None
    if change == "recordings":
        given = {"edition": "others"}
    elif change == "metrics":
        monkeypatch.setattr(demo, "METRICS_VERSION", 99)
    elif change in ("schema", "parks"):
        field = {"schema": "schema_revision", "parks": "parks"}[change]
        replace(kept, edition=replace(kept.edition, **{field: "another"})).write(folder.path)
    elif change == "unknown":
        (folder.path / RECORD_FILE).write_text("{")
    else:
        for end in ("-wal", "-shm"):
            (folder.path / f"{demo.DATABASE_FILE}{end}").unlink(missing_ok=True)
        (folder.path / demo.DATABASE_FILE).write_bytes(b"no database at all" * 999)
    with folder.demo(NOON + DAY, **given) as show:
        assert not show.goes_on
        assert show.why_anew is not None
        assert why in show.why_anew
        assert not (folder.path / demo.DATABASE_FILE).exists()


@pytest.mark.slow
def test_a_record_that_ended_long_ago_or_later_than_now_is_made_anew(made: Made) -> None:
    folder = made.folder
    later = folder.run(NOON + 9 * DAY)
    assert later.why_anew == "it ended 9 days ago"
    earlier = folder.run(NOON)
    assert earlier.why_anew == "it ends later than now"


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def kill_after(count: int, calls: list[None]) -> None:
    calls.append(None)
    if len(calls) > count:
        raise Killed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "times", "kept"),
    [("ingest_readings", 1, False), ("ingest_readings", 2, True), ("classify", 0, False)],
    ids=["the first record, within a park", "one that goes on, between parks", "the first, all recorded"],
)
def test_a_killed_preparation_is_resumed_and_comes_out_the_same(
    made: Made,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    times: int,
    kept: bool,
) -> None:
    """Magic Kingdom takes two transactions, one per feed, and a third is Gardaland's."""
    real = getattr(demo, step)
    calls: list[None] = []

    def counted(*given: Any, **more: Any) -> Any:
        kill_after(times, calls)
        return real(*given, **more)

    def shown(folder: Path, now: dt.datetime) -> list[tuple[Any, ...]]:
        with Folder(folder).demo(now) as show:
            assert show.prepare(threading.Event(), silent)
            with show.installation.database.read() as connection:
                raw = sa.select(
                    RideStatusSnapshot.park_id,
                    RideStatusSnapshot.observed_at,
                    RideStatusSnapshot.feed,
                    sa.func.count(),
                ).group_by(
                    RideStatusSnapshot.park_id, RideStatusSnapshot.observed_at, RideStatusSnapshot.feed
                )
                return sorted(tuple(row) for row in connection.execute(raw))

    broken, whole = tmp_path / "broken", tmp_path / "whole"
    now = NOON
    if kept:
        made.copied(broken)
        made.copied(whole)
        now = NOON + DAY
    with monkeypatch.context() as patched:
        patched.setattr(demo, step, counted)
        with (
            pytest.raises(Killed),
            Folder(broken).demo(now) as show,
        ):
            show.prepare(threading.Event(), silent)
    assert shown(broken, now) == shown(whole if kept else made.folder.path, now)


@pytest.mark.slow
def test_it_can_be_stopped_before_it_is_ready_and_goes_on_later(folder: Folder) -> None:
    stopping = threading.Event()
    stopping.set()
    with folder.demo(NOON) as show:
        assert not show.prepare(stopping, silent)
    assert folder.run(NOON).statistics


@pytest.mark.slow
def test_the_port_answers_how_far_it_is_while_it_prepares(folder: Folder) -> None:
    heard: list[tuple[str, int]] = []

    with folder.demo(NOON) as show:

        @contextmanager
        def asked(stage: str) -> Iterator[demo.Progress]:
            def ask(_done: int, _total: int) -> None:
                answer = requests.get(f"{show.web.url}api/health", timeout=20)
                assert answer.status_code == 503
                heard.append((stage, answer.json()["error"]["preparation"]["percent"]))
                page = requests.get(show.web.url, timeout=20)
                assert (page.status_code, page.headers["Refresh"]) == (503, "2")
                assert DEMONSTRATION_NOTICE in page.text

            yield ask

        assert show.prepare(threading.Event(), asked)
        assert requests.get(f"{show.web.url}api/health", timeout=20).status_code == 200
    percents = [percent for _stage, percent in heard]
    assert percents == sorted(percents)
    assert percents[0] == 0
    assert percents[-1] >= 100 - demo.SHARES["Statistics"]
    assert {stage for stage, _percent in heard} == set(demo.SHARES)


def test_recordings_of_unknown_parks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording is of a park in the catalogue"):
        demo.Demo(settings(tmp_path), tapes=[])


def _has_collected(url: str) -> bool:
    health = requests.get(f"{url}api/health", timeout=20).json()["data"]
    return health["last_cycle"]["observed_at"] is not None
