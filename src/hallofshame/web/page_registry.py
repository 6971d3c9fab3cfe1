"""The pages that have one address each, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

SITE_NAME = "Theme Park Hall of Shame"


@dataclass(frozen=True)
class Page:
    """One page. ``name`` also names its card; ``label`` stands in the navigation; ``art`` above the words."""

    name: str
    path: str
    label: str
    title: str
    lead: str
    art: str


PAGES: tuple[Page, ...] = (
    Page(
        "rankings", "/", "Parks", "Who broke down?",
        "Theme parks by the ride time they lost, flagship rides counted three times, nights and "
        "refurbishments not at all.",
        "scene",
    ),
    Page(
        "rides", "/rides", "Rides", "Which rides break down?",
        "Rides by the hours they lost while their park was open, with uptime, breakdowns and waits.",
        "ride-scene",
    ),
    Page(
        "now", "/now", "Now", "Down right now",
        "What is down at this moment, since when, and how soon it may reopen, judged by the ride’s own past.",
        "clock-tower",
    ),
    Page(
        "waits", "/waits", "Waits", "Where people wait",
        "Parks and rides by the standby waits they posted. Where nothing is posted, nothing is guessed.",
        "queue-scene",
    ),
    Page(
        "trends", "/trends", "Trends", "Better or worse?",
        "Parks and rides whose uptime changed by five points or more against the period before.",
        "ups-and-downs",
    ),
    Page(
        "awards", "/awards", "Awards", "The awards",
        "Laurels and lemons, from a whole year of measured ride time. Nobody votes; the figures decide.",
        "cup",
    ),
    Page(
        "map", "/map", "Map", "The map of shame",
        "Every park on the map, with the sign of its band.",
        "globe",
    ),
    Page(
        "compare", "/compare", "Compare", "Side by side",
        "Up to six parks or rides beside each other, in one period or in two.",
        "two-castles",
    ),
    Page(
        "data", "/data", "Data", "Data and methods",
        "How every figure comes about, how well each park is watched, and the whole record to take along.",
        "abacus",
    ),
    Page(
        "about", "/about", "About", "About the Hall of Shame",
        "Why this exists, where the data comes from, and what it can and cannot say.",
        "sun-and-tents",
    ),
)  # fmt: skip

OPERATORS = Page(
    "operators", "/operators", "Operators", "Which chains break down?",
    "Operators by the ride time that their ranked parks lost, all their rides together.",
    "scene",
)  # fmt: skip
"""A face of the ranking of parks, reached from there."""

BY_NAME = {page.name: page for page in PAGES}
