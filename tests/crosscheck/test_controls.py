"""Every control is a link or a form of the served page: its address alone shows another view."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urldefrag, urlencode, urljoin

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from browser.addresses import Places, find_places

Find = Callable[[Tag], str]
"""Where a control of a page leads."""


@dataclass(frozen=True)
class Control:
    """Something to do on a page, and the part of the address that it leads to.

    ``watched`` is where the change shows.
    """

    page: str
    name: str
    find: Find
    leads_to: str
    watched: str = "main"

    def __str__(self) -> str:
        return f"{self.page}: {self.name}"


def link(name: str, within: str = "main") -> Find:
    """A link by all its words."""

    def find(page: Tag) -> str:
        for place in page.select(within):
            for found in place.select("a[href]"):
                if words(found) == name:
                    return str(found["href"])
        raise AssertionError(f"no link {name!r} in {within}")

    return find


def option(label: str, choice: str) -> Find:
    """A choice of a list, which its form sends with all else that is chosen."""

    def find(page: Tag) -> str:
        for chooser in page.select("main form select"):
            if label in (str(chooser.get("aria-label")), labelled(page, chooser)):
                (value,) = [
                    one.get("value", choice) for one in chooser.select("option") if words(one) == choice
                ]
                return sent(chooser, {str(chooser["name"]): str(value)})
        raise AssertionError(f"no list {label!r}")

    return find


def other_dates(**given: str) -> Find:
    """A year or a range under "Other dates"."""

    def find(page: Tag) -> str:
        field = page.select_one(f".other-dates [name={next(iter(given))}]")
        assert field is not None
        return sent(field, given)

    return find


def words(one: Tag) -> str:
    """Its words as a screen reader says them."""
    if one.get("aria-label"):
        return str(one["aria-label"])
    text = "".join(
        str(part) for part in one.strings if part.find_parent(attrs={"aria-hidden": "true"}) is None
    )
    return " ".join(text.split())


def labelled(page: Tag, chooser: Tag) -> str:
    """What stands beside a list."""
    around = chooser.find_parent("label")
    if around is None:
        around = page.select_one(f"label[for='{chooser['id']}']") if chooser.get("id") else None
    if around is None:
        return ""
    return " ".join(
        "".join(str(part) for part in around.strings if part.find_parent("select") is None).split()
    )


def sent(field: Tag, given: dict[str, str]) -> str:
    """The address to which the form of a field leads, with what is given in place of what is chosen."""
    form = field.find_parent("form")
    assert form is not None
    values = {}
    for one in form.select("input[name], select[name]"):
        if one.name == "select":
            chosen = one.select_one("option[selected]") or one.select_one("option")
            value = "" if chosen is None else str(chosen.get("value", words(chosen)))
        elif one.get("type") in ("checkbox", "radio") and not one.has_attr("checked"):
            continue
        else:
            value = str(one.get("value", ""))
        values[str(one["name"])] = value
    assert given.keys() <= values.keys()
    return urldefrag(str(form.get("action", ""))).url + f"?{urlencode(values | given)}"


RANGE = r"start=2026-08-03&end=2026-08-12|end=2026-08-12&start=2026-08-03"
TABLE = "table"
VERDICT = ".verdict"

CONTROLS = [
    *(
        Control(page, "period", link("Last week", ".periods"), r"period=last_week", watched)
        for page, watched in {
            "rankings": TABLE,
            "rides": TABLE,
            "waits": "main",
            "trends": "main",
            "map": "main",
            "compare": TABLE,
            "park": VERDICT,
            "ride": VERDICT,
        }.items()
    ),
    *(
        Control(page, "live", link("Right now", ".periods"), r"period=live", watched)
        for page, watched in {"rankings": TABLE, "rides": TABLE, "park": VERDICT, "ride": VERDICT}.items()
    ),
    *(
        Control(page, "year", other_dates(year="2026"), r"year=2026", watched)
        for page, watched in {"rankings": TABLE, "rides": TABLE, "park": VERDICT}.items()
    ),
    *(
        Control(page, "range of dates", other_dates(start="2026-08-03", end="2026-08-12"), RANGE, watched)
        for page, watched in {"rankings": TABLE, "waits": "main", "ride": VERDICT}.items()
    ),
    *(
        Control(page, "the big two", option("Parks", "Disney and Universal"), r"filter=disney-universal")
        for page in ("rankings", "rides", "now", "waits", "trends", "awards", "map", "data")
    ),
    *(
        Control(page, "operator", option("Operator", "Merlin"), r"operator=Merlin")
        for page in ("rankings", "now", "awards", "data")
    ),
    *(
        Control(page, "country", option("Country", "Italy"), r"country=Italy")
        for page in ("rankings", "rides", "map")
    ),
    *(
        Control(page, "region", option("Region", "Europe"), r"region=Europe")
        for page in ("rankings", "waits", "trends")
    ),
    Control("rankings", "order", link("Uptime", TABLE), r"sort=uptime", TABLE),
    Control("rankings", "order by name", link("Park", TABLE), r"sort=name", TABLE),
    Control("rankings", "rides instead", link("Rides"), r"^/rides"),
    Control("rides", "order", link("Average wait", TABLE), r"sort=wait", TABLE),
    Control("rides", "next page", link("The next 50 →"), r"offset=50", TABLE),
    Control("rides", "type", option("Type", "Dark rides"), r"type=dark_ride", TABLE),
    Control(
        "rides",
        "what is no ride, too",
        option("Films, walkthroughs and the like", "shown"),
        r"non_rides=yes",
        TABLE,
    ),
    Control("rides", "coasters alone", link("Coasters"), r"^/rides\?type=coaster", TABLE),
    Control("rides", "parks instead", link("Parks"), r"^/(\?|$)"),
    Control("now", "order", option("Order", "By park"), r"sort=park"),
    Control("trends", "every change", link("Show every change"), r"all=1"),
    Control("map", "part of the world", link("Europe"), r"region=Europe"),
    Control("compare", "rides instead", link("Rides"), r"^/compare\?kind=rides"),
    Control("compare", "take away", link("Take Gardaland away"), r"parks=[^,%]*$"),
    Control("compare", "add", option("Add a park", "Efteling"), r"parks=[^,&%]+(,|%2C)[^,&%]+(,|%2C)"),
    Control("compare", "against", option("Against", "The period before"), r"against=previous"),
    Control("compare", "what is drawn", link("Uptime", "#series"), r"measure=uptime", "#series"),
    Control("park", "order of rides", link("Uptime", "#rides"), r"sort=", "#rides"),
    Control("park", "what the chart shows", link("Time lost", "#chart"), r"measure=", "#chart"),
    Control("park", "day before", link("Day before", "#timeline"), r"date=2026-08-19", "#timeline"),
    Control("park", "what the week shows", link("Wait", "#week"), r"heat=", "#week"),
    Control("park", "what the year shows", link("Uptime", "#year"), r"days=", "#year"),
    Control("park", "year before", link("2025", "#year"), r"calendar=2025|of=2025|2025", "#year"),
    Control("ride", "what the chart shows", link("Wait", "#chart"), r"measure=", "#chart"),
    Control("ride", "what the week shows", link("Uptime", "#week"), r"heat=", "#week"),
    Control("ride", "year before", link("2025", "#year"), r"calendar=2025", "#year"),
    Control(
        "data",
        "park of the examples",
        option("With the figures of", "Gardaland"),
        r"park=gardaland",
    ),
    Control("data", "order", link("Days recorded", "#coverage"), r"sort=days", "#coverage"),
]


@pytest.fixture(scope="session")
def places(demo_app: Flask) -> Places:
    """A park and a ride worth looking at."""
    return find_places(demo_app)


@pytest.mark.parametrize("control", CONTROLS, ids=str)
def test_a_control_leads_to_an_address_of_its_own(demo_app: Flask, places: Places, control: Control) -> None:
    start = places.address(control.page)
    page = shown(demo_app, start)[1]
    leads = urljoin(start, control.find(page))
    address, after = shown(demo_app, leads)
    assert re.search(control.leads_to, address)
    assert seen(after, control.watched) != seen(page, control.watched), f"{start} and {address} look alike"


_READ: dict[str, tuple[str, BeautifulSoup]] = {}


def shown(app: Flask, address: str) -> tuple[str, BeautifulSoup]:
    """The page at an address, and the address that it was led on to."""
    if address not in _READ:
        answer = app.test_client().get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        path = answer.request.full_path.rstrip("?")
        _READ[address] = path, BeautifulSoup(answer.text, "html.parser")
    return _READ[address]


def seen(page: Tag, watched: str) -> str:
    """The words of a place, what is chosen in it and what is drawn."""
    place = page.select_one(watched)
    assert place is not None, watched
    marks = place.select("[aria-current], option[selected], svg[aria-label], svg [d], svg [width]")
    return " ".join([place.get_text(" ", strip=True), *(str(mark) for mark in marks)])
