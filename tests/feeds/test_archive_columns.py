"""The columns of archive files say what the event-by-event reader says of any events, usual and odd."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallofshame.domain.errors import BodyError
from hallofshame.domain.localtime import to_unix
from hallofshame.feeds import archive
from hallofshame.feeds.archive_columns import ParkEvents, read_file, read_files
from hallofshame.pipeline.cycle_rows import queue_row

_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 700),
    st.sampled_from([1.0, 7.5, 1e300, "", "x", "  ", "y" * 300, {}, [], {"en": "Name"}, [1]]),
)
_TIMES = st.sampled_from(
    [
        "2024-12-25T00:05:10.644Z",
        "2024-12-25T00:05:10Z",
        "2024-12-24T19:05:10-05:00",
        "2024-12-25",
        "2024-12-25T00:05:10",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1969-12-31T23:59:59.900Z",
        "soon",
        "\ud800",
    ]
)
_MEMBER = st.one_of(
    _ODD,
    st.fixed_dictionaries(
        {},
        optional={
            "waitTime": _ODD,
            "state": st.one_of(_ODD, st.just("AVAILABLE")),
            "returnStart": st.one_of(_ODD, _TIMES),
            "price": st.one_of(_ODD, st.just({"amount": 1800, "currency": "USD"})),
        },
    ),
)
_QUEUE = st.one_of(
    _ODD,
    st.dictionaries(st.sampled_from(["STANDBY", "SINGLE_RIDER", "RETURN_TIME", "ELSE"]), _MEMBER, max_size=3),
)
_DATA = st.one_of(
    _ODD,
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.one_of(_ODD, st.sampled_from(["OPERATING", "DOWN", "CLOSED", "OPEN"])),
            "queue": _QUEUE,
            "showtimes": st.one_of(_ODD, st.just(["2024-12-25T10:00:00Z"])),
            "entityType": st.one_of(_ODD, st.sampled_from(["SHOW", "PARK"])),
        },
    ),
)
_EVENT = st.one_of(
    _ODD,
    st.fixed_dictionaries(
        {},
        optional={
            "entityId": st.one_of(_ODD, st.sampled_from(["a", "b", " a "])),
            "name": st.one_of(_ODD, st.sampled_from(["Alpha", "Bravo\u2122"])),
            "internalId": st.one_of(_ODD, st.just("1;entityType=Entertainment")),
            "entityType": st.one_of(_ODD, st.sampled_from(["ATTRACTION", "HOTEL", "RIDE"])),
            "parkId": st.one_of(_ODD, st.sampled_from(["p", "q"])),
            "eventTime": st.one_of(_ODD, _TIMES, _TIMES, _TIMES),
            "data": _DATA,
        },
    ),
)


def one_by_one(events: list[Any]) -> dict[str, tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]:
    """What the event-by-event reader says of each park: changes and queues, and kinds of findings."""
    found = {}
    for park, of_park in archive.split_by_park(events).items():
        changes = archive.parse_events(of_park).changes
        rows = [
            (each.external_id, each.name, each.kind, to_unix(each.at), each.status, each.wait_minutes)
            for each in changes
        ]
        queues = [
            (each.external_id, to_unix(each.at), *queue_row(0, to_unix(each.at), 0, queue)[3:])
            for each in changes
            for queue in each.queues
        ]
        found[park] = (sorted(rows, key=repr), sorted(queues, key=repr))
    return found


def in_columns(events: list[Any]) -> dict[str, tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]:
    """The same of the columns."""
    found = {}
    for park, said in read_file(zlib.compress(json.dumps(events).encode())).items():
        rows = [
            (*_named(said.entities[number]), at, status, wait)
            for number, at, status, wait in said.events.iter_rows()
        ]
        queues = [
            (said.entities[row["entity"]].external_id, *(row[name] for name in said.queues.columns[1:]))
            for row in said.queues.iter_rows(named=True)
        ]
        found[park] = (sorted(rows, key=repr), sorted(queues, key=repr))
    return found


def _named(entity: Any) -> tuple[object, ...]:
    return entity.external_id, entity.name, entity.kind


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(_EVENT, max_size=8))
def test_columns_say_what_the_events_say_one_by_one(events: list[Any]) -> None:
    wanted, got = one_by_one(events), in_columns(events)
    assert _plain(got) == _plain(wanted)


_USUAL_TIMES = st.sampled_from(
    [
        "2024-12-25T00:05:10.644Z",
        "2024-12-25T00:05:59.999Z",
        "1969-12-31T23:59:59.900Z",
        "2100-01-01T00:00:00.000Z",
    ]
)
_USUAL_MEMBER = st.one_of(
    st.fixed_dictionaries({"waitTime": st.sampled_from([0, 5, 45, None, 700, -1, 1.0, True])}),
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(["AVAILABLE", "FINISHED", None]),
            "returnStart": st.sampled_from(["2024-12-25T10:00:00-05:00", None, "soon"]),
        },
        optional={"price": st.just({"amount": 1800, "currency": "USD"})},
    ),
    _ODD,
)
_USUAL_EVENT = st.fixed_dictionaries(
    {
        "entityId": st.sampled_from(["a", "b"]),
        "name": st.just("Alpha"),
        "parkId": st.sampled_from(["p", "q"]),
        "eventTime": st.one_of(
            *[_USUAL_TIMES] * 5,
            st.sampled_from(
                ["2024-12-25T00:05:60.000Z", "2024-02-30T00:00:00.000Z", "2024-12-25T24:00:00.000Z"]
            ),
            _TIMES,
        ),
        "data": st.fixed_dictionaries(
            {"status": st.sampled_from(["OPERATING", "DOWN", "CLOSED", "OPEN", 1])},
            optional={
                "queue": st.dictionaries(
                    st.sampled_from(["STANDBY", "SINGLE_RIDER", "RETURN_TIME", "PAID_RETURN_TIME", "ELSE"]),
                    _USUAL_MEMBER,
                    max_size=4,
                ),
            },
        ),
    },
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(_USUAL_EVENT, min_size=2, max_size=14))
def test_events_of_the_usual_shape_take_a_short_way_to_the_same_columns(events: list[Any]) -> None:
    wanted, got = one_by_one(events), in_columns(events)
    assert _plain(got) == _plain(wanted)


def test_spans_are_those_of_the_events() -> None:
    times = ["2024-12-25T00:05:10.644Z", "2024-12-25T00:00:00Z", "2024-12-25T03:00:00.000Z"]
    event = {"entityId": "a", "name": "Alpha", "parkId": "p", "data": {"status": "DOWN"}}
    said = read_file(json.dumps([{**event, "eventTime": time} for time in times]).encode())["p"]
    assert said.spans == ((1735084800, 1735095600),)
    assert said.events["at"].to_list() == [1735085110, 1735084800, 1735095600]


def test_files_read_together_say_what_each_says_alone() -> None:
    at = "2024-12-25T00:05:10.644Z"
    event = {"entityId": "a", "name": "Alpha", "parkId": "p", "eventTime": at, "data": {"status": "DOWN"}}
    queued = {"STANDBY": {"waitTime": 5}, "RETURN_TIME": {"state": "AVAILABLE"}}
    contents = [
        json.dumps(events).encode()
        for events in (
            [event, event | {"parkId": "q"}],
            [event | {"name": "Bravo", "data": {"status": "OPERATING", "queue": queued}}, 7, event],
            [event | {"eventTime": "soon"}, event],
            [],
        )
    ]
    together = read_files([*contents, b"{", BodyError("too large")]).each()
    for content, found in zip(contents, together, strict=False):
        assert not isinstance(found, BodyError)
        alone = read_file(content)
        assert {park: _all_of(said) for park, said in found.items()} == {
            park: _all_of(said) for park, said in alone.items()
        }
    assert [str(error) for error in together[-2:]] == [str(refusal(b"{")), "too large"]


def refusal(content: bytes) -> BodyError:
    with pytest.raises(BodyError) as refused:
        read_file(content)
    return refused.value


def _all_of(said: ParkEvents) -> tuple[object, ...]:
    return said.entities, said.spans, said.events.rows(), said.queues.rows(), said.findings


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """In JSON's own types and one order: an enum and its number are one and the same there."""
    plain = json.loads(json.dumps(found, default=int))
    return {park: [sorted(rows, key=repr) for rows in both] for park, both in plain.items()}


def test_every_finding_of_an_event_is_one_of_its_columns() -> None:
    events = [
        {"entityId": "a", "eventTime": "soon", "parkId": "p"},
        {"entityId": "b", "eventTime": "2024-12-25T00:05:10Z", "parkId": "p", "data": {"status": "OPEN"}},
        {"eventTime": "2024-12-25T00:05:10Z", "parkId": "p"},
    ]
    wanted = {(f.kind, f.subject) for f in archive.parse_events(events).findings}
    got = {(f.kind, f.subject) for f in read_file(json.dumps(events).encode())["p"].findings}
    assert got == wanted
    assert len(got) == 4


@pytest.mark.parametrize("text", [b'[{"data": {"wait": NaN}}]', b'{"events": [{"name": "\\ud800"}]}'])
def test_what_the_fast_reader_refuses_is_read_by_the_slow_one(text: bytes) -> None:
    assert set(read_file(text)) == {""}


def test_a_time_with_half_a_surrogate_pair_costs_its_event_alone() -> None:
    data = {"status": "DOWN"}
    event = {"entityId": "a", "name": "Alpha", "eventTime": "2024-12-25T00:05:10.644Z", "data": data}
    file = json.dumps([event, event, event | {"eventTime": "\ud800"}]).encode()
    [found] = read_file(file).values()
    assert found.events.height == 2
    assert [finding.kind for finding in found.findings] == ["instant_unreadable", "entry_unreadable"]


def test_ids_of_megabytes_cost_their_event_and_a_short_finding() -> None:
    events = [{"entityId": "x" * 3_000_000, "eventTime": "2024-12-25T00:05:10Z", "parkId": "p"}]
    said = read_file(json.dumps(events).encode())["p"]
    assert said.events.is_empty()
    assert [finding.kind for finding in said.findings] == ["entry_unreadable"]
    assert len(said.findings[0].detail) < 300


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"[1" * 100_000, b"", zlib.compress(b"[{}"), b"\xff\xfe"]
)
def test_a_file_that_is_none_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(BodyError) as refused:
        read_file(content)
    assert "\n" not in str(refused.value)
