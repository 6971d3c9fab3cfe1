"""``/api/search-index``, ``/api/coverage``, ``/api/downloads``: the data itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Feed
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.record import (
    ParkFinding,
    RecordedDays,
    first_and_last_days,
    park_findings,
    recorded_days,
    seconds_by_queue_times,
)
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.agreement import AgreementReport, agreement_report
from hallofshame.web.answers.calibration import CalibrationReport, calibration_report
from hallofshame.web.answers.catalogue import CatalogueReport, catalogue_report
from hallofshame.web.answers.common import PeriodBody
from hallofshame.web.answers.downloads import DownloadRow
from hallofshame.web.answers.envelope import (
    Answer,
    coverage_of,
    envelope,
    iso,
    period_body,
)
from hallofshame.web.answers.identity import park_identity
from hallofshame.web.answers.record import CoverageRow, Finding
from hallofshame.web.answers.search import SearchIndex, search_rows
from hallofshame.web.csv_answers import WHOLE
from hallofshame.web.downloads import FILE_FORMATS, TYPES, all_downloads, find_download, send_download
from hallofshame.web.endpoints import endpoint
from hallofshame.web.history_files import HistoryDownload, send_history
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import choice
from hallofshame.web.parameters.shared import FILTERS, PAGE, PERIOD

api_data = Blueprint("api_data", __name__, url_prefix="/api")

FILE_FORMAT = choice("format", FILE_FORMATS, "`excel`: a CSV file that Excel reads with its accents.")
MAX_FINDINGS = 50
FALLBACK_DAYS = 30
"""The last days of each park of which the share of its fallback is told."""
Edges = Mapping[int, tuple[dt.date, dt.date]]


@endpoint(
    api_data,
    "/search-index",
    tables=("parks", "parks.former", "rides", "rides.former", "operators", "pages"),
)
def search_index(context: AnswerContext, asked: Parameters) -> Answer[SearchIndex]:
    """Parks, rides, operators and pages by name, also by former names, for a search that needs no server."""
    del asked
    # Without the instant of the latest look: names are the same from cycle to cycle, and so is their tag.
    body = envelope(context, search_rows(context))
    body["data_as_of"] = None
    return body


@endpoint(api_data, "/catalogue", tables=("rides", "parks", "ids", "heard_ids", "signals"))
def catalogue(context: AnswerContext, asked: Parameters) -> Answer[CatalogueReport]:
    """Every park and ride as it is kept: outside ids of all feeds, tier and type, what each feed can tell."""
    del asked
    return envelope(context, catalogue_report(context.connection))


@endpoint(
    api_data,
    "/coverage",
    parameters=(PERIOD, FILTERS, PAGE),
    tables=(WHOLE, f"{WHOLE}.findings"),
)
def coverage(context: AnswerContext, asked: Parameters) -> Answer[list[CoverageRow]]:
    """How well each park is recorded, and what was odd in its data.

    Without a period it is about the whole record.
    """
    edges = first_and_last_days(context.connection)
    chosen = FILTERS.read(asked, context).choose(context.catalogue.parks.values())
    parks = [park for park in chosen if park.is_active or park.park_id in edges]
    page = PAGE.read(asked)
    ranges, shown = _ranges(context, asked, parks, edges)
    days = recorded_days(context.connection, ranges)
    totals = context.park_sums(ranges)
    listed = page.of(parks)
    findings = park_findings(context.connection, [park.park_id for park in listed])
    seconds = [
        (found.observed, found.open) if found else (0, 0)
        for found in (totals.get(park.park_id) for park in parks)
    ]
    lately = seconds_by_queue_times(context.connection, _last_days(ranges, [park.park_id for park in listed]))
    of_park = {park.park_id: pair for park, pair in zip(parks, seconds, strict=True)}
    nothing = RecordedDays(0, 0, 0, 0, 0, 0, 0)
    data: list[CoverageRow] = [
        {
            **park_identity(park),
            "primary_feed": park.primary_feed.slug,
            "breakdown_signal": park.breakdown_signal.value,
            "first_day": edges[park.park_id][0].isoformat() if park.park_id in edges else None,
            "last_day": edges[park.park_id][1].isoformat() if park.park_id in edges else None,
            "days_recorded": days.get(park.park_id, nothing).recorded,
            "days_live": days.get(park.park_id, nothing).live,
            "days_archive": days.get(park.park_id, nothing).archive,
            "open_days": days.get(park.park_id, nothing).open,
            "coverage_percent": scores.coverage_percent(*of_park[park.park_id]),
            "fallback_percent": _fallback_percent(park, lately.get(park.park_id)),
            "findings": _findings(findings.get(park.park_id, [])),
        }
        for park in listed
    ]
    return envelope(context, data, period=shown, coverage=coverage_of(seconds), total=len(parks), page=page)


def _ranges(
    context: AnswerContext, asked: Parameters, parks: list[ParkProfile], edges: Edges
) -> tuple[dict[int, DayRange], PeriodBody]:
    """The days asked for in each park, or the whole record, and how the answer names them."""
    if PERIOD.is_given(asked):
        period = PERIOD.read(asked, context.now.date())
        ranges = context.ranges(period, parks)
        return ranges, period_body(period, ranges.values())
    ranges = {park.park_id: DayRange(*edges[park.park_id]) for park in parks if park.park_id in edges}
    first = min((days.start for days in ranges.values()), default=None)
    last = max((days.end for days in ranges.values()), default=None)
    return ranges, {
        "name": "record",
        "label": "The whole record",
        "start": None if first is None else first.isoformat(),
        "end": None if last is None else last.isoformat(),
    }


def _last_days(ranges: Mapping[int, DayRange], park_ids: Iterable[int]) -> dict[int, DayRange]:
    """The last days of the range of each of the parks that has one."""
    asked = {park_id: ranges[park_id] for park_id in park_ids if park_id in ranges}
    back = dt.timedelta(days=FALLBACK_DAYS - 1)
    return {park_id: DayRange(max(days.start, days.end - back), days.end) for park_id, days in asked.items()}


def _fallback_percent(park: ParkProfile, lately: tuple[int, int] | None) -> float | None:
    if lately is None:
        return None
    queue_times, observed = lately
    other = observed - queue_times if park.primary_feed is Feed.QUEUE_TIMES else queue_times
    return scores.coverage_percent(other, observed)


def _findings(found: Iterable[ParkFinding]) -> list[Finding]:
    return [
        {
            "kind": finding.kind,
            "detail": finding.detail,
            "first_seen_at": iso(finding.first_seen_at),
            "last_seen_at": iso(finding.last_seen_at),
            "resolved_at": iso(finding.resolved_at),
            "occurrences": finding.occurrences,
        }
        for finding in list(found)[:MAX_FINDINGS]
    ]


@endpoint(
    api_data,
    "/calibration",
    parameters=(FILTERS,),
    tables=("summary", "summary.bins", "parks"),
)
def calibration(context: AnswerContext, asked: Parameters) -> Answer[CalibrationReport]:
    """What the chances to reopen were worth on the last 90 open days, with what was known on each."""
    return envelope(context, calibration_report(context, FILTERS.read(asked, context)))


@endpoint(api_data, "/agreement", parameters=(FILTERS,), tables=("parks",))
def agreement(context: AnswerContext, asked: Parameters) -> Answer[AgreementReport]:
    """How far our operating and down time agrees with ThemeParks.wiki's own daily figures."""
    return envelope(context, agreement_report(context, FILTERS.read(asked, context)))


@endpoint(api_data, "/downloads")
def download_list(context: AnswerContext, asked: Parameters) -> Answer[list[DownloadRow]]:
    """The files of every month of the record, as Parquet and CSV.

    `snapshots`, `queues`, `cycles` and `polls` are the raw record as it is sealed: months of UTC, and days
    of the running one. Days with rows that no sealed file holds yet are `is_open` and made when they are
    asked for; of a day with late rows that file has all that is known. `hours-of-parks` and `hours-of-rides`
    are published hours with all their versions, by months of park-local dates. The others are made from the
    statistics.
    """
    del asked
    return envelope(context, [file.row for file in all_downloads(context)])


@endpoint(
    api_data,
    "/downloads/<file>",
    parameters=(FILE_FORMAT,),
    produces=tuple(dict.fromkeys(TYPES.values())),
    is_file=True,
)
def download(context: AnswerContext, asked: Parameters, file: str) -> Response:
    """One month of one data set, as Parquet or CSV, as `/api/downloads` lists them.

    Of a sealed file any part: ask with `Range`. `Repr-Digest` has the SHA-256 of every file, but for CSV that
    is packed on its way.
    """
    for_excel = FILE_FORMAT.read(asked) == "excel"
    found = find_download(context, file, for_excel=for_excel)
    if isinstance(found, HistoryDownload):
        return send_history(context, found)
    return send_download(context, found)
