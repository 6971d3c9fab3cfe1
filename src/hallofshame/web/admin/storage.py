"""``/api/admin/storage``: what the record takes up, how it grows, and what ways of keeping it come to."""

from __future__ import annotations

from hallofshame.domain.access import Scope
from hallofshame.domain.storage import Projection
from hallofshame.pipeline.storage import StorageReport, measured_totals, storage_report
from hallofshame.store import partitions
from hallofshame.web.admin.declared import AdminAnswer, Asking, admin_endpoint
from hallofshame.web.answer_context import AppContext
from hallofshame.web.answers.admin import (
    AlertRow,
    PartitionRow,
    ProjectionRow,
    StorageGrowth,
    StoragePartitions,
    StorageSummary,
    StrategyRow,
)
from hallofshame.web.answers.envelope import iso
from hallofshame.web.errors import AccessError

NOT_MEASURED = (
    "the storage has not been measured yet; the service does it once a day, `hallofshame storage` at once"
)
_LATER = "3600"


@admin_endpoint("GET", "/storage/summary", scope=Scope.STORAGE_READ)
def storage_summary(asking: Asking) -> AdminAnswer[StorageSummary]:
    """Tables, history files and disks, as measured last.

    503 before the first measurement, which the service makes once a day.
    """
    report = measured(asking.site)
    return AdminAnswer(
        {
            "measured_at": iso(report.measured_at),
            "dialect": report.dialect,
            "history_place": report.history_place,
            "database_bytes": report.database_bytes,
            "history_bytes": report.history_bytes,
            "file_bytes": report.file_bytes,
            "reusable_bytes": report.reusable_bytes,
            "disks": [
                {
                    "path": disk.path,
                    "holds": list(disk.holds),
                    "total_bytes": disk.total_bytes,
                    "free_bytes": disk.free_bytes,
                    "own_bytes": disk.own_bytes,
                }
                for disk in report.disks
            ],
            "tables": [
                {
                    "name": table.name,
                    "rows": table.rows,
                    "bytes": table.bytes,
                    "index_bytes": table.index_bytes,
                    "bytes_per_row": _rounded(table.bytes_per_row),
                    "rows_per_day": _rounded(table.rows_per_day),
                    "bytes_per_day": _rounded(table.bytes_per_day),
                    "kept_as": table.keeping.value,
                    "is_estimated": table.rows_estimated or table.bytes_estimated,
                }
                for table in report.tables
            ],
            "history": [
                {
                    "name": part.name,
                    "rows": part.rows,
                    "bytes": part.bytes,
                    "bytes_per_row": _rounded(part.bytes_per_row),
                    "bytes_per_day": _rounded(part.bytes_per_day),
                }
                for part in report.history
            ],
        }
    )


@admin_endpoint("GET", "/storage/growth", scope=Scope.STORAGE_READ)
def storage_growth(asking: Asking) -> AdminAnswer[StorageGrowth]:
    """Growth per day, sizes in 1, 3, 5 and 10 years at that growth, and the sizes at every measurement."""
    report = measured(asking.site)
    growth = report.growth
    with asking.site.database.read() as connection:
        totals = measured_totals(connection)
    return AdminAnswer(
        {
            "measured_at": iso(report.measured_at),
            "days": growth.days,
            "rows_per_day": growth.rows,
            "database_bytes_per_day": growth.database_bytes,
            "history_bytes_per_day": growth.history_bytes,
            "measured_bytes_per_day": growth.measured_bytes,
            "unknown_tables": list(growth.unknown_tables),
            "projections": [_projection(each) for each in report.projections],
            "measurements": [
                {
                    "measured_at": iso(total.measured_at),
                    "database_bytes": total.database_bytes,
                    "history_bytes": total.history_bytes,
                }
                for total in totals
            ],
        }
    )


@admin_endpoint("GET", "/storage/partitions", scope=Scope.STORAGE_READ)
def storage_partitions(asking: Asking) -> AdminAnswer[StoragePartitions]:
    """The months of the raw record: partitions where the database has any, sizes as measured last."""
    here = asking.site
    with here.database.read() as connection:
        has = partitions.has_partitions(connection)
        problem = partitions.problem(connection, here.clock.now())
        rows: list[PartitionRow] = [
            {
                "table": table.__tablename__,
                "partition": part.name,
                "month": None if part.month is None else f"{part.month:%Y-%m}",
                "ends_at": iso(part.end),
            }
            for table in partitions.RAW_TABLES
            for part in partitions.layout(connection, table)
        ]
    report = report_of(here)
    return AdminAnswer(
        {
            "is_partitioned": has,
            "problem": problem,
            "partitions": rows,
            "measured_at": None if report is None else iso(report.measured_at),
            "months": []
            if report is None
            else [
                {
                    "month": month.month,
                    "place": month.place,
                    "name": month.name,
                    "rows": month.rows,
                    "bytes": month.bytes,
                    "is_estimated": month.rows_estimated or month.bytes_estimated,
                }
                for month in report.months
            ],
        }
    )


@admin_endpoint("GET", "/storage/retention-comparison", scope=Scope.STORAGE_READ)
def storage_retention_comparison(asking: Asking) -> AdminAnswer[list[StrategyRow]]:
    """Ways of keeping rows, the present settings among them, with the sizes that each comes to."""
    return AdminAnswer(
        [
            {
                "name": strategy.name,
                "is_set": strategy.is_set,
                "keep_raw_days": strategy.retention.raw_days,
                "keep_hourly_days": strategy.retention.hourly_days,
                "costs": strategy.costs,
                "projections": [_projection(each) for each in strategy.projections],
            }
            for strategy in measured(asking.site).strategies
        ]
    )


@admin_endpoint("GET", "/storage/alerts", scope=Scope.STORAGE_READ)
def storage_alerts(asking: Asking) -> AdminAnswer[list[AlertRow]]:
    """Problems of the storage: disks that fill up, months that are overdue; each with its remedy."""
    return AdminAnswer(
        [
            {"kind": alert.kind, "subject": alert.subject, "text": alert.text}
            for alert in measured(asking.site).alerts
        ]
    )


def report_of(here: AppContext) -> StorageReport | None:
    """The latest measurement; null before the first one, or where this host sees no history."""
    settings = here.settings
    if settings.history is None:
        return None
    return storage_report(
        here.database, here.clock, settings.history.shelf(), settings.retention, settings.storage_limits
    )


def measured(here: AppContext) -> StorageReport:
    """The latest measurement.

    :raises AccessError: 503 before the first one.
    """
    report = report_of(here)
    if report is None:
        raise AccessError(503, "not_measured", NOT_MEASURED, {"Retry-After": _LATER})
    return report


def _projection(each: Projection) -> ProjectionRow:
    return {
        "years": each.years,
        "database_bytes": each.database_bytes,
        "history_bytes": each.history_bytes,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
