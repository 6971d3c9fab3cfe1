"""Recordings of sampled feeds: parquet rows as a collector kept them → one typed frame (R2).

Two column shapes, one per feed, and for ThemeParks.wiki a narrow variant with one row per queue
(:data:`SHAPES`). Columns that are not named there are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.names import kind_named
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import STATUS_RANK, Finding
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, Feed, QueueType, RideKind, Status
from hallofshame.feeds.parsing import MAX_PRICE_MINOR, shown, text_of
from hallofshame.feeds.recorded_texts import dining_tables, published_hours, show_times

READINGS_SCHEMA = pl.Schema(
    {
        "park_external_id": pl.String,
        "park_name": pl.String,
        "observed_at": pl.Int64,
        "ride_external_id": pl.String,
        "ride_name": pl.String,
        "kind": pl.String,
        "land": pl.String,
        "status": pl.UInt8,
        "wait_minutes": pl.Int16,
        "stale": pl.Boolean,
    }
)
"""Columns of :attr:`Recording.readings`."""

QUEUES_SCHEMA = pl.Schema(
    {
        "park_external_id": pl.String,
        "park_name": pl.String,
        "observed_at": pl.Int64,
        "ride_external_id": pl.String,
        "ride_name": pl.String,
        "queue_type": pl.UInt8,
        "wait_minutes": pl.Int16,
        "state": pl.String,
        "price_minor": pl.Int64,
        "currency": pl.String,
        "return_start": pl.Int64,
    }
)
"""Columns of :attr:`Recording.queues`."""

_STALE_AFTER_SECONDS = 24 * 3600
_FILE_NAMES = {Feed.QUEUE_TIMES: "snapshots.parquet", Feed.THEMEPARKS_WIKI: "live_rows.parquet"}
_NOT_RIDES = ("PARK", "DESTINATION", "HOTEL")
_CURRENCY_OF_SIGN = {"$": "USD", "€": "EUR", "£": "GBP"}
_POLL = ["park_external_id", "park_name", "observed_at"]

_QUEUE_TIMES: dict[str, pl.DataType] = {
    "park_id": pl.String(),
    "park_name": pl.String(),
    "polled_at": pl.Datetime("us", "UTC"),
    "ride_id": pl.String(),
    "ride_name": pl.String(),
    "land": pl.String(),
    "is_open": pl.Boolean(),
    "wait_time": pl.Int64(),
    "last_updated": pl.Datetime("us", "UTC"),
    "single_rider_status": pl.String(),
    "single_rider_wait_minutes": pl.Int64(),
}
_THEMEPARKS_WIKI: dict[str, pl.DataType] = {
    "park_id": pl.String(),
    "park_name": pl.String(),
    "polled_at": pl.Datetime("us", "UTC"),
    "entity_id": pl.String(),
    "name": pl.String(),
    "entity_type": pl.String(),
    "status": pl.String(),
    "standby_wait": pl.Int64(),
    "single_rider_wait": pl.Int64(),
    "return_type": pl.String(),
    "return_state": pl.String(),
    "return_start": pl.String(),
    "paid_return_state": pl.String(),
    "paid_return_start": pl.String(),
    "paid_price_amount": pl.Int64(),
    "paid_price_formatted": pl.String(),
    "last_updated": pl.Datetime("us", "UTC"),
    "queue_type": pl.String(),
    "wait_time": pl.Int64(),
    "operating_hours_json": pl.String(),
    "showtimes_json": pl.String(),
    "dining_json": pl.String(),
}
SHAPES = {
    Feed.QUEUE_TIMES: (_QUEUE_TIMES, ("polled_at", "ride_name", "is_open", "wait_time")),
    Feed.THEMEPARKS_WIKI: (_THEMEPARKS_WIKI, ("polled_at", "name", "status", "standby_wait")),
}
"""Per feed the columns that are read, with the type each is read as, and the ones that must be there.

``polled_at`` and ``last_updated`` are datetimes, UTC where they carry no zone. ThemeParks.wiki rows may
hold ``queue_type`` and ``wait_time`` (one row per queue) in the place of ``standby_wait``.
"""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording in the project's words.

    ``readings``: one row per ride and instant, :data:`READINGS_SCHEMA`. ``observed_at`` is Unix seconds, UTC,
    ``status`` a :class:`Status` code or null, ``stale`` marks a claim of OPERATING on an upstream stamp over
    24 h old. ``queues``: single rider lines and return times, :data:`QUEUES_SCHEMA`; ``return_start`` is Unix
    seconds. ``hours``: what was published of rides' own hours, :data:`HOURS_SCHEMA`, as the source wrote it.
    ``shows`` and ``dining``, :data:`OFFERS_SCHEMA`: the same of show times, and of tables of restaurants
    where the recording kept them; there a null says that none was offered.
    ``findings``: one per kind and subject.
    """

    feed: Feed
    readings: pl.DataFrame
    queues: pl.DataFrame
    hours: pl.DataFrame
    shows: pl.DataFrame
    dining: pl.DataFrame
    findings: tuple[Finding, ...]


def read_recording(path: Path, feed: Feed) -> Recording:
    """Read the parquet file ``path``, or the feed's file in the folder ``path``.

    Raises :class:`RecordingError` naming the file for a missing or unreadable file, missing columns and
    columns of an unusable type.
    """
    file, rows = read_rows(path, feed)
    return normalise_rows(rows, feed, source=str(file))


def read_rows(path: Path, feed: Feed) -> tuple[Path, pl.DataFrame]:
    """The file that ``path`` stands for and its rows as recorded."""
    if feed not in _FILE_NAMES:
        raise RecordingError(f"{feed.slug} is an event log, not a sampled feed; import it as an archive")
    file = path / _FILE_NAMES[feed] if path.is_dir() else path
    if not file.is_file():
        raise RecordingError(
            f"no recording at {file}; give a parquet file or a folder with {_FILE_NAMES[feed]}"
        )
    try:
        return file, pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise RecordingError(f"{file} cannot be read as parquet: {error}") from error


def normalise_rows(rows: pl.DataFrame, feed: Feed, *, source: str) -> Recording:
    """Rows in one of the recorded shapes → :class:`Recording`; ``source`` names them in errors."""
    findings: list[Finding] = []
    typed = _typed(rows, feed, source, findings)
    for wait in ("wait_time", "standby_wait", "single_rider_wait", "single_rider_wait_minutes"):
        if wait in typed.columns:
            typed = _plausible(typed, wait, findings)
    if "paid_price_amount" in typed.columns:
        typed = _plausible_price(typed, findings)
    split = _queue_times if feed is Feed.QUEUE_TIMES else _themeparks_wiki
    rides, queues = split(typed, findings)
    findings += _count(
        rides.filter(pl.col("status").is_null()),
        "unknown_status",
        "reading",
        "{n} without a known status (said {example}); kept as unknown",
        "status_text",
    )
    stamp_age = pl.col("observed_at") - pl.col("upstream_at")
    claims = (pl.col("status") == int(Status.OPERATING)).fill_null(value=False)
    land = pl.col("land").replace("", None) if "land" in rides.columns else pl.lit(None, dtype=pl.String)
    rides = rides.with_columns(
        land=land, stale=claims & (stamp_age > _STALE_AFTER_SECONDS).fill_null(value=False)
    )
    rides = _one_per_ride(rides, findings)
    queues = _one_per_queue(queues, findings)
    order = ["park_external_id", "observed_at", "ride_name", "ride_external_id"]
    return Recording(
        feed=feed,
        readings=rides.select(READINGS_SCHEMA.names()).cast(READINGS_SCHEMA).sort(order),
        queues=queues.select(QUEUES_SCHEMA.names()).cast(QUEUES_SCHEMA).sort([*order, "queue_type"]),
        hours=published_hours(rides).sort(order),
        shows=show_times(rides).sort(order),
        dining=dining_tables(rides).sort(order),
        findings=tuple(findings),
    )


def _typed(rows: pl.DataFrame, feed: Feed, source: str, findings: list[Finding]) -> pl.DataFrame:
    """The columns of the feed's shape with the types of :data:`SHAPES`; optional ones that lack are null."""
    columns, required = SHAPES[feed]
    narrow = "queue_type" in rows.columns and feed is Feed.THEMEPARKS_WIKI
    needed = (*required[:-1], "wait_time") if narrow else required
    missing = [name for name in needed if name not in rows.columns]
    if missing:
        columns_are = "column" if len(missing) == 1 else "columns"
        raise RecordingError(
            f"{source}: {columns_are} {', '.join(map(repr, missing))} missing; "
            f"docs/commands.md says what a {feed.slug} recording holds"
        )
    # A missing number is often kept as NaN.
    rows = rows.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))
    expressions = []
    for name, dtype in columns.items():
        if name not in rows.columns:
            expressions.append(pl.lit(None, dtype=dtype).alias(name))
        elif dtype == pl.Datetime("us", "UTC"):
            expressions.append(_as_utc(name, rows.schema[name], source))
        elif rows.schema[name].is_float() and dtype == pl.String:
            # Ids next to nulls often come as floating point numbers; 12.0 is the id 12.
            expressions.append(pl.col(name).cast(pl.Int64, strict=False).cast(dtype))
        else:
            expressions.append(pl.col(name).cast(dtype, strict=False))
    try:
        typed = rows.select(expressions)
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"{source}: a column has an unusable type: {error}") from error
    findings += _unreadable(rows, typed)
    name = "ride_name" if feed is Feed.QUEUE_TIMES else "name"
    identity = "ride_id" if feed is Feed.QUEUE_TIMES else "entity_id"
    typed = typed.rename(
        {name: "ride_name", identity: "ride_external_id", "park_id": "park_external_id"}, strict=False
    )
    usable = pl.col("observed_at").is_not_null() & pl.col("ride_name").is_not_null()
    spellings = typed.get_column("ride_name").drop_nulls().unique().to_list()
    cleaned = pl.col("ride_name").replace_strict(
        {spelling: text_of(spelling) for spelling in spellings}, default=None, return_dtype=pl.String
    )
    typed = typed.with_columns(
        ride_name=pl.coalesce(cleaned, "ride_external_id"),
        observed_at=pl.col("polled_at").dt.epoch("us") // 1_000_000,
        upstream_at=pl.col("last_updated").dt.epoch("us") // 1_000_000,
    )
    refused = typed.filter(~usable).height
    if refused:
        findings.append(
            Finding(
                "unusable_row",
                source,
                f"{counted(refused, 'row')} without polling time, or with neither name nor id, left out",
            )
        )
    return typed.filter(usable)


def _unreadable(rows: pl.DataFrame, typed: pl.DataFrame) -> list[Finding]:
    """One finding per column of which some values could not be read as its type; they are unknown now."""
    found = []
    for name in typed.columns:
        lost = typed[name].is_null() & rows[name].is_not_null() if name in rows.columns else None
        if lost is not None and lost.any():
            example = shown(rows[name].filter(lost)[0])
            detail = f"{lost.sum()} values such as {example} are no {typed.schema[name]}; kept as unknown"
            found.append(Finding("value_unreadable", name, detail))
    return found


def _as_utc(name: str, dtype: pl.DataType, source: str) -> pl.Expr:
    if dtype == pl.Null:
        return pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias(name)
    if not isinstance(dtype, pl.Datetime):
        raise RecordingError(f"{source}: column {name} is {dtype}; it must be a datetime in UTC")
    column = pl.col(name).dt.cast_time_unit("us")
    return (
        column.dt.replace_time_zone("UTC") if dtype.time_zone is None else column.dt.convert_time_zone("UTC")
    )


def _kinds_named(names: pl.Series) -> pl.Series:
    """The kind of each name, told from its words (Queue-Times tells none)."""
    known = names.unique()
    kinds = [kind_named(name or "").value for name in known]
    return names.replace_strict(known, kinds, return_dtype=pl.String)


def _queue_times(rows: pl.DataFrame, findings: list[Finding]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rides and queues of Queue-Times rows: ``is_open`` and wait → status. Queues among rides stay (R2)."""
    open_or_shut = (
        pl.when(pl.col("is_open"))
        .then(int(Status.OPERATING))
        .when(~pl.col("is_open"))
        .then(int(Status.CLOSED))
        .otherwise(None)
    )
    waits = (pl.col("wait_time") > 0).fill_null(value=False)
    rows = rows.with_columns(
        status=pl.when(waits).then(int(Status.OPERATING)).otherwise(open_or_shut),
        status_text=pl.lit("nothing", dtype=pl.String),
        kind=_kinds_named(rows["ride_name"]),
        wait_minutes=pl.col("wait_time"),
    )
    merged = rows.filter(
        pl.col("single_rider_status").is_not_null() | pl.col("single_rider_wait_minutes").is_not_null()
    ).with_columns(
        wait_minutes=pl.col("single_rider_wait_minutes"),
        state=_state(pl.col("single_rider_status").str.to_uppercase().is_in(["OPEN", "OPERATING"])),
    )
    return rows, _as_queue(merged, QueueType.SINGLE_RIDER)


def _state(is_open: pl.Expr) -> pl.Expr:
    names = (pl.lit(Status.OPERATING.name), pl.lit(Status.CLOSED.name))
    return pl.when(is_open).then(names[0]).when(~is_open).then(names[1]).otherwise(None)


def _as_queue(rows: pl.DataFrame, queue_type: QueueType | None) -> pl.DataFrame:
    """Rows with the columns of :data:`QUEUES_SCHEMA`; those that are not there are null."""
    if queue_type is not None:
        rows = rows.with_columns(queue_type=pl.lit(int(queue_type)))
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None))
        .cast(pl.Int64 if name == "wait_minutes" else dtype)
        .alias(name)
        for name, dtype in QUEUES_SCHEMA.items()
    )


def _themeparks_wiki(rows: pl.DataFrame, findings: list[Finding]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rides and queues of ThemeParks.wiki rows, in the wide or the narrow shape."""
    kinds = [kind.value for kind in RideKind]
    rows = (
        rows.with_columns(pl.col("entity_type").fill_null(RideKind.ATTRACTION.value).str.to_uppercase())
        .filter(~pl.col("entity_type").is_in(_NOT_RIDES))
        .with_columns(
            kind=pl.when(pl.col("entity_type").is_in(kinds))
            .then("entity_type")
            .otherwise(pl.lit(RideKind.OTHER.value)),
            status_text=pl.col("status").fill_null("nothing"),
            status=pl.col("status")
            .str.to_uppercase()
            .replace_strict(
                {status.name: int(status) for status in Status}, default=None, return_dtype=pl.Int64
            ),
            queue_type=pl.col("queue_type").str.to_uppercase(),
        )
    )
    findings += _count(
        rows.filter(~pl.col("entity_type").is_in(kinds)),
        "unknown_entity_type",
        "row",
        "{n} of the unknown entity type {example}; kept as OTHER",
        "entity_type",
    )
    ride = pl.col("queue_type").is_null() | (pl.col("queue_type") == "STANDBY")
    standby = rows.filter(ride).with_columns(wait_minutes=pl.coalesce("standby_wait", "wait_time"))
    other = rows.filter(~ride)
    identity = [*_POLL, "ride_external_id", "ride_name"]
    orphans = other.join(standby, on=identity, how="anti", nulls_equal=True).with_columns(
        wait_minutes=pl.lit(None, dtype=pl.Int64)
    )
    rides = pl.concat([standby, orphans])
    return rides, pl.concat([_narrow_queues(other, findings), *_wide_queues(standby)])


def _narrow_queues(rows: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    codes = {queue.name: int(queue) for queue in QueueType}
    findings += _count(
        rows.filter(~pl.col("queue_type").is_in(list(codes))),
        "unknown_queue",
        "row",
        "{n} of the unknown queue type {example}; left out of the queues",
        "queue_type",
    )
    coded = rows.with_columns(
        pl.col("queue_type").replace_strict(codes, default=None, return_dtype=pl.UInt8),
        wait_minutes=pl.col("wait_time"),
        state=pl.lit(None, dtype=pl.String),
        return_start=pl.lit(None, dtype=pl.Int64),
    ).filter(pl.col("queue_type").is_not_null())
    return _as_queue(coded, None)


def _wide_queues(rows: pl.DataFrame) -> list[pl.DataFrame]:
    bare = rows.drop("wait_minutes", "queue_type")
    single = bare.filter(pl.col("single_rider_wait").is_not_null()).with_columns(
        wait_minutes=pl.col("single_rider_wait"), return_start=pl.lit(None, dtype=pl.Int64)
    )
    paid_type = pl.col("return_type").str.to_uppercase() == QueueType.PAID_RETURN_TIME.name
    returns = bare.filter(pl.col("return_state").is_not_null()).with_columns(
        queue_type=pl.when(paid_type)
        .then(int(QueueType.PAID_RETURN_TIME))
        .otherwise(int(QueueType.RETURN_TIME)),
        state=pl.col("return_state"),
        return_start=_unix(pl.col("return_start")),
    )
    sign = pl.col("paid_price_formatted").str.extract(r"([$€£])")
    paid = bare.filter(pl.col("paid_return_state").is_not_null()).with_columns(
        state=pl.col("paid_return_state"),
        return_start=_unix(pl.col("paid_return_start")),
        price_minor=pl.col("paid_price_amount"),
        currency=sign.replace_strict(_CURRENCY_OF_SIGN, default=None, return_dtype=pl.String),
    )
    return [
        _as_queue(single, QueueType.SINGLE_RIDER),
        _as_queue(returns, None),
        _as_queue(paid, QueueType.PAID_RETURN_TIME),
    ]


def _unix(text: pl.Expr) -> pl.Expr:
    return (
        text.str.to_datetime(time_unit="us", time_zone="UTC", strict=False, format="%+").dt.epoch("us")
        // 1_000_000
    )


def _plausible(rows: pl.DataFrame, wait: str, findings: list[Finding]) -> pl.DataFrame:
    """Waits outside 0..600 minutes become null and a finding (R2)."""
    impossible = ~pl.col(wait).is_between(0, MAX_PLAUSIBLE_WAIT_MINUTES)
    findings += _count(
        rows.filter(impossible),
        "wait_out_of_range",
        "wait",
        "{n} outside 0.." + str(MAX_PLAUSIBLE_WAIT_MINUTES) + " min, such as {example}; kept as unknown",
        wait,
    )
    return rows.with_columns(pl.when(impossible).then(None).otherwise(wait).alias(wait))


def _plausible_price(rows: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """Prices below 0 or beyond reason become null and a finding."""
    amount = pl.col("paid_price_amount")
    impossible = ~amount.is_between(0, MAX_PRICE_MINOR)
    findings += _count(
        rows.filter(impossible),
        "price_out_of_range",
        "price",
        "{n} outside 0.." + str(MAX_PRICE_MINOR) + ", such as {example}; kept as unknown",
        "paid_price_amount",
    )
    return rows.with_columns(paid_price_amount=pl.when(impossible).then(None).otherwise(amount))


def _one_per_ride(rides: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """Of several readings of one ride and instant the one that says most: see :data:`STATUS_RANK`."""
    rank = {int(status): place for status, place in STATUS_RANK.items()}
    ranked = rides.with_columns(
        ride_key=pl.coalesce(pl.lit("#") + pl.col("ride_external_id"), pl.lit("=") + pl.col("ride_name")),
        rank=pl.col("status").replace_strict(rank, default=len(rank), return_dtype=pl.Int8),
    ).sort(
        "rank",
        "wait_minutes",
        "stale",
        "ride_name",
        "kind",
        descending=[False, True, False, False, False],
        nulls_last=True,
    )
    key = ["park_external_id", "park_name", "observed_at", "ride_key"]
    findings += _count(
        ranked.filter(~pl.struct(key).is_first_distinct()),
        "duplicate_reading",
        "further reading",
        "{n} at an instant that already has one (such as {example}); the fullest was kept",
        "observed_at",
    )
    return ranked.unique(key, keep="first", maintain_order=True)


def _one_per_queue(queues: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """Of several readings of one queue and instant the longest wait; those that say the same are one."""
    key = [*_POLL, "ride_external_id", "ride_name", "queue_type"]
    ranked = queues.unique(maintain_order=True).sort(
        "wait_minutes", "state", "return_start", descending=[True, False, False], nulls_last=True
    )
    findings += _count(
        ranked.filter(~pl.struct(key).is_first_distinct()),
        "queue_named_twice",
        "further reading of a queue",
        "{n} at an instant that already has one (such as {example}); the longest wait was kept",
        "observed_at",
    )
    return ranked.unique(key, keep="first", maintain_order=True)


def _count(rows: pl.DataFrame, kind: str, one: str, sentence: str, example: str) -> list[Finding]:
    """One finding per ride among ``rows``; ``sentence`` takes ``{n}``, so many ``one``, and ``{example}``."""
    subjects = rows.group_by(subject=pl.coalesce("ride_external_id", "ride_name")).agg(
        n=pl.len(), example=pl.col(example).min()
    )
    return [
        Finding(kind, subject, sentence.format(n=counted(n, one), example=shown))
        for subject, n, shown in subjects.sort("subject").iter_rows()
    ]
