"""A count and its noun agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import hallofshame
from hallofshame.domain.plurals import counted, noun, ordinal, place_range

SOURCE = Path(hallofshame.__file__).parent
NOUNS = "days|rides|parks|weeks|outages|rows|files|months|readings|findings|events|gaps|park-days"
AFTER_COUNT = re.compile(rf"^ ({NOUNS})\b")
CONSTANT = re.compile(r"^(\w+\.)?[A-Z_]+$")
ALWAYS_MANY = frozenset(
    {
        "rides",  # of an answer refused for its thousands of rides
        "most",
        "longest",
        "days.days",  # of a period refused for its length
        "days",
        "len(parts)",
        "keep.raw_days",  # at least 35
        "keep.hourly_days",  # at least 400
        "plan.days",  # as the service writes it
    }
)
"""Counts that cannot be one where they are said."""


def test_one_is_singular_and_every_other_count_plural() -> None:
    assert [counted(n, "day") for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "entry", "entries") == "3 entries"
    assert noun(1, "ride") == "ride"


def test_places_are_written_as_people_say_them() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]
    )
    assert place_range(3, 6) == "3rd to 6th"
    assert place_range(2, 2) == "surely 2nd"


def test_no_message_writes_a_plural_after_a_count_that_may_be_one() -> None:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            for value, after in zip(node.values, node.values[1:], strict=False):
                if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant):
                    continue
                shown = ast.unparse(value.value)
                if not AFTER_COUNT.match(str(after.value)) or CONSTANT.match(shown):
                    continue
                if shown not in ALWAYS_MANY:
                    found.append(f"{path.relative_to(SOURCE)}: {{{shown}}}{after.value}"[:100])
    assert found == []


def test_no_page_writes_a_plural_after_a_count_that_may_be_one() -> None:
    """Templates say ``{{ n | counted("ride") }}``; limits that are constants of the rules may stay."""
    written = re.compile(rf"\{{\{{ *([^}}]*?) *\}}\}} (?:{NOUNS}|hours|minutes|weeks|entries|queues|looks)\b")
    constant = re.compile(
        r"^(min_\w+|event_minutes|chance_rules\.\w+|calibration\.replay_days|agreement\.(days|tolerance_minutes))"
    )
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted((SOURCE / "web" / "templates").glob("*.html"))
        for match in written.finditer(path.read_text(encoding="utf-8"))
        if not constant.match(match[1])
    ]
    assert found == []
