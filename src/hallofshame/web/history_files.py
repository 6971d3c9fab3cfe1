"""Downloads of the raw record: the sealed history files themselves, as they stand."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from flask import Response, request, send_file

from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.web.envelope import Row
from hallofshame.web.reading import Reading
from hallofshame.web.sending import paced

MAX_AGE_SECONDS = 3600
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class HistoryDownload:
    """One sealed file under an address that stays the same when late data gives it another content."""

    file: SealedFile
    is_partial: bool

    @property
    def name(self) -> str:
        """As in its address."""
        return f"{self.file.dataset}-{self.file.period.name}.parquet"

    @property
    def row(self) -> Row:
        """As in the list."""
        file = self.file
        return {
            "dataset": file.dataset,
            "month": f"{file.period.month:%Y-%m}",
            "day": None if file.period.is_month else file.period.name,
            "format": "parquet",
            "is_partial": self.is_partial,
            "rows": file.rows,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "url": f"/api/downloads/{self.name}",
        }


def history_downloads(reading: Reading) -> list[HistoryDownload]:
    """The sealed files, by data set, the latest first; none where the site knows no history."""
    if reading.history is None:
        return []
    files = sealed_files(reading.connection)
    return [
        HistoryDownload(file, is_partial=not file.period.is_month)
        for file in sorted(files, key=lambda file: (_ORDER[file.dataset], -file.period.starts_at))
    ]


_ORDER = {"snapshots": 0, "queues": 1, "cycles": 2, "polls": 3}


def send_history(reading: Reading, wanted: HistoryDownload) -> Response:
    """The file or the part of it that ``Range`` asks for; 304 where the reader has it already.

    Its tag is its SHA-256, so that parts fetched one after the other are of one content.

    :raises HistoryError: for a file that is missing or damaged.
    """
    assert reading.history is not None  # noqa: S101 - else there was nothing to find
    file = wanted.file
    path = reading.history.shelf.fetch(file)
    response = send_file(
        path,
        mimetype=PARQUET,
        as_attachment=True,
        download_name=wanted.name,
        conditional=True,
        etag=file.sha256,
        last_modified=file.sealed_at,
        max_age=MAX_AGE_SECONDS if file.period.is_month else reading.site.settings.max_age_seconds,
    )
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    opened = response.response
    if request.method != "HEAD" and response.status_code in (200, 206):
        response.response = paced(_closing(opened), reading.site.clock)
        response.direct_passthrough = False
    else:
        response.response = ()
        _close(opened)
    return response


def _closing(pieces: object) -> Iterator[bytes]:
    """The pieces of an open file, which is closed after the last one or when nobody wants more."""
    try:
        yield from cast("Iterable[bytes]", pieces)
    finally:
        _close(pieces)


def _close(pieces: object) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
