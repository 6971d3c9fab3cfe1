"""Who may use the admin API: bearer keys with scopes; nobody while there is no key in force."""

from __future__ import annotations

import logging
from collections import OrderedDict
from threading import Lock

from flask import Flask, current_app, g, request
from sqlalchemy import Connection

from hallofshame.domain.access import Scope, grants, opens_admin
from hallofshame.domain.errors import StoreError
from hallofshame.store import keys
from hallofshame.store.keys import Key
from hallofshame.web.answer_context import AppContext, site
from hallofshame.web.errors import AccessError
from hallofshame.web.rate_limits import client_of

log = logging.getLogger(__name__)

ADMIN_API = "/api/admin"
WRONG_TRIES = 10
TRIES_SECONDS = 60
"""So many wrong tokens with one public part from one address within this time; the next are not compared."""

NO_KEY = (
    "no key is in force, so the administrator's part answers nobody; make one on the server: "
    "hallofshame keys create NAME --scope import"
)

_TRIES = "hallofshame_tries"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hallofshame admin"'}
_MOST_TRACKED = 10_000


class Tries:
    """Counts wrong tokens by sender and public part, in bounded memory. One per process."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def seconds_left(self, who: tuple[str, str], now: float) -> float:
        """How long no further try is looked at; 0 where it is."""
        with self._lock:
            began, count = self._held.get(who, (now, 0))
            left = began + TRIES_SECONDS - now
        return left if count >= WRONG_TRIES and left > 0 else 0.0

    def wrong(self, who: tuple[str, str], now: float) -> int:
        """Note a wrong try; returns how many there were within the time."""
        with self._lock:
            began, count = self._held.pop(who, (now, 0))
            if now - began >= TRIES_SECONDS:
                began, count = now, 0
            self._held[who] = began, count + 1
            while len(self._held) > _MOST_TRACKED:
                self._held.popitem(last=False)
            return count + 1


def install_access(app: Flask) -> None:
    """Ask for a key before anything under ``/api/admin``, addresses that lead nowhere included."""
    app.extensions[_TRIES] = Tries()
    app.before_request(_ask_for_key)


def is_of_admin(path: str) -> bool:
    """Whether an address is the administrator's: of the API or of the page."""
    return any(path == root or path.startswith(f"{root}/") for root in (ADMIN_API, "/admin"))


def require(key: Key, scope: Scope) -> None:
    """Refuse a key without a scope, by 403."""
    if not grants(key.scopes, scope):
        has = ", ".join(key.scopes) or "none"
        raise AccessError(
            403,
            "forbidden",
            f"this takes the scope {scope.value}, and the key {key.name!r} has {has}; make one that has it: "
            f"hallofshame keys create NAME --scope {scope.value}",
        )


def current_key() -> Key:
    """The key of the running request, which was let in."""
    found: Key = g.admin_key
    return found


def refuse_while_closed(connection: Connection, here: AppContext) -> None:
    """Refuse everybody, by 403, while no key is in force."""
    if not keys.is_any_in_force(connection, here.clock.now()):
        raise AccessError(403, "no_key", NO_KEY)


def checked_key(here: AppContext, token: str) -> Key:
    """The key in force that a token is of.

    An unknown public part, a wrong secret and a missing token answer alike, by 401; too many wrong ones by
    429. Who has a token that once was right is told why it is not any more.
    """
    now, moment = here.clock.now(), here.clock.elapsed()
    prefix = keys.prefix_of(token)
    forwarded = request.headers.get("X-Forwarded-For", "")
    client = client_of(request.remote_addr or "", forwarded, tuple(here.settings.proxies))
    who = client or "this machine", prefix or ""
    tries: Tries = current_app.extensions[_TRIES]
    with here.database.read() as connection:
        refuse_while_closed(connection, here)
        if (left := tries.seconds_left(who, moment)) > 0:
            raise AccessError(
                429,
                "too_many_requests",
                f"too many wrong keys from this address; try again in {left:.0f} s",
                {"Retry-After": f"{max(1, round(left))}"},
            )
        key = None if prefix is None else keys.by_prefix(connection, prefix)
    if key is None or not key.fits(token):
        if tries.wrong(who, moment) == WRONG_TRIES:
            log.warning("%d wrong admin keys from %s within %d s", WRONG_TRIES, who[0], TRIES_SECONDS)
        raise _unauthorized("this key is not one of ours; `hallofshame keys list` shows which there are")
    if not key.is_in_force(now):
        how = "was revoked" if key.revoked_at is not None else "has expired"
        raise _unauthorized(f"the key {key.name!r} {how}; make another: hallofshame keys create")
    if not opens_admin(key.scopes):
        raise AccessError(
            403,
            "forbidden",
            f"the key {key.name!r} is for reading the public API; make another: hallofshame keys create NAME "
            f"--scope {Scope.IMPORT_READ}",
        )
    if keys.is_use_due(key, now):
        try:
            here.database.run(lambda connection: keys.note_use(connection, key, now))
        except StoreError as error:
            # Reading goes on where the store cannot be written.
            log.warning("the use of key %s cannot be noted: %s", key.prefix, error)
    return key


def _ask_for_key() -> None:
    path = request.path
    if path != ADMIN_API and not path.startswith(f"{ADMIN_API}/"):
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    here = site()
    if scheme.lower() != "bearer" or not token.strip():
        with here.database.read() as connection:
            refuse_while_closed(connection, here)
        raise _unauthorized("a key is missing; send it in the header Authorization: Bearer <token>")
    g.admin_key = checked_key(here, token.strip())


def _unauthorized(message: str) -> AccessError:
    return AccessError(401, "unauthorized", message, _CHALLENGE)
