"""Pictures of every page: desktop and phone, light and dark, and what is shown when something is missing.

    python tools/screenshots.py                into screenshots/, on the demonstration of the tests
    python tools/screenshots.py --out DIR      elsewhere
    python tools/screenshots.py --only park    only those with "park" in their name

It needs Chromium (``apt-get install chromium``) and the built pages (``make pages``). A page that cannot be
pictured is named, the others go on, and the exit tells. With HALLOFSHAME_TEST_WORLD, a folder, the
demonstration is kept there from run to run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from flask import Flask  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402
from playwright.sync_api import Error as BrowserError  # noqa: E402

from browser.addresses import PAGES, PARK, Places, find_places  # noqa: E402
from hallofshame.clock import FixedClock  # noqa: E402
from hallofshame.store.database import Database  # noqa: E402
from hallofshame.web.app import create_app  # noqa: E402
from support import demo_world  # noqa: E402
from support.tabs import SIZES, MissingError, Tab, chromium  # noqa: E402

KEPT_WORLD = "HALLOFSHAME_TEST_WORLD"
BOTH = ("light", "dark")
STATES = {
    "not-found": f"/parks/{PARK[:-1]}n",
    "refused": "/?period=never",
    "nothing-fits": "/?country=Italy&operator=Disney",
    "before-the-record": f"/parks/{PARK}?year=2019",
    "park-live": f"/parks/{PARK}?period=live",
    "api-docs": "/api/docs",
    "compare-empty": "/compare",
    "compare-rides": "/compare?kind=rides&add=mine",
}
"""Views of the demonstration that are no page of their own."""
WITHOUT_SCRIPT = ("rankings", "rides", "park", "ride", "now", "waits", "trends")
EMPTY = ("rankings", "now", "awards", "map", "data")


@dataclass(frozen=True)
class Sight:
    """Something to be pictured, in each of its ``schemes``. ``site`` is the server that shows it."""

    name: str
    size: str
    site: str
    address: str
    schemes: tuple[str, ...] = BOTH
    has_script: bool = True
    breaks: bool = False
    """The network is cut before the view changes: the last good data with a notice."""

    @property
    def tab(self) -> tuple[str, str, bool]:
        """Sights that agree in it follow each other in one tab."""
        return (self.size, self.site, self.has_script)


def main() -> int:
    """Take all pictures, say where they are, and fail where one is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots", help="folder for the pictures")
    parser.add_argument("--only", default="", help="part of the names of those wanted")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    try:
        with ExitStack() as stack:
            camera = Camera(stack.enter_context(chromium()), asked.out)
            world = os.environ.get(KEPT_WORLD) or stack.enter_context(
                tempfile.TemporaryDirectory(prefix="hos-")
            )
            print("Making the demonstration, where it is not there yet; half a minute", flush=True)
            demo = demo_world.demo_database(Path(world))
            site = stack.enter_context(demo_world.Server(demo))
            fresh = stack.enter_context(demo_world.Server(demo_world.fresh_database(Path(world))))
            sights = _sights(find_places(_app(demo)), site.url, fresh.url)
            camera.take_all([sight for sight in sights if asked.only in f"{sight.name}-{sight.size}"])
    except MissingError as missing:
        print(f"screenshots: {missing}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - begun
    print(f"{camera.taken} pictures in {asked.out}, {seconds:.0f} s; {len(camera.failed)} failed")
    for failure in camera.failed:
        print(f"screenshots: {failure}", file=sys.stderr)
    return 1 if camera.failed or not camera.taken else 0


def _app(database: Path) -> Flask:
    return create_app(Database(f"sqlite:///{database}"), FixedClock(demo_world.NOW))


def _sights(places: Places, site: str, fresh: str) -> list[Sight]:
    """Everything to be pictured, in the order in which tabs can be used again."""
    views = {name: places.address(name) for name in PAGES} | STATES
    sights: list[Sight] = []
    for size in SIZES:
        sights += [Sight(name, size, site, address) for name, address in views.items()]
        sights.append(Sight("failing", size, site, "/", schemes=("light",), breaks=True))
        sights += [
            Sight(f"{name}-no-script", size, site, places.address(name), schemes=("light",), has_script=False)
            for name in WITHOUT_SCRIPT
        ]
        sights += [Sight(f"{name}-empty", size, fresh, PAGES[name], schemes=("light",)) for name in EMPTY]
    return sights


@dataclass
class Camera:
    """Takes pictures with one browser, and counts what came of it."""

    browser: Browser
    folder: Path
    taken: int = 0
    failed: list[str] = field(default_factory=list)

    def take_all(self, sights: Iterable[Sight]) -> None:
        """Picture the sights one after the other; where one fails, the next gets a new tab."""
        waiting = list(sights)
        total = sum(len(sight.schemes) for sight in waiting)
        for (size, site, has_script), group in groupby(waiting, key=lambda sight: sight.tab):
            members = list(group)
            while members:
                tab = Tab(self.browser, site, size=size, java_script_enabled=has_script)
                try:
                    while members and self._take(tab, members.pop(0), total):
                        pass
                finally:
                    tab.close()

    def _take(self, tab: Tab, sight: Sight, total: int) -> bool:
        """Whether the tab is still good after it."""
        name = f"{sight.name}-{sight.size}"
        begun = time.monotonic()
        try:
            _show(tab, sight)
            for scheme in sight.schemes:
                tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                tab.page.screenshot(path=self.folder / f"{name}-{scheme}.png", full_page=True, scale="css")
                self.taken += 1
        except (BrowserError, AssertionError) as problem:
            self.failed.append(f"{name}: {str(problem).splitlines()[0]}")
            print(f"        {name} FAILED", flush=True)
            return False
        seconds = time.monotonic() - begun
        print(f"{self.taken:3} of {total}  {name} ({', '.join(sight.schemes)}), {seconds:.1f} s", flush=True)
        return not sight.breaks


def _show(tab: Tab, sight: Sight) -> None:
    """Open the sight and wait until it is all there."""
    tab.page.emulate_media(color_scheme="light")
    tab.page.goto(sight.address, wait_until="load")
    if not tab.has_script:
        return
    tab.settle()
    if sight.breaks:
        tab.page.route("**/api/**", lambda route: route.abort())
        tab.page.locator(".periods").get_by_role("link", name="This year").click()
        tab.page.locator(".notice, .failure").first.wait_for()
    else:
        tab.unroll()


if __name__ == "__main__":
    sys.exit(main())
