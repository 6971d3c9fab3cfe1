"""Absolute addresses name the public address of the site, not what a request claims."""

from __future__ import annotations

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from web.builders import World


def test_links_name_the_public_address(sqlite_database: Database, world: World, clock: FixedClock) -> None:
    world.write(sqlite_database)
    settings = WebSettings(public_url="https://shame.example:8443")
    client = create_app(sqlite_database, clock, settings).test_client()
    feed = client.get("/api/parks/1/outages.atom", headers={"Host": "evil.example"}).text
    assert "https://shame.example:8443/parks/gardaland" in feed
    assert "evil.example" not in feed
    page = client.get("/parks/gardaland", headers={"Host": "evil.example"}).text
    assert 'rel="canonical" href="https://shame.example:8443/parks/gardaland"' in page
