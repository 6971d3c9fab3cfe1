"""Mirror: the recent record of a running site, copied for work on this machine (R14, R15)."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from hallofshame import private_files
from hallofshame.clock import Clock
from hallofshame.domain.errors import BodyError, HistoryError, InputError, NotFoundError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, from_unix, local_day
from hallofshame.domain.plurals import counted
from hallofshame.domain.words import Origin
from hallofshame.feeds.site import ChecksumError, FeedSite, SiteCatalogue, SiteFile, SitePark, SiteState
from hallofshame.metrics import METRICS_VERSION
from hallofshame.pipeline.imported import Imported, ParkImported
from hallofshame.pipeline.inputs import park_zones
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.mirror_heard import note_heard
from hallofshame.pipeline.mirror_hours import take_hours_of_parks, take_hours_of_rides
from hallofshame.pipeline.mirror_identity import WhoIsWho, identify
from hallofshame.pipeline.mirror_overlap import beside, making_room
from hallofshame.pipeline.past import PastWriter
from hallofshame.pipeline.record import QUEUES
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, checkpoints, dirty, raw
from hallofshame.store.database import Database
from hallofshame.store.history import formats
from hallofshame.store.history.formats import DATASETS, SCHEMA_VERSION, Dataset
from hallofshame.store.history.periods import FilePeriod, day_of, day_start
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import Shelf, named

CONTEXT_DAYS = 14
"""Days before the first one asked for that are copied, too: which rides were eligible on a day depends on the
six before it, their windows on six more, and an outage may have lasted."""

ROWS_AT_ONCE = 4_000_000
"""Observations in memory at a time, about 60 bytes each."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """What is asked for: the last ``days`` UTC days of the site, of ``park_ids`` of ours or of all parks.

    ``replace``: where both have looks at a park, the site's count and ours go. ``from_demonstration``: a
    site that plays recordings may be copied.
    """

    days: int
    park_ids: Collection[int] | None = None
    replace: bool = False
    from_demonstration: bool = False


@dataclass
class Mirrored(Imported):
    """What a mirror did; ``events`` of its parks are observations of the site.

    ``first`` and ``last``: the days asked for. ``kept``: looks of the site left out, as ours stand there;
    ``replaced``: looks of ours that made room. ``bytes`` were fetched.
    """

    first: dt.date = dt.date.min
    last: dt.date = dt.date.min
    files: int = 0
    bytes: int = 0
    kept: int = 0
    replaced: int = 0
    who: WhoIsWho = field(default_factory=WhoIsWho)
    attribution: tuple[str, ...] = ()


def mirror(
    database: Database,
    site: FeedSite,
    clock: Clock,
    log: logging.Logger,
    options: MirrorOptions,
    *,
    folder: Path,
    history: Shelf | None,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> Mirrored:
    """Copy the last days of a site's record, with its catalogue and published hours, into ours.

    Each file is verified by its SHA-256 before anything of it is written; a period is written as one, and
    every park-day touched becomes dirty. Broken off at any moment, the same call goes on where it was; what
    is in the record already changes nothing.

    :param folder: where files are kept while they are fetched; a file that was not finished is continued.
    :raises InputError: for a site that is a demonstration, unless the options allow one.
    :raises NotFoundError: for a site without any observation.
    :raises FeedError: where the site cannot be read; :class:`BodyError` where it is no such site, or where a
        file came with a wrong checksum twice.
    :raises HistoryError: for files that a later version wrote.
    :raises StorageError: where a file cannot be written, for example on a full disk.
    """
    with job_run(database, clock, JobType.MIRROR) as run:
        state, said = site.catalogue()
        _refuse(site, state, options)
        if state.metrics_version != METRICS_VERSION:
            log.warning(
                "%s computes statistics by version %d, this program by %d: the figures may differ",
                site.address,
                state.metrics_version,
                METRICS_VERSION,
            )
        mirroring = _Mirror(database, site, clock, log, options, folder, history, registry or Registry())
        for done, total in mirroring.run(state, said):
            result = mirroring.result
            run.parks, run.rows_written = len(result.parks), result.new_rows
            if progress is not None:
                progress(done, total)
        result = mirroring.result
        run.cover(day for park in result.parks.values() for day in park.days)
        run.detail = f"{counted(result.files, 'file')} of {site.address}, {counted(result.bytes, 'byte')}"
    return result


def _refuse(site: FeedSite, state: SiteState, options: MirrorOptions) -> None:
    if options.days < 1:
        raise InputError(
            f"{counted(options.days, 'day')} cannot be mirrored; ask for at least 1", parameter="days"
        )
    if state.as_of is None:
        raise NotFoundError(f"the site at {site.address} has no observation yet; there is nothing to mirror")
    if state.is_demonstration and not options.from_demonstration:
        raise InputError(
            f"the site at {site.address} is a demonstration: it plays recordings at the present time, which "
            "would stand unmarked in this record; for tests allow it with --demonstration",
            parameter="from",
        )


class _Mirror:
    """One run: the catalogue, then hours, then period after period."""

    def __init__(
        self,
        database: Database,
        site: FeedSite,
        clock: Clock,
        log: logging.Logger,
        options: MirrorOptions,
        folder: Path,
        history: Shelf | None,
        registry: Registry,
    ) -> None:
        self._database = database
        self._site = site
        self._clock = clock
        self._log = log
        self._options = options
        self._folder = folder
        self._history = None if history is None else History(history)
        self._registry = registry
        self._writer = PastWriter(database, clock, history)
        self._source = f"mirror {site.address}"[:200]
        self._listed: list[SiteFile] = []
        self.result = Mirrored()

    def run(self, state: SiteState, said: SiteCatalogue) -> Iterator[tuple[int, int]]:
        """Do it all; yields what is done and how much there is, in files and periods."""
        assert state.as_of is not None  # noqa: S101 - checked before
        now = self._clock.now()
        last = day_of(state.as_of)
        self.result.first, self.result.last = last - (self._options.days - 1) * ONE_DAY, last
        self.result.attribution = state.attribution
        since = self.result.first - CONTEXT_DAYS * ONE_DAY
        seen_at = from_unix(state.as_of)

        def known(connection: Connection) -> WhoIsWho:
            return identify(connection, self._registry, said, self._options.park_ids, seen_at, now)

        self.result.who = who = self._database.run(known)
        self._report_identity(who)
        with self._database.read() as connection:
            self._zones = {park: zone.timezone for park, zone in park_zones(connection).items()}
            self._slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
        self._listed = self._site.files()
        hours = [
            file
            for file in self._listed
            if file.dataset in ("hours-of-parks", "hours-of-rides") and file.month >= f"{since:%Y-%m}"
        ]
        periods = self._periods(since)
        total = len(hours) + len(periods)
        with named(self._folder):
            private_files.make_folder(self._folder)
        for done, file in enumerate(hours):
            yield done, total
            self._take_hours(file)
        for done, period in enumerate(periods, start=len(hours)):
            yield done, total
            self._take(period, since)
        self._mark_silent(said.parks, since)
        # What was fetched in part and replaced at the site since.
        for left in self._folder.iterdir():
            left.unlink()
        yield total, total

    def _report_identity(self, who: WhoIsWho) -> None:
        for slug, theirs, ours in who.zones:
            self._log.warning(
                "%s lies in %s at the site and in %s here: its days are ours, and its figures differ",
                slug,
                theirs,
                ours,
            )
        if who.left_out:
            self._log.warning("left out, since they are no rides here: %s", ", ".join(who.left_out[:20]))
        if who.joined:
            self._log.warning("one ride here with another of the site: %s", ", ".join(who.joined[:20]))

    def _periods(self, since: dt.date) -> list[FilePeriod]:
        """The periods whose observations or queues the site has, in order."""
        found = {
            FilePeriod.named(file.period) for file in self._listed if file.dataset in ("snapshots", "queues")
        }
        return sorted(period for period in found if period.last >= since)

    def _mark_silent(self, parks: Sequence[SitePark], since: dt.date) -> None:
        """Days without any look between a park's first and last one have rows at the site, and so here."""
        silent: list[tuple[int, dt.date]] = []
        for park in parks:
            ours = self.result.who.parks.get(park.park_id)
            if ours is None or park.first_observed_at is None or park.last_observed_at is None:
                continue
            zone = self._zones[ours]
            day = max(since, local_day(park.first_observed_at, zone))
            while day <= local_day(park.last_observed_at, zone):
                silent.append((ours, day))
                day += ONE_DAY
        now = self._clock.now()
        self._database.run(lambda connection: dirty.mark_missing(connection, silent, "no_observations", now))

    def _take_hours(self, file: SiteFile) -> None:
        with self._fetched(file) as fetched:
            now, who = self._clock.now(), self.result.who
            if file.dataset == "hours-of-parks":
                self._database.run(
                    lambda connection: take_hours_of_parks(
                        connection, fetched.path, who, now, replace=self._options.replace
                    )
                )
            else:
                self._database.run(lambda connection: take_hours_of_rides(connection, fetched.path, who, now))

    def _take(self, period: FilePeriod, since: dt.date) -> None:
        """One day or month: fetch its files, write what is new of it, and note that."""
        files = [file for file in self._listed if file.period == period.name]
        pair = [file for file in files if file.dataset in ("snapshots", "queues")]
        first = max(since, period.first)
        if self._is_done(period, pair, first):
            self.result.known += len(pair)
            return
        # Days with late rows have files of their own, with all that is known of them.
        opened = [
            FilePeriod.named(file.period)
            for file in self._listed
            if file.is_open and file.dataset == "snapshots"
        ]
        apart = [each for each in opened if period.is_month and each.month == period.first]
        fetched: dict[str, _Fetched] = {}
        try:
            for file in pair:
                fetched[file.dataset] = self._fetched(file)
            for parks in self._groups(fetched.get("snapshots")):
                self._write(fetched, parks, day_start(first), period.ends_at, apart)
        finally:
            for each in fetched.values():
                each.path.unlink(missing_ok=True)
        self._note(period, pair, first)

    def _groups(self, snapshots: _Fetched | None) -> list[list[int]]:
        """The site's parks, in groups whose observations fit into memory."""
        wanted = sorted(self.result.who.parks)
        if snapshots is None:
            return [wanted]
        counts = dict(pl.scan_parquet(snapshots.path).group_by("park_id").len().collect().iter_rows())
        groups: list[list[int]] = [[]]
        held = 0
        for park in wanted:
            rows = counts.get(park, 0)
            if groups[-1] and held + rows > ROWS_AT_ONCE:
                groups.append([])
                held = 0
            groups[-1].append(park)
            held += rows
        return groups

    def _write(
        self,
        fetched: dict[str, _Fetched],
        parks: Sequence[int],
        start: int,
        end: int,
        apart: Sequence[FilePeriod],
    ) -> None:
        observations = self._rows(fetched.get("snapshots"), DATASETS["snapshots"], parks, start, end, apart)
        queues = self._rows(fetched.get("queues"), DATASETS["queues"], parks, start, end, apart)
        ours = sorted({self.result.who.parks[park] for park in parks})
        mine = self._mine(ours, start, end)
        without: pl.DataFrame | None = None
        if self._options.replace:
            without = making_room(mine, observations)
            self.result.replaced += 0 if without is None else without.height
        else:
            observations, queues, left = beside(mine, observations, queues)
            self.result.kept += left
        for park_id, events in observations.group_by("park_id").len().iter_rows():
            park = self.result.parks.setdefault(park_id, ParkImported(self._slugs[park_id]))
            park.events += events
            at = pl.from_epoch(observations.filter(park_id=park_id)["observed_at"].unique(), "s")
            local = at.dt.replace_time_zone("UTC").dt.convert_time_zone(self._zones[park_id])
            park.days.update(local.dt.date().unique())
        written = self._writer.write(observations, queues, self._zones, without)
        for park_id, new_rows in written.items():
            park = self.result.parks.setdefault(park_id, ParkImported(self._slugs[park_id]))
            park.new_rows += new_rows

    def _rows(
        self,
        fetched: _Fetched | None,
        dataset: Dataset,
        parks: Sequence[int],
        start: int,
        end: int,
        apart: Sequence[FilePeriod],
    ) -> pl.DataFrame:
        """Rows of a file under our numbers, without those of days that have files of their own."""
        if fetched is None:
            rows = pl.DataFrame(schema=dataset.row_schema)
        else:
            rows = formats.read(dataset, fetched.path, parks, start, end)
        at = pl.col("observed_at")
        for day in apart:
            rows = rows.filter((at < day.starts_at) | (at >= day.ends_at))
        who = self.result.who
        if dataset.name == "snapshots":
            note_heard(self._database, self._registry, who, rows, self._history)
        for column, numbers in (("park_id", who.parks), ("ride_id", who.rides)):
            ours = pl.col(column).replace_strict(numbers, default=None, return_dtype=pl.Int32)
            rows = rows.with_columns(ours).filter(pl.col(column).is_not_null())
        unique = rows.unique(dataset.key, keep="first", maintain_order=True)
        return unique if dataset.name == "snapshots" else unique.cast(QUEUES).select(QUEUES.names())

    def _mine(self, parks: Sequence[int], start: int, end: int) -> pl.DataFrame:
        """Our live observations of parks, in the columns of ``OBSERVATIONS``."""
        with self._database.read() as connection:
            if self._history is not None:
                found = self._history.observations(connection, parks, start, end)
            else:
                found = raw.read_observations(connection, parks, start, end)
        return found.filter(origin=int(Origin.LIVE))

    def _version(self, pair: Sequence[SiteFile], first: dt.date) -> str:
        sums = ".".join((file.sha256 or "")[:16] for file in sorted(pair, key=lambda file: file.dataset))
        return f"{sums} {first}{' replaced' if self._options.replace else ''}"

    def _is_done(self, period: FilePeriod, pair: Sequence[SiteFile], first: dt.date) -> bool:
        """Whether this version of the files was taken from ``first`` on or from earlier."""
        if any(file.sha256 is None for file in pair):
            return False
        with self._database.read() as connection:
            taken = checkpoints.done(connection, self._source).get(period.name, {})
        wanted = self._version(pair, first).split(" ")

        def enough(version: str | None) -> bool:
            parts = (version or "").split(" ")
            return (
                len(parts) > 1 and parts[0] == wanted[0] and parts[1] <= wanted[1] and parts[2:] == wanted[2:]
            )

        if enough(taken.get(checkpoints.ALL_PARKS)):
            return True
        parks = self._options.park_ids
        return parks is not None and all(enough(taken.get(park)) for park in parks)

    def _note(self, period: FilePeriod, pair: Sequence[SiteFile], first: dt.date) -> None:
        if any(file.sha256 is None for file in pair):
            return
        parks = [checkpoints.ALL_PARKS] if self._options.park_ids is None else self._options.park_ids
        version = self._version(pair, first)
        self._database.run(
            lambda connection: checkpoints.note(
                connection, self._source, period.name, version, parks, self._clock.now()
            )
        )

    def _fetched(self, file: SiteFile) -> _Fetched:
        """A file, whole and verified. One that was replaced since it was listed is asked for once more."""
        try:
            return self._fetch(file)
        except ChecksumError as first:
            self._log.warning("%s; fetching it again", first)
            self._listed = self._site.files()
            again = next((each for each in self._listed if each.name == file.name), None)
            if again is None:
                raise
            try:
                return self._fetch(again)
            except ChecksumError as error:
                raise BodyError(
                    f"{error}; that was the second time: something between the site and this machine "
                    "changes files, or one of the site's files is damaged (`hallofshame quality` there says)"
                ) from error

    def _fetch(self, file: SiteFile) -> _Fetched:
        path = self._folder / f"{(file.sha256 or 'made')[:12]}.{file.name}"
        with named(path):
            self._site.fetch(file, path)
        self.result.files += 1
        self.result.bytes += path.stat().st_size
        if file.dataset in DATASETS:
            _check_schema(file, path)
        return _Fetched(path)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A verified file that goes when it was used."""

    path: Path

    def __enter__(self) -> _Fetched:
        return self

    def __exit__(self, *error: object) -> None:
        self.path.unlink(missing_ok=True)


def _check_schema(file: SiteFile, path: Path) -> None:
    """Refuse a file of a later program, or of another kind."""
    try:
        said = json.loads(pl.read_parquet_metadata(path).get("hallofshame", "{}"))
        version = int(said.get("schema_version", 0))
        columns = pl.read_parquet_schema(path)
    except (pl.exceptions.PolarsError, ValueError, TypeError, AttributeError) as error:
        raise BodyError(f"{file.name} of the site is no history file ({error}); try again later") from error
    if version > SCHEMA_VERSION:
        raise HistoryError(
            f"{file.name} of the site has schema {version}, this program reads up to {SCHEMA_VERSION}; "
            "upgrade this program, or mirror a site of its version"
        )
    if version != SCHEMA_VERSION or columns != dict(DATASETS[file.dataset].schema):
        raise HistoryError(
            f"{file.name} of the site has schema {version or 'of its own'}, this program reads "
            f"{SCHEMA_VERSION}; upgrade the site"
        )
