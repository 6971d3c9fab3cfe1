"""Search, colours, keyboard, tables behind charts, addresses that lead nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.addresses import PAGES, PARK, Places
from browser.conftest import Open
from hallofshame.web.wording import DEMONSTRATION_NOTICE
from support.demo_world import NOW, Server
from support.tabs import Tab, axe, sideways


def test_the_search_is_used_by_keyboard_alone(tab: Tab) -> None:
    page = tab.open("/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="A park or a ride")
    field.wait_for()
    page.keyboard.type("seven dwarfs")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("Seven Dwarfs")
    first = options.first.inner_text()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    if options.count() > 1:
        assert chosen.inner_text() != first
        page.keyboard.press("ArrowUp")
    assert chosen.inner_text() == first
    assert axe(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/rides/*")
    tab.settle()
    assert page.locator("h1").inner_text() == "Seven Dwarfs Mine Train"
    page.keyboard.press("/")
    field.wait_for()
    page.keyboard.press("Escape")
    field.wait_for(state="detached")
    tab.settle()
    page.keyboard.press("Control+k")
    field.wait_for()
    page.keyboard.type("qqqqzzzz")
    expect(field).to_have_value("qqqqzzzz")
    expect(options).to_have_count(0)


def test_the_theme_switch_is_kept(tab: Tab) -> None:
    page = tab.open("/")
    switch = page.locator(".theme-button")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    seen = [page.evaluate(ground)]
    for _ in range(2):
        switch.click()
        seen.append(page.evaluate(ground))
    light, dark = seen[1], seen[2]
    assert light != dark
    page.reload()
    tab.settle()
    assert page.evaluate(ground) == dark
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == dark
    switch.click()
    assert page.evaluate(ground) == light


@pytest.mark.parametrize("name", ["park", "ride", "compare"])
def test_every_chart_has_a_table_behind_it(tab: Tab, places: Places, name: str) -> None:
    page = tab.open(places.address(name))
    tab.unroll()
    frames = page.locator(".chart-frame")
    assert frames.count() >= (2 if name == "compare" else 3)
    for at in range(frames.count()):
        frame = frames.nth(at)
        title = frame.get_by_role("heading").first.inner_text()
        if frame.locator("svg[role=img], [role=img]").count() == 0:
            continue
        frame.get_by_role("button", name="Show as table").click()
        frame.locator("table tbody tr").first.wait_for()
        frame.get_by_role("button", name="Show as chart").click()
        expect(frame.locator("table"), title).to_have_count(0)


def test_a_chart_is_read_with_the_arrow_keys(tab: Tab, places: Places) -> None:
    page = tab.open(places.address("park") + "?period=7days")
    tab.unroll()
    reader = page.locator("#chart").get_by_role("slider")
    reader.focus()
    said = []
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        page.keyboard.press(key)
        said.append(reader.get_attribute("aria-valuetext"))
    assert len(set(said)) == 4
    assert None not in said


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_walked_through_by_keyboard(tab: Tab, places: Places, name: str) -> None:
    page = tab.open(places.address(name))
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    reached = page.evaluate(_WALK)
    assert reached["hidden"] == []
    assert reached["count"] > 10
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        where = page.evaluate(_FOCUSED)
        assert where["ring"], f"focus cannot be seen on {where['name']}"
        seen.add(where["name"])
    assert len(seen) > 3


_WALK = """() => {
    const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")];
    const words = one => one.getAttribute("aria-label") ?? one.title ?? "";
    const named = one => (words(one) + one.textContent).trim() !== "" || one.labels?.length > 0 ||
        one.hasAttribute("aria-labelledby");
    return { count: all.length, hidden: all.filter(one => !named(one)).map(one => one.outerHTML) };
}"""
_FOCUSED = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const name = (one.getAttribute("aria-label") ?? one.textContent ?? "").trim().slice(0, 60);
    const ring = hasOutline || style.boxShadow !== "none" || one === document.body;
    return { name: name || one.tagName, ring };
}"""


@pytest.mark.parametrize("name", ["rankings", "park"])
def test_the_menu_of_a_phone(open_tab: Open, site: Server, places: Places, name: str) -> None:
    tab = open_tab(site, size="phone")
    page = tab.open(places.address(name))
    menu = page.locator(".menu-button")
    link = page.get_by_role("navigation", name="Site").get_by_role("link", name="Waits")
    assert not link.is_visible()
    menu.click()
    assert menu.get_attribute("aria-expanded") == "true"
    link.click()
    page.wait_for_url("**/waits")
    tab.settle()
    assert page.locator("h1").inner_text() == "Where people wait"
    assert sideways(page) <= 0
    assert tab.problems == []


@pytest.mark.parametrize(
    ("address", "near"),
    [("/parks/magic-kingdon", "Magic Kingdom"), ("/rides/999999", None), ("/ridess", "Rides")],
)
@pytest.mark.parametrize("has_script", [True, False])
def test_an_address_that_leads_nowhere_helps(
    open_tab: Open, site: Server, address: str, near: str | None, has_script: bool
) -> None:
    tab = open_tab(site, java_script_enabled=has_script)
    answer = tab.page.goto(address)
    assert answer is not None
    assert answer.status == 404
    tab.page.wait_for_load_state("networkidle")
    assert "No such place" in tab.shown
    assert tab.page.locator("main").get_by_role("link", name="all parks").count() >= 1
    if near is not None:
        tab.page.locator("main").get_by_role("link", name=near).first.click()
        expect(tab.page.locator("main")).not_to_contain_text("No such place")
    others = [problem for problem in tab.problems if address not in problem and "404" not in problem]
    assert others == []


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/?period=never", "period"),
        ("/?year=1848", "year"),
        ("/?start=2026-08-12&end=2026-08-03", "end"),
        ("/rides?offset=-1", "offset"),
        (f"/parks/{PARK}?period=soon", "period"),
        ("/compare?parks=11,47&period=someday", "period"),
    ],
)
@pytest.mark.parametrize("has_script", [True, False])
def test_nonsense_is_refused_by_name(
    open_tab: Open, site: Server, address: str, parameter: str, has_script: bool
) -> None:
    tab = open_tab(site, java_script_enabled=has_script)
    answer = tab.page.goto(address)
    assert answer is not None
    assert answer.status == 400
    tab.page.wait_for_load_state("networkidle")
    assert parameter in tab.shown


def test_a_link_inside_the_site_loads_no_page_anew(tab: Tab) -> None:
    page = tab.open("/")
    page.evaluate("() => { window.stillHere = true; }")
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Rides").click()
    page.wait_for_url("**/rides")
    tab.settle()
    page.locator("table a").first.click()
    page.wait_for_url("**/rides/*")
    tab.settle()
    page.go_back()
    page.wait_for_url("**/rides")
    expect(page).to_have_title(re.compile("[Rr]ides"))
    assert page.evaluate("() => window.stillHere") is True


def test_going_back_goes_on_reading_where_the_page_was_left(tab: Tab) -> None:
    page = tab.open("/rides")
    page.evaluate("() => scrollTo(0, 1500)")
    page.locator("table a").nth(12).click()
    page.wait_for_url("**/rides/*")
    tab.settle()
    page.wait_for_function("() => scrollY === 0")
    page.go_back()
    page.wait_for_url("**/rides")
    tab.settle()
    page.wait_for_function("() => scrollY > 1000")


def test_freshness_ticks(open_tab: Open, site: Server) -> None:
    tab = open_tab(site, is_timed=True)
    tab.page.clock.install(time=NOW)
    page = tab.open("/now")
    footer = page.locator("footer time").first
    before = footer.inner_text()
    page.clock.fast_forward("05:00")
    page.wait_for_timeout(300)
    assert footer.inner_text() != before


def test_the_banner_of_a_demonstration_stays_when_the_script_takes_over_and_moves_on(tab: Tab) -> None:
    page = tab.open("/")
    banner = page.locator("aside.demonstration")
    assert banner.inner_text() == DEMONSTRATION_NOTICE
    page.get_by_role("link", name="Rides", exact=True).first.click()
    page.wait_for_url("**/rides*")
    assert banner.is_visible()
