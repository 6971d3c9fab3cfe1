"""What all tests share: no network, and a fresh migrated database on SQLite and on a MariaDB of their own."""

from __future__ import annotations

import gc
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

from hallofshame.clock import FixedClock
from hallofshame.domain import redaction
from hallofshame.settings import PREFIX
from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from support import bytecode, demo_world, measured, migrated, routes, scratch, statements, templates
from support.mariadb import MariaDBServer
from support.suites import BOTH, running_mariadb

KEPT_WORLD = "HALLOFSHAME_TEST_WORLD"
"""Folder in which the demonstration of the tests is kept from run to run, for those who write tests."""

bytecode.keep()
scratch.use_memory()
routes.share()
statements.share()
templates.share()
migrated.share()

# The same examples in each run, however slow the machine is; --hypothesis-profile=default looks for others.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Sockets are off, but for unix sockets: through one the tests reach their own MariaDB."""
    config.option.disable_socket = True
    config.option.allow_unix_socket = True
    # For the workers: there is one for each core, and threads of theirs would only wait for one another.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Before any fixture: whether its databases are migrated step by step, and whether it is measured."""
    migrated.steps_wanted = item.get_closest_marker("migrates") is not None
    measured.go_on(item)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Coverage ends as it began, whatever the last test was."""
    measured.go_on_to_the_end(session.config)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked ``enable_socket`` may talk to this machine, and to no other."""
    if item.get_closest_marker("enable_socket"):
        socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


def pytest_collection_finish() -> None:
    """Let the garbage collector look no more through what stays to the end: modules and tests."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage where that tells something."""
    measured.choose(items)


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    """Secrets of one test are not masked in the messages of another."""
    before = set(redaction._remembered)
    yield
    redaction._remembered.intersection_update(before)


@pytest.fixture
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Commands find no setting, an empty folder, and a log that they may configure."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDBServer]:
    """A MariaDB server of this test run."""
    with running_mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def _migrated_mariadb(mariadb_server: MariaDBServer) -> str:
    url = mariadb_server.create_schema("migrated")
    database = Database(url)
    schema.upgrade(database)
    database.dispose()
    return url


@pytest.fixture
def sqlite_database(_migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh migrated SQLite database."""
    path = tmp_path / "hallofshame.db"
    shutil.copy(_migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def mariadb_database(_migrated_mariadb: str) -> Iterator[Database]:
    """A migrated MariaDB database, emptied after the test."""
    database = Database(_migrated_mariadb)
    yield database
    migrated.empty(database)
    database.dispose()


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh migrated database, once on SQLite and once on MariaDB."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(scope="module", params=BOTH)
def module_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A migrated database for one module whose tests only read what the module wrote, on both databases."""
    folder = tmp_path_factory.mktemp("module")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_migrated_sqlite"), folder / "hallofshame.db")
        database = Database(f"sqlite:///{folder / 'hallofshame.db'}")
    else:
        server: MariaDBServer = request.getfixturevalue("mariadb_server")
        database = Database(server.create_schema(f"module_{folder.name}"))
        schema.upgrade(database)
    yield database
    database.dispose()


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, once on SQLite and once on MariaDB."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server: MariaDBServer = request.getfixturevalue("mariadb_server")
        url = server.create_schema(f"empty_{tmp_path.name}")
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    if kept := os.environ.get(KEPT_WORLD):
        Path(kept).mkdir(parents=True, exist_ok=True)
        return Path(kept)
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def demo_database(run_folder: Path) -> Path:
    """The demonstration: recorded parks, five weeks up to ``demo_world.NOW``. Nobody writes to it."""
    return demo_world.demo_database(run_folder)


@pytest.fixture(scope="session")
def demo_app(demo_database: Path) -> Iterator[Flask]:
    """The application on the demonstration."""
    database = Database(f"sqlite:///{demo_database}")
    yield create_app(database, FixedClock(demo_world.NOW), demo_world.WEB)
    database.dispose()
