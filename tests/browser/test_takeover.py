"""When the script takes over a served page, nothing jumps: everything stands where it stood."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from browser.addresses import PAGES, Places
from browser.conftest import Open
from hallofshame.web.wording import DEMONSTRATION_NOTICE
from support.demo_world import Server
from support.tabs import Tab

MOST_SHIFT = 0.1
"""Beyond it a page counts as one that jumps (web.dev/cls)."""
NEAR_PIXELS = 4

_WATCH = """() => {
    window.shifts = [];
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) shifts.push(shift.value);
    }).observe({ type: "layout-shift", buffered: true });
}"""

_PLACES = """selector => Object.fromEntries([...document.querySelectorAll(selector)].flatMap(one => {
    const box = one.getBoundingClientRect();
    return box.height > 1 ? [[one.textContent.replace(/\\s+/g, ""), box.top + scrollY]] : [];
}))"""

LISTS = "main :is(h1, h2, caption, th, td.num, .periods li, .queue-words, .board-card h3, .strip dd)"
HEADS = "main :is(h1, .periods li, .span-of, .verdict dt, .verdict dd, .section-nav)"
SAME = {
    "rankings": LISTS,
    "rides": LISTS,
    "now": LISTS,
    "waits": LISTS,
    "trends": LISTS,
    "park": HEADS,
    "ride": HEADS,
    "map": "main :is(h1, .periods:not(.regions) li)",
    "awards": "main :is(h1, .notice)",
}
"""What of a page is served just as the script shows it."""


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_not_shift_while_it_loads(
    open_tab: Open, site: Server, places: Places, name: str, size: str
) -> None:
    tab = open_tab(site, size=size)
    tab.page.add_init_script(f"({_WATCH})()")
    page = tab.open(places.address(name))
    page.wait_for_timeout(300)
    assert sum(page.evaluate("shifts")) < MOST_SHIFT


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("name", SAME)
def test_what_was_served_stays_in_its_place(
    open_tab: Open, site: Server, places: Places, name: str, size: str
) -> None:
    address = places.address(name)
    served = _places(_served(open_tab(site, size=size), address), SAME[name])
    taken = _places(open_tab(site, size=size).open(address), SAME[name])
    both = served.keys() & taken.keys()
    moved = {
        words: (served[words], taken[words])
        for words in both
        if abs(served[words] - taken[words]) > NEAR_PIXELS
    }
    assert not moved
    assert len(both) >= 0.8 * len(taken)


def test_the_banner_of_a_demonstration_stays_when_the_script_takes_over_and_moves_on(
    open_tab: Open, site: Server
) -> None:
    page = open_tab(site).open("/")
    banner = page.locator("aside.demonstration")
    assert banner.inner_text() == DEMONSTRATION_NOTICE
    page.get_by_role("link", name="Rides", exact=True).first.click()
    page.wait_for_url("**/rides*")
    assert banner.is_visible()


def _served(tab: Tab, address: str) -> Page:
    """The page with its script kept away: not without scripting, which shows more controls."""
    tab.page.route(
        "**/static/app/**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    tab.page.goto(address, wait_until="load")
    tab.page.evaluate("document.fonts.ready")
    return tab.page


def _places(page: Page, selector: str) -> dict[str, float]:
    """How far down each piece of text stands; of several alike the last."""
    found: dict[str, float] = page.evaluate(_PLACES, selector)
    return found
