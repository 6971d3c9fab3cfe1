"""The words that the pages' scripts need, as the TypeScript that ``tools/build_pages.py --types`` writes."""

from __future__ import annotations

import json
from typing import Any

from hallofshame.domain.bands import BANDS
from hallofshame.domain.periods import Period
from hallofshame.domain.ride_types import NON_RIDES, RideType
from hallofshame.domain.words import NotCounted, OutageKind
from hallofshame.web.pages.addresses import PERIODS_SHOWN
from hallofshame.web.pages.registry import PAGES, SITE_NAME
from hallofshame.web.pages.words import BAND_SIGNS
from hallofshame.web.wording import (
    CHART_MEASURES,
    KIND_FIELDS,
    LOOK_WORDS,
    NOT_COUNTED_WORDS,
    OUTAGE_WORDS,
    STATE_WORDS,
    TREND_REASONS,
    TYPE_PLURALS,
    UNRANKED_REASONS,
)

_HEADING = """/**
 * Words that the server and the scripts share. Made by tools/build_pages.py --types from
 * hallofshame.web.pages.script_words: change them there.
 */
"""


def script_words() -> str:
    """The module ``frontend/src/api/words.ts``."""
    listed_kinds = {kind.value: words for kind, words in TYPE_PLURALS.items() if kind is not RideType.UNKNOWN}
    constants: dict[str, Any] = {
        "SITE_NAME": SITE_NAME,
        "NAVIGATION": [{"path": page.path, "label": page.label} for page in PAGES],
        "BANDS": [
            {
                "level": band.level,
                "slug": band.slug,
                "name": band.name,
                "atLeast": band.at_least,
                "meaning": band.meaning,
                "sign": BAND_SIGNS[band.level],
            }
            for band in BANDS
        ],
        "NAMED_PERIODS": [{"name": name.value, "label": Period(name).label} for name in PERIODS_SHOWN],
        "MEASURE_WORDS": {
            key: {"label": label, "short": short} for key, (label, short) in CHART_MEASURES.items()
        },
        "KIND_FIELDS": KIND_FIELDS,
        "OUTAGE_KINDS": {kind.value: OUTAGE_WORDS[kind] for kind in OutageKind},
        "LOOK_WORDS": LOOK_WORDS,
        "STATE_WORDS": STATE_WORDS,
    }
    by_slug: dict[str, Any] = {
        "UNRANKED": UNRANKED_REASONS,
        "TREND": TREND_REASONS,
        "NOT_COUNTED": {reason.value: NOT_COUNTED_WORDS[reason] for reason in NotCounted},
        "TYPE_PLURALS": listed_kinds,
    }
    lines = [f"export const {name} = {_literal(value)} as const;\n" for name, value in constants.items()]
    lines += [
        f"export const {name}: Record<string, string> = {_literal(value)};\n"
        for name, value in by_slug.items()
    ]
    others = [kind.value for kind in TYPE_PLURALS if kind in NON_RIDES]
    lines.append(f"/** No rides. */\nexport const NON_RIDES: readonly string[] = {_literal(others)};\n")
    return _HEADING + "".join(lines)


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
