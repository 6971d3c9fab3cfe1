"""The command ``storage``: how large the record is, how it grows, and what ways of keeping it come to."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hallofshame.cli.options import opened
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted
from hallofshame.domain.sizes import size

if TYPE_CHECKING:
    from hallofshame.pipeline.storage import StorageReport

SMALL_SHARE = 0.01
"""Tables with less than this share of the database stand in one line together."""


@click.command()
@click.option("--months", "by_month", is_flag=True, help="Every month, not only the last twelve.")
@json_option
def storage(by_month: bool, as_json: bool) -> None:
    """Measure tables and history files; show growth, what is to come, and problems.

    Reads the database file once. The service measures once a day; `doctor` names the problems found.

    \b
    Example:
      hallofshame storage
    """
    from hallofshame.pipeline.storage import measure_storage

    with opened() as installation:
        report = measure_storage(
            installation.database,
            installation.clock,
            installation.shelf,
            installation.settings.retention,
            installation.settings.storage_limits,
        )
    if as_json:
        print_json(as_data(report))
    else:
        _show(report, by_month)


def as_data(report: StorageReport) -> dict[str, Any]:
    """The report for programs; sizes in bytes."""
    return {
        "measured_at": isoformat(report.measured_at),
        "dialect": report.dialect,
        "history_place": report.history_place,
        "database_bytes": report.database_bytes,
        "history_bytes": report.history_bytes,
        "file_bytes": report.file_bytes,
        "reusable_bytes": report.reusable_bytes,
        "disks": [asdict(disk) for disk in report.disks],
        "tables": [
            {**asdict(table), "keeping": table.keeping.value, "bytes_per_day": table.bytes_per_day}
            for table in report.tables
        ],
        "history": [{**asdict(part), "bytes_per_day": part.bytes_per_day} for part in report.history],
        "months": [asdict(month) for month in report.months],
        "growth": asdict(report.growth),
        "projections": [asdict(each) for each in report.projections],
        "strategies": [asdict(strategy) for strategy in report.strategies],
        "alerts": [asdict(alert) for alert in report.alerts],
    }


def _show(report: StorageReport, by_month: bool) -> None:
    _show_tables(report)
    _show_months(report, by_month)
    _show_growth(report)
    for disk in report.disks:
        click.echo(
            f"disk of {disk.path} ({' and '.join(disk.holds)}): {size(disk.free_bytes)} of "
            f"{size(disk.total_bytes)} free, {size(disk.own_bytes)} are ours"
        )
    if not report.disks or (report.dialect != "sqlite" and len(report.disks) < 2):
        click.echo("the disk of the database server, or of a bucket, is not seen from here")
    for alert in report.alerts:
        click.echo(f"PROBLEM {alert.text}")


def _show_tables(report: StorageReport) -> None:
    large = [table for table in report.tables if table.bytes >= SMALL_SHARE * report.database_bytes]
    small = [table for table in report.tables if table not in large]
    rows: list[tuple[object, ...]] = [
        (
            table.name,
            _about(table.rows, table.rows_estimated),
            _about(size(table.bytes), table.bytes_estimated),
            size(table.index_bytes),
            _rounded(table.bytes_per_row),
            _rounded(table.rows_per_day),
            size(table.bytes_per_day),
            table.keeping.value,
        )
        for table in large
    ]
    if small:
        others = size(sum(table.bytes for table in small))
        known = size(sum(table.bytes_per_day or 0.0 for table in small))
        rows.append((f"{len(small)} others", "", others, "", "", "", known, ""))
    heads = ("table", "rows", "size", "of it indexes", "bytes/row", "rows/day", "growth/day", "kept as")
    print_table(heads, rows)
    total = f"database: {size(report.database_bytes)} in tables"
    if report.file_bytes is not None:
        total += (
            f", {size(report.file_bytes)} in the file, {size(report.reusable_bytes)} of it free for new rows"
        )
    click.echo(total)
    if any(table.rows_estimated for table in report.tables):
        click.echo("~ rows are the server's estimate")
    if any(table.bytes_estimated for table in report.tables):
        click.echo("~ sizes are shared out by the mean length of rows: this SQLite has no dbstat")
    click.echo()
    parts = [
        (part.name, part.rows, size(part.bytes), _rounded(part.bytes_per_row, 2), size(part.bytes_per_day))
        for part in report.history
        if part.rows
    ]
    print_table(("history files", "rows", "size", "bytes/row", "growth/day"), parts)
    click.echo(f"history: {size(report.history_bytes)} in {report.history_place}")
    click.echo()


def _show_months(report: StorageReport, by_month: bool) -> None:
    found: dict[str, dict[str, list[Any]]] = {}
    for month in report.months:
        part = found.setdefault(month.month, {}).setdefault(month.place, [0, 0, False])
        part[0] += month.rows
        part[1] += month.bytes
        part[2] = part[2] or month.rows_estimated or month.bytes_estimated
    names = sorted(found)
    shown = names if by_month else names[-12:]
    rows = []
    for name in shown:
        files, tables = (found[name].get(place) for place in ("history", "database"))
        rows.append(
            (
                name,
                files[0] if files else 0,
                size(files[1] if files else 0),
                _about(tables[0], tables[2]) if tables else 0,
                _about(size(tables[1]), tables[2]) if tables else "0 B",
            )
        )
    print_table(("month", "rows in files", "size of files", "raw rows in SQL", "size in SQL"), rows)
    if len(names) > len(shown):
        click.echo(f"{len(names) - len(shown)} earlier months: --months shows them")
    click.echo()


def _show_growth(report: StorageReport) -> None:
    growth = report.growth
    if growth.days is None:
        click.echo("growth: not known before the record is a full day old")
    else:
        history = (
            "not known before the first seal" if growth.history_bytes is None else size(growth.history_bytes)
        )
        click.echo(
            f"growth per day, mean of the last {growth.days} full UTC days: {counted(growth.rows, 'row')}, "
            f"database {size(growth.database_bytes)}, history {history}"
        )
    if growth.measured_bytes is not None:
        measured = size(growth.measured_bytes)
        click.echo(f"measured growth of the database, imports and retention included: {measured} a day")
    if growth.unknown_tables:
        click.echo(
            f"growth of {counted(len(growth.unknown_tables), 'other table')} is known from the second "
            "measurement on, a day later; until then they are projected as they are"
        )
    click.echo()
    rows = [
        (
            f"{strategy.name}{' (now)' if strategy.is_set else ''}",
            *(
                f"{size(each.database_bytes)} + {size(each.history_bytes) or '?'}"
                for each in strategy.projections
            ),
        )
        for strategy in report.strategies
    ]
    years = [f"in {each.years} y" for each in report.projections]
    print_table(("database + history", *years), rows)
    for strategy in report.strategies:
        click.echo(f"{strategy.name}: {strategy.costs}")
    click.echo()


def _about(value: object, estimated: bool) -> str:
    return f"~{value}" if estimated else str(value)


def _rounded(value: float | None, digits: int = 0) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


COMMANDS = (storage,)
