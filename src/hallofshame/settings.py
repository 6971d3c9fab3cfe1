"""Settings: read from the environment or a ``.env`` file, checked once at start, documented one by one.

``docs/settings.md`` holds the table of :func:`documented`; a test keeps the two alike.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from hallofshame.domain.errors import SettingsError
from hallofshame.domain.hosts import LOOPBACK_HOSTS, host_name
from hallofshame.domain.redaction import redact, remember, secrets_of
from hallofshame.env_file import read_env_file
from hallofshame.feeds.policy import QUEUE_TIMES_URL, THEMEPARKS_WIKI_URL, HttpPolicy
from hallofshame.processes import host_and_pid
from hallofshame.sponsor import Sponsor, is_address, picture_file

PREFIX = "HALLOFSHAME_"
_MASKED = ("database_url", "history_access_key", "history_secret_key", "themeparks_wiki_key")
"""Settings whose value an error must not repeat: it may hold a password, and malformed in any form."""
_ADDRESSES = ("database_url", "queue_times_url", "themeparks_wiki_url", "history_endpoint")
"""Settings that may hold a password or a key, which no message shows from then on."""

_SECRETS = ("history_secret_key", "themeparks_wiki_key")
"""Settings that are a secret as a whole."""

_HTTP = HttpPolicy()


def _setting(default: Any, meaning: str, accepts: str, **limits: Any) -> Any:
    """A field with its two texts for ``docs/settings.md`` and for errors."""
    return Field(default, description=meaning, json_schema_extra={"accepts": accepts}, **limits)


def _check_address(value: str) -> SplitResult:
    """The parts of an address with http:// or https:// and a host that can be one.

    :raises ValueError: for anything else.
    """
    if re.search(r"[\s\x00-\x1f]", value):
        raise ValueError("there is white space in it")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address")
    try:
        name = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
        host_name(name)
    except (ValueError, UnicodeError):
        raise ValueError(f"{parts.hostname!r} is no host") from None
    if parts.port == 0:
        raise ValueError("port 0 is none")
    return parts


class Settings(BaseSettings):
    """Everything an installation may decide. Read it with :func:`load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data: Path = _setting(
        Path("data"), "Folder for everything this installation keeps; made when missing.", "a folder"
    )
    database_url: str | None = _setting(
        None,
        "The database. Unset: the SQLite file `hallofshame.sqlite` in the data folder.",
        "`sqlite:///file.sqlite` or `mysql+pymysql://user:password@host/name`",
        repr=False,
    )
    history: str | None = _setting(
        None,
        "Where the sealed history files stand. Unset: `history` in the data folder.",
        "a folder, or `s3://bucket/folder`",
    )
    history_endpoint: str | None = _setting(
        None,
        "Where the bucket answers, if it is not Amazon's.",
        "an address with http:// or https://, without ? or #",
        repr=False,
    )
    history_region: str | None = _setting(
        None, "The bucket's region. Unset: `AWS_REGION`.", "a region's name, such as `eu-west-1`"
    )
    history_access_key: str | None = _setting(
        None, "Key id for the bucket. Unset: `AWS_ACCESS_KEY_ID`.", "a key id", repr=False
    )
    history_secret_key: str | None = _setting(
        None, "Secret key for the bucket. Unset: `AWS_SECRET_ACCESS_KEY`.", "a secret key", repr=False
    )
    host: str = _setting(
        "127.0.0.1", "Address to serve on; `0.0.0.0` serves the whole network.", "an address"
    )
    port: int = _setting(
        8000, "Port to serve on; 0 takes any free one.", "a whole number from 0 to 65535", ge=0, le=65535
    )
    public_url: str | None = _setting(
        None,
        "Where the world finds the site, for links in feeds and cards. "
        "Unset: as each request says, if its host is allowed.",
        "an address with http:// or https:// and a host, without blanks, ? or #",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = _setting(
        (),
        "Hosts that links may name while no public URL is set; under others they are relative. "
        "Unset: this machine's own, and the address served on.",
        "host names or addresses with commas between them, without ports",
    )
    web_workers: int = _setting(
        2, "Processes that answer requests.", "a whole number from 1 to 64", ge=1, le=64
    )
    web_threads: int = _setting(
        8,
        "Requests answered at the same time by each of these processes.",
        "a whole number from 4 to 256",
        ge=4,
        le=256,
    )
    web_connections: int | None = _setting(
        None,
        "Connections that each of them holds open, idle ones included; further ones wait. "
        "Unset: as many as it may have descriptors, less those it needs itself.",
        "a whole number from 16 to 65536",
        ge=16,
        le=65536,
    )
    web_idle_seconds: int = _setting(
        15,
        "Longest time for the head of a request to arrive, counted from the connection or the answer before; "
        "so long is an idle connection kept.",
        "whole seconds from 1 to 300",
        ge=1,
        le=300,
    )
    web_stalled_seconds: int = _setting(
        30,
        "Longest time that a reader may take nothing of an answer before the connection is closed.",
        "whole seconds from 1 to 300",
        ge=1,
        le=300,
    )
    web_max_age_seconds: int = _setting(
        60,
        "How long browsers and proxies may keep an answer without asking again.",
        "whole seconds from 0 to 3600",
        ge=0,
        le=3600,
    )
    web_cache_megabytes: int = _setting(
        64,
        "Memory for ready answers, in each of these processes.",
        "a whole number from 1 to 65536",
        ge=1,
        le=65536,
    )
    cadence_seconds: int = _setting(
        300,
        "Time between two cycles; cycles fall on whole multiples of it, counted in UTC.",
        "whole seconds from 60 to 1800",
        ge=60,
        le=1800,
    )
    parks: Annotated[tuple[str, ...], NoDecode] = _setting(
        (), "Only these parks, by slug. Unset: all of the catalogue.", "park slugs with commas between them"
    )
    catalogue_file: Path | None = _setting(
        None,
        "Further parks, or corrected ones, in the form of `docs/catalogue.md`.",
        "a CSV file that exists",
    )
    tier_overrides_file: Path | None = _setting(
        None, "Tiers decided by hand, in the form of `docs/catalogue.md`.", "a CSV file that exists"
    )
    type_overrides_file: Path | None = _setting(
        None, "Ride types decided by hand, in the form of `docs/catalogue.md`.", "a CSV file that exists"
    )
    signals_file: Path | None = _setting(
        None,
        "What feeds can tell of parks, decided by hand, in the form of `docs/catalogue.md`.",
        "a CSV file that exists",
    )
    ride_mapping_file: Path | None = _setting(
        None, "Rides that names do not tell apart or together (R14).", "a CSV file that exists"
    )
    sponsor_image: str | None = _setting(
        None,
        "A sponsor's picture at the foot of every page. Unset: none. A file is served by this program; "
        "an address makes browsers ask that host.",
        "a PNG, JPEG, GIF, WebP or SVG file in the data folder, at most 512 KiB, or an address with https://",
    )
    sponsor_text: str | None = _setting(
        None,
        "The words beside the sponsor's picture; needed with it.",
        "a text of at most 200 characters, with a picture",
        max_length=200,
        validate_default=True,
    )
    sponsor_url: str | None = _setting(
        None,
        "Where the sponsor's picture and words lead. Unset: nowhere.",
        "an address with http:// or https:// and a host, without blanks, with a picture",
    )
    queue_times_url: str = _setting(
        QUEUE_TIMES_URL,
        "Where Queue-Times answers.",
        "an address with http:// or https:// and a host, without blanks, ? or #",
        repr=False,
    )
    themeparks_wiki_url: str = _setting(
        THEMEPARKS_WIKI_URL,
        "Where ThemeParks.wiki answers.",
        "an address with http:// or https:// and a host, without blanks, ? or #",
        repr=False,
    )
    themeparks_wiki_key: str = _setting(
        "",
        "Key for ThemeParks.wiki's history API, sent as `X-API-Key`. Unset: none is sent, and it gives seven "
        "days and 60 requests an hour.",
        "a key without blanks",
        pattern=r"^[\x21-\x7e]*$",
        max_length=200,
        repr=False,
    )
    history_import: bool = _setting(
        False,
        "Whether to import what ThemeParks.wiki's history API has, slowly and beside collecting.",
        "`true` or `false`",
    )
    history_import_from: dt.date | None = _setting(
        None,
        "First park-local day of that import. Unset: the first one that the key gives.",
        "a date such as `2025-01-01`",
    )
    connect_timeout_seconds: float = _setting(
        _HTTP.connect_timeout_seconds,
        "Longest wait for a connection to a feed.",
        "seconds above 0, at most 60",
        gt=0,
        le=60,
    )
    read_timeout_seconds: float = _setting(
        _HTTP.read_timeout_seconds,
        "Longest silence between two pieces of one answer of a feed.",
        "seconds above 0, at most 120",
        gt=0,
        le=120,
    )
    answer_timeout_seconds: float = _setting(
        _HTTP.answer_timeout_seconds,
        "Longest time for one whole answer of a feed, however steadily it drips.",
        "seconds above 0, at most 300",
        gt=0,
        le=300,
    )
    cycle_deadline_seconds: float | None = _setting(
        None,
        "Longest time that a cycle waits for the feeds; then it writes what has arrived. "
        "Unset: half of the cadence.",
        "seconds above 0, at most the cadence",
        gt=0,
        le=1800,
    )
    tries: int = _setting(
        _HTTP.tries,
        "Requests made for one answer before a poll counts as failed.",
        "a whole number from 1 to 10",
        ge=1,
        le=10,
    )
    requests_per_second: float = _setting(
        _HTTP.requests_per_second,
        "Requests sent to one feed per second, at most.",
        "a number above 0, at most 100",
        gt=0,
        le=100,
    )
    concurrent_requests: int = _setting(
        _HTTP.concurrent_requests,
        "Requests open to one feed at the same time, at most.",
        "a whole number from 1 to 64",
        ge=1,
        le=64,
    )
    workers: int = _setting(
        16, "Parks polled at the same time from one feed.", "a whole number from 1 to 64", ge=1, le=64
    )
    gap_repair: bool = _setting(
        True,
        "Whether to fill holes in the record from ThemeParks.wiki's history when collecting begins.",
        "`true` or `false`",
    )
    sync_hour: int = _setting(
        9,
        "UTC hour at which schedules, entities and tiers are brought up to date every day.",
        "a whole number from 0 to 23",
        ge=0,
        le=23,
    )
    lease_seconds: int = _setting(
        120,
        "How long the duty to collect stays with a host that has fallen silent; the same on all hosts.",
        "whole seconds from 15 to 3600",
        ge=15,
        le=3600,
    )
    holder: str = _setting(
        "",
        "Name of this process among those that share the database. Unset: host name and process id.",
        "a text of at most 120 characters",
        max_length=120,
    )
    job_log_days: int = _setting(
        90,
        "How long the job log keeps the runs of cycles and roll-ups; those of all other jobs stay for good.",
        "whole days from 1 to 36500",
        ge=1,
        le=36500,
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "Least important kind of message that is logged.", "`debug`, `info`, `warning` or `error`"
    )
    log_format: Literal["text", "json"] = _setting(
        "text",
        "Form of the log on standard error: lines to read, or one JSON object per line.",
        "`text` or `json`",
    )

    @field_validator("parks", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(host_name(host) for host in value)

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator(
        "catalogue_file", "tier_overrides_file", "type_overrides_file", "signals_file", "ride_mapping_file"
    )
    @classmethod
    def _exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("no such file")
        return value

    @field_validator("sponsor_image")
    @classmethod
    def _picture(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and is_address(value):
            # It also stands in a header, where a blank or a semicolon would begin something new.
            _check_address(value)
            if re.search(r"[\"'<>;@,]", value):
                raise ValueError("not an address")
        elif value is not None and "data" in info.data:
            picture_file(value, info.data["data"])
        return value

    @field_validator("sponsor_text", "sponsor_url")
    @classmethod
    def _beside_picture(cls, value: str | None, info: ValidationInfo) -> str | None:
        # A picture that is itself unusable is missing here, and told of on its own.
        if "sponsor_image" not in info.data:
            return value
        has_picture = info.data["sponsor_image"] is not None
        if value is None and has_picture and info.field_name == "sponsor_text":
            raise ValueError("a picture without words")
        if value is not None and not has_picture:
            raise ValueError("there is no picture")
        if value is not None and info.field_name == "sponsor_url":
            _check_address(value)
        return value

    @field_validator("cycle_deadline_seconds")
    @classmethod
    def _within_cadence(cls, value: float | None, info: ValidationInfo) -> float | None:
        # A cadence that is itself unusable is missing here, and told of on its own.
        if value is not None and value > info.data.get("cadence_seconds", value):
            raise ValueError("longer than the cadence")
        return value

    @field_validator("history")
    @classmethod
    def _place(cls, value: str | None) -> str | None:
        if value is not None and "://" in value:
            parts = urlsplit(value)
            if parts.scheme != "s3" or not parts.hostname or parts.query or parts.fragment or parts.username:
                raise ValueError("neither a folder nor a bucket")
        return value

    @field_validator("queue_times_url", "themeparks_wiki_url", "public_url", "history_endpoint")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = _check_address(value)
        if parts.query or parts.fragment:
            raise ValueError("paths are added to it, which nothing can be after a ? or #")
        return value

    @property
    def sponsor(self) -> Sponsor | None:
        """Whom every page names at its foot."""
        if self.sponsor_image is None:
            return None
        image = self.sponsor_image
        shown = image if is_address(image) else picture_file(image, self.data)
        return Sponsor(shown, self.sponsor_text or "", self.sponsor_url)

    @property
    def database(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.default_database_file}"

    @property
    def default_database_file(self) -> Path:
        """Where the database is while :attr:`database_url` is unset."""
        return self.data / "hallofshame.sqlite"

    @property
    def history_place(self) -> str:
        """:attr:`history`, the default filled in."""
        return self.history or str(self.data / "history")

    @property
    def site_hosts(self) -> frozenset[str]:
        """:attr:`allowed_hosts`, the default filled in: the names of this machine."""
        served_on = {self.host, f"[{self.host}]", socket.gethostname()}
        own = LOOPBACK_HOSTS | {name.lower() for name in served_on}
        return frozenset(self.allowed_hosts) or own

    @property
    def holder_name(self) -> str:
        """:attr:`holder`, the default filled in."""
        return self.holder or host_and_pid()

    @property
    def http_policy(self) -> HttpPolicy:
        """The part that the feeds' HTTP client takes."""
        return HttpPolicy(
            connect_timeout_seconds=self.connect_timeout_seconds,
            read_timeout_seconds=self.read_timeout_seconds,
            answer_timeout_seconds=self.answer_timeout_seconds,
            tries=self.tries,
            requests_per_second=self.requests_per_second,
            concurrent_requests=self.concurrent_requests,
        )


@dataclass(frozen=True, slots=True)
class Documented:
    """One row of ``docs/settings.md``."""

    variable: str
    default: str
    accepts: str
    meaning: str


def documented() -> list[Documented]:
    """Every setting as the docs show it."""
    return [
        Documented(variable(name), _shown_default(field.default), accepts_of(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def env_example() -> str:
    """The text of ``.env.example``: every setting with its meaning, its default commented out."""
    lines = [
        "# Copy this file to .env, take the # away before what you change, and start again.",
        "# Variables of the environment go before it. docs/settings.md says the same as a table.",
    ]
    for row in documented():
        unset = row.default == "unset"
        value = "" if unset else row.default.strip("`")
        accepts = row.accepts.replace("`", "")
        meaning = row.meaning.replace("`", "")
        lines += ["", f"# {meaning}", f"# Accepts {accepts}.", f"#{row.variable}={value}"]
    return "\n".join(lines) + "\n"


def variable(field: str) -> str:
    """The environment variable of a field of :class:`Settings`."""
    return f"{PREFIX}{field.upper()}"


def accepts_of(field: str) -> str:
    """What a field takes, in words."""
    extra = Settings.model_fields[field].json_schema_extra
    return str(extra["accepts"]) if isinstance(extra, Mapping) else ""


def load(**given: Any) -> Settings:
    """The settings of this process; ``given`` (from the command line) goes before the environment.

    :raises SettingsError: naming the variable, its value and what it accepts, or the place in the ``.env``
        file that cannot be read.
    """
    values = {**_of_file(), **given}
    for field in _ADDRESSES:
        remember(secrets_of(str(values.get(field) or os.environ.get(variable(field), ""))))
    for field in _SECRETS:
        secret = str(values.get(field) or os.environ.get(variable(field), ""))
        remember({secret} if secret else ())
    try:
        return Settings(**values)
    except ValidationError as error:
        problems = [_explained(problem["loc"], problem["input"]) for problem in error.errors()]
        raise SettingsError("; ".join(problems)) from None
    except SourceError as error:
        raise SettingsError(f"the settings cannot be read: {error}; docs/settings.md lists them") from None


def environment() -> dict[str, str]:
    """Every variable of the environment and the ``.env`` file; the environment goes first."""
    return {**read_env_file(), **os.environ}


def _of_file() -> dict[str, str]:
    """The fields that the ``.env`` file sets and the environment does not; empty values are none."""
    found = {name.upper(): value for name, value in read_env_file().items() if value}
    set_already = {name.upper() for name, value in os.environ.items() if value}
    return {
        field: found[variable(field)]
        for field in Settings.model_fields
        if variable(field) in found and variable(field) not in set_already
    }


def misspelt(environment: Mapping[str, str]) -> list[str]:
    """One sentence per variable that begins like a setting and is none."""
    known = [variable(name) for name in Settings.model_fields]
    found = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    sentences = []
    for name in found:
        near = difflib.get_close_matches(name, known, 1, cutoff=0.85)
        remedy = f"did you mean {near[0]}?" if near else "docs/settings.md lists them all"
        sentences.append(f"{name} is no setting; {remedy}")
    return sentences


def _explained(location: tuple[int | str, ...], value: object) -> str:
    field = str(location[0]) if location else ""
    if field not in Settings.model_fields:
        return f"the settings are unusable: {value!r}"
    if value is None:
        return f"{variable(field)} is unset; give {accepts_of(field)}"
    shown = "unusable" if field in _MASKED else repr(redact(str(value)))
    return f"{variable(field)} is {shown}; give {accepts_of(field)}"


def _shown_default(value: object) -> str:
    if value is None or value == () or value == "":
        return "unset"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
