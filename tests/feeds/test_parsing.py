"""The small readers that the feeds share."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from hallofshame.feeds.parsing import (
    MAX_DETAIL_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    Findings,
    coordinates,
    id_of,
    parse_instant,
    shown,
    text_of,
)


def test_instants_become_utc_cut_to_whole_seconds():
    assert parse_instant("2026-08-20T14:40:09.987+02:00") == dt.datetime(
        2026, 8, 20, 12, 40, 9, tzinfo=dt.UTC
    )


@pytest.mark.parametrize("value", ["2026-08-20", "2026-08-20T14:40:00", "", "25:00Z", None, 5])
def test_what_names_no_exact_instant_is_refused(value):
    with pytest.raises((ValueError, TypeError)):
        parse_instant(value)


def test_an_instant_beyond_the_calendar_is_a_finding():
    findings = Findings()
    assert findings.instant("9999-12-31T23:59:59-14:00", "1", "openingTime") is None
    assert [finding.kind for finding in findings.as_tuple()] == ["instant_unreadable"]


def test_null_is_unknown_without_a_finding():
    findings = Findings()
    assert findings.wait(None, "1", "wait") is findings.instant(None, "1", "at") is None
    assert findings.as_tuple() == ()


def test_a_finding_names_the_thing_and_the_value():
    findings = Findings()
    findings.wait(999, "14686", "wait_time")
    (finding,) = findings.as_tuple()
    assert (finding.kind, finding.subject) == ("wait_out_of_range", "14686")
    assert "999" in finding.detail


def test_a_finding_is_cut_and_can_be_stored_whatever_the_answer_said():
    findings = Findings()
    findings.add("kind", "s" * 5_000, "a\ud800\x00 " + "b" * 5_000)
    [finding] = findings.as_tuple()
    assert len(finding.subject) == MAX_TEXT_CHARACTERS
    assert finding.detail == "a " + "b" * (MAX_DETAIL_CHARACTERS - 2)


def test_a_value_of_megabytes_is_shown_as_soon_as_a_small_one_and_alike():
    small = {"a": [1, "b", None, {"c": 2.5}], "d": "x" * 70}
    assert shown(small) == repr(small)[:79] + "…"
    assert shown([1, "a'b", {}, []]) == """[1, "a'b", {}, []]"""
    huge = [["x" * 1_000] * 1_000] * 1_000
    assert len(repr([huge[0][:1]])) > 80
    began = time.process_time()
    assert shown(huge) == "[['" + "x" * 76 + "…"
    assert shown({"a": huge}) == "{'a': [['" + "x" * 70 + "…"
    assert time.process_time() - began < 0.5, "written out it would be a thousand million characters"


def test_whole_numbers_may_be_written_with_a_fraction_of_zero():
    assert Findings().whole(1900.0, "1", "price") == 1900


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" Space  Mountain\n", "Space Mountain"),
        ({"fr": "Île", "en": "Island"}, "Island"),
        ({"fr": "Île"}, "Île"),
    ],
)
def test_names_come_on_one_line_and_in_english_where_there_is_a_choice(value, text):
    assert text_of(value) == text


def test_names_lose_what_cannot_be_seen_or_stored():
    assert text_of("Space\u200b \x00Mountain\ud800") == "Space Mountain"


@pytest.mark.parametrize("value", ["", "  ", None, 5, {}, []])
def test_what_is_no_name_is_none(value):
    assert text_of(value) is None


@pytest.mark.parametrize(
    ("value", "expected"), [(11, "11"), ("a-b", "a-b"), (True, None), (None, None), (1.5, None)]
)
def test_ids_are_numbers_or_texts(value, expected):
    assert id_of(value) == expected


@pytest.mark.parametrize("pair", [("91", "0"), (1.0, None), ("nan", "1"), (True, 1)])
def test_half_or_impossible_coordinates_are_none(pair):
    assert coordinates(*pair) == (None, None)
