"""Names within two edits of each other, found without comparing all with all (R14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

MAX_EDIT_DISTANCE = 2
"""Names this many edits apart or fewer may be one ride (R14: edit distance < 3)."""

MIN_CHARACTERS = 7
"""Two edits in a shorter name are another name (R14: over 6 characters)."""

_PIECES = MAX_EDIT_DISTANCE + 1
_NUMBERS = re.compile(r"\d+")

_Numbers = tuple[str, ...]
_Key = tuple[_Numbers, int, int, str]
"""The numbers in a name, its length, the place of one of its pieces and that piece."""


def similar(name: str, other: str) -> bool:
    """Whether two normalised names are within edit distance < 3 and may be one ride.

    Names that differ in a number are two things ("Slide 1", "Slide 2"), and two edits in a name of a few
    letters are another name.
    """
    if not (_is_long(name) and _is_long(other)) or _numbers(name) != _numbers(other):
        return False
    return Levenshtein.distance(name, other, score_cutoff=MAX_EDIT_DISTANCE) <= MAX_EDIT_DISTANCE


class SimilarNames:
    """An index of normalised names for :func:`similar`, in time that hardly grows with their number.

    A name is cut into three pieces. Two edits leave at least one of them as it is, at most two places off;
    so only names that share a piece are compared (the pigeonhole principle).
    """

    def __init__(self) -> None:
        self._rides: dict[str, dict[int, None]] = {}
        self._names: dict[_Key, dict[str, None]] = {}

    def add(self, ride_id: int, name: str) -> None:
        """Let ``name`` be one of ``ride_id``."""
        rides = self._rides.setdefault(name, {})
        if not rides:
            for key in _keys(name):
                self._names.setdefault(key, {})[name] = None
        rides[ride_id] = None

    def discard(self, ride_id: int, name: str) -> None:
        """Take back what :meth:`add` said, if it did."""
        rides = self._rides.get(name, {})
        rides.pop(ride_id, None)
        if not rides and self._rides.pop(name, None) is not None:
            for key in _keys(name):
                self._names[key].pop(name, None)

    def find(self, name: str) -> Iterator[tuple[int, str]]:
        """The rides under a name similar to ``name`` but not equal to it, with that name."""
        near = self._candidates(name)
        near.pop(name, None)
        found = process.extract(
            name, list(near), scorer=Levenshtein.distance, score_cutoff=MAX_EDIT_DISTANCE, limit=None
        )
        for other, _, _ in found:
            for ride_id in self._rides[other]:
                yield ride_id, other

    def _candidates(self, name: str) -> dict[str, None]:
        """The names that share an untouched piece with ``name``."""
        near: dict[str, None] = {}
        numbers = _numbers(name)
        length = len(name)
        if not _is_long(name):
            return near
        for other in range(max(MIN_CHARACTERS, length - MAX_EDIT_DISTANCE), length + MAX_EDIT_DISTANCE + 1):
            for place, (start, end) in enumerate(_pieces(other)):
                for shift in range(-MAX_EDIT_DISTANCE, MAX_EDIT_DISTANCE + 1):
                    if start + shift >= 0 and end + shift <= length:
                        key = numbers, other, place, name[start + shift : end + shift]
                        near.update(self._names.get(key, {}))
        return near


def _is_long(name: str) -> bool:
    """Whether two edits leave enough of a name; one without letters and digits is like no other."""
    return len(name) >= MIN_CHARACTERS and not name.startswith("=")


def _numbers(name: str) -> _Numbers:
    return tuple(_NUMBERS.findall(name))


def _pieces(length: int) -> list[tuple[int, int]]:
    """Start and end of the pieces of a name of ``length`` characters."""
    cuts = [length * place // _PIECES for place in range(_PIECES + 1)]
    return list(pairwise(cuts))


def _keys(name: str) -> Iterator[_Key]:
    if _is_long(name):
        for place, (start, end) in enumerate(_pieces(len(name))):
            yield _numbers(name), len(name), place, name[start:end]
