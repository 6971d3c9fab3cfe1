"""Search, colours, keyboard, tables behind charts, addresses that lead nowhere."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from browser.addresses import PAGES, PARK, Places
from browser.conftest import Open
from hallofshame.web.wording import DEMONSTRATION_NOTICE
from support.demo_world import Server
from support.tabs import Tab, axe, expect_at_least, sideways


def test_the_search_is_used_by_keyboard_alone(tab: Tab) -> None:
    page = tab.open("/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="A park or a ride")
    field.wait_for()
    page.keyboard.type("seven dwarfs")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("Seven Dwarfs Mine Train")
    expect(field).to_have_value("seven dwarfs")
    expect(page.locator(".palette [role=status]")).to_contain_text("Arrows to choose")
    last = options.count() - 1
    for key, at in (("ArrowDown", min(1, last)), ("ArrowUp", 0)):
        page.keyboard.press(key)
        expect(options.nth(at)).to_have_attribute("aria-selected", "true")
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    assert axe(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/rides/*")
    tab.settle()
    expect(page.locator("h1")).to_have_text("Seven Dwarfs Mine Train")
    page.keyboard.press("/")
    field.wait_for()
    page.keyboard.press("Escape")
    field.wait_for(state="detached")
    tab.settle()
    page.keyboard.press("Control+k")
    field.wait_for()
    page.keyboard.type("qqqqzzzz")
    expect(field).to_have_value("qqqqzzzz")
    expect(page.locator(".palette [role=status]")).to_contain_text("Nothing is called “qqqqzzzz”")
    expect(options).to_have_count(0)


def test_the_theme_switch_is_kept(tab: Tab) -> None:
    page = tab.open("/")
    switch = page.locator(".theme-button")
    body = page.locator("body")
    ground = "one => getComputedStyle(one).backgroundColor"
    seen = {}
    for theme in ("light", "dark"):
        switch.click()
        expect(switch).to_have_attribute("aria-label", re.compile(f"^Colours: {theme}"))
        seen[theme] = body.evaluate(ground)
    assert seen["light"] != seen["dark"]
    tab.reload()
    expect(body).to_have_css("background-color", seen["dark"])
    page.emulate_media(color_scheme="light")
    assert page.evaluate("() => matchMedia('(prefers-color-scheme: light)').matches")
    expect(body).to_have_css("background-color", seen["dark"])
    switch.click()
    expect(body).to_have_css("background-color", seen["light"])


@pytest.mark.parametrize("name", ["park", "ride"])
def test_every_chart_that_the_server_draws_has_its_table_behind_it(
    tab: Tab, places: Places, name: str
) -> None:
    page = tab.open(places.address(name))
    tab.unroll()
    islands = page.locator(".island")
    expect_at_least(islands, 3)
    for at in range(islands.count()):
        island = islands.nth(at)
        table = island.locator(".island-table")
        island.get_by_role("button", name="Show as table").click()
        expect(table).to_be_visible()
        island.get_by_role("button", name="Show as chart").click()
        expect(table).to_be_hidden()
        expect(island.locator(".island-view svg").first).to_be_visible()


@pytest.mark.parametrize("name", ["park", "ride", "data"])
def test_a_link_to_a_section_lands_on_it(tab: Tab, places: Places, name: str) -> None:
    page = tab.open(places.address(name))
    sections = page.locator(".section-nav a").evaluate_all("links => links.map(one => one.hash)")
    assert len(sections) > 8
    for section in sections:
        page.goto("about:blank")
        tab.open(places.address(name) + section)
        page.wait_for_function(_IN_VIEW, arg=section)


_IN_VIEW = """section => {
    const top = document.querySelector(section).getBoundingClientRect().top;
    const atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    return top >= 0 && (top < 120 || (atEnd && top < innerHeight));
}"""


@pytest.mark.parametrize(
    ("name", "query", "section"),
    [("park", "?period=7days", "#chart"), ("compare", "&period=7days", "#series")],
)
def test_a_chart_is_read_with_the_arrow_keys(
    tab: Tab, places: Places, name: str, query: str, section: str
) -> None:
    page = tab.open(places.address(name) + query)
    tab.unroll()
    reader = page.locator(section).get_by_role("slider").first
    last = reader.get_attribute("aria-valuemax")
    assert last is not None
    reader.focus()
    said = []
    for key, place in (("Home", "1"), ("ArrowRight", "2"), ("ArrowRight", "3"), ("End", last)):
        page.keyboard.press(key)
        expect(reader).to_have_attribute("aria-valuenow", place)
        said.append(reader.get_attribute("aria-valuetext"))
    assert len(set(said)) == 4
    assert None not in said


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_walked_through_by_keyboard(tab: Tab, places: Places, name: str) -> None:
    page = tab.open(places.address(name))
    page.keyboard.press("Tab")
    expect(page.locator(".skip").first).to_be_focused()
    reached = page.evaluate(_WALK)
    assert reached["hidden"] == []
    assert reached["count"] > 10
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        where = page.evaluate(_FOCUSED)
        assert where["ring"], f"focus cannot be seen on {where['name']}"
        seen.add(where["name"])
    assert len(seen) > 3


_WALK = """() => {
    const kinds = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']";
    const all = [...document.querySelectorAll(kinds)];
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
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(link).to_be_hidden()
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    tab.follow(link, "**/waits")
    expect(page.locator("h1")).to_have_text("Where people wait")
    assert sideways(page) <= 0
    assert tab.problems == []


@pytest.mark.parametrize(
    ("address", "near"),
    [("/parks/magic-kingdon", "Magic Kingdom"), ("/rides/999999", None), ("/ridess", "Rides")],
)
def test_an_address_that_leads_nowhere_helps(
    open_tab: Open, site: Server, address: str, near: str | None
) -> None:
    tab = open_tab(site)
    answer = tab.page.goto(address, wait_until="load")
    assert answer is not None
    assert answer.status == 404
    tab.settle()
    main = tab.page.locator("main")
    expect(main).to_contain_text("No such place")
    expect_at_least(main.get_by_role("link", name="all parks"), 1)
    if near is not None:
        tab.follow(main.get_by_role("link", name=near).first)
        expect(main.locator("h1")).to_contain_text(re.compile(near, re.IGNORECASE))
        expect(main).not_to_contain_text("No such place")
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
def test_nonsense_is_refused_by_name(demo_app: Flask, address: str, parameter: str) -> None:
    answer = demo_app.test_client().get(address)
    assert answer.status_code == 400
    assert parameter in answer.text.partition("<main")[2]


def test_going_back_goes_on_reading_where_the_page_was_left(tab: Tab) -> None:
    page = tab.open("/rides")
    page.evaluate("() => scrollTo(0, 1500)")
    tab.follow(page.locator("table .who a[href^='/rides/']").nth(30), "**/rides/*")
    page.wait_for_function("() => scrollY === 0")
    tab.back()
    expect(page).to_have_url(re.compile("/rides$"))
    page.wait_for_function("() => scrollY > 1000")


def test_the_banner_of_a_demonstration_stays_when_the_script_takes_over_and_moves_on(tab: Tab) -> None:
    page = tab.open("/")
    banner = page.locator("aside.demonstration")
    expect(banner).to_have_text(DEMONSTRATION_NOTICE)
    tab.follow(page.get_by_role("link", name="Rides", exact=True).first, "**/rides*")
    expect(page.locator("h1")).to_contain_text("ride")
    expect(banner).to_be_visible()
