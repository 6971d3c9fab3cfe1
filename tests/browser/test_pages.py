"""Every page, on desktop and phone: no fault, no barrier in light or dark, no sideways scroll, and nothing
jumps when the script takes over what was served.

Each page is visited once in each size; the tests say what is expected of that visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from browser.addresses import PAGES, Places
from support.demo_world import Server
from support.tabs import AXE_OF_COLOUR, PHONE, SIZES, Tab, axe, sideways

MOST_SHIFT = 0.1
"""Beyond it a page counts as one that jumps (web.dev/cls)."""
NEAR_PIXELS = 4
OTHER_WIDTHS = {"desktop": (820,), "phone": (320, 360)}
"""Tablets, and the narrowest phones, beside the widths of the sizes themselves."""

_WATCH = """() => {
    window.shifts = [];
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) shifts.push(shift.value);
    }).observe({ type: "layout-shift", buffered: true });
}"""

_NEXT_FRAMES = """async () => {
    for (let frames = 0; frames < 10; frames += 1) await new Promise(requestAnimationFrame);
    await scheduler.postTask(() => {}, { priority: "background" });
}"""

_PLACES = """selector => Object.fromEntries([...document.querySelectorAll(selector)].flatMap(one => {
    const box = one.getBoundingClientRect();
    return box.height > 1 ? [[one.textContent.replace(/\\s+/g, ""), box.top + scrollY]] : [];
}))"""

LISTS = "main :is(h1, h2, caption, th, td.num, .periods li, .queue-words, .board-card h3, .strip dd)"
HEADS = "main :is(h1, .periods li, .span-of, .verdict dt, .verdict dd, .section-nav)"
SAME = {}
"""What of a page is served just as the script shows it."""

RANKINGS = ("rankings", "rides")
_THIRD_ROW = """() => {
    const row = document.querySelectorAll(".ranking tbody tr")[2];
    return row.getBoundingClientRect().bottom / innerHeight;
}"""

Tops = dict[str, float]
"""How far down each piece of text stands; of several alike the last."""


@dataclass
class Visit:
    """What was seen of one page in one size."""

    name: str
    title: str
    headings: int
    shift: float
    problems: list[str]
    served: Tops | None
    """Null where the page is served in another form than the script's."""
    taken: Tops
    third_row: float | None = None
    """Where the third row of a ranking ends on the first screen, as a share of its height."""
    barriers: dict[str, list[str]] = field(default_factory=dict)
    """What axe objects to, by colour scheme."""
    wider: dict[int, int] = field(default_factory=dict)
    """By how many pixels the page is wider than the screen, by the screen's width."""


@pytest.fixture(
    scope="module",
    params=[(name, size) for name in PAGES for size in SIZES],
    ids=[f"{name}-{size}" for name in PAGES for size in SIZES],
)
def visit(request: pytest.FixtureRequest, browser: Browser, site: Server, places: Places) -> Iterator[Visit]:
    """One page in one size: as it is served, and then with its script."""
    name, size = request.param
    address = places.address(name)
    served = _served(browser, site, size, address, SAME[name]) if name in SAME else None
    tab = Tab(browser, site.url, size=size, color_scheme="light")
    tab.page.add_init_script(f"({_WATCH})()")
    page = tab.open(address)
    # Shifts are reported after the frame in which they happened.
    page.evaluate(_NEXT_FRAMES)
    seen = Visit(
        name,
        page.title(),
        page.locator("h1").count(),
        sum(page.evaluate("shifts")),
        tab.problems,
        served,
        _tops(page, SAME.get(name, "none")),
    )
    if name in RANKINGS:
        seen.third_row = page.evaluate(_THIRD_ROW)
    tab.unroll()
    for scheme, rules in (("light", None), ("dark", AXE_OF_COLOUR)):
        page.emulate_media(color_scheme=scheme)
        seen.barriers[scheme] = axe(page, rules)
    seen.wider[SIZES[size]["width"]] = sideways(page)
    for width in OTHER_WIDTHS[size]:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        tab.settle()
        seen.wider[width] = sideways(page)
    yield seen
    tab.close()


def _served(browser: Browser, site: Server, size: str, address: str, selector: str) -> Tops:
    """The page with its script kept away: not without scripting, which shows more controls."""
    tab = Tab(browser, site.url, size=size)
    tab.page.route(
        "**/static/app/**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    tab.page.goto(address, wait_until="load")
    tab.page.evaluate("document.fonts.ready")
    found = _tops(tab.page, selector)
    tab.close()
    return found


def _tops(page: Page, selector: str) -> Tops:
    found: Tops = page.evaluate(_PLACES, selector)
    return found


def test_a_page_is_without_fault(visit: Visit) -> None:
    assert not visit.problems, "\n".join(visit.problems)
    assert visit.headings == 1
    assert "Hall of Shame" in visit.title


def test_a_page_has_no_barrier_in_light_or_dark(visit: Visit) -> None:
    assert visit.barriers == {"light": [], "dark": []}


def test_the_first_three_rows_of_a_ranking_stand_on_the_first_screen(visit: Visit) -> None:
    assert (visit.third_row is not None) == (visit.name in RANKINGS)
    assert visit.third_row is None or 0 < visit.third_row <= 1


def test_no_page_scrolls_sideways(visit: Visit) -> None:
    assert len(visit.wider) >= 2
    assert not {width: pixels for width, pixels in visit.wider.items() if pixels > 0}


def test_a_page_does_not_shift_while_it_loads(visit: Visit) -> None:
    assert visit.shift < MOST_SHIFT


def test_what_was_served_stays_in_its_place(visit: Visit) -> None:
    if visit.served is None:
        assert visit.name not in SAME
        return
    both = visit.served.keys() & visit.taken.keys()
    moved = {
        words: (visit.served[words], visit.taken[words])
        for words in both
        if abs(visit.served[words] - visit.taken[words]) > NEAR_PIXELS
    }
    assert not moved
    assert len(both) >= 0.8 * len(visit.taken) > 0
