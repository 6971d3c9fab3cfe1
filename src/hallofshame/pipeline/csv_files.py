"""CSV files that people write: read with one set of rules, and refused with the place and the remedy.

A file is UTF-8, its first line names the columns in any order, lines that begin with ``#`` are comments and
empty lines nothing. An apostrophe that keeps a text from being a formula is no part of the text. Every error
is an :class:`InputError` that names file, line, value and what to write.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from hallofshame.domain.csv_cells import plain_text
from hallofshame.domain.errors import InputError

T = TypeVar("T")

WHOLE = re.compile(r"[1-9][0-9]*")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class CsvLine:
    """One line of a CSV file; it knows where it stands, for errors."""

    where: str
    cells: dict[str, str]

    def error(self, column: str, problem: str) -> InputError:
        return InputError(f"{self.where}: {column} {self.cells[column]!r} {problem}", parameter=column)

    def text(self, column: str) -> str:
        if not self.cells[column]:
            raise self.error(column, "is empty; fill it in")
        return self.cells[column]

    def whole(self, column: str) -> int:
        if not WHOLE.fullmatch(self.text(column)):
            raise self.error(column, "is not a whole number above 0; write one")
        return int(self.cells[column])

    def number(self, column: str, low: float, high: float) -> float:
        try:
            value = float(self.cells[column])
        except ValueError:
            raise self.error(column, f"is not a number; write one from {low:g} to {high:g}") from None
        if not low <= value <= high:
            raise self.error(column, f"is out of range; write one from {low:g} to {high:g}")
        return value

    def date(self, column: str) -> dt.date:
        self.matching(column, DATE, "is no date; write one such as 2026-08-20")
        try:
            return dt.date.fromisoformat(self.text(column))
        except ValueError:
            raise self.error(column, "is not in the calendar; write one such as 2026-08-20") from None

    def choice(self, column: str, choices: Mapping[str, T]) -> T:
        try:
            return choices[self.cells[column]]
        except KeyError:
            raise self.error(column, f"is not one of {', '.join(choices)}") from None

    def matching(self, column: str, pattern: re.Pattern[str], remedy: str) -> str | None:
        """The cell if it has the form of ``pattern``, ``None`` if it is empty."""
        value = self.cells[column]
        if value and not pattern.fullmatch(value):
            raise self.error(column, remedy)
        return value or None


def read_lines(file: Path | Traversable, columns: Sequence[str]) -> list[CsvLine]:
    """Every line of a CSV file with ``columns``, in whatever order its header names them.

    :raises InputError: for a file that cannot be read, a header that lacks columns or has others, and a line
        with too few or too many cells.
    """
    name = str(file) if isinstance(file, Path) else file.name
    # Comments are blanked, not dropped, so that the reader's line numbers stay those of the file.
    bare = "\n".join("" if line.startswith("#") else line for line in _text(file, name).split("\n"))
    reader = csv.reader(io.StringIO(bare))
    header: list[str] | None = None
    lines = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{name}, line {reader.line_num}"
        if header is None:
            header = [cell.strip() for cell in cells]
            _check_header(header, columns, where)
        elif len(cells) != len(header):
            raise InputError(
                f"{where}: {len(cells)} cells where {len(header)} belong ({','.join(header)}); "
                "put values with commas in double quotes"
            )
        else:
            values = (plain_text(cell.strip()) for cell in cells)
            lines.append(CsvLine(where, dict(zip(header, values, strict=True))))
    if header is None:
        raise InputError(f"{name}: the file is empty; its first line must be {','.join(columns)!r}")
    return lines


def _text(file: Path | Traversable, name: str) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: cannot be read ({error}); give a UTF-8 CSV file") from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(f"{name}, line {line}: there is a NUL character; give a UTF-8 CSV file")
    return text


def _check_header(header: Sequence[str], columns: Sequence[str], where: str) -> None:
    """Name what is missing, unknown or there twice, and nothing else."""
    if len(header) == 1 and header[0].count(";") == len(columns) - 1:
        raise InputError(f"{where}: columns are separated by semicolons; separate them by commas")
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    if missing:
        raise InputError(f"{where}: {_listed(missing)} missing; {_remedy(missing, unknown)}")
    if unknown:
        raise InputError(f"{where}: {_listed(unknown)} unknown; leave out what is not asked for")
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise InputError(f"{where}: {_listed(twice)} named twice; leave one out")


def _listed(names: Sequence[str]) -> str:
    return f"{'column' if len(names) == 1 else 'columns'} {', '.join(map(repr, names))}"


def _remedy(missing: Sequence[str], unknown: Sequence[str]) -> str:
    meant = []
    for column in missing:
        near = difflib.get_close_matches(column, unknown, 1, cutoff=0.6)
        meant += [f"is {near[0]!r} meant as {column!r}?"] if near else []
    return " ".join(meant) or f"add {'it' if len(missing) == 1 else 'them'} to that line"
