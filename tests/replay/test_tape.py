"""A tape plays its weeks for ever: same weekday, same park-local hour, also where clocks change."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay_tapes import MONDAY, ROME, local, queue_times_tape, themeparks_wiki_tape

from hallofshame.domain.errors import InputError, RecordingError
from hallofshame.domain.localtime import UTC, to_unix, zone
from hallofshame.domain.words import Feed
from hallofshame.replay import Tape, TapeInfo, wire
from hallofshame.replay.rows import derived_number, derived_uuid

DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
SPRING_SUNDAY = dt.date(2027, 3, 28)
AUTUMN_SUNDAY = dt.date(2026, 10, 25)


def heard_wait(tape: Tape, instant: dt.datetime) -> int | None:
    state = tape.state_at(instant)
    return None if state is None else state.rows["wait_time"].min()


def test_a_poll_is_heard_on_its_weekday_and_hour_in_any_later_week() -> None:
    friday = MONDAY + 4 * DAY
    tape = queue_times_tape((local(friday, 14, 5), 25))
    for weeks in (1, 5, 20, 52):  # summer and winter
        present = friday + weeks * WEEK
        assert heard_wait(tape, local(present, 14, 5)) == 25
        assert heard_wait(tape, local(present, 14, 4)) is None
        assert heard_wait(tape, local(present - DAY, 14, 5)) is None


def test_a_poll_holds_three_cadences_and_never_over_ninety_minutes() -> None:
    noon = local(MONDAY, 12)
    for cadence, minutes in ((600, 30), (7200, 90)):
        tape = queue_times_tape((noon, 25), cadence=cadence)
        assert heard_wait(tape, noon + WEEK + dt.timedelta(minutes=minutes)) == 25
        assert heard_wait(tape, noon + WEEK + dt.timedelta(minutes=minutes, seconds=1)) is None


def test_a_sunday_night_poll_holds_into_monday() -> None:
    tape = queue_times_tape((local(MONDAY + 6 * DAY, 23, 50), 5), cadence=600)
    assert heard_wait(tape, local(MONDAY + 2 * WEEK, 0, 10)) == 5


def weekly_tape(*weeks: int) -> Tape:
    """One poll on the Monday of each of these weeks of 2026; its wait is the number of the week."""
    return queue_times_tape(*((local(dt.date.fromisocalendar(2026, week, 1), 12), week) for week in weeks))


def heard_week(tape: Tape, year: int, week: int) -> int | None:
    return heard_wait(tape, local(dt.date.fromisocalendar(year, week, 1), 12))


def test_every_week_plays_one_of_the_five_recorded_weeks_nearest_in_the_year() -> None:
    tape = weekly_tape(*range(10, 41))
    for year in (2024, 2025, 2027, 2031):
        for week in range(12, 39):
            heard = heard_week(tape, year, week)
            assert heard is not None
            assert abs(heard - week) <= 2
    assert heard_week(tape, 2027, 1) in (10, 11, 12, 39, 40)


def test_the_53rd_week_of_a_year_is_as_near_to_the_first_as_the_52nd() -> None:
    tape = weekly_tape(1, 2, 3, 4, 5, 40)
    assert {heard_week(tape, year, 53) for year in (2020, 2026, 2032, 2037, 2043)} <= {1, 2, 3, 4, 5}


def test_neighbouring_weeks_and_the_same_week_of_the_next_year_play_other_weeks() -> None:
    tape = weekly_tape(5, 20, 22, 24, 26, 28, 50)
    summer = [heard_week(tape, 2027, week) for week in range(20, 31)]
    assert set(summer) == {20, 22, 24, 26, 28}
    assert all(before != after for before, after in pairwise(summer))
    for week in range(20, 31):
        assert heard_week(tape, 2027, week) != heard_week(tape, 2028, week)


def test_recorded_weeks_form_a_ring_and_empty_weeks_are_no_part_of_it() -> None:
    tape = queue_times_tape((local(MONDAY, 12), 10), (local(MONDAY + 3 * WEEK, 12), 20))
    assert tape.weeks == (MONDAY, MONDAY + 3 * WEEK)
    present = dt.date(2028, 1, 3)
    expected = [(10, 20)[(present + turn * WEEK).toordinal() // 7 % 2] for turn in range(4)]
    assert [heard_wait(tape, local(present + turn * WEEK, 12)) for turn in range(4)] == expected


def test_upstream_stamps_move_with_their_poll() -> None:
    tape = queue_times_tape((local(MONDAY, 12), 10))
    present = local(MONDAY + 25 * WEEK, 12)
    state = tape.state_at(present + dt.timedelta(minutes=4))
    assert state is not None
    assert state.polled_at == to_unix(present)
    assert set(state.rows["last_updated"]) == {to_unix(present) - 180}


def test_a_skipped_hour_is_not_heard() -> None:
    sunday = MONDAY + 6 * DAY
    tape = queue_times_tape(
        (local(sunday, 1, 50), 10), (local(sunday, 2, 30), 20), (local(sunday, 3, 10), 30)
    )
    polls = tape.rows_between(local(SPRING_SUNDAY, 0), local(SPRING_SUNDAY, 12))
    assert polls["polled_at"].unique().sort().to_list() == [
        to_unix(local(SPRING_SUNDAY, 1, 50)),
        to_unix(local(SPRING_SUNDAY, 3, 10)),
    ]
    assert heard_wait(tape, local(SPRING_SUNDAY, 3, 5)) == 10


def test_a_repeated_hour_plays_twice() -> None:
    tape = queue_times_tape((local(MONDAY + 6 * DAY, 2, 30), 20))
    polls = tape.rows_between(local(AUTUMN_SUNDAY, 0), local(AUTUMN_SUNDAY, 12))
    first, second = local(AUTUMN_SUNDAY, 2, 30), local(AUTUMN_SUNDAY, 2, 30, fold=1)
    assert second - first == dt.timedelta(hours=1)
    assert polls["polled_at"].unique().sort().to_list() == [to_unix(first), to_unix(second)]
    assert heard_wait(tape, second) == 20


def test_of_a_recorded_repeated_hour_an_ordinary_week_hears_the_first_pass_only() -> None:
    first, second = local(AUTUMN_SUNDAY, 2, 30), local(AUTUMN_SUNDAY, 2, 30, fold=1)
    tape = queue_times_tape((first, 10), (second, 20))
    ordinary = AUTUMN_SUNDAY + 2 * WEEK
    assert tape.rows_between(local(ordinary, 0), local(ordinary, 12))["wait_time"].min() == 10
    assert tape.rows_between(local(ordinary, 0), local(ordinary, 12)).height == 2
    again = dt.date(2027, 10, 31)
    assert heard_wait(tape, local(again, 2, 30)) == 10
    assert heard_wait(tape, local(again, 2, 30, fold=1)) == 20


BUSY = queue_times_tape(
    *(
        (local(MONDAY + day * DAY, hour, day), 5 * hour)
        for day in range(7)
        for hour in (0, 1, 2, 3, 9, 15, 23)
    ),
    *((local(MONDAY + WEEK + day * DAY, hour, 30), 7 * hour) for day in (0, 2, 6) for hour in (2, 12, 23)),
)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(dt.datetime(2026, 10, 20), dt.datetime(2026, 10, 31))  # noqa: DTZ001 - hypothesis adds the zone
    | st.datetimes(dt.datetime(2027, 3, 23), dt.datetime(2027, 4, 3)),  # noqa: DTZ001
)
def test_state_is_the_last_poll_of_the_hold_also_around_clock_changes(naive: dt.datetime) -> None:
    instant = naive.replace(tzinfo=UTC)
    state = BUSY.state_at(instant)
    held = BUSY.rows_between(
        instant - dt.timedelta(seconds=BUSY.info.hold_seconds + 1), instant + dt.timedelta(seconds=1)
    ).filter(pl.col("polled_at") >= to_unix(instant) - BUSY.info.hold_seconds)
    if held.is_empty():
        assert state is None
        return
    assert state is not None
    assert state.rows.equals(held.filter(pl.col("polled_at") == pl.col("polled_at").max()))
    shown = instant.replace(microsecond=0) - dt.timedelta(seconds=to_unix(instant) - state.polled_at)
    walls = {
        (weekday, hour * 60 + minute)
        for weekday, hour, minute in (
            (at.weekday(), at.hour, at.minute)
            for at in (
                dt.datetime.fromtimestamp(second, zone(ROME)) for second in BUSY.rows["polled_at"].unique()
            )
        )
    }
    heard = shown.astimezone(zone(ROME))
    assert (heard.weekday(), heard.hour * 60 + heard.minute) in walls


def test_polls_between_gives_readings_under_the_park_and_stays_half_open() -> None:
    tape = queue_times_tape((local(MONDAY, 12), 10), (local(MONDAY, 13), 20))
    start = local(MONDAY + 8 * WEEK, 12)
    recording = tape.polls_between(start, start + dt.timedelta(hours=1))
    assert recording.readings.select(
        "park_external_id", "observed_at", "ride_external_id", "wait_minutes"
    ).rows() == [
        ("12", to_unix(start), "2", 11),
        ("12", to_unix(start), "1", 10),
    ]
    assert tape.polls_between(start, start).readings.is_empty()


def test_stale_stays_stale_when_shifted() -> None:
    at = local(MONDAY, 12)
    rows = pl.DataFrame(
        {
            "polled_at": [at],
            "ride_id": [1],
            "ride_name": ["Raptor"],
            "is_open": [True],
            "wait_time": [0],
            "last_updated": [at - 2 * DAY],
        }
    )
    tape = Tape(queue_times_tape((at, 1)).info, rows)
    assert tape.polls_between(at + 3 * WEEK, at + 3 * WEEK + DAY).readings["stale"].to_list() == [True]


def test_rides_without_an_id_get_a_known_one_else_a_stable_one() -> None:
    rows = pl.DataFrame(
        {
            "polled_at": [local(MONDAY, 12)] * 3 + [local(MONDAY, 13)],
            "ride_id": [None, None, 77, None],
            "ride_name": ["Listed", "Unlisted", "Own", "Own"],
            "is_open": [True] * 4,
            "wait_time": [0] * 4,
        }
    )
    tape = Tape(queue_times_tape((local(MONDAY, 12), 1)).info, rows, ride_ids={"Listed": "5"})
    ids = dict(tape.rows.select("ride_name", "ride_id").rows())
    assert ids == {"Listed": 5, "Unlisted": derived_number("12", "Unlisted"), "Own": 77}
    assert 10**9 <= ids["Unlisted"] < 2 * 10**9
    assert derived_uuid("p", "n") == derived_uuid("p", "n") != derived_uuid("p", "m")


def test_rides_recorded_without_a_land_get_a_known_one_and_keep_their_own() -> None:
    rows = pl.DataFrame(
        {
            "polled_at": [local(MONDAY, 12)] * 4,
            "ride_name": ["Own", "Empty", "Without", "Unknown"],
            "land": ["Hills", "", None, None],
            "is_open": [True] * 4,
            "wait_time": [0] * 4,
        }
    )
    known = {"Own": "Elsewhere", "Empty": "Valley", "Without": "Coast"}
    tape = Tape(queue_times_tape((local(MONDAY, 12), 1)).info, rows, lands=known)
    lands = dict(tape.rows.select("ride_name", "land").rows())
    assert lands == {"Own": "Hills", "Empty": "Valley", "Without": "Coast", "Unknown": None}
    state = tape.state_at(local(MONDAY, 12))
    assert state is not None
    body = wire.queue_times_body(tape, wire.queue_times_rides(state))
    assert sorted(land["name"] for land in body["lands"]) == ["Coast", "Hills", "Valley"]
    assert [ride["name"] for ride in body["rides"]] == ["Unknown"]


def test_schedule_repeats_by_whole_weeks_in_wall_time() -> None:
    schedule = [
        {
            "date": (MONDAY + day * DAY).isoformat(),
            "type": "OPERATING",
            "openingTime": f"{MONDAY + day * DAY}T10:00:00+02:00",
            "closingTime": f"{MONDAY + (day + 1) * DAY}T00:30:00+02:00",
            "description": str(day),
        }
        for day in range(9)
    ]
    tape = themeparks_wiki_tape((local(MONDAY, 12), "OPERATING", 5), schedule=schedule)
    winter = MONDAY + 30 * WEEK + 2 * DAY
    assert tape.schedule_between(winter, winter) == [
        {
            "date": winter.isoformat(),
            "type": "OPERATING",
            "openingTime": f"{winter}T10:00:00+01:00",
            "closingTime": f"{winter + DAY}T00:30:00+01:00",
            "description": "2",
        }
    ]
    assert len(tape.schedule_between(winter, winter + 6 * DAY)) == 7
    three_days = themeparks_wiki_tape((local(MONDAY, 12), "OPERATING", 5), schedule=schedule[1:4])
    year = three_days.schedule_between(winter, winter + 52 * WEEK - DAY)
    assert len(year) == 52 * 3
    assert {dt.date.fromisoformat(entry["date"]).weekday() for entry in year} == {1, 2, 3}
    assert queue_times_tape((local(MONDAY, 12), 1)).schedule_between(winter, winter) == []


def test_a_tape_without_rows_or_with_a_wrong_zone_is_refused() -> None:
    info = queue_times_tape((local(MONDAY, 12), 1)).info
    with pytest.raises(RecordingError, match="park 12 holds no row"):
        Tape(info, pl.DataFrame(schema={"polled_at": pl.Datetime("us", "UTC"), "ride_name": pl.String}))
    wrong = TapeInfo(
        feed=Feed.QUEUE_TIMES, park_external_id="1", park_name="P", timezone="Mars/Base", cadence_seconds=60
    )
    with pytest.raises(InputError, match="Mars/Base"):
        Tape(wrong, pl.DataFrame())


def test_hours_of_rides_move_with_their_poll_for_polling_and_for_ingest() -> None:
    hours = [
        {"type": "Operating", "startTime": f"{MONDAY}T09:00:00+02:00", "endTime": f"{MONDAY}T18:00:00+02:00"}
    ]
    tape = themeparks_wiki_tape((local(MONDAY, 12), "OPERATING", 5), hours_json=json.dumps(hours))
    for day in (MONDAY + WEEK, SPRING_SUNDAY + DAY):
        noon = local(day, 12)
        [polled] = wire.live_entities(tape, tape.state_at(noon))
        [ingested] = tape.polls_between(noon, noon + DAY).hours["hours_json"]
        assert polled["operatingHours"] == json.loads(ingested)
        assert [polled["operatingHours"][0][key][:16] for key in ("startTime", "endTime")] == [
            f"{day}T09:00",
            f"{day}T18:00",
        ]
