"""Ingest: a recording of a sampled feed becomes part of the raw record, as if it had been collected live."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, ParkFailedError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, local_day, zone
from hallofshame.domain.names import normalise, slugify
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import RECORD_OF, BreakdownSignal, Feed, RideKind
from hallofshame.feeds.recordings import Recording, read_recording
from hallofshame.feeds.touring_plans import read_dataset, together
from hallofshame.pipeline import recorded, ride_hours
from hallofshame.pipeline.failures import FAILURES, FailureLog, refuse_too_many
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.jobrun import JobRun, job_run
from hallofshame.pipeline.partitioning import make_room
from hallofshame.pipeline.past import PastRows, PastWriter
from hallofshame.pipeline.record import doubled, one_per_ride, write_observations
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.seeding import park_names, seed_park
from hallofshame.pipeline.shipped import CatalogueRow, load_parks
from hallofshame.pipeline.touring_plans import datasets_in
from hallofshame.store import catalogue, dining, findings, preferred, show_times
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import Shelf

MAX_CADENCE_SECONDS = 24 * 3600

Progress = Callable[[int, int], None]


@dataclass
class IngestResult:
    """What an ingest did; ``new_observations`` is 0 when all of the recording was there already.

    ``failed`` parks could not be written; the log and a finding of each say why.
    """

    observations: int = 0
    new_observations: int = 0
    parks: int = 0
    parks_created: int = 0
    rides: int = 0
    rides_created: int = 0
    findings: int = 0
    failed: int = 0

    def add(self, other: IngestResult) -> None:
        """Add what one more park brought."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))


@dataclass(frozen=True)
class IngestRequest:
    """What a recording is of and how it was sampled, as the caller knows it.

    ``park`` (a name, alias or slug) and ``timezone`` stand for what the recording does not say itself.
    """

    feed: Feed
    cadence_seconds: int
    park: str | None
    timezone: str | None
    registry: Registry
    catalogue_file: Path | None
    history: Shelf | None
    progress: Progress | None
    replace_others: bool


def ingest(
    database: Database,
    path: Path,
    feed: Feed,
    *,
    cadence_seconds: int,
    clock: Clock,
    log: logging.Logger,
    park: str | None = None,
    timezone: str | None = None,
    registry: Registry | None = None,
    catalogue_file: Path | None = None,
    history: Shelf | None = None,
    progress: Progress | None = None,
    replace_others: bool = False,
) -> IngestResult:
    """Read the recording at ``path`` and write it: see :func:`ingest_readings`.

    A recording that does not say which park it is of gets it from ``park`` (a name, alias or slug) or, where
    that is not given, from the name of its folder, if exactly one park of the catalogue is named in it. Of
    TouringPlans ``path`` is a CSV file, or a folder with some.
    """
    asked = IngestRequest(
        feed,
        cadence_seconds,
        park,
        timezone,
        registry or Registry(),
        catalogue_file,
        history,
        progress,
        replace_others,
    )
    with job_run(database, clock, JobType.INGEST) as run:
        if feed is Feed.TOURING_PLANS:
            found = datasets_in(path, load_parks(catalogue_file), park, timezone)
            recording = together([read_dataset(dataset) for dataset in found])
        else:
            recording = read_recording(path, feed)
        if park is None:
            asked = replace(asked, park=recorded.park_of(path, recording, load_parks(catalogue_file)))
            if asked.park is not None:
                log.info("the recording names no park; taken from its folder: %s", asked.park)
        return _ingest(run, database, recording, asked, clock, log)


def ingest_readings(
    database: Database,
    recording: Recording,
    feed: Feed,
    *,
    cadence_seconds: int,
    clock: Clock,
    log: logging.Logger,
    park: str | None = None,
    timezone: str | None = None,
    registry: Registry | None = None,
    catalogue_file: Path | None = None,
    history: Shelf | None = None,
    progress: Progress | None = None,
    replace_others: bool = False,
) -> IngestResult:
    """Write a recording as observations of ``feed`` sampled every ``cadence_seconds``, park by park.

    Parks are found by the feed's id, else by name or alias; rides by R14; what is unknown is created. A park
    of the catalogue (with ``catalogue_file``) that is not in the store yet is seeded, so that it has its
    number and time zone; any other new one takes ``timezone``, or UTC with a finding that says so. What is
    in the store already is left as it is; the park-days touched become dirty. Each park is one transaction,
    and what goes wrong over one park ends no other's. With ``history`` (where its files stand) closed days go
    straight into history files, all parks together, and only the others into SQL. With ``replace_others`` the
    park-days of the recording are computed from its kind of record, whatever covers them better (R15).

    Raises :class:`InputError` for a cadence out of range, and the error of the first park where no park could
    be written: :class:`InputError` if that park is not named.
    """
    asked = IngestRequest(
        feed,
        cadence_seconds,
        park,
        timezone,
        registry or Registry(),
        catalogue_file,
        history,
        progress,
        replace_others,
    )
    with job_run(database, clock, JobType.INGEST) as run:
        return _ingest(run, database, recording, asked, clock, log)


def _ingest(
    run: JobRun,
    database: Database,
    recording: Recording,
    asked: IngestRequest,
    clock: Clock,
    log: logging.Logger,
) -> IngestResult:
    cadence = asked.cadence_seconds
    if not 1 <= cadence <= MAX_CADENCE_SECONDS:
        raise InputError(f"cadence {cadence} s is out of range; use 1 s to 24 h", parameter="cadence")
    if asked.timezone is not None:
        zone(asked.timezone)
    known = load_parks(asked.catalogue_file)
    if asked.history is None and isinstance(first := recording.readings["observed_at"].min(), int):
        make_room(database, clock, first)
    result = IngestResult()
    past = PastRows()
    keys = ["park_external_id", "park_name"]
    groups = recording.readings.partition_by(keys, as_dict=True, maintain_order=True)
    failures = FailureLog(log)
    errors: list[BaseException] = []
    for done, (key, readings) in enumerate(groups.items()):
        source = _Source(key[0], key[1], asked.park, asked.timezone)
        share = partial(_share, of=readings.select(keys).unique())
        part = replace(
            recording,
            readings=readings,
            queues=share(recording.queues),
            hours=share(recording.hours),
            shows=share(recording.shows),
            dining=share(recording.dining),
        )
        writer = _ParkWriter(source, asked, clock, known)
        try:
            result.add(database.run(partial(writer.write, part=part)))
            if writer.waiting is not None:
                past.add(*writer.waiting)
        except FAILURES as error:
            if concerns_whole_store(error):
                raise
            errors.append(error)
            _note_failure(database, failures, source, error, clock)
        run.cover(writer.days)
        run.parks, run.rides, run.rows_written = result.parks, result.rides, result.new_observations
        if asked.progress is not None:
            asked.progress(done + 1, len(groups))
    if errors and len(errors) == len(groups):
        raise errors[0]
    result.failed = len(errors)
    if past.observations:
        writer_of_past = PastWriter(database, clock, asked.history)
        result.new_observations += writer_of_past.write(*past.whole(), past.timezones).total()
        run.rows_written = result.new_observations
    if recording.findings:
        database.run(
            lambda connection: findings.record(
                connection, [(None, finding) for finding in recording.findings], clock.now()
            )
        )
    result.findings += len(recording.findings)
    log.info(
        "ingested %d observations (%d new) of %d parks",
        result.observations,
        result.new_observations,
        result.parks,
    )
    return result


def _share(frame: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
    """The rows of the park that ``of`` names."""
    return frame.join(of, on=of.columns, how="semi", nulls_equal=True)


def _note_failure(
    database: Database, failures: FailureLog, source: _Source, error: BaseException, clock: Clock
) -> None:
    """Log and note that one park of a recording could not be written."""
    name = source.name or source.hint or f"park {source.external_id}"
    finding = failures.failed(name, ParkFailedError("ingesting its recording", error))
    # The park may be one that the lost transaction would have created, so the finding is of none.
    found = [(None, replace(finding, subject=name))]
    database.run(lambda connection: findings.record(connection, found, clock.now()))


@dataclass(frozen=True)
class _Source:
    """How a recording names one park, and what the caller says of it."""

    external_id: str | None
    name: str | None
    hint: str | None
    timezone: str | None


class _ParkWriter:
    """Writes one park's share of a recording inside one transaction."""

    def __init__(
        self,
        source: _Source,
        asked: IngestRequest,
        clock: Clock,
        known: Sequence[CatalogueRow],
    ) -> None:
        self._source = source
        self._feed = asked.feed
        self._cadence = asked.cadence_seconds
        self._registry = asked.registry
        self._clock = clock
        self._catalogue = known
        self._history = asked.history
        self._replaces = asked.replace_others
        self.waiting: tuple[int, str, pl.DataFrame, pl.DataFrame] | None = None
        """Park, zone, observations and queues that are to be written with those of the other parks."""
        self.days: tuple[dt.date, ...] = ()
        self._odd = 0

    def write(self, connection: Connection, part: Recording) -> IngestResult:
        """Find or create the park and its rides, then write the observations and whatever else was said."""
        try:
            return self._write(connection, part)
        except BaseException:
            # What was learned in a transaction that is rolled back is not so.
            self._registry.forget()
            raise

    def _write(self, connection: Connection, part: Recording) -> IngestResult:
        readings = part.readings
        most = readings.group_by("observed_at").len()["len"].max()
        refuse_too_many("one answer of the recording", int(most or 0))  # type: ignore[arg-type]
        park_id, timezone, created = self._park(connection)
        before = {ride.ride_id for ride in catalogue.rides(connection, park_id)}
        rides = self._rides(connection, park_id, readings)
        placed = readings.join(rides, on=["ride_external_id", "ride_name", "kind"], nulls_equal=True)
        said = placed.filter(pl.col("ride_id").is_not_null() & pl.col("queue_type").is_null()).select(
            pl.lit(park_id, pl.Int32).alias("park_id"),
            pl.col("ride_id").cast(pl.Int32),
            "observed_at",
            pl.lit(int(RECORD_OF[self._feed]), pl.UInt8).alias("origin"),
            "status",
            "wait_minutes",
            pl.lit(int(self._feed), pl.UInt8).alias("feed"),
            "stale",
            pl.lit(self._cadence, pl.Int32).alias("cadence_seconds"),
        )
        waiting = pl.concat(
            [recorded.queue_frame(part.queues, rides, park_id), recorded.entries(placed, park_id)]
        )
        odd = doubled(said, waiting)
        findings.record(connection, odd, self._clock.now())
        observations = one_per_ride(said)
        edges = (observations["observed_at"].min(), observations["observed_at"].max())
        self.days = tuple(local_day(from_unix(at), timezone) for at in edges if isinstance(at, int))
        new_rides = {ride.ride_id for ride in catalogue.rides(connection, park_id)} - before
        recorded.note_seen(connection, observations, new_rides)
        if self._replaces:
            local = (
                pl.from_epoch("observed_at", "s").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
            )
            days = observations.select(local.dt.date()).to_series().unique()
            preferred.prefer(
                connection, [(park_id, day) for day in days], RECORD_OF[self._feed], self._clock.now()
            )
        new_rows = 0
        if self._history is None:
            zones = {park_id: timezone}
            now = self._clock.now()
            new_rows = write_observations(connection, observations, waiting, zones, now).new_rows
        else:
            self.waiting = park_id, timezone, observations, waiting
        published = ride_hours.publish(
            connection, park_id, recorded.hours_said(part.hours, rides), self._clock.now()
        )
        offers = self._write_offers(connection, park_id, part, rides, timezone)
        return IngestResult(
            observations=observations.height,
            new_observations=new_rows,
            parks=1,
            parks_created=int(created),
            rides=observations["ride_id"].n_unique(),
            rides_created=len(new_rides),
            findings=len(odd) + self._odd + len(published.findings) + offers,
        )

    def _write_offers(
        self, connection: Connection, park_id: int, part: Recording, rides: pl.DataFrame, timezone: str
    ) -> int:
        """Show times and tables of restaurants; returns how many findings they made."""
        shows, odd_shows = recorded.shows_said(part.shows, rides, timezone)
        tables, odd_tables = recorded.dining_said(part.dining, rides)
        show_times.publish(connection, shows)
        dining.publish(connection, park_id, tables)
        found = [(park_id, finding) for finding in (*odd_shows, *odd_tables)]
        findings.record(connection, found, self._clock.now())
        return len(found)

    def _park(self, connection: Connection) -> tuple[int, str, bool]:
        """Id and zone of the park, and whether it is new in the store."""
        before = {park.park_id for park in catalogue.park_table(connection)}
        known = catalogue.external_ids(connection, self._feed, "park")
        park_id = known.get(self._source.external_id or "")
        if park_id is None:
            park_id = self._seeded(connection, self._row_by_id())
        if park_id is None:
            park_id = park_names(connection, self._catalogue).get(self._name())
        if park_id is None:
            park_id = self._seeded(connection, self._row_by_name())
        if park_id is None:
            return *self._create_park(connection), True
        known = catalogue.external_ids(connection, self._feed, "park")
        if self._source.external_id is not None and self._source.external_id not in known:
            self._remember_id(connection, park_id)
        timezones = {park.park_id: park.timezone for park in catalogue.park_table(connection)}
        return park_id, timezones[park_id], park_id not in before

    def _seeded(self, connection: Connection, row: CatalogueRow | None) -> int | None:
        return None if row is None else seed_park(connection, row, self._clock.now())

    def _row_by_id(self) -> CatalogueRow | None:
        external_id = self._source.external_id
        if external_id is None:
            return None
        return next((row for row in self._catalogue if row.external_id(self._feed) == external_id), None)

    def _row_by_name(self) -> CatalogueRow | None:
        """The one row that has the park's name, alias or slug; ``None`` if several have."""
        found = [
            row
            for row in self._catalogue
            if self._name() in {normalise(name) for name in (*row.names, row.slug.replace("-", " "))}
        ]
        return found[0] if len(found) == 1 else None

    def _name(self) -> str:
        wanted = self._source.name or self._source.hint
        if wanted is None:
            raise InputError("the recording names no park; say which with --park NAME", parameter="park")
        return normalise(wanted)

    def _create_park(self, connection: Connection) -> tuple[int, str]:
        source = self._source
        name = source.name or source.hint or f"{self._feed.slug} park {source.external_id}"
        timezone = source.timezone or "UTC"
        slug = slugify(name)
        taken = {park.slug for park in catalogue.park_table(connection)}
        if slug in taken:
            slug = f"{slug}-{self._feed.slug.replace('_', '-')}-{source.external_id or 'recorded'}"
        row = catalogue.StoredPark(
            slug=slug,
            name=name,
            timezone=timezone,
            primary_feed=int(Feed.THEMEPARKS_WIKI if self._feed is Feed.TOURING_PLANS else self._feed),
            breakdown_signal=BreakdownSignal.CLOSED.value,
        )
        park_id = catalogue.upsert_parks(connection, [row], self._clock.now())[slug]
        if source.external_id is not None:
            self._remember_id(connection, park_id)
        if source.timezone is None:
            detail = (
                f"{name} is not in the catalogue and its time zone is not known, so its days are UTC days; "
                "add it to the catalogue, or ingest it with --timezone"
            )
            findings.record(
                connection, [(park_id, Finding("timezone_assumed", name, detail))], self._clock.now()
            )
        return park_id, timezone

    def _remember_id(self, connection: Connection, park_id: int) -> None:
        assert self._source.external_id is not None  # noqa: S101 - callers have checked
        new = catalogue.NewExternalId(self._feed, "park", self._source.external_id, park_id)
        catalogue.add_external_ids(connection, [new], self._clock.now())

    def _rides(self, connection: Connection, park_id: int, readings: pl.DataFrame) -> pl.DataFrame:
        """What each way to name an entry is: ``ride_external_id, ride_name, kind, ride_id, queue_type``.

        ``queue_type`` is that of an entry that is a queue of the ride; ``ride_id`` is null where a queue's
        ride is unknown.
        """
        ways = (
            readings.group_by("ride_external_id", "ride_name", "kind")
            .agg(
                first=pl.col("observed_at").min(),
                last=pl.col("observed_at").max(),
                land=pl.col("land").sort_by("observed_at").drop_nulls().last(),
            )
            # The name seen last is the one shown.
            .sort("last", "first", "ride_external_id", "ride_name", nulls_last=True)
        )
        sightings = [
            Sighting(external_id, name, RideKind(kind), land)
            for external_id, name, kind, land in ways.select(
                "ride_external_id", "ride_name", "kind", "land"
            ).iter_rows()
        ]
        seen_at = from_unix(int(readings["observed_at"].max() or 0))  # type: ignore[arg-type]
        known = self._registry.identify(
            connection, park_id, self._feed, sightings, seen_at, recorded.company(readings)
        )
        catalogue.note_ids_seen(connection, self._feed, recorded.first_seen(ways))
        findings.record(connection, [(park_id, finding) for finding in known.findings], self._clock.now())
        if noted := self._registry.ids_to_note(park_id, self._feed):
            heard = recorded.heard(readings, [one for one in known.rides if one.external_id in noted])
            past = None if self._history is None else History(self._history)
            self._registry.note_heard(connection, park_id, self._feed, heard, history=past)
        self._odd = len(known.findings)
        queues = [known.queues.get(sighting, (None, None)) for sighting in sightings]
        return ways.drop("first", "last", "land").with_columns(
            ride_id=pl.Series(
                [known.rides.get(one, host) for one, (host, _) in zip(sightings, queues, strict=True)],
                dtype=pl.Int64,
            ),
            queue_type=pl.Series([kind for _, kind in queues], dtype=pl.Int64),
        )
