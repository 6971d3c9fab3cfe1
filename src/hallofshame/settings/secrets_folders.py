"""Settings in folders of secrets: one file per setting, as Docker, Kubernetes and systemd hand them over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, SecretsSettingsSource

from hallofshame.domain.errors import SettingsError
from hallofshame.settings.fields import PREFIX

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd says the credentials of a unit are."""

MOST_BYTES = 64 * 1024
"""A larger file is no setting."""


def folders_of(chosen: Iterable[str]) -> tuple[Path, ...]:
    """The folders that the setting names; without one, systemd's, where this process has one."""
    named = tuple(Path(folder) for folder in chosen)
    given = os.environ.get(CREDENTIALS)
    return named or ((Path(given),) if given else ())


def read_folders(folders: Iterable[Path], model: type[BaseSettings]) -> Mapping[str, Any]:
    """The fields of ``model`` that the folders have a file of; the later folder goes first.

    :raises SettingsError: naming the folder or file, for one that is missing or cannot be read as text.
    """
    found = tuple(folders)
    for folder in found:
        for file in _entries(folder):
            _check(file, folder)
    return SecretsSettingsSource(model, [str(folder) for folder in found])() if found else {}


def names_in(folders: Iterable[Path]) -> list[str]:
    """The names of the files, as variables."""
    return [file.name.upper() for folder in folders for file in _entries(folder)]


def _entries(folder: Path) -> list[Path]:
    """What in the folder is named as a setting; other secrets may lie beside."""
    try:
        return sorted(path for path in folder.iterdir() if path.name.upper().startswith(PREFIX))
    except FileNotFoundError:
        raise SettingsError(
            f"there is no folder {folder} to read secrets from; make it, or change HALLOFSHAME_SECRETS_FOLDER"
        ) from None
    except NotADirectoryError:
        raise SettingsError(
            f"{folder} is no folder; HALLOFSHAME_SECRETS_FOLDER takes one with a file per setting"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{folder} cannot be read ({error.strerror}); give this user the right to read it"
        ) from error


def _check(file: Path, folder: Path) -> None:
    """Refuse what is no short text, or leads elsewhere. The content is not repeated."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise SettingsError(f"{file} is a link that leads out of {folder}; put the file itself there")
    if not file.is_file():
        raise SettingsError(f"{file} is no file; write the value of the setting into a file of that name")
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise SettingsError(f"{file} has {size} bytes; a setting has {MOST_BYTES} at most")
        file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text; write the value of the setting into it") from None
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read ({error.strerror}); give this user the right to read it"
        ) from error
