"""Badges and social cards say what the rows say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from crosscheck.conftest import PERIODS, Api, Row
from crosscheck.ledger import Ledger
from hallofshame.web.images.cards import Card
from hallofshame.web.pages import card_pages

SHOWN = ["yesterday", "last_week", "30days", "this_month", "2026"]


def badge(api: Api, path: str, period: str) -> str:
    """What a badge says."""
    query = "&".join(f"{name}={value}" for name, value in PERIODS[period].items())
    found = re.search(r"<title>([^<]*)</title>", api.text(f"/api/badges/{path}.svg?{query}"))
    assert found is not None
    return found[1]


def figure(text: str, pattern: str) -> float | None:
    """The number in a text; null where it says that there is none."""
    found = re.search(pattern, text)
    assert found or re.search("not watched|no data", text), text
    return float(found[1]) if found else None


@pytest.mark.parametrize("period", SHOWN)
def test_badges(api: Api, ledger: Ledger, rides: list[Row], period: str) -> None:
    query = PERIODS[period]
    closed = 0
    for row in api.every("/parks/downtime", **query):
        said = badge(api, f"parks/{row['park_slug']}", period)
        if row["unranked_reason"] == "closed":
            assert "closed" in said
            closed += 1
            continue
        ledger.say("list", row["shame_score"], row["park_name"], "shame score")
        ledger.say(
            "badge", figure(said, r"shame score (?:at least )?([\d.]+)"), row["park_name"], "shame score"
        )
    for ride in rides:
        uptime = api(f"/rides/{ride['ride_id']}/details", **query)["data"]["summary"]["uptime_percent"]
        said = badge(api, f"rides/{ride['ride_id']}", period)
        ledger.say("row", None if uptime is None else round(100 - uptime, 1), ride["ride_id"], "down")
        ledger.say("badge", figure(said, r"down (?:at least )?([\d.]+) %"), ride["ride_id"], "down")
    ledger.check(at_least=len(api.parks) - closed + len(rides))


def test_a_badge_without_a_period_is_of_this_month(api: Api) -> None:
    path = f"parks/{api.parks[0]['park_slug']}"
    assert badge(api, path, "today") == badge(api, path, "this_month")


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[Card]:
    """The cards that were drawn, instead of pictures of them."""
    drawn: list[Card] = []

    def note(card: Card, *_: Any) -> bytes:
        drawn.append(card)
        return b"\x89PNG"

    monkeypatch.setattr(card_pages, "draw", note)
    return drawn


def test_cards(demo_app: Flask, api: Api, ledger: Ledger, rides: list[Row], cards: list[Card]) -> None:
    client = demo_app.test_client()

    def card(path: str, **query: str) -> Card:
        response = client.get(f"/cards/{path}.png", query_string=query)
        assert response.status_code == 200, path
        return cards[-1]

    # Periods that nothing else asks these cards for: answers are remembered by their address.
    for row in api.every("/parks/downtime", period="last_week"):
        verdict = card(f"parks/{row['park_slug']}", period="last_week").verdict
        ledger.say("list", row["shame_score"], row["park_name"])
        ledger.say("card", float(verdict.figure) if verdict else None, row["park_name"])
    for ride in rides:
        uptime = api(f"/rides/{ride['ride_id']}/details", period="last_week")["data"]["summary"][
            "uptime_percent"
        ]
        verdict = card(f"rides/{ride['ride_id']}", period="last_week").verdict
        ledger.say("row", None if uptime is None else round(100 - uptime, 1), ride["ride_id"])
        ledger.say("card", float(verdict.figure.split()[0]) if verdict else None, ride["ride_id"])
    ranked = api("/parks/downtime", period="last_week", limit=3)["data"]
    ledger.say(
        "list", [(f"{row['comparable_score']:.2f}", row["park_name"]) for row in ranked], "first three"
    )
    lines = card("rankings", period="last_week").lines
    ledger.say("card", [(said, name) for said, name, _ in lines], "first three")
    winners = {
        category["title"]: category["winners"][0]
        for category in api("/awards", year="2026", limit=1)["data"]["categories"]
        if category["winners"]
    }
    for title, name, _ in card("awards/2026").lines:
        ledger.say("awards", winners[title].get("ride_name") or winners[title]["park_name"], title)
        ledger.say("card", name, title)
    ledger.check(at_least=len(api.parks) + len(rides) + 3)
