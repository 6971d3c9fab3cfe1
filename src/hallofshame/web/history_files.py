"""Downloads of the raw record: the sealed history files themselves, as they stand."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Response, current_app, request
from werkzeug.http import parse_range_header
from werkzeug.utils import send_file

from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.downloads import DownloadRow
from hallofshame.web.sending import paced

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

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
    def row(self) -> DownloadRow:
        """As in the list."""
        file = self.file
        return {
            "dataset": file.dataset,
            "month": f"{file.period.month:%Y-%m}",
            "day": None if file.period.is_month else file.period.name,
            "format": "parquet",
            "is_partial": self.is_partial,
            "is_open": False,
            "rows": file.rows,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "url": f"/api/downloads/{self.name}",
        }


def history_downloads(context: AnswerContext) -> list[HistoryDownload]:
    """The sealed files, by data set, the latest first; none where the site knows no history."""
    if context.history is None:
        return []
    files = sealed_files(context.connection)
    return [
        HistoryDownload(file, is_partial=not file.period.is_month)
        for file in sorted(files, key=lambda file: (_ORDER[file.dataset], -file.period.starts_at))
    ]


_ORDER = {"snapshots": 0, "queues": 1, "cycles": 2, "polls": 3}


def send_history(context: AnswerContext, wanted: HistoryDownload) -> Response:
    """The file or the part of it that ``Range`` asks for; 304 where the reader has it already.

    Its tag is its SHA-256, so that parts fetched one after the other are of one content.

    :raises HistoryError: for a file that is missing or damaged.
    """
    assert context.history is not None  # noqa: S101 - else there was nothing to find
    file = wanted.file
    path = context.history.shelf.fetch(file)
    response = cast(
        "Response",
        send_file(
            path,
            _environ(file.bytes),
            mimetype=PARQUET,
            as_attachment=True,
            download_name=wanted.name,
            conditional=True,
            etag=file.sha256,
            last_modified=file.sealed_at,
            max_age=MAX_AGE_SECONDS if file.period.is_month else context.site.settings.max_age_seconds,
            response_class=current_app.response_class,
        ),
    )
    response.headers["Repr-Digest"] = digest_of(file.sha256)
    opened = response.response
    if request.method != "HEAD" and response.status_code in (200, 206):
        response.response = paced(_closing(opened), context.site.clock)
        response.direct_passthrough = False
    else:
        response.response = ()
        _close(opened)
    return response


def digest_of(sha256: str) -> str:
    """The header ``Repr-Digest`` (RFC 9530) of a content with this SHA-256, in hexadecimal."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def _environ(length: int) -> WSGIEnvironment:
    """The request with its ``Range`` as it applies to a file of ``length`` bytes; it means GET alone."""
    environ = {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}
    asked = range_of(request.headers.get("Range"), length) if request.method == "GET" else None
    return environ if asked is None else environ | {"HTTP_RANGE": asked}


def range_of(header: str | None, length: int) -> str | None:
    """The header ``Range`` as it applies to a file of ``length`` bytes (RFC 9110, 14.2); ``None``: the whole.

    The last n bytes of a shorter file are all of it: Polars reads the end of a file before it knows its
    length. Several ranges, and units other than bytes, are ignored, as the RFC allows or demands.
    """
    asked = parse_range_header(header)
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    start, end = asked.ranges[0]
    return f"bytes={max(start, -length) + length if start < 0 else start}-{'' if end is None else end - 1}"


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
