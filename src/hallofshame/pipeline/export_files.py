"""Frames into a CSV, JSON or Parquet file, piece by piece: written beside the target, synced and renamed."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from hallofshame import private_files
from hallofshame.domain.csv_cells import APOSTROPHE, BYTE_ORDER_MARK, FORMULA, NUMBER, QUOTED
from hallofshame.domain.errors import InputError
from hallofshame.domain.exports import STDOUT
from hallofshame.store.failures import storage_error

Pieces = Iterable[pl.DataFrame]
"""Frames of one schema, at least one, which may be empty: from it come the header and the types."""


def write_pieces(
    pieces: Pieces, file_format: str, output: str, about: Mapping[str, str] | None = None
) -> int:
    """Write ``pieces`` one after the other into ``output`` in one of the ``FORMATS``; returns the row count.

    ``about`` says what the file is: key-value metadata of a Parquet file, columns at the end of a CSV file.

    ``output`` is a path, replaced only when all is written, or ``-`` for the standard output (not Parquet).
    Memory holds one piece at a time.

    :raises InputError: for an output that is no file.
    :raises StorageError: for a file that cannot be written, for example on a full disk.
    """
    write = _WRITERS.get(file_format)
    if about and file_format in ("csv", "excel"):
        said = [pl.lit(text).alias(name) for name, text in about.items()]
        pieces = (piece.with_columns(said) for piece in pieces)
    if output == STDOUT:
        if write is None:
            raise InputError("parquet cannot go to the standard output; name a file", parameter="output")
        rows = write(pieces, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return rows
    target = _target(output)
    if target.exists() and not target.is_file() and write is not None:
        # A pipe or a device is written to as it is; a file put in its place would take it away.
        with _named(target), target.open("wb") as file:
            return write(pieces, file)
    with _beside(target) as partial:
        if write is None:
            return _write_parquet(pieces, partial, about)
        with partial.open("wb") as file:
            return write(pieces, file)


def _target(output: str) -> Path:
    target = Path(output)
    if not target.parent.is_dir():
        raise InputError(
            f"the folder of {output!r} does not exist; make it or name another", parameter="output"
        )
    if target.is_dir():
        raise InputError(f"{output!r} is a folder; name a file in it", parameter="output")
    return target


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A file beside ``target`` that takes its place when the block ends well, and is gone otherwise.

    It is closed to other users, unless there is a ``target``: then it has that one's mode.
    """
    with _named(target):
        yield from _written_beside(target)


def _written_beside(target: Path) -> Iterator[Path]:
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        private_files.create(partial)
        if target.is_file():
            partial.chmod(stat.S_IMODE(target.stat().st_mode))
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """An error of the system says which file it is about, and what to do."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, target) from error


def _write_csv(pieces: Pieces, file: IO[bytes]) -> int:
    """Comma-separated UTF-8 with one header; nulls are empty, lists JSON texts, texts no formulas."""
    rows = 0
    for number, piece in enumerate(pieces):
        flat = piece.with_columns(pl.col(name).pipe(_json_text) for name in _lists(piece))
        safe = flat.with_columns(pl.col(pl.String).pipe(text_cells))
        # Quotes stand already, where they are needed.
        file.write(safe.write_csv(include_header=number == 0, quote_style="never").encode())
        rows += piece.height
    return rows


def _write_excel(pieces: Pieces, file: IO[bytes]) -> int:
    """The same for Excel."""
    file.write(BYTE_ORDER_MARK.encode())
    return _write_csv(pieces, file)


def text_cells(column: pl.Expr) -> pl.Expr:
    """:func:`hallofshame.domain.csv_cells.text_cell` for a column of texts; null stays null."""
    is_formula = column.str.contains(FORMULA) & ~column.str.contains(NUMBER)
    safe = pl.when(is_formula).then(pl.lit(APOSTROPHE) + column).otherwise(column)
    quotes = safe.str.contains(QUOTED) | (safe == "")
    doubled = safe.str.replace_all('"', '""', literal=True)
    return pl.when(quotes).then(pl.format('"{}"', doubled)).otherwise(safe).name.keep()


def _lists(piece: pl.DataFrame) -> list[str]:
    return [name for name, dtype in piece.schema.items() if isinstance(dtype, pl.List)]


def _json_text(column: pl.Expr) -> pl.Expr:
    """A list of structs as one JSON text."""
    return pl.format("[{}]", column.list.eval(pl.element().struct.json_encode()).list.join(","))


def _write_json(pieces: Pieces, file: IO[bytes]) -> int:
    """One JSON array with one object per line."""
    rows = 0
    file.write(b"[")
    for piece in pieces:
        if piece.height:
            objects = piece.write_ndjson().rstrip("\n").replace("\n", ",\n")
            file.write(f"{',' if rows else ''}\n{objects}".encode())
            rows += piece.height
    file.write(b"\n]\n")
    return rows


def _write_parquet(pieces: Pieces, target: Path, about: Mapping[str, str] | None) -> int:
    """One Parquet file with a row group or more per piece, by way of one file per piece."""
    rows = 0
    parts: list[Path] = []
    with tempfile.TemporaryDirectory(prefix=f"{target.name}.", dir=target.parent) as folder:
        for piece in pieces:
            if parts and piece.is_empty():
                continue
            parts.append(Path(folder) / f"{len(parts):06d}.parquet")
            piece.write_parquet(parts[-1])
            rows += piece.height
        pl.scan_parquet(parts).sink_parquet(target, metadata=None if about is None else dict(about))
    return rows


_WRITERS: dict[str, Callable[[Pieces, IO[bytes]], int]] = {
    "csv": _write_csv,
    "excel": _write_excel,
    "json": _write_json,
}
