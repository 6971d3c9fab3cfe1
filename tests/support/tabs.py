"""Chromium, and tabs in it that remember everything that went wrong on them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from re import Pattern
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    CDPSession,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as LateError

from support import demo_world
from support.slow_line import IS_SLOW, SLOW_DOWN

PROMISED_SECONDS = 40
"""How long a page may take to do what a test waits for."""

MISSING = "Chromium not found: apt-get install chromium"
NO_AXE = "axe-core not found: make pages"
NOT_BUILT = "the pages are not built: make pages"
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = demo_world.TESTS.parent / "src" / "hallofshame" / "web" / "static" / "app" / ".vite" / "manifest.json"

AXE_OF_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules that can come out otherwise when only the colour scheme is another."""

PATIENCE_MS = 40_000
"""How long a test waits for anything before it fails: far longer than it takes on a busy machine."""

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SIZES = {"desktop": DESKTOP, "phone": PHONE}

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_BOOTED = "html[data-booted] .theme-button"
"""The script runs: it has drawn its header, or taken up the one that the server drew."""
_LOADING = "[aria-busy='true']"
_WAITS = count()
"""A number for each wait, so that one does not go by what another saw."""

Address = str | Pattern[str]
"""A pattern of addresses as Playwright has them: ``"**/rides/*"``, or a regular expression."""

_SETTLED = """async ([loading, waitId]) => {
    // Tasks of the background come after all others: effects of what was just drawn have run.
    await scheduler.postTask(() => {}, { priority: "background" });
    const isSeen = one => {
        const box = one.getBoundingClientRect();
        return box.bottom > 0 && box.top < innerHeight;
    };
    if (document.querySelector("[aria-busy='true']") !== null) return false;
    if (document.fonts.status !== "loaded") return false;
    if ([...document.querySelectorAll(loading)].some(isSeen)) return false;
    const root = document.documentElement;
    const text = document.body.textContent;
    const look = [location.href, root.scrollWidth, root.scrollHeight, text.length].join();
    const before = window.lastLook;
    const frames = before?.waitId === waitId && before.look === look ? before.frames + 1 : 0;
    window.lastLook = { waitId, look, frames };
    return frames >= 3;
}"""
"""Nothing is loading, and the page stood still for three frames. What lies below the fold may wait until it
is looked at.
"""
_UNROLL = """async loading => {
    const frame = () => new Promise(requestAnimationFrame);
    // Observers are told after the frame in which something came into view, and what they do is a task.
    const pause = async () => {
        await frame();
        await frame();
        await scheduler.postTask(() => {}, { priority: "background" });
    };
    for (let at = 0; at < document.documentElement.scrollHeight; at += innerHeight * 0.8) {
        scrollTo(0, at);
        for (let turns = 0; turns < 200; turns += 1) {
            await pause();
            const open = [...document.querySelectorAll(loading)];
            if (!open.some(one => one.getBoundingClientRect().top < innerHeight)) break;
        }
    }
    scrollTo(0, 0);
}"""


class MissingError(Exception):
    """Something that the browser's tests need is not on this machine; the message says how to get it."""


def needed() -> str:
    """The browser's program, once everything else is there too.

    :raises MissingError: with what is missing.
    """
    if not BUILT.exists():
        raise MissingError(NOT_BUILT)
    if not AXE.exists():
        raise MissingError(NO_AXE)
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    raise MissingError(MISSING)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window.

    :raises MissingError: where there is none.
    """
    program = needed()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


class Tab:
    """One tab in a context of its own; ``problems`` is what went wrong on it so far.

    Its clock shows the demonstration's own time, unless ``is_timed``. ``options`` are those of a browser
    context.
    """

    def __init__(
        self, browser: Browser, site: str, *, size: str = "desktop", is_timed: bool = False, **options: Any
    ) -> None:
        self.site = site
        self.size = size
        self.has_script = options.get("java_script_enabled", True)
        given: dict[str, Any] = {
            "viewport": SIZES[size],
            "reduced_motion": "reduce",
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
            "service_workers": "block",
        }
        if size == "phone":
            given |= {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
        self.context = browser.new_context(base_url=site, **(given | options))
        self.context.set_default_timeout(PATIENCE_MS)
        if self.has_script and not is_timed:
            self.context.clock.set_fixed_time(demo_world.NOW)
        self.page: Page = self.context.new_page()
        if IS_SLOW:
            slow_down(self.page, SLOW_DOWN)
        self.problems: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failure)
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.problems.append(f"console: {message.text} ({where})")

    def _on_request(self, request: Request) -> None:
        self.asked.append(request.url)
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and not request.url.startswith(self.site + "/"):
            self.problems.append(f"request to another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A page that is left cancels what it was asking for; without JavaScript its modules are refused.
        if request.failure != "net::ERR_ABORTED" and (self.has_script or request.failure != "csp"):
            self.problems.append(f"failed: {request.url} ({request.failure})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"status {response.status}: {response.url}")

    def open(self, path: str) -> Page:
        """Go to an address of the site and wait until it is all there."""
        self.page.goto(path, wait_until="load")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script runs and nothing is loading any more."""
        if not self.has_script:
            return
        try:
            self.page.wait_for_selector(_BOOTED, state="attached")
        except LateError as late:
            raise AssertionError(
                f"no script runs on {self.address}: {self.problems}; {self.shown[:200]}"
            ) from late
        self.page.wait_for_function(_SETTLED, arg=[_LOADING, next(_WAITS)])

    def follow(self, leads: Locator, to: Address | None = None) -> None:
        """Click a link, or the button of a form, and wait until what it leads to is all there.

        Without the script that is another document: its address is known long before it is parsed.
        """
        with self.page.expect_navigation(url=to, wait_until="load"):
            leads.click()
        self.settle()

    def reload(self) -> None:
        """Load the page anew and wait until it is all there."""
        self.page.reload(wait_until="load")
        self.settle()

    def back(self) -> None:
        """Go back in the history and wait until the page is all there."""
        self.page.go_back(wait_until="load")
        self.settle()

    def unroll(self) -> None:
        """Scroll through the whole page, so that what waits to be seen is loaded too."""
        self.page.evaluate(_UNROLL, _LOADING)
        self.settle()

    @property
    def address(self) -> str:
        """Path and query of what is shown."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def shown(self) -> str:
        """The words on the page."""
        return self.page.locator("main").inner_text()

    def reset(self) -> None:
        """Leave the page, and forget all but what a browser's HTTP cache holds."""
        for page in self.context.pages:
            if page is not self.page:
                page.close()
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.goto("about:blank")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(SIZES[self.size])  # type: ignore[arg-type]
        session = self.context.new_cdp_session(self.page)
        kinds = "cookies,local_storage,indexeddb,cache_storage"
        session.send("Storage.clearDataForOrigin", {"origin": self.site, "storageTypes": kinds})
        session.detach()
        self.problems.clear()
        self.asked.clear()

    def close(self) -> None:
        """Close the tab and forget its cookies and caches."""
        self.context.close()


def slow_down(page: Page, times: float) -> CDPSession:
    """Let the page run that many times slower than the machine could, for as long as the session lasts."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})
    return session


class Tabs:
    """Tabs that are used again: with scripts and styles loaded and compiled, a page takes half the time.

    Not those with a service worker or a clock of their own, which would outlast the test.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[tuple[object, ...], list[Tab]] = {}

    @contextmanager
    def lent(self) -> Iterator[Callable[..., Tab]]:
        """Open a tab, new or used: ``opened(site, size="phone", color_scheme="dark")``."""
        lent: list[tuple[tuple[object, ...] | None, Tab]] = []

        def opened(site: str, **options: Any) -> Tab:
            key = None
            if not {"service_workers", "is_timed", "color_scheme"} & options.keys():
                key = (site, *sorted(options.items()))
            free = self._free.get(key, []) if key is not None else []
            tab = free.pop() if free else Tab(self._browser, site, **options)
            lent.append((key, tab))
            return tab

        yield opened
        for key, tab in lent:
            if key is None:
                tab.close()
            else:
                tab.reset()
                self._free.setdefault(key, []).append(tab)

    def close(self) -> None:
        """Close them all."""
        for tabs in self._free.values():
            for tab in tabs:
                tab.close()


def axe(page: Page, rules: Sequence[str] | None = None) -> list[str]:
    """What axe objects to, one line each; by all rules, or by some."""
    if not page.evaluate("() => 'axe' in window"):
        # Evaluated, not added as an element: the site's own policy refuses scripts from elsewhere.
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n;undefined")
    found: list[dict[str, Any]] = page.evaluate(
        """async rules => {
            const chosen = rules === null ? {} : { runOnly: { type: "rule", values: rules } };
            const result = await axe.run(document, { resultTypes: ["violations"], ...chosen });
            return result.violations;
        }""",
        None if rules is None else list(rules),
    )
    return [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['html'][:160]} {_reason(node)}"
        for rule in found
        for node in rule["nodes"][:4]
    ]


def _reason(node: dict[str, Any]) -> str:
    reasons = [check["message"] for name in ("any", "all", "none") for check in node[name]]
    return "; ".join(reasons)[:200]


def expect_at_least(found: Locator, least: int) -> None:
    """Wait until there are that many of something."""
    expect(found.nth(least - 1)).to_be_attached()


def wait_until(page: Page, promised: str, about: object = None) -> None:
    """Wait until what an asynchronous function of the page promises is true.

    Playwright's ``wait_for_function`` takes the promise for true and does not wait.
    """
    deadline = time.monotonic() + PROMISED_SECONDS
    while not page.evaluate(promised, about):
        assert time.monotonic() < deadline, f"still not true after {PROMISED_SECONDS} s: {promised} {about}"
        page.wait_for_timeout(50)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    found: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found
