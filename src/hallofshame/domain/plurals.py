"""A count with its noun, and a place: the one home of singular, plural and "3rd"."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 park``, ``0 parks``, ``2 parks``; ``many`` where the plural does not just add an s."""
    return f"{count} {noun(count, one, many)}"


def noun(count: float, one: str, many: str | None = None) -> str:
    """The noun alone, in the form that goes with the count."""
    if count == 1:
        return one
    return f"{one}s" if many is None else many


def ordinal(place: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    is_teen = place % 100 in (11, 12, 13)
    return f"{place}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def place_range(first: int, last: int) -> str:
    """``3rd to 6th``; of one place, ``surely 3rd``."""
    return f"surely {ordinal(first)}" if first == last else f"{ordinal(first)} to {ordinal(last)}"
