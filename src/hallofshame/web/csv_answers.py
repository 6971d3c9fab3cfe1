"""One table of an answer as CSV: a header line, one line per row, the attribution in the last column."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import get_type_hints, is_typeddict

from hallofshame.domain.csv_cells import BYTE_ORDER_MARK, cell
from hallofshame.web.answers.envelope import Answer, Row
from hallofshame.web.sources import Source
from hallofshame.web.wording import DEMONSTRATION_MARK

CSV_TYPE = "text/csv; charset=utf-8"
WHOLE = "data"
"""The table that is all of ``data``."""

_LINE_END = "\r\n"

ATTRIBUTION_COLUMN = "attribution"


def write(
    body: Answer[Any], answers: Any, table: str, tables: Sequence[str] = (), *, for_excel: bool = False
) -> bytes:
    """The table as UTF-8 CSV, its texts no formulas; ``for_excel``: after a byte order mark.

    Columns are the fields of the declared row type, also where there is no row. What lies in a field of its
    own is spread over columns named ``outer.inner``; null is an empty cell. A list that is one of the
    ``tables`` itself has no column; any other stands as JSON.
    """
    rows = rows_of(body, table)
    about = attribution_text(body["attribution"], is_demonstration=body["demonstration"])
    columns = _columns_of(answers, table, rows)
    own = {name.removeprefix(f"{table}.") for name in tables if name.startswith(f"{table}.")}
    names = [name for name in columns if name not in own]
    lines = [",".join([*names, ATTRIBUTION_COLUMN])]
    for row in rows:
        flat = _flat(row)
        lines.append(",".join([*(cell(flat.get(name)) for name in names), cell(about)]))
    mark = BYTE_ORDER_MARK if for_excel else ""
    return f"{mark}{_LINE_END.join(lines)}{_LINE_END}".encode()


def attribution_text(sources: Sequence[Source], *, is_demonstration: bool) -> str:
    """What the last column says: whose data it is, and whether it is that of recordings."""
    text = "; ".join(f"{source['text']} ({source['url']})" for source in sources)
    return f"{text}; demonstration: {DEMONSTRATION_MARK}" if is_demonstration else text


def rows_of(body: Mapping[str, Any], table: str) -> Sequence[Row]:
    """The rows of one table of an answer.

    The table ``outer.inner`` has one row for each item of the inner lists, the fields of the outer row before
    it; plain lists that run side by side become one row for each place in them.
    """
    outer, _, inner = table.partition(".")
    part = body["data"] if outer == WHOLE else body["data"][outer]
    rows: Sequence[Row] = part if isinstance(part, list) else [] if part is None else [part]
    return [found for row in rows for found in _inner_rows(outer, row, inner)] if inner else rows


def _inner_rows(outer: str, row: Row, inner: str) -> list[Row]:
    if all(isinstance(item, Mapping) for item in row[inner]):
        around = {name: value for name, value in row.items() if name != inner}
        return [(around if outer == WHOLE else {outer: around}) | item for item in row[inner]]
    lists = {name: value for name, value in row.items() if isinstance(value, list)}
    places = zip(*lists.values(), strict=True)
    return [row | dict(zip(lists, place, strict=True)) for place in places]


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
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[f"{prefix}{name}"] = "; ".join(value)
        elif isinstance(value, list):
            found[f"{prefix}{name}"] = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        else:
            found[f"{prefix}{name}"] = value
    return found


def _columns_of(answers: Any, table: str, rows: Sequence[Row]) -> list[str]:
    """The columns of a table, in the order of the declared fields."""
    outer, _, inner = table.partition(".")
    part = answers if outer == WHOLE else get_type_hints(answers)[outer]
    if not inner:
        return list(_columns(_row_types(part), rows, "", []))
    [around] = _row_types(part)
    items = _row_types(get_type_hints(around)[inner])
    if not items:
        return list(get_type_hints(around))
    prefix = "" if outer == WHOLE else f"{outer}."
    columns = _columns((around,), (), prefix, [])
    del columns[f"{prefix}{inner}"]
    # Only the items decide which of several types they are of; the outer fields stand around them.
    fields = {name for item in items for name in get_type_hints(item)}
    found = [{name: value for name, value in row.items() if name in fields} for row in rows]
    return list(columns | _columns(items, found, "", []))


def _row_types(kind: Any) -> list[Any]:
    """The row types that a type is, is a list of, or is a union of."""
    if is_typeddict(kind):
        return [kind]
    return [found for inner in typing.get_args(kind) for found in _row_types(inner)]


def _columns(types: Sequence[Any], values: Sequence[Any], prefix: str, seen: list[Any]) -> dict[str, None]:
    """The columns of values. Of several row types, those that values are of; where there are none, of all.

    ``seen`` are the types met so far: what is null beside a ride would have been a ride.
    """
    held = [value for value in values if isinstance(value, Mapping)]
    fitting = [one for one in types if any(set(get_type_hints(one)) == set(value) for value in held)]
    chosen = fitting or [one for one in types if one in seen] or types
    seen.extend(fitting)
    columns: dict[str, None] = {}
    for one in chosen:
        for name, field in get_type_hints(one).items():
            here = f"{prefix}{name}"
            inside = [] if _is_list(field) else _row_types(field)
            if inside:
                columns |= _columns(inside, [value.get(name) for value in held], f"{here}.", seen)
            else:
                columns[here] = None
    return columns


def _is_list(kind: Any) -> bool:
    """Whether values of the type are lists, or null."""
    kinds = (kind, *typing.get_args(kind)) if typing.get_origin(kind) is not list else (kind,)
    return any(typing.get_origin(one) is list for one in kinds)
