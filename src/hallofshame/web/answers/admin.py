"""Answers of the admin API."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.imports import ImportKind, ImportState
from hallofshame.web.answers.common import Count, Day, Instant, OriginSlug, Percent, Seconds, slugs
from hallofshame.web.shapes import closed

KindSlug = Annotated[str, Field(json_schema_extra={"enum": [kind.value for kind in ImportKind]})]
StateSlug = Annotated[str, Field(json_schema_extra={"enum": [state.value for state in ImportState]})]
Size = Annotated[int, Field(ge=0, description="Bytes.")]


@closed
class ImportAsked(TypedDict):
    """An import to start. Which fields it may have depends on its kind; docs/admin.md says which."""

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


@closed
class ImportRow(TypedDict):
    """An import and how far it is."""

    import_id: int
    kind: KindSlug
    arguments: Annotated[dict[str, Any], Field(description="What was asked for; parks by id.")]
    state: StateSlug
    wanted: Annotated[
        Annotated[str, Field(json_schema_extra=slugs("pause", "cancel"))] | None,
        Field(description="Asked for, until the next checkpoint."),
    ]
    done: Annotated[int, Field(ge=0, description="Units that are done.")]
    total: Annotated[int | None, Field(description="Of so many; null where that is not known yet.")]
    unit: Annotated[str, Field(json_schema_extra=slugs("file", "park-day", "recording"))]
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


@closed
class ImportedPark(TypedDict):
    """What an import brought of one park."""

    park_slug: str
    events: Count
    new_rows: Count
    first_day: Day | None
    last_day: Day | None
    days: Annotated[int, Field(description="Park-local days with at least one event.")]
    days_without_events: Annotated[int, Field(description="Days between the first and the last without.")]


@closed
class LeftOut(TypedDict):
    """A file, recording or park-day that was left out, and why."""

    what: str
    why: str


@closed
class ImportQuality(TypedDict):
    """The quality report of an import, also of one that goes on."""

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


@closed
class DiskRow(TypedDict):
    """A disk that holds something of ours."""

    path: str
    holds: list[str]
    total_bytes: Size
    free_bytes: Size
    own_bytes: Size


@closed
class TableRow(TypedDict):
    """A table of the database."""

    name: str
    rows: Count
    bytes: Size
    index_bytes: Size | None
    bytes_per_row: float | None
    rows_per_day: float | None
    bytes_per_day: float | None
    kept_as: Annotated[str, Field(description="Which setting says how long its rows stay.")]
    is_estimated: Annotated[bool, Field(description="Whether rows or bytes are an estimate.")]


@closed
class HistoryRow(TypedDict):
    """A data set of the history files."""

    name: str
    rows: Count
    bytes: Size
    bytes_per_row: float | None
    bytes_per_day: float | None


@closed
class StorageSummary(TypedDict):
    """What the record takes up, as measured last."""

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


@closed
class ProjectionRow(TypedDict):
    """Sizes in some years at the present growth."""

    years: int
    database_bytes: Size
    history_bytes: Size | None


@closed
class MeasuredRow(TypedDict):
    """Sizes at one measurement."""

    measured_at: Instant
    database_bytes: Size
    history_bytes: Size


@closed
class StorageGrowth(TypedDict):
    """How the record grows, and to what."""

    measured_at: Instant
    days: Annotated[int | None, Field(description="Full UTC days that the growth is the mean of.")]
    rows_per_day: int
    database_bytes_per_day: int
    history_bytes_per_day: int | None
    measured_bytes_per_day: int | None
    unknown_tables: list[str]
    projections: list[ProjectionRow]
    measurements: list[MeasuredRow]


@closed
class PartitionRow(TypedDict):
    """A monthly partition of a raw table; `month` null for the two at the ends."""

    table: str
    partition: str
    month: str | None
    ends_at: Instant | None


@closed
class MonthRow(TypedDict):
    """Rows and bytes of one month, in history files or in a raw table."""

    month: str
    place: str
    name: str
    rows: Count
    bytes: Size
    is_estimated: bool


@closed
class StoragePartitions(TypedDict):
    """The months of the raw record: partitions where there are any, and what each month holds."""

    is_partitioned: bool
    problem: str | None
    partitions: list[PartitionRow]
    measured_at: Instant | None
    months: list[MonthRow]


@closed
class StrategyRow(TypedDict):
    """One way of keeping rows, and what it comes to."""

    name: str
    is_set: Annotated[bool, Field(description="Whether it is what the settings say.")]
    keep_raw_days: Annotated[int | None, Field(description="Null: for ever.")]
    keep_hourly_days: Annotated[int | None, Field(description="Null: for ever.")]
    costs: str
    projections: list[ProjectionRow]


@closed
class AlertRow(TypedDict):
    """A problem of the storage."""

    kind: str
    subject: str
    text: str


@closed
class KindRow(TypedDict):
    """Findings of one kind."""

    kind: str
    open: Count
    resolved: Count
    last_seen_at: Instant


@closed
class QualitySummary(TypedDict):
    """How the record fares: findings by kind, and parks by how fresh they are."""

    open: Count
    resolved: Count
    kinds: list[KindRow]
    parks: Count
    parks_fresh: Count
    parks_late: Count
    parks_silent: Count


@closed
class IssueRow(TypedDict):
    """A finding: what deserves a person's eye."""

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


@closed
class FreshnessRow(TypedDict):
    """When a park was read last. `late`: longer ago than a reading holds; `silent`: a day or more."""

    park_id: int
    park_slug: str
    primary_feed: str
    last_read_at: Instant | None
    age_seconds: Seconds | None
    state: Literal["fresh", "late", "silent"]


@closed
class CoverageDayRow(TypedDict):
    """How much of a park-day's open time was watched."""

    park_id: int
    park_slug: str
    day: Day
    origin: OriginSlug
    evidence: str
    open_seconds: Annotated[int, Field(ge=0, description="Ride seconds of the day's eligible rides.")]
    observed_seconds: Seconds
    coverage_percent: Percent | None
