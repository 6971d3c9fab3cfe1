"""What recordings kept as JSON texts beside statuses: rides' own hours, show times, tables of restaurants."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.words import RideKind
from hallofshame.feeds.themeparks_wiki_parse import performances_among_hours

HOURS_SCHEMA = pl.Schema(
    {
        "park_external_id": pl.String,
        "park_name": pl.String,
        "observed_at": pl.Int64,
        "ride_external_id": pl.String,
        "ride_name": pl.String,
        "kind": pl.String,
        "hours_json": pl.String,
    }
)
"""Columns of :attr:`Recording.hours`."""

OFFERS_SCHEMA = pl.Schema(
    {
        "park_external_id": pl.String,
        "park_name": pl.String,
        "observed_at": pl.Int64,
        "ride_external_id": pl.String,
        "ride_name": pl.String,
        "kind": pl.String,
        "json": pl.String,
    }
)
"""Columns of :attr:`Recording.shows` and :attr:`Recording.dining`."""

_NOTHING = ["", "[]", "null"]


def published_hours(rides: pl.DataFrame) -> pl.DataFrame:
    """The readings that came with hours of the ride's own, :data:`HOURS_SCHEMA`."""
    if "operating_hours_json" not in rides.columns:
        return pl.DataFrame(schema=HOURS_SCHEMA)
    said = pl.col("operating_hours_json")
    found = rides.filter(_is_said(said)).with_columns(hours_json=said)
    return found.select(HOURS_SCHEMA.names()).cast(HOURS_SCHEMA)


def show_times(rides: pl.DataFrame) -> pl.DataFrame:
    """The readings that came with show times, :data:`OFFERS_SCHEMA`.

    Some performances stand among the hours, so that a reading may have two rows.
    """
    if "showtimes_json" not in rides.columns:
        return pl.DataFrame(schema=OFFERS_SCHEMA)
    hours = rides["operating_hours_json"].drop_nulls().unique().to_list()
    performances = {text: performances_among_hours(text) for text in hours}
    among_hours = pl.col("operating_hours_json").replace_strict(
        performances, default=None, return_dtype=pl.String
    )
    rows = pl.concat([rides.with_columns(json="showtimes_json"), rides.with_columns(json=among_hours)])
    return rows.filter(_is_said(pl.col("json"))).select(OFFERS_SCHEMA.names()).cast(OFFERS_SCHEMA)


def dining_tables(rides: pl.DataFrame) -> pl.DataFrame:
    """All readings of restaurants that ever offered a table, :data:`OFFERS_SCHEMA`.

    Where one says nothing, it offers none then.
    """
    if "dining_json" not in rides.columns:
        return pl.DataFrame(schema=OFFERS_SCHEMA)
    identity = ["park_external_id", "park_name", "ride_external_id", "ride_name"]
    restaurants = rides.filter(pl.col("kind") == RideKind.RESTAURANT.value)
    told = restaurants.filter(_is_said(pl.col("dining_json"))).select(identity).unique()
    found = restaurants.join(told, on=identity, how="semi", nulls_equal=True)
    return found.with_columns(json="dining_json").select(OFFERS_SCHEMA.names()).cast(OFFERS_SCHEMA)


def _is_said(text: pl.Expr) -> pl.Expr:
    return text.is_not_null() & ~text.str.strip_chars().is_in(_NOTHING)
