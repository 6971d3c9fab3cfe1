"""Answers of the admin API."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.imports import ImportKind, ImportState
from hallofshame.web.answers.common import CLOSED, Count, Day, Instant, OriginSlug, Percent, Seconds

KindSlug = Annotated[str, Field(json_schema_extra={"enum": [kind.value for kind in ImportKind]})]
StateSlug = Annotated[str, Field(json_schema_extra={"enum": [state.value for state in ImportState]})]
Size = Annotated[int, Field(ge=0, description="Bytes.")]


class ImportAsked(TypedDict):
    """An import to start. Which fields it may have depends on its kind; docs/admin.md says which."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: KindSlug
    source: NotRequired[Annotated[str, Field(description="A folder below those of the settings.")]]
    destinations: NotRequired[list[str]]
    parks: NotRequired[Annotated[list[str | int], Field(description="Slugs or ids; none means all.")]]
    start: NotRequired[Day]
    end: NotRequired[Day]
    region: NotRequired[str]
    again: NotRequired[bool]
    replace: NotRequired[
        Annotated[bool, Field(description="Compute its park-days from it, whatever else there is.")]
    ]
    cadence_seconds: NotRequired[int]
    timezone: NotRequired[str]
    days: NotRequired[int]


class ImportRow(TypedDict):
    """An import and how far it is."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    import_id: int
    kind: KindSlug
    arguments: Annotated[dict[str, Any], Field(description="What was asked for; parks by id.")]
    state: StateSlug
    wanted: Annotated[
        Literal["pause", "cancel"] | None, Field(description="Asked for, until the next checkpoint.")
    ]
    done: Annotated[int, Field(ge=0, description="Units that are done.")]
    total: Annotated[int | None, Field(description="Of so many; null where that is not known yet.")]
    unit: Literal["file", "park-day", "recording"]
    percent: Percent | None
    eta_seconds: Annotated[int | None, Field(description="Estimated time until its end; null where unknown.")]
    waits_until: Annotated[Instant | None, Field(description="The budget of requests lets it go on then.")]
    started_by: Annotated[str, Field(description="Name of the key.")]
    created_at: Instant
    started_at: Instant | None
    updated_at: Instant
    finished_at: Instant | None
    attempts: Annotated[int, Field(ge=0, description="How often it was taken up.")]
    error: Annotated[str | None, Field(description="Why it failed, or what it waits for.")]
    worker: Annotated[str | None, Field(description="The process that works on imports; null: none does.")]
    notice: Annotated[str | None, Field(description="What to do where nothing works on it.")]


class ImportedPark(TypedDict):
    """What an import brought of one park."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_slug: str
    events: Count
    new_rows: Count
    first_day: Day | None
    last_day: Day | None
    days: Annotated[int, Field(description="Park-local days with at least one event.")]
    days_without_events: Annotated[int, Field(description="Days between the first and the last without.")]


class LeftOut(TypedDict):
    """A file, recording or park-day that was left out, and why."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    what: str
    why: str


class ImportQuality(TypedDict):
    """The quality report of an import, also of one that goes on."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    import_id: int
    state: StateSlug
    events: Count
    new_rows: Annotated[int, Field(ge=0, description="Observations that the record did not have.")]
    known: Annotated[int, Field(ge=0, description="Units in the record before the latest attempt.")]
    failed: Annotated[int, Field(ge=0, description="Units that could not be written or asked for.")]
    left: Annotated[int, Field(ge=0, description="Park-days left for later.")]
    left_out_events: Annotated[int, Field(ge=0, description="Of no park, or of parks we do not have.")]
    findings: Annotated[dict[str, int], Field(description="Odd values by kind.")]
    unknown_parks: Annotated[dict[str, int], Field(description="Events by the source's id of the park.")]
    counts: Annotated[dict[str, int], Field(description="What only this kind of import counts.")]
    refused: list[LeftOut]
    refused_more: Annotated[int, Field(ge=0, description="Refused ones that are not named.")]
    parks: list[ImportedPark]


class DiskRow(TypedDict):
    """A disk that holds something of ours."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    path: str
    holds: list[str]
    total_bytes: Size
    free_bytes: Size
    own_bytes: Size


class TableRow(TypedDict):
    """A table of the database."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    name: str
    rows: Count
    bytes: Size
    index_bytes: Size | None
    bytes_per_row: float | None
    rows_per_day: float | None
    bytes_per_day: float | None
    kept_as: Annotated[str, Field(description="Which setting says how long its rows stay.")]
    is_estimated: Annotated[bool, Field(description="Whether rows or bytes are an estimate.")]


class HistoryRow(TypedDict):
    """A data set of the history files."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    name: str
    rows: Count
    bytes: Size
    bytes_per_row: float | None
    bytes_per_day: float | None


class StorageSummary(TypedDict):
    """What the record takes up, as measured last."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    measured_at: Instant
    dialect: str
    history_place: str
    database_bytes: Size
    history_bytes: Size
    file_bytes: Size | None
    reusable_bytes: Size
    disks: list[DiskRow]
    tables: list[TableRow]
    history: list[HistoryRow]


class ProjectionRow(TypedDict):
    """Sizes in some years at the present growth."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    years: int
    database_bytes: Size
    history_bytes: Size | None


class MeasuredRow(TypedDict):
    """Sizes at one measurement."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    measured_at: Instant
    database_bytes: Size
    history_bytes: Size


class StorageGrowth(TypedDict):
    """How the record grows, and to what."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    measured_at: Instant
    days: Annotated[int | None, Field(description="Full UTC days that the growth is the mean of.")]
    rows_per_day: int
    database_bytes_per_day: int
    history_bytes_per_day: int | None
    measured_bytes_per_day: int | None
    unknown_tables: list[str]
    projections: list[ProjectionRow]
    measurements: list[MeasuredRow]


class PartitionRow(TypedDict):
    """A monthly partition of a raw table; `month` null for the two at the ends."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    table: str
    partition: str
    month: str | None
    ends_at: Instant | None


class MonthRow(TypedDict):
    """Rows and bytes of one month, in history files or in a raw table."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    month: str
    place: str
    name: str
    rows: Count
    bytes: Size
    is_estimated: bool


class StoragePartitions(TypedDict):
    """The months of the raw record: partitions where there are any, and what each month holds."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    is_partitioned: bool
    problem: str | None
    partitions: list[PartitionRow]
    measured_at: Instant | None
    months: list[MonthRow]


class StrategyRow(TypedDict):
    """One way of keeping rows, and what it comes to."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    name: str
    is_set: Annotated[bool, Field(description="Whether it is what the settings say.")]
    keep_raw_days: Annotated[int | None, Field(description="Null: for ever.")]
    keep_hourly_days: Annotated[int | None, Field(description="Null: for ever.")]
    costs: str
    projections: list[ProjectionRow]


class AlertRow(TypedDict):
    """A problem of the storage."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: str
    subject: str
    text: str


class KindRow(TypedDict):
    """Findings of one kind."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: str
    open: Count
    resolved: Count
    last_seen_at: Instant


class QualitySummary(TypedDict):
    """How the record fares: findings by kind, and parks by how fresh they are."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    open: Count
    resolved: Count
    kinds: list[KindRow]
    parks: Count
    parks_fresh: Count
    parks_late: Count
    parks_silent: Count


class IssueRow(TypedDict):
    """A finding: what deserves a person's eye."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: str
    state: Literal["open", "resolved"]
    park_id: int | None
    park_slug: str | None
    subject: str
    detail: str
    first_seen_at: Instant
    last_seen_at: Instant
    resolved_at: Instant | None
    occurrences: Count


class FreshnessRow(TypedDict):
    """When a park was read last. `late`: longer ago than a reading holds; `silent`: a day or more."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    park_slug: str
    primary_feed: str
    last_read_at: Instant | None
    age_seconds: Seconds | None
    state: Literal["fresh", "late", "silent"]


class CoverageDayRow(TypedDict):
    """How much of a park-day's open time was watched."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    park_slug: str
    day: Day
    origin: OriginSlug
    evidence: str
    open_seconds: Annotated[int, Field(ge=0, description="Ride seconds of the day's eligible rides.")]
    observed_seconds: Seconds
    coverage_percent: Percent | None
