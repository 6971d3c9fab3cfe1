"""The words that the pages' scripts need, as the TypeScript that ``tools/build_pages.py --types`` writes."""

from __future__ import annotations

import json
from typing import Any

from hallofshame.domain.bands import BANDS
from hallofshame.domain.words import NotCounted
from hallofshame.web.pages.chart_svg import TOPS, UPTIME_FLOORS
from hallofshame.web.pages.place_charts import STEPS
from hallofshame.web.pages.words import BAND_SIGNS
from hallofshame.web.wording import CHART_MEASURES, LOOK_WORDS, NOT_COUNTED_WORDS, STATE_WORDS

_HEADING = """/**
 * Words that the server and the scripts share. Made by tools/build_pages.py --types from
 * hallofshame.web.pages.script_words: change them there.
 */
"""


def script_words() -> str:
    """The module ``frontend/src/api/words.ts``."""
    constants: dict[str, Any] = {
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
        "MEASURE_WORDS": {
            key: {"label": label, "short": short} for key, (label, short) in CHART_MEASURES.items()
        },
        "HEAT_STEPS": STEPS,
        "AXIS_TOPS": TOPS,
        "UPTIME_FLOORS": UPTIME_FLOORS,
        "LOOK_WORDS": LOOK_WORDS,
        "STATE_WORDS": STATE_WORDS,
    }
    by_slug: dict[str, Any] = {
        "NOT_COUNTED": {reason.value: NOT_COUNTED_WORDS[reason] for reason in NotCounted},
    }
    lines = [f"export const {name} = {_literal(value)} as const;\n" for name, value in constants.items()]
    lines += [
        f"export const {name}: Record<string, string> = {_literal(value)};\n"
        for name, value in by_slug.items()
    ]
    return _HEADING + "".join(lines)


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
