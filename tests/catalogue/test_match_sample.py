"""How often the matches of the two feeds are right: 100 drawn at random, told by a person.

``match_sample.csv``: first 100 of the 291 matches that ``python -m benchmarks.matches --pairs`` lists, both
that were made by a similar name and 98 others drawn with the seed 14, each with the person's verdict; names
that are letter for letter the same make most of them, so the sample is an easy one. Below them, without a
rule, the pairs that the rules leave to a person (``--doubts``).
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.doubts import FeedEntry, RideSeen, doubts
from hallofshame.pipeline.identity import KnownRide, Matcher, Sighting

SAMPLE = Path(__file__).parent / "match_sample.csv"
VERDICTS = {"same", "different", "unsure"}
QT, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI


def lines(*, matched: bool) -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if bool(row["rule"]) is matched]


def rule(row: dict[str, str]) -> str:
    """By which rule the Queue-Times entry finds the ride of the other feed."""
    known = KnownRide(1, row["themeparks_wiki"], external_ids={WIKI: frozenset({"w"})})
    return Matcher([known], QT).match(Sighting("7", row["queue_times"])).rule


def test_the_sample_is_a_hundred_matches_each_with_a_verdict() -> None:
    found = lines(matched=True)
    assert len({(row["park"], row["themeparks_wiki"]) for row in found}) == 100
    assert {row["verdict"] for row in found + lines(matched=False)} <= VERDICTS
    assert all(row["note"] for row in found if row["verdict"] != "same" or row["rule"] != "name")


def test_no_match_of_the_sample_is_wrong_and_the_rules_make_them_all() -> None:
    found = lines(matched=True)
    assert [row for row in found if row["verdict"] == "different"] == []
    assert sum(row["verdict"] == "same" for row in found) >= 98
    assert [row for row in found if rule(row) != row["rule"]] == []


@pytest.mark.parametrize("row", lines(matched=False), ids=lambda row: row["queue_times"])
def test_what_the_rules_leave_to_a_person_is_on_the_review_list(row: dict[str, str]) -> None:
    assert rule(row) == "new"
    entries = [
        FeedEntry(WIKI, "w", row["themeparks_wiki"], 1, "new"),
        FeedEntry(QT, "7", row["queue_times"], 2, "new"),
    ]
    rides = {
        number: RideSeen(name, RideKind.ATTRACTION, True, 0, 0)
        for number, name in ((1, row["themeparks_wiki"]), (2, row["queue_times"]))
    }
    (doubt,) = doubts(entries, rides, WIKI)
    assert (doubt.ride_id, [one.ride_id for one in doubt.runners_up]) == (2, [1])
