"""Files of a month of the record: made on demand from the store, by the export that the command line uses."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import Response, make_response, request

from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.metrics import METRICS_VERSION
from hallofshame.pipeline.export import export
from hallofshame.store.reports.record import recorded_months
from hallofshame.web.cache import Answer
from hallofshame.web.csv_answers import ATTRIBUTION_COLUMN, ATTRIBUTION_TEXT
from hallofshame.web.envelope import Row
from hallofshame.web.errors import UnknownError, nearest
from hallofshame.web.reading import Reading

DATASETS = ("park-days", "ride-days", "park-hours", "outages")
TYPES = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv; charset=utf-8"}
CLOSED_MONTH_MAX_AGE_SECONDS = 3600
"""A closed month changes only when late data or a new formula touches it."""

_ADDRESS = "/api/downloads/"
_CHUNK = 256 * 1024
_one_at_a_time = threading.Lock()
"""A file takes seconds of work; readers wait for each other rather than for everything at once."""


@dataclass(frozen=True, slots=True)
class Download:
    """One file: what it holds, and whether its month is over."""

    dataset: str
    month: dt.date
    format: str
    is_partial: bool

    @property
    def name(self) -> str:
        """As in its address."""
        return f"{self.dataset}-{self.month:%Y-%m}.{self.format}"

    @property
    def row(self) -> Row:
        """As in the list."""
        return {
            "dataset": self.dataset,
            "month": f"{self.month:%Y-%m}",
            "format": self.format,
            "is_partial": self.is_partial,
            "url": f"{_ADDRESS}{self.name}",
        }

    @property
    def days(self) -> DayRange:
        """The days of the month."""
        return DayRange(self.month, (self.month + 31 * ONE_DAY).replace(day=1) - ONE_DAY)

    @property
    def about(self) -> dict[str, str]:
        """What the file says of itself: a CSV file in its last column, a Parquet file in its metadata."""
        said = {ATTRIBUTION_COLUMN: ATTRIBUTION_TEXT}
        if self.format == "parquet":
            said |= {
                "dataset": self.dataset,
                "month": f"{self.month:%Y-%m}",
                "metrics_version": str(METRICS_VERSION),
            }
        return said


def downloads(reading: Reading) -> list[Download]:
    """Every file there is, by data set, the latest month first."""
    parks = reading.catalogue.parks.values()
    running = min((reading.today(park) for park in parks), default=reading.now.date()).replace(day=1)
    return [
        Download(dataset, month, form, is_partial=month >= running)
        for dataset in DATASETS
        for month in reversed(recorded_months(reading.connection))
        for form in TYPES
    ]


def find_download(reading: Reading, file: str) -> Download:
    """The file of that name; raises :class:`UnknownError` with near matches."""
    known = {download.name: download for download in downloads(reading)}
    if file not in known:
        near = nearest(file[:80], {name: name for name in known})
        raise UnknownError(
            f"there is no download {file[:80]!r}; /api/downloads lists them",
            [{"path": f"{_ADDRESS}{name}"} for name in near],
        )
    return known[file]


def send_download(reading: Reading, wanted: Download) -> Response:
    """The file, or 304 where the reader has it already.

    Its tag is that of its content, and remembered for the state of the store, so that asking again costs
    nothing. The file itself goes through the disk in pieces: memory holds a few days of it.
    """
    here = reading.site
    key = (request.path, reading.version, reading.dates)
    known = here.answers.get(key)
    if known is not None and request.if_none_match.contains_weak(known.etag):
        response = make_response(b"", 304)
        etag = known.etag
    else:
        with _one_at_a_time:
            file, etag, size = _made(reading, wanted)
        here.answers.put(key, Answer(b"", None, etag, TYPES[wanted.format]), size=0)
        if request.if_none_match.contains_weak(etag):
            file.close()
            response = make_response(b"", 304)
        else:
            response = Response(_sent(file), content_type=TYPES[wanted.format])
            response.call_on_close(file.close)
            response.content_length = size
            response.headers["Content-Disposition"] = f'attachment; filename="{wanted.name}"'
    response.set_etag(etag, weak=True)
    age = here.settings.max_age_seconds if wanted.is_partial else CLOSED_MONTH_MAX_AGE_SECONDS
    response.headers["Cache-Control"] = f"public, max-age={age}"
    return response


def _made(reading: Reading, wanted: Download) -> tuple[IO[bytes], str, int]:
    """The file, open and without a name any more; the tag of its content; its size."""
    digest, size = hashlib.blake2b(digest_size=16), 0
    with tempfile.TemporaryDirectory(prefix="hallofshame-") as folder:
        path = Path(folder) / wanted.name
        export(
            reading.site.database,
            wanted.dataset,
            wanted.days.start,
            wanted.days.end,
            wanted.format,
            str(path),
            now=reading.now,
            cadence_seconds=reading.site.settings.cadence_seconds,
            about=wanted.about,
        )
        file = path.open("rb")
    for chunk in _chunks(file):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return file, digest.hexdigest(), size


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
