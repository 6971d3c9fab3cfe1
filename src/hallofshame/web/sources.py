"""The sources of the data, with the words and links that every answer and page shows."""

from __future__ import annotations

from typing_extensions import TypedDict

from hallofshame.web.shapes import Url, closed


@closed
class Source(TypedDict):
    """Where the data comes from; show it with what you build."""

    text: str
    url: Url


ATTRIBUTION: list[Source] = [
    {"text": "Powered by Queue-Times.com", "url": "https://queue-times.com/"},
    {"text": "Data provided by ThemeParks.wiki", "url": "https://themeparks.wiki/"},
]
"""The words and links that the terms of the live sources ask for, on every answer and every page."""

TOURING_PLANS: Source = {
    "text": "Historical wait times by TouringPlans.com",
    "url": "https://touringplans.com/",
}
"""Beside them wherever the record holds something of TouringPlans, as its figures may rest on that."""
