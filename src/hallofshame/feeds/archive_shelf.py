"""Where archive files lie: a local folder or a bucket, by destination and day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hallofshame.domain.errors import InputError, StorageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

BUCKET_SCHEME = "s3://"
_KEY = re.compile(r"(?P<destination>[^/]+)/(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})\.json(\.gz)?")


@dataclass(frozen=True, slots=True, order=True)
class ArchiveFile:
    """One destination's events of one day. ``version`` changes when its content does."""

    day: dt.date
    key: str
    destination: str
    size: int
    version: str


class ArchiveShelf:
    """The files ``<destination>/<YYYY>/<MM>/<DD>.json.gz`` of a folder or a bucket.

    :raises InputError: for a place that is neither.
    """

    def __init__(self, place: str, *, region: str | None = None, endpoint: str | None = None) -> None:
        self.place = place
        with self._named("open"):
            self._store = _opened(place, region, endpoint)

    def files(self, destinations: tuple[str, ...] = ()) -> list[ArchiveFile]:
        """Every file, of these destinations or of all, oldest day first."""
        with self._named("list"):
            listed = [
                (meta["path"], meta["size"], meta["e_tag"] or meta["last_modified"].isoformat())
                for prefix in (destinations or (None,))
                for chunk in self._store.list(prefix=prefix)
                for meta in chunk
            ]
        found = (_file(path, size, version) for path, size, version in listed)
        return sorted(file for file in found if file is not None)

    def read(self, file: ArchiveFile) -> bytes:
        """The content of a file.

        :raises StorageError: where it cannot be read.
        """
        with self._named(f"read {file.key} of"):
            return bytes(self._store.get(file.key).bytes())

    @contextmanager
    def _named(self, doing: str) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise StorageError(
                f"cannot {doing} the archive at {self.place}: {said}; check the place, its region and "
                "its rights"
            ) from error


def _opened(place: str, region: str | None, endpoint: str | None) -> ObjectStore:
    from obstore.store import LocalStore, S3Store

    if place.startswith(BUCKET_SCHEME):
        parts = urlsplit(place)
        if not parts.netloc:
            raise InputError(f"{place!r} names no bucket; write it as s3://bucket/folder", parameter="source")
        config = {"region": region, "endpoint": endpoint, "skip_signature": True}
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config={name: value for name, value in config.items() if value is not None},  # type: ignore[arg-type]
            client_options={"allow_http": True} if (endpoint or "").startswith("http://") else None,
        )
    folder = Path(place)
    if "://" in place or not folder.is_dir():
        raise InputError(
            f"there is no folder {place}; name the folder that holds the destinations, or s3://bucket",
            parameter="source",
        )
    return LocalStore(folder)


def _file(path: str, size: int, version: str) -> ArchiveFile | None:
    """The file at ``path``; ``None`` for what is no archive file."""
    found = _KEY.fullmatch(path)
    if found is None:
        return None
    try:
        day = dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return ArchiveFile(day, path, found["destination"], size, version)
