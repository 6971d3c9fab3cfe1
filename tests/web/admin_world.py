"""The small world with keys and a folder to import from, for tests of the administrator's part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hallofshame.clock import FixedClock
from hallofshame.domain.access import Scope
from hallofshame.store import import_jobs, keys, leases
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import BucketAccess, HistoryPlace
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from support.readers import reader_of


@dataclass
class Admin:
    """An application of its own, and ways to ask it."""

    app: Flask
    database: Database
    clock: FixedClock
    root: Path

    @classmethod
    def made(cls, database: Database, clock: FixedClock, folder: Path, **settings: Any) -> Admin:
        """With the folder ``imports/archive`` to import from."""
        root = folder / "imports"
        (root / "archive").mkdir(parents=True)
        place = HistoryPlace(str(folder / "history"), folder, BucketAccess(None, None, None, None))
        given = WebSettings(import_folders=(str(root),), history=place, **settings)
        return cls(create_app(database, clock, given), database, clock, root)

    @property
    def client(self) -> FlaskClient:
        """A browser or program without cookies."""
        return reader_of(self.app)

    def key(self, *scopes: Scope, name: str = "ops", expires_at: int | None = None) -> str:
        """A new key's token."""
        chosen = scopes or tuple(Scope)
        return self.database.run(
            lambda connection: keys.create(connection, name, chosen, self.clock.now(), expires_at)
        )[1]

    def ask(self, method: str, path: str, token: str | None, **more: Any) -> TestResponse:
        """Ask the admin API with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.client.open(f"/api/admin{path}", method=method, headers=headers, **more)

    def start(self, token: str, **body: Any) -> TestResponse:
        """Start an import."""
        return self.ask("POST", "/import/start", token, json={"kind": "history"} | body)

    def at_work(self) -> None:
        """A process works on imports."""
        self.database.run(
            lambda connection: leases.acquire(connection, import_jobs.LEASE, "host:1", self.clock.now(), 120)
        )
