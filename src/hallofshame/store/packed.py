"""Rows read in groups, each group packed into one text by the database.

The drivers make an object in Python of every value, and PyMySQL takes an answer apart value by value. One
text per group, which Polars takes apart, is read from SQLite in half the time, from a server in a fifth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl
from sqlalchemy import Connection, Select, func, types
from sqlalchemy import select as sqlalchemy_select
from sqlalchemy.sql.elements import ColumnElement

from hallofshame.domain.errors import StoreError
from hallofshame.store.bulk import dtype_of, read_frame, series_of

_PACKABLE = (pl.Int64, pl.String)
_BETWEEN = "],["
_READ_OTHERWISE_AS_CSV = ("\\", '"null"')
"""What stands in JSON for a text that the same characters in CSV are not."""


def read_groups(
    connection: Connection, select: Select[*tuple[Any, ...]], groups: Sequence[str]
) -> pl.DataFrame:
    """The rows of ``select``, as :func:`hallofshame.store.bulk.read_frame` gives them, in any order.

    :param groups: the columns (numbers or dates) that all rows of one text have in common, as a park and a
        day; the others are integers and texts.
    :raises StoreError: for a column of another kind.
    """
    kinds = {str(column.key): column.type for column in select.selected_columns}
    schema = {name: dtype_of(kind, name) for name, kind in kinds.items()}
    packed = [name for name in schema if name not in groups]
    if wrong := [name for name in packed if schema[name] not in _PACKABLE]:
        raise StoreError(f"read_groups cannot pack the column {wrong[0]!r}; make it one of the groups")
    found = connection.execute(_packed(select, groups, packed, connection.dialect.name)).all()
    if not found:
        return pl.DataFrame(schema=schema)
    *keys, counts, texts = zip(*found, strict=True)
    values = _unpacked(texts, sum(counts), {name: schema[name] for name in packed})
    if values is None:
        return read_frame(connection, select)  # the server cut a text off
    each = pl.DataFrame(
        [series_of(name, values_of, schema[name]) for name, values_of in zip(groups, keys, strict=True)]
    )
    place = pl.select(pl.int_range(len(counts)).repeat_by(pl.Series(counts)).explode()).to_series()
    return pl.concat([each[place], values], how="horizontal").select(list(schema))


def _packed(
    select: Select[*tuple[Any, ...]], groups: Sequence[str], names: Sequence[str], dialect: str
) -> Select[*tuple[Any, ...]]:
    """Each group with the number of its rows and these as JSON arrays, one after the other."""
    rows = select.subquery("packed")
    columns = [rows.c[name] for name in names]
    row: ColumnElement[Any] = func.json_array(*columns)
    if dialect != "sqlite":
        # A server's own JSON_ARRAY takes several times as long as joining the values.
        row = func.concat("[", func.concat_ws(",", *map(_literal, columns)), "]", type_=types.String())
    keys = [rows.c[name] for name in groups]
    return sqlalchemy_select(*keys, func.count(), func.aggregate_strings(row, ",")).group_by(*keys)


def _literal(column: ColumnElement[Any]) -> ColumnElement[Any]:
    value = func.json_quote(column) if isinstance(column.type, types.String) else column
    return func.coalesce(value, "null")


def _unpacked(texts: Sequence[str], rows: int, schema: dict[str, pl.DataType]) -> pl.DataFrame | None:
    """The rows in the texts; null where one is cut off."""
    if not all(text.endswith("]") for text in texts):
        return None
    whole = ",".join(texts)
    if whole.count(_BETWEEN) == rows - 1 and not any(odd in whole for odd in _READ_OTHERWISE_AS_CSV):
        return pl.read_csv(
            whole[1:-1].replace(_BETWEEN, "\n").encode(),
            has_header=False,
            new_columns=list(schema),
            schema_overrides=list(schema.values()),
            null_values="null",
        )
    found = orjson.loads(f"[{whole}]")
    if len(found) != rows:
        return None
    return pl.DataFrame(
        [
            series_of(name, values, schema[name])
            for name, values in zip(schema, zip(*found, strict=True), strict=True)
        ]
    )
