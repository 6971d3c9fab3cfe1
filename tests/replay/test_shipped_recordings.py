"""What ships: small, wide enough, credited, and the same on the wire as in the back-fill."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.localtime import UTC, from_unix
from hallofshame.domain.names import normalise
from hallofshame.domain.readings import ParkReading
from hallofshame.domain.words import Feed, RideKind, Status
from hallofshame.feeds.queue_times import parse_queue_times
from hallofshame.feeds.themeparks_wiki_parse import parse_live
from hallofshame.replay import SHIPPED_RECORDINGS, Tape, load_tapes, wire
from hallofshame.replay.manifest import read_manifest

MAX_BYTES = 6 * 1024 * 1024
DAY = dt.timedelta(days=1)
MARGIN = dt.timedelta(hours=1)
WEEK_OF_2027 = (dt.date(2027, 2, 1), dt.date(2027, 2, 7))


@lru_cache(maxsize=1)
def shipped() -> list[Tape]:
    return load_tapes(SHIPPED_RECORDINGS)


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in SHIPPED_RECORDINGS.rglob("*") if file.is_file()) <= MAX_BYTES


def test_it_holds_many_parks_zones_days_and_both_feeds_with_real_breakdowns() -> None:
    tapes = shipped()
    assert len(tapes) >= 10
    assert len({tape.info.timezone for tape in tapes}) >= 5
    assert {tape.info.feed for tape in tapes} == {Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI}
    wiki = [tape for tape in tapes if tape.info.feed is Feed.THEMEPARKS_WIKI]
    assert sum((tape.rows["status"] == "DOWN").sum() for tape in wiki) > 100
    longest = max(recorded_days(tape) for tape in tapes)
    assert longest >= 7


def test_more_than_two_parks_have_published_hours_that_fit_the_rides() -> None:
    with_hours = [tape for tape in shipped() if tape.schedule_between(*WEEK_OF_2027)]
    assert len({tape.info.park_name for tape in with_hours}) >= 4
    for tape in with_hours:
        opened = {
            dt.date.fromisoformat(entry["date"]): tuple(
                dt.datetime.fromisoformat(entry[edge]) for edge in ("openingTime", "closingTime")
            )
            for entry in tape.schedule_between(*WEEK_OF_2027)
            if entry["type"] == "OPERATING"
        }
        busy = busy_polls(tape)
        assert busy
        inside = [
            opens - MARGIN <= at <= closes + MARGIN
            for at in busy
            for opens, closes in [opened[at.astimezone(tape.zone).date()]]
        ]
        assert sum(inside) > 0.9 * len(inside), tape.info.park_name


def busy_polls(tape: Tape) -> list[dt.datetime]:
    """The polls of :data:`WEEK_OF_2027` at which at least half of the park's rides ran."""
    start, end = (
        dt.datetime.combine(day, dt.time(), tape.zone) for day in (WEEK_OF_2027[0], WEEK_OF_2027[1] + DAY)
    )
    readings = tape.polls_between(start.astimezone(UTC), end.astimezone(UTC)).readings
    rides = readings.filter(pl.col("kind") == RideKind.ATTRACTION.value)
    ran = rides.group_by("observed_at").agg(share=(pl.col("status") == Status.OPERATING).mean())
    return [from_unix(at) for at in ran.filter(pl.col("share") >= 0.5)["observed_at"]]


def test_lands_are_served_for_most_rides_of_queue_times() -> None:
    for tape in shipped():
        if tape.info.feed is not Feed.QUEUE_TIMES or tape.info.park_name == "Six Flags Great Adventure":
            continue
        rides = tape.rows.group_by("ride_name").agg(pl.col("land").is_not_null().any())
        assert rides["land"].mean() > 0.5, tape.info.park_name


def test_the_long_recordings_do_not_freeze_at_night() -> None:
    """Else their every day is computed by itself, and a record of years takes minutes (R2)."""
    universal = [tape for tape in shipped() if tape.info.group_name.startswith("Universal")]
    assert len(universal) == 3
    start = dt.datetime(2026, 1, 1, tzinfo=UTC)
    for tape in universal:
        readings = tape.polls_between(start, start + 365 * DAY).readings
        names = readings["ride_name"].unique().to_list()
        ride = pl.col("ride_name").replace_strict({name: normalise(name) for name in names})
        said = pl.struct(ride, "status", "wait_minutes").hash().sum()
        polls = readings.group_by("observed_at").agg(said=said).sort("observed_at")
        stretch = polls.with_columns(stretch=pl.col("said").rle_id()).group_by("stretch")
        lasted = stretch.agg(lasted=pl.col("observed_at").max() - pl.col("observed_at").min())["lasted"]
        assert (lasted >= 3 * 3600).sum() <= 3, tape.info.park_name
        queue = pl.col("ride_name").str.contains("(?i)single rider")
        rides = readings.filter((pl.col("kind") == RideKind.ATTRACTION.value) & ~queue)
        ran = rides.group_by("observed_at").agg(n=(pl.col("status") == Status.OPERATING).sum())
        hour = (
            pl.from_epoch("observed_at").dt.replace_time_zone("UTC").dt.convert_time_zone(tape.info.timezone)
        )
        at_night = ran.filter((pl.col("n") >= 3) & hour.dt.hour().is_between(2, 6))
        assert at_night.height == 0, tape.info.park_name


def recorded_days(tape: Tape) -> int:
    zone = ZoneInfo(tape.info.timezone)
    days = sorted({from_unix(at).astimezone(zone).date() for at in tape.rows["polled_at"].unique()})
    best = run = 1
    for before, after in pairwise(days):
        run = run + 1 if after - before == dt.timedelta(days=1) else 1
        best = max(best, run)
    return best


def test_every_tape_names_its_source_and_credit() -> None:
    wording = {
        "queue_times": {"text": "Powered by Queue-Times.com", "url": "https://queue-times.com/"},
        "themeparks_wiki": {"text": "Data provided by ThemeParks.wiki", "url": "https://themeparks.wiki"},
    }
    for entry in read_manifest(SHIPPED_RECORDINGS):
        assert entry["attribution"] == wording[entry["feed"]]
        assert entry["repository"].startswith("https://github.com/")
    readme = (SHIPPED_RECORDINGS / "README.md").read_text(encoding="utf-8")
    for entry in read_manifest(SHIPPED_RECORDINGS):
        assert entry["repository"].removeprefix("https://github.com/") in readme


def test_some_park_is_heard_every_day_of_the_week_around_noon() -> None:
    monday = dt.date(2026, 11, 16)
    for day in range(7):
        date = monday + dt.timedelta(days=day)
        heard = [
            tape
            for tape in shipped()
            if tape.state_at(dt.datetime.combine(date, dt.time(15, 30), tape.zone).astimezone(UTC))
        ]
        assert len(heard) >= 5, date


@pytest.mark.parametrize("number", range(len(read_manifest(SHIPPED_RECORDINGS))))
def test_wire_and_back_fill_say_the_same(number: int) -> None:
    tape = shipped()[number]
    start = dt.datetime(2026, 11, 16, tzinfo=UTC)
    backfill = tape.polls_between(start, start + dt.timedelta(days=7)).readings
    instants = backfill["observed_at"].unique().sort()
    assert instants.len() > 0
    for at in instants.gather_every(max(1, instants.len() // 12)):
        said = {
            (
                ride.external_id,
                ride.name,
                None if ride.status is None else int(ride.status),
                ride.wait_minutes,
            )
            for ride in polled(tape, from_unix(at)).rides
        }
        kept = backfill.filter(pl.col("observed_at") == at)
        columns = kept.select("ride_external_id", "ride_name", "status", "wait_minutes")
        assert said == set(columns.rows())


def polled(tape: Tape, instant: dt.datetime) -> ParkReading:
    state = tape.state_at(instant)
    park = tape.info.park_external_id
    if tape.info.feed is Feed.QUEUE_TIMES:
        return parse_queue_times(wire.queue_times_body(tape, wire.queue_times_rides(state)), park)
    return parse_live(wire.live_body(tape, state, wire.live_entities(tape, state)), park)


def test_breakdowns_reach_the_readings() -> None:
    tokyo = next(tape for tape in shipped() if tape.info.park_name == "Tokyo DisneySea")
    start = dt.datetime(2026, 11, 16, tzinfo=UTC)
    readings = tokyo.polls_between(start, start + dt.timedelta(days=7)).readings
    assert (readings["status"] == Status.DOWN).sum() > 0


def test_a_folder_without_a_manifest_or_with_a_broken_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"no manifest\.json"):
        load_tapes(tmp_path)
    (tmp_path / "manifest.json").write_text('{"tapes": [{"feed": "queue_times"}]}')
    with pytest.raises(RecordingError, match=r"manifest\.json"):
        load_tapes(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(RecordingError, match="not a list of tapes"):
        load_tapes(tmp_path)
