"""Park-months of the dirty list, computed beside this process and written by it (design §7).

What a day needs of the days before it is read from the store, so the months of one park are computed in order
of time, each after the one before is written; those of different parks side by side. What is left, the
present days above all, is for the ordinary roll-up that follows.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeAlias

import polars as pl

from hallofshame.domain.errors import HistoryError
from hallofshame.domain.localtime import from_unix, local_day
from hallofshame.pipeline.inputs import ONE_DAY, park_zones
from hallofshame.pipeline.rollup import Prepared, Progress, Rollup, RollupResult
from hallofshame.store import dirty
from hallofshame.store.database import Database

PRESENT_DAYS = 2
"""So many days of each park, its today included, are left for the roll-up that tells the present."""

Submit: TypeAlias = Callable[[list[tuple[int, dt.date]], int], "Future[Prepared]"]
"""Has the rows of some park-days computed as of an instant, elsewhere."""


def park_months(database: Database, now: int) -> list[deque[pl.DataFrame]]:
    """The dirty park-days of the past, month by month, a queue for each park: ``park_id, day, generation``.

    The parks with most to do come first, since the last one to end decides how long all of it takes.
    """
    with database.read() as connection:
        marks = dirty.dirty(connection)
        zones = park_zones(connection)
    queues = []
    of_parks = marks.sort("day").partition_by("park_id", as_dict=True, maintain_order=True)
    for (park_id,), days in of_parks.items():
        present = local_day(from_unix(now), zones[int(park_id)].timezone) - (PRESENT_DAYS - 1) * ONE_DAY
        past = days.filter(pl.col("day") < present)
        in_months = past.with_columns(month=pl.col("day").dt.truncate("1mo"))
        months = in_months.partition_by("month", maintain_order=True, include_key=False)
        if past.height:
            queues.append(deque(months))
    return sorted(queues, key=lambda months: -sum(month.height for month in months))


def roll_up_months(
    rollup: Rollup, queues: Sequence[deque[pl.DataFrame]], submit: Submit, now: int, progress: Progress | None
) -> RollupResult:
    """Have every park-month of ``queues`` computed and write its rows, each park's in order of time.

    A month whose history cannot be read is left for the ordinary roll-up, as are those after it: it says so.
    """
    result = RollupResult()
    total = sum(month.height for months in queues for month in months)
    under_way: dict[Future[Prepared], tuple[pl.DataFrame, deque[pl.DataFrame]]] = {}

    def begin(months: deque[pl.DataFrame]) -> None:
        if months:
            month = months.popleft()
            days = [(int(park), day) for park, day in month.select("park_id", "day").iter_rows()]
            under_way[submit(days, now)] = (month, months)

    for months in queues:
        begin(months)
    try:
        while under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                month, months = under_way.pop(future)
                try:
                    prepared = future.result()
                except HistoryError:
                    continue
                rollup.finish(month, prepared, now, result)
                begin(months)
                if progress is not None:
                    progress(result.park_days, max(total, result.park_days))
    finally:
        for future in under_way:
            future.cancel()
    return result
