"""The live board shows rides of one park that stopped together as one event, in the order asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hallofshame.web.pages.events import FLAGSHIPS, LONGEST, NEWEST, PARK, SORTS, Event, events_of


def ride(ride_id: int, park: str, at: str, *, tier: int = 2, down_seconds: int = 600) -> dict[str, Any]:
    """A row of ``/api/outages/now``, as far as events look at it."""
    return {
        "ride_id": ride_id,
        "ride_name": f"Ride {ride_id}",
        "park_id": ord(park),
        "park_name": park,
        "tier": tier,
        "weight": 4 - tier,
        "started_at": f"2026-08-20T{at}Z",
        "down_seconds": down_seconds,
    }


def ids(events: list[Event]) -> list[list[int]]:
    return [[row["ride_id"] for row in event.rides] for event in events]


def test_three_rides_of_a_park_within_a_quarter_of_an_hour_are_one_event() -> None:
    down = [
        ride(1, "A", "10:00:00", down_seconds=3600),
        ride(2, "A", "10:15:00", tier=1),
        ride(3, "A", "10:15:01"),
        ride(4, "A", "10:05:00"),
        ride(5, "B", "10:00:00"),
    ]
    [event, *others] = events_of(down)
    assert [row["ride_id"] for row in event.rides] == [2, 1, 4]
    assert (event.has_flagship, event.weight, event.down_seconds) == (True, 3, 3600)
    assert (event.started_at[11:16], event.last_at[11:16], event.is_at_once) == ("10:00", "10:15", False)
    assert ids(others) == [[5], [3]]


def test_two_rides_may_be_chance_and_stand_by_themselves() -> None:
    assert ids(events_of([ride(1, "A", "10:00:00"), ride(2, "A", "10:00:00")])) == [[1], [2]]


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        (FLAGSHIPS, [[3], [1], [4], [2]]),
        (LONGEST, [[1], [3], [4], [2]]),
        (NEWEST, [[2], [4], [3], [1]]),
        (PARK, [[3], [4], [1], [2]]),
    ],
)
def test_events_stand_in_the_order_asked_for(sort: str, wanted: list[list[int]]) -> None:
    down = [
        ride(1, "C", "08:00:00"),
        ride(2, "C", "12:00:00", tier=3),
        ride(3, "A", "09:00:00", tier=1),
        ride(4, "A", "10:00:00"),
    ]
    assert ids(events_of(reversed(down), sort)) == wanted
    assert {name for name, _words in SORTS} == {FLAGSHIPS, LONGEST, NEWEST, PARK}


def test_every_ride_that_is_down_stands_in_exactly_one_event() -> None:
    down = [ride(at, "ABC"[at % 3], f"{8 + at % 4:02}:{at % 20:02}:00") for at in range(60)]
    for sort, _words in SORTS:
        assert sorted(ride_id for event in ids(events_of(down, sort)) for ride_id in event) == list(range(60))


def test_the_tile_and_the_list_of_the_live_board_tell_one_count(client: Any) -> None:
    page = client.get("/now").text
    down = len(client.get("/api/outages/now").get_json()["data"]["down"])
    [tile] = re.findall(r'state-sign down"[^>]*></span>Down</dt><dd>(\d+)<', page)
    [heading] = re.findall(r'id="down-title">Down now <span class="of">(\d+)', page)
    assert down > 0
    assert (int(tile), int(heading)) == (down, down)
    assert len(re.findall(r'id="down-\d+"', page)) == down
