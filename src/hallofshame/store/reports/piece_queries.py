"""Statements over the pieces of ranges, made once for the grains that they read.

To make such a statement costs more than to run it for a hundred parks: so days and parks are parameters of
it, numbered by piece, and whoever makes one keeps it by :func:`grains_of`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam

from hallofshame.store.reports.ranges import Grain, GrainRange

KEPT_STATEMENTS = 256
"""So many statements of one kind are kept: ranges of dates have a few dozen shapes."""

Pieces = Sequence[tuple[GrainRange, list[int]]]
"""What ``ranges.pieces`` gives: each piece with the parks that take it."""


def grains_of(found: Pieces) -> tuple[Grain, ...]:
    """What the statement over these pieces depends on."""
    return tuple(piece.grain for piece, _ in found)


def parameters_of(found: Pieces) -> dict[str, Any]:
    """The values of its parameters."""
    values: dict[str, Any] = {}
    for at, (piece, park_ids) in enumerate(found):
        values |= {f"parks_{at}": park_ids, f"since_{at}": piece.start, f"until_{at}": piece.end}
    return values


def within(at: int, grain: Grain, model: type[Any]) -> list[ColumnElement[bool]]:
    """The condition of the rows of the piece at a place, in the table of its grain."""
    since: BindParameter[dt.date] = bindparam(f"since_{at}")
    until: BindParameter[dt.date] = bindparam(f"until_{at}")
    if grain is Grain.SPAN:
        dates = [model.period_start == since, model.period_end == until]
    else:
        first = model.day if grain is Grain.DAY else model.period_start
        dates = [first.between(since, until)]
    return [model.park_id.in_(bindparam(f"parks_{at}", expanding=True)), *dates]
