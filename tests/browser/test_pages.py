"""Every page, on desktop and phone, in light and dark: no fault, no barrier, no sideways scroll."""

from __future__ import annotations

import pytest

from browser.addresses import PAGES, Places
from browser.conftest import Open
from support.demo_world import Server
from support.tabs import axe, sideways

SCHEMES = ("light", "dark")


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_without_fault(open_tab: Open, site: Server, places: Places, name: str, size: str) -> None:
    tab = open_tab(site, size=size, color_scheme=SCHEMES[0])
    page = tab.open(places.address(name))
    tab.unroll()
    found: list[str] = tab.problems
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {objection}" for objection in axe(page)]
    if (wider := sideways(page)) > 0:
        found.append(f"{wider} pixels wider than the screen")
    assert page.locator("h1").count() == 1
    assert "Hall of Shame" in page.title()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [320, 360, 820])
def test_no_page_scrolls_sideways(open_tab: Open, site: Server, places: Places, width: int) -> None:
    tab = open_tab(site, viewport={"width": width, "height": 900})
    found = []
    for name in PAGES:
        page = tab.open(places.address(name))
        if (wider := sideways(page)) > 0:
            found.append(f"{name}: {wider} pixels")
    assert not found
