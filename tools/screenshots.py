"""Pictures of every page: desktop and phone, light and dark, and what is shown when something is missing.

    python tools/screenshots.py            into screenshots/, on the demonstration of the tests
    python tools/screenshots.py --out DIR  elsewhere

It needs Chromium (``apt-get install chromium``) and the built pages (``make pages``).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from flask import Flask  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402

from browser.addresses import PAGES, PARK, Places, find_places  # noqa: E402
from hallofshame.clock import FixedClock  # noqa: E402
from hallofshame.store.database import Database  # noqa: E402
from hallofshame.web.app import create_app  # noqa: E402
from support import demo_world  # noqa: E402
from support.tabs import SIZES, MissingError, Tab, chromium  # noqa: E402

SCHEMES = ("light", "dark")
STATES = {
    "not-found": f"/parks/{PARK[:-1]}n",
    "refused": "/?period=never",
    "nothing-fits": "/?country=Italy&operator=Disney",
    "before-the-record": f"/parks/{PARK}?year=2019",
    "api-docs": "/api/docs",
}
"""Views of the demonstration that are no page of their own."""


def main() -> int:
    """Take all pictures and print where they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots", help="folder for the pictures")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for old in asked.out.glob("*.png"):
        old.unlink()
    try:
        with ExitStack() as stack:
            browser = stack.enter_context(chromium())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hos-")))
            print("Making the demonstration; half a minute", flush=True)
            demo = demo_world.demo_database(folder)
            site = stack.enter_context(demo_world.Server(demo))
            fresh = stack.enter_context(demo_world.Server(demo_world.fresh_database(folder)))
            places = find_places(_app(demo))
            for file in _pictures(browser, site.url, fresh.url, places, asked.out):
                print(file, flush=True)
    except MissingError as missing:
        print(f"screenshots: {missing}", file=sys.stderr)
        return 1
    return 0


def _app(database: Path) -> Flask:
    return create_app(Database(f"sqlite:///{database}"), FixedClock(demo_world.NOW))


def _pictures(browser: Browser, site: str, fresh: str, places: Places, folder: Path) -> Iterator[Path]:
    views = {name: places.address(name) for name in PAGES} | STATES
    for size in SIZES:
        for scheme in SCHEMES:
            for name, address in views.items():
                yield _picture(browser, site, address, folder / f"{name}-{size}-{scheme}.png", size, scheme)
        for name in ("rankings", "park", "ride", "now"):
            file = folder / f"{name}-no-script-{size}.png"
            yield _picture(browser, site, places.address(name), file, size, has_script=False)
        for name in ("rankings", "now", "awards", "map", "data"):
            yield _picture(browser, fresh, PAGES[name], folder / f"{name}-empty-{size}.png", size)
        yield _failing(browser, site, folder / f"failing-{size}.png", size)


def _picture(
    browser: Browser,
    site: str,
    address: str,
    file: Path,
    size: str,
    scheme: str = "light",
    *,
    has_script: bool = True,
) -> Path:
    tab = Tab(browser, site, size=size, color_scheme=scheme, java_script_enabled=has_script)
    try:
        tab.page.goto(address, wait_until="networkidle")
        if has_script and tab.page.locator("#seed").count():
            tab.settle()
            tab.unroll()
        tab.page.screenshot(path=file, full_page=True)
    finally:
        tab.close()
    return file


def _failing(browser: Browser, site: str, file: Path, size: str) -> Path:
    """A page whose next answer does not come: the last good data with a notice."""
    tab = Tab(browser, site, size=size)
    try:
        page = tab.open("/")
        page.route("**/api/**", lambda route: route.abort())
        page.locator(".periods").get_by_role("link", name="This year").click()
        page.locator(".notice, .failure").first.wait_for(timeout=20_000)
        page.screenshot(path=file)
    finally:
        tab.close()
    return file


if __name__ == "__main__":
    sys.exit(main())
