"""The orders of the rides on a park's page."""

from __future__ import annotations

from collections.abc import Sequence

from hallofshame.web.answers.envelope import Row

ORDERS: dict[str, tuple[str, bool]] = {
    "name": ("ride_name", False),
    "downtime": ("downtime_seconds", True),
    "uptime": ("uptime_percent", False),
    "outages": ("outages", True),
    "wait": ("average_wait_minutes", True),
    "longest": ("max_wait_minutes", True),
    "trend": ("trend_points", False),
    "coverage": ("coverage_percent", True),
}
"""The field of a row that each order is by, and whether the largest comes first."""


def in_order(rides: Sequence[Row], order: str | None) -> list[Row]:
    """The rides that count in the order asked for, else as the details have them; nulls come last."""
    counted = [ride for ride in rides if ride["eligible"]]
    if order not in ORDERS:
        return counted
    field, descends = ORDERS[order]
    known = [ride for ride in counted if ride[field] is not None]
    rest = [ride for ride in counted if ride[field] is None]
    if field == "ride_name":
        return sorted(known, key=lambda ride: ride[field].casefold()) + rest
    return sorted(known, key=lambda ride: ride[field], reverse=descends) + rest
