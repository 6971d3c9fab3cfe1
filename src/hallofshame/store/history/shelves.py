"""Shelves: where history files stand, a local folder or a bucket of S3 or a server that speaks like it."""

from __future__ import annotations

import hashlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hallofshame import private_files
from hallofshame.domain.errors import HistoryError, SettingsError, StorageError, summary
from hallofshame.domain.plurals import counted
from hallofshame.store.failures import storage_error
from hallofshame.store.history.sealed import SealedFile

if TYPE_CHECKING:
    from obstore.store import S3Store

BUCKET_SCHEME = "s3://"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """How a bucket is reached; what is ``None`` is taken from the usual ``AWS_…`` variables."""

    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)


class Shelf(ABC):
    """A place for files that never change under their name.

    :meth:`fetch` gives a local file only if its length and SHA-256 are those of the ledger. May be used by
    several threads and processes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """Where files are written before they are published, and read from."""
        self._verified: dict[str, tuple[str, int, int, int]] = {}
        self._lock = threading.Lock()

    @property
    @abstractmethod
    def place(self) -> str:
        """Its address, fit for messages."""

    @abstractmethod
    def publish(self, partial: Path, name: str) -> None:
        """Give the file at ``partial`` (in :attr:`folder`) its name: whole and lasting, or not at all."""

    @abstractmethod
    def publish_text(self, name: str, text: str) -> None:
        """Write a small file, in place of one that has the name, whole or not at all."""

    @abstractmethod
    def read_text(self, name: str) -> str:
        """A small file; raises :class:`HistoryError` where it is missing."""

    @abstractmethod
    def names(self) -> list[str]:
        """The names of all files on the shelf, in order."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Take a file away; one that is not there is no error."""

    @abstractmethod
    def size(self, name: str) -> int | None:
        """The length of a file in bytes; ``None`` where there is none."""

    @abstractmethod
    def _local(self, name: str) -> Path | None:
        """The file on this machine, brought here where needed; ``None`` where the shelf has none."""

    def partial(self, name: str) -> Path:
        """Where to write a file before it is published; in a folder that exists then.

        :raises StorageError: when the folder cannot be made.
        """
        with named(self.folder):
            private_files.make_folder(self.folder)
        return self.folder / f".{name}.{os.getpid()}.{threading.get_ident()}.partial"

    def forget(self) -> None:
        """Verify every file anew when it is fetched next."""
        with self._lock:
            self._verified.clear()

    def problem(self, file: SealedFile) -> str | None:
        """Why a file cannot be used, without reading it: it is missing, or its length is another."""
        size = self.size(file.name)
        if size == file.bytes:
            return None
        wrong = "is missing" if size is None else f"has {counted(size, 'byte')} instead of {file.bytes}"
        return f"{file.name} in {self.place} {wrong}; {remedy(file)}"

    def fetch(self, file: SealedFile) -> Path:
        """The verified local file.

        :raises HistoryError: for a file that is missing, cut short or not what was sealed; says what helps.
        """
        with named(self.folder):
            path = self._local(file.name)
            if path is None:
                raise HistoryError(
                    f"the history file {file.name} is missing from {self.place}; {remedy(file)}"
                )
            stat = path.stat()
            state = (file.sha256, stat.st_size, stat.st_mtime_ns, stat.st_ino)
            with self._lock:
                if self._verified.get(file.name) == state:
                    return path
            if stat.st_size != file.bytes:
                raise HistoryError(
                    f"the history file {file.name} in {self.place} has "
                    f"{counted(stat.st_size, 'byte')} instead of {file.bytes}; {remedy(file)}"
                )
            if (found := checksum(path)) != file.sha256:
                raise HistoryError(
                    f"the history file {file.name} in {self.place} is damaged: its SHA-256 is "
                    f"{found[:12]}…, sealed was {file.sha256[:12]}…; {remedy(file)}"
                )
        with self._lock:
            self._verified[file.name] = state
        return path


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def remedy(file: SealedFile) -> str:
    """What to do about a history file that cannot be used."""
    return (
        f"put it back from a copy, or, if the database still holds its rows, seal {file.period.name} again: "
        f"hallofshame seal --again {file.period.name}"
    )


@contextmanager
def named(path: Path) -> Iterator[None]:
    """An error of the system says which place it is about, and what to do."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path) from error


class FolderShelf(Shelf):
    """A local folder; made when first written to."""

    @property
    def place(self) -> str:
        return str(self.folder)

    def publish(self, partial: Path, name: str) -> None:
        with named(self.folder / name):
            partial.chmod(private_files.file_mode(self.folder))
            _sync(partial)
            partial.replace(self.folder / name)
            _sync(self.folder)

    def publish_text(self, name: str, text: str) -> None:
        partial = self.partial(name)
        with named(self.folder / name):
            try:
                partial.write_text(text, encoding="utf-8")
                self.publish(partial, name)
            finally:
                partial.unlink(missing_ok=True)

    def read_text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise HistoryError(f"there is no {name} in {self.place}; put it back from a copy") from None

    def names(self) -> list[str]:
        if not self.folder.is_dir():
            return []
        with named(self.folder):
            return sorted(path.name for path in self.folder.iterdir() if not path.name.startswith("."))

    def remove(self, name: str) -> None:
        with named(self.folder / name):
            (self.folder / name).unlink(missing_ok=True)

    def size(self, name: str) -> int | None:
        path = self.folder / name
        return path.stat().st_size if path.is_file() else None

    def _local(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.is_file() else None


class BucketShelf(Shelf):
    """A bucket; files are read from copies in a local folder, each fetched once and verified.

    :raises SettingsError: for an address or an access that cannot be used.
    """

    def __init__(self, url: str, copies: Path, access: BucketAccess) -> None:
        super().__init__(copies)
        parts = urlsplit(url)
        if not parts.netloc:
            raise SettingsError(f"{url!r} names no bucket; write it as s3://bucket/folder")
        self._url, self._prefix = url, parts.path.strip("/")
        self._bucket = self._connected(parts.netloc, access)

    def _connected(self, bucket: str, access: BucketAccess) -> S3Store:
        from obstore.store import S3Store

        given = {
            "endpoint": access.endpoint,
            "region": access.region,
            "access_key_id": access.access_key,
            "secret_access_key": access.secret_key,
        }
        plain = (access.endpoint or "").startswith("http://")
        with self._translated("open"):
            return S3Store(
                bucket,
                prefix=self._prefix or None,
                config={name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
                client_options={"allow_http": True} if plain else None,
            )

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        from obstore.exceptions import BaseError, NotFoundError

        try:
            yield
        except (FileNotFoundError, NotFoundError) as error:
            raise FileNotFoundError(str(error)) from error
        except (BaseError, OSError, ValueError) as error:
            raise StorageError(
                f"cannot {doing} the bucket {self._url}: {summary(error)}; check the bucket, its endpoint, "
                "the keys and their rights"
            ) from error

    @property
    def place(self) -> str:
        return self._url

    def publish(self, partial: Path, name: str) -> None:
        with self._translated("write to"):
            self._bucket.put(name, partial)
        # What is read later is what the bucket gives back, not what was sent.
        partial.unlink()
        (self.folder / name).unlink(missing_ok=True)

    def publish_text(self, name: str, text: str) -> None:
        with self._translated("write to"):
            self._bucket.put(name, text.encode())

    def read_text(self, name: str) -> str:
        try:
            with self._translated("read"):
                return bytes(self._bucket.get(name).bytes()).decode()
        except FileNotFoundError:
            raise HistoryError(f"there is no {name} in {self.place}; put it back from a copy") from None

    def names(self) -> list[str]:
        with self._translated("list"):
            # The names come with the prefix of the bucket taken off.
            return sorted(each["path"] for page in self._bucket.list() for each in page)

    def remove(self, name: str) -> None:
        try:
            with self._translated("write to"):
                self._bucket.delete(name)
        except FileNotFoundError:
            pass
        with named(self.folder):
            (self.folder / name).unlink(missing_ok=True)

    def size(self, name: str) -> int | None:
        try:
            with self._translated("read"):
                return int(self._bucket.head(name)["size"])
        except FileNotFoundError:
            return None

    def _local(self, name: str) -> Path | None:
        copy = self.folder / name
        if copy.is_file():
            return copy
        partial = self.partial(name)
        try:
            with self._translated("read"), partial.open("wb") as file:
                for chunk in self._bucket.get(name).stream():
                    file.write(chunk)
            partial.replace(copy)
        except FileNotFoundError:
            return None
        finally:
            partial.unlink(missing_ok=True)
        return copy

    def fetch(self, file: SealedFile) -> Path:
        try:
            return super().fetch(file)
        except HistoryError:
            # A copy that was cut short or damaged here is no reason to give up: the bucket has another.
            (self.folder / file.name).unlink(missing_ok=True)
            return super().fetch(file)


def open_shelf(location: str, data: Path, access: BucketAccess) -> Shelf:
    """The shelf at ``location``: a folder, or ``s3://bucket/folder`` with copies in the folder ``data``.

    :raises SettingsError: for a location that is neither, or an access that cannot be used.
    """
    if location.startswith(BUCKET_SCHEME):
        return BucketShelf(location, data / "history-copies", access)
    if "://" in location:
        raise SettingsError(
            f"{location!r} is no place for history files; name a folder or s3://bucket/folder"
        )
    return FolderShelf(Path(location))


@dataclass(frozen=True, slots=True)
class HistoryPlace:
    """Where the history stands, in a form that other processes can be given."""

    location: str
    data: Path
    access: BucketAccess = BucketAccess()

    def shelf(self) -> Shelf:
        """The shelf there: one for all of this process, which remembers the files it has verified.

        :raises SettingsError: for a place that cannot be one.
        """
        return _opened(self)


@lru_cache(maxsize=16)
def _opened(place: HistoryPlace) -> Shelf:
    return open_shelf(place.location, place.data, place.access)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
