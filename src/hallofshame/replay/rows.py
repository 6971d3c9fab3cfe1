"""Recorded rows of one park in the form a tape keeps: times as Unix seconds, every ride with a wire id."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping

import polars as pl

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.words import Feed

_UTC = pl.Datetime("us", "UTC")
_FIRST_DERIVED_NUMBER = 1_000_000_000

QUEUE_TIMES_COLUMNS: dict[str, pl.DataType] = {
    "polled_at": pl.Int64(),
    "ride_id": pl.Int64(),
    "ride_name": pl.String(),
    "land": pl.String(),
    "is_open": pl.Boolean(),
    "wait_time": pl.Int64(),
    "last_updated": pl.Int64(),
}
THEMEPARKS_WIKI_COLUMNS: dict[str, pl.DataType] = {
    "polled_at": pl.Int64(),
    "entity_id": pl.String(),
    "name": pl.String(),
    "entity_type": pl.String(),
    "external_id": pl.String(),
    "status": pl.String(),
    "standby_wait": pl.Int64(),
    "single_rider_wait": pl.Int64(),
    "return_type": pl.String(),
    "return_state": pl.String(),
    "return_start": pl.Int64(),
    "paid_return_state": pl.String(),
    "paid_return_start": pl.Int64(),
    "paid_price_amount": pl.Int64(),
    "paid_price_formatted": pl.String(),
    "showtimes_json": pl.String(),
    "operating_hours_json": pl.String(),
    "dining_json": pl.String(),
    "last_updated": pl.Int64(),
}
STAMPS = ("polled_at", "last_updated", "return_start", "paid_return_start")
"""Columns in Unix seconds; a tape shifts all of them alike."""


def derived_number(park_external_id: str, name: str) -> int:
    """A stable Queue-Times id for a ride or land whose recording kept none: ten digits, above any real id."""
    digest = hashlib.sha256(f"{park_external_id}/{name}".encode()).digest()
    return _FIRST_DERIVED_NUMBER + int.from_bytes(digest[:4]) % _FIRST_DERIVED_NUMBER


def derived_uuid(park_external_id: str, name: str) -> str:
    """A stable ThemeParks.wiki id for an entity whose recording kept none."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"replay:{park_external_id}/{name}"))


def tape_rows(
    rows: pl.DataFrame,
    feed: Feed,
    park_external_id: str,
    ride_ids: Mapping[str, str] | None = None,
    lands: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Rows of one park in a recorded shape → :data:`QUEUE_TIMES_COLUMNS` or :data:`THEMEPARKS_WIKI_COLUMNS`.

    Where a row holds no id, ``ride_ids`` (name → id), the id the recording holds for that name elsewhere and
    at last an id derived from the name stand in. Where a row of Queue-Times names no land, ``lands`` (name →
    land) does. Rows come out sorted by poll, one per poll and id. Raises
    :class:`RecordingError` for missing columns and unusable types.
    """
    known = ride_ids or {}
    try:
        if feed is Feed.QUEUE_TIMES:
            return _with_lands(_queue_times(rows, park_external_id, known), lands or {})
        return _themeparks_wiki(rows, park_external_id, known)
    except pl.exceptions.PolarsError as error:
        raise RecordingError(
            f"rows of {feed.slug} park {park_external_id} cannot be played: {error}"
        ) from error


def _queue_times(rows: pl.DataFrame, park: str, known: Mapping[str, str]) -> pl.DataFrame:
    shaped = _shaped(rows, QUEUE_TIMES_COLUMNS)
    if "single_rider_ride_id" in rows.columns:
        shaped = pl.concat([shaped, _single_rider_rides(rows)])
    shaped = _with_ids(shaped, "ride_id", "ride_name", known, lambda name: str(derived_number(park, name)))
    kept = shaped.sort(
        "polled_at", "ride_id", "is_open", "wait_time", descending=[False, False, True, True], nulls_last=True
    )
    return kept.unique(["polled_at", "ride_id"], keep="first", maintain_order=True)


def _with_lands(rows: pl.DataFrame, lands: Mapping[str, str]) -> pl.DataFrame:
    known = pl.col("ride_name").replace_strict(lands, default=None, return_dtype=pl.String)
    return rows.with_columns(land=pl.coalesce(pl.col("land").replace("", None), known)) if lands else rows


def _single_rider_rides(rows: pl.DataFrame) -> pl.DataFrame:
    """The separate ride that upstream serves for a single rider line which the recording had merged."""
    merged = rows.filter(pl.col("single_rider_ride_id").is_not_null()).with_columns(
        ride_id=pl.col("single_rider_ride_id"),
        ride_name=pl.col("ride_name") + " Single Rider",
        is_open=pl.col("single_rider_status").str.to_uppercase().is_in(["OPEN", "OPERATING"]),
        wait_time=pl.col("single_rider_wait_minutes"),
    )
    return _shaped(merged, QUEUE_TIMES_COLUMNS)


def _themeparks_wiki(rows: pl.DataFrame, park: str, known: Mapping[str, str]) -> pl.DataFrame:
    if "queue_type" in rows.columns:
        rows = _widened(rows)
    shaped = _shaped(rows, THEMEPARKS_WIKI_COLUMNS).with_columns(
        pl.col("entity_type").fill_null("ATTRACTION")
    )
    shaped = shaped.filter(~pl.col("entity_type").is_in(["PARK", "DESTINATION", "HOTEL"]))
    shaped = _with_ids(shaped, "entity_id", "name", known, lambda name: derived_uuid(park, name))
    return shaped.sort("polled_at", "name", "entity_id", "status").unique(
        ["polled_at", "entity_id"], keep="first", maintain_order=True
    )


def _widened(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per queue → one row per entity with the standby and the single rider wait beside each other."""

    def wait_of(queue_type: str) -> pl.Expr:
        return pl.col("wait_time").filter(pl.col("queue_type") == queue_type).first()

    return rows.group_by("polled_at", "name", maintain_order=True).agg(
        pl.col("status").sort_by(pl.col("queue_type") != "STANDBY").first(),
        standby_wait=wait_of("STANDBY"),
        single_rider_wait=wait_of("SINGLE_RIDER"),
    )


def _shaped(rows: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return rows.select(
        _cast(name, dtype, rows.schema.get(name)).alias(name) for name, dtype in columns.items()
    ).filter(pl.col("polled_at").is_not_null())


def _cast(name: str, dtype: pl.DataType, given: pl.DataType | None) -> pl.Expr:
    if given is None:
        return pl.lit(None, dtype=dtype)
    if name not in STAMPS or given.is_integer():
        return pl.col(name).cast(dtype)
    if given == pl.String:
        return pl.col(name).str.to_datetime("%+", time_unit="us", time_zone="UTC").dt.epoch("us") // 1_000_000
    return pl.col(name).cast(_UTC).dt.epoch("us") // 1_000_000


def _with_ids(
    rows: pl.DataFrame, identity: str, name: str, known: Mapping[str, str], derive: Callable[[str], str]
) -> pl.DataFrame:
    pairs = (
        rows.filter(pl.col(identity).is_not_null()).select(pl.col(identity).cast(pl.String), name).unique()
    )
    own = {label: number for number, label in pairs.filter(~pl.col(name).is_duplicated()).iter_rows()}
    nameless = rows.filter(pl.col(identity).is_null()).get_column(name).unique()
    stand_ins = {label: own.get(label) or known.get(label) or derive(label) for label in nameless if label}
    dtype = rows.schema[identity]
    filled = pl.col(name).replace_strict(stand_ins, default=None, return_dtype=pl.String).cast(dtype)
    return rows.with_columns(pl.coalesce(identity, filled)) if stand_ins else rows
