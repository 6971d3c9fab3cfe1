"""A running Theme Park Hall of Shame as a source: its catalogue, its list of files, and the files.

Asked one request at a time, under the HTTP policy of every feed.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from hallofshame.domain.errors import BodyError, FeedError
from hallofshame.domain.localtime import to_unix
from hallofshame.feeds.base import FeedAnswer
from hallofshame.feeds.http import Content

PART_BYTES = 4 * 1024 * 1024
"""How much of a sealed file one request fetches: what a slow line carries in the time for one answer."""

T = TypeVar("T")

_NAME = re.compile(r"([a-z]+(?:-[a-z]+)*)-(\d{4}-\d{2}(?:-\d{2})?)\.parquet")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")


class FileClient(Protocol):
    """Fetches JSON and files; raises :class:`~hallofshame.domain.errors.FeedError`."""

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        """GET ``url`` and decode its body."""

    def get_bytes(self, url: str, *, headers: Mapping[str, str] | None = None) -> Content:
        """GET ``url`` and give its body as it came."""


class ChecksumError(BodyError):
    """What came is not the file that was listed: it was replaced meanwhile, or changed on its way."""


@dataclass(frozen=True, slots=True)
class SitePark:
    """One park of a site."""

    park_id: int
    slug: str
    name: str
    operator: str | None
    country: str | None
    region: str | None
    timezone: str
    latitude: float | None
    longitude: float | None
    primary_feed: str
    breakdown_signal: str
    is_water_park: bool
    is_active: bool
    first_observed_at: dt.datetime | None
    last_observed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class SiteRide:
    """One ride of a site, with its tier and type there."""

    ride_id: int
    park_id: int
    name: str
    kind: str
    land: str | None
    is_active: bool
    tier: int | None
    tier_source: str | None
    tier_confidence: float | None
    tier_reason: str | None
    type: str | None
    type_source: str | None
    type_confidence: float | None
    type_reason: str | None


@dataclass(frozen=True, slots=True)
class SiteId:
    """What a feed calls a park or ride of a site."""

    kind: str
    feed: str
    external_id: str
    internal_id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class SiteHeardId:
    """Under which of its ids a feed named a ride of a site from an instant on, or from the beginning."""

    ride_id: int
    feed: str
    since: dt.datetime | None
    external_id: str


@dataclass(frozen=True, slots=True)
class SiteSignal:
    """What a feed can tell of a park from a date on."""

    park_id: int
    feed: str
    valid_from: dt.date
    source: str
    signal: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SiteCatalogue:
    """Every park and ride of a site. Sites before version 0032 of the schema give no ``heard_ids``."""

    parks: list[SitePark]
    rides: list[SiteRide]
    ids: list[SiteId]
    signals: list[SiteSignal]
    heard_ids: list[SiteHeardId] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file that a site lists. ``sha256`` is ``None`` where it is made when it is asked for."""

    dataset: str
    month: str
    day: str | None
    format: str
    is_open: bool
    bytes: int | None
    sha256: str | None
    url: str

    @property
    def name(self) -> str:
        """Its name, which is one of ours."""
        return self.url.rpartition("/")[2]

    @property
    def period(self) -> str:
        """``2026-10`` or ``2026-10-05``."""
        return self.day or self.month


@dataclass(frozen=True, slots=True)
class SiteState:
    """What every answer of a site says of it. ``as_of``: its latest cycle, Unix seconds."""

    as_of: int | None
    metrics_version: int
    is_demonstration: bool
    attribution: tuple[str, ...]


class FeedSite:
    """One site by its address, such as ``https://example.org``."""

    def __init__(self, client: FileClient, address: str) -> None:
        self._client = client
        self.address = address.rstrip("/")

    def catalogue(self) -> tuple[SiteState, SiteCatalogue]:
        """What the site says of itself, and its parks and rides.

        :raises BodyError: where no Theme Park Hall of Shame answers.
        :raises FeedError: where nobody answers, or a version that has no catalogue to give.
        """
        try:
            body = self._client.get_json(f"{self.address}/api/catalogue").body
        except BodyError as error:
            if error.http_status is None:
                # It broke off, which any site's answer may.
                raise
            raise self._stranger("/api/catalogue answers, but not with JSON") from error
        except FeedError as error:
            if error.http_status == 404:
                raise self._too_old_or_stranger(error) from error
            raise
        state = self._state(body)
        return state, self._read(TypeAdapter(SiteCatalogue), body["data"])

    def files(self) -> list[SiteFile]:
        """Every Parquet file that the site lists under a name that we know how to keep."""
        body = self._client.get_json(f"{self.address}/api/downloads").body
        self._state(body)
        listed = self._read(TypeAdapter(list[SiteFile]), body["data"])
        return [file for file in listed if file.format == "parquet" and _NAME.fullmatch(file.name)]

    def fetch(self, file: SiteFile, target: Path) -> str:
        """Bring a file to ``target``, whole and with the right checksum; returns its SHA-256.

        A sealed file is fetched in parts, and goes on after those that ``target`` has.

        :raises ChecksumError: where what came has another checksum; ``target`` is gone then.
        :raises OSError: where it cannot be written.
        """
        if file.sha256 is None or file.bytes is None:
            return self._fetch_whole(file, target)
        self._fetch_parts(file, target, file.bytes)
        with target.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != file.sha256:
            target.unlink()
            raise self._changed(file, f"its SHA-256 is {found}, listed is {file.sha256}")
        return found

    def _fetch_parts(self, file: SiteFile, target: Path, size: int) -> None:
        have = target.stat().st_size if target.exists() else 0
        with target.open("ab") as out:
            while have < size:
                last = min(have + PART_BYTES, size) - 1
                asked = {"Range": f"bytes={have}-{last}", "If-Range": f'"{file.sha256}"'}
                got = self._client.get_bytes(self._address_of(file), headers=asked)
                if got.http_status != 206:
                    # The whole file: another one by now, or the site (a cache before it) knows no parts.
                    out.truncate(0)
                    out.write(got.body)
                    return
                begins = got.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0]
                if begins != str(have) or not got.body:
                    raise self._changed(file, f"asked for bytes from {have} on, got those from {begins}")
                out.write(got.body)
                out.flush()
                have += len(got.body)

    def _fetch_whole(self, file: SiteFile, target: Path) -> str:
        got = self._client.get_bytes(self._address_of(file))
        said = _DIGEST.search(got.headers.get("repr-digest", ""))
        found = hashlib.sha256(got.body).digest()
        if said is None or base64.b64encode(found).decode() != said[1]:
            raise self._changed(file, "its SHA-256 is not the one that came with it")
        target.write_bytes(got.body)
        return found.hex()

    def _address_of(self, file: SiteFile) -> str:
        return f"{self.address}/api/downloads/{file.name}"

    def _state(self, body: Any) -> SiteState:
        try:
            as_of = body["data_as_of"]
            return SiteState(
                None if as_of is None else to_unix(dt.datetime.fromisoformat(as_of)),
                int(body["metrics_version"]),
                bool(body["demonstration"]),
                tuple(f"{credit['text']} ({credit['url']})" for credit in body["attribution"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._stranger(f"its answer lacks {error}") from error

    def _read(self, adapter: TypeAdapter[T], data: Any) -> T:
        try:
            return adapter.validate_python(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BodyError(
                f"{self.address} gives a catalogue or list of files that this version cannot read "
                f"({where}: {first['msg']}); run the same version on both sides"
            ) from error

    def _stranger(self, why: str) -> BodyError:
        return BodyError(
            f"no Theme Park Hall of Shame answers at {self.address} ({why}); give the address of its "
            "front page, such as https://example.org"
        )

    def _too_old_or_stranger(self, error: FeedError) -> FeedError:
        try:
            health = self._client.get_json(f"{self.address}/api/health").body
        except FeedError:
            health = None
        if isinstance(health, dict) and "metrics_version" in health:
            return FeedError(
                f"the site at {self.address} is of an older version that cannot be mirrored (it has no "
                "/api/catalogue); upgrade it first",
                outcome=error.outcome,
                http_status=error.http_status,
            )
        return self._stranger("/api/catalogue answers HTTP 404")

    def _changed(self, file: SiteFile, why: str) -> ChecksumError:
        return ChecksumError(f"{self._address_of(file)} is not the file that was listed: {why}")
