"""One table of an answer as CSV: a header line, one line per row, the attribution in the last column."""

from __future__ import annotations

import csv
import io
import json
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import get_type_hints, is_typeddict

from hallofshame.web.envelope import ATTRIBUTION, Row

CSV_TYPE = "text/csv; charset=utf-8"
WHOLE = "data"
"""The table that is all of ``data``."""

ATTRIBUTION_COLUMN = "attribution"
ATTRIBUTION_TEXT = "; ".join(f"{source['text']} ({source['url']})" for source in ATTRIBUTION)


def write(body: Row, answers: Any, table: str) -> bytes:
    """The table as UTF-8 CSV.

    Columns are the fields of the declared row type, also where there is no row. What lies in a field of its
    own is spread over columns named ``outer.inner``; lists stand as JSON; null is an empty cell. The table
    ``outer.inner`` has the rows of all inner lists, each with the fields of its outer row before it.
    """
    flat = [_flat(row) for row in rows_of(body, table)]
    columns = _columns(_row_type(answers, table)) or {}
    for row in flat:
        columns |= dict.fromkeys(row)
    # A column that only says "nothing here" of a spread field gives way to the fields themselves.
    names = [name for name in columns if not any(other.startswith(f"{name}.") for other in columns)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*names, ATTRIBUTION_COLUMN])
    writer.writerows([*(row.get(name) for name in names), ATTRIBUTION_TEXT] for row in flat)
    return out.getvalue().encode()


def rows_of(body: Row, table: str) -> Sequence[Row]:
    """The rows of one table of an answer."""
    outer, _, inner = table.partition(".")
    part = body["data"] if outer == WHOLE else body["data"][outer]
    rows: Sequence[Row] = part if isinstance(part, list) else [] if part is None else [part]
    if not inner:
        return rows
    return [
        {outer: {name: value for name, value in row.items() if name != inner}} | found
        for row in rows
        for found in row[inner]
    ]


def file_name(path: str, table: str | None) -> str:
    """A name for the file, from the address: ``parks-gardaland-details-rides.csv``."""
    parts = [part for part in path.split("/") if part and part != "api"]
    name = "-".join([*parts, *([table] if table else [])])
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name) + ".csv"


def _flat(row: Mapping[str, Any], prefix: str = "") -> Row:
    found: Row = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            found[f"{prefix}{name}"] = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        elif isinstance(value, bool):
            found[f"{prefix}{name}"] = str(value).lower()
        else:
            found[f"{prefix}{name}"] = value
    return found


def _row_type(answers: Any, table: str) -> Any:
    outer, _, inner = table.partition(".")
    part = answers if outer == WHOLE else get_type_hints(answers)[outer]
    if inner:
        part = get_type_hints(_row_type(part, WHOLE))[inner]
    return next((found for found in _within(part) if is_typeddict(found)), None)


def _is_list(kind: Any) -> bool:
    origin: object = typing.get_origin(kind)
    return origin is list


def _within(kind: Any) -> list[Any]:
    """The type itself, and those it is a list of or a union of."""
    found = [kind]
    if not is_typeddict(kind):
        for inner in typing.get_args(kind):
            found.extend(_within(inner))
    return found


def _columns(row_type: Any, prefix: str = "") -> dict[str, None]:
    columns: dict[str, None] = {}
    if row_type is None:
        return columns
    for name, kind in get_type_hints(row_type).items():
        inner = None if _is_list(kind) else _row_type(kind, WHOLE)
        columns |= _columns(inner, f"{prefix}{name}.") if inner else {f"{prefix}{name}": None}
    return columns
