"""Bodies as feeds send them, and the same with values in them that no feed should send."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

RECORDED = Path(__file__).parents[1] / "feeds" / "bodies"
LISTS = (
    "liveData",
    "schedule",
    "children",
    "lands",
    "rides",
    "destinations",
    "entities",
    "events",
    "showtimes",
    "operatingHours",
)
KEPT = 4


def _short(value: Any) -> Any:
    """A body with a few entries per list, so that a change soon hits a field that matters."""
    if isinstance(value, dict):
        return {
            key: _short(item[:KEPT] if key in LISTS and isinstance(item, list) else item)
            for key, item in value.items()
        }
    return [_short(item) for item in value[:12]] if isinstance(value, list) else value


BODIES = [
    *(_short(json.loads(file.read_text("utf-8"))) for file in RECORDED.glob("*.json")),
    {
        "timezone": "America/New_York",
        "entities": [
            {
                "id": "a",
                "name": "A",
                "entityType": "ATTRACTION",
                "opening": {"time": "2026-08-19T04:00:00Z", "status": "OPERATING"},
                "history": [
                    {
                        "time": "2026-08-19T10:00:00Z",
                        "status": "DOWN",
                        "queue": {"PAID_RETURN_TIME": {"price": {"amount": 1, "currency": "USD"}}},
                    }
                ],
            }
        ],
        "next": "/v1/more",
    },
]


def _nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = wrap(value)
    return value


HOSTILE = [
    *(None, True, False, 0, -1, 601, 2**31, 2**63, 10**30, 10**400, -(10**400), 1.5, 1e308, float("inf")),
    *("", " ", "\x00", "\ud800", "\u200b", "x" * 5_000, "-" * 20_000, "PARK", "OPERATING", "Single Rider"),
    *([], {}, [[]], [{}], {"a": 1}, _nested(300, lambda value: [value])),
    *(_nested(450, lambda value: {"en": value}), _nested(300, lambda value: {"a": value})),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-08-20"),
    *("9999-12-31T23:59:59-12:00", "0001-01-01", "9999-12-31", "2026-W10-1T10:00:00Z", "http://[", "//["),
]

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300)
any_json = st.recursive(
    plain | st.sampled_from(HOSTILE),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(LISTS) | st.text(string.ascii_letters, max_size=12), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))  # copy.deepcopy would run out of stack on what is nested deeply


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list) and len(path) < 9:
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*path, key))


@st.composite
def altered(draw: st.DrawFn) -> Any:
    """A recorded body in which some values are something else."""
    body = _copy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(list(_places(body))))
        value = _copy(draw(st.sampled_from(HOSTILE) | plain))
        if not path:
            return value
        holder = body
        for key in path[:-1]:
            holder = holder[key]
        if isinstance(holder, dict) and draw(st.integers(0, 9)) == 0:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
    return body
