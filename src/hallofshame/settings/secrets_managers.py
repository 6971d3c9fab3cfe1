"""Secrets managers that settings can be read from; each needs a package of its own, loaded when it is asked.

The sources are those of pydantic-settings. Credentials and regions are found as each provider's own library
finds them (``AWS_REGION``, ``AZURE_CLIENT_ID``, ``GOOGLE_APPLICATION_CREDENTIALS``, an instance role, …).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_settings import BaseSettings

from hallofshame.domain.errors import SettingsError
from hallofshame.domain.redaction import redact

Values = Mapping[str, Any]
"""What a source found, by field."""


@dataclass(frozen=True, slots=True)
class SecretsLocation:
    """Where in which kind of manager the secrets are."""

    kind: str
    name: str


def read_place(text: str) -> SecretsLocation:
    """Take ``KIND:NAME`` apart.

    :raises ValueError: for an unknown kind, or without a name.
    """
    kind, _, name = text.partition(":")
    if kind not in _READERS or not name or (kind == "aws-parameters" and not name.startswith("/")):
        raise ValueError("no secrets manager")
    if kind == "azure" and not name.startswith("https://"):
        raise ValueError("a key vault has an address with https://")
    return SecretsLocation(kind, name)


def read_manager(place: SecretsLocation, model: type[BaseSettings]) -> Values:
    """The fields of ``model`` that the manager holds; what else it holds is left alone.

    :raises SettingsError: where its package is missing, it cannot be reached, refuses or holds no settings.
    """
    reader, extra = _READERS[place.kind]
    where = f"the secrets manager {place.kind}:{place.name}"
    try:
        return reader(place.name, model)
    except ImportError as error:
        raise SettingsError(
            f"{where} needs a package that is not installed ({error.name}); run: "
            f"pip install 'hallofshame[{extra}]'"
        ) from error
    except _ManagerFailure as failure:
        raise SettingsError(
            f"{where} cannot be read: {redact(str(failure))}; see its name, this machine's rights to it and "
            "its region, or unset HALLOFSHAME_SECRETS_MANAGER"
        ) from failure


class _ManagerFailure(Exception):  # noqa: N818 - becomes a SettingsError at once
    """What the provider's library said, in one line."""

    def __init__(self, error: Exception) -> None:
        super().__init__(" ".join(str(error).split())[:300] or type(error).__name__)


def _of_aws(name: str, model: type[BaseSettings]) -> Values:
    from botocore.exceptions import BotoCoreError, ClientError
    from pydantic_settings import AWSSecretsManagerSettingsSource

    try:
        return AWSSecretsManagerSettingsSource(model, name, case_sensitive=False)()
    except (BotoCoreError, ClientError) as error:
        raise _ManagerFailure(error) from None
    except (json.JSONDecodeError, KeyError, AttributeError, TypeError):
        # Neither the value nor the error of the parser is repeated: it quotes the secret.
        raise _ManagerFailure(ValueError("its value is no JSON object of names and texts")) from None


def _of_aws_parameters(path: str, model: type[BaseSettings]) -> Values:
    from botocore.exceptions import BotoCoreError, ClientError
    from pydantic_settings import AWSSystemsManagerSettingsSource

    try:
        return AWSSystemsManagerSettingsSource(model, path, case_sensitive=False)()
    except (BotoCoreError, ClientError) as error:
        raise _ManagerFailure(error) from None


def _of_azure(url: str, model: type[BaseSettings]) -> Values:
    from azure.core.exceptions import AzureError
    from azure.identity import DefaultAzureCredential
    from pydantic_settings import AzureKeyVaultSettingsSource

    try:
        # Names of a key vault have dashes in place of underscores.
        return AzureKeyVaultSettingsSource(model, url, DefaultAzureCredential(), dash_to_underscore=True)()
    except AzureError as error:
        raise _ManagerFailure(error) from None


def _of_gcp(project: str, model: type[BaseSettings]) -> Values:
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from pydantic_settings import GoogleSecretManagerSettingsSource

    try:
        return GoogleSecretManagerSettingsSource(model, project_id=project, case_sensitive=False)()
    except (GoogleAPIError, GoogleAuthError) as error:
        raise _ManagerFailure(error) from None


_READERS: Mapping[str, tuple[Callable[[str, type[BaseSettings]], Values], str]] = {
    "aws": (_of_aws, "aws"),
    "aws-parameters": (_of_aws_parameters, "aws"),
    "azure": (_of_azure, "azure"),
    "gcp": (_of_gcp, "gcp"),
}
"""How each kind is read, and the extra of this package that brings its library."""
