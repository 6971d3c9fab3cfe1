"""Keys of readers of the public API: who sends one may ask more often.

The keys are few and read as a whole, at most once in some seconds, so that an invented token costs no query.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hallofshame.domain.access import Scope
from hallofshame.domain.errors import HallOfShameError, StoreError
from hallofshame.store import keys
from hallofshame.store.keys import Key
from hallofshame.web.answer_context import AppContext

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger(__name__)

KNOWN_SECONDS = 10.0
"""How long a worker goes on with the keys that it knows: a new or revoked one counts after that time."""


class WrongKeyError(HallOfShameError):
    """A key of our form that is none of ours, has ended, or is not for reading."""


class ReaderKeys:
    """The keys in force that are for reading, as one worker knows them."""

    def __init__(self, site: AppContext) -> None:
        self._site = site
        self._known: Mapping[str, Key] | None = None
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    def of(self, environ: WSGIEnvironment) -> Key | None:
        """The key that a request sends; null without one of our form, or while keys cannot be read.

        :raises WrongKeyError: for one that opens nothing here.
        """
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        token = token.strip()
        prefix = keys.prefix_of(token) if scheme.lower() == "bearer" else None
        if prefix is None:
            # A proxy's own login may stand there; it says nothing to us.
            return None
        known = self._all()
        if known is None:
            return None
        key, now = known.get(prefix), self._site.clock.now()
        if key is None or not key.fits(token) or not key.is_in_force(now):
            raise WrongKeyError(
                "this key is none of ours, has ended, or is not for reading; leave it out, or ask the "
                f"operator for one with the scope {Scope.READ}"
            )
        if keys.is_use_due(key, now):
            self._note_use(key)
        return key

    def _all(self) -> Mapping[str, Key] | None:
        # Only the first reading is waited for; later ones are made by one request, and others go on.
        if self._is_due() and self._reading.acquire(blocking=self._known is None):
            try:
                if self._is_due():
                    self._read()
            finally:
                self._reading.release()
        return self._known

    def _is_due(self) -> bool:
        return self._site.clock.elapsed() - self._read_at >= KNOWN_SECONDS

    def _read(self) -> None:
        self._read_at = self._site.clock.elapsed()
        try:
            with self._site.database.read() as connection:
                found = keys.every(connection)
        except StoreError as error:
            log.warning("the keys of readers cannot be read, so those known before are taken: %s", error)
            return
        self._known = {
            key.prefix: key for key in found if Scope.READ in key.scopes and key.revoked_at is None
        }

    def _note_use(self, key: Key) -> None:
        now = self._site.clock.now()
        try:
            self._site.database.run(lambda connection: keys.note_use(connection, key, now))
        except StoreError as error:
            # Reading goes on where the store cannot be written.
            log.warning("the use of key %s cannot be noted: %s", key.prefix, error)
        # Also where it was not noted: it is tried again after a minute, not with every request.
        self._known = {**(self._known or {}), key.prefix: keys.used(key, now)}
