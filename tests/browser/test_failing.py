"""When the server fails or the network is gone, the last good data stays, with a notice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.addresses import PAGES, Places
from browser.conftest import Open
from support.demo_world import Server
from support.tabs import axe, expect_at_least, wait_until

REST = {
    "success": False,
    "error": {"code": "database_unreachable", "message": "the store cannot be read just now"},
    "attribution": [],
}
_TAKEN_OVER = ".theme-button"
_KEPT = """async addresses => {
    const held = await Promise.all(addresses.map(address => caches.match(address)));
    return held.every(one => one !== undefined);
}"""
_WORKS = "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'"
"""The service worker is installed."""
_ASK_AGAIN = """isLate => {
    dispatchEvent(new Event("online"));
    return (document.querySelector("[data-notice=late]") !== null) === isLate;
}"""
"""The page refreshes itself at once, when what does so is loaded."""
OF_NO_PERIOD = (
    "[data-drawn] table, #prices table, #queues table, #months table, #schedule table, #sessions table"
)
"""What stands on a page whatever its period: a day with a score of 0.00, a price of 10.00."""


def test_a_failing_server_leaves_the_last_good_data(open_tab: Open, site: Server) -> None:
    tab = open_tab(site)
    page = tab.open("/")
    table = page.locator("table").first
    good = table.inner_text()
    page.route("**/", lambda route: route.fulfill(status=503, json=REST))
    page.wait_for_function(_ASK_AGAIN, arg=True, polling=300)
    notice = page.locator("[data-notice=late]")
    expect(notice).to_contain_text("The server cannot be reached")
    expect(table).to_have_text(good, use_inner_text=True)
    assert axe(page) == []
    page.unroute("**/")
    page.wait_for_function(_ASK_AGAIN, arg=False, polling=300)
    expect(table).to_have_text(good, use_inner_text=True)


@pytest.mark.parametrize("name", ["rankings", "park", "now"])
def test_a_page_that_asks_again_keeps_what_it_has(
    open_tab: Open, site: Server, places: Places, name: str
) -> None:
    tab = open_tab(site)
    page = tab.open(places.address(name))
    shown = page.locator("h1").inner_text()
    page.route("**/api/**", lambda route: route.abort())
    tab.follow(page.get_by_role("navigation", name="Site").get_by_role("link", name="Waits"), "**/waits")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("h1")).not_to_have_text(shown)
    page.go_back()
    expect(page.locator("h1")).to_have_text(shown)
    expect_at_least(page.locator("main table, main li"), 4)


def test_the_last_view_is_there_offline(open_tab: Open, demo_database: Path, places: Places) -> None:
    with Server(demo_database) as server:
        tab = open_tab(server, service_workers="allow", is_timed=True)
        page = tab.open("/")
        wait_until(page, _WORKS)
        # The second visit goes through the worker, which keeps it.
        page = tab.open("/")
        page = tab.open(places.address("park"))
        score = page.locator(".verdict .huge").inner_text()
        wait_until(page, _KEPT, ["/", tab.address])
        server.stop()
        page.reload()
        page.wait_for_selector(_TAKEN_OVER)
        expect(page.locator(".verdict .huge")).to_have_text(score, use_inner_text=True)
        notice = page.locator(".notice.offline, .notice.stale").first
        expect(notice).to_contain_text(re.compile("last|kept"))
        page.goto("/")
        page.locator("h1", has_text="Who broke down?").wait_for()
        expect_at_least(page.locator("tbody a[href^='/parks/']"), 11)
        page.goto("/parks/thorpe-park")
        page.locator("h1", has_text="You are offline").wait_for()
        server.start()
        # The worker shows what it kept where the first answer takes long.
        assert page.request.get("/api/health").ok
        tab.open("/")
        expect_at_least(page.locator("tbody a[href^='/parks/']"), 11)
        expect(page.locator(".notice.offline")).to_have_count(0)


def test_a_view_that_was_not_kept_says_so_and_lists_those_that_were(
    open_tab: Open, demo_database: Path
) -> None:
    with Server(demo_database) as server:
        tab = open_tab(server, service_workers="allow", is_timed=True)
        page = tab.open("/")
        wait_until(page, _WORKS)
        tab.open("/")
        tab.open("/about")
        wait_until(page, _KEPT, ["/", "/about"])
        server.stop()
        page.goto("/rides?period=last_month")
        page.locator("h1", has_text="You are offline").wait_for()
        kept = page.locator(".near a")
        expect(kept).to_have_count(2)
        assert kept.evaluate_all("links => links.map(link => link.pathname)") == ["/about", "/"]
        assert axe(page) == []
        kept.last.click()
        page.locator("h1", has_text="Who broke down?").wait_for()
        expect_at_least(page.locator("tbody a[href^='/parks/']"), 1)


@pytest.mark.parametrize("address", ["/parks/magic-kingdon", "/?period=never", "/api/docs"])
def test_pages_about_errors_and_the_api_have_search_and_theme(
    open_tab: Open, site: Server, address: str
) -> None:
    tab = open_tab(site)
    page = tab.open(address)
    heading = page.locator("h1").inner_text()
    expect(page.locator("footer .sources")).to_be_visible()
    expect(page.locator("footer").get_by_text("No data")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("gardaland")
    page.get_by_role("option", name="Gardaland").first.click()
    page.locator("h1", has_text="Gardaland").wait_for()
    page.go_back()
    page.locator("h1", has_text=heading).wait_for()
    tab.settle()
    assert axe(page) == []


def test_the_site_can_be_installed(open_tab: Open, site: Server) -> None:
    tab = open_tab(site)
    page = tab.open("/")
    manifest = page.request.get("/manifest.webmanifest").json()
    assert manifest["start_url"] == "/"
    assert manifest["display"] in ("standalone", "minimal-ui")
    for icon in manifest["icons"]:
        answer = page.request.get(icon["src"])
        assert answer.ok, icon["src"]
        assert answer.headers["content-type"].startswith("image/")


@pytest.mark.parametrize("name", PAGES)
def test_an_installation_without_data_says_so(open_tab: Open, fresh_site: Server, name: str) -> None:
    tab = open_tab(fresh_site)
    address = {"park": "/parks/gardaland", "compare": "/compare?parks=gardaland,efteling"}.get(
        name, PAGES[name]
    )
    if name == "ride":
        address = "/parks/gardaland?period=30days"
    page = tab.open(address)
    tab.unroll()
    assert axe(page) == []
    expect(page.locator("footer .sources")).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)
    assert "NaN" not in tab.shown
    assert "undefined" not in tab.shown
    assert "None" not in tab.shown.replace("None changed", "").replace("None began", "").replace(
        "None are", ""
    )
    assert tab.problems == []


def test_a_filter_that_nothing_fits_says_what_to_do(open_tab: Open, site: Server) -> None:
    tab = open_tab(site)
    page = tab.open("/?country=Italy&operator=Disney")
    expect(page.locator("main")).to_contain_text("No park")
    tab.follow(page.locator("main").get_by_role("link", name="every park").first)
    expect_at_least(page.locator("tbody a[href^='/parks/']"), 11)
    assert tab.problems == []


def test_a_year_before_the_record_is_no_zero(open_tab: Open, site: Server, places: Places) -> None:
    tab = open_tab(site)
    for path in ("/", "/rides", "/waits", "/map", places.address("park"), places.address("ride")):
        tab.open(f"{path}?year=2019")
        tab.unroll()
        expect(tab.page.locator("h1")).to_have_count(1)
        assert tab.problems == []
        for table in tab.page.locator(f"table:not({OF_NO_PERIOD})").all():
            assert not re.search(r"(?<![\d.,])0\.00", table.inner_text()), path
