"""No password and no key leaves the program: not in errors, log lines, tracebacks, doctor or settings."""

from __future__ import annotations

import io
import logging
import threading
import time

import pytest
from click.testing import CliRunner
from pymysql.err import OperationalError as DriverError
from sqlalchemy.exc import OperationalError

from hallofshame import logs, settings
from hallofshame.cli import cli
from hallofshame.domain import redaction
from hallofshame.domain.errors import FeedError, HallOfShameError, InputError, SettingsError, StoreError
from hallofshame.domain.redaction import redact, remember, secrets_of
from hallofshame.domain.words import PollOutcome
from hallofshame.store.database import Database

SECRET = "Zx9kWq7pLm"  # noqa: S105
"""No part of it is a part of any message."""
HALF, REST = SECRET[:5], SECRET[5:]

DATABASE_URLS = [
    f"mysql+pymysql://me:{SECRET}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}@{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}/{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}?{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}#{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}:{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF} {REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}'{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{HALF}%40{REST}@127.0.0.1:1/db",
    f"mysql+pymysql://:{SECRET}@127.0.0.1:1/db",
    f"mysql+pymysql://me:{SECRET}@127.0.0.1:1",
    f"mysql+pymysql://me:{SECRET}@127.0.0.1:port/db",
    f"mysql+pymysql://127.0.0.1:1/db?user=me&password={SECRET}",
    f"mysql+pymysql://127.0.0.1:1/db?user=me&passwd={SECRET}",
    f"mysql+pymysql://127.0.0.1:1/db?ssl_key_password={SECRET}&ssl_key=/missing/key.pem",
    f"mysql://me:{SECRET}@127.0.0.1:1/db",
    f"mariadb+pymysql://me:{SECRET}@127.0.0.1:1/db",
    f"mysql+asyncmy://me:{SECRET}@127.0.0.1:1/db",
    f"postgresql://me:{SECRET}@127.0.0.1:1/db",
    f"postgresql://me:{HALF}@{REST}@127.0.0.1:1/db",
    f"sqlite://me:{SECRET}@host/db",
    f"mysql+pymysql:/me:{SECRET}@127.0.0.1:1/db",
    f"mysql+pymysql//me:{SECRET}@127.0.0.1:1/db",
    f"mysql+pymysql:me:{SECRET}@127.0.0.1:1/db",
    f"me:{SECRET}@127.0.0.1:1/db",
    f"//me:{SECRET}@127.0.0.1:1/db",
    f"{SECRET}@127.0.0.1",
    f"{SECRET}",
    f" mysql+pymysql://me:{SECRET}@127.0.0.1:1/db",
    f"'mysql+pymysql://me:{SECRET}@127.0.0.1:1/db'",
]

TEXTS = [
    *DATABASE_URLS[:7],
    f"https://me:{SECRET}@feed.example/parks.json timed out: read timeout",
    f"https://{SECRET}@feed.example/parks.json",
    f"https://feed.example/parks.json?key={SECRET}&page=2",
    f"https://feed.example/parks.json?page=2&subscription-key={SECRET}",
    f"HTTPSConnectionPool: Max retries exceeded with url: /v1?api_key={SECRET} (Caused by …)",
    f"connect(host='h', user='me', password='{SECRET}', port=3306)",
    f"{{'passwd': '{SECRET}', 'ssl': {{'key_password': b'{SECRET}'}}}}",
    f'{{"password":"{SECRET}"}}',
    f'{{"password": "{HALF}\\"{REST}"}}',
    f"host=h password={SECRET} dbname=db",
    f"Authorization: Basic {SECRET}==",
    f"{{'Authorization': 'Bearer {SECRET}.{SECRET}'}}",
    f"Cookie: session={SECRET}; other=1",
    f"X-Api-Key: {SECRET}",
    f"CREATE USER me IDENTIFIED BY '{SECRET}'",
    f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n{SECRET}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{SECRET}",
    f"first mysql://a:{SECRET}@h/db, then https://b:{SECRET}@f/ for x@y",
]


@pytest.fixture(autouse=True)
def _nothing_remembered(own_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_remembered", set())


def assert_silent(text: str) -> None:
    assert HALF not in text, text
    assert REST not in text, text


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_is_masked_in_the_forms_in_which_secrets_stand_in_texts(text: str) -> None:
    assert_silent(redact(text))
    assert redaction.MASK in redact(text)
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "(1045, \"Access denied for user 'bob'@'10.0.0.1' (using password: YES)\")",
        "Serving http://127.0.0.1:8000/ (stop with Ctrl-C)",
        "https://feed.example:8443/users/@all?page=2",
        "the database sqlite:////srv/x@y/hallofshame.sqlite failed",
        "write it as mysql+pymysql://user:password@host/name",
        "is the server up, and are host, user, password and name in the URL right?",
        "2026-08-20T10:00:00Z: 5 of 7 parks answered",
        "user@example.org asked; mailto:user@example.org",
        "Duplicate entry '1-2' for key 'PRIMARY'",
        "the mysql database mysql://me@host/db",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_what_is_remembered_is_masked_wherever_it_stands_also_encoded() -> None:
    remember(["p@ss wörd/1"])
    for form in ("p@ss wörd/1", "p%40ss%20w%C3%B6rd%2F1", "p%40ss+w%C3%B6rd%2F1"):
        assert redact(f"<<{form}>>") == "<<***>>"


def test_short_and_ordinary_words_are_not_remembered() -> None:
    remember(["root", "hallofshame", ""])
    assert redact("hallofshame uses root") == "hallofshame uses root"


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("mysql://me:p@ss:w/rd@host/db", {"p@ss:w/rd"}),
        ("mysql://host/db?user=me&password=abc&charset=utf8mb4", {"abc"}),
        ("https://token@host/", {"token"}),
        ("https://host:8000/a@b", set()),
        ("mysql://hall:hall@host/hall", set()),
        ("sqlite:///file.db", set()),
    ],
)
def test_the_secrets_of_an_address_are_found(address: str, secrets: set[str]) -> None:
    assert secrets_of(address) == secrets


@pytest.mark.parametrize(
    "hostile",
    [
        "a:/",
        "a-",
        "?key=",
        "mysql:",
        "password=",
        "'",
        "x:y@",
        "//a:",
        "mysql://u:x@",
        "a@",
        "key=",
        "Bearer ",
    ],
)
def test_masking_takes_time_linear_in_the_text(hostile: str) -> None:
    def seconds(length: int) -> float:
        text = (hostile * length)[:length]
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    seconds(1000)
    assert seconds(80_000) < max(40 * seconds(8_000), 0.5)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore:'passwd' is deprecated")
@pytest.mark.parametrize("url", DATABASE_URLS)
@pytest.mark.parametrize("command", ["doctor --offline", "rollup"])
def test_no_command_shows_the_password_of_its_database(
    monkeypatch: pytest.MonkeyPatch, url: str, command: str
) -> None:
    monkeypatch.setenv("HALLOFSHAME_DATABASE_URL", url)
    result = CliRunner().invoke(cli, command.split())
    assert result.exit_code in (1, 2), result.output
    assert_silent(result.output)
    assert "unexpected" not in result.output
    assert "Traceback" not in result.output


def test_an_at_sign_in_a_password_is_refused_with_the_remedy() -> None:
    with pytest.raises(StoreError, match="write an @ of its password as %40"):
        Database(f"mysql+pymysql://me:{HALF}@{REST}@host/db")


@pytest.mark.parametrize(
    "value",
    [f"ftp://me:{SECRET}@feed.example", f"https://feed.example/?key={SECRET}", f"me:{SECRET}@feed.example"],
)
def test_an_unusable_address_of_a_feed_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HALLOFSHAME_QUEUE_TIMES_URL", value)
    with pytest.raises(SettingsError, match="HALLOFSHAME_QUEUE_TIMES_URL") as raised:
        settings.load()
    assert_silent(str(raised.value))


def test_settings_show_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_DATABASE_URL", DATABASE_URLS[0])
    monkeypatch.setenv("HALLOFSHAME_THEMEPARKS_WIKI_URL", f"https://me:{SECRET}@feed.example")
    found = settings.load()
    assert SECRET in found.database
    assert_silent(f"{found!r} {found}")
    assert redact(f"met {SECRET} somewhere") == "met *** somewhere"


def test_every_error_of_ours_is_masked_when_it_is_made() -> None:
    text = f"https://me:{SECRET}@feed.example/ failed"
    for error in (
        HallOfShameError(text),
        InputError(text, parameter="x"),
        StoreError(text),
        FeedError(text, outcome=PollOutcome.CLIENT_ERROR),
    ):
        assert_silent(f"{error} {error!r}")


def logged(
    form: str, *, raised: BaseException | None = None, message: str = "failed", **values: object
) -> str:
    """What the program's log says of an error that was caught."""
    logs.configure("info", form)
    handler = logging.getLogger().handlers[-1]
    assert isinstance(handler, logging.StreamHandler)
    stream = handler.stream = io.StringIO()
    logging.getLogger("anything").error(message, *([values] if values else []), exc_info=raised)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_masks_messages_and_whole_tracebacks(form: str) -> None:
    def refuse() -> None:
        raise DriverError(2003, f"Can't connect to 'mysql://me:{SECRET}@host/db'")

    def connect() -> None:
        try:
            refuse()
        except DriverError as cause:
            raise OperationalError(f"IDENTIFIED BY '{SECRET}'", {"password": SECRET}, cause) from cause

    try:
        connect()
    except OperationalError as error:
        text = logged(form, raised=error)
    assert_silent(text)
    assert "Can't connect" in text
    assert_silent(logged(form, message="connect with %(settings)s", settings={"password": SECRET}))


def test_uncaught_errors_of_threads_are_logged_and_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr(threading, "excepthook", None)
    logs.catch_uncaught()
    logs.configure("info", "text")
    handler = logging.getLogger().handlers[-1]
    assert isinstance(handler, logging.StreamHandler)
    stream = handler.stream = io.StringIO()

    def fail() -> None:
        raise RuntimeError(f"connect(password='{SECRET}')")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "uncaught RuntimeError" in stream.getvalue()
    assert_silent(stream.getvalue())


def test_an_address_with_a_query_is_no_address_of_a_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_QUEUE_TIMES_URL", "https://feed.example/#part")
    with pytest.raises(SettingsError, match=r"without blanks, \? or #"):
        settings.load()
