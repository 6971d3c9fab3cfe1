"""The server-rendered pages. Their numbers are the rows of the API, their whole state is in the address."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from hallofshame.domain.bands import BANDS, band_of
from hallofshame.domain.periods import NAMED_PERIODS, Period, PeriodName
from hallofshame.domain.words import Evidence, OutageKind
from hallofshame.metrics.scores import MIN_RANKED_COVERAGE_PERCENT, MIN_RANKED_RIDES
from hallofshame.web.answers import answered
from hallofshame.web.chart_svg import draw, label_of
from hallofshame.web.envelope import Row, coverage_body, iso, period_body
from hallofshame.web.lookup import find_park
from hallofshame.web.parameters import (
    DISNEY_UNIVERSAL,
    FILTER_PARAMETERS,
    PERIOD_PARAMETERS,
    Parameters,
    ParkFilter,
)
from hallofshame.web.park_details import park_details
from hallofshame.web.rankings import PARK_SORTS, park_ranking
from hallofshame.web.reading import Reading
from hallofshame.web.wording import (
    EVIDENCE_WORDS,
    EXCLUDED_REASONS,
    OUTAGE_WORDS,
    UNRANKED_REASONS,
)

pages = Blueprint("pages", __name__)

WALL_SIZE = 3
"""How many parks hang on the wall above the ranking."""


@pages.app_context_processor
def words() -> Row:
    """What every template may use."""
    return {
        "bands": BANDS,
        "band_of": band_of,
        "unranked_words": UNRANKED_REASONS,
        "excluded_words": EXCLUDED_REASONS,
        "outage_words": {kind.value: OUTAGE_WORDS[kind] for kind in OutageKind},
        "evidence_words": {evidence.value: EVIDENCE_WORDS[evidence] for evidence in Evidence},
        "min_coverage": MIN_RANKED_COVERAGE_PERCENT,
        "min_rides": MIN_RANKED_RIDES,
    }


def _address(path: str, *queries: dict[str, str]) -> str:
    merged: dict[str, str] = {}
    for query in queries:
        merged |= query
    return f"{path}?{urlencode(merged)}" if merged else path


def _period_links(path: str, period: Period, rest: dict[str, str]) -> list[Row]:
    """The named periods as links that keep the rest of the state."""
    return [
        {
            "label": Period(name).label,
            "href": _address(path, {} if name is PeriodName.TODAY else {"period": name.value}, rest),
            "is_current": period.name is name,
        }
        for name in NAMED_PERIODS
    ]


def _minute_digits(shares: list[Row]) -> int:
    """One digit after the point for all of a table's minutes, unless every one of them is whole."""
    seconds = [share[name] or 0 for share in shares for name in ("downtime_seconds", "exposure_seconds")]
    return int(any(value % 60 for value in seconds))


@pages.get("/")
@answered()
def ranking(reading: Reading) -> str:
    """All parks from the most shameful down."""
    asked = Parameters(request.args, (*PERIOD_PARAMETERS, *FILTER_PARAMETERS, "sort"))
    period = asked.period(reading.now.date())
    parks, sort = asked.parks(reading), asked.choice("sort", tuple(PARK_SORTS))
    lines = park_ranking(reading, period, parks, sort=sort)
    rows = [line.row for line in lines]
    sorting = {} if sort == "rank" else {"sort": sort}
    state = period.query | parks.query
    ranges = reading.ranges(period, parks.choose(reading.catalogue.parks.values()))
    shamed = [row for row in rows if row["rank"] is not None and row["shame_score"] > 0]
    return render_template(
        "ranking.html",
        period=period,
        period_body=period_body(period, ranges.values()),
        period_links=_period_links("/", period, parks.query | sorting),
        parks=parks,
        everyone_href=_address("/", period.query, sorting, ParkFilter().query),
        api_href=_address("/api/parks/downtime", state, sorting),
        operators=reading.catalogue.operators,
        big_two=DISNEY_UNIVERSAL,
        kept=period.query | sorting,
        kept_filter=parks.query | sorting,
        sort=sort,
        sort_hrefs={name: _address("/", state, {"sort": name}) for name in PARK_SORTS},
        ranked=[row for row in rows if row["rank"] is not None],
        unranked=[row for row in rows if row["rank"] is None],
        wall=sorted(shamed, key=lambda row: row["rank"])[:WALL_SIZE],
        coverage=coverage_body(lines),
        has_parks=bool(reading.catalogue.parks),
        park_query=urlencode(period.query) if period.name is not PeriodName.TODAY else "",
        data_as_of=iso(reading.data_as_of),
    )


@pages.get("/parks/<slug>")
@answered()
def park(reading: Reading, slug: str) -> str:
    """One park: its score, what it is made of, its day, its rides."""
    asked = Parameters(request.args, PERIOD_PARAMETERS)
    found = find_park(reading, slug)
    period = asked.period(reading.now.date())
    details, coverage = park_details(reading, period, found)
    path = f"/parks/{found.slug}"
    return render_template(
        "park.html",
        period=period,
        period_links=_period_links(path, period, {}),
        days=period.days(reading.today(found)),
        park=details["park"],
        row=details["summary"],
        details=details,
        drawing=draw(details["chart_data"]),
        label_of=label_of,
        minute_digits=_minute_digits(details["score_explained"]["rides"]),
        counted=[row for row in details["rides"] if row["eligible"]],
        excluded=[row for row in details["rides"] if not row["eligible"]],
        coverage=coverage,
        path=path,
        api_href=_address(f"/api/parks/{found.park_id}/details", period.query),
        data_as_of=iso(reading.data_as_of),
    )
