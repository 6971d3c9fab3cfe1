"""What an installation keeps is closed to other users, unless its operator opened it to a group."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from hallofshame import private_files
from hallofshame.cli.checks import Check, examine
from hallofshame.demo_parks import write_catalogue
from hallofshame.demo_record import RECORD_FILE, DemoRecord, Edition
from hallofshame.domain.errors import SettingsError
from hallofshame.installation import Installation, make_folder
from hallofshame.pipeline.export_files import write_pieces
from hallofshame.settings import Settings
from hallofshame.store.database import Database
from hallofshame.web.preparation import Preparation, PreparationFile


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=["umask 000", "umask 022", "umask 077"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """The machine's habits, from careless to careful; none may change what we make."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


def modes(folder: Path) -> set[str]:
    """The modes of all files in a folder, at least one."""
    found = {mode(path) for path in folder.rglob("*") if path.is_file()}
    assert found
    return found


def opened(folder: Path, as_mode: int) -> Path:
    folder.mkdir()
    folder.chmod(as_mode)
    return folder


def installed(folder: Path) -> Installation:
    return Installation(Settings(data=folder, parks=("epcot",)))


@pytest.mark.slow
@pytest.mark.usefixtures("umask")
def test_a_new_installation_is_closed_to_all_others(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with installed(folder) as installation:
        installation.make_ready(migrate=True)
        with installation.database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
            assert {path.name for path in folder.iterdir()} == {
                f"hallofshame.sqlite{end}" for end in ("", "-wal", "-shm")
            }
            assert modes(folder) == {"-rw-------"}
    assert (mode(folder.parent), mode(folder)) == ("drwx------", "drwx------")


@pytest.mark.parametrize(
    ("folder_mode", "file_mode"),
    [
        (0o750, "-rw-r-----"),
        (0o770, "-rw-rw----"),
        (0o700, "-rw-------"),
        (0o755, "-rw-------"),
        (0o777, "-rw-------"),
    ],
)
@pytest.mark.usefixtures("umask")
def test_new_files_are_open_to_the_group_only_where_the_folder_is_to_it_alone(
    tmp_path: Path, folder_mode: int, file_mode: str
) -> None:
    folder = opened(tmp_path / "data", folder_mode)
    database = Database(f"sqlite:///{folder / 'new.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE x (y INTEGER)")
        assert modes(folder) == {file_mode}
    database.dispose()
    assert stat.S_IMODE(folder.stat().st_mode) == folder_mode


def test_a_database_given_as_a_file_address_is_closed_too(tmp_path: Path) -> None:
    database = Database(f"sqlite:///file:{tmp_path / 'new.db'}?uri=true")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE x (y INTEGER)")
    database.dispose()
    assert modes(tmp_path) == {"-rw-------"}


def test_a_database_that_is_open_to_others_is_closed_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = opened(tmp_path / "data", 0o755)
    with installed(folder) as installation:
        installation.make_ready(migrate=True)
    file = folder / "hallofshame.sqlite"
    file.chmod(0o644)
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        with installed(folder) as installation:
            installation.make_ready(migrate=False)
    assert mode(file) == "-rw-------"
    (record,) = caplog.records
    assert "hallofshame.sqlite was open to other users of this machine (-rw-r--r--)" in record.getMessage()
    assert "chmod 640" in record.getMessage()


def test_access_that_was_given_to_a_group_alone_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with installed(tmp_path / "data") as installation:
        installation.make_ready(migrate=True)
    file = tmp_path / "data" / "hallofshame.sqlite"
    file.chmod(0o640)
    caplog.set_level(logging.WARNING)
    with installed(tmp_path / "data") as installation:
        installation.make_ready(migrate=True)
    assert (mode(file), caplog.records) == ("-rw-r-----", [])


def test_a_file_of_another_user_is_left_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "theirs"
    file.touch(0o644)
    file.chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    assert private_files.close_to_others(file) is None
    assert mode(file) == "-rw-r--r--"


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
@pytest.mark.usefixtures("umask")
def test_an_export_is_closed_to_others_and_keeps_the_mode_of_the_file_it_replaces(
    tmp_path: Path, form: str
) -> None:
    folder = opened(tmp_path / "out", 0o755)
    frame = pl.DataFrame({"a": [1]})
    write_pieces([frame], form, str(folder / "file"))
    assert modes(folder) == {"-rw-------"}
    (folder / "file").chmod(0o644)
    write_pieces([frame, frame], form, str(folder / "file"))
    assert modes(folder) == {"-rw-r--r--"}


@pytest.mark.usefixtures("umask")
def test_what_a_demonstration_notes_is_closed_to_others(tmp_path: Path) -> None:
    folder = opened(tmp_path / "demo", 0o755)
    write_catalogue([], folder / "parks.csv")
    DemoRecord(Edition("a", "b", 1, "c")).write(folder)
    PreparationFile(folder / "preparing.json").write(Preparation("stage", 5))
    assert {path.name for path in folder.iterdir()} == {"parks.csv", RECORD_FILE, "preparing.json"}
    assert modes(folder) == {"-rw-------"}


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_files.write_text(tmp_path / "file", "old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        private_files.write_text(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"


def test_a_folder_that_cannot_be_made_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"HALLOFSHAME_DATA is '.*file/data', which cannot be made"):
        make_folder(tmp_path / "file" / "data")


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an installation in ``data`` and settings of its own."""
    for name in [name for name in os.environ if name.startswith("HALLOFSHAME_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with installed(Path("data")) as installation:
        installation.make_ready(migrate=True)
    return tmp_path


def about_files() -> list[Check]:
    """What doctor says of files; what comes after them, such as a server that is asked, is left out."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    found = []
    for check in examine():
        if check.subject == "files":
            found.append(check)
            if not check.is_problem or ".env" in check.text:
                break
    root.handlers[:] = handlers
    root.setLevel(level)
    return found


def test_doctor_finds_nothing_open_in_an_installation_of_ours(own_folder: Path) -> None:
    assert about_files() == [Check("files: closed to other users of this machine")]


def test_doctor_names_what_is_open_to_others_and_changes_nothing(own_folder: Path) -> None:
    (own_folder / "data").chmod(0o755)
    file = own_folder / "data" / "hallofshame.sqlite"
    file.chmod(0o644)
    assert [(check.is_problem, check.said) for check in about_files()] == [
        (
            True,
            "data is open to other users of this machine; run: chmod 700 data, or chmod 750 for its group",
        ),
        (
            True,
            f"{Path('data') / file.name} is open to other users of this machine; "
            f"run: chmod 600 {Path('data') / file.name}",
        ),
    ]
    assert (mode(file.parent), mode(file)) == ("drwxr-xr-x", "-rw-r--r--")


def test_doctor_names_a_file_with_the_password_that_is_open_to_others(own_folder: Path) -> None:
    secrets = own_folder / ".env"
    secrets.write_text("HALLOFSHAME_DATABASE_URL=mysql+pymysql://u:hunter2hunter2@h/x?unix_socket=/none\n")
    secrets.chmod(0o644)
    (found,) = about_files()
    assert found.is_problem
    assert "run: chmod 600 .env" in found.text
    secrets.chmod(0o600)
    assert about_files() == [Check("files: closed to other users of this machine")]


@pytest.mark.slow
def test_doctor_says_nothing_of_a_folder_that_is_not_ours(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database in a folder that others use as well, such as a home, is no reason to close that folder."""
    own_folder.chmod(0o755)
    monkeypatch.setenv("HALLOFSHAME_DATABASE_URL", "sqlite:///elsewhere.sqlite")
    with Installation(Settings(database_url="sqlite:///elsewhere.sqlite", parks=("epcot",))) as installation:
        installation.make_ready(migrate=True)
    assert about_files() == [Check("files: closed to other users of this machine")]
