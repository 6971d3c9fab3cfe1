"""What the script draws is what the API says: the tables of the live pages, cell by cell."""

from __future__ import annotations

import pytest

from browser.addresses import Places
from crosscheck.conftest import PERIODS, Api
from crosscheck.ledger import Ledger
from crosscheck.test_served_pages import COLUMNS, field, parks_by_link, rides_by_link, say_tables
from support.html import Page as Read
from support.tabs import Tab

NAMED = COLUMNS | {
    "Ride-hours down": field("total_downtime_hours", 1),
    "Average": field("average_wait_minutes", 1),
}
"""The script's own headings for the same columns."""


@pytest.mark.parametrize("period", ["today", "last_week", "30days"])
def test_tables_of_the_script(tab: Tab, api: Api, places: Places, period: str) -> None:
    ledger = Ledger()
    query = PERIODS[period]
    suffix = "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    parks = parks_by_link(api.every("/parks/downtime", **query))
    rides = rides_by_link(api.every("/rides/downtime", **query))
    details = rides_by_link(api(f"/parks/{places.park_id}/details", **query)["data"]["rides"])
    for path, rows in (
        ("/", parks),
        ("/rides", rides),
        ("/trends", parks | rides),
        (places.address("park"), details),
    ):
        page = tab.open(path + suffix)
        tab.unroll()
        say_tables(ledger, Read(page.content()), path, rows, path, columns=NAMED)
    ledger.check(at_least=200)
