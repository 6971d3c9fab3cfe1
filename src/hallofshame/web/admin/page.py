"""``/admin``: the admin API as a page, drawn by the server alone; it needs no script.

Signing in with a key's token sets a session cookie; the token itself is in no cookie, address or page. What
the cookie holds is random and known to the store by its digest only, so it needs no signature, ends with its
key and can be ended by signing out. Every form sends a token that only a page of that session has.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request

from hallofshame.domain.access import MEANINGS, Scope, grants
from hallofshame.domain.errors import ConflictError, InputError, NotFoundError
from hallofshame.domain.imports import BACKFILL_DAYS, UNITS, ImportAction, ImportKind
from hallofshame.domain.jobs import JobOutcome
from hallofshame.domain.sizes import size
from hallofshame.store import import_jobs, joblog, keys
from hallofshame.store.keys import SESSION_SECONDS, Key
from hallofshame.store.reports.findings import FindingState
from hallofshame.web.admin import quality
from hallofshame.web.admin.access import NO_KEY, checked_key, require
from hallofshame.web.admin.imports import change_import, import_report, import_row, start_import
from hallofshame.web.admin.storage import NOT_MEASURED, report_of
from hallofshame.web.answer_context import AppContext, site
from hallofshame.web.answers.envelope import Row, iso
from hallofshame.web.errors import AccessError
from hallofshame.web.json_bodies import MOST_BODY_BYTES
from hallofshame.web.pages.view import page_assets
from hallofshame.web.posts import refuse_foreign

admin_page = Blueprint("admin_page", __name__, url_prefix="/admin")

COOKIE = "hallofshame_admin"
SHOWN_IMPORTS, SHOWN_ISSUES, SHOWN_TABLES = 25, 20, 12
_STATUS = {InputError: 400, NotFoundError: 404, ConflictError: 409}

View = Callable[..., Response]


def signed_in(view: Callable[..., Response]) -> View:
    """Let in who has a session; others see the form to sign in, or that there is no key."""

    @wraps(view)
    def guarded(**values: Any) -> Response:
        here = site()
        token = request.cookies.get(COOKIE, "")
        with here.database.read() as connection:
            if not keys.is_any_in_force(connection, here.clock.now()):
                return _page("closed", 403, message=NO_KEY)
            key = keys.session_key(connection, token, here.clock.now()) if token else None
        if key is None:
            return _page("sign_in", 200 if request.method == "GET" else 401)
        if request.method == "POST":
            _refuse_forged(keys.form_token(token))
        return view(here, key, keys.form_token(token), **values)

    return guarded


@admin_page.get("")
@signed_in
def overview(here: AppContext, key: Key, form_token: str) -> Response:
    """Jobs, imports, storage and quality, as far as the key's scopes go."""
    return _overview(here, key, form_token)


@admin_page.get("/imports/<int:import_id>")
@signed_in
def one_import(here: AppContext, key: Key, form_token: str, import_id: int) -> Response:
    """One import with its quality report."""
    require(key, Scope.IMPORT_READ)
    with here.database.read() as connection:
        job = import_jobs.get(connection, import_id)
        worker = import_jobs.worker(connection, here.clock.now())
    report = None if job.report is None else import_report(job)
    return _page(
        "import",
        key=key,
        form_token=form_token,
        can_start=grants(key.scopes, Scope.IMPORT),
        job=import_row(job, worker),
        report=report,
    )


@admin_page.post("/sign-in")
def sign_in() -> Response:
    """Open a session with a key's token."""
    here = site()
    request.max_content_length = MOST_BODY_BYTES
    _refuse_foreign()
    try:
        key = checked_key(here, request.form.get("token", "").strip())
    except AccessError as error:
        if error.code == "no_key":
            return _page("closed", 403, message=NO_KEY)
        response = _page("sign_in", error.status, message=str(error))
        response.headers.update(error.headers)
        return response
    session = here.database.run(lambda connection: keys.open_session(connection, key, here.clock.now()))
    response = _to_overview()
    response.set_cookie(
        COOKIE,
        session,
        max_age=SESSION_SECONDS,
        path="/admin",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response


@admin_page.post("/sign-out")
@signed_in
def sign_out(here: AppContext, _key: Key, _form_token: str) -> Response:
    """End the session."""
    token = request.cookies.get(COOKIE, "")
    here.database.run(lambda connection: keys.close_session(connection, token))
    response = _to_overview()
    response.delete_cookie(COOKIE, path="/admin", httponly=True, samesite="Strict", secure=request.is_secure)
    return response


@admin_page.post("/imports")
@signed_in
def start(here: AppContext, key: Key, form_token: str) -> Response:
    """Start an import."""

    def work() -> None:
        start_import(here, _asked(), key.name)

    return _done(here, key, form_token, work)


@admin_page.post("/imports/<int:import_id>/<action>")
@signed_in
def change(here: AppContext, key: Key, form_token: str, import_id: int, action: str) -> Response:
    """Pause, resume or cancel an import."""

    def work() -> None:
        if action not in {known.value for known in ImportAction}:
            raise NotFoundError(f"an import cannot be asked to {action[:20]!r}")
        change_import(here, import_id, ImportAction(action))

    return _done(here, key, form_token, work)


def _done(here: AppContext, key: Key, form_token: str, work: Callable[[], None]) -> Response:
    """Do it and show the page anew; what is refused is said on the page itself."""
    require(key, Scope.IMPORT)
    try:
        work()
    except AccessError as error:
        return _overview(here, key, form_token, error.status, str(error))
    except (InputError, NotFoundError, ConflictError) as error:
        status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
        return _overview(here, key, form_token, status, str(error))
    return _to_overview("#imports")


def _asked() -> Row:
    """The form of a start as the API's body; empty fields are none."""
    form = {name: value.strip() for name, value in request.form.items() if value.strip()}
    form.pop("form_token", None)
    asked: Row = dict(form)
    for name in ("parks", "destinations"):
        if name in form:
            asked[name] = [part.strip() for part in form[name].split(",") if part.strip()]
    for name in ("days", "cadence_seconds"):
        if name in form:
            asked[name] = int(form[name]) if form[name].isascii() and form[name].isdigit() else form[name]
    for name in ("again", "replace"):
        if name in form:
            asked[name] = form[name] == "yes"
    return asked


def _overview(
    here: AppContext, key: Key, form_token: str, status: int = 200, message: str | None = None
) -> Response:
    may = {scope.name: grants(key.scopes, scope) for scope in Scope}
    now = here.clock.now()
    with here.database.read() as connection:
        jobs = [_job(history) for history in joblog.histories(connection)]
        worker = import_jobs.worker(connection, now)
        total, found = 0, list[import_jobs.Job]()
        if may["IMPORT_READ"]:
            total, found = import_jobs.listed(connection, None, SHOWN_IMPORTS, 0)
    words: dict[str, Any] = {}
    if may["STORAGE_READ"]:
        words["storage"] = report_of(here)
    if may["QUALITY_READ"]:
        with here.answer_context() as context:
            issues = quality.issue_rows(
                context.connection, dict(context.catalogue.parks), state=FindingState.OPEN
            )
            words |= {
                "quality": quality.summary(context),
                "issues": issues[:SHOWN_ISSUES],
                "behind": [row for row in quality.freshness_rows(context) if row["state"] != "fresh"],
            }
    return _page(
        "overview",
        status,
        message=message,
        key=key,
        may=may,
        form_token=form_token,
        jobs=jobs,
        worker=worker,
        imports=[import_row(job, worker) for job in found],
        total=total,
        folders=here.settings.import_folders,
        **words,
    )


def _job(history: joblog.JobHistory) -> Row:
    latest = history.latest
    return {
        "name": history.job_type,
        "outcome": latest.outcome,
        "is_bad": history.failures > 0 or latest.outcome in (JobOutcome.FAILURE, JobOutcome.KILLED),
        "started_at": iso(latest.started_at),
        "seconds": latest.seconds,
        "detail": latest.error or latest.detail,
        "failures": history.failures,
    }


def _page(mode: str, status: int = 200, **words: Any) -> Response:
    given = {
        "message": None,
        "scopes": {scope.value: meaning for scope, meaning in MEANINGS.items()},
        "units": {kind.value: unit for kind, unit in UNITS.items()},
        "kinds": [kind.value for kind in ImportKind],
        "backfill_days": BACKFILL_DAYS,
        "shown_tables": SHOWN_TABLES,
        "not_measured": NOT_MEASURED,
        "size": size,
        "iso": iso,
        "as_json": lambda value: json.dumps(value, ensure_ascii=False),
    } | words
    text = render_template("admin.html", mode=mode, assets=page_assets().unscripted, **given)
    response = make_response(text, status)
    response.content_type = "text/html; charset=utf-8"
    return response


def _to_overview(place: str = "") -> Response:
    return make_response(redirect(f"/admin{place}", 303))


def _refuse_forged(wanted: str) -> None:
    """Refuse a form that no page of this session has made (CSRF)."""
    request.max_content_length = MOST_BODY_BYTES
    _refuse_foreign()
    if not hmac.compare_digest(request.form.get("form_token", "").encode(), wanted.encode()):
        raise AccessError(403, "forbidden", "this form is not of your session; open /admin again")


def _refuse_foreign() -> None:
    refuse_foreign("this form was sent by another site; open /admin and use its own")
