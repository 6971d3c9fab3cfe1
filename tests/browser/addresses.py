"""The pages by name, with a park and a ride of the demonstration that have something to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

PARK = "magic-kingdom"
"""Open at the demonstration's hour, and rated in all three tiers."""
OTHER_PARK = "gardaland"

PAGES: dict[str, str] = {
    "rankings": "/",
    "rides": "/rides",
    "now": "/now",
    "waits": "/waits",
    "trends": "/trends",
    "awards": "/awards",
    "park": "/parks/{park}",
    "ride": "/rides/{ride}",
    "map": "/map",
    "compare": "/compare?parks={park_id},{other_id}",
    "data": "/data",
    "about": "/about",
}


@dataclass(frozen=True)
class Places:
    """What stands for the variables of the addresses."""

    park_id: int
    other_id: int
    ride: str
    ride_id: int
    ride_name: str
    park_name: str

    def address(self, name: str) -> str:
        """The address of a page."""
        return PAGES[name].format(
            park=PARK, ride=self.ride, park_id=self.park_id, other_id=self.other_id, ride_id=self.ride_id
        )


def find_places(app: Flask) -> Places:
    """The flagship of the park that lost most time in the last week."""
    client = app.test_client()

    def data(address: str) -> Any:
        return client.get(address).get_json()["data"]

    park = data(f"/api/parks/{PARK}/details")["park"]
    rides = data(f"/api/parks/{PARK}/details?period=7days")["rides"]
    worst = max(rides, key=lambda row: (row["tier"] == 1, row["downtime_seconds"] or 0))
    return Places(
        park_id=park["park_id"],
        other_id=data(f"/api/parks/{OTHER_PARK}/details")["park"]["park_id"],
        ride=f"{worst['ride_id']}-{worst['ride_slug']}",
        ride_id=worst["ride_id"],
        ride_name=worst["ride_name"],
        park_name=park["park_name"],
    )
