"""The page ``/admin``: shown to who signs in with a key, useful without a script, and safe to leave open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.access import Scope
from hallofshame.domain.imports import ImportState
from hallofshame.domain.readings import Finding
from hallofshame.domain.retention import Retention
from hallofshame.domain.storage import StorageLimits
from hallofshame.pipeline.storage import measure_storage
from hallofshame.store import findings, import_jobs, keys
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.web.admin.page import COOKIE
from web.admin_world import Admin
from web.builders import World
from web.conftest import SEEN_AT
from web.test_admin_api import REPORT


@pytest.fixture
def admin(sqlite_database: Database, world: World, clock: FixedClock, tmp_path: Path) -> Admin:
    world.write(sqlite_database, SEEN_AT)
    return Admin.made(sqlite_database, clock, tmp_path)


def sign_in(admin: Admin, token: str) -> FlaskClient:
    client = admin.client
    response = client.post("/admin/sign-in", data={"token": token})
    assert response.status_code == 303, response.text
    assert response.headers["Location"] == "/admin"
    return client


def form_token(client: FlaskClient) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get("/admin").text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, **fields: str) -> Any:
    return client.post(f"/admin{path}", data={"form_token": form_token(client), **fields})


def test_while_no_key_is_in_force_the_page_says_how_to_make_one(admin: Admin) -> None:
    for response in (
        admin.client.get("/admin"),
        admin.client.get("/admin/imports/1"),
        admin.client.post("/admin/sign-in", data={"token": "x"}),
        admin.client.post("/admin/imports", data={"kind": "history"}),
    ):
        assert response.status_code == 403
        assert "hallofshame keys create" in response.text
        assert 'name="token"' not in response.text
    with admin.database.read() as connection:
        assert import_jobs.listed(connection, None, 9, 0)[0] == 0


def test_who_is_not_signed_in_sees_the_form_and_nothing_else(admin: Admin) -> None:
    admin.key()
    page = admin.client.get("/admin")
    assert page.status_code == 200
    assert 'name="token"' in page.text
    assert "Storage" not in page.text
    assert admin.client.post("/admin/imports", data={"kind": "history"}).status_code == 401
    assert admin.client.get("/admin/imports/1").text.count("<form") == 1
    wrong = admin.client.post("/admin/sign-in", data={"token": "hos_12345678_" + "a" * 43})
    assert wrong.status_code == 401
    assert "This key is not one of ours" in wrong.text
    assert "Set-Cookie" not in wrong.headers


def test_the_page_is_kept_by_nobody_found_by_nobody_and_needs_no_script(admin: Admin) -> None:
    client = sign_in(admin, admin.key())
    for response in (admin.client.get("/admin"), client.get("/admin")):
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex, nofollow">' in response.text
        assert "data-script" not in response.text
        assert "modulepreload" not in response.text
        assert "Access-Control-Allow-Origin" not in response.headers
    assert "/admin" not in admin.client.get("/sitemap.xml").text
    assert 'href="/admin' not in admin.client.get("/").text


def test_the_cookie_is_no_scripts_and_no_other_sites_and_opens_no_api(admin: Admin) -> None:
    token = admin.key()
    client = admin.client
    header = client.post("/admin/sign-in", data={"token": token}).headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/admin", "Max-Age=3600"):
        assert part in header
    assert "Secure" not in header
    assert token[13:] not in header
    cookie = client.get_cookie(COOKIE, path="/admin")
    assert cookie is not None
    bare = admin.client
    bare.set_cookie(COOKIE, cookie.value, path="/")
    assert bare.get("/api/admin/import/list").status_code == 401
    assert token[13:] not in client.get("/admin").text


def test_under_https_the_cookie_goes_over_nothing_else(
    sqlite_database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    admin = Admin.made(sqlite_database, clock, tmp_path, public_url="https://shame.example")
    response = admin.client.post("/admin/sign-in", data={"token": admin.key()})
    assert "Secure" in response.headers["Set-Cookie"]


def test_a_session_ends_with_its_hour_its_key_and_by_signing_out(admin: Admin) -> None:
    admin.key(name="stays")
    late = sign_in(admin, admin.key(name="one"))
    admin.clock.sleep(keys.SESSION_SECONDS)
    assert 'name="token"' in late.get("/admin").text
    revoked = sign_in(admin, admin.key(name="two"))
    admin.database.run(lambda connection: keys.revoke(connection, "two", admin.clock.now()))
    assert 'name="token"' in revoked.get("/admin").text
    client = sign_in(admin, admin.key(name="three"))
    cookie = client.get_cookie(COOKIE, path="/admin")
    assert cookie is not None
    assert send(client, "/sign-out").status_code == 303
    client.set_cookie(COOKIE, cookie.value, path="/admin")
    assert 'name="token"' in client.get("/admin").text


@pytest.mark.parametrize("path", ["/imports", "/imports/1/cancel", "/sign-out"])
def test_a_form_of_another_site_does_nothing(admin: Admin, path: str) -> None:
    client = sign_in(admin, admin.key())
    other = sign_in(admin, admin.key(name="other"))
    send(client, "/imports", kind="history", parks="gardaland")
    right, foreign = form_token(client), form_token(other)
    for fields, headers in (
        ({}, {}),
        ({"form_token": foreign}, {}),
        ({"form_token": "é"}, {}),
        ({"form_token": right}, {"Sec-Fetch-Site": "cross-site"}),
        ({"form_token": right}, {"Sec-Fetch-Site": "same-site"}),
    ):
        response = client.post(f"/admin{path}", data={"kind": "backfill"} | fields, headers=headers)
        assert response.status_code == 403, fields
    foreign_sign_in = client.post(
        "/admin/sign-in", data={"token": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign_sign_in.status_code == 403
    with admin.database.read() as connection:
        [job] = import_jobs.listed(connection, None, 9, 0)[1]
    assert (job.kind, job.state) == ("history", ImportState.QUEUED)
    assert "Signed in" in client.get("/admin").text


def test_an_import_is_started_and_changed_by_forms(admin: Admin) -> None:
    client = sign_in(admin, admin.key())
    assert "Nothing works on imports" in client.get("/admin").text
    started = send(
        client, "/imports", kind="archive", source="archive", parks="gardaland, 3", start="2026-01-01", end=""
    )
    assert (started.status_code, started.headers["Location"]) == (303, "/admin#imports")
    admin.at_work()
    page = client.get("/admin").text
    assert "host:1" in page
    assert "1 archive" in page
    for action, words in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        assert f'formaction="/admin/imports/1/{action}"' in client.get("/admin").text
        assert send(client, f"/imports/1/{action}").status_code == 303
        with admin.database.read() as connection:
            assert import_jobs.get(connection, 1).state.value == words
    assert "formaction" not in client.get("/admin").text
    for fields in ({"kind": "backfill", "days": "3"}, {"kind": "history", "again": "yes"}):
        assert send(client, "/imports", **fields).status_code == 303


@pytest.mark.parametrize(
    ("path", "fields", "status", "words"),
    [
        ("/imports", {"kind": "archive", "source": "/etc"}, 400, "lies outside of what may be imported"),
        ("/imports", {"kind": "backfill", "days": "x"}, 400, "it takes a whole number from 1 to 30"),
        ("/imports", {"kind": "history", "parks": "atlantis"}, 400, "There is no park"),
        ("/imports", {"kind": "history", "parks": "gardaland"}, 409, "Import 1 is the same and queued"),
        ("/imports/1/resume", {}, 409, "there is nothing to resume"),
        ("/imports/9/pause", {}, 404, "There is no import 9"),
        ("/imports/1/explode", {}, 404, "cannot be asked to"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(
    admin: Admin, path: str, fields: dict[str, str], status: int, words: str
) -> None:
    client = sign_in(admin, admin.key())
    send(client, "/imports", kind="history", parks="gardaland")
    response = send(client, path, **fields)
    assert response.status_code == status
    text = response.text.replace("&#39;", "'")
    assert words in text
    assert "Start an import" in text


def test_a_key_sees_and_does_what_its_scopes_allow(admin: Admin) -> None:
    sections = {
        Scope.IMPORT: {"imports"},
        Scope.IMPORT_READ: {"imports"},
        Scope.STORAGE_READ: {"storage"},
        Scope.QUALITY_READ: {"quality"},
    }
    for scope, wanted in sections.items():
        client = sign_in(admin, admin.key(scope, name=f"only {scope.name}"))
        page = client.get("/admin").text
        assert set(re.findall(r'<section id="(\w+)"', page)) == {"jobs"} | wanted
        assert ("Start an import" in page) == (scope is Scope.IMPORT)
        started = send(client, "/imports", kind="history", parks="2")
        assert started.status_code == (303 if scope is Scope.IMPORT else 403)
        seen = client.get("/admin/imports/1").status_code
        assert seen == (200 if scope in (Scope.IMPORT, Scope.IMPORT_READ) else 403)


def test_storage_quality_and_a_report_are_shown_as_the_api_tells_them(admin: Admin, tmp_path: Path) -> None:
    client = sign_in(admin, admin.key())
    now = admin.clock.now()
    assert "has not been measured yet" in client.get("/admin").text
    measure_storage(
        admin.database, admin.clock, FolderShelf(tmp_path / "history"), Retention(), StorageLimits()
    )
    odd = Finding("feed_gap", "x", "<script>alert(1)</script> gave nothing")
    admin.database.run(lambda connection: findings.record(connection, [(1, odd)], now))
    send(client, "/imports", kind="history")
    assert "There is none yet" in client.get("/admin/imports/1").text
    job = admin.database.run(lambda connection: import_jobs.take(connection, "host:1", now))
    assert job is not None
    admin.database.run(
        lambda connection: import_jobs.leave(connection, job, ImportState.DONE, now, {"report": REPORT})
    )
    page = client.get("/admin").text
    assert "The largest tables" in page
    assert "ride_hourly_stats" in page
    assert "(now)" in page
    assert "1\u00a0open finding" in page
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    report = client.get("/admin/imports/1").text
    assert "What came in, by park" in report
    assert "gardaland" in report
    assert "What was left out, and why" in report
    assert client.get("/admin/imports/9").status_code == 404
