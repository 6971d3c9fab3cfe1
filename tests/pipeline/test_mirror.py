"""A site's recent record copied into another installation: the same statistics, once, whatever breaks off."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import requests
from flask import Flask
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import BodyError, FeedError, HistoryError, InputError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import Feed, Origin, ScheduleKind
from hallofshame.feeds.site import PART_BYTES
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.mirror import Mirrored, MirrorOptions, mirror
from hallofshame.pipeline.record import QUEUES, write_observations
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.sealing import seal
from hallofshame.pipeline.sync import seed_catalogue
from hallofshame.store import bulk, catalogue, dirty, ride_hours, schedules
from hallofshame.store.catalogue import Classification, NewExternalId, NewRide
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf, HistoryPlace, Shelf
from hallofshame.store.models import (
    ParkDailyStats,
    ParkHourlyStats,
    Ride,
    RideDailyStats,
    RideHourlyStats,
    RideOutagePart,
)
from hallofshame.store.observations import ObservationCache
from hallofshame.store.ride_hours import HoursSeen
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from pipeline.fakes import LOG
from pipeline.worlds import derived_rows
from support.recordings import cut
from support.sites import Change, say, site_of

CLOCK = FixedClock(dt.datetime(2026, 8, 22, 21, tzinfo=dt.UTC))
"""Ten minutes after the last look; the last three days are not closed."""

PARKS = ("gardaland", "tokyo-disneyland")
FIRST, LAST = dt.date(2026, 8, 13), dt.date(2026, 8, 22)
DAYS = 10

DAILY = (ParkDailyStats, ParkHourlyStats, RideDailyStats, RideHourlyStats, RideOutagePart)


@dataclass
class World:
    """One installation of a test."""

    database: Database
    folder: Path

    @property
    def shelf(self) -> Shelf:
        return FolderShelf(self.folder / "history")

    def roll_up(self) -> None:
        Rollup(self.database, CLOCK, LOG, ObservationCache(History(self.shelf))).run()

    def dirty(self) -> int:
        with self.database.read() as connection:
            return dirty.dirty(connection).height

    def observations(self) -> pl.DataFrame:
        """All of the record, rides by name."""
        with self.database.read() as connection:
            parks = [park.park_id for park in catalogue.park_table(connection) if park.park_id is not None]
            rows = History(self.shelf).rows(connection, DATASETS["snapshots"], parks, 0, None)
        return self.named(rows).sort("park_id", "ride", "observed_at", "origin")

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rides by name, as their numbers are an installation's own."""
        with self.database.read() as connection:
            names = dict(connection.execute(select(Ride.ride_id, Ride.name)).all())
        if "ride_id" not in rows.columns:
            return rows
        ride = pl.col("ride_id").replace_strict(names, return_dtype=pl.String)
        return rows.with_columns(ride=ride).drop("ride_id")


POLLS = pl.col("polled_at").dt.date()
KEPT = {
    "gardaland-queue-times": (dt.date(2026, 2, 1) > POLLS) & (dt.date(2026, 1, 1) < POLLS)
    | POLLS.is_in((dt.date(2026, 8, 18), dt.date(2026, 8, 21), LAST))
    & (pl.col("polled_at").dt.minute() < 25),
    "tokyo-disneyland-themeparks-wiki": pl.lit(True),
}
"""By recording: days of a month long closed, and two that are mirrored as files of months and of days."""


def write_site(world: World) -> None:
    """Two recorded parks, one by each feed, with hours of one and decisions of people."""
    seed_catalogue(world.database, CLOCK, only=PARKS)
    for name, feed, cadence in (
        ("gardaland-queue-times", Feed.QUEUE_TIMES, 600),
        ("tokyo-disneyland-themeparks-wiki", Feed.THEMEPARKS_WIKI, 6120),
    ):
        ingest(
            world.database,
            cut(name, world.folder / "recordings", KEPT[name]),
            feed,
            cadence_seconds=cadence,
            clock=CLOCK,
            log=LOG,
            history=world.shelf,
        )
    with world.database.write() as connection:
        (tokyo,) = (park for park in catalogue.park_table(connection) if park.slug == "tokyo-disneyland")
        assert tokyo.park_id is not None
        rides = catalogue.rides(connection, tokyo.park_id)
        for day in (13, 14, 15):
            date = dt.date(2026, 8, day)
            opens = dt.datetime(2026, 8, day - 1, 23, 30, tzinfo=dt.UTC)
            for hours in (10, 12):
                entry = PublishedEntry(date, ScheduleKind.OPERATING, opens, opens + dt.timedelta(hours=hours))
                schedules.publish(connection, tokyo.park_id, [entry], opens, date, date)
            begin = to_unix(opens) + 7200
            slots = frozenset({("Operating", begin, begin + 14_400)})
            ride_hours.publish(
                connection, tokyo.park_id, [HoursSeen(rides[0].ride_id, date, to_unix(opens), slots)]
            )
        every = catalogue.rides(connection)
        catalogue.set_classifications(
            connection,
            [
                (ride.ride_id, Classification(1 + number % 3, "override", 1.0, "test"))
                for number, ride in enumerate(every)
            ],
            CLOCK.now(),
        )
    seal(world.database, CLOCK, LOG, world.shelf)
    world.roll_up()


@pytest.fixture(scope="module")
def site_world(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(_migrated_sqlite, folder / "site.db")
    world = World(Database(f"sqlite:///{folder / 'site.db'}"), folder)
    write_site(world)
    yield world
    world.database.dispose()


@pytest.fixture(scope="module")
def app(site_world: World) -> Flask:
    place = HistoryPlace(str(site_world.folder / "history"), site_world.folder)
    return create_app(site_world.database, CLOCK, WebSettings(history=place))


@pytest.fixture
def ours(fresh: Callable[[], Database], tmp_path: Path) -> World:
    """An installation that knows both parks and nothing else."""
    world = World(fresh(), tmp_path / "ours")
    seed_catalogue(world.database, CLOCK, only=PARKS)
    return world


def mirrored(
    world: World, app: Flask, change: Change | None = None, days: int = DAYS, **options: object
) -> Mirrored:
    site, _ = site_of(app, CLOCK, change)
    return mirror(
        world.database,
        site,
        CLOCK,
        LOG,
        MirrorOptions(days, **options),  # type: ignore[arg-type]
        folder=world.folder / "mirror",
        history=world.shelf,
    )


def statistics(world: World) -> dict[str, pl.DataFrame]:
    """Derived rows of the mirrored days, by names of rides."""
    found = {}
    with world.database.read() as connection:
        for model in DAILY:
            table = model.__table__
            rows = bulk.read_frame(connection, select(table).where(table.c.day.between(FIRST, LAST)))
            named = world.named(rows)
            counters = [name for name in named.columns if name not in ("outage_id", "part_id")]
            found[table.name] = named.select(counters).sort(counters)
    return found


def assert_same(got: dict[str, pl.DataFrame], wanted: dict[str, pl.DataFrame]) -> None:
    for name, rows in wanted.items():
        assert rows.height, name
        surplus = got[name].join(rows, on=rows.columns, how="anti", nulls_equal=True)
        assert got[name].equals(rows), f"{name}: {surplus}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def test_statistics_of_the_mirrored_days_are_those_of_the_site(
    request: pytest.FixtureRequest, kind: str, site_world: World, app: Flask, tmp_path: Path
) -> None:
    world = World(request.getfixturevalue(f"{kind}_database"), tmp_path / "ours")
    seed_catalogue(world.database, CLOCK, only=PARKS)
    # One ride is known here under another number; all others are created in the site's order.
    with world.database.write() as connection:
        (park,) = (each for each in catalogue.park_table(connection) if each.slug == "tokyo-disneyland")
        assert park.park_id is not None
        catalogue.create_rides(connection, [NewRide(park.park_id, "Space Mountain", "ATTRACTION", None, 0)])
    result = mirrored(world, app)
    assert (result.first, result.last) == (FIRST, LAST)
    assert result.new_rows == sum(park.events for park in result.parks.values())
    assert set(result.who.parks.values()) == set(result.who.parks)
    assert set(result.who.rides.values()) != set(result.who.rides)
    assert any("Queue-Times" in credit for credit in result.attribution)
    world.roll_up()
    site = site_world.observations().filter(
        pl.col("observed_at") >= to_unix(dt.datetime(2026, 7, 30, tzinfo=dt.UTC))
    )
    assert world.observations().equals(site)
    assert_same(statistics(world), statistics(site_world))


@pytest.mark.slow
def test_mirroring_again_changes_nothing(ours: World, app: Flask) -> None:
    first = mirrored(ours, app)
    ours.roll_up()
    rows, record = derived_rows(ours.database), ours.observations()
    again = mirrored(ours, app)
    assert (again.new_rows, again.kept, again.replaced) == (0, 0, 0)
    assert (again.who.new_rides, first.who.new_rides > 0) == (0, True)
    assert again.known > 0
    assert ours.dirty() == 0
    assert ours.observations().equals(record)
    for name, frame in derived_rows(ours.database).items():
        assert frame.equals(rows[name]), name
    assert not any((ours.folder / "mirror").iterdir())
    # With --replace, too: both say the same.
    replaced = mirrored(ours, app, replace=True)
    assert (replaced.new_rows, replaced.replaced, ours.dirty()) == (0, 0, 0)
    # More days than before: the older ones come, and what is there stays.
    longer = mirrored(ours, app, days=DAYS + 300)
    assert longer.new_rows > 0
    assert (
        ours.observations().join(record, on=record.columns, how="semi", nulls_equal=True).height
        == record.height
    )


def own_looks(world: World, ride: str, minutes: int, day: int, status: int = 2) -> int:
    """Our own looks at a ride of Gardaland, every 15 minutes from 10:00 to 14:00 UTC; returns its number."""
    with world.database.write() as connection:
        (park,) = (each for each in catalogue.park_table(connection) if each.slug == "gardaland")
        assert park.park_id is not None
        known = {each.name: each.ride_id for each in catalogue.rides(connection, park.park_id)}
        number = known.get(ride)
        if number is None:
            (number,) = catalogue.create_rides(
                connection, [NewRide(park.park_id, ride, "ATTRACTION", None, CLOCK.now())]
            )
        begin = to_unix(dt.datetime(2026, 8, day, 10, minutes, tzinfo=dt.UTC))
        rows = [
            (park.park_id, number, begin + 900 * step, int(Origin.LIVE), status, None, 1, False, 900)
            for step in range(16)
        ]
        frame = pl.DataFrame(rows, schema=OBSERVATIONS, orient="row")
        write_observations(
            connection, frame, pl.DataFrame(schema=QUEUES), {park.park_id: "Europe/Rome"}, CLOCK.now()
        )
    return number


@pytest.mark.slow
@pytest.mark.parametrize("day", [18, 21])
def test_our_own_looks_stay_and_gaps_are_filled(ours: World, site_world: World, app: Flask, day: int) -> None:
    own_looks(ours, "Raptor", 7, day)
    before = ours.observations()
    looks = (
        site_world.observations()
        .filter(pl.col("park_id") == before["park_id"][0], pl.col("observed_at").is_between(*bounds(day)))
        .select("observed_at")
        .unique()["observed_at"]
    )
    beside = [look for look in looks if any(abs(look - own) < 600 for own in before["observed_at"])]
    assert mirrored(ours, app).kept == len(beside)
    after = ours.observations()
    assert after.join(before, on=before.columns, how="semi", nulls_equal=True).height == before.height
    here = after.filter(pl.col("ride") == "Raptor", pl.col("observed_at").is_between(*bounds(day)))
    assert set(here["observed_at"]) == {*before["observed_at"], *looks} - set(beside)
    assert mirrored(ours, app).new_rows == 0


@pytest.mark.slow
@pytest.mark.parametrize("day", [18, 21])
def test_replace_takes_the_looks_of_the_site(ours: World, site_world: World, app: Flask, day: int) -> None:
    own_looks(ours, "Raptor", 7, day)
    mirrored(ours, app)
    ours.roll_up()
    result = mirrored(ours, app, replace=True)
    assert result.replaced > 0
    ours.roll_up()
    site = site_world.observations().filter(
        pl.col("observed_at") >= to_unix(dt.datetime(2026, 7, 30, tzinfo=dt.UTC))
    )
    assert ours.observations().equals(site)
    assert_same(statistics(ours), statistics(site_world))


def bounds(day: int, first: int = 0, last: int = 24) -> tuple[int, int]:
    """A part of a day of August in Unix seconds."""
    midnight = to_unix(dt.datetime(2026, 8, day, tzinfo=dt.UTC))
    return midnight + 3600 * first, midnight + 3600 * last


def test_a_ride_known_by_its_id_is_the_same_ride_whatever_it_is_called(
    ours: World, site_world: World, app: Flask
) -> None:
    with site_world.database.read() as connection:
        ids = catalogue.external_ids(connection, Feed.QUEUE_TIMES, "ride")
        raptor = next(ride for ride in catalogue.rides(connection) if ride.name == "Raptor")
    given = next(external_id for external_id, ride in ids.items() if ride == raptor.ride_id)
    with ours.database.write() as connection:
        (number,) = catalogue.create_rides(
            connection, [NewRide(raptor.park_id, "Der Greif", "ATTRACTION", None, CLOCK.now())]
        )
        catalogue.add_external_ids(connection, [NewExternalId(Feed.QUEUE_TIMES, "ride", given, number)], 0)
    result = mirrored(ours, app)
    assert result.who.rides[raptor.ride_id] == number
    with ours.database.read() as connection:
        assert "Raptor" not in {ride.name for ride in catalogue.rides(connection)}


def test_parks_that_are_not_here_are_created_with_their_ids(
    fresh: Callable[[], Database], site_world: World, app: Flask, tmp_path: Path
) -> None:
    world = World(fresh(), tmp_path / "empty")
    result = mirrored(world, app)
    assert sorted(result.who.new_parks) == sorted(PARKS)
    world.roll_up()
    assert_same(statistics(world), statistics(site_world))


@pytest.mark.slow
def test_only_the_chosen_parks_are_copied(ours: World, app: Flask) -> None:
    with ours.database.read() as connection:
        (gardaland,) = (p.park_id for p in catalogue.park_table(connection) if p.slug == "gardaland")
    result = mirrored(ours, app, park_ids=[gardaland])
    assert [park.slug for park in result.parks.values()] == ["gardaland"]
    assert ours.observations()["park_id"].unique().to_list() == [gardaland]
    # The other park comes later, although these files were taken.
    assert {park.slug for park in mirrored(ours, app).parks.values() if park.new_rows} == {"tokyo-disneyland"}


@pytest.mark.slow
def test_broken_off_anywhere_it_goes_on_to_the_same_record(
    ours: World, site_world: World, app: Flask
) -> None:
    requests_in_all = 0

    def breaks_at(limit: int) -> Change:
        left = [limit]

        def change(_request: requests.PreparedRequest, _response: requests.Response) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt

        return change

    limit = 1
    while True:
        try:
            mirrored(ours, app, breaks_at(limit))
        except KeyboardInterrupt:
            requests_in_all += 1
            limit += 4
        else:
            break
    assert requests_in_all > 3
    ours.roll_up()
    assert_same(statistics(ours), statistics(site_world))


def spoil(pattern: str, times: int) -> Change:
    """Change a byte of matching answers, so often."""
    left = [times]

    def change(request: requests.PreparedRequest, response: requests.Response) -> None:
        if pattern in (request.url or "") and left[0] > 0:
            left[0] -= 1
            body = bytearray(response.content)
            body[len(body) // 2] ^= 1
            response._content = bytes(body)

    return change


@pytest.mark.parametrize("pattern", ["snapshots-2026-08-14", "snapshots-2026-08-21"])
def test_a_file_damaged_on_its_way_is_fetched_again_and_refused_the_second_time(
    ours: World, app: Flask, pattern: str
) -> None:
    with pytest.raises(BodyError, match=r"2026-08.*the second time"):
        mirrored(ours, app, spoil(pattern, 2))
    assert ours.observations().filter(pl.col("observed_at").is_between(*bounds(int(pattern[-2:])))).is_empty()
    mirrored(ours, app, spoil(pattern, 1))
    assert ours.observations().filter(pl.col("observed_at").is_between(*bounds(int(pattern[-2:])))).height


def test_a_file_is_continued_after_the_parts_that_are_there(
    ours: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallofshame.feeds.site.PART_BYTES", 512)
    assert PART_BYTES > 512
    site, transport = site_of(app, CLOCK)
    listed = next(file for file in site.files() if file.name.startswith("snapshots") and file.sha256)
    assert listed.bytes is not None
    target = ours.folder / "part"
    target.parent.mkdir(parents=True)
    site.fetch(listed, target)
    whole = target.read_bytes()
    target.write_bytes(whole[:1000])
    transport.asked.clear()
    site.fetch(listed, target)
    assert target.read_bytes() == whole
    assert transport.asked[0][1] == "bytes=1000-1511"


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (200, b"<html>hello</html>", {"Content-Type": "text/html"}, "no Theme Park Hall of Shame answers"),
        (200, b'{"success": true}', {}, "no Theme Park Hall of Shame answers"),
        (404, b"not here", {}, "no Theme Park Hall of Shame answers"),
        (500, b"oops", {}, "answered HTTP 500"),
    ],
)
def test_another_address_is_refused_in_a_clear_line(
    ours: World, app: Flask, status: int, body: bytes, headers: dict[str, str], words: str
) -> None:
    def change(_request: requests.PreparedRequest, response: requests.Response) -> None:
        say(response, status, body)
        response.headers.update(headers)

    with pytest.raises(FeedError, match=words):
        mirrored(ours, app, change)


def test_a_site_without_a_catalogue_is_told_to_upgrade(ours: World, app: Flask) -> None:
    def change(request: requests.PreparedRequest, response: requests.Response) -> None:
        if "/api/catalogue" in (request.url or ""):
            say(response, 404, b"{}")

    with pytest.raises(FeedError, match="older version that cannot be mirrored"):
        mirrored(ours, app, change)


def test_files_of_a_later_version_are_refused(
    ours: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallofshame.pipeline.mirror.SCHEMA_VERSION", 0)
    with pytest.raises(HistoryError, match="upgrade this program"):
        mirrored(ours, app)


def test_a_full_disk_is_said_and_changes_nothing(
    ours: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hallofshame.feeds.site.FeedSite.fetch", full)
    with pytest.raises(Exception, match="disk is full"):
        mirrored(ours, app)
    assert ours.observations().is_empty()


def test_a_demonstration_is_refused_unless_it_is_allowed(ours: World, site_world: World) -> None:
    place = HistoryPlace(str(site_world.folder / "history"), site_world.folder)
    demo = create_app(site_world.database, CLOCK, WebSettings(history=place, demonstration=True))
    with pytest.raises(InputError, match="is a demonstration"):
        mirrored(ours, demo)
    assert mirrored(ours, demo, days=1, from_demonstration=True).new_rows > 0


@pytest.mark.slow
def test_a_ride_heard_under_two_ids_at_the_site_can_be_told_apart_here(
    ours: World, fresh: Callable[[], Database], tmp_path: Path
) -> None:
    """Which of the readings came under which id goes with the catalogue, as the files do not say it."""
    theirs = World(fresh(), tmp_path / "theirs")
    seed_catalogue(theirs.database, CLOCK, only=PARKS)
    with theirs.database.read() as connection:
        park = {row.slug: row.park_id for row in catalogue.park_table(connection)}["gardaland"]
        ids = catalogue.external_ids(connection, Feed.QUEUE_TIMES, "park")
    given = next(external_id for external_id, number in ids.items() if number == park)

    def take(world: World, name: str, *polls: str) -> None:
        said = [
            {
                "park_id": int(given),
                "polled_at": dt.datetime(2026, 8, 18, 10, tzinfo=dt.UTC) + place * dt.timedelta(minutes=5),
                "ride_id": ord(one),
                "ride_name": "Alpha",
                "is_open": True,
                "wait_time": ord(one),
            }
            for place, together in enumerate(polls)
            for one in together
        ]
        path = tmp_path / f"{name}.parquet"
        pl.DataFrame(said).write_parquet(path)
        ingest(
            world.database,
            path,
            Feed.QUEUE_TIMES,
            cadence_seconds=300,
            clock=CLOCK,
            log=LOG,
            history=world.shelf,
        )

    for number, one in enumerate("ABAB"):
        take(theirs, f"{number}", *["", ""] * number, one)
    theirs.roll_up()
    place = HistoryPlace(str(theirs.folder / "history"), theirs.folder)
    mirrored(ours, create_app(theirs.database, CLOCK, WebSettings(history=place)))
    assert ours.observations()["wait_minutes"].to_list() == [ord(one) for one in "ABAB"]
    assert ours.observations()["ride"].n_unique() == 1
    take(ours, "both", *[""] * 9, "AB")
    with ours.database.read() as connection:
        rows = History(ours.shelf).rows(connection, DATASETS["snapshots"], [park or 0], 0, None)
    waits = rows.group_by("ride_id").agg(pl.col("wait_minutes"))["wait_minutes"].to_list()
    assert sorted(waits) == [[ord("A")] * 3, [ord("B")] * 3]
