"""Settings: defaults, where they come from, and errors that say what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hallofshame import settings
from hallofshame.domain.errors import SettingsError
from hallofshame.sponsor import Sponsor


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set() -> None:
    found = settings.load()
    assert found.database == "sqlite:///data/hallofshame.sqlite"
    assert (found.host, found.port, found.cadence_seconds) == ("127.0.0.1", 8000, 300)
    assert found.holder_name.count(":") == 1


def test_the_environment_goes_before_the_file_and_arguments_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("HALLOFSHAME_PORT=1111\nHALLOFSHAME_HOST=10.0.0.1\nHALLOFSHAME_TRIES=5\n")
    monkeypatch.setenv("HALLOFSHAME_PORT", "2222")
    monkeypatch.setenv("HALLOFSHAME_HOST", "10.0.0.2")
    found = settings.load(host="10.0.0.3")
    assert (found.tries, found.port, found.host) == (5, 2222, "10.0.0.3")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_PORT", "")
    assert settings.load().port == 8000


def test_parks_are_slugs_with_commas_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "epcot, magic-kingdom,")
    assert settings.load().parks == ("epcot", "magic-kingdom")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("port", "eighty"),
        ("cadence_seconds", "59"),
        ("cadence_seconds", "1801"),
        ("lease_seconds", "1"),
        ("cycle_deadline_seconds", "0"),
        ("cycle_deadline_seconds", "301"),
        ("sync_hour", "24"),
        ("queue_times_url", "queue-times.com"),
        ("read_timeout_seconds", "0"),
        ("gap_repair", "perhaps"),
        ("log_format", "xml"),
        ("tier_overrides_file", "missing.csv"),
    ],
)
def test_an_unusable_value_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(settings.variable(name), value)
    with pytest.raises(SettingsError) as raised:
        settings.load()
    assert str(raised.value) == f"{settings.variable(name)} is {value!r}; give {settings.accepts_of(name)}"


def test_all_unusable_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOFSHAME_PORT", "x")
    monkeypatch.setenv("HALLOFSHAME_TRIES", "0")
    with pytest.raises(SettingsError, match=r"HALLOFSHAME_PORT.*HALLOFSHAME_TRIES"):
        settings.load()


def test_a_misspelt_variable_is_found_and_the_right_one_offered() -> None:
    environment = {"HALLOFSHAME_PROT": "1", "HALLOFSHAME_PORT": "1", "HALLOFSHAME_XYZ": "1", "PATH": "/bin"}
    assert settings.misspelt(environment) == [
        "HALLOFSHAME_PROT is no setting; did you mean HALLOFSHAME_PORT?",
        "HALLOFSHAME_XYZ is no setting; docs/settings.md lists them all",
    ]


def test_the_http_policy_is_made_of_the_settings() -> None:
    policy = settings.load(tries=7, requests_per_second=2.5, answer_timeout_seconds=9).http_policy
    assert (policy.tries, policy.requests_per_second, policy.answer_timeout_seconds) == (7, 2.5, 9)


def test_a_cycle_may_wait_as_long_as_the_cadence() -> None:
    assert settings.load(cadence_seconds=600, cycle_deadline_seconds=600).cycle_deadline_seconds == 600


def test_every_setting_says_what_it_means_and_what_it_takes() -> None:
    for row in settings.documented():
        assert row.meaning.endswith("."), row
        assert row.accepts, row


CAFE = "HALLOFSHAME_PORT=1\n# caf\u00e9\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CAFE.encode("latin-1"), ".env, line 2, column 6: the byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbf" + CAFE.encode("latin-1"), ".env, line 2, column 6: the byte 0xe9 is not UTF-8"),
        ("\u00fc".encode("latin-1") + CAFE.encode(), ".env, line 1, column 1: the byte 0xfc is not UTF-8"),
        (CAFE.encode("utf-16"), ".env is UTF-16; save it as UTF-8"),
        (CAFE.encode("utf-16-be"), ".env, line 1, column 1: there is a NUL character"),
        (b"HALLOFSHAME_PORT=1\nHALLOFSHAME_HOST=a\0b\n", ".env, line 2, column 19: there is a NUL character"),
        (b"HALLOFSHAME_PORT=1\nnot a setting\n", ".env, line 2: cannot be read; write NAME=value"),
        (b"HALLOFSHAME_HOST='open\n", ".env, line 1: cannot be read; write NAME=value"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_one_line_with_the_place(content: bytes, words: str) -> None:
    Path(".env").write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        settings.load()
    assert str(raised.value).startswith(words)
    assert "\n" not in str(raised.value)


def test_an_env_file_may_begin_with_a_byte_order_mark() -> None:
    Path(".env").write_bytes(b"\xef\xbb\xbfHALLOFSHAME_PORT=1234\nHALLOFSHAME_HOLDER='b\xc3\xa4r'\n")
    assert (settings.load().port, settings.load().holder) == (1234, "b\u00e4r")


def test_an_env_folder_is_named_with_the_remedy() -> None:
    Path(".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env is a folder.*rename"):
        settings.load()


def test_an_env_file_that_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("HALLOFSHAME_PORT=1\n")

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", ".env")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SettingsError, match=r"\.env cannot be read \(Permission denied\); give this user"):
        settings.load()


def test_an_empty_line_of_the_file_counts_as_unset_and_an_empty_variable_leaves_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("HALLOFSHAME_TRIES=\nHALLOFSHAME_PORT=1111\n")
    monkeypatch.setenv("HALLOFSHAME_PORT", "")
    assert (settings.load().tries, settings.load().port) == (3, 1111)


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def test_a_sponsor_is_a_picture_with_words_and_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.load().sponsor is None
    Path("data").mkdir()
    Path("data/sponsor.png").write_bytes(PNG)
    monkeypatch.setenv("HALLOFSHAME_SPONSOR_IMAGE", "sponsor.png")
    monkeypatch.setenv("HALLOFSHAME_SPONSOR_TEXT", "Rides & Co.")
    sponsor = settings.load().sponsor
    assert sponsor == Sponsor(Path("data/sponsor.png").resolve(), "Rides & Co.")
    assert sponsor.foreign_origin is None
    monkeypatch.setenv("HALLOFSHAME_SPONSOR_IMAGE", "https://sponsor.example:8443/a/b.png?c=d")
    monkeypatch.setenv("HALLOFSHAME_SPONSOR_URL", "https://sponsor.example/")
    sponsor = settings.load().sponsor
    assert sponsor is not None
    assert (sponsor.foreign_origin, sponsor.url) == (
        "https://sponsor.example:8443",
        "https://sponsor.example/",
    )


@pytest.mark.parametrize(
    ("image", "text", "url", "named"),
    [
        ("missing.png", "Words", None, "IMAGE is 'missing.png'"),
        ("../outside.png", "Words", None, "IMAGE is '../outside.png'"),
        ("letter.png", "Words", None, "IMAGE is 'letter.png'"),
        ("huge.png", "Words", None, "IMAGE is 'huge.png'"),
        ("notes.txt", "Words", None, "IMAGE is 'notes.txt'"),
        ("http://sponsor.example/a.png", "Words", None, "IMAGE is 'http://"),
        ("https://sponsor.example/a.png; script-src *", "Words", None, "IMAGE is 'https://"),
        ("https://", "Words", None, "IMAGE is 'https://'"),
        ("sponsor.png", None, None, "TEXT is unset"),
        ("sponsor.png", "x" * 201, None, "TEXT is 'xxx"),
        ("sponsor.png", "Words", "javascript:alert(1)", "URL is 'javascript:alert(1)'"),
        (None, "Words", None, "TEXT is 'Words'"),
        (None, None, "https://sponsor.example/", "URL is 'https://"),
    ],
)
def test_an_unusable_sponsor_is_refused(
    monkeypatch: pytest.MonkeyPatch, image: str | None, text: str | None, url: str | None, named: str
) -> None:
    Path("data").mkdir()
    Path("outside.png").write_bytes(PNG)
    Path("data/sponsor.png").write_bytes(PNG)
    Path("data/letter.png").write_bytes(b"Dear reader")
    Path("data/notes.txt").write_bytes(PNG)
    Path("data/huge.png").write_bytes(PNG + b"\0" * 600_000)
    for name, value in (("IMAGE", image), ("TEXT", text), ("URL", url)):
        if value is not None:
            monkeypatch.setenv(f"HALLOFSHAME_SPONSOR_{name}", value)
    with pytest.raises(SettingsError) as raised:
        settings.load()
    assert str(raised.value).startswith(f"HALLOFSHAME_SPONSOR_{named}")


@pytest.mark.parametrize("name", ["queue_times_url", "themeparks_wiki_url", "public_url", "sponsor_url"])
@pytest.mark.parametrize(
    "value",
    [
        "https://queue times.com",
        "https://queue-times.com /",
        "https://queue\ttimes.com",
        "https://a,b.example",
        "https://a..b.example",
        "https://host:99999",
        "https://",
        "queue-times.com",
    ],
)
def test_an_address_with_no_host_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"HALLOFSHAME_{name.upper()}", value)
    if name == "sponsor_url":
        monkeypatch.setenv("HALLOFSHAME_SPONSOR_IMAGE", "https://sponsor.example/a.png")
        monkeypatch.setenv("HALLOFSHAME_SPONSOR_TEXT", "Words")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert f"HALLOFSHAME_{name.upper()} is {value!r}" in str(caught.value)
    assert "give an address with http:// or https:// and a host, without blanks" in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["https://queue-times.com", "http://[::1]:8080/a", "http://127.0.0.1:9", "https://übersee.example"],
)
def test_an_address_with_a_host_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLOFSHAME_QUEUE_TIMES_URL", value)
    assert settings.load().queue_times_url == value
