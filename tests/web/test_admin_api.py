"""The admin API: nobody without a key, no key beyond its scopes, one error shape, imports as jobs."""

from __future__ import annotations

import datetime as dt
import logging
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from hallofshame.clock import FixedClock
from hallofshame.domain.access import Scope, grants, opens_admin
from hallofshame.domain.imports import ImportState
from hallofshame.domain.readings import Finding
from hallofshame.domain.retention import Retention
from hallofshame.domain.storage import StorageLimits
from hallofshame.pipeline.storage import measure_storage
from hallofshame.store import findings, import_jobs, keys
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.web.admin import access
from hallofshame.web.admin.declared import AdminEndpoint, declared_admin
from web.admin_world import Admin
from web.builders import World
from web.conftest import SEEN_AT
from web.paths import undescribed_app

ENDPOINTS: dict[str, AdminEndpoint] = {
    f"{found.method} {rule}": found for rule, found in declared_admin(undescribed_app())
}
DOCS = (Path(__file__).parents[2] / "docs" / "admin.md").read_text(encoding="utf-8")


@pytest.fixture
def admin(sqlite_database: Database, world: World, clock: FixedClock, tmp_path: Path) -> Admin:
    world.write(sqlite_database, SEEN_AT)
    return Admin.made(sqlite_database, clock, tmp_path)


def path_of(rule: str) -> str:
    return re.sub(r"<int:\w+>", "1", rule.partition(" ")[2].removeprefix("/api/admin"))


def error(response: Any, status: int, code: str) -> dict[str, Any]:
    """The error of an answer in the one shape."""
    assert response.status_code == status, response.text
    body = response.get_json()
    assert body["success"] is False
    assert body["attribution"]
    assert body["error"]["code"] == code
    assert response.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = body["error"]
    return found


def data(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["Cache-Control"] == "no-store"
    return response.get_json()["data"]


def test_everything_is_refused_while_no_key_is_in_force(admin: Admin) -> None:
    revoked = admin.key(name="old")
    admin.database.run(lambda connection: keys.revoke(connection, "old", admin.clock.now()))
    admin.key(name="short", expires_at=int(admin.clock.now().timestamp()) + 1)
    admin.clock.sleep(2)
    for rule, endpoint in ENDPOINTS.items():
        for token in (None, revoked, "hos_12345678_" + "a" * 43):
            found = error(admin.ask(endpoint.method, path_of(rule), token), 403, "no_key")
            assert "hallofshame keys create" in found["message"]
    error(admin.ask("GET", "/nothing/here", None), 403, "no_key")
    assert admin.client.get("/api/health").status_code == 200


def test_each_endpoint_takes_a_key_and_its_own_scope(admin: Admin) -> None:
    tokens = {scope: admin.key(scope, name=f"only {scope.name}") for scope in Scope if opens_admin([scope])}
    for rule, endpoint in ENDPOINTS.items():
        without = admin.ask(endpoint.method, path_of(rule), None)
        error(without, 401, "unauthorized")
        assert without.headers["WWW-Authenticate"].startswith("Bearer")
        for scope, token in tokens.items():
            response = admin.ask(endpoint.method, path_of(rule), token)
            if grants([scope], endpoint.scope):
                assert response.status_code not in (401, 403), rule
            else:
                assert endpoint.scope.value in error(response, 403, "forbidden")["message"]


def test_an_address_that_leads_nowhere_tells_nothing_without_a_key(admin: Admin) -> None:
    token = admin.key()
    error(admin.ask("GET", "/nothing", None), 401, "unauthorized")
    error(admin.ask("GET", "/nothing", token), 404, "not_found")
    assert admin.ask("DELETE", "/import/list", token).status_code == 405


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic b3BzOm9wcw==",
        "Bearer x",
        "Bearer hos_12345678_" + "a" * 43,
        "x" * 5000,
    ],
)
def test_what_is_no_key_of_ours_is_401(admin: Admin, header: str) -> None:
    admin.key()
    response = admin.client.get("/api/admin/import/list", headers={"Authorization": header})
    error(response, 401, "unauthorized")


def test_a_key_in_the_address_or_a_cookie_opens_nothing(admin: Admin) -> None:
    token = admin.key()
    client = admin.client
    client.set_cookie("hallofshame_admin", token, path="/")
    for query in ("", f"?key={token}", f"?access_token={token}"):
        error(client.get(f"/api/admin/import/list{query}"), 401, "unauthorized")


def test_a_key_that_was_right_is_told_why_it_is_not_any_more(admin: Admin) -> None:
    admin.key(name="stays")
    ends = admin.key(name="ends", expires_at=int(admin.clock.now().timestamp()) + 5)
    gone = admin.key(name="gone")
    admin.database.run(lambda connection: keys.revoke(connection, "gone", admin.clock.now()))
    assert "was revoked" in error(admin.ask("GET", "/import/list", gone), 401, "unauthorized")["message"]
    admin.clock.sleep(5)
    assert "has expired" in error(admin.ask("GET", "/import/list", ends), 401, "unauthorized")["message"]


def test_guessing_is_slowed_down_without_locking_anybody_out(admin: Admin, caplog: Any) -> None:
    token = admin.key()
    guess = token[:-4] + "AAAA"
    for _ in range(access.WRONG_TRIES):
        error(admin.ask("GET", "/import/list", guess), 401, "unauthorized")
    limited = admin.ask("GET", "/import/list", guess)
    error(limited, 429, "too_many_requests")
    assert int(limited.headers["Retry-After"]) <= access.TRIES_SECONDS
    # Even the right secret is not compared now, or the limit would be none.
    assert admin.ask("GET", "/import/list", token).status_code == 429
    other = admin.key(name="other")
    assert admin.ask("GET", "/import/list", other).status_code == 200
    admin.clock.sleep(access.TRIES_SECONDS + 1)
    assert admin.ask("GET", "/import/list", token).status_code == 200
    assert [record.levelname for record in caplog.records if "wrong admin keys" in record.message] == [
        "WARNING"
    ]


def test_the_memory_of_wrong_tries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_MOST_TRACKED", 3)
    tries = access.Tries()
    for number in range(10):
        tries.wrong((f"10.0.0.{number}", ""), 0.0)
    assert len(tries._held) == 3


def test_no_token_is_in_any_answer_or_log_line(admin: Admin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = admin.key()
    for path in ("/import/list", f"/import/status/{token}", f"/nothing/{token}"):
        for given in (token, token[:-1]):
            assert token[13:] not in admin.ask("GET", path, given).text.replace(path, "")
    admin.start(token, source=token)
    assert not [record for record in caplog.records if token[13:] in record.getMessage()]


def test_use_of_a_key_is_noted_and_a_store_that_cannot_be_written_still_answers(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = admin.key()
    admin.ask("GET", "/import/list", token)
    with admin.database.read() as connection:
        assert keys.every(connection)[0].last_used_at == int(admin.clock.now().timestamp())
    admin.clock.sleep(61)

    def full(*_given: object) -> None:
        from hallofshame.domain.errors import StoreError

        raise StoreError("the disk is full", failure="disk_full")

    monkeypatch.setattr(access.keys, "note_use", full)
    assert admin.ask("GET", "/import/list", token).status_code == 200


def test_other_sites_get_no_leave_to_ask(admin: Admin) -> None:
    token = admin.key()
    foreign = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = admin.client.options("/api/admin/import/start", headers=foreign)
    answer = admin.ask("GET", "/import/list", token)
    for response in (preflight, answer):
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "noindex" in response.headers["X-Robots-Tag"]
    assert preflight.status_code == 401


def test_an_import_is_started_seen_paused_resumed_and_cancelled(admin: Admin) -> None:
    token = admin.key(Scope.IMPORT)
    response = admin.start(
        token, kind="archive", source="archive", parks=["gardaland", 3], start="2026-01-01"
    )
    row = data(response, 202)
    assert response.headers["Location"] == f"/api/admin/import/status/{row['import_id']}"
    assert (row["state"], row["started_by"], row["done"], row["percent"]) == ("queued", "ops", 0, None)
    assert row["arguments"]["parks"] == [1, 3]
    assert row["arguments"]["source"] == str((admin.root / "archive").resolve())
    assert row["worker"] is None
    assert "nothing works on imports" in row["notice"]
    admin.at_work()
    seen = data(admin.ask("GET", f"/import/status/{row['import_id']}", token))
    assert (seen["worker"], seen["notice"]) == ("host:1", None)
    number = row["import_id"]
    assert data(admin.ask("POST", f"/import/pause/{number}", token))["state"] == "paused"
    error(admin.ask("POST", f"/import/pause/{number}", token), 409, "conflict")
    assert data(admin.ask("POST", f"/import/resume/{number}", token))["state"] == "queued"
    admin.database.run(lambda connection: import_jobs.take(connection, "host:1", admin.clock.now()))
    running = data(admin.ask("POST", f"/import/pause/{number}", token))
    assert (running["state"], running["wanted"]) == ("running", "pause")
    cancelled = data(admin.ask("POST", f"/import/cancel/{number}", token))
    assert (cancelled["state"], cancelled["wanted"]) == ("running", "cancel")


def test_the_same_import_is_not_started_twice(admin: Admin) -> None:
    token = admin.key(Scope.IMPORT)
    data(admin.start(token, parks=["gardaland", "silent-park"]), 202)
    found = error(admin.start(token, parks=[2, 1]), 409, "conflict")
    assert "import 1 is the same and queued" in found["message"]


def test_imports_are_listed_by_state(admin: Admin) -> None:
    token = admin.key(Scope.IMPORT)
    for park in (1, 2, 3):
        admin.start(token, parks=[park])
    admin.ask("POST", "/import/cancel/1", token)
    body = admin.ask("GET", "/import/list?limit=2", token).get_json()
    assert (body["total"], body["limit"], [row["import_id"] for row in body["data"]]) == (3, 2, [3, 2])
    assert [row["import_id"] for row in data(admin.ask("GET", "/import/list?state=cancelled", token))] == [1]
    error(admin.ask("GET", "/import/list?state=lost", token), 400, "bad_parameter")


def test_what_is_no_import_is_404_and_one_without_a_report_409(admin: Admin) -> None:
    token = admin.key(Scope.IMPORT)
    for method, path in (
        ("GET", "/import/status/7"),
        ("GET", "/import/quality/7"),
        ("POST", "/import/cancel/7"),
        ("GET", f"/import/status/{10**18}"),
    ):
        error(admin.ask(method, path, token), 404, "not_found")
    admin.start(token)
    error(admin.ask("GET", "/import/quality/1", token), 409, "conflict")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"kind": "all"}, "kind"),
        ({"kind": "history", "parks": ["atlantis"]}, "parks"),
        ({"kind": "history", "parks": [True]}, "parks"),
        ({"kind": "history", "sauce": 1}, "sauce"),
        ({"kind": "archive", "source": "/etc"}, "source"),
        ({"kind": "archive", "source": "../.."}, "source"),
        ({"kind": "archive", "source": "s3://other/bucket"}, "source"),
    ],
)
def test_a_field_that_is_not_usable_is_named(admin: Admin, body: dict[str, Any], parameter: str) -> None:
    response = admin.ask("POST", "/import/start", admin.key(), json=body)
    assert error(response, 400, "bad_parameter")["parameter"] == parameter


def test_a_body_that_is_none_is_refused(admin: Admin) -> None:
    token = admin.key()

    def send(content: bytes, mimetype: str = "application/json") -> Any:
        return admin.ask("POST", "/import/start", token, data=content, content_type=mimetype)

    for content in (b"", b"[]", b"{", b"[" * 40_000, b"\xff", b'"text"'):
        error(send(content), 400, "bad_parameter")
    error(send(b"kind=history", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")
    error(send(b'{"kind": "' + b"x" * 70_000 + b'"}'), 413, "request_entity_too_large")


def test_a_folder_that_is_not_there_is_404_and_no_folders_at_all_503(admin: Admin, tmp_path: Path) -> None:
    token = admin.key()
    error(admin.start(token, kind="readings", source="nowhere"), 404, "not_found")
    bare = Admin.made(admin.database, admin.clock, tmp_path / "bare")
    object.__setattr__(bare.app.extensions["hallofshame"].settings, "import_folders", ())
    found = error(bare.start(token, kind="archive", source="archive"), 503, "no_import_folders")
    assert "HALLOFSHAME_IMPORT_FOLDERS" in found["message"]


def test_storage_is_503_until_it_is_measured_and_then_told(admin: Admin, tmp_path: Path) -> None:
    token = admin.key(Scope.STORAGE_READ)
    told = ("summary", "growth", "retention-comparison", "alerts")
    for name in told:
        response = admin.ask("GET", f"/storage/{name}", token)
        assert "hallofshame storage" in error(response, 503, "not_measured")["message"]
        assert response.headers["Retry-After"]
    assert data(admin.ask("GET", "/storage/partitions", token))["months"] == []
    shelf = FolderShelf(tmp_path / "history")
    report = measure_storage(admin.database, admin.clock, shelf, Retention(), StorageLimits())
    summary = data(admin.ask("GET", "/storage/summary", token))
    assert (
        summary["database_bytes"] == report.database_bytes == sum(row["bytes"] for row in summary["tables"])
    )
    growth = data(admin.ask("GET", "/storage/growth", token))
    assert [row["years"] for row in growth["projections"]] == [1, 3, 5, 10]
    assert len(growth["measurements"]) == 1
    assert sum(row["is_set"] for row in data(admin.ask("GET", "/storage/retention-comparison", token))) == 1
    assert data(admin.ask("GET", "/storage/alerts", token)) == [
        {"kind": alert.kind, "subject": alert.subject, "text": alert.text} for alert in report.alerts
    ]


def test_quality_tells_findings_freshness_and_coverage(admin: Admin) -> None:
    token = admin.key(Scope.QUALITY_READ)
    now = admin.clock.now()
    found = [
        (1, Finding("feed_gap", "2026-08-20T09:00:00Z", "Gardaland gave nothing for 50 min.")),
        (None, Finding("history_file", "x.parquet", "it is missing")),
    ]
    admin.database.run(lambda connection: findings.record(connection, found, now))
    admin.database.run(lambda connection: findings.record_all_of(connection, ["history_file"], [], now))
    summary = data(admin.ask("GET", "/quality/summary", token))
    assert (summary["open"], summary["resolved"]) == (1, 1)
    assert summary["parks"] == summary["parks_fresh"] + summary["parks_late"] + summary["parks_silent"] == 6
    [issue] = data(admin.ask("GET", "/quality/issues", token))
    assert (issue["kind"], issue["park_slug"], issue["state"]) == ("feed_gap", "gardaland", "open")
    assert data(admin.ask("GET", "/quality/gaps?park=gardaland", token)) == [issue]
    assert data(admin.ask("GET", "/quality/gaps?park=2", token)) == []
    assert len(data(admin.ask("GET", "/quality/issues?state=any", token))) == 2
    error(admin.ask("GET", "/quality/issues?park=atlantis", token), 404, "not_found")
    days = data(admin.ask("GET", "/quality/coverage?park=gardaland&days=3", token))
    assert [row["day"] for row in days] == ["2026-08-20", "2026-08-19"]
    # All three rides were watched for both open hours of today.
    assert (days[0]["coverage_percent"], days[0]["origin"]) == (100.0, "live")
    assert {row["state"] for row in data(admin.ask("GET", "/quality/freshness", token))} == {"silent"}


REPORT = """{"events": 3, "new_rows": 2, "known": 0, "failed": 0, "left": 0, "left_out_events": 1,
"findings": {"wait_impossible": 1}, "unknown_parks": {"x": 1}, "refused": {"a": "b"}, "refused_more": 0,
"counts": {"files": 1},
"parks": {"gardaland": {"events": 2, "new_rows": 2, "days": [["2026-01-01", "2026-01-03"]]}}}"""


BODIES = {
    "POST /api/admin/import/start": {"kind": "backfill"},
    "POST /api/admin/webhooks/add": {"name": "home", "url": "https://home.example/x", "events": ["down"]},
}
"""A body of each endpoint that takes one."""


def test_answers_have_the_declared_type(admin: Admin, tmp_path: Path) -> None:
    token = admin.key()
    now = admin.clock.now()
    measure_storage(
        admin.database, admin.clock, FolderShelf(tmp_path / "history"), Retention(), StorageLimits()
    )
    for number, (rule, endpoint) in enumerate(ENDPOINTS.items(), start=1):
        data(admin.start(token, parks=[1], start=f"2026-01-{number:02}"), 202)
        job = admin.database.run(lambda connection: import_jobs.take(connection, "host:1", now))
        assert job is not None
        state = ImportState.FAILED if "resume" in rule else ImportState.PAUSED
        if "pause" in rule:
            state = ImportState.QUEUED
        said = {"report": REPORT, "done_count": 1, "not_before": int(now.timestamp()) + 600}
        admin.database.run(partial(import_jobs.leave, job=job, state=state, now=now, said=said))
        body = {"json": BODIES[rule]} if endpoint.body is not None else {}
        path = path_of(rule)
        if "<int:import_id>" in rule:
            path = path.replace("/1", f"/{job.import_id}")
        found = data(admin.ask(endpoint.method, path, token, **body), endpoint.status)
        TypeAdapter(endpoint.answers).validate_json(TypeAdapter(Any).dump_json(found), strict=True)
        admin.ask("POST", f"/import/cancel/{job.import_id}", token)


def test_the_report_of_an_import_names_what_came_in_and_what_was_left_out(admin: Admin) -> None:
    token = admin.key()
    now = admin.clock.now()
    admin.start(token)
    job = admin.database.run(lambda connection: import_jobs.take(connection, "host:1", now))
    assert job is not None
    admin.database.run(
        lambda connection: import_jobs.leave(connection, job, ImportState.DONE, now, {"report": REPORT})
    )
    found = data(admin.ask("GET", "/import/quality/1", token))
    assert found["refused"] == [{"what": "a", "why": "b"}]
    [park] = found["parks"]
    assert (park["days"], park["days_without_events"], park["last_day"]) == (3, 0, "2026-01-03")


def test_every_endpoint_is_documented_with_its_scope() -> None:
    for rule, endpoint in ENDPOINTS.items():
        method, _, path = rule.partition(" ")
        shown = re.sub(r"<int:(\w+)>", r"{\1}", path)
        assert f"| `{method} {shown}` | `{endpoint.scope.value}` |" in DOCS


def test_the_description_names_the_key_on_every_admin_operation_and_on_no_other(admin: Admin) -> None:
    spec = admin.client.get("/api/openapi.json").get_json()
    assert spec["components"]["securitySchemes"]["adminKey"]["scheme"] == "bearer"
    for path, operations in spec["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == path.startswith("/api/admin/")
            if "security" in operation:
                assert {"400", "401", "403", "429", "503"} <= set(operation["responses"])


def test_a_store_without_the_tables_is_503(tmp_path: Path) -> None:
    clock = FixedClock(dt.datetime(2026, 8, 20, tzinfo=dt.UTC))
    admin = Admin.made(Database(f"sqlite:///{tmp_path / 'none.db'}"), clock, tmp_path)
    error(admin.ask("GET", "/import/list", "hos_12345678_" + "a" * 43), 503, "database_unreachable")
