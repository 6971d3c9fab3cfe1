"""The sources of the data, with the words and links that every answer and page shows."""

from __future__ import annotations

ATTRIBUTION: list[dict[str, str]] = [
    {"text": "Powered by Queue-Times.com", "url": "https://queue-times.com/"},
    {"text": "Data provided by ThemeParks.wiki", "url": "https://themeparks.wiki/"},
]
"""The words and links that the terms of the live sources ask for, on every answer and every page."""

TOURING_PLANS = {"text": "Historical wait times by TouringPlans.com", "url": "https://touringplans.com/"}
"""Beside them wherever the record holds something of TouringPlans, as its figures may rest on that."""
