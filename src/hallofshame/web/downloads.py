"""Files of a month of the record: made on demand from the store, by the export that the command line uses."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from flask import Response, make_response, request

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import quoted
from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.metrics import METRICS_VERSION
from hallofshame.pipeline.export import export
from hallofshame.store.reports.record import recorded_months
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.downloads import DownloadRow
from hallofshame.web.answers.envelope import attribution
from hallofshame.web.cache import BINARY_TYPES, CachedAnswer
from hallofshame.web.csv_answers import ATTRIBUTION_COLUMN, attribution_text
from hallofshame.web.errors import UnknownError, nearest
from hallofshame.web.history_files import HistoryDownload, digest_of, history_downloads
from hallofshame.web.record_files import RecordDownload, record_downloads
from hallofshame.web.sending import SendSlot, sent_from

DATASETS = ("park-days", "ride-days", "park-hours", "outages")
TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
    "excel": "text/csv; charset=utf-8",
}
ENDINGS = {"parquet": "parquet", "csv": "csv", "excel": "csv"}
"""What a file's name ends in, by format; `excel` is the CSV file that Excel reads with its accents."""
FILE_FORMATS = ("plain", "excel")
"""What ``format`` may ask of a file."""
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
        return f"{self.dataset}-{self.month:%Y-%m}.{ENDINGS[self.format]}"

    @property
    def row(self) -> DownloadRow:
        """As in the list."""
        return {
            "dataset": self.dataset,
            "month": f"{self.month:%Y-%m}",
            "day": None,
            "format": self.format,
            "is_partial": self.is_partial,
            "is_open": False,
            "rows": None,
            "bytes": None,
            "sha256": None,
            "url": f"{_ADDRESS}{self.name}{'?format=excel' if self.format == 'excel' else ''}",
        }

    @property
    def days(self) -> DayRange:
        """The days of the month."""
        return DayRange(self.month, (self.month + 31 * ONE_DAY).replace(day=1) - ONE_DAY)

    def write(self, context: AnswerContext, path: Path) -> None:
        """Write it at ``path``."""
        export(
            context.site.database,
            self.dataset,
            self.days.start,
            self.days.end,
            self.format,
            str(path),
            now=context.now,
            cadence_seconds=context.site.settings.cadence_seconds,
            about=self.about(context),
        )

    def about(self, context: AnswerContext) -> dict[str, str]:
        """What the file says of itself: a CSV file in its last column, a Parquet file in its metadata."""
        is_demonstration = context.site.settings.demonstration
        said = {ATTRIBUTION_COLUMN: attribution_text(attribution(context), is_demonstration=is_demonstration)}
        if self.format == "parquet":
            said |= {
                "dataset": self.dataset,
                "month": f"{self.month:%Y-%m}",
                "metrics_version": str(METRICS_VERSION),
            }
        return said


def downloads(context: AnswerContext) -> list[Download]:
    """Every file there is, by data set, the latest month first."""
    parks = context.catalogue.parks.values()
    running = min((context.today(park) for park in parks), default=context.now.date()).replace(day=1)
    return [
        Download(dataset, month, form, is_partial=month >= running)
        for dataset in DATASETS
        for month in reversed(recorded_months(context.connection))
        for form in TYPES
    ]


def all_downloads(context: AnswerContext) -> list[Download | RecordDownload | HistoryDownload]:
    """Every file of the list. A day with late rows is listed once, with all that is known of it."""
    opened = record_downloads(context)
    names = {each.name for each in opened}
    sealed = [each for each in history_downloads(context) if each.name not in names]
    return [*downloads(context), *opened, *sealed]


def find_download(
    context: AnswerContext, file: str, *, for_excel: bool
) -> Download | RecordDownload | HistoryDownload:
    """The file of that name; raises :class:`UnknownError` with near matches.

    ``for_excel``: a CSV file as Excel reads it.

    :raises InputError: for a file in Parquet that is asked for as Excel reads it.
    """
    made = {download.name: download for download in downloads(context) if download.format != "excel"}
    known = {each.name: each for each in all_downloads(context)} | made
    if file in known and for_excel:
        if file not in made or made[file].format != "csv":
            raise InputError("format=excel goes with files in CSV only; leave it out", parameter="format")
        return replace(made[file], format="excel")
    if file not in known:
        near = nearest(file[:80], {name: name for name in known})
        raise UnknownError(
            f"there is no download {quoted(file)}; /api/downloads lists them",
            [{"path": f"{_ADDRESS}{name}"} for name in near],
        )
    return known[file]


def send_download(context: AnswerContext, wanted: Download | RecordDownload) -> Response:
    """The file, or 304 where the reader has it already.

    Its tag is that of its content, and remembered for the state of the store, so that asking again costs
    nothing. The file itself goes through the disk in pieces: memory holds a few days of it.

    :raises ServiceUnavailable: while several others make, wait for or read files of their own already.
    """
    here = context.site
    key = (request.path, wanted.format, context.version, context.dates)
    known = here.answers.get(key)
    if known is None or (request.method != "HEAD" and not request.if_none_match.contains_weak(known.etag)):
        place = SendSlot()
        file, etag, size = _in_turn(context, wanted, place)
        about = {
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{wanted.name}"',
            "Repr-Digest": digest_of(etag),
        }
        known = CachedAnswer(b"", etag, TYPES[wanted.format], about)
        here.answers.put(key, known, size=0, version=context.version)
        response = _whole(file, known, lambda pieces: sent_from(place, pieces, here.clock))
        response.call_on_close(place.give_back)
    else:
        response = _whole(io.BytesIO(), known, lambda pieces: pieces)
    response.set_etag(known.etag, weak=True)
    response.vary.add("Accept-Encoding")
    age = here.settings.max_age_seconds if wanted.is_partial else CLOSED_MONTH_MAX_AGE_SECONDS
    response.headers["Cache-Control"] = f"public, max-age={age}"
    return response


def _in_turn(
    context: AnswerContext, wanted: Download | RecordDownload, place: SendSlot
) -> tuple[IO[bytes], str, int]:
    try:
        with _one_at_a_time:
            return _made(context, wanted)
    except BaseException:
        place.give_back()
        raise


def _whole(
    file: IO[bytes], about: CachedAnswer, send: Callable[[Iterator[bytes]], Iterator[bytes]]
) -> Response:
    """The open file as a response, packed on its way where that pays; 304 where the reader has it."""
    if request.if_none_match.contains_weak(about.etag):
        file.close()
        return make_response(b"", 304)
    packs = not about.mimetype.startswith(BINARY_TYPES) and request.accept_encodings.quality("gzip") > 0
    response = Response(send(_sent(file, packs=packs)), content_type=about.mimetype)
    response.call_on_close(file.close)
    response.headers.update(about.headers)
    if packs:
        del response.headers["Content-Length"]
        # What is said of the content does not hold for it packed.
        del response.headers["Repr-Digest"]
        response.headers["Content-Encoding"] = "gzip"
    return response


def _made(context: AnswerContext, wanted: Download | RecordDownload) -> tuple[IO[bytes], str, int]:
    """The file, open and without a name any more; the SHA-256 of its content; its size."""
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryDirectory(prefix="hallofshame-") as folder:
        path = Path(folder) / wanted.name
        wanted.write(context, path)
        file = path.open("rb")
    for chunk in _chunks(file):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return file, digest.hexdigest(), size


def _sent(file: IO[bytes], *, packs: bool) -> Iterator[bytes]:
    with file:
        if not packs:
            yield from _chunks(file)
            return
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        for chunk in _chunks(file):
            yield packer.compress(chunk)
        yield packer.flush()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
