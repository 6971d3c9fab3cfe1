"""Without JavaScript every page reads with its figures, and its links and forms work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.addresses import PAGES, Places
from browser.conftest import Open
from crosscheck.conftest import Api
from support.demo_world import Server
from support.html import Page as Read
from support.tabs import axe, expect_at_least, sideways

LISTED = ("about", "now")
"""Pages whose figures stand in words and lists, not in a table."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_without_script(open_tab: Open, site: Server, places: Places, name: str) -> None:
    tab = open_tab(site, size="phone", java_script_enabled=False)
    page = tab.open(places.address(name))
    # The last of the page comes first: once it is there, so is the rest.
    expect_at_least(page.locator("footer a[href='https://queue-times.com/']"), 1)
    expect(page.locator("h1")).to_have_count(1)
    tables = Read(page.content()).tables
    if name not in LISTED:
        assert sum(len(table.rows) for table in tables) > 1
    assert tab.problems == []
    assert sideways(page) <= 0


def test_the_served_pages_have_no_barrier_either(open_tab: Open, site: Server, places: Places) -> None:
    # axe needs a script of its own: the page's are kept from loading instead.
    tab = open_tab(site)
    tab.page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    found = []
    for name in PAGES:
        tab.page.goto(places.address(name), wait_until="load")
        found += [f"{name}: {objection}" for objection in axe(tab.page)]
    assert not found, "\n".join(found)


def test_ranking_and_park_show_the_figures_of_the_api(
    open_tab: Open, site: Server, api: Api, places: Places
) -> None:
    tab = open_tab(site, java_script_enabled=False)
    page = tab.open("/?period=7days")
    for row in api("/parks/downtime", period="7days")["data"][:5]:
        line = page.locator("tr", has=page.locator(f"a[href^='/parks/{row['park_slug']}']")).inner_text()
        assert f"{row['shame_score']:.2f}" in line
        assert f"{row['uptime_percent']:.1f}" in line
    tab.follow(page.get_by_role("link", name=places.park_name, exact=True).last)
    summary = api(f"/parks/{places.park_id}/details", period="7days")["data"]["summary"]
    assert f"{summary['shame_score']:.2f} of 10" in " ".join(page.locator(".verdict").inner_text().split())


def test_period_and_filters_are_links_and_a_form(open_tab: Open, site: Server) -> None:
    tab = open_tab(site, java_script_enabled=False)
    page = tab.open("/")
    tab.follow(page.locator(".periods").get_by_role("link", name="Last week"))
    expect(page).to_have_url(re.compile("period=last_week"))
    page.locator(".fold-filters > summary").click()
    page.locator("select[name=country]").select_option("Italy")
    tab.follow(page.locator(".filters button"))
    expect(page).to_have_url(re.compile("period=last_week.*country=Italy|country=Italy.*period=last_week"))
    expect(page.locator("tbody a[href^='/parks/']")).to_have_text(["Gardaland"])
