"""Pages beside those of the navigation, one visit each: no fault, no barrier, no sideways scroll, no jump.

And one visit in forced colours, which is printed as well.
"""

from __future__ import annotations

import datetime as dt

import pytest

from browser.addresses import PARK, Places
from browser.conftest import Open
from browser.test_pages import _NEXT_FRAMES, _WATCH, MOST_SHIFT
from support.demo_world import NOW, Server
from support.tabs import axe, sideways

AHEAD = (NOW + dt.timedelta(days=9)).date().isoformat()
FRAME = f"/embed/parks/{PARK}?period=30days"
ADDRESSES = {
    "operators": "/operators?period=30days",
    "search": "/search?q=mountain",
    "status": "/status",
    "a day to come": f"/parks/{PARK}?start={AHEAD}&end={AHEAD}",
    "frame of a park": FRAME,
}

_PRINTED = """() => {
    const isSeen = one => one.getBoundingClientRect().height > 1 && getComputedStyle(one).display !== "none";
    return {
        folded: document.querySelectorAll("main details.fold:not([open])").length,
        controls: [...document.querySelectorAll(".site-nav, .tools")].filter(isSeen).length,
        tables: [...document.querySelectorAll("main table")].filter(isSeen).length,
    };
}"""


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_has_no_fault_no_barrier_and_does_not_jump(open_tab: Open, site: Server, name: str) -> None:
    tab = open_tab(site)
    page = tab.page
    if ADDRESSES[name] == FRAME:
        # No script of the site runs there, so that nothing says when it is all there.
        page.goto(FRAME, wait_until="load")
    else:
        tab.open(ADDRESSES[name])
    # What shifted before is told as well: the observer asks for what is buffered.
    page.evaluate(_WATCH)
    page.evaluate(_NEXT_FRAMES)
    assert page.locator("h1").count() == 1
    assert sum(page.evaluate("shifts")) < MOST_SHIFT
    assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert sideways(page) <= 0
    assert tab.problems == []


def test_a_ride_in_forced_colours_has_no_barrier_and_is_printed_whole(
    open_tab: Open, site: Server, places: Places
) -> None:
    tab = open_tab(site)
    page = tab.page
    page.emulate_media(forced_colors="active")
    tab.open(f"{places.address('ride')}?period=30days")
    # axe knows the page's own colours alone, not those that the browser puts in their place.
    barriers = [barrier for barrier in axe(page) if not barrier.startswith("color-contrast:")]
    assert barriers == []
    page.emulate_media(media="print", forced_colors="none")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.evaluate(_NEXT_FRAMES)
    printed = page.evaluate(_PRINTED)
    assert (printed["folded"], printed["controls"]) == (0, 0)
    assert printed["tables"] >= 3
    assert tab.problems == []
    page.emulate_media(media="screen")
