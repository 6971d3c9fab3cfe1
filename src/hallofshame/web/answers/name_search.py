"""Finding parks, rides, operators and pages by name, forgiving accents, order of words and small slips.

The search of the script (``islands/names.ts``) does the same, so that it needs no server at each letter; both
are held to ``tests/data/search_cases.json``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hallofshame.domain.plurals import counted
from hallofshame.web.answers.search import SearchIndex

PARK, RIDE, OPERATOR, PAGE = "park", "ride", "operator", "page"
_EXTRA = {RIDE: 0.0, PARK: 1.5, OPERATOR: 1.0, PAGE: 1.0}
"""Operators and parks come before rides that fit as well."""
_EXACT, _BEGINS, _CONTAINS = 100, 20, 10
_WORD_OF_NAME, _PART_OF_NAME, _WORD_BESIDE, _INITIALS, _NEAR = 6, 4, 3, 3, 2
_SHORTEST_NEAR, _SHORTEST_INITIALS = 4, 2
_LEFT_OUT = frozenset("'’™®")


@dataclass(frozen=True)
class Entry:
    """One thing that can be found: what it is, its words, and where it leads."""

    kind: str
    name: str
    detail: str
    path: str

    @cached_property
    def plain(self) -> str:
        """The name as it is compared."""
        return plain_text(self.name)

    @cached_property
    def all(self) -> str:
        """The name and what else may be typed for it."""
        return f"{self.plain} {plain_text(self.detail)}"

    @cached_property
    def initials(self) -> str:
        """The first letters of its words."""
        return "".join(word[0] for word in self.plain.split(" ") if word)


def plain_text(text: str) -> str:
    """Without case, accents and signs."""
    letters = (char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] != "M")
    kept = (char for char in "".join(letters).lower() if char not in _LEFT_OUT)
    return " ".join("".join(char if unicodedata.category(char)[0] in "LN" else " " for char in kept).split())


def entries_of(index: SearchIndex) -> list[Entry]:
    """The rows of ``search_rows`` as entries: parks, rides, operators, pages."""
    parks = {park["park_id"]: park["name"] for park in index["parks"]}
    return [
        *(
            Entry(
                PARK,
                park["name"],
                _with_former(
                    " · ".join(part for part in ("Park", park["operator"], park["country"]) if part),
                    park["former"],
                ),
                f"/parks/{park['slug']}",
            )
            for park in index["parks"]
        ),
        *(
            Entry(
                RIDE,
                ride["name"],
                _with_former(parks.get(ride["park_id"], ""), ride["former"]),
                f"/rides/{ride['ride_id']}-{ride['slug']}",
            )
            for ride in index["rides"]
        ),
        *(
            Entry(OPERATOR, row["name"], f"Operator · {counted(row['parks'], 'park')}", row["path"])
            for row in index["operators"]
        ),
        *(Entry(PAGE, row["name"], row["words"], row["path"]) for row in index["pages"]),
    ]


def _with_former(detail: str, former: Sequence[str]) -> str:
    return f"{detail} · formerly {', '.join(former)}" if former else detail


def find_entries(entries: Sequence[Entry], text: str) -> list[Entry]:
    """All entries that fit what was typed, the best first; none where no letter or digit was."""
    words = plain_text(text).split()
    if not words:
        return []
    near = [_near_words(entries, word) for word in words]
    scored = []
    for entry in entries:
        score = _score(entry, words, near)
        if score > 0:
            scored.append((-score - _EXTRA[entry.kind], len(entry.name), entry.name, entry))
    scored.sort(key=lambda one: one[:3])
    return [entry for *_, entry in scored]


def _near_words(entries: Sequence[Entry], typed: str) -> frozenset[str]:
    """The words of any entry that begin as what was typed but for one slip."""
    if len(typed) < _SHORTEST_NEAR:
        return frozenset()
    known = {word for entry in entries for word in entry.all.split(" ")}
    return frozenset(word for word in known if is_near(typed, word))


def _score(entry: Entry, words: Sequence[str], near: Sequence[frozenset[str]]) -> float:
    typed = " ".join(words)
    if entry.plain == typed:
        return _EXACT
    score = _BEGINS if entry.plain.startswith(typed) else _CONTAINS if typed in entry.plain else 0
    for word, others in zip(words, near, strict=True):
        part = _word_score(entry, word, others)
        if part == 0:
            return 0
        score += part
    return score


def _word_score(entry: Entry, word: str, near: frozenset[str]) -> int:
    if f" {word}" in f" {entry.plain}":
        return _WORD_OF_NAME
    if word in entry.plain:
        return _PART_OF_NAME
    if f" {word}" in f" {entry.all}":
        return _WORD_BESIDE
    if near and not near.isdisjoint(entry.all.split(" ")):
        return _NEAR
    return _INITIALS if len(word) >= _SHORTEST_INITIALS and entry.initials.startswith(word) else 0


def is_near(typed: str, word: str) -> bool:
    """At most one slip between what was typed and the beginning of a word.

    A slip is a letter wrong, missing, too many, or swapped with its neighbour.
    """
    lengths = (len(typed) + more for more in (-1, 0, 1))
    return any(0 < length <= len(word) and _slips(typed, word[:length]) <= 1 for length in lengths)


def _slips(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    is_swap = len(left) == len(right) == 2 and left == right[::-1]
    return 1 if is_swap else max(len(left), len(right))
