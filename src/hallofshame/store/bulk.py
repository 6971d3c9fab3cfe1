"""Batches: Polars frames into and out of tables, the same on every database and safe to repeat.

A frame's columns are columns of the table, in any order; the database gets them exactly as they are. What a
column cannot hold (an integer out of its range, a text too long, a null where none may be, a NaN) is refused
before anything is written, on every database alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias, cast

import orjson
import polars as pl
from pymysql.converters import escape_string
from sqlalchemy import Column, Connection, Select, Table, func, literal_column, types
from sqlalchemy import select as sqlalchemy_select

from hallofshame.domain.errors import StoreError
from hallofshame.domain.plurals import counted
from hallofshame.store.models import Base

Target: TypeAlias = Table | type[Base]

STATEMENT_BYTES = 1_000_000
"""Length of one multi-row statement; well below the smallest usual ``max_allowed_packet`` of 16 MB."""

FETCH_ROWS = 20_000

_INTEGER_RANGES: tuple[tuple[type[types.TypeEngine[Any]], int], ...] = (
    (types.SmallInteger, 2**15),
    (types.BigInteger, 2**63),
    (types.Integer, 2**31),
)


def insert(connection: Connection, target: Target, frame: pl.DataFrame) -> int:
    """Insert all rows of ``frame``; returns their number. A key that exists already is an error."""
    table = _table(target)
    _write(connection, table, frame, "INSERT INTO", "")
    return frame.height


def insert_ignore(connection: Connection, target: Target, frame: pl.DataFrame) -> int:
    """Insert the rows whose key is not there yet; returns how many really were new.

    Only for tables without foreign keys: MySQL's ``INSERT IGNORE`` would drop rows with a broken reference
    in silence.
    """
    table = _table(target)
    if table.foreign_keys:
        raise StoreError(f"insert_ignore cannot be used on {table.name}: it has foreign keys; use upsert")
    if _is_sqlite(connection):
        return _write(connection, table, frame, "INSERT INTO", f"ON CONFLICT ({_key(table)}) DO NOTHING")
    return _write(connection, table, frame, "INSERT IGNORE INTO", "")


def upsert(
    connection: Connection,
    target: Target,
    frame: pl.DataFrame,
    *,
    keep: Sequence[str] = (),
    add: Sequence[str] = (),
) -> None:
    """Insert the rows of ``frame``; a row whose primary key exists takes over the frame's other columns.

    :param keep: columns that an existing row keeps (``first_seen_at``).
    :param add: columns of which an existing row adds the frame's value to its own (``occurrences``).
    """
    table = _table(target)
    key = {column.name for column in table.primary_key}
    changed = [name for name in frame.columns if name not in key and name not in keep]
    sqlite = _is_sqlite(connection)
    new = "excluded.{}" if sqlite else "VALUES({})"
    sets = []
    for name in changed:
        quoted = _quote(name)
        own = f"{_quote(table.name)}.{quoted} + " if name in add else ""
        sets.append(f"{quoted} = {own}{new.format(quoted)}")
    if sqlite:
        action = f"UPDATE SET {', '.join(sets)}" if sets else "NOTHING"
        tail = f"ON CONFLICT ({_key(table)}) DO {action}"
    else:
        first = _quote(next(iter(table.primary_key)).name)
        tail = f"ON DUPLICATE KEY UPDATE {', '.join(sets) or f'{first} = {first}'}"
    _write(connection, table, frame, "INSERT INTO", tail)


def delete_keys(connection: Connection, target: Target, keys: pl.DataFrame) -> int:
    """Delete the rows that equal a row of ``keys`` in all columns of ``keys``; returns how many went.

    The columns may be part of the key (a park-day of an hourly table) or more than it (a mark with its
    generation). Nulls match nothing.
    """
    table = _table(target)
    _check(table, keys)
    if keys.is_empty():
        return 0
    names = [_quote(name) for name in keys.columns]
    if _is_sqlite(connection):
        where = " AND ".join(f"{name} = ?" for name in names)
        statement = f"DELETE FROM {_quote(table.name)} WHERE {where}"  # noqa: S608
        return connection.exec_driver_sql(statement, _parameters(keys)).rowcount
    deleted = 0
    head = f"DELETE FROM {_quote(table.name)} WHERE ({', '.join(names)}) IN ("  # noqa: S608
    for values in _value_lists(keys):
        deleted += _send(connection, f"{head}{values})")
    return deleted


def read_frame(
    connection: Connection,
    select: Select[*tuple[Any, ...]],
    parameters: Mapping[str, Any] | None = None,
) -> pl.DataFrame:
    """The rows of ``select`` as a frame.

    Columns are named as selected; integers become ``Int64``, dates ``Date``, booleans ``Boolean``, numbers
    ``Float64`` and texts ``String``.
    """
    columns = list(select.selected_columns)
    schema = {(name := str(column.key)): dtype_of(column.type, name) for column in columns}
    result = connection.execute(select, parameters)
    frames = [pl.DataFrame(schema=schema)]
    if result.cursor is not None:
        # The driver's own tuples: SQLAlchemy's rows and converters would cost more than the query. In pieces,
        # because the garbage collector walks over every tuple that is alive.
        while rows := result.cursor.fetchmany(FETCH_ROWS):
            series = map(series_of, schema, zip(*rows, strict=True), schema.values())
            frames.append(pl.DataFrame(list(series)))
    result.close()
    return pl.concat(frames)


def read_numbers(connection: Connection, select: Select[*tuple[Any, ...]]) -> pl.DataFrame:
    """:func:`read_frame` for columns of integers, booleans and dates alone; the rows come in any order."""
    return NumberQuery(select).frame(connection)


class NumberQuery:
    """A select of integers, booleans and dates alone, made once and read often; the rows come in any order.

    From a MariaDB or MySQL server several times as fast as :func:`read_frame`: PyMySQL takes an answer apart
    value by value in Python, so the server packs all rows into one text, which Polars takes apart.

    :raises StoreError: for a column of another kind.
    """

    def __init__(self, select: Select[*tuple[Any, ...]]) -> None:
        self._select = select
        names = [(str(column.key), column.type) for column in select.selected_columns]
        self._schema = {name: dtype_of(kind, name) for name, kind in names}
        wrong = [name for name, kind in self._schema.items() if kind not in (pl.Int64, pl.Boolean, pl.Date)]
        if wrong:
            raise StoreError(f"read_numbers cannot read the column {wrong[0]!r}; use read_frame")

    @cached_property
    def _as_csv(self) -> Select[*tuple[Any, ...]]:
        return self._packed("", "\n")

    @cached_property
    def _as_json(self) -> Select[*tuple[Any, ...]]:
        return self._packed("null", "],[")

    def _packed(self, null: str, between: str) -> Select[*tuple[Any, ...]]:
        """The number of rows, all of them as one text, and the length at which the server cuts it off."""
        rows = self._select.subquery("packed")
        values = [func.coalesce(column, null) for column in rows.columns]
        line = func.concat_ws(",", *values, type_=types.String())
        longest = literal_column("LEAST(@@group_concat_max_len, @@max_allowed_packet)", types.BigInteger())
        text = func.aggregate_strings(line, between)
        return sqlalchemy_select(func.count(), text, longest).select_from(rows)

    def frame(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """The rows for some parameters, with columns as :func:`read_frame` gives them."""
        if _is_sqlite(connection):
            return read_frame(connection, self._select, parameters)
        count, lines, longest = connection.execute(self._as_csv, parameters).one()
        if not count:
            return pl.DataFrame(schema=self._schema)
        if len(lines) >= longest:
            return read_frame(connection, self._select, parameters)  # the server cut the text off
        kept = {name: pl.Int64() if kind == pl.Boolean else kind for name, kind in self._schema.items()}
        found = pl.read_csv(
            lines.encode("ascii"),
            has_header=False,
            new_columns=list(kept),
            schema_overrides=list(kept.values()),
        )
        if found.height != count:
            return read_frame(connection, self._select, parameters)  # cut off all the same
        return found.cast(pl.Schema(self._schema))

    def rows(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]:
        """The same as rows of whole numbers; a select with another kind of column has to be read as a frame.

        Without Polars, which shares a few hundred rows among its threads: that takes longer than reading.
        """
        if _is_sqlite(connection):
            # The driver's own tuples: SQLAlchemy's rows would cost a third of the query.
            cursor = connection.execute(self._select, parameters).cursor
            return [] if cursor is None else cursor.fetchall()
        count, lists, longest = connection.execute(self._as_json, parameters).one()
        if not count:
            return []
        if len(lists) >= longest:
            return read_frame(connection, self._select, parameters).rows()  # the server cut the text off
        found: list[list[Any]] = orjson.loads(f"[[{lists}]]")
        return found if len(found) == count else read_frame(connection, self._select, parameters).rows()


def columns_of(target: Target, names: Sequence[str]) -> list[Column[Any]]:
    """Columns of a table by name, for a ``select``."""
    table = _table(target)
    return [table.c[name] for name in names]


def series_of(name: str, values: Sequence[Any], dtype: pl.DataType) -> pl.Series:
    """Values as a driver gives them, as a column of ``dtype``."""
    if dtype == pl.Boolean:
        return pl.Series(name, values, pl.Int64).cast(pl.Boolean)
    try:
        return pl.Series(name, values, dtype)
    except TypeError:
        if dtype == pl.Date:  # SQLite keeps dates as text.
            return pl.Series(name, values, pl.String).str.to_date("%Y-%m-%d")
        # MySQL's SUM over integers is a DECIMAL.
        number = int if dtype == pl.Int64 else float
        return pl.Series(name, [None if value is None else number(value) for value in values], dtype)


def dtype_of(kind: types.TypeEngine[Any], name: str) -> pl.DataType:
    """What a column of that SQL type is in a frame.

    :raises StoreError: for a type that frames do not hold.
    """
    if isinstance(kind, types.Boolean):
        return pl.Boolean()
    if isinstance(kind, types.Integer):
        return pl.Int64()
    if isinstance(kind, types.Date):
        return pl.Date()
    if isinstance(kind, types.Numeric | types.Float):
        return pl.Float64()
    if isinstance(kind, types.String):
        return pl.String()
    raise StoreError(
        f"column {name!r} has the SQL type {kind!r}, which frames do not hold; cast it in the select"
    )


def _table(target: Target) -> Table:
    return target if isinstance(target, Table) else cast("Table", target.__table__)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _quote(name: str) -> str:
    # Names come from the models only; backticks are understood by SQLite, MariaDB and MySQL.
    return f"`{name}`"


def _key(table: Table) -> str:
    return ", ".join(_quote(column.name) for column in table.primary_key)


def _write(connection: Connection, table: Table, frame: pl.DataFrame, verb: str, tail: str) -> int:
    """Send ``frame``; returns the number of rows the database says it touched."""
    _check(table, frame)
    if frame.is_empty():
        return 0
    head = f"{verb} {_quote(table.name)} ({', '.join(_quote(name) for name in frame.columns)}) VALUES "
    if _is_sqlite(connection):
        places = ", ".join("?" * frame.width)
        return connection.exec_driver_sql(f"{head}({places}) {tail}", _parameters(frame)).rowcount
    return sum(_send(connection, f"{head}{values} {tail}") for values in _value_lists(frame))


def _check(table: Table, frame: pl.DataFrame) -> None:
    """Raise :class:`StoreError` for what a column of ``table`` cannot hold, with column and value."""
    for series in frame.iter_columns():
        if series.name not in table.columns:
            raise StoreError(
                f"{table.name} has no column {series.name!r}; it has {', '.join(table.columns.keys())}"
            )
        column = table.columns[series.name]
        if series.null_count() and not column.nullable:
            raise StoreError(
                f"{table.name}.{series.name} may not be null, but is in {counted(series.null_count(), 'row')}"
            )
        _check_values(f"{table.name}.{series.name}", column.type, series)


def _check_values(label: str, kind: types.TypeEngine[Any], series: pl.Series) -> None:
    if series.dtype == pl.Null:
        return
    if isinstance(kind, types.Boolean):
        suitable = series.dtype == pl.Boolean or series.dtype.is_integer()
    elif isinstance(kind, types.Integer):
        suitable = series.dtype.is_integer() or series.dtype == pl.Boolean
        if suitable and series.dtype.is_integer():
            _check_range(label, kind, series)
    elif isinstance(kind, types.Date):
        suitable = series.dtype == pl.Date
    elif isinstance(kind, types.String):
        suitable = series.dtype == pl.String
        if suitable and kind.length is not None:
            # In Python: for a few texts the start of a query would cost more than the rest of the write.
            longest = max((len(text) for text in series.to_list() if text is not None), default=0)
            if longest > kind.length:
                raise StoreError(f"{label} holds {kind.length} characters, a value has {longest}")
    else:
        suitable = series.dtype.is_numeric()
        if suitable and not series.cast(pl.Float64).is_finite().all():
            raise StoreError(f"{label} cannot hold NaN or infinity")
    if not suitable:
        raise StoreError(f"{label} is {kind!r}, the frame's column is {series.dtype}")


def _check_range(label: str, kind: types.TypeEngine[Any], series: pl.Series) -> None:
    limit = next(limit for family, limit in _INTEGER_RANGES if isinstance(kind, family))
    low, high = cast("int | None", series.min()), cast("int | None", series.max())
    for value in (low, high):
        if value is not None and not -limit <= value < limit:
            raise StoreError(f"{label} cannot hold {value}; it takes {-limit} to {limit - 1}")


def _parameters(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Rows for SQLite's driver: dates as ISO text, booleans as 0 and 1."""
    if not {pl.Date, pl.Boolean} & set(frame.dtypes):
        return frame.rows()
    return frame.with_columns(
        pl.col(pl.Date).cast(pl.String),
        pl.col(pl.Boolean).cast(pl.Int8),
    ).rows()


def _value_lists(frame: pl.DataFrame) -> Iterator[str]:
    """``(1,NULL,'2026-08-20'),(…),…`` in pieces of about :data:`STATEMENT_BYTES`.

    PyMySQL writes values into the text of a statement itself, one by one in Python; integers, floats and
    ISO dates need no escaping, so Polars writes them; texts go through the driver's own escaping.
    """
    # One expression for all columns: an operation per column would cost more than the work in it.
    texts = frame.with_columns(
        _escaped(frame[name]) for name in frame.columns if frame[name].dtype == pl.String
    )
    literals = pl.concat_str([_literal(name, dtype) for name, dtype in frame.schema.items()], separator=",")
    rows = texts.select(pl.concat_str(pl.lit("("), literals, pl.lit(")")).alias("row"))["row"]
    total = cast("int", rows.str.len_bytes().sum()) + rows.len()
    pieces = -(-total // STATEMENT_BYTES)
    size = -(-rows.len() // pieces)
    for start in range(0, rows.len(), size):
        yield rows.slice(start, size).str.join(",").item()


def _literal(name: str, dtype: pl.DataType) -> pl.Expr:
    """How a value of the column stands in a statement; texts are escaped already."""
    value = pl.col(name)
    if dtype == pl.Boolean:
        value = value.cast(pl.Int8)
    if dtype == pl.Date:
        value = pl.concat_str(pl.lit("'"), value.cast(pl.String), pl.lit("'"))
    return value.cast(pl.String).fill_null("NULL")


def _escaped(series: pl.Series) -> pl.Series:
    # Backslash escapes are in force: the SQL mode that Database sets leaves NO_BACKSLASH_ESCAPES out.
    known = series.unique().drop_nulls()
    literals = pl.Series([f"'{escape_string(value)}'" for value in known], dtype=pl.String)
    return series.replace_strict(known, literals, default=None, return_dtype=pl.String)


def _send(connection: Connection, statement: str) -> int:
    # no_parameters: a percent sign in a text is not a place for a parameter.
    return connection.exec_driver_sql(statement, execution_options={"no_parameters": True}).rowcount
