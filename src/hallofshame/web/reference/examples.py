"""An example of each endpoint for ``/api/docs``: what is asked, and an answer that was given to it.

``tools/write_api_examples.py`` asks a running site and writes the answers beside this module.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from hallofshame.web.answers.envelope import Row

ANSWERS = Path(__file__).with_name("examples.json")

PATH_VALUES = {"park": "gardaland", "ride": "1", "file": "park-days-2026-08.parquet"}
"""What stands for the variables of the addresses."""

QUERIES: dict[str, dict[str, str]] = {
    "/api/compare": {"parks": "gardaland,efteling", "period": "7days", "against": "previous"},
    "/api/coverage": {"limit": "1"},
    "/api/outages": {"period": "7days", "limit": "1"},
    "/api/parks": {"country": "Italy"},
    "/api/parks/{park}/details": {"period": "7days"},
    "/api/parks/{park}/outages": {"period": "7days", "limit": "1"},
    "/api/parks/{park}/rides": {"limit": "1"},
    "/api/parks/{park}/series": {"period": "30days", "grain": "week"},
    "/api/parks/downtime": {"period": "7days", "limit": "1"},
    "/api/parks/near": {"lat": "45.5", "lon": "10.7", "radius": "500", "limit": "1"},
    "/api/parks/waittimes": {"period": "7days", "limit": "1"},
    "/api/rides/{ride}/details": {"period": "7days"},
    "/api/rides/{ride}/outages": {"period": "7days", "limit": "1"},
    "/api/rides/{ride}/series": {"period": "30days", "grain": "week"},
    "/api/rides/downtime": {"period": "7days", "limit": "1"},
    "/api/rides/least-reliable": {"period": "30days", "limit": "1"},
    "/api/rides/longest-waits": {"period": "7days", "limit": "1"},
    "/api/rides/near": {"lat": "45.5", "lon": "10.7", "radius": "500", "limit": "1"},
    "/api/rides/sparklines": {"ids": "1"},
    "/api/rides/waittimes": {"period": "7days", "limit": "1"},
    "/api/trends": {"period": "7days", "limit": "1"},
}
"""Parameters of the examples, by the path of the description; without an entry there are none."""


def example_request(path: str) -> str:
    """The address of the example of an endpoint, by its path in the description."""
    filled = re.sub(r"\{(\w+)\}", lambda found: PATH_VALUES[found[1]], path)
    query = QUERIES.get(path)
    return f"{filled}?{urlencode(query, safe=',')}" if query else filled


@cache
def example_answers() -> dict[str, Row]:
    """The kept answers by the path of the description; endpoints that answer no JSON have none."""
    found: dict[str, Row] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return found


def shortened(value: object) -> object:
    """The value with every list cut to its first entry: still of the declared type, and short."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    return [shortened(inner) for inner in value[:1]] if isinstance(value, list) else value


def as_code(address: str) -> dict[str, str]:
    """The request in the three ways people ask an API."""
    return {
        "curl": f"curl '{address}'",
        "Python": f'import requests\n\nanswer = requests.get("{address}", timeout=30)\nprint(answer.json())',
        "JavaScript": f'const answer = await fetch("{address}");\nconsole.log(await answer.json());',
    }
