"""Where a figure was read and what was read there; differences name both places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MOST_SHOWN = 25


class Ledger:
    """What was said about each figure, by whom."""

    def __init__(self) -> None:
        self.said: dict[tuple[Any, ...], list[tuple[str, Any]]] = {}

    def say(self, place: str, value: Any, *figure: Any) -> None:
        """``place`` says that the ``figure`` is ``value``."""
        self.said.setdefault(figure, []).append((place, value))

    def say_row(self, place: str, row: Mapping[str, Any], fields: Iterable[str], *figure: Any) -> None:
        """Every one of the row's ``fields``; a field that it does not have counts as said to be missing."""
        for name in fields:
            self.say(place, row.get(name, "(missing)"), *figure, name)

    @property
    def compared(self) -> int:
        """How many figures were read in at least two places."""
        return sum(len(said) > 1 for said in self.said.values())

    @property
    def differences(self) -> list[str]:
        """One line for each figure that is not the same everywhere."""
        found = []
        for figure, said in self.said.items():
            first_place, first = said[0]
            found += [
                f"{' '.join(map(str, figure))}: {first!r} at {first_place}, {value!r} at {place}"
                for place, value in said[1:]
                if value != first
            ]
        return found

    def check(self, at_least: int) -> None:
        """Fail for any difference, and where fewer than ``at_least`` figures could be compared at all."""
        found = self.differences
        shown = "\n".join(found[:MOST_SHOWN])
        assert not found, f"{len(found)} figures differ, of {self.compared} compared:\n{shown}"
        assert self.compared >= at_least, f"only {self.compared} figures were compared"
