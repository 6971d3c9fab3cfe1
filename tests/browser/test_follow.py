"""A reader follows a park and stops again; what its browser lacks is said."""

from __future__ import annotations

import json
import uuid

from playwright.sync_api import expect

from browser.conftest import Open
from support.demo_world import Server
from support.push_service import Browser
from support.tabs import sideways

PARK = "/parks/gardaland"

PUSH_SERVICE = """(given => {
    let held = null;
    const plain = text => text.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = text => Uint8Array.from(atob(plain(text)), one => one.charCodeAt(0));
    const registration = { pushManager: {
        getSubscription: async () => held,
        subscribe: async ({ applicationServerKey }) => (held = {
            endpoint: given.endpoint,
            options: { applicationServerKey: bytes(applicationServerKey).buffer },
            toJSON: () => given,
            unsubscribe: async () => { held = null; return true; },
        }),
    } };
    Object.defineProperty(Notification, "permission", { get: () => "granted" });
    Notification.requestPermission = async () => "granted";
    const own = { register: async () => registration, getRegistration: async () => registration,
                  ready: Promise.resolve(registration), controller: {} };
    Object.defineProperty(navigator, "serviceWorker", { get: () => own });
})(%s);"""
"""In place of the browser's own push service, which no test can reach."""


def test_a_reader_follows_a_park_and_stops_again(open_tab: Open, fresh_site: Server) -> None:
    given = Browser(f"https://fcm.googleapis.com/fcm/send/{uuid.uuid4()}").subscription
    tab = open_tab(fresh_site, size="phone")
    tab.page.add_init_script(PUSH_SERVICE % json.dumps(given))
    page = tab.open(f"{PARK}#follow")
    section = page.locator("#follow")
    expect(section.get_by_role("button", name="Tell me")).to_be_visible()
    expect(section.get_by_role("button", name="Stop")).to_be_hidden()
    section.get_by_label("The longest wait to be told of").select_option("30")
    section.get_by_role("button", name="Tell me").click()
    expect(section.get_by_role("status")).to_contain_text("You will be told on this device.")
    expect(section.get_by_role("button", name="Stop")).to_be_visible()
    assert sideways(page) <= 0
    followed = section.get_by_role("link", name="Everything it follows").get_attribute("href")
    section.get_by_role("button", name="Stop").click()
    expect(section.get_by_role("status")).to_contain_text("Stopped")
    section.get_by_role("button", name="Tell me").click()
    link = section.get_by_role("link", name="Everything it follows")
    expect(link).to_be_visible()
    assert link.get_attribute("href") != followed, "a browser that begins anew has a new token"
    link.click()
    expect(page.get_by_text("Every ride of Gardaland")).to_be_visible()
    expect(page.get_by_text("wait of 30 min or less")).to_be_visible()
    page.get_by_role("button", name="Stop all messages").click()
    expect(page.get_by_role("status")).to_contain_text("No more messages will come.")
    assert tab.problems == []


def test_what_a_browser_lacks_is_said(open_tab: Open, fresh_site: Server) -> None:
    tab = open_tab(fresh_site)
    tab.page.add_init_script("delete window.PushManager;")
    section = tab.open(PARK).locator("#follow")
    expect(section.get_by_role("status")).to_contain_text("This browser receives no push messages.")
    expect(section.get_by_role("button", name="Tell me")).to_be_hidden()
    assert tab.problems == []
