"""A count with its noun. The one place that chooses between singular and plural."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 park``, ``0 parks``, ``2 parks``; ``many`` where the plural does not just add an s."""
    return f"{count} {noun(count, one, many)}"


def noun(count: float, one: str, many: str | None = None) -> str:
    """The noun alone, in the form that goes with the count."""
    if count == 1:
        return one
    return f"{one}s" if many is None else many
