"""A browser, a server of the demonstration and tabs that fail the test for what went wrong on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from browser.addresses import Places, find_places
from crosscheck.conftest import Api
from support.demo_world import Server, fresh_database
from support.suites import leave_out
from support.tabs import MissingError, Tab, Tabs, chromium

Open = Callable[..., Tab]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a word on how to get it."""
    try:
        with chromium() as started:
            yield started
    except MissingError as missing:
        leave_out(str(missing))


@pytest.fixture(scope="session")
def site(browser: Browser, demo_database: Path) -> Iterator[Server]:
    """The demonstration, served."""
    with Server(demo_database) as server:
        yield server


@pytest.fixture(scope="session")
def fresh_site(browser: Browser, run_folder: Path) -> Iterator[Server]:
    """An installation that has not collected anything yet, served."""
    with Server(fresh_database(run_folder)) as server:
        yield server


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Iterator[Tabs]:
    """The tabs of this process."""
    own = Tabs(browser)
    yield own
    own.close()


@pytest.fixture
def open_tab(tabs: Tabs) -> Iterator[Open]:
    """Open a tab: ``open_tab(server, size="phone")``."""
    with tabs.lent() as opened:
        yield lambda server, **options: opened(server.url, **options)


@pytest.fixture
def tab(open_tab: Open, site: Server) -> Iterator[Tab]:
    """A desktop tab on the demonstration. The test fails if anything went wrong on it."""
    opened = open_tab(site)
    yield opened
    assert opened.problems == []


@pytest.fixture(scope="session")
def places(demo_app: Flask) -> Places:
    """A park and a ride worth looking at."""
    return find_places(demo_app)


@pytest.fixture(scope="session")
def api(demo_app: Flask) -> Api:
    """The API, asked without the browser."""
    return Api(demo_app)
