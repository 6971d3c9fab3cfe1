"""The pages that have one address each: what they are called, and which chunk of the script shows them."""

from __future__ import annotations

from dataclasses import dataclass

SITE_NAME = "Theme Park Hall of Shame"


@dataclass(frozen=True)
class Page:
    """One page. ``name`` also names its card; ``label`` stands in the navigation."""

    name: str
    path: str
    label: str
    title: str
    lead: str
    chunk: str


PAGES: tuple[Page, ...] = (
    Page(
        "rankings", "/", "Parks", "Who broke down?",
        "Theme parks by the ride time they lost, flagship rides counted three times, nights and "
        "refurbishments not at all.",
        "ParkRankingPage",
    ),
    Page(
        "rides", "/rides", "Rides", "Which rides break down?",
        "Rides by the hours they lost while their park was open, with uptime, breakdowns and waits.",
        "RideRankingPage",
    ),
    Page(
        "now", "/now", "Now", "Down right now",
        "What is down at this moment, since when, and how soon it may reopen, judged by the ride's own past.",
        "NowPage",
    ),
    Page(
        "waits", "/waits", "Waits", "Where people wait",
        "Parks and rides by the standby waits they posted. Where nothing is posted, nothing is guessed.",
        "WaitsPage",
    ),
    Page(
        "trends", "/trends", "Trends", "Better or worse?",
        "Parks and rides whose uptime changed by five points or more against the period before.",
        "TrendsPage",
    ),
    Page(
        "awards", "/awards", "Awards", "The awards",
        "The best and the worst of the year: parks, rides, waits, and those that improved most.",
        "AwardsPage",
    ),
    Page(
        "map", "/map", "Map", "The map of shame",
        "Every park on the map, with the sign of its band.",
        "MapPage",
    ),
    Page(
        "compare", "/compare", "Compare", "Side by side",
        "Up to six parks or rides beside each other, in one period or in two.",
        "ComparePage",
    ),
    Page(
        "data", "/data", "Data", "Data and methods",
        "How every figure comes about, how well each park is watched, and the whole record to take along.",
        "DataPage",
    ),
    Page(
        "about", "/about", "About", "About",
        "Why this exists, where the data comes from, and what it can and cannot say.",
        "AboutPage",
    ),
)  # fmt: skip

BY_NAME = {page.name: page for page in PAGES}
PARK_CHUNK, RIDE_CHUNK = "ParkPage", "RidePage"


def chunk_source(chunk: str) -> str:
    """The source file of a chunk, as the build's manifest names it."""
    return f"src/pages/{chunk}.tsx"
