"""Bytes for people."""

from __future__ import annotations

_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def size(count: float | None) -> str | None:
    """Bytes with their unit: ``12.3 MB``; null where they are not known."""
    if count is None:
        return None
    for unit, name in _UNITS:
        if abs(count) >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count:.0f} B"
