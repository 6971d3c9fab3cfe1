"""The budgets of time: the content painted within 0.8 s, no script that holds the page for longer than 0.2 s
in all, an answer to a click within a tenth.

Measured in Chromium on this machine, at a quarter of its speed. The machine has other things to do: the best
of several attempts counts, the first within the budget ends them, and all are printed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from browser.addresses import PAGES, Places
from support.demo_world import Server
from support.tabs import Tab

pytestmark = pytest.mark.speed

SLOW_DOWN = 4
PAINT_MS, BLOCKED_MS, ANSWER_MS = 800, 200, 100
ATTEMPTS = 12

_PAINTED = """() => new Promise(resolve => {
    new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => resolve(null), 5000);
})"""
_BLOCKED = """([quiet, most]) => new Promise(resolve => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    let blocked = 0;
    let busyUntil = performance.now();
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) {
            busyUntil = Math.max(busyUntil, task.startTime + task.duration);
            if (task.startTime >= painted) blocked += Math.max(0, task.duration - 50);
        }
    }).observe({ type: "longtask", buffered: true });
    const began = performance.now();
    const look = () => {
        const now = performance.now();
        if (now - busyUntil >= quiet || now - began >= most) resolve(blocked);
        else setTimeout(look, 50);
    };
    look();
})"""
"""For how long tasks over 50 ms held the page since its first paint (total blocking time)."""
QUIET_MS, LONGEST_MS = 700, 2000
"""A page that was loaded is watched until nothing held it for so long; and for how long at most."""
_WATCH = """() => {
    window.answers = [];
    new PerformanceObserver(list => window.answers.push(...list.getEntries()
        .filter(entry => ["pointerdown", "pointerup", "click", "keydown"].includes(entry.name))
        .map(entry => entry.duration)))
        .observe({ type: "event", durationThreshold: 16 });
}"""


def slowed(page: Page) -> CDPSession:
    """The page at a quarter of the machine's speed."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    return session


def uncover(page: Page) -> None:
    """Make the window taller than the page's share of it.

    The browser's own bars take a part of the window; what changes below that part is never shown, and its
    frame is not counted as shown.
    """
    session = page.context.new_cdp_session(page)
    window = session.send("Browser.getWindowForTarget")
    larger = {key: window["bounds"][key] + 200 for key in ("width", "height")}
    session.send("Browser.setWindowBounds", {"windowId": window["windowId"], "bounds": larger})


OTHERS = {
    "operators": "/operators",
    "search": "/search?q=mountain",
    "status": "/status",
    "frame": "/embed/rankings",
}


@pytest.mark.parametrize("name", [*PAGES, *OTHERS])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_content_is_painted_soon_and_no_script_holds_it(
    browser: Browser, site: Server, places: Places, name: str, size: str
) -> None:
    measured: list[float] = []
    blocked: list[float] = []
    for _ in range(ATTEMPTS):
        tab = Tab(browser, site.url, size=size, is_timed=True)
        slowed(tab.page)
        tab.page.goto(OTHERS.get(name) or places.address(name), wait_until="load")
        painted = tab.page.evaluate(_PAINTED)
        blocked.append(tab.page.evaluate(_BLOCKED, [QUIET_MS, LONGEST_MS]))
        tab.close()
        if painted is not None:
            measured.append(painted)
        if measured and min(measured) <= PAINT_MS and min(blocked) <= BLOCKED_MS:
            break
    paints, holds = ([round(value) for value in values] for values in (measured, blocked))
    print(f"largest contentful paint, {name}, {size}: {paints} ms; blocked {holds} ms")
    assert min(measured) <= PAINT_MS
    assert min(blocked) <= BLOCKED_MS


def table(page: Page) -> None:
    """The table behind the chart."""
    page.locator("#chart").get_by_role("button", name="Show as table").click()
    page.locator("#chart table").wait_for()


def filters(page: Page) -> None:
    """The filters behind their button."""
    page.locator(".fold-filters > summary").click()
    page.locator(".filters select").first.wait_for()


def closer(page: Page) -> None:
    """A closer look at the map."""
    page.locator(".world.live").wait_for()
    page.locator(".map-tools").get_by_role("link", name="Closer", exact=True).click()
    page.wait_for_function("() => location.search.includes('view=')")


def letters(page: Page) -> None:
    """A name in the search, typed letter by letter."""
    page.keyboard.press("Control+k")
    found = page.get_by_role("listbox").get_by_role("option")
    found.first.wait_for()
    page.keyboard.type("space", delay=120)
    found.filter(has_text="Space Mountain").first.wait_for()


ACTS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "filters of the parks": ("rankings", filters),
    "table behind a chart": ("park", table),
    "scale of the map": ("map", closer),
    "letters of the search": ("rankings", letters),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_done_is_answered_within_a_tenth_of_a_second(
    browser: Browser, site: Server, places: Places, act: str
) -> None:
    name, do = ACTS[act]
    measured: list[float] = []
    for _ in range(ATTEMPTS):
        tab = Tab(browser, site.url, is_timed=True)
        page = tab.open(places.address(name))
        uncover(page)
        tab.unroll()
        # Neighbouring periods and the search are fetched ahead while nothing happens.
        page.wait_for_load_state("networkidle")
        page.evaluate(_WATCH)
        slowed(page)
        do(page)
        tab.settle()
        page.wait_for_timeout(300)
        # Answers faster than 16 ms are not listed at all.
        measured.append(max(page.evaluate("() => window.answers"), default=16))
        tab.close()
        if min(measured) <= ANSWER_MS:
            break
    print(f"answer, {act}: {[round(value) for value in measured]} ms")
    assert min(measured) <= ANSWER_MS
