"""``/data``: how the figures come about, how well each park is watched, and the record to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint

from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.rankings import EVERY_PARK
from hallofshame.web.pages.view import View, absolute, asked_for, head_of, known
from hallofshame.web.parameters.declared import choice
from hallofshame.web.parameters.shared import FILTER_PARAMETERS
from hallofshame.web.responses import answered

data_pages = Blueprint("data_pages", __name__)

EXAMPLE_PERIOD, DAYS_PERIOD = "7days", "30days"
RIDES_SHOWN = 5
"""Of the rides that put most into the example's score."""
MONTHS_SHOWN = 6
"""The newest of a data set; the others are shown where they are asked for."""

DATASETS = {
    "park-days": ("Park days", "One row per park and day: open time, score, downtime, waits, coverage."),
    "ride-days": ("Ride days", "One row per ride and day: time operating, down and closed, waits, outages."),
    "park-hours": ("Park hours", "One row per park and hour of its own clock."),
    "outages": ("Outages", "Every outage: ride, start, end, kind, open time lost."),
    "snapshots": (
        "Raw readings",
        "What the feeds said of each ride at each look, as sealed; months and days are those of UTC.",
    ),
    "queues": ("Raw queues", "Single rider lines, return times and their prices, as posted."),
    "cycles": ("Looks at parks", "One row per park and look: feed, cadence, rides by status."),
    "polls": ("Polls", "How each request to a feed ended."),
    "hours-of-parks": (
        "Published hours of parks",
        "Every version of a park’s published hours, by its dates.",
    ),
    "hours-of-rides": ("Published hours of rides", "The same of single rides, where they are published."),
}
"""The data sets by name: what they are called, and what a row is."""
FORMATS = {"csv": "CSV", "parquet": "Parquet", "excel": "CSV for Excel"}

Key = Callable[[Row], Any]
ORDERS: dict[str, tuple[Key, bool]] = {
    "name": (lambda row: row["park_name"].casefold(), False),
    "source": (lambda row: row["primary_feed"], False),
    "signal": (lambda row: row["breakdown_signal"], False),
    "first": (lambda row: row["first_day"], False),
    "last": (lambda row: row["last_day"], True),
    "days": (lambda row: row["days_recorded"], True),
    "open": (lambda row: row["open_days"], True),
    "watched": (lambda row: row["coverage_percent"], False),
    "fallback": (lambda row: row["fallback_percent"], True),
    "findings": (lambda row: len(row["findings"]), True),
}
"""The orders of the table of coverage: what decides, and whether the largest comes first."""

_SORT = choice("sort", ORDERS)
_FILES = choice("files", DATASETS)


@data_pages.get("/data")
@answered()
def data(context: AnswerContext) -> str:
    """Methods, coverage and downloads."""
    asked = known("park", "sort", "files", *FILTER_PARAMETERS)
    choosing = Choosing.of(context, "/data", known(*FILTER_PARAMETERS))
    rest = asked_for(asked, ("park", "sort", "files"))
    sort = _SORT.read(asked)
    files = _FILES.read(asked)
    view = View(context)
    coverage = view.read("/api/coverage", {**choosing.asked, **EVERY_PARK})
    # Days that are not sealed are for machines; there may be hundreds on a site that never seals.
    downloads = [file for file in view.read("/api/downloads")["data"] if not file["is_open"]]
    example = _example(view, asked.text("park"))
    filters = choosing.parks.query
    return view.page(
        "data.html",
        head_of("data", "Data and methods: how the figures come about", query=page_url("", filters)),
        choosing=choosing,
        page=BY_NAME["data"],
        coverage=in_order(coverage["data"], sort),
        watched_total=coverage["total"],
        sort=sort,
        sort_hrefs={name: page_url("/data", filters, rest, {"sort": name}) + "#coverage" for name in ORDERS},
        descends={name: descends for name, (_key, descends) in ORDERS.items()},
        kept=filters | asked_for(asked, ("sort", "files")),
        rest=rest,
        datasets=_datasets(downloads, files, filters | asked_for(asked, ("park", "sort"))),
        calibration=view.read("/api/calibration", choosing.asked)["data"],
        agreement=view.read("/api/agreement", choosing.asked)["data"],
        example=example,
        rides_shown=RIDES_SHOWN,
        example_ride=None if example is None else _example_ride(example["rides"]),
        days=[] if example is None else _judged_days(view, example),
        parks=sorted(
            (park for park in context.catalogue.parks.values() if park.is_active),
            key=lambda park: park.name.casefold(),
        ),
        api_href=page_url("/api/coverage", filters),
    )


def in_order(rows: Iterable[Row], sort: str) -> list[Row]:
    """The rows in one of the ``ORDERS``; those without a value come last, equals by name."""
    key, descends = ORDERS[sort]
    by_name = sorted(rows, key=ORDERS["name"][0])
    there = [row for row in by_name if key(row) is not None]
    return sorted(there, key=key, reverse=descends) + [row for row in by_name if key(row) is None]


def _example(view: View, park: str | None) -> Row | None:
    """The details of a real park to show the formulas with: the one asked for, else the worst of late."""
    if park is None:
        worst = view.read("/api/parks/downtime", {"period": EXAMPLE_PERIOD, "limit": 1})["data"]
        park = worst[0]["park_slug"] if worst else None
    if park is None:
        return None
    details: Row = view.read(f"/api/parks/{park}/details", {"period": EXAMPLE_PERIOD})["data"]
    return details


def _example_ride(rides: Iterable[Row]) -> Row | None:
    """A ride that counts, best one that lost time."""
    eligible = [ride for ride in rides if ride["eligible"]]
    return next((ride for ride in eligible if ride["downtime_seconds"]), next(iter(eligible), None))


def _judged_days(view: View, example: Row) -> list[Row]:
    """The last days of the example's park, the latest first: through which source, judged by what."""
    slug = example["park"]["park_slug"]
    points = view.read(f"/api/parks/{slug}/details", {"period": DAYS_PERIOD})["data"]["chart_data"]
    return [point for point in reversed(points) if point.get("feed") is not None]


def _datasets(files: Iterable[Row], whole: str | None, query: Row) -> list[Row]:
    """The files by data set and month, the newest first; all months of the ``whole`` one."""
    months: dict[str, dict[tuple[str, str | None], list[Row]]] = {}
    for file in files:
        months.setdefault(file["dataset"], {}).setdefault((file["month"], file["day"]), []).append(file)
    found = []
    for name in sorted(months, key=[*DATASETS].index):
        title, words = DATASETS[name]
        listed = sorted(months[name].items(), key=lambda item: (item[0][0], item[0][1] or ""), reverse=True)
        shown = listed if whole == name else listed[:MONTHS_SHOWN]
        parquet = [file for _, files in listed for file in files if file["format"] == "parquet"]
        found.append(
            {
                "name": name,
                "title": title,
                "words": words,
                "months": [
                    {"label": day or month, "is_partial": files[0]["is_partial"], "files": files}
                    for (month, day), files in shown
                ],
                "more": len(listed) - len(shown),
                "more_href": page_url("/data", query, {"files": name}) + f"#{name}",
                "parquet_url": absolute(parquet[0]["url"]) if parquet else None,
            }
        )
    return found
