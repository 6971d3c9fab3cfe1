"""What every template may use: words for slugs, addresses, and help on pages about errors."""

from __future__ import annotations

from flask import request
from markupsafe import Markup

from hallofshame.domain.bands import BANDS, band_of
from hallofshame.domain.periods import Period
from hallofshame.domain.rules import FEWEST_FORECAST_DAYS, FEWEST_FORECASTS, MAX_CALIBRATION_ERROR
from hallofshame.domain.words import Evidence, NotCounted, OutageKind
from hallofshame.metrics.scores import MIN_RANKED_COVERAGE_PERCENT, MIN_RANKED_RIDES
from hallofshame.web.answers.envelope import Row
from hallofshame.web.errors import nearest
from hallofshame.web.formatting import figure
from hallofshame.web.page_registry import PAGES, SITE_NAME
from hallofshame.web.pages.addresses import PERIODS_SHOWN, page_url, park_path, period_query, ride_path
from hallofshame.web.pages.kinds import kinds_of, weighted_kinds_of
from hallofshame.web.pages.offers import offer_words
from hallofshame.web.pages.ride_art import RIDE_ART
from hallofshame.web.pages.sparkline import sparkline
from hallofshame.web.pages.view import absolute, has_styles, page_assets
from hallofshame.web.reader_language import writing
from hallofshame.web.tokens import tokens
from hallofshame.web.wording import (
    AT_LEAST,
    AT_MOST,
    CHANCE_REASONS,
    EVIDENCE_WORDS,
    EXCLUDED_REASONS,
    FEED_WORDS,
    MISSING_WORDS,
    NOT_COUNTED_WORDS,
    NOT_WATCHED_NOW,
    OUTAGE_WORDS,
    SCHEDULE_WORDS,
    STATE_WORDS,
    TELLS,
    TELLS_SHORT,
    TREND_REASONS,
    UNRANKED_REASONS,
    WEEKDAYS,
    hours_words,
    is_lower_bound,
)

QUEUE_WORDS = {
    "single_rider": "single rider",
    "return_time": "return time",
    "paid_return_time": "paid return time",
    "boarding_group": "boarding group",
    "paid_standby": "paid line",
    "actual_standby": "as a visitor waited",
}
"""Ways to wait other than the standby line, as the pages name them."""

TIER_SOURCES = {
    "override": "set by hand",
    "curated": "from our curated list",
    "pattern": "by its kind",
    "typical_wait": "by its typical wait within the park",
    "unrated": "no rule knows it",
}
"""Who decided the tier of a ride."""

BAND_SIGNS = {
    1: "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z",
    2: "M1 14a9 9 0 0 1 18 0z",
    3: "M10 1.5 19.5 18H.5z",
    4: "M10 .5 19 10l-9 9.5L1 10z",
    5: "m10 .5 2.6 6.3 6.9.5-5.3 4.4 1.7 6.7L10 14.8l-5.9 3.6 1.7-6.7L.5 7.3l6.9-.5z",
}
"""The signs of the bands, each a path in a box of 20."""


def template_words() -> Row:
    """Globals of the templates."""
    return {
        "site_name": SITE_NAME,
        "site_pages": PAGES,
        "bands": BANDS,
        "band_signs": BAND_SIGNS,
        "band_of": band_of,
        "unranked_words": UNRANKED_REASONS,
        "excluded_words": EXCLUDED_REASONS,
        "trend_words": TREND_REASONS,
        "tells_words": TELLS,
        "tells_short": TELLS_SHORT,
        "is_lower_bound": is_lower_bound,
        "kinds_of": kinds_of,
        "weighted_kinds_of": weighted_kinds_of,
        "hours_words": hours_words,
        "at_least": AT_LEAST,
        "at_most": AT_MOST,
        "outage_words": {kind.value: OUTAGE_WORDS[kind] for kind in OutageKind},
        "missing_words": MISSING_WORDS,
        "state_words": STATE_WORDS,
        "not_counted_words": {reason.value: NOT_COUNTED_WORDS[reason] for reason in NotCounted},
        "class_words": {"since_opening": "Not open yet", "after_running": "Stopped after it had run"},
        "chance_words": CHANCE_REASONS,
        "chance_rules": {
            "forecasts": FEWEST_FORECASTS,
            "days": FEWEST_FORECAST_DAYS,
            "points": round(100 * MAX_CALIBRATION_ERROR),
        },
        "writing": writing,
        "weekday_words": WEEKDAYS,
        "schedule_words": {kind.value: words for kind, words in SCHEDULE_WORDS.items()},
        "not_watched_now": NOT_WATCHED_NOW,
        "evidence_words": {evidence.value: EVIDENCE_WORDS[evidence] for evidence in Evidence},
        "feed_words": FEED_WORDS,
        "queue_words": QUEUE_WORDS,
        "tier_sources": TIER_SOURCES,
        **offer_words(),
        "min_coverage": MIN_RANKED_COVERAGE_PERCENT,
        "min_rides": MIN_RANKED_RIDES,
        "named_periods": [(name.value, Period(name).label) for name in PERIODS_SHOWN],
        "theme_colours": {
            "light": tokens().colour("paper"),
            "dark": tokens().colour("paper", dark=True),
        },
        "absolute": absolute,
        "ride_art": RIDE_ART,
        "page_assets": page_assets,
        "has_styles": has_styles,
        "page_url": page_url,
        "park_path": park_path,
        "ride_path": ride_path,
        "period_query": period_query,
        "sparkline": sparkline,
        "lower_first": lower_first,
        "lost_of": lost_of,
        "lost_percent": lost_percent,
        "near_pages": near_pages,
        "near_path": near_path,
        "address_without": address_without,
    }


def lost_of(row: Row, period: Period) -> float | None:
    """Which percent a park lost: of ride time, as its uptime tells, or now of its rides by weight (R8)."""
    if period.is_live:
        return None if row["shame_score"] is None else 10.0 * row["shame_score"]
    return None if row["uptime_percent"] is None else 100.0 - row["uptime_percent"]


def lost_percent(percent: float) -> str | Markup:
    """What was lost, in whole percent: ``15 %``."""
    return "under 1\u00a0%" if 0 < percent < 1 else figure(percent, 0, "%")


def lower_first(text: str) -> str:
    """The text as it stands in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def near_pages() -> list[Row]:
    """The pages that the address may have meant; all of them, where it is like none."""
    found = nearest(request.path.strip("/"), {page.path: f"{page.name} {page.label}" for page in PAGES})
    return [{"path": page.path, "label": page.label} for page in PAGES if not found or page.path in found]


def near_path(match: Row) -> str | None:
    """The page of a park, a ride or a path that may have been meant."""
    if "path" in match:
        return str(match["path"])
    return ride_path(match) if "ride_id" in match else None


def address_without(parameter: str) -> str:
    """The same address without one parameter; a range goes as a whole."""
    dropped = {"start", "end"} if parameter in ("start", "end") else {parameter}
    return page_url(
        request.path, {name: value for name, value in request.args.items() if name not in dropped}
    )
