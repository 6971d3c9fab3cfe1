"""Every page, on desktop and phone: no fault, no barrier in light or dark, no sideways scroll, and nothing
jumps when its script runs.

Each page is visited once in each size; the tests say what is expected of that visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from browser.addresses import PAGES, Places
from support.demo_world import Server
from support.tabs import AXE_OF_COLOUR, PHONE, SIZES, Tab, axe, sideways

MOST_SHIFT = 0.02
"""A fifth of what counts as a page that jumps (web.dev/cls)."""
TALLEST = {("park", "phone"): 6000}
"""How long pages may be, in pixels, while what few ask for is folded."""
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

RANKINGS = ("rankings", "rides")
_THIRD_ROW = """() => {
    const row = document.querySelectorAll(".ranking tbody tr")[2];
    return row.getBoundingClientRect().bottom / innerHeight;
}"""


@dataclass
class Visit:
    """What was seen of one page in one size."""

    name: str
    title: str
    size: str
    height: int
    headings: int
    shift: float
    problems: list[str]
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
    """One page in one size."""
    name, size = request.param
    address = places.address(name)
    tab = Tab(browser, site.url, size=size, color_scheme="light")
    tab.page.add_init_script(f"({_WATCH})()")
    page = tab.open(address)
    # Shifts are reported after the frame in which they happened.
    page.evaluate(_NEXT_FRAMES)
    seen = Visit(
        name,
        page.title(),
        size,
        page.evaluate("document.documentElement.scrollHeight"),
        page.locator("h1").count(),
        sum(page.evaluate("shifts")),
        tab.problems,
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


def test_a_page_is_without_fault(visit: Visit) -> None:
    assert not visit.problems, "\n".join(visit.problems)
    assert visit.headings == 1
    assert "Hall of Shame" in visit.title


def test_a_page_has_no_barrier_in_light_or_dark(visit: Visit) -> None:
    assert visit.barriers == {"light": [], "dark": []}


def test_the_first_three_rows_of_a_ranking_stand_on_the_first_screen(visit: Visit) -> None:
    assert (visit.third_row is not None) == (visit.name in RANKINGS)
    assert visit.third_row is None or 0 < visit.third_row <= 1


def test_the_page_of_a_park_is_no_longer_than_a_phone_can_bear(visit: Visit) -> None:
    assert 800 <= visit.height < TALLEST.get((visit.name, visit.size), 40_000)


def test_no_page_scrolls_sideways(visit: Visit) -> None:
    assert len(visit.wider) >= 2
    assert not {width: pixels for width, pixels in visit.wider.items() if pixels > 0}


def test_a_page_does_not_shift_while_it_loads(visit: Visit) -> None:
    assert visit.shift < MOST_SHIFT
