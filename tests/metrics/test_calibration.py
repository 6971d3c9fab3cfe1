"""Past moments judged with what was known then: no look ahead, and scores that are the textbook's (R9b)."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from hallofshame.metrics.calibration import closings, pooled, reliability, scores
from hallofshame.metrics.chances import by_ending
from hallofshame.metrics.replay import (
    ENDED,
    FORECASTS,
    Everywhere,
    _day_by_day,
    endings,
    looks,
)
from hallofshame.metrics.replay import replay as replay_parks

DAY = 86_400
MINUTE = 60
BEGIN = 1_780_012_800  # a midnight UTC
DAYS = 40


def world(seed: int = 1) -> pl.DataFrame:
    """Two rides of one park that stop twice a day, shortly before noon and in the afternoon."""
    chance = random.Random(seed)
    rows = []
    for day in range(DAYS):
        for ride in (1, 2):
            for hour in (11, 15):
                start = BEGIN + day * DAY + hour * 3600
                minutes = chance.choice((10, 25, 40, 90))
                rows.append((1, ride, start, start + minutes * MINUTE, False, "reopened", minutes * MINUTE))
    return pl.DataFrame(rows, schema=ENDED, orient="row")


def moments(outages: pl.DataFrame, cadence: int = 300) -> pl.DataFrame:
    end = outages["started_at"].max()
    assert isinstance(end, int)
    cycles = pl.DataFrame({"observed_at": range(BEGIN, end + DAY // 2, cadence)}).select(
        park_id=pl.lit(1, pl.Int64), observed_at="observed_at", cadence_seconds=pl.lit(cadence, pl.Int64)
    )
    parts = outages.select(
        "park_id",
        "ride_id",
        "started_at",
        pl.col("ended_at").fill_null(pl.col("started_at") + 7200),
        "downtime",
        day=pl.from_epoch("started_at").dt.date(),
    )
    found = looks(parts.sort("ride_id", "started_at"), outages, cycles)
    return found.with_columns(left_minutes=pl.lit(None, pl.Int64))


def test_an_outage_is_judged_at_its_first_look_and_once_a_quarter_of_an_hour() -> None:
    start = BEGIN + 36_060
    outages = pl.DataFrame(
        [(1, 7, start, start + 50 * MINUTE, True, "reopened", 50 * MINUTE)], schema=ENDED, orient="row"
    )
    found = moments(outages)
    assert found["minutes"].to_list() == [4, 19, 34, 49]
    assert found["since_opening"].all()
    assert found["total"].unique().to_list() == [50]
    assert found["cadence_minutes"].unique().to_list() == [5]


def test_the_time_since_the_look_before_counts_as_cadence_where_it_is_longer() -> None:
    start = BEGIN + 3600
    outages = pl.DataFrame([(1, 7, start, start + 3600, False, "reopened", 3600)], schema=ENDED, orient="row")
    found = moments(outages, cadence=1800)
    assert found["cadence_minutes"].unique().to_list() == [30]


def replay(moments: pl.DataFrame, outages: pl.DataFrame, now: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """With no parks but those of ``outages``."""
    all_parks = Everywhere.of(endings(outages), BEGIN // DAY - 1, now // DAY)
    return replay_parks(moments, outages, all_parks, now)


def judged(outages: pl.DataFrame) -> pl.DataFrame:
    return replay(moments(outages), outages, BEGIN + (DAYS + 1) * DAY)[0]


def test_what_comes_later_changes_no_forecast() -> None:
    whole = world()
    cut = BEGIN + 25 * DAY
    other = pl.concat(
        [whole.filter(pl.col("started_at") < cut), world(2).filter(pl.col("started_at") >= cut)]
    )
    columns = ["ride_id", "horizon_minutes", "at", "estimate", "chance", "constant"]
    before = [
        judged(outages).filter(pl.col("at") < cut).select(columns).sort(columns[:3])
        for outages in (whole, other)
    ]
    assert before[0].equals(before[1])
    assert before[0]["chance"].count() > 500


def test_forecasts_begin_once_twenty_outages_are_known() -> None:
    found = judged(world())
    first = found.filter(pl.col("estimate").is_not_null())["at"].min()
    # Four a day: the day after the fifth.
    assert isinstance(first, int)
    assert first // DAY == BEGIN // DAY + 5


def test_errors_are_learned_from_only_when_they_are_known() -> None:
    found = judged(world())
    first_day = found.filter(pl.col("estimate").is_not_null())["at"].min()
    assert isinstance(first_day, int)
    on_it = found.filter((pl.col("at") // DAY == first_day // DAY) & pl.col("chance").is_not_null())
    assert on_it["chance"].equals(on_it["estimate"].round(6).alias("chance"))
    assert on_it["constant"].null_count() == on_it.height
    later = found.filter((pl.col("at") // DAY == first_day // DAY + 3) & pl.col("chance").is_not_null())
    assert not later["chance"].equals(later["estimate"].round(6).alias("chance"))
    assert later["constant"].null_count() == 0


@pytest.mark.parametrize(
    ("ended_by", "minutes", "wanted"),
    [
        ("reopened", 20, [0.0, 1.0, 1.0]),
        ("closed", 20, [0.0, 0.0, 0.0]),
        ("lost", 20, [0.0, None, None]),
        (None, 20, [None, None, None]),
    ],
)
def test_an_outcome_is_what_could_be_seen(
    ended_by: str | None, minutes: int, wanted: list[float | None]
) -> None:
    end = None if ended_by is None else BEGIN + 36_000 + minutes * MINUTE
    outages = pl.DataFrame(
        [(1, 7, BEGIN + 36_000, end, False, ended_by, minutes * MINUTE)], schema=ENDED, orient="row"
    )
    found = replay(moments(outages).head(1), outages, BEGIN + DAY)[0]
    assert found.sort("horizon_minutes")["reopened"].to_list() == wanted


def test_what_reopens_after_a_closed_night_was_not_back_in_time() -> None:
    """Twenty open minutes, but fourteen hours by the clock."""
    start = BEGIN + 20 * 3600
    outages = pl.DataFrame(
        [(1, 7, start, start + 14 * 3600, False, "reopened", 20 * MINUTE)], schema=ENDED, orient="row"
    )
    found = replay(moments(outages).head(1), outages, BEGIN + 3 * DAY)[0]
    assert found["reopened"].to_list() == [0.0, 0.0, 0.0]


def forecasts(rows: list[tuple[int, float, float, float]], **other: Any) -> pl.DataFrame:
    """Day, chance, constant, outcome."""
    fixed = {"park_id": 1, "ride_id": 1, "since_opening": False, "horizon_minutes": 30} | other
    return pl.DataFrame(
        [
            fixed
            | {
                "at": BEGIN + day * DAY,
                "known_at": BEGIN + day * DAY + 1800,
                "estimate": chance,
                "chance": chance,
                "constant": constant,
                "reopened": outcome,
            }
            for day, chance, constant, outcome in rows
        ],
        schema=FORECASTS,
    )


def test_the_scores_are_the_textbooks() -> None:
    [row] = scores(
        forecasts([(0, 0.2, 0.5, 0), (0, 0.2, 0.5, 1), (1, 0.9, 0.5, 1), (2, 0.7, 0.5, 1)])
    ).to_dicts()
    assert (row["moments"], row["forecasts"], row["forecast_days"]) == (4, 4, 3)
    assert row["brier"] == pytest.approx((0.04 + 0.64 + 0.01 + 0.09) / 4)
    assert row["constant_brier"] == pytest.approx(0.25)
    # |0.4 - 1| + |0.9 - 1| + |0.7 - 1| over 4 forecasts
    assert row["calibration_error"] == pytest.approx(1.0 / 4)


def test_the_error_may_be_larger_by_what_varies_from_day_to_day() -> None:
    """Two days, off by 0.1 and by 0.3: 0.2 on average, with a standard error of 0.1 * sqrt(2) / 2."""
    [row] = scores(forecasts([(0, 0.9, 0.5, 1), (1, 0.7, 0.5, 1)])).to_dicts()
    assert row["calibration_error"] == pytest.approx(0.2)
    assert row["calibration_error_upper"] == pytest.approx(0.2 + 1.64 * 0.1 * 2**0.5 / 2, abs=1e-4)
    # 0.25 - 0.01 and 0.25 - 0.09
    assert row["brier_gain_lower"] == pytest.approx(0.2 - 1.64 * 0.04 * 2**0.5 / 2, abs=1e-4)


GOOD = [
    (day, 0.96 if outcome else 0.04, 0.5, float(outcome)) for day in range(30) for outcome in (*[1] * 9, 0)
]
ONE_DAY_WRONG = [(day, chance, constant, y if day else 1 - y) for day, chance, constant, y in GOOD]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (GOOD, None),
        (GOOD[:99], "few_forecasts"),
        ([(day % 13, *rest) for day, *rest in GOOD], "few_forecasts"),
        ([(day % 14, *rest) for day, *rest in GOOD], None),
        ([(day, 0.9, 0.9, y) for day, _, _, y in GOOD], "no_better"),
        ([(day, 0.9 if y else 0.1, c, y) for day, _, c, y in GOOD], "off"),
        # Off by 3 points on average, since one day was wrong altogether: it may well be more.
        (ONE_DAY_WRONG, "off"),
    ],
)
def test_a_class_shows_chances_only_where_they_surely_proved_good(
    rows: list[tuple[int, float, float, float]], reason: str | None
) -> None:
    [row] = scores(forecasts(rows)).to_dicts()
    assert row["reason"] == reason
    if rows is ONE_DAY_WRONG:
        assert row["calibration_error"] < 0.05


def test_several_parks_are_pooled_by_their_forecasts() -> None:
    both = pl.concat(
        [
            forecasts([(0, 0.25, 0.5, 0)] * 3),
            forecasts([(0, 0.25, 0.5, 1)], park_id=2),
        ]
    )
    total, bins = pooled(scores(both), reliability(both), False, 30, shown=False)
    assert total["brier"] == pytest.approx((3 * 0.0625 + 0.5625) / 4)
    assert total["calibration_error"] == pytest.approx(0)
    assert bins == [{"tenth": 2, "forecasts": 4, "expected": pytest.approx(1.0), "reopened": 1}]
    total, bins = pooled(scores(both), reliability(both), False, 30, shown=True)
    assert (total["forecasts"], total["brier"], bins) == (0, None, [])


def test_a_park_closes_when_the_window_of_its_day_ends_past_midnight_too() -> None:
    first, second = dt.date(2026, 8, 1), dt.date(2026, 8, 2)
    rows = [
        (1, first, 36_000, 50_000),
        (1, first, 60_000, DAY),
        (1, second, DAY, DAY + 3600),
        (1, second, DAY + 36_000, DAY + 70_000),
    ]
    windows = pl.DataFrame(
        rows,
        schema={"park_id": pl.Int64, "day": pl.Date, "start": pl.Int64, "end": pl.Int64},
        orient="row",
    )
    assert closings(windows).rows() == [(1, first, DAY + 3600), (1, second, DAY + 70_000)]


def test_what_was_known_each_day_is_that_of_the_year_before() -> None:
    """Added to and taken from day by day, it is what a plain filter gives, over long gaps too."""
    chance = random.Random(5)
    ends = [BEGIN + chance.randrange(-500, 900) * DAY + chance.randrange(DAY) for _ in range(400)]
    ends += [BEGIN + 30 * DAY, BEGIN + (30 - 365) * DAY]  # at midnight: just over, just too old
    ended = pl.DataFrame(
        [
            (1, 1, at - 6000, at, False, chance.choice(("reopened", "lost")), 60 * chance.randrange(1, 9))
            for at in ends
        ],
        schema=ENDED,
        orient="row",
    )
    days = [BEGIN // DAY + day for day in (0, 1, 2, 30, 200, 390, 391, 800)]
    found = _day_by_day(endings(ended), "all", pl.Series("date", days))
    for date in days:
        begin = date * DAY
        plain = by_ending(
            endings(ended.filter((pl.col("ended_at") <= begin) & (pl.col("ended_at") > begin - 365 * DAY))),
            (),
        )
        for minutes in (0, 3, 8):
            kept = found.filter((pl.col("key") == date) & (pl.col("length") <= minutes)).tail(1)
            upto = plain.filter(pl.col("minutes") <= minutes)
            for name in ("outages", "reopened", "lost"):
                assert kept[name].sum() == upto[name].sum(), (date, minutes, name)


def test_how_many_rides_were_stopped_is_seen_at_each_moment() -> None:
    start = BEGIN + 36_000
    rows = [
        (1, 1, start, start + 50 * MINUTE, False, "reopened", 50 * MINUTE),
        (1, 2, start + 10 * MINUTE, start + 30 * MINUTE, False, "reopened", 20 * MINUTE),
        (1, 3, start + 40 * MINUTE, None, False, None, 20 * MINUTE),
    ]
    outages = pl.DataFrame(rows, schema=ENDED, orient="row")
    found = moments(outages).filter(pl.col("ride_id") == 1).sort("at")
    assert found.select((pl.col("at") - start) // MINUTE, "rides_stopped").rows() == [
        (0, 1),
        (15, 2),
        (30, 1),
        (45, 2),
    ]


def test_a_replay_does_not_depend_on_the_order_of_its_input_or_on_who_else_is_replayed() -> None:

    def moved(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(park_id=pl.lit(2, pl.Int64), ride_id=pl.col("ride_id") + 10)

    one, two = world(), moved(world(2))
    both = pl.concat([one, two])
    now = BEGIN + (DAYS + 1) * DAY
    all_parks = Everywhere.of(endings(both), BEGIN // DAY, now // DAY)
    other = Everywhere.of(endings(both.sample(fraction=1, shuffle=True, seed=1)), BEGIN // DAY, now // DAY)
    seen = pl.concat([moments(one), moved(moments(world(2)))])
    together, corrections = replay_parks(
        seen.sample(fraction=1, shuffle=True, seed=2),
        both.sample(fraction=1, shuffle=True, seed=3),
        other,
        now,
    )
    for park_id in (1, 2):
        of_park = pl.col("park_id") == park_id
        alone = replay_parks(seen.filter(of_park), both.filter(of_park), all_parks, now)
        assert alone[0]["chance"].count() > 500
        assert together.filter(of_park).equals(alone[0])
        key = ["since_opening", "horizon_minutes", "step", "bin"]
        assert corrections.filter(of_park).sort(key).equals(alone[1].sort(key))
        assert scores(together.filter(of_park)).equals(scores(alone[0]))
