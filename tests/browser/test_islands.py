"""Islands of pages that the server draws, their failures, and the refresh: on ``/about``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from browser.addresses import PARK
from browser.conftest import Open
from support.demo_world import MADE_AT, Server
from support.tabs import Tab, axe

ISLAND = f"""<div class="island" data-island="points" data-title="Waits by day"
  data-src="/api/parks/{PARK}/details?period=7days" data-measure="wait"
  data-grain="day"><div class="island-table">
  <table><caption>Waits</caption><tbody><tr><th scope="row">Monday</th><td>12 min</td></tr></tbody></table>
</div></div>"""
DETAILS = "<details id='more'><summary>More</summary><p><a id='deep' href='/data'>Deep</a></p></details>"


def served_with(page: Page, change: Callable[[str], str]) -> None:
    """Serve ``/about`` with a change."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=change(response.text()))

    page.route("**/about", answer)


def into_main(text: str, more: str) -> str:
    """The page with more in its main part."""
    return text.replace('<div class="page about-page">', f'<div class="page about-page">{more}', 1)


def test_an_island_stands_in_the_place_of_its_table_which_a_button_brings_back(tab: Tab) -> None:
    served_with(tab.page, lambda text: into_main(text, ISLAND))
    page = tab.open("/about")
    island = page.locator(".island")
    expect(island.get_by_role("slider")).to_have_count(1)
    expect(island.locator("table")).to_be_hidden()
    island.get_by_role("button", name="Show as table").click()
    expect(island.locator("table")).to_be_visible()
    expect(island.locator(".island-view")).to_be_hidden()
    assert axe(page) == []


@pytest.mark.parametrize("lost", ["**/api/parks/**", "**/assets/points-*.js"])
def test_an_island_that_fails_leaves_its_table_and_says_so(open_tab: Open, site: Server, lost: str) -> None:
    tab = open_tab(site)
    served_with(tab.page, lambda text: into_main(text, ISLAND))
    tab.page.route(lost, lambda route: route.abort())
    page = tab.open("/about")
    island = page.locator(".island")
    expect(island.get_by_role("status")).to_have_text(
        "The chart cannot be drawn just now. The table has the same figures."
    )
    expect(island.locator("table")).to_be_visible()


def test_late_figures_are_said_to_be_late(open_tab: Open, site: Server) -> None:
    tab = open_tab(site, color_scheme="light")
    page = tab.open("/about")
    expect(page.locator("[data-notice]")).to_have_count(0)
    tab.context.clock.set_fixed_time(MADE_AT + dt.timedelta(hours=2, minutes=5))
    page = tab.open("/about")
    expect(page.locator("[data-notice=late]")).to_contain_text("2 h 05 min old by your clock")
    assert axe(page) == []


def test_a_page_takes_over_what_changed_and_leaves_the_rest(open_tab: Open, site: Server) -> None:
    tab = open_tab(site)
    turn = {"parks": "11"}

    def change(text: str) -> str:
        text = re.sub(r"watches\s+[\d\s]+park", f"watches {turn['parks']} park", text)
        return into_main(text.replace('id="main"', 'id="main" data-refresh'), ISLAND + DETAILS)

    served_with(tab.page, change)
    page = tab.open("/about")
    slider = page.locator(".island").get_by_role("slider")
    expect(slider).to_have_count(1)
    page.locator("#more summary").click()
    page.locator("#deep").focus()
    turn["parks"] = "12"
    with page.expect_response("**/about"):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".about-lead")).to_contain_text("watches 12 park")
    expect(page.locator("#announced")).to_contain_text("The figures were updated")
    expect(page.locator("#more")).to_have_attribute("open", "")
    expect(page.locator("#deep")).to_be_focused()
    expect(slider).to_have_count(1)
    assert tab.problems == []
    page.unroute("**/about")
    page.route("**/about", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-notice=late]")).to_contain_text("The server cannot be reached")
    expect(page.locator(".about-lead")).to_contain_text("watches 12 park")
