"""Chances to reopen, now: the kernel's estimates for the rides that are not running, where they may be shown
(R9b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import polars as pl
from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.periods import ONE_DAY
from hallofshame.domain.rules import BRIDGED_NIGHTS_SECONDS, DAY_SECONDS, HORIZON_MINUTES, MINUTE_SECONDS
from hallofshame.domain.words import EndedBy
from hallofshame.metrics.chances import CLASS, NotShown, estimates, evidence_of, known_now, whole_minutes
from hallofshame.metrics.corrections import CORRECTIONS, corrected
from hallofshame.store import chances
from hallofshame.web.answer_context import AnswerContext

Chance = Annotated[
    int,
    Field(
        ge=1,
        le=99,
        description="Chance in percent to run again within so many minutes, estimated from past outages of "
        "the ride, its park and all parks that lasted longer than this one so far, and corrected by the "
        "errors of past estimates that were alike; null where there is none, see the reason.",
    ),
]
Reason = Annotated[
    Literal[
        "no_replay",
        "few_outages",
        "closing",
        "seldom_looked",
        "few_forecasts",
        "no_better",
        "off",
    ],
    Field(
        description="Why no chance is shown: not tried out yet; under 20 comparable outages; the park is "
        "about to close; looks are further apart; or, on the last 90 open days of its park, the chances of "
        "this class of outages were under 100 or on under 14 days, were not surely better than a constant, "
        "or may have been off by over 5 points. Null where a chance is shown."
    ),
]
ReopenedWithin = Annotated[
    int, Field(ge=0, description="How many of the comparable outages ended in time with the ride back.")
]


class OwnOutages(TypedDict):
    """How a ride's own past outages of the same class that lasted longer than this one so far ended."""

    comparable_outages: int
    reopened_within_15: ReopenedWithin
    reopened_within_30: ReopenedWithin
    reopened_within_60: ReopenedWithin


class ChancesNow(OwnOutages):
    """The chances of a ride to run again, or why there are none, and the outages they rest on most."""

    chance_15_percent: Chance | None
    chance_15_reason: Reason | None
    chance_30_percent: Chance | None
    chance_30_reason: Reason | None
    chance_60_percent: Chance | None
    chance_60_reason: Reason | None


SUREST_PERCENT = 99
"""No chance is said to be more certain than this, nor less than the rest to 100."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """A ride that is not running; ``open_seconds``: open time of its outage up to the latest look."""

    ride_id: int
    park_id: int
    since_opening: bool
    observed_at: int
    open_seconds: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What the last replay left of some parks: shapes ``SCORES``, ``EVIDENCE`` twice, ``CORRECTIONS``."""

    scores: pl.DataFrame
    evidence: pl.DataFrame
    everywhere: pl.DataFrame
    corrections: pl.DataFrame


def chances_now(
    context: AnswerContext, lasting: Sequence[Lasting], past: pl.DataFrame
) -> dict[int, ChancesNow]:
    """For each ride the chances within 15, 30 and 60 minutes, the reasons where there is none, and its own
    past outages that they rest on most.

    ``past``: the outages of these rides that are over, as :func:`~hallofshame.store.chances.past_of` gives
    them.
    """
    if not lasting:
        return {}
    asked = _asked(context, lasting)
    learned = _learned(context, asked)
    known = known_now(learned.evidence, learned.everywhere, evidence_of(past))
    found = corrected(estimates(asked, known), learned.corrections)
    gates = learned.scores.select(*CLASS, closed="reason", judged=pl.lit(value=True))
    shown = found.join(gates, on=CLASS, how="left").with_columns(
        reason=pl.when(pl.col("judged").is_null())
        .then(pl.lit(NotShown.NO_REPLAY.value))
        .otherwise(pl.coalesce("closed", "reason"))
    )
    told: dict[tuple[int, int], tuple[Chance | None, Reason | None]] = {
        (ride_id, horizon): (None if reason or chance is None else _percent(chance), reason)
        for ride_id, horizon, chance, reason in shown.select(
            "ride_id", "horizon_minutes", "chance", "reason"
        ).iter_rows()
    }
    return {
        ride_id: {
            "chance_15_percent": told[ride_id, 15][0],
            "chance_15_reason": told[ride_id, 15][1],
            "chance_30_percent": told[ride_id, 30][0],
            "chance_30_reason": told[ride_id, 30][1],
            "chance_60_percent": told[ride_id, 60][0],
            "chance_60_reason": told[ride_id, 60][1],
            **own,
        }
        for ride_id, own in _own(asked, past).items()
    }


def _percent(chance: float) -> int:
    return min(max(round(100 * chance), 100 - SUREST_PERCENT), SUREST_PERCENT)


def _learned(context: AnswerContext, asked: pl.DataFrame) -> Learned:
    """Of the parks that show a chance of the kind asked about; each is read once after its replay."""
    stamp = chances.replay_stamp(context.connection)
    scores: pl.DataFrame | None = context.site.memo.get(("chance scores", stamp))
    if scores is None:
        scores = chances.scores_of(context.connection)
        context.site.memo.put(("chance scores", stamp), scores, scores.height)
    shown = scores.filter(pl.col("reason").is_null()).join(asked, on=["park_id", "since_opening"], how="semi")
    wanted: dict[int, object] = dict(shown.select("park_id", "known_until").iter_rows())
    wanted[chances.EVERYWHERE] = stamp
    kept: dict[int, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for park_id, at in wanted.items():
        found = context.site.memo.get(("chances", park_id, at))
        if found is not None:
            kept[park_id] = found
    missing = [park_id for park_id in wanted if park_id not in kept]
    if missing:
        evidence = chances.evidence_of_parks(context.connection, missing)
        corrections = chances.corrections_of(context.connection, missing)
        for park_id in missing:
            of_park = pl.col("park_id") == park_id
            own = (evidence.filter(of_park), corrections.filter(of_park))
            kept[park_id] = own
            context.site.memo.put(("chances", park_id, wanted[park_id]), own, own[0].height + own[1].height)
    everywhere = kept.pop(chances.EVERYWHERE)[0]
    nothing = (everywhere.clear(), pl.DataFrame(schema=CORRECTIONS))
    evidence, corrections = (pl.concat(frames) for frames in zip(nothing, *kept.values(), strict=True))
    return Learned(scores, evidence, everywhere, corrections)


def _asked(context: AnswerContext, lasting: Sequence[Lasting]) -> pl.DataFrame:
    """Shape ``ASKED``."""
    parks = {ride.park_id for ride in lasting}
    days = {park_id: context.today(context.catalogue.parks[park_id]) for park_id in parks}
    every = chances.looked_every(context.connection, parks)
    since = to_unix(context.now) - BRIDGED_NIGHTS_SECONDS - 2 * DAY_SECONDS
    stopped = chances.rides_stopped(context.connection, parks, since)
    frame = pl.DataFrame(
        [
            (
                ride.park_id,
                ride.ride_id,
                ride.since_opening,
                ride.open_seconds,
                ride.observed_at,
                days[ride.park_id],
                every.get(ride.park_id, context.site.settings.cadence_seconds) / MINUTE_SECONDS,
                stopped.get(ride.park_id, 1),
            )
            for ride in lasting
        ],
        schema={
            "park_id": pl.Int64,
            "ride_id": pl.Int64,
            "since_opening": pl.Boolean,
            "seconds": pl.Int64,
            "at": pl.Int64,
            "day": pl.Date,
            "cadence_minutes": pl.Float64,
            "rides_stopped": pl.Int64,
        },
        orient="row",
    ).with_columns(minutes=whole_minutes(pl.col("seconds")))
    closes = chances.closing_times(
        context.connection, min(days.values()) - ONE_DAY, parks, to_unix(context.now)
    )
    return chances.minutes_left(frame, closes)


def _own(asked: pl.DataFrame, past: pl.DataFrame) -> dict[int, OwnOutages]:
    """How many past outages of each ride's class lasted longer, and how many of them ended in time."""
    longer = asked.select("ride_id", "since_opening", "minutes").join(
        past.with_columns(length=whole_minutes(pl.col("downtime"))),
        on=["ride_id", "since_opening"],
        how="left",
    )
    is_longer = (pl.col("length") > pl.col("minutes")).fill_null(value=False)
    back = is_longer & (pl.col("ended_by") == EndedBy.REOPENED.value)
    counted = longer.group_by("ride_id").agg(
        is_longer.sum().alias("comparable_outages"),
        *(
            (back & (pl.col("length") <= pl.col("minutes") + horizon))
            .sum()
            .alias(f"reopened_within_{horizon}")
            for horizon in HORIZON_MINUTES
        ),
    )
    return {
        row["ride_id"]: {
            "comparable_outages": row["comparable_outages"],
            "reopened_within_15": row["reopened_within_15"],
            "reopened_within_30": row["reopened_within_30"],
            "reopened_within_60": row["reopened_within_60"],
        }
        for row in counted.iter_rows(named=True)
    }
