"""Park-days joined at midnight: which windows go on from one day to the next, and what a day sees of them."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import AFTER_MIDNIGHT_SECONDS
from hallofshame.metrics.frames import NEIGHBOURS, collect

KEY = ["park_id", "day"]

JOINED = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "start": pl.Int64,
        "end": pl.Int64,
        "opens": pl.Boolean,
        "closes": pl.Boolean,
        "published_end": pl.Boolean,
        "lo": pl.Int64,
        "hi": pl.Int64,
    }
)
"""Windows with what a park-day sees of them. ``opens``, ``closes``: the park really opens and closes there,
as against a window that goes on across midnight. ``lo``: its begin on the day before, where it goes on from
there; ``hi``: three hours after the midnight across which it goes on; otherwise ``start`` and ``end``."""


def neighbours_of(windows: pl.DataFrame, days: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """How each park-day is joined to its neighbours at midnight: shape ``NEIGHBOURS``, all of ``days``.

    ``windows``: shape ``WINDOWS``, those of ``days`` (shape ``DAYS``). Of neighbours that are not among
    ``days``, ``known`` tells (shape ``NEIGHBOURS``); where it is silent, there is no window.
    """
    asked = days.lazy()
    bounds = asked.select(*KEY, "day_start", "day_end")
    placed = windows.lazy().select(*KEY, "start", "end").join(bounds, on=KEY)
    ending = placed.filter(pl.col("end") == pl.col("day_end")).select(
        "park_id",
        pl.col("day").dt.offset_by("1d"),
        before_start="start",
        before_opens=pl.col("start") > pl.col("day_start"),
    )
    beginning = placed.filter(pl.col("start") == pl.col("day_start")).select(
        "park_id", pl.col("day").dt.offset_by("-1d"), next_opens=pl.lit(value=True)
    )
    computed = asked.select(KEY).with_columns(computed=pl.lit(value=True))
    yesterday = computed.select("park_id", pl.col("day").dt.offset_by("1d"), before_computed="computed")
    tomorrow = computed.select("park_id", pl.col("day").dt.offset_by("-1d"), next_computed="computed")
    told = known.lazy().rename({name: f"known_{name}" for name in NEIGHBOURS if name not in KEY})
    before = pl.col("before_computed").is_not_null()
    return collect(
        asked.select(KEY)
        .join(yesterday, on=KEY, how="left")
        .join(tomorrow, on=KEY, how="left")
        .join(ending, on=KEY, how="left")
        .join(beginning, on=KEY, how="left")
        .join(told, on=KEY, how="left")
        .select(
            *KEY,
            before_start=pl.when(before).then("before_start").otherwise("known_before_start"),
            before_opens=pl.when(before)
            .then("before_opens")
            .otherwise("known_before_opens")
            .fill_null(value=False),
            next_opens=pl.when(pl.col("next_computed").is_not_null())
            .then("next_opens")
            .otherwise("known_next_opens")
            .fill_null(value=False),
        )
        .cast(NEIGHBOURS)
        .sort(KEY)
    )


def joined_windows(windows: pl.DataFrame, days: pl.DataFrame, neighbours: pl.DataFrame) -> pl.DataFrame:
    """The windows of ``days`` across midnight: shape ``JOINED``, sorted.

    ``windows``: shape ``WINDOWS`` and ``published_end``; ``neighbours``: output of :func:`neighbours_of`.
    """
    goes_on = (pl.col("end") == pl.col("day_end")) & pl.col("next_opens")
    came_over = (pl.col("start") == pl.col("day_start")) & pl.col("before_start").is_not_null()
    return collect(
        windows.lazy()
        .join(days.lazy().select(*KEY, "day_start", "day_end"), on=KEY)
        .join(neighbours.lazy(), on=KEY)
        .select(
            *KEY,
            "start",
            "end",
            opens=pl.when(came_over).then("before_opens").otherwise(pl.lit(value=True)),
            closes=~goes_on,
            published_end="published_end",
            lo=pl.when(came_over).then("before_start").otherwise("start"),
            hi=pl.when(goes_on).then(pl.col("end") + AFTER_MIDNIGHT_SECONDS).otherwise("end"),
        )
        .cast(JOINED)
        .sort("park_id", "start")
    )
