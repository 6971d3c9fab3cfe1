"""Every control changes what is shown and the address; the address alone brings the view back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from browser.addresses import Places
from support.tabs import PATIENCE_MS, Tab

Act = Callable[[Page], None]


@dataclass(frozen=True)
class Control:
    """Something to do on a page, and the part of the address that it leads to.

    ``watched`` is where the change shows; other parts may load while they come into view.
    """

    page: str
    name: str
    act: Act
    leads_to: str
    watched: str = "main"
    replaces: bool = False
    """No entry of its own in the history: a change of the same view."""

    def __str__(self) -> str:
        return f"{self.page}: {self.name}"


def link(name: str, within: str = "main") -> Act:
    """Follow a link."""
    return lambda page: page.locator(within).get_by_role("link", name=name, exact=True).first.click()


def choose(label: str, option: str) -> Act:
    """Choose from a list, which may be one of the filters behind their button."""

    def act(page: Page) -> None:
        folded = page.locator(".fold-filters:not([open]) > summary")
        if folded.count() > 0:
            folded.click()
        page.locator("main").get_by_role("combobox", name=label, exact=True).select_option(label=option)

    return act


def other_year(page: Page) -> None:
    """A year under "Other dates"."""
    page.get_by_text("Other dates").click()
    page.locator("select[name=year]").select_option("2026")


def other_dates(page: Page) -> None:
    """A range under "Other dates"."""
    page.get_by_text("Other dates").click()
    page.locator("input[name=start]").fill("2026-08-03")
    page.locator("input[name=end]").fill("2026-08-12")
    page.locator(".other-dates button").first.click()


def closer(page: Page) -> None:
    """Two steps closer: one might leave the round distance below the map as it is."""
    page.locator(".world.live").wait_for()
    for _ in range(2):
        page.locator(".map-tools").get_by_role("link", name="Closer").click()


def show_on_map(page: Page) -> None:
    """The place of a park of the list."""
    page.locator(".world.live").wait_for()
    page.locator("td a[data-box]").first.click()


RANGE = r"start=2026-08-03&end=2026-08-12|end=2026-08-12&start=2026-08-03"
TABLE = "table >> nth=0"
MAP_SCALE = ".map-distance"

CONTROLS = [
    Control("rankings", "period", link("Last week", ".periods"), r"period=last_week", TABLE),
    Control("rides", "year", other_year, r"year=2026", TABLE),
    Control("rankings", "range of dates", other_dates, RANGE, TABLE),
    Control("waits", "the big two", choose("Parks", "Disney and Universal"), r"filter=disney-universal"),
    Control("map", "closer", closer, r"view=", MAP_SCALE, replaces=True),
    Control("map", "a park of the list", show_on_map, r"view=", MAP_SCALE, replaces=True),
    Control("compare", "add", choose("Add a park", "Efteling"), r"parks=[^,&%]+(,|%2C)[^,&%]+(,|%2C)"),
    Control("park", "what the chart shows", link("Time lost", "#chart"), r"measure=", "#chart"),
]
"""One of each kind: ``crosscheck/test_controls.py`` follows those of every page without a browser."""


@pytest.mark.parametrize("control", CONTROLS, ids=str)
def test_a_control_leads_to_an_address_of_its_own(tab: Tab, places: Places, control: Control) -> None:
    tab.page.add_init_script(_COUNT_AWAITED)
    page = tab.open(places.address(control.page))
    before = steady(page, control)
    start = tab.address
    control.act(page)
    page.wait_for_function(
        "pattern => new RegExp(pattern).test(location.pathname + location.search)", arg=control.leads_to
    )
    tab.settle()
    after = steady(page, control, other_than=before)
    assert after != before, f"{start} and {tab.address} look alike"
    tab.reload()
    assert steady(page, control, wanted=after) == after, f"{tab.address} alone does not bring the view back"
    if control.replaces:
        return
    page.go_back()
    assert steady(page, control, wanted=before) == before, f"back from {tab.address}"
    page.go_forward()
    assert steady(page, control, wanted=after) == after, f"forward to {tab.address}"


def steady(page: Page, control: Control, *, wanted: str | None = None, other_than: str | None = None) -> str:
    """What is shown once it does not change any more, and as soon as it is what is waited for.

    While an answer is awaited the page may stand still as well: with the choice new and the rows old.
    """
    text, since = "", time.monotonic()
    while time.monotonic() - since < STEADY_SECONDS:
        watched = page.locator(control.watched).first
        if control.watched != "main":
            watched.scroll_into_view_if_needed()
        found: str = watched.evaluate(_READ)
        if found == text and found != other_than and wanted in (None, found):
            return found
        text = found
        page.wait_for_timeout(40)
    return text


_COUNT_AWAITED = """(() => {
    if (window.awaited !== undefined) return;
    window.awaited = 0;
    const plain = window.fetch;
    window.fetch = async (...asked) => {
        window.awaited += 1;
        try {
            const answer = await plain(...asked);
            await answer.clone().arrayBuffer();
            return answer;
        } finally {
            window.awaited -= 1;
        }
    };
})()"""
"""How many answers the page waits for: not all that wait for one show it."""

STEADY_SECONDS = PATIENCE_MS / 1000
_READ = """async one => {
    await scheduler.postTask(() => {}, { priority: "background" });
    if (window.awaited > 0) return `${performance.now()}`;
    if (document.querySelector("[aria-busy='true']") !== null) {
        const seen = [...one.querySelectorAll("[aria-busy='true']")];
        if (seen.length > 0 || one.closest("[aria-busy='true']") !== null) return `${performance.now()}`;
    }
    const pressed = [...one.querySelectorAll("[aria-pressed=true], [aria-current], option:checked")];
    const drawn = [...one.querySelectorAll("svg[aria-label], svg title, svg [aria-label], svg[viewBox]")];
    const marks = drawn.map(mark => mark.getAttribute("aria-label") ?? mark.getAttribute("viewBox"));
    const told = [...one.querySelectorAll("[role=status], [aria-live]")];
    const said = told.map(status => status.innerText ?? "");
    let text = one.innerText ?? one.textContent;
    for (const words of said) if (words) text = text.replace(words, "");
    return [text.replace(/\\s+/g, " "), ...pressed.map(some => some.textContent), ...marks].join("|");
}"""
"""The words, what is chosen, and what is drawn; not what is only announced."""
