"""Settings read from the environment, ``.env``, secrets; errors name the variable and the remedy.

A value is taken from the first that has one: the command line, the environment, the ``.env`` file, the folder
of secrets, the secrets manager, the default.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError as SourceError

from hallofshame.domain.errors import SettingsError
from hallofshame.domain.redaction import redact, remember, secrets_of
from hallofshame.env_file import read_env_file
from hallofshame.settings.described import accepts_of
from hallofshame.settings.everything import Settings
from hallofshame.settings.fields import variable
from hallofshame.settings.finding import FindingSettings
from hallofshame.settings.secrets_folders import folders_of, names_in, read_folders
from hallofshame.settings.secrets_managers import read_manager, read_place

_MASKED = (
    "alert_urls",
    "database_url",
    "history_access_key",
    "history_secret_key",
    "themeparks_wiki_key",
    "web_redis_url",
)
"""Settings whose value an error must not repeat: it may hold a password, and malformed in any form."""
_ADDRESSES = ("database_url", "queue_times_url", "themeparks_wiki_url", "history_endpoint", "web_redis_url")
"""Settings that may hold a password or a key, which no message shows from then on."""

_SECRETS = ("history_secret_key", "themeparks_wiki_key")
"""Settings that are a secret as a whole."""

_MAY_BE_SECRET = frozenset(Settings.model_fields) - frozenset(FindingSettings.model_fields)
"""What secrets may set: everything but where they are."""

_Model = TypeVar("_Model", Settings, FindingSettings)


def load(**given: Any) -> Settings:
    """The settings of this process; ``given`` (from the command line) goes before the environment.

    :raises SettingsError: naming the variable, its value and what it accepts, or the place in the ``.env``
        file, the folder of secrets or the secrets manager that cannot be read.
    """
    values = {**_of_file(), **given}
    values = {**_of_secrets(values), **values}
    for field in _ADDRESSES:
        remember(secrets_of(str(values.get(field) or os.environ.get(variable(field), ""))))
    for field in _SECRETS:
        secret = str(values.get(field) or os.environ.get(variable(field), ""))
        remember({secret} if secret else ())
    for url in str(values.get("alert_urls") or os.environ.get(variable("alert_urls"), "")).split():
        remember(secrets_of(url) | {url})
    return _checked(Settings, values)


def environment() -> dict[str, str]:
    """Every variable of the environment and the ``.env`` file; the environment goes first."""
    return {**read_env_file(), **os.environ}


def given_names() -> list[str]:
    """The name of every variable that is given: by the environment, ``.env`` or a folder of secrets."""
    return [*environment(), *names_in(secrets_folders())]


def secrets_folders() -> tuple[Path, ...]:
    """The folders that secrets are read from."""
    return folders_of(_checked(FindingSettings, _of_file(FindingSettings.model_fields)).secrets_folder)


def _checked(model: type[_Model], values: Mapping[str, Any]) -> _Model:
    try:
        return model(**values)
    except ValidationError as error:
        problems = [_explained(problem["loc"], problem["input"]) for problem in error.errors()]
        raise SettingsError("; ".join(problems)) from None
    except SourceError as error:
        raise SettingsError(f"the settings cannot be read: {error}; docs/settings.md lists them") from None


def _of_secrets(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a folder of secrets or the secrets manager sets, and neither ``given`` nor the
    environment does; empty values are none."""
    own = {name: given[name] for name in FindingSettings.model_fields if name in given}
    where = _checked(FindingSettings, own)
    found = dict(read_manager(read_place(where.secrets_manager), Settings)) if where.secrets_manager else {}
    found |= {
        name: value
        for name, value in read_folders(folders_of(where.secrets_folder), Settings).items()
        if value != ""
    }
    set_already = {name.upper() for name, value in os.environ.items() if value}
    return {
        name: value
        for name, value in found.items()
        if name in _MAY_BE_SECRET and value not in ("", None) and variable(name) not in set_already
    }


def _of_file(fields: Iterable[str] = Settings.model_fields) -> dict[str, str]:
    """The ``fields`` that the ``.env`` file sets and the environment does not; empty values are none."""
    found = {name.upper(): value for name, value in read_env_file().items() if value}
    set_already = {name.upper() for name, value in os.environ.items() if value}
    return {
        field: found[variable(field)]
        for field in fields
        if variable(field) in found and variable(field) not in set_already
    }


def _explained(location: tuple[int | str, ...], value: object) -> str:
    field = str(location[0]) if location else ""
    if field not in Settings.model_fields:
        return f"the settings are unusable: {value!r}"
    if value is None:
        return f"{variable(field)} is unset; give {accepts_of(field)}"
    shown = "unusable" if field in _MASKED else repr(redact(str(value)))
    return f"{variable(field)} is {shown}; give {accepts_of(field)}"
