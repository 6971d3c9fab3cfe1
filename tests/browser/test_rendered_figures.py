"""Every page shows the same figures with its script as without it: the script adds, and changes nothing."""

from __future__ import annotations

import pytest

from browser.addresses import PAGES, Places
from browser.conftest import Open
from support.demo_world import Server
from support.tabs import Tab

_ADDED = "[data-island-view], [data-island='clock'], svg"
_FIGURES = """added => [...document.querySelectorAll("main :is(h1, h2, h3, th, td, dt, dd, figcaption, li)")]
    .filter(one => one.closest(added) === null)
    .map(one => {
        const plain = one.cloneNode(true);
        for (const one of plain.querySelectorAll(added)) one.remove();
        return plain.textContent.replace(/\\s+/g, " ").trim();
    })"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_the_same_figures_with_and_without_its_script(
    tab: Tab, open_tab: Open, site: Server, places: Places, name: str
) -> None:
    address = places.address(name)
    page = tab.open(address)
    tab.unroll()
    with_script = page.evaluate(_FIGURES, _ADDED)
    bare = open_tab(site)
    bare.page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    bare.page.goto(address, wait_until="load")
    assert with_script == bare.page.evaluate(_FIGURES, _ADDED)
    assert sum(any(sign.isdigit() for sign in words) for words in with_script) > 3
